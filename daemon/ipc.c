/* SPDX-License-Identifier: ISC */
#include "ipc.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"
#include "log.h"
#include "settings.h"

#define FROM(role) (1U << (role))
#define ANY_CHILD                                               \
	(FROM(ROLE_DIAL) | FROM(ROLE_GIT) | FROM(ROLE_RENDER) | \
	 FROM(ROLE_KEYS) | FROM(ROLE_SERVE) | FROM(ROLE_LOG) |  \
	 FROM(ROLE_BROKER))
#define PARENT FROM(ROLE_PARENT)

/* The law of the house: who may send what to whom, and what it looks like. */
static const struct rule {
	unsigned from, to;
	size_t min, max; /* payload */
	unsigned min_fds, max_fds;
} rules[MSG__MAX] = {
    [MSG_GIVE] = {PARENT, ANY_CHILD, sizeof(struct msg_give),
		  sizeof(struct msg_give), 1, IPC_FDS_MAX},
    [MSG_START] = {PARENT, ANY_CHILD, 1, IPC_DATA_MAX, 0, 0},
    [MSG_READY] = {ANY_CHILD, PARENT, 0, 512, 0, 0},
    [MSG_FAILED] = {ANY_CHILD, PARENT | FROM(ROLE_GIT), 1, 1024, 0, 0},
    [MSG_CONNECT] = {FROM(ROLE_GIT), FROM(ROLE_DIAL),
		     sizeof(struct msg_connect), sizeof(struct msg_connect), 0,
		     0},
    [MSG_CONNECTED] = {FROM(ROLE_DIAL), FROM(ROLE_GIT),
		       sizeof(struct msg_connect), sizeof(struct msg_connect),
		       1, 1},
    [MSG_FETCH] = {PARENT, FROM(ROLE_GIT), sizeof(struct msg_fetch),
		   sizeof(struct msg_fetch), 0, 0},
    [MSG_PROGRESS] = {FROM(ROLE_GIT), PARENT, sizeof(struct msg_progress),
		      sizeof(struct msg_progress), 0, 0},
    [MSG_SOURCE] = {FROM(ROLE_GIT), PARENT, sizeof(struct msg_source),
		    sizeof(struct msg_source), 1, 1},
    [MSG_UNCHANGED] = {FROM(ROLE_GIT), PARENT, 0, 0, 0, 0},
    [MSG_RENDERED] = {FROM(ROLE_RENDER), PARENT, sizeof(struct msg_rendered),
		      sizeof(struct msg_rendered), 3, IPC_FDS_MAX},
    [MSG_SNAPSHOT] = {PARENT, FROM(ROLE_SERVE), sizeof(struct msg_snapshot),
		      sizeof(struct msg_snapshot), 2, IPC_FDS_MAX},
    [MSG_SWAPPED] = {FROM(ROLE_SERVE), PARENT, 0, 0, 0, 0},
    [MSG_HOOK] = {FROM(ROLE_SERVE), PARENT, 0, 0, 0, 0},
    [MSG_TICKETS] = {PARENT, FROM(ROLE_SERVE), sizeof(struct msg_tickets),
		     sizeof(struct msg_tickets), 0, 0},
    [MSG_ADOPT] = {PARENT, FROM(ROLE_SERVE), sizeof(struct msg_adopt),
		   sizeof(struct msg_adopt), 1, IPC_FDS_MAX},
    [MSG_DISOWN] = {PARENT, FROM(ROLE_SERVE), sizeof(struct msg_disown),
		    sizeof(struct msg_disown), 0, 0},
    [MSG_PING] = {PARENT, FROM(ROLE_SERVE), 0, 0, 0, 0},
    [MSG_PONG] = {FROM(ROLE_SERVE), PARENT, 0, 0, 0, 0},
    [MSG_DRAIN] = {PARENT, FROM(ROLE_SERVE) | FROM(ROLE_LOG),
		   sizeof(struct msg_drain), sizeof(struct msg_drain), 0, 0},
    [MSG_SIGN] = {FROM(ROLE_SERVE), FROM(ROLE_KEYS), sizeof(struct msg_sign),
		  sizeof(struct msg_sign), 0, 0},
    [MSG_SIGNATURE] = {FROM(ROLE_KEYS), FROM(ROLE_SERVE),
		       sizeof(struct msg_signature),
		       sizeof(struct msg_signature), 0, 0},
    [MSG_DISTRUST] = {FROM(ROLE_GIT) | FROM(ROLE_RENDER) | FROM(ROLE_KEYS),
		      PARENT, sizeof(struct msg_distrust),
		      sizeof(struct msg_distrust), 0, 0},
    [MSG_PROBLEM] = {FROM(ROLE_GIT) | FROM(ROLE_RENDER), PARENT,
		     offsetof(struct msg_problem, text) + 1,
		     sizeof(struct msg_problem), 0, 0},
    [MSG_ASK] = {PARENT, FROM(ROLE_BROKER), sizeof(struct msg_ask),
		 sizeof(struct msg_ask), 0, 2},
    [MSG_ANSWER] = {FROM(ROLE_BROKER), PARENT, sizeof(struct msg_answer),
		    sizeof(struct msg_answer), 0, 1},
};

