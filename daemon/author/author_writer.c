/* SPDX-License-Identifier: ISC */
#include "author_writer.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../child.h"
#include "../log.h"
#include "author_names.h"
#include "author_out.h"

static struct {
	const char *dir;
	const struct author_writer_ops *ops;
	struct child child;
	int written;
	struct err why; /* not */
} w;

/* ------------------------------------------------------- in the process -- */

static int
write_files(struct author_out *out, const struct author_names *names,
	    struct err *err)
{
	for (size_t i = 0; i < names->n; i++)
		author_out_plan(out, names->list[i].path);
	if (author_out_begin(out, err) == -1)
		return -1;
	for (size_t i = 0; i < names->n; i++)
		if (author_out_put(out, names->list[i].path,
				   names->list[i].data, err) == -1)
			return -1;
	return author_out_end(out, err);
}

static int
write_site(const struct ipc_msg *m, struct err *err)
{
	const struct msg_snapshot *sizes = (const void *)m->data;
	struct snapshot *s =
	    snapshot_open_sized(m->fds, sizes->size, m->nfds, err);
	struct author_names names = {0};
	struct author_out *out;
	int r;

	if (s == NULL)
		return -1;
	out = author_out_open(w.dir, err);
	if (out == NULL)
		return -1;
	author_names_make(&names, s);
	r = write_files(out, &names, err);
	author_names_free(&names);
	author_out_close(out);
	snapshot_unref(s);
	return r;
}

static void
writer_main(void)
{
	static struct ipc_msg m;
	struct ipc parent = {CONTROL_FD, ROLE_SERVE, ROLE_PARENT};
	struct err err;

	log_init(LOG_TO_PARENT, 0);
	/* What is left out is told: rather wait than lose a line. */
	fcntl(STDERR_FILENO, F_SETFL, 0);
	signal(SIGPIPE, SIG_IGN);
	ipc_send_text(&parent, MSG_READY, "writer");
	if (ipc_recv(&parent, &m) != 1 || m.type != MSG_SNAPSHOT)
		_exit(0);
	if (write_site(&m, &err) == -1)
		ipc_send_text(&parent, MSG_FAILED, err.text);
	else
		ipc_send(&parent, MSG_SWAPPED, NULL, 0, NULL, 0);
	_exit(0);
}

/* --------------------------------------------------------- in the parent -- */

static void
on_message(struct child *c, struct ipc_msg *msg)
{
	(void)c;
	if (msg->type == MSG_SWAPPED)
		w.written = 1;
	else if (msg->type == MSG_FAILED)
		err_set(&w.why, "%s", msg->data);
}

/* Only now has all been heard that it logged. */
static void
on_gone(struct child *c, int status)
{
	(void)c, (void)status;
	if (w.written)
		w.ops->done();
	else
		w.ops->failed(w.why.text);
}

static const struct child_ops ops = {on_message, on_gone};

void
author_writer_start(const char *dir, const struct author_writer_ops *o)
{
	struct err err;

	w.dir = dir;
	w.ops = o;
	err_set(&w.why, "the process that writes the files has ended");
	w.child.ops = &ops;
	if (child_start_function(&w.child, ROLE_SERVE, writer_main, &err) == -1)
		fatalx("cannot start: %s", err.text);
}

void
author_writer_write(const struct published *p)
{
	struct msg_snapshot m = {{0}};

	memcpy(m.size, p->size, sizeof(p->size));
	child_send(&w.child, MSG_SNAPSHOT, &m, sizeof(m), p->fds, p->nfds);
}
