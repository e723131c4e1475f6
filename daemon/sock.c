/* SPDX-License-Identifier: ISC */
#include "sock.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <poll.h>
#include <stdint.h>
#include <time.h>

ssize_t
sock_recv(int fd, void *data, size_t len, int flags)
{
	struct iovec iov = {data, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	return recvmsg(fd, &mh, flags);
}

ssize_t
sock_send(int fd, const void *data, size_t len, int flags)
{
	struct iovec iov = {(void *)(uintptr_t)data, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	return sendmsg(fd, &mh, flags);
}

int
sock_wait(int fd, short events, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	struct timespec wait = {.tv_sec = wait_ms / 1000,
				.tv_nsec = wait_ms % 1000 * 1000000L};

	int n = ppoll(&p, 1, wait_ms < 0 ? NULL : &wait, NULL);

	return n > 0 ? p.revents : n;
}
