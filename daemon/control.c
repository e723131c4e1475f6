/* SPDX-License-Identifier: ISC */
#include "control.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "../sandbox/sandbox.h"
#include "activation.h"
#include "broker.h"
#include "child.h"
#include "clock.h"
#include "log.h"
#include "record.h"
#include "restart.h"
#include "status.h"

#define BACKLOG	   64
#define ACCEPT_MAX 4 /* in one event: others need their turn */
#define PAUSE_MS   1000
#define LISTED_MAX 200 /* processes; three generations and more */

static struct {
	char path[CONTROL_PATH_LEN];
	int fd;
	struct unix_file file;
	struct event *event, *pause;
} control = {.fd = -1};

/* -------------------------------------------------------------- binding -- */

/* Where root has made it, it is the user's that will remove the socket. */
void
control_prepare(const char *path, const char *user)
{
	char directory[] = CONTROL_PATH;
	const struct passwd *pw;

	*strrchr(directory, '/') = '\0';
	if (strcmp(path, CONTROL_PATH) != 0 || mkdir(directory, 0755) == -1 ||
	    geteuid() != 0)
		return;
	pw = getpwnam(user);
	if (pw != NULL && chown(directory, pw->pw_uid, pw->pw_gid) == -1)
		log_debug("%s stays root's: %s", directory, strerror(errno));
}

int
control_bind(const char *path, struct err *err)
{
	struct err why;

	snprintf(control.path, sizeof(control.path), "%s", path);
	control.fd = activation_control(path, err);
	if (control.fd == -2)
		fatalx("%s", err->text);
	if (control.fd != -1 || path[0] == '\0')
		return 0;
	control.fd =
	    broker_listen_unix(path, 0600, BACKLOG, &control.file, &why);
	if (control.fd == -1)
		return err_set(err, "control socket %s", why.text);
	return 0;
}

int
control_is(const char *path)
{
	return strcmp(control.path, path) == 0;
}

void
control_end(void)
{
	if (control.fd == -1)
		return;
	event_free(control.event);
	event_free(control.pause);
	broker_unlisten_unix(control.path, &control.file);
	close(control.fd);
	control.fd = -1;
}

/* ------------------------------------------------------------ answering -- */

struct listed {
	struct status_process process[LISTED_MAX];
	unsigned n;
};

static void
list_child(const struct child *c, void *arg)
{
	struct listed *l = arg;

	if (l->n == LISTED_MAX)
		return;
	l->process[l->n++] = (struct status_process){
	    .role = c->role,
	    .pid = c->pid,
	    .ready = c->ready,
	    .ending = c->expected,
	    .age_s = (uint64_t)(clock_ms() - c->started_ms) / 1000,
	    .jail = c->report,
	};
}

static void
list_parent(struct listed *l, const struct status *s)
{
	l->process[0] = (struct status_process){
	    .role = ROLE_PARENT,
	    .pid = getpid(),
	    .ready = 1,
	    .age_s = s->now > s->site.started ? s->now - s->site.started : 0,
	    .jail = sandbox_report(),
	};
	l->n = 1;
}

static void
write_answer(struct buf *out)
{
	static struct status s; /* too large for a stack */
	static struct listed listed;
	struct buf text = {0}, json = {0};

	record_status(&s);
	list_parent(&listed, &s);
	child_each(list_child, &listed);
	s.process = listed.process;
	s.nprocesses = listed.n;
	status_write_text(&text, &s);
	status_write_json(&json, &s);
	buf_printf(out, CONTROL_GREETING "%d %zu %zu\n", status_good(&s),
		   text.len, json.len);
	buf_add(out, text.data, text.len);
	buf_add(out, json.data, json.len);
	buf_free(&text);
	buf_free(&json);
}

/* The socket's own buffer takes it; from one that takes less the client sees
 * that something is missing. */
static void
answer(int fd)
{
	struct buf out = {0};

	write_answer(&out);
	(void)!write(fd, out.data, out.len);
	buf_free(&out);
	close(fd);
}

static void
on_connect(evutil_socket_t listen_fd, short what, void *arg)
{
	(void)what, (void)arg;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd = accept4(listen_fd, NULL, NULL,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1) {
			answer(fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM) { /* it stays readable */
			event_del(control.event);
			timer_set(control.pause, PAUSE_MS);
		}
		return;
	}
}

static void
on_pause_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_add(control.event, NULL);
}

void
control_start(struct event_base *base)
{
	if (control.fd == -1)
		return;
	control.event =
	    event_new(base, control.fd, EV_READ | EV_PERSIST, on_connect, NULL);
	control.pause = evtimer_new(base, on_pause_end, NULL);
	if (control.event == NULL || control.pause == NULL ||
	    event_add(control.event, NULL) == -1)
		fatalx("out of memory (control socket)");
}
