/* SPDX-License-Identifier: ISC */
#include "body.h"

#include "field.h"

enum { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, END_CR, END_LF };

#define SIZE_DIGITS 8 /* leading zeros must not go on for ever */

int
body_begin(struct body *b, const struct request_framing *f, uint64_t max)
{
	*b = (struct body){.chunked = f->chunked, .room = max};
	if (!f->chunked)
		b->left = f->content_length;
	return f->chunked || f->content_length > 0;
}

/* Skips what there is of the b->left bytes. */
static size_t
skip(struct body *b, size_t len)
{
	size_t n = len < b->left ? len : (size_t)b->left;

	b->left -= n;
	return n;
}

static int
expect(struct body *b, char c, char wanted, int next)
{
	if (c != wanted)
		return 400;
	b->step = next;
	return BODY_MORE;
}

/* A byte of "size CRLF". */
static int
take_size(struct body *b, char c)
{
	if (field_is(c, CLASS_HEX) && b->digits < SIZE_DIGITS) {
		b->left = b->left << 4 | field_hex(c);
		b->digits++;
		return BODY_MORE;
	}
	if (b->digits == 0)
		return 400;
	return expect(b, c, '\r', SIZE_LF);
}

static int
begin_chunk(struct body *b)
{
	b->digits = 0;
	b->step = b->left > 0 ? DATA : END_CR;
	if (b->left > b->room)
		return 413;
	b->room -= b->left;
	return BODY_MORE;
}

/* One byte that is not chunk data. */
static int
take_byte(struct body *b, char c)
{
	switch (b->step) {
	case SIZE:
		return take_size(b, c);
	case SIZE_LF:
		return c == '\n' ? begin_chunk(b) : 400;
	case DATA_CR:
		return expect(b, c, '\r', DATA_LF);
	case DATA_LF:
		return expect(b, c, '\n', SIZE);
	case END_CR:
		return expect(b, c, '\r', END_LF);
	default:
		return c == '\n' ? BODY_DONE : 400;
	}
}

static int
take_chunked(struct body *b, const char *data, size_t len, size_t *used)
{
	size_t i = 0;
	int status = BODY_MORE;

	while (status == BODY_MORE && i < len) {
		if (b->step != DATA) {
			status = take_byte(b, data[i++]);
			continue;
		}
		i += skip(b, len - i);
		if (b->left == 0)
			b->step = DATA_CR;
	}
	*used = i;
	return status;
}

int
body_take(struct body *b, const char *data, size_t len, size_t *used)
{
	*used = 0;
	if (b->chunked)
		return take_chunked(b, data, len, used);
	if (b->left > b->room)
		return 413;
	*used = skip(b, len);
	b->room -= *used;
	return b->left == 0 ? BODY_DONE : BODY_MORE;
}
