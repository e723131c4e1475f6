/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_BUF_H
#define BLOGD_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

/*
 * A growing byte buffer.  Zero-initialise it, append, free it.  The owner of
 * the struct owns the bytes.  There is no failure to check: a process that has
 * no memory left ends (fatal) and its parent starts another.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *s); /* without its NUL */
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_reserve(struct buf *b, size_t more); /* room for `more` bytes */
void buf_clear(struct buf *b);		      /* empty, memory kept */
void buf_free(struct buf *b);
char *buf_cstr(struct buf *b); /* NUL-terminates (not counted in len) */

/* A view of bytes that somebody else owns; not NUL-terminated. */
struct slice {
	const char *data;
	size_t len;
};

/* Initialises a slice with a string literal. */
#define SLICE_INIT(text)               \
	{                              \
		text, sizeof(text) - 1 \
	}
struct slice slice_of(const char *s);
int slice_cmp(struct slice a, struct slice b); /* byte order, shorter first */

/* What follows the first n bytes, of which there are as many. */
static inline struct slice
slice_from(struct slice s, size_t n)
{
	return (struct slice){s.data + n, s.len - n};
}

/* Equal to the C string?  Inline, as nearly all are literals. */
static inline int
slice_is(struct slice s, const char *text)
{
	size_t n = strlen(text);

	return s.len == n && (n == 0 || memcmp(s.data, text, n) == 0);
}

/* malloc, calloc, realloc that end the process when memory is gone; the array
 * forms check n * size. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrndup(const char *s, size_t len);

#endif
