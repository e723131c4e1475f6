/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FUZZ_H
#define BLOGD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/buf.h"
#include "../../daemon/memfd.h"

/* What every program here defines; called by libFuzzer, or by replay.c.  Always
 * returns 0: what goes wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A promise of the module under test, kept for any input. */
#define CHECK(x) ((x) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #x))

static inline __attribute__((noreturn)) void
fuzz_broken(const char *file, int line, const char *promise)
{
	fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
	abort();
}

/* Takes up to n bytes from the front. */
static inline struct slice
fuzz_take(struct slice *from, size_t n)
{
	struct slice s = {from->data, n < from->len ? n : from->len};

	if (s.len > 0)
		from->data += s.len; /* NULL stays NULL */
	from->len -= s.len;
	return s;
}

/* Takes one byte; 0 when there is none. */
static inline unsigned
fuzz_byte(struct slice *from)
{
	struct slice s = fuzz_take(from, 1);

	return s.len > 0 ? (unsigned char)s.data[0] : 0;
}

/* Takes what stands before the next `end`, and the end itself. */
static inline struct slice
fuzz_until(struct slice *from, char end)
{
	const char *p =
	    from->len > 0 ? memchr(from->data, end, from->len) : NULL;
	struct slice s;

	if (p == NULL)
		return fuzz_take(from, from->len);
	s = fuzz_take(from, (size_t)(p - from->data));
	fuzz_take(from, 1);
	return s;
}

/* A sealed memfd with these bytes, as it comes from another process. */
static inline int
fuzz_memfd(struct slice s)
{
	struct err err;
	int fd = memfd_new("fuzz", &err);

	CHECK(fd != -1);
	CHECK(s.len == 0 || write(fd, s.data, s.len) == (ssize_t)s.len);
	CHECK(memfd_seal(fd, NULL, 0, &err) == 0);
	return fd;
}

#endif
