/* SPDX-License-Identifier: ISC */
#include "stream.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../buf.h"
#include "../clock.h"
#include "../sock.h"
#include "watch.h"

/*
 * libgit2's ssh transport takes the stream it asked for to be its own
 * git_socket_stream and reads `s` from it.  So ours has to look like that one,
 * which is private: src/libgit2/streams/socket.h of 1.5, checked for that
 * version only.
 */
#if LIBGIT2_VER_MAJOR != 1 || LIBGIT2_VER_MINOR != 5
#error "check struct socket_stream against this libgit2's git_socket_stream"
#endif
struct socket_stream {
	git_stream parent;
	char *host;
	char *port;
	int s;
};
_Static_assert(offsetof(struct socket_stream, host) == sizeof(git_stream) &&
		   offsetof(struct socket_stream, s) ==
		       sizeof(git_stream) + 2 * sizeof(char *),
	       "the layout of libgit2's git_socket_stream");

static struct net *net;

/* Signs of life come by the thousand; the timer is set anew this often. */
#define ALIVE_MS 200

static int
record(const struct err *why)
{
	if (net->cause.text[0] == '\0')
		net->cause = *why;
	git_error_set_str(GIT_ERROR_NET, why->text);
	return -1;
}

int
stream_give_up(const char *fmt, ...)
{
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	return record(&why);
}

/* ssh: until the deadline, or until the next sign of life. */
static void
watch(struct net *n, int fd)
{
	n->alive_ms = clock_ms();
	watch_start(fd, limits_wait_ms(&n->limits, n->alive_ms));
}

void
stream_alive(struct net *n)
{
	if (watch_fd() != -1 && !watch_fired() &&
	    clock_ms() - n->alive_ms >= ALIVE_MS)
		watch(n, watch_fd());
}

static int
socket_connect(git_stream *stream)
{
	struct socket_stream *st = (struct socket_stream *)stream;
	struct err why;

	st->s = dialer_connect(&net->dialer, st->host, st->port, &net->limits,
			       &why);
	if (st->s == -1)
		return record(&why);
	if (net->settings->transport == GIT_OVER_SSH)
		watch(net, st->s);
	return 0;
}

/* Waits until the socket can be read or written, within the limits. */
static int
socket_wait(const struct socket_stream *st, short events)
{
	int64_t now = clock_ms();
	struct err why;
	int n = sock_wait(st->s, events, limits_wait_ms(&net->limits, now));

	if (n > 0 || (n == -1 && errno == EINTR))
		return 0;
	if (n == -1)
		return stream_give_up("poll: %s", strerror(errno));
	limits_timed_out(&net->limits, clock_ms(), &why);
	return record(&why);
}

static int
broken(const struct socket_stream *st)
{
	return stream_give_up("the connection to %s broke: %s", st->host,
			      strerror(errno));
}

static ssize_t
socket_read(git_stream *stream, void *data, size_t len)
{
	struct socket_stream *st = (struct socket_stream *)stream;
	struct err why;
	ssize_t n;

	for (;;) {
		if (limits_deadline(&net->limits, clock_ms(), &why) == -1)
			return record(&why);
		n = sock_recv(st->s, data, len, MSG_DONTWAIT);
		if (n >= 0)
			break;
		if (errno != EAGAIN && errno != EINTR)
			return broken(st);
		if (socket_wait(st, POLLIN) == -1)
			return -1;
	}
	if (limits_count(&net->limits, (size_t)n, &why) == -1)
		return record(&why);
	return n;
}

static ssize_t
socket_write(git_stream *stream, const char *data, size_t len, int flags)
{
	struct socket_stream *st = (struct socket_stream *)stream;
	struct err why;
	ssize_t n;

	(void)flags;
	for (;;) {
		if (limits_deadline(&net->limits, clock_ms(), &why) == -1)
			return record(&why);
		n = sock_send(st->s, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return broken(st);
		if (socket_wait(st, POLLOUT) == -1)
			return -1;
	}
}

static int
socket_close(git_stream *stream)
{
	struct socket_stream *st = (struct socket_stream *)stream;

	if (st->s == -1)
		return 0;
	if (watch_fd() == st->s)
		watch_stop();
	close(st->s);
	st->s = -1;
	return 0;
}

static void
socket_free(git_stream *stream)
{
	struct socket_stream *st = (struct socket_stream *)stream;

	socket_close(stream);
	free(st->host);
	free(st->port);
	free(st);
}

static char *
copy(const char *s)
{
	return xstrndup(s, strlen(s));
}

static int
same_host(const char *a, const char *b)
{
	size_t n = strlen(a);

	/* A URL's IPv6 address may come with its brackets. */
	if (n > 2 && a[0] == '[' && a[n - 1] == ']')
		return strlen(b) == n - 2 && strncasecmp(a + 1, b, n - 2) == 0;
	return strcasecmp(a, b) == 0;
}

/* Where libgit2 wants to go is what the configuration says, or a redirect. */
static int
check_address(const char *host, const char *port, int encrypted)
{
	const struct git_settings *s = net->settings;
	int want_tls = s->transport == GIT_OVER_HTTPS;

	if (same_host(host, s->host) && strcmp(port, s->port) == 0 &&
	    encrypted == want_tls)
		return 0;
	return stream_give_up(
	    "it redirects to %s%s port %s; configure the "
	    "address it redirects to",
	    encrypted != want_tls ? (encrypted ? "https, " : "http, ") : "",
	    host, port);
}

static int
open_stream(git_stream **out, const char *host, const char *port, int encrypted)
{
	struct socket_stream *st;

	if (check_address(host, port, encrypted) == -1)
		return -1;
	st = xcalloc(1, sizeof(*st));
	st->parent.version = GIT_STREAM_VERSION;
	st->parent.connect = socket_connect;
	st->parent.read = socket_read;
	st->parent.write = socket_write;
	st->parent.close = socket_close;
	st->parent.free = socket_free;
	/* As configured, letter for letter: dial compares. */
	st->host = copy(net->settings->host);
	st->port = copy(net->settings->port);
	st->s = -1;
	*out = &st->parent;
	return 0;
}

int
stream_new(git_stream **out, const char *host, const char *port)
{
	return open_stream(out, host, port, 0);
}

int
stream_new_encrypted(git_stream **out, const char *host, const char *port)
{
	return open_stream(out, host, port, 1);
}

int
stream_init(struct net *n, struct err *err)
{
	git_stream_registration plain = {.version = GIT_STREAM_VERSION,
					 .init = stream_new};

	net = n;
	watch_init();
	if (git_stream_register(GIT_STREAM_STANDARD, &plain) < 0)
		return err_set(err, "cannot replace libgit2's sockets");
	return 0;
}

void
stream_begin(struct net *n, int64_t began_ms)
{
	n->cause.text[0] = '\0';
	limits_start(&n->limits, n->settings, began_ms);
}
