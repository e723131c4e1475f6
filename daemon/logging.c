/* SPDX-License-Identifier: ISC */
#include "logging.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "buf.h"
#include "log.h"
#include "restart.h"

/* A message goes to one reader whole, so that two processes can take turns
 * without a gap: the one at work, and one that takes over with a file that was
 * opened anew. */
#define PROCESSES 2
/* As many lines as the system lets wait. */
#define CHANNEL_SIZE (1024 * 1024)

struct logging {
	struct conf_access conf;
	struct child child[PROCESSES];
	struct restart restart;
	const struct logging_ops *ops;
	struct front *owner;
	int file; /* -1: not open, or standard error */
	int started, ending;
	int again; /* the file was opened anew when both were there */
	unsigned n;
	int channel[][2]; /* the process's end, serve's end */
};

/* ------------------------------------------------------------- the file -- */

static int
open_file(const char *path, struct err *err)
{
	int fd = broker_open(BROKER_APPEND, path);

	if (fd == -1)
		err_set(err, "cannot open the access log %s: %s", path,
			errno == EOPNOTSUPP ? "it is no file"
					    : strerror(errno));
	return fd;
}

/* ---------------------------------------------------------- the process -- */

static struct child *
idle(struct logging *l)
{
	for (int i = 0; i < PROCESSES; i++)
		if (l->child[i].pid == 0)
			return &l->child[i];
	return NULL;
}

static void
start(struct logging *l)
{
	struct log_settings settings = {.writers = l->n};
	struct child *c = idle(l);
	struct err err;

	if (c == NULL) {
		l->again = 1;
		return;
	}
	restart_began(&l->restart);
	if (child_start(c, ROLE_LOG, &err) == -1) {
		log_err("cannot start log: %s", err.text);
		restart_plan(&l->restart);
		return;
	}
	child_give(c, SLOT_ACCESS_LOG,
		   l->conf.to == ACCESS_FILE ? l->file : STDERR_FILENO);
	for (unsigned i = 0; i < l->n; i++)
		child_give(c, SLOT_ACCESS, l->channel[i][0]);
	child_settings(c, &settings, sizeof(settings));
}

static void
start_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start(arg);
}

/* All but this one write what has come so far, and end. */
static void
end_others(struct logging *l, const struct child *but)
{
	struct msg_drain drain = {0};

	for (int i = 0; i < PROCESSES; i++) {
		struct child *c = &l->child[i];

		if (c == but || c->pid == 0 || c->expected)
			continue;
		c->expected = 1;
		child_send(c, MSG_DRAIN, &drain, sizeof(drain), NULL, 0);
	}
}

static void
on_message(struct child *c, struct ipc_msg *msg)
{
	struct logging *l = c->owner;

	if (msg->type == MSG_FAILED)
		child_log(c, msg->data);
	if (msg->type != MSG_READY)
		return;
	end_others(l, c);
	if (l->started)
		return;
	l->started = 1;
	l->ops->ready(l->owner);
}

static void
on_gone(struct child *c, int status)
{
	struct logging *l = c->owner;

	(void)status;
	if (l->ending) {
		if (!logging_is_running(l))
			l->ops->gone(l->owner);
	} else if (!l->started) {
		l->ops->failed(l->owner,
			       "the log process ended before it was ready");
	} else if (!c->expected) {
		restart_plan(&l->restart);
	} else if (l->again) {
		l->again = 0;
		start(l);
	}
}

static const struct child_ops child_ops = {on_message, on_gone};

static int
make_channels(struct logging *l, unsigned n, struct err *err)
{
	int size = CHANNEL_SIZE;

	for (; l->n < n; l->n++) {
		if (ipc_pair(l->channel[l->n]) == -1)
			return err_set(err, "socketpair: %s", strerror(errno));
		setsockopt(l->channel[l->n][1], SOL_SOCKET, SO_SNDBUF, &size,
			   sizeof(size));
	}
	return 0;
}

int
logging_new(struct logging **made, const struct conf *conf, unsigned writers,
	    struct event_base *base, const struct logging_ops *ops,
	    struct front *owner, struct err *err)
{
	struct logging *l;

	*made = NULL;
	if (conf->access.to == ACCESS_OFF)
		return 0;
	l = xcalloc(1, sizeof(*l) + writers * sizeof(l->channel[0]));
	l->conf = conf->access;
	l->ops = ops;
	l->owner = owner;
	l->file = -1;
	for (int i = 0; i < PROCESSES; i++) {
		l->child[i].ops = &child_ops;
		l->child[i].owner = l;
	}
	restart_init(&l->restart, base, start_again, l);
	*made = l; /* its owner frees it */
	return make_channels(l, writers, err);
}

void
logging_free(struct logging *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < l->n; i++) {
		close(l->channel[i][0]);
		close(l->channel[i][1]);
	}
	if (l->file != -1)
		close(l->file);
	restart_free(&l->restart);
	free(l);
}

int
logging_start(struct logging *l, struct err *err)
{
	if (l == NULL)
		return 0;
	if (l->conf.to == ACCESS_FILE) {
		l->file = open_file(l->conf.path, err);
		if (l->file == -1)
			return -1;
	}
	start(l);
	return 0;
}

/* A second process begins with the new file, and then the first ends. */
void
logging_reopen(struct logging *l)
{
	struct err err;
	int fd;

	if (l == NULL || l->file == -1 || l->ending)
		return;
	fd = open_file(l->conf.path, &err);
	if (fd == -1) {
		log_err("%s; the old one stays", err.text);
		return;
	}
	close(l->file);
	l->file = fd;
	start(l);
	log_info("the access log was opened again");
}

int
logging_channel(const struct logging *l, unsigned number)
{
	return l != NULL && number < l->n ? l->channel[number][1] : -1;
}

int
logging_is_ready(const struct logging *l)
{
	return l == NULL || l->started;
}

/* --------------------------------------------------------------- ending -- */

int
logging_is_running(const struct logging *l)
{
	for (int i = 0; l != NULL && i < PROCESSES; i++)
		if (l->child[i].pid != 0)
			return 1;
	return 0;
}

void
logging_end(struct logging *l)
{
	if (l == NULL)
		return;
	l->ending = 1;
	event_del(l->restart.timer);
	end_others(l, NULL);
}

void
logging_kill(struct logging *l)
{
	if (l == NULL)
		return;
	l->ending = 1;
	event_del(l->restart.timer);
	for (int i = 0; i < PROCESSES; i++)
		child_end(&l->child[i]);
}
