/* SPDX-License-Identifier: ISC */
#include "child.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "clock.h"
#include "log.h"
#include "record.h"
#include "restart.h"
#include "spawn.h"

/* Resolving a name that no server answers for is what takes longest. */
#define START_MS 120000
/* Wiping takes a moment; a process that is stopped has none. */
#define END_MS 2000
/* What a dead process can have left in its channels, and more. */
#define REST_MAX 512

static struct event_base *base;
static struct child *children;

int
child_init(struct event_base *b, const char *argv0, struct err *err)
{
	base = b;
	return spawn_init(argv0, err);
}

/* ------------------------------------------------------------- starting -- */

/* The parent never waits for a child: neither to write to it nor to read. */
static int
make_channels(int control[2], int lines[2], struct err *err)
{
	if (ipc_pair(control) == -1)
		return err_set(err, "socketpair: %s", strerror(errno));
	if (pipe2(lines, O_CLOEXEC | O_NONBLOCK) == 0)
		return 0;
	err_set(err, "pipe: %s", strerror(errno));
	close(control[0]);
	close(control[1]);
	return -1;
}

static void on_control(evutil_socket_t fd, short what, void *arg);
static void on_log(evutil_socket_t fd, short what, void *arg);
static void too_late(evutil_socket_t fd, short what, void *arg);

static void
watch(struct child *c)
{
	c->control_event =
	    event_new(base, c->control.fd, EV_READ | EV_PERSIST, on_control, c);
	c->log_event =
	    event_new(base, c->lines.fd, EV_READ | EV_PERSIST, on_log, c);
	c->start_event = evtimer_new(base, too_late, c);
	if (c->control_event == NULL || c->log_event == NULL ||
	    c->start_event == NULL || event_add(c->control_event, NULL) == -1 ||
	    event_add(c->log_event, NULL) == -1)
		fatalx("out of memory (events)");
	timer_set(c->start_event, START_MS);
}

static void
began(struct child *c, enum role role, int control, int lines)
{
	c->role = role;
	c->ready = c->expected = c->refused = 0;
	c->started_ms = clock_ms();
	c->report[0] = '\0';
	c->control = (struct ipc){control, ROLE_PARENT, role};
	child_lines_init(&c->lines, role, lines);
	watch(c);
	c->next = children;
	children = c;
}

static struct child *
find(pid_t pid)
{
	struct child *c = children;

	while (c != NULL && c->pid != pid)
		c = c->next;
	return c;
}

/* The broker's word is not enough: this number will be killed some day. */
static int
is_new_child(pid_t pid)
{
	siginfo_t info;

	return pid > 1 && find(pid) == NULL &&
	       waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		   0;
}

/* fn NULL: the binary is executed. */
static int
start(struct child *c, enum role role, void (*fn)(void), struct err *err)
{
	int control[2], lines[2];

	if (c->pid != 0)
		return err_set(err, "it runs already");
	if (make_channels(control, lines, err) == -1)
		return -1;
	c->pid = fn != NULL ? spawn_function(fn, control[1], lines[1])
			    : broker_spawn(role, control[1], lines[1]);
	close(control[1]);
	close(lines[1]);
	if (c->pid == -1) {
		c->pid = 0;
		close(control[0]);
		close(lines[0]);
		return err_set(err, "fork: %s", strerror(errno));
	}
	if (!is_new_child(c->pid))
		fatalx("the broker says that it started process %ld, which is "
		       "no new child",
		       (long)c->pid);
	began(c, role, control[0], lines[0]);
	return 0;
}

int
child_start(struct child *c, enum role role, struct err *err)
{
	return start(c, role, NULL, err);
}

int
child_start_function(struct child *c, enum role role, void (*fn)(void),
		     struct err *err)
{
	return start(c, role, fn, err);
}

void
child_send(struct child *c, enum msg_type type, const void *data, size_t len,
	   const int *fds, unsigned nfds)
{
	if (c->pid == 0 ||
	    ipc_send_nowait(&c->control, type, data, len, fds, nfds) == 0)
		return;
	log_warn("%s does not take message %d: %s", role_name(c->role),
		 (int)type, strerror(errno));
	child_kill(c);
}

void
child_give(struct child *c, enum slot slot, int fd)
{
	if (fd != -1)
		child_give_all(c, slot, &fd, 1);
}

void
child_give_all(struct child *c, enum slot slot, const int *fds, unsigned n)
{
	struct msg_give give = {.slot = slot};

	for (unsigned some; n > 0; fds += some, n -= some) {
		some = n < IPC_FDS_MAX ? n : IPC_FDS_MAX;
		child_send(c, MSG_GIVE, &give, sizeof(give), fds, some);
	}
}

void
child_settings(struct child *c, const void *settings, size_t len)
{
	child_send(c, MSG_START, settings, len, NULL, 0);
}

/* -------------------------------------------------------------- reading -- */

static void
drop_fds(struct ipc_msg *msg)
{
	while (msg->nfds > 0)
		close(msg->fds[--msg->nfds]);
}

/* Said once for each role, and again when it is not what it was: render is
 * started for every update. */
