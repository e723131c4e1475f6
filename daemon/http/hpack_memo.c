/* SPDX-License-Identifier: ISC */
#include "hpack_memo.h"

#include <stdlib.h>
#include <string.h>

/* Of the address and the length: a page's lines begin with those of its 304. */
static size_t
slot_of(struct slice lines)
{
	uint64_t key = (uint64_t)(uintptr_t)lines.data + lines.len;

	return (size_t)(key * 0x9e3779b97f4a7c15 >> 32) % HPACK_MEMO_SLOTS;
}

static int
is_same(const struct hpack_told *a, const struct hpack_told *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
remember(struct hpack_memo *m, size_t i, struct slice lines, struct slice block,
	 const struct hpack_told *told)
{
	char *p = xmalloc(lines.len + block.len);

	memcpy(p, lines.data, lines.len);
	memcpy(p + lines.len, block.data, block.len);
	free(m->slot[i].lines);
	m->slot[i].lines = p;
	m->slot[i].lines_len = lines.len;
	m->slot[i].block_len = block.len;
	m->slot[i].told = *told;
}

void
hpack_memo_put_lines(struct hpack_memo *m, struct hpack_told *told,
		     struct buf *out, struct slice lines)
{
	size_t i = slot_of(lines), start = out->len;
	struct hpack_told before = *told;

	if (lines.len == 0)
		return;
	if (m->slot[i].lines_len == lines.len &&
	    is_same(&m->slot[i].told, told) &&
	    memcmp(m->slot[i].lines, lines.data, lines.len) == 0) {
		buf_add(out, m->slot[i].lines + lines.len,
			m->slot[i].block_len);
		return;
	}
	hpack_common_put_lines(&m->common, told, out, lines);
	/* What tells a peer something new is not said twice. */
	if (lines.len <= HPACK_MEMO_LINES && out->len > start &&
	    is_same(&before, told))
		remember(m, i, lines,
			 (struct slice){out->data + start, out->len - start},
			 told);
}

void
hpack_memo_free(struct hpack_memo *m)
{
	for (size_t i = 0; i < HPACK_MEMO_SLOTS; i++)
		free(m->slot[i].lines);
	hpack_common_free(&m->common);
	memset(m, 0, sizeof(*m));
}
