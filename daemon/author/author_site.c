/* SPDX-License-Identifier: ISC */
#include "author_site.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../sandbox/demand.h"
#include "../../sandbox/sandbox.h"
#include "../broker.h"
#include "../buf.h"
#include "../child.h"
#include "../clock.h"
#include "../log.h"
#include "../memfd.h"
#include "../source.h"
#include "author_files.h"

enum state { IDLE, READING, RENDERING };

struct author_site {
	struct render_settings set;
	const struct author_site_ops *ops;
	void *ctx;
	struct child files, render;
	enum state state;
	enum author_now now;
	int wanted;   /* before the files are ready */
	int full;     /* the next source must hold every byte */
	int was_full; /* this one does */
	int wait;
	int stopping;
	int source; /* descriptor while RENDERING; -1 */
	const struct published *previous;
	int64_t began_ms;
	/* of the render that has sent its result and not yet ended */
	struct published *made;
	struct msg_rendered counts;
	char why[1024]; /* it failed; "": not */
};

/* ------------------------------------------------------------- one cycle -- */

static void
drop_source(struct author_site *s)
{
	if (s->source != -1)
		close(s->source);
	s->source = -1;
}

static void
ask_for_files(struct author_site *s)
{
	struct msg_fetch fetch = {.full = (uint32_t)s->full,
				  .wait = (uint32_t)s->wait};

	s->state = READING;
	s->was_full = s->full;
	child_send(&s->files, MSG_FETCH, &fetch, sizeof(fetch), NULL, 0);
}

void
author_site_make(struct author_site *s, const struct published *previous,
		 int wait)
{
	s->previous = previous;
	if (previous == NULL)
		s->full = 1;
	s->wait = wait;
	s->wanted = !s->files.ready;
	s->began_ms = clock_ms();
	if (!s->wanted)
		ask_for_files(s);
}

/* What is wrong may be that bytes were missing: then once more with all. */
static void
fail(struct author_site *s, const char *why)
{
	int again = s->state == RENDERING && s->source != -1 && !s->was_full;

	drop_source(s);
	s->state = IDLE;
	s->full = 1;
	if (again) {
		author_site_make(s, NULL, 0);
		return;
	}
	s->ops->failed(s->ctx, why);
}

/* The files' process is ours and has the author's rights: its header is read
 * here. */
static int64_t
time_of_source(int fd)
{
	const struct source_head *head;
	struct err err;
	int64_t t = 0;
	size_t size;

	head = memfd_map(fd, &size, &err);
	if (head == NULL)
		return 0;
	if (size >= sizeof(*head))
		t = head->commit_time;
	munmap((void *)(uintptr_t)head, size);
	return t;
}

static int64_t
site_time(const struct author_site *s)
{
	int64_t t = s->now == NOW_SOURCE && s->source != -1
			? time_of_source(s->source)
			: (int64_t)time(NULL);

	return t - t % 60;
}

static int
start_render(struct author_site *s, const char *failure, struct err *err)
{
	struct render_settings set = s->set;

	set.now = site_time(s);
	snprintf(set.failure, sizeof(set.failure), "%s", failure);
	if (child_start(&s->render, ROLE_RENDER, err) == -1)
		return -1;
	s->state = RENDERING;
	s->why[0] = '\0';
	child_give(&s->render, SLOT_SOURCE, s->source);
	if (failure[0] == '\0')
		published_give(s->previous, &s->render);
	child_settings(&s->render, &set, sizeof(set));
	return 0;
}

void
author_site_make_failure(struct author_site *s, const char *why)
{
	struct err err;

	s->began_ms = clock_ms();
	if (start_render(s, why, &err) == -1)
		fatalx("cannot start render: %s", err.text);
}

static void
take_source(struct author_site *s, struct ipc_msg *msg)
{
	struct err err;
	size_t size;

	if (s->state != READING)
		return;
	if (memfd_check(msg->fds[0], &size, &err) == -1) {
		fail(s, err.text);
		return;
	}
	s->source = msg->fds[0];
	msg->nfds = 0;
	s->full = 0;
	if (s->wait) /* what came before was idleness */
		s->began_ms = clock_ms();
	if (start_render(s, "", &err) == -1)
		fail(s, err.text);
}

/* ------------------------------------------------------------- messages -- */

static void
tell_problem(struct author_site *s, const struct ipc_msg *msg)
{
	const struct msg_problem *m = (const void *)msg->data;
	char text[PROBLEM_TEXT_MAX + 1];
	size_t len = msg->len - offsetof(struct msg_problem, text);

	memcpy(text, m->text, len);
	text[len] = '\0';
	s->ops->problem(s->ctx,
			m->severity == SEVERITY_ERROR ? SEVERITY_ERROR
						      : SEVERITY_WARNING,
			text);
}

