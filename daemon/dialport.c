/* SPDX-License-Identifier: ISC */
#include "dialport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "log.h"

static void
hang_up(struct dialport *p)
{
	if (p->from_dial != NULL)
		event_free(p->from_dial);
	p->from_dial = NULL;
	if (p->dial.fd != -1)
		close(p->dial.fd);
	p->dial.fd = -1;
}

static void
drop(struct ipc_msg *m)
{
	while (m->nfds > 0)
		close(m->fds[--m->nfds]);
}

/* Without waiting, for neither side is trusted to read.  What git does not take
 * it asks for again, as does its successor. */
static void
pass_back(const struct dialport *p, enum msg_type type, const void *data,
	  size_t len, const int *fds, unsigned nfds)
{
	if (ipc_send_nowait(&p->git, type, data, len, fds, nfds) == -1)
		log_debug("git does not take dial's answer: %s",
			  strerror(errno));
}

static void
on_dial(evutil_socket_t fd, short what, void *arg)
{
	static struct ipc_msg m;
	struct dialport *p = arg;
	int n = ipc_recv_nowait(&p->dial, &m);

	(void)fd, (void)what;
	if (n == 1) {
		pass_back(p, m.type, m.data, m.len, m.fds, m.nfds);
		drop(&m);
		return;
	}
	if (n == -1 && errno == EAGAIN)
		return;
	if (n == -1)
		log_err("dial at %s broke the protocol: %s", p->path,
			strerror(errno));
	hang_up(p); /* git asks again, and then it is called again */
}

static int
call(struct dialport *p, struct err *err)
{
	if (p->dial.fd != -1)
		return 0;
	p->dial =
	    (struct ipc){broker_connect_dial(p->path), ROLE_GIT, ROLE_DIAL};
	if (p->dial.fd == -1)
		return err_set(err,
			       "cannot reach dial at %s: %s (start "
			       "blogd-dial.socket)",
			       p->path, strerror(errno));
	p->from_dial =
	    event_new(p->base, p->dial.fd, EV_READ | EV_PERSIST, on_dial, p);
	if (p->from_dial == NULL || event_add(p->from_dial, NULL) == -1)
		fatalx("out of memory (events)");
	return 0;
}

static int
pass_on(struct dialport *p, const struct ipc_msg *m, struct err *err)
{
	for (int tries = 0; tries < 2; tries++) {
		if (call(p, err) == -1)
			return -1;
		if (ipc_send_nowait(&p->dial, m->type, m->data, m->len, NULL,
				    0) == 0)
			return 0;
		err_set(err, "dial at %s does not listen: %s", p->path,
			strerror(errno));
		hang_up(p); /* perhaps it was started again */
	}
	return -1;
}

static void
on_git(evutil_socket_t fd, short what, void *arg)
{
	static struct ipc_msg m;
	struct dialport *p = arg;
	int n = ipc_recv_nowait(&p->git, &m);
	struct err err;

	(void)fd, (void)what;
	if (n == 1 && pass_on(p, &m, &err) == -1)
		pass_back(p, MSG_FAILED, err.text, strlen(err.text), NULL, 0);
	if (n == -1 && errno == EPROTO && !p->accused) {
		p->accused = 1;
		log_err("git broke the protocol to dial");
	}
}

void
dialport_init(struct dialport *p, struct event_base *base)
{
	memset(p, 0, sizeof(*p));
	p->base = base;
	p->git.fd = p->dial.fd = -1;
}

void
dialport_start(struct dialport *p, int channel, const char *path)
{
	dialport_stop(p);
	snprintf(p->path, sizeof(p->path), "%s", path);
	p->git = (struct ipc){channel, ROLE_DIAL, ROLE_GIT};
	p->from_git =
	    event_new(p->base, channel, EV_READ | EV_PERSIST, on_git, p);
	if (p->from_git == NULL || event_add(p->from_git, NULL) == -1)
		fatalx("out of memory (events)");
}

void
dialport_stop(struct dialport *p)
{
	hang_up(p);
	if (p->from_git != NULL)
		event_free(p->from_git);
	p->from_git = NULL;
	p->git.fd = -1;
}
