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

static void
remember(struct hpack_memo *m, size_t i, struct slice lines, struct slice block)
{
	char *p = xmalloc(lines.len + block.len);

	memcpy(p, lines.data, lines.len);
	memcpy(p + lines.len, block.data, block.len);
	free(m->slot[i].lines);
	m->slot[i].lines = p;
	m->slot[i].lines_len = lines.len;
	m->slot[i].block_len = block.len;
}

void
hpack_memo_put_lines(struct hpack_memo *m, struct buf *out, struct slice lines)
{
	size_t i = slot_of(lines), start = out->len;

	if (lines.len == 0)
		return;
	if (m->slot[i].lines_len == lines.len &&
	    memcmp(m->slot[i].lines, lines.data, lines.len) == 0) {
		buf_add(out, m->slot[i].lines + lines.len,
			m->slot[i].block_len);
		return;
	}
	hpack_put_lines(out, lines);
	if (lines.len <= HPACK_MEMO_LINES && out->len > start)
		remember(m, i, lines,
			 (struct slice){out->data + start, out->len - start});
}

void
hpack_memo_free(struct hpack_memo *m)
{
	for (size_t i = 0; i < HPACK_MEMO_SLOTS; i++)
		free(m->slot[i].lines);
	memset(m, 0, sizeof(*m));
}