static void
files_message(struct child *c, struct ipc_msg *msg)
{
	struct author_site *s = c->owner;

	if (s->stopping)
		return;
	if (msg->type == MSG_READY) {
		if (strcmp(msg->data, "shallow") == 0)
			s->ops->shallow(s->ctx);
		if (s->wanted)
			ask_for_files(s);
		s->wanted = 0;
	} else if (msg->type == MSG_PROBLEM) {
		tell_problem(s, msg);
	} else if (msg->type == MSG_SOURCE) {
		take_source(s, msg);
	} else if (msg->type == MSG_FAILED) {
		fail(s, msg->data);
	}
}

static void
files_gone(struct child *c, int status)
{
	struct author_site *s = c->owner;

	(void)status;
	if (!s->stopping)
		fatalx("the process that reads the files has ended");
}

static void
render_message(struct child *c, struct ipc_msg *msg)
{
	struct author_site *s = c->owner;
	struct err err;

	if (s->stopping || s->state != RENDERING)
		return;
	if (msg->type == MSG_PROBLEM) {
		tell_problem(s, msg);
	} else if (msg->type == MSG_RENDERED && s->made == NULL) {
		memcpy(&s->counts, msg->data, sizeof(s->counts));
		s->made = published_take(msg, &err);
		if (s->made == NULL)
			snprintf(s->why, sizeof(s->why),
				 "render sent a bad snapshot: %s", err.text);
		child_end(c);
	} else if (msg->type == MSG_FAILED) {
		snprintf(s->why, sizeof(s->why), "%.1023s", msg->data);
		child_end(c);
	} else if (msg->type == MSG_DISTRUST) {
		snprintf(s->why, sizeof(s->why), "the source was refused");
		child_end(c);
	}
}

static void
render_gone(struct child *c, int status)
{
	struct author_site *s = c->owner;
	struct published *made = s->made;

	(void)status;
	s->made = NULL;
	if (s->stopping || s->state != RENDERING)
		return;
	if (made == NULL) {
		fail(s, s->why[0] != '\0' ? s->why
					  : "render ended without a result");
		return;
	}
	drop_source(s);
	s->state = IDLE;
	s->ops->rendered(s->ctx, made, &s->counts, clock_ms() - s->began_ms);
}

static const struct child_ops files_ops = {files_message, files_gone};
static const struct child_ops render_ops = {render_message, render_gone};

/* ---------------------------------------------------------- life and end -- */

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	child_reap();
}

struct event_base *
author_loop(void)
{
	struct event_base *base = event_base_new();
	struct event *e =
	    base != NULL ? evsignal_new(base, SIGCHLD, on_child, NULL) : NULL;
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	if (e == NULL || event_add(e, NULL) == -1)
		fatalx("no event base");
	if (child_init(base, "/usr/sbin/blogd", &err) == -1)
		fatalx("%s", err.text);
	return base;
}

struct author_site *
author_site_new(const struct conf_site *conf, const char *dir,
		const char *revision, const struct author_site_ops *ops,
		void *ctx)
{
	struct author_site *s = xcalloc(1, sizeof(*s));
	struct err err;

	s->set = conf->render;
	s->set.report = 1;
	s->ops = ops;
	s->ctx = ctx;
	s->source = -1;
	s->full = 1;
	s->files.ops = &files_ops;
	s->render.ops = &render_ops;
	s->files.owner = s->render.owner = s;
	author_files_init(dir, revision, &conf->git);
	if (child_start_function(&s->files, ROLE_GIT, author_files_main,
				 &err) == -1)
		fatalx("cannot start: %s", err.text);
	return s;
}

/* Whom root becomes: the daemon's user, if there is one. */
static const char *
user(void)
{
	return getpwnam("blogd") != NULL ? "blogd" : "nobody";
}

static int
compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* What libc asks for once: the time zone, even where UTC is wanted, and how
 * much memory there is, with the first larger array that it sorts. */
static void
warm_up(void)
{
	unsigned char array[4096] = {0};

	tzset();
	qsort(array, sizeof(array), 1, compare_bytes);
}

void
author_jail(const struct conf *conf)
{
	static const struct conf_options none;
	struct err err;

	warm_up();
	if (sandbox_parent(geteuid() == 0 ? user() : NULL, &err) == -1 ||
	    sandbox_demand(0, &err) == -1)
		fatalx("%s", err.text);
	sandbox_filter(ROLE_BROKER, VARIANT_PLAIN);
	if (broker_start(&none, conf, &err) == -1)
		fatalx("%s", err.text);
	sandbox_enter(ROLE_PARENT, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_PARENT, VARIANT_PLAIN);
}

void
author_site_now(struct author_site *s, enum author_now now)
{
	s->now = now;
}

void
author_site_stop(struct author_site *s)
{
	s->stopping = 1;
	child_end(&s->files);
	child_end(&s->render);
}
