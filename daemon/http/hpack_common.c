/* SPDX-License-Identifier: ISC */
#include "hpack_common.h"

#include <stdlib.h>
#include <string.h>

#include "hpack_table.h"

#define NONE HPACK_COMMON

static const struct slice names[] = {
    SLICE_INIT("Cache-Control:"),
    SLICE_INIT("Content-Security-Policy:"),
    SLICE_INIT("Cross-Origin-Opener-Policy:"),
    SLICE_INIT("Referrer-Policy:"),
    SLICE_INIT("Strict-Transport-Security:"),
    SLICE_INIT("Vary:"),
    SLICE_INIT("X-Content-Type-Options:"),
};

static int
is_common(struct slice line)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line.len > names[i].len &&
		    memcmp(line.data, names[i].data, names[i].len) == 0)
			return 1;
	return 0;
}

/* The number of the line, which is learnt if that makes sense. */
static unsigned
number_of(struct hpack_common *c, struct slice line)
{
	size_t size = line.len + HPACK_OVERHEAD;
	unsigned i = 0;

	while (i < c->n && slice_cmp(c->line[i], line) != 0)
		i++;
	if (i < c->n)
		return i;
	if (i == HPACK_COMMON || size > HPACK_COMMON_BYTES - c->size ||
	    !is_common(line))
		return NONE;
	c->line[i] = (struct slice){xstrndup(line.data, line.len), line.len};
	c->size += size;
	return c->n++;
}

static void
put_line(struct hpack_common *c, struct hpack_told *told, struct buf *out,
	 struct slice line)
{
	unsigned i = number_of(c, line);

	if (i == NONE) {
		hpack_put_lines(out, line);
	} else if (told->place[i] == 0) {
		hpack_put_kept(out, line);
		told->place[i] = ++told->n;
	} else {
		/* The latest is the first behind the static ones. */
		hpack_put_index(out,
				HPACK_STATIC + 1U + told->n - told->place[i]);
	}
}

void
hpack_common_put_lines(struct hpack_common *c, struct hpack_told *told,
		       struct buf *out, struct slice lines)
{
	const char *end;

	while (lines.len > 0 &&
	       (end = memchr(lines.data, '\n', lines.len)) != NULL) {
		size_t n = (size_t)(end - lines.data) + 1;

		put_line(c, told, out, (struct slice){lines.data, n});
		lines.data += n;
		lines.len -= n;
	}
}

void
hpack_common_free(struct hpack_common *c)
{
	for (unsigned i = 0; i < c->n; i++)
		free((void *)(uintptr_t)c->line[i].data);
	memset(c, 0, sizeof(*c));
}
