/* SPDX-License-Identifier: ISC */
#include "author_files.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ipc.h"
#include "../log.h"
#include "author_source.h"
#include "author_watch.h"

static struct {
	const char *dir, *revision;
	struct git_settings set;
	struct ipc parent;
	struct author_source *source;
	struct author_watch *watch;
	struct err trouble; /* that was told of last */
	struct buf reports; /* of the last look, each with its NUL */
} f;

void
author_files_init(const char *dir, const char *revision,
		  const struct git_settings *set)
{
	f.dir = dir;
	f.revision = revision;
	f.set = *set;
}

static void
note(void *ctx, const char *line)
{
	(void)ctx;
	buf_add(&f.reports, line, strlen(line) + 1);
}

static int
make(int full, struct author_sourced *made, struct err *err)
{
	buf_clear(&f.reports);
	return author_source_make(f.source, full, note, NULL, made, err);
}

/* Has the same gone wrong before?  It was told then. */
static int
is_old_trouble(const struct err *err)
{
	int same = strcmp(f.trouble.text, err->text) == 0;

	f.trouble = *err;
	return same;
}

/* Until something is new, or the parent is gone. */
static int
make_when_changed(int full, struct author_sourced *made, struct err *err)
{
	int r;

	if (f.watch == NULL)
		f.watch = author_watch_new();
	while ((r = make(0, made, err)) == 0 ||
	       (r == -1 && is_old_trouble(err)))
		if (!author_watch_update(f.watch, author_source_tree(f.source),
					 author_source_git_dir(f.source)) &&
		    !author_watch_wait(f.watch, f.parent.fd, r == -1))
			return 0;
	if (r == 1)
		f.trouble.text[0] = '\0';
	if (r == 1 && full) {
		close(made->fd);
		r = make(1, made, err);
	}
	return r;
}

static void
send_reports(void)
{
	for (size_t at = 0; at < f.reports.len;) {
		const char *line = f.reports.data + at;

		if (ipc_problem(&f.parent, SEVERITY_ERROR, line) == -1)
			_exit(0);
		at += strlen(line) + 1;
	}
}

static void
send_source(const struct author_sourced *made)
{
	struct msg_source m = {.files = made->files,
			       .left_out = made->left_out};

	send_reports();
	git_oid_tostr(m.commit, sizeof(m.commit), &made->commit);
	if (ipc_send(&f.parent, MSG_SOURCE, &m, sizeof(m), &made->fd, 1) == -1)
		_exit(0);
	close(made->fd);
}

static void
answer(const struct msg_fetch *wanted)
{
	struct author_sourced made;
	struct err err;
	int full = wanted->full != 0;
	int r = wanted->wait ? make_when_changed(full, &made, &err)
			     : make(full, &made, &err);

	if (r == 1)
		send_source(&made);
	else if (r == -1)
		ipc_send_text(&f.parent, MSG_FAILED, err.text);
	else
		ipc_send(&f.parent, MSG_UNCHANGED, NULL, 0, NULL, 0);
}

void
author_files_main(void)
{
	static struct ipc_msg m;
	struct err err;

	log_init(LOG_TO_PARENT, 0);
	signal(SIGPIPE, SIG_IGN);
	f.parent = (struct ipc){CONTROL_FD, ROLE_GIT, ROLE_PARENT};
	f.source = author_source_new(f.dir, f.revision, &f.set, &err);
	if (f.source == NULL) {
		ipc_send_text(&f.parent, MSG_FAILED, err.text);
		_exit(0);
	}
	ipc_send_text(&f.parent, MSG_READY,
		      author_source_shallow(f.source) ? "shallow" : "files");
	while (ipc_recv(&f.parent, &m) == 1)
		if (m.type == MSG_FETCH)
			answer((const void *)m.data);
	_exit(0);
}
