/* SPDX-License-Identifier: ISC */
#include "segment.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../memfd.h"

#define UNSENT_MAX 262144 /* a system call for each is nothing */

void
segment_init(struct segment *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

void
segment_free(struct segment *s)
{
	if (s->fd != -1)
		close(s->fd);
	buf_free(&s->unsent);
	segment_init(s);
}

static int
write_all(struct segment *s, const char *data, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(s->fd, data, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->failed = 1;
			return err_set(err, "cannot write the snapshot: %s",
				       n == 0 ? "no room" : strerror(errno));
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
flush(struct segment *s, struct err *err)
{
	if (s->failed)
		return err_set(err, "cannot write the snapshot: no memory");
	if (s->fd == -1 && (s->fd = memfd_new("segment", err)) == -1) {
		s->failed = 1;
		return -1;
	}
	if (write_all(s, s->unsent.data, s->unsent.len, err) == -1)
		return -1;
	buf_clear(&s->unsent);
	return 0;
}

int
segment_append(struct segment *s, const void *data, size_t len, struct err *err)
{
	if (s->unsent.len > 0 && len > UNSENT_MAX - s->unsent.len &&
	    flush(s, err) == -1)
		return -1;
	s->size += len;
	if (len <= UNSENT_MAX) {
		buf_add(&s->unsent, data, len);
		return 0;
	}
	if (flush(s, err) == -1)
		return -1;
	return write_all(s, data, len, err);
}

int
segment_take(struct segment *s, struct err *err)
{
	int fd;

	if (flush(s, err) == -1 || memfd_seal(s->fd, NULL, 0, err) == -1)
		return -1;
	fd = s->fd;
	s->fd = -1;
	segment_free(s);
	return fd;
}
