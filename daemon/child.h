/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CHILD_H
#define BLOGD_CHILD_H

#include <sys/types.h>

#include <event2/event.h>

#include "child_lines.h"

/*
 * A child process as the parent sees it: fork and exec of the same binary with
 * a role, a control channel, and a pipe with its log lines.  The struct is
 * embedded in what owns it (front, update) and is zero when nothing runs.
 */
struct child;

struct child_ops {
	/* A message came; its descriptors are closed when this returns, unless
	 * the handler sets msg->nfds to 0 after taking them. */
	void (*message)(struct child *c, struct ipc_msg *msg);
	/* The process has ended and c is zero but for owner and ops;
	 * status is waitpid's. */
	void (*gone)(struct child *c, int status);
};

struct child {
	const struct child_ops *ops;
	void *owner;
	enum role role;
	pid_t pid;    /* 0: none */
	int ready;    /* MSG_READY was seen */
	int expected; /* its end is wanted: do not log it */
	int refused;  /* it broke the protocol: it is not heard any more */
	long long started_ms;
	char report[256]; /* of MSG_READY */
	struct ipc control;
	struct child_lines lines;
	struct event *control_event, *log_event;
	struct event *start_event; /* it is to be ready by then, or gone */
	struct child *next;	   /* all running children */
};

/* Once: how the binary is executed again.  argv0 is the fallback. */
int child_init(struct event_base *base, const char *argv0, struct err *err);

/* Starts the process; the owner then gives it its descriptors and settings. */
int child_start(struct child *c, enum role role, struct err *err);

/* The same, but a copy of this process that goes on in fn (see spawn.h). */
int child_start_function(struct child *c, enum role role, void (*fn)(void),
			 struct err *err);

/* Hands over a descriptor, which stays the parent's too; fd -1 is nothing. */
void child_give(struct child *c, enum slot slot, int fd);
void child_give_all(struct child *c, enum slot slot, const int *fds,
		    unsigned n);
/* Settings end the hand-over: the child starts to work. */
void child_settings(struct child *c, const void *settings, size_t len);
/* Any other message.  A child that does not read is killed. */
void child_send(struct child *c, enum msg_type type, const void *data,
		size_t len, const int *fds, unsigned nfds);

/* Logs the text of a MSG_FAILED as an error of the child's, which counts as one
 * of its log lines: those are limited. */
void child_log(struct child *c, const char *text);

/* Takes note of a message that did not come through the event loop. */
void child_told(struct child *c, const struct ipc_msg *msg);

/* SIGKILL, to what it forked as well; gone is called later, when the process
 * has been waited for. */
void child_kill(struct child *c);
/* The same, as something that was meant. */
void child_end(struct child *c);
/* SIGTERM first, for a child that has something to wipe; the other when it is
 * not gone after a while. */
void child_ask_to_end(struct child *c);

/* The same, because of what it has sent; nothing else from it is heard. */
void child_refuse(struct child *c, const char *why);

/* The same, because somebody says so in MSG_DISTRUST. */
void child_distrusted(struct child *c, const struct ipc_msg *msg);

/* Calls fn for each that runs. */
void child_each(void (*fn)(const struct child *c, void *arg), void *arg);

/* On SIGCHLD: waits for all that have ended. */
void child_reap(void);

#endif
