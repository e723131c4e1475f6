/* SPDX-License-Identifier: ISC */
#include "unsent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"

int
unsent_flush(struct unsent *u, struct output *o, int fd)
{
	const char *rest;
	size_t len;
	int left = output_flush(o, fd, &rest, &len);

	if (left != 1)
		return left;
	u->data = xmalloc(len);
	memcpy(u->data, rest, len);
	u->off = 0;
	u->len = len;
	return 1;
}

int
unsent_send(struct unsent *u, int fd)
{
	ssize_t n = write(fd, u->data + u->off, u->len - u->off);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	u->taken += (uint64_t)n;
	u->off += (size_t)n;
	if (u->off < u->len)
		return 1;
	unsent_free(u);
	return 0;
}

void
unsent_clear(struct unsent *u)
{
	u->since = 0;
}

void
unsent_begin(struct unsent *u, int64_t now)
{
	if (u->since != 0)
		return;
	u->since = u->moved = now;
	u->taken = u->seen = 0;
}

static int
stands_still(struct unsent *u, int64_t now, int64_t grace)
{
	if (u->taken != u->seen) {
		u->seen = u->taken;
		u->moved = now;
	}
	return now - u->moved > grace;
}

int
unsent_too_slow(struct unsent *u, int64_t now, int64_t grace, uint32_t rate)
{
	int64_t ms = now - u->since;

	if (u->since == 0)
		return 0;
	if (stands_still(u, now, grace))
		return 1;
	return ms > grace && ms > 0 && u->taken * 1000 / (uint64_t)ms < rate;
}

void
unsent_free(struct unsent *u)
{
	free(u->data);
	u->data = NULL;
}
