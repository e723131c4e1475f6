/* SPDX-License-Identifier: ISC */
#include "notify.h"
#include "clock.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int sock = -1;

/* One half of a pair, whose other half is gone, may be connected to anything:
 * socket(2) for Unix sockets need not be allowed (RestrictAddressFamilies=),
 * and nothing else here makes one. */
static int
new_socket(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	close(pair[1]);
	return pair[0];
}

void
notify_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = path != NULL ? strlen(path) : 0;

	if (len == 0 || len >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, len);
	if (sun.sun_path[0] == '@') /* the abstract name space */
		sun.sun_path[0] = '\0';
	sock = new_socket();
	if (sock == -1)
		return;
	if (connect(sock, (struct sockaddr *)&sun,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len)) == -1) {
		close(sock);
		sock = -1;
	}
}

int
notify_is_on(void)
{
	return sock != -1;
}

int
notify_fd(const char *text, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};
	struct msghdr mh = {.msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.space,
			    .msg_controllen = sizeof(control.space)};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	if (sock == -1) {
		errno = ENOTCONN;
		return -1;
	}
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(sock, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

void
notify(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	if (sock == -1)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		(void)!send(sock, text, strlen(text),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
notify_status(int ready, const char *text)
{
	notify("%sSTATUS=%.*s", ready ? "READY=1\n" : "",
	       (int)strcspn(text, "\n"), text);
}

void
notify_reloading(void)
{
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
}
