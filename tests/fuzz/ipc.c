/* SPDX-License-Identifier: ISC */
#include "../../daemon/ipc.h"

#include <sys/socket.h>

#include <errno.h>

#include "fuzz.h"

/* A raw packet from a process that was taken over.  The first three bytes:
 * sender, receiver, number of descriptors. */
#define FDS 48

static void
send_raw(int fd, struct slice bytes, unsigned nfds)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * FDS)];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {(void *)(uintptr_t)bytes.data, bytes.len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	if (nfds > 0) {
		struct cmsghdr *cm;

		mh.msg_control = control.space;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		for (unsigned i = 0; i < nfds; i++)
			memcpy(CMSG_DATA(cm) + i * sizeof(int), &fd,
			       sizeof(int));
	}
	CHECK(sendmsg(fd, &mh, MSG_EOR) == (ssize_t)bytes.len);
}

/* The lowest free descriptor: shows that none is left open. */
static int
lowest(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct ipc_msg msg;
	static int pair[2] = {-1, -1};
	struct slice rest = {(const char *)data, len};
	struct ipc c = {.fd = -1};
	unsigned nfds;
	int free_fd;

	c.peer = fuzz_byte(&rest) % ROLE__MAX;
	c.self = fuzz_byte(&rest) % ROLE__MAX;
	nfds = fuzz_byte(&rest) % FDS;
	if (rest.len == 0 || rest.len > 2 * IPC_DATA_MAX)
		return 0;
	if (pair[0] == -1)
		CHECK(ipc_pair(pair) == 0);
	c.fd = pair[0];
	free_fd = lowest();
	send_raw(pair[1], rest, nfds);
	if (ipc_recv_nowait(&c, &msg) == 1) {
		CHECK(msg.len == rest.len - 4 && msg.nfds == nfds);
		CHECK(memcmp(msg.data, rest.data + 4, msg.len) == 0);
		CHECK(msg.data[msg.len] == '\0');
		while (msg.nfds > 0)
			close(msg.fds[--msg.nfds]);
	} else {
		CHECK(errno == EPROTO);
	}
	CHECK(lowest() == free_fd);
	return 0;
}
