/* SPDX-License-Identifier: ISC */
#include "readfd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int
readfd(struct buf *b, int fd, size_t max, struct err *err)
{
	size_t got = 0;
	ssize_t n;

	do {
		buf_reserve(b, 65536);
		n = pread(fd, b->data + b->len, 65536, (off_t)got);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_set(err, "cannot be read: %s",
				       strerror(errno));
		b->len += (size_t)n;
		got += (size_t)n;
		if (got > max)
			return err_set(err, "is larger than %zu bytes", max);
	} while (n != 0);
	return 0;
}
