/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "escape.h"
#include "url.h"
#include "view.h"

/* Cuts text off behind a word when it is longer than max bytes. */
static void
shorten(struct buf *b, size_t start, size_t max)
{
	size_t n = start + max;

	if (b->len - start <= max)
		return;
	while (n > start + max / 2 && b->data[n] != ' ')
		n--;
	if (b->data[n] != ' ') /* no word ends: between two characters */
		for (n = start + max;
		     n > start && ((unsigned char)b->data[n] & 0xc0) == 0x80;)
			n--;
	b->len = n;
	buf_str(b, "\xe2\x80\xa6");
}

/* What is between the first <p> and its end. */
static struct slice
first_paragraph(struct slice html)
{
	const char *start, *end;

	if (html.len == 0)
		return slice_of("");
	start = memmem(html.data, html.len, "<p>", 3);
	if (start == NULL)
		return slice_of("");
	end = memmem(start, html.len - (size_t)(start - html.data), "</p>", 4);
	return end != NULL ? (struct slice){start, (size_t)(end - start)}
			   : slice_of("");
}

void
view_excerpt(struct buf *out, const struct article *a)
{
	struct slice html = a->html[TEXT_ABSTRACT];
	size_t start = out->len;

	if (html.len == 0)
		html = first_paragraph(a->html[TEXT_BODY]);
	html_to_text(out, html);
	shorten(out, start, DESCRIPTION_MAX);
}

/* "/..." is a path on this site, with a scheme it is an address; else it is
 * beside the article's file. */
void
view_image(struct buf *out, const struct site *s, const struct article *a)
{
	struct buf reference = {0}, path = {0};

	if (a->image.len == 0)
		return;
	if (a->image.data[0] == '/')
		buf_add(&reference, s->prefix.data, s->prefix.len);
	escape_add(&reference, ESCAPE_URL, a->image);
	escape_add(&path, ESCAPE_PATH, a->file->exact);
	url_resolve(out, s->root, (struct slice){path.data, path.len},
		    (struct slice){reference.data, reference.len});
	buf_free(&reference);
	buf_free(&path);
}