_Static_assert(sizeof(struct serve_settings) <= IPC_DATA_MAX, "one packet");
_Static_assert(sizeof(struct render_settings) <= IPC_DATA_MAX, "one packet");
_Static_assert(sizeof(struct git_settings) <= IPC_DATA_MAX, "one packet");

const char *
role_name(enum role role)
{
	static const char *const names[ROLE__MAX] = {
	    [ROLE_PARENT] = "parent", [ROLE_DIAL] = "dial",
	    [ROLE_GIT] = "git",	      [ROLE_RENDER] = "render",
	    [ROLE_KEYS] = "keys",     [ROLE_SERVE] = "serve",
	    [ROLE_LOG] = "log",	      [ROLE_BROKER] = "broker"};

	if (role == ROLE_INIT)
		return "init";
	return (unsigned)role < ROLE__MAX ? names[role] : "unknown";
}

/* FreeBSD before 15 has room for 8 KiB, which is less than a message. */
static void
make_room(int fd)
{
#ifdef __FreeBSD__
	int size = 4 * IPC_DATA_MAX;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
#else
	(void)fd;
#endif
}

int
ipc_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	make_room(fds[0]);
	make_room(fds[1]);
	return 0;
}

static int
allowed(uint32_t type, enum role from, enum role to, size_t len, unsigned nfds)
{
	const struct rule *r;

	if (type >= MSG__MAX)
		return 0;
	r = &rules[type];
	return (r->from & FROM(from)) && (r->to & FROM(to)) && len >= r->min &&
	       len <= r->max && nfds >= r->min_fds && nfds <= r->max_fds;
}

union control {
	char space[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
	struct cmsghdr align;
};

#ifdef __linux__
/* serve hands over no descriptors, and so has write alone for all that it says
 * to anybody; it ignores SIGPIPE. */
static ssize_t
send_by_write(int fd, const struct iovec iov[2])
{
	char packet[sizeof(uint32_t) + IPC_DATA_MAX];

	memcpy(packet, iov[0].iov_base, iov[0].iov_len);
	if (iov[1].iov_len > 0)
		memcpy(packet + iov[0].iov_len, iov[1].iov_base,
		       iov[1].iov_len);
	return write(fd, packet, iov[0].iov_len + iov[1].iov_len);
}
#endif

/* MSG_EOR: FreeBSD 15 joins messages that nothing separates. */
static ssize_t
send_packet(const struct ipc *c, const struct msghdr *mh, int flags)
{
#ifdef __linux__
	if (c->self == ROLE_SERVE)
		return send_by_write(c->fd, mh->msg_iov);
#endif
	return sendmsg(c->fd, mh, flags | MSG_NOSIGNAL | MSG_EOR);
}

static int
send_message(const struct ipc *c, enum msg_type type, const void *data,
	     size_t len, const int *fds, unsigned nfds, int flags)
{
	uint32_t wire = type;
	struct iovec iov[2] = {{&wire, sizeof(wire)},
			       {(void *)(uintptr_t)data, len}};
	struct msghdr mh = {.msg_iov = iov, .msg_iovlen = 2};
	union control control;
	ssize_t n;

	if (hostile_send(c, type, data, len, fds, nfds))
		return 0;
	if (!allowed(wire, c->self, c->peer, len, nfds))
		fatalx("message %u (%zu bytes, %u descriptors) may not go from "
		       "%s to %s",
		       wire, len, nfds, role_name(c->self), role_name(c->peer));
	if (nfds > 0) {
		struct cmsghdr *cm;

		memset(&control, 0, sizeof(control));
		mh.msg_control = control.space;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(cm), fds, sizeof(int) * nfds);
	}
	do
		n = send_packet(c, &mh, flags);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}

int
ipc_send(const struct ipc *c, enum msg_type type, const void *data, size_t len,
	 const int *fds, unsigned nfds)
{
	return send_message(c, type, data, len, fds, nfds, 0);
}

int
ipc_send_nowait(const struct ipc *c, enum msg_type type, const void *data,
		size_t len, const int *fds, unsigned nfds)
{
	return send_message(c, type, data, len, fds, nfds, MSG_DONTWAIT);
}

int
ipc_send_text(const struct ipc *c, enum msg_type type, const char *text)
{
	size_t len = strlen(text);
	size_t max = rules[type].max;

	return ipc_send(c, type, text, len < max ? len : max, NULL, 0);
}

