/* SPDX-License-Identifier: ISC */
#include "receive.h"

#include <sys/socket.h>
#include <sys/uio.h>

ssize_t
receive(int fd, void *data, size_t len, int flags)
{
	struct iovec iov = {data, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	return recvmsg(fd, &mh, flags);
}