static void
log_report(const struct child *c)
{
	static char said[ROLE__MAX][sizeof(c->report)];

	if (strcmp(said[c->role], c->report) != 0)
		log_info("%s is ready: %s", role_name(c->role), c->report);
	else
		log_debug("%s is ready: %s", role_name(c->role), c->report);
	memcpy(said[c->role], c->report, sizeof(c->report));
}

void
child_told(struct child *c, const struct ipc_msg *msg)
{
	if (msg->type != MSG_READY)
		return;
	c->ready = 1;
	if (!c->expected)
		event_del(c->start_event);
	snprintf(c->report, sizeof(c->report), "%.255s", msg->data);
	log_report(c);
}

void
child_refuse(struct child *c, const char *why)
{
	if (c->pid == 0 || c->refused)
		return;
	log_err("%s broke the protocol and is killed: %s", role_name(c->role),
		why);
	c->refused = 1;
	c->ready = 0;
	event_del(c->control_event);
	child_kill(c);
}

void
child_distrusted(struct child *c, const struct ipc_msg *msg)
{
	struct msg_distrust m;

	memcpy(&m, msg->data, sizeof(m));
	m.why[sizeof(m.why) - 1] = '\0';
	child_refuse(c, m.why);
}

static void
take(struct child *c, struct ipc_msg *msg)
{
	if (msg->type == MSG_READY && c->ready) {
		child_refuse(c, "it is ready once more");
	} else {
		child_told(c, msg);
		c->ops->message(c, msg);
	}
	drop_fds(msg);
}

static void
on_control(evutil_socket_t fd, short what, void *arg)
{
	static struct ipc_msg msg;
	struct child *c = arg;
	int n = ipc_recv_nowait(&c->control, &msg);

	(void)fd, (void)what;
	if (n == 1) {
		take(c, &msg);
		return;
	}
	if (n == -1 && errno == EAGAIN)
		return;
	if (n == -1 && errno != ECONNRESET) { /* that one has ended */
		child_refuse(c, strerror(errno));
		return;
	}
	event_del(c->control_event);
	child_kill(c);
}

static void
too_late(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd, (void)what;
	if (c->expected)
		log_err("%s does not end and is killed", role_name(c->role));
	else
		log_err("%s is not ready after %d s and is killed",
			role_name(c->role), START_MS / 1000);
	child_kill(c);
}

void
child_log(struct child *c, const char *text)
{
	char line[LOG_LINE];

	snprintf(line, sizeof(line), "<%d>%s", LOG_LEVEL_ERR, text);
	child_line(&c->lines, line);
}

static void
on_log(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd, (void)what;
	if (child_lines_read(&c->lines) == -1)
		event_del(c->log_event);
}

/* --------------------------------------------------------------- ending -- */

/* With all that it forked; by its own number alone when it has not come to
 * make its group. */
void
child_kill(struct child *c)
{
	if (c->pid != 0 && kill(-c->pid, SIGKILL) == -1)
		kill(c->pid, SIGKILL);
}

void
child_end(struct child *c)
{
	c->expected = 1;
	child_kill(c);
}

void
child_ask_to_end(struct child *c)
{
	if (c->pid == 0 || c->expected)
		return;
	c->expected = 1;
	kill(c->pid, SIGTERM);
	timer_set(c->start_event, END_MS);
}

static void
unlink_child(struct child *c)
{
	struct child **p = &children;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	c->next = NULL;
}

/* What a child said before it ended must not be lost: a reason for its end, or
 * its last message. */
static void
read_the_rest(struct child *c)
{
	static struct ipc_msg msg;
	int n = REST_MAX;

	while (n-- > 0 && child_lines_read(&c->lines) == 1)
		continue;
	child_lines_end(&c->lines);
	for (n = REST_MAX; n > 0 && !c->expected && !c->refused; n--) {
		if (ipc_recv_nowait(&c->control, &msg) != 1)
			break;
		take(c, &msg);
	}
}

static void
log_end(const struct child *c, int status)
{
	if (c->expected || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return;
	if (WIFSIGNALED(status))
		log_err("%s (process %ld) was ended by signal %d (%s)",
			role_name(c->role), (long)c->pid, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		log_err("%s (process %ld) ended with status %d",
			role_name(c->role), (long)c->pid, WEXITSTATUS(status));
}

static void
ended(struct child *c, int status)
{
	log_end(c, status);
	if (!c->expected)
		record_restart(c->role);
	event_free(c->control_event);
	event_free(c->log_event);
	event_free(c->start_event);
	close(c->control.fd);
	close(c->lines.fd);
	unlink_child(c);
	c->pid = 0;
	c->ready = 0;
	c->ops->gone(c, status);
}

void
child_each(void (*fn)(const struct child *c, void *arg), void *arg)
{
	for (const struct child *c = children; c != NULL; c = c->next)
		fn(c, arg);
}

void
child_reap(void)
{
	siginfo_t dead = {0};
	struct child *c;
	int status;

	/* Until it is waited for its number is nobody else's: the group is what
	 * it left behind. */
	while (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       dead.si_pid != 0) {
		kill(-dead.si_pid, SIGKILL);
		c = find(dead.si_pid);
		if (c != NULL)
			read_the_rest(c);
		if (waitpid(dead.si_pid, &status, 0) != dead.si_pid)
			fatal("waitpid");
		if (c != NULL)
			ended(c, status);
		dead.si_pid = 0;
	}
}
