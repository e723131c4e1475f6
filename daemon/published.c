/* SPDX-License-Identifier: ISC */
#include "published.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "memfd.h"

static int
is_commit(const char text[65])
{
	size_t len = strnlen(text, 65);

	return len > 0 && len < 65 && strspn(text, "0123456789abcdef") == len;
}

/* What render may make everybody map: memory that nobody has written costs some
 * when it is read. */
#define BYTES_MAX ((uint64_t)4 << 30)

/* The size of each goes to size. */
static int
check_parts(const struct ipc_msg *msg, size_t *size, struct err *err)
{
	uint64_t left = BYTES_MAX;

	for (unsigned i = 0; i < msg->nfds; i++) {
		if (memfd_check(msg->fds[i], &size[i], err) == -1)
			return -1;
		if (size[i] > left)
			return err_set(err, "it is larger than 4 GiB");
		left -= size[i];
	}
	return 0;
}

struct published *
published_take(struct ipc_msg *msg, struct err *err)
{
	const struct msg_rendered *r = (const void *)msg->data;
	size_t size[2 + SEGMENTS_MAX];
	struct published *p;

	if (r->segments < 1 || r->segments > SEGMENTS_MAX ||
	    msg->nfds != r->segments + 2) {
		err_set(err, "%u segments in %u descriptors", r->segments,
			msg->nfds);
		return NULL;
	}
	if (!is_commit(r->commit)) {
		err_set(err, "no commit");
		return NULL;
	}
	if (check_parts(msg, size, err) == -1)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->nfds = r->segments + 1;
	memcpy(p->fds, msg->fds, p->nfds * sizeof(p->fds[0]));
	for (unsigned i = 0; i < p->nfds; i++)
		p->size[i] = size[i];
	p->catalogue = msg->fds[p->nfds];
	snprintf(p->commit, sizeof(p->commit), "%.64s", r->commit);
	msg->nfds = 0;
	return p;
}

void
published_free(struct published *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->nfds; i++)
		close(p->fds[i]);
	if (p->catalogue != -1)
		close(p->catalogue);
	free(p);
}

void
published_give(const struct published *p, struct child *render)
{
	if (p == NULL || p->catalogue == -1)
		return;
	child_give(render, SLOT_INDEX, p->fds[0]);
	for (unsigned i = 1; i < p->nfds; i++)
		child_give(render, SLOT_SEGMENT, p->fds[i]);
	child_give(render, SLOT_CATALOGUE, p->catalogue);
}
