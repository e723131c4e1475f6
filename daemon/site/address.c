/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "address.h"

#include <string.h>

#include "escape.h"
#include "url.h"

int
address_is_element(struct slice text)
{
	size_t i;

	if (text.len == 0 || text.len > ADDRESS_MAX || text.data[0] == '.' ||
	    utf8_check(text) < text.len)
		return 0;
	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
			return 0;
	}
	return 1;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
decode(struct buf *out, struct slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		int high = -1, low = -1;

		if (text.data[i] == '%' && i + 2 < text.len) {
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			buf_char(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_char(out, text.data[i]);
		}
	}
}

/* Adds the elements, each with a slash before it. */
static const char *
clean_elements(struct buf *out, struct slice text)
{
	struct slice element;
	const char *end;

	while (text.len > 0) {
		end = memchr(text.data, '/', text.len);
		element = text;
		if (end != NULL)
			element.len = (size_t)(end - text.data);
		text.data += element.len + (end != NULL);
		text.len -= element.len + (end != NULL);
		if (element.len == 0)
			continue;
		if (element.data[0] == ':')
			return "placeholders such as \":year\" are not filled "
			       "in; ignored";
		if (!address_is_element(element))
			return "elements that begin with a dot, control "
			       "characters and bytes that are not UTF-8 are "
			       "not possible in an address; ignored";
		buf_char(out, '/');
		buf_add(out, element.data, element.len);
	}
	if (out->len == 0)
		return "the first page is chosen by .config/index_page; "
		       "ignored";
	return out->len <= ADDRESS_MAX ? NULL
				       : "longer than 1024 bytes; ignored";
}

const char *
address_clean(struct region *r, struct slice text, struct slice *address)
{
	struct buf decoded = {0}, b = {0};
	const char *wrong;

	if (url_has_scheme(text) || memchr(text.data, '?', text.len) != NULL ||
	    memchr(text.data, '#', text.len) != NULL)
		return "not a path on this site; ignored";
	decode(&decoded, text);
	wrong = clean_elements(&b, (struct slice){decoded.data, decoded.len});
	if (wrong == NULL)
		*address = region_take(r, &b);
	buf_free(&decoded);
	buf_free(&b);
	return wrong;
}