int
ipc_distrust(const struct ipc *parent, uint32_t number, const char *why)
{
	struct msg_distrust m = {.number = number};

	snprintf(m.why, sizeof(m.why), "%s", why);
	return ipc_send(parent, MSG_DISTRUST, &m, sizeof(m), NULL, 0);
}

int
ipc_problem(const struct ipc *parent, enum severity severity, const char *text)
{
	struct msg_problem m = {.severity = severity};
	size_t len = strlen(text);

	if (len == 0)
		return 0;
	if (len > sizeof(m.text))
		len = sizeof(m.text);
	memcpy(m.text, text, len);
	return ipc_send(parent, MSG_PROBLEM, &m,
			offsetof(struct msg_problem, text) + len, NULL, 0);
}

static void
take_fds(struct msghdr *mh, struct ipc_msg *msg)
{
	struct cmsghdr *cm;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		size_t bytes;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		bytes = cm->cmsg_len - CMSG_LEN(0);
		memcpy(msg->fds + msg->nfds, CMSG_DATA(cm), bytes);
		msg->nfds += bytes / sizeof(int);
	}
}

static void
drop_fds(struct ipc_msg *msg)
{
	while (msg->nfds > 0)
		close(msg->fds[--msg->nfds]);
}

/* May anything with descriptors come?  Given no room for them, the kernel takes
 * none and says MSG_CTRUNC: who needs none need not close any. */
static int
may_bring_fds(const struct ipc *c)
{
	for (unsigned type = 0; type < MSG__MAX; type++)
		if ((rules[type].from & FROM(c->peer)) &&
		    (rules[type].to & FROM(c->self)) && rules[type].max_fds > 0)
			return 1;
	return 0;
}

static int
receive(const struct ipc *c, struct ipc_msg *msg, int flags)
{
	uint32_t wire;
	struct iovec iov[2] = {{&wire, sizeof(wire)},
			       {msg->data, IPC_DATA_MAX}};
	union control control;
	struct msghdr mh = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n;

	if (may_bring_fds(c)) {
		mh.msg_control = control.space;
		mh.msg_controllen = sizeof(control.space);
	}
	do
		n = recvmsg(c->fd, &mh, flags | MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	msg->nfds = 0;
	take_fds(&mh, msg);
	if (n == 0) {
		/* The end, or an empty packet, which may have brought some. */
		drop_fds(msg);
		return 0;
	}
	msg->len = (size_t)n < sizeof(wire) ? 0 : (size_t)n - sizeof(wire);
	if ((size_t)n < sizeof(wire) ||
	    (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    !allowed(wire, c->peer, c->self, msg->len, msg->nfds)) {
		drop_fds(msg);
		errno = EPROTO;
		return -1;
	}
	msg->type = wire;
	msg->data[msg->len] = '\0';
	return 1;
}

int
ipc_recv(const struct ipc *c, struct ipc_msg *msg)
{
	return receive(c, msg, 0);
}

int
ipc_recv_nowait(const struct ipc *c, struct ipc_msg *msg)
{
	return receive(c, msg, MSG_DONTWAIT);
}

static int given = -1; /* descriptors, when all have come */

static void
start_give(struct start *s, const struct ipc_msg *m)
{
	const struct msg_give *give = (const void *)m->data;

	if (m->nfds > START_FDS_MAX - s->n)
		fatalx("too many descriptors were given");
	for (unsigned i = 0; i < m->nfds; i++) {
		hostile_given(give->slot, m->fds[i]);
		s->given[s->n].slot = give->slot;
		s->given[s->n].fd = m->fds[i];
		s->n++;
	}
}

void
start_recv(struct start *s, enum role self, void *settings, size_t settings_len)
{
	static struct ipc_msg m;

	memset(s, 0, sizeof(*s));
	s->parent = (struct ipc){CONTROL_FD, self, ROLE_PARENT};
	for (;;) {
		int n = ipc_recv(&s->parent, &m);

		if (n == 0)
			_exit(0); /* the parent is gone */
		if (n == -1)
			fatal("no settings from the parent");
		if (m.type == MSG_START)
			break;
		if (m.type != MSG_GIVE)
			fatalx("message %d before the settings", (int)m.type);
		start_give(s, &m);
	}
	if (m.len != settings_len)
		fatalx("settings of %zu bytes, not %zu", m.len, settings_len);
	memcpy(settings, m.data, settings_len);
	given = (int)s->n;
}

int
start_given(void)
{
	return given;
}

int
start_fd(const struct start *s, enum slot slot, unsigned nth)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->given[i].slot == slot && nth-- == 0)
			return s->given[i].fd;
	return -1;
}
