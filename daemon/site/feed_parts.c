/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "feed.h"

#include <string.h>

#include "../utf8.h"
#include "escape.h"
#include "items.h"
#include "markdown.h"
#include "path.h"
#include "url.h"

#define EXCERPT_MAX 280 /* characters */

void
feed_url(struct buf *out, const struct site *s, struct slice address)
{
	buf_add(out, s->root.data, s->root.len);
	escape_add(out, ESCAPE_PATH, address);
}

void
feed_title(struct buf *out, const struct site *s, const struct page *p)
{
	buf_add(out, s->name.data, s->name.len);
	if (p->name.len == 0)
		return;
	buf_str(out, ": ");
	buf_add(out, p->name.data, p->name.len);
}

int64_t
feed_updated(const struct page *p)
{
	int64_t latest = p->nlist > 0 ? p->list[0]->updated : 0;
	size_t i;

	for (i = 1; i < p->nlist; i++)
		if (p->list[i]->updated > latest)
			latest = p->list[i]->updated;
	return latest;
}

/* ---- absolute references ---- */

static int
is_url_attribute(struct slice name)
{
	return slice_is(name, "href") || slice_is(name, "src") ||
	       slice_is(name, "poster") || slice_is(name, "cite");
}

/* The addresses of a srcset that we wrote: ", " between them, and a blank
 * before what is said of each. */
static void
absolute_list(struct buf *out, const struct site *s, struct slice path,
	      struct slice list)
{
	const char *end, *blank;
	size_t n, url;

	while (list.len > 0) {
		end = memmem(list.data, list.len, ", ", 2);
		n = end != NULL ? (size_t)(end - list.data) + 2 : list.len;
		blank = memchr(list.data, ' ', n);
		url = blank != NULL ? (size_t)(blank - list.data) : n;
		/* The comma of one of which nothing is said. */
		url -= end != NULL && blank == end + 1;
		url_resolve(out, s->root, path, (struct slice){list.data, url});
		buf_add(out, list.data + url, n - url);
		list = (struct slice){list.data + n, list.len - n};
	}
}

/* The attributes of one tag of HTML that we wrote: name="value", values without
 * quotes and brackets. */
static void
absolute_tag(struct buf *out, const struct site *s, struct slice path,
	     struct slice tag)
{
	const char *quote, *end;
	struct slice name, value;
	size_t n;

	while (tag.len > 0) {
		quote = memmem(tag.data, tag.len, "=\"", 2);
		end = quote == NULL
			  ? NULL
			  : memchr(quote + 2, '"',
				   tag.len - 2 - (size_t)(quote - tag.data));
		if (end == NULL) {
			buf_add(out, tag.data, tag.len);
			return;
		}
		name = (struct slice){quote, 0};
		while (name.data > tag.data && name.data[-1] != ' ') {
			name.data--;
			name.len++;
		}
		value = (struct slice){quote + 2, (size_t)(end - quote) - 2};
		buf_add(out, tag.data, (size_t)(quote - tag.data) + 2);
		/* A picture without a source is none; a link is to the page. */
		if (is_url_attribute(name) &&
		    (value.len > 0 || slice_is(name, "href")))
			url_resolve(out, s->root, path, value);
		else if (slice_is(name, "srcset"))
			absolute_list(out, s, path, value);
		else
			buf_add(out, value.data, value.len);
		n = (size_t)(end - tag.data);
		tag = (struct slice){tag.data + n, tag.len - n};
		buf_char(out, '"');
		tag.data++;
		tag.len--;
	}
}

/* The length of a link beside a heading, which has no text: our style sheet
 * shows it.  0: html begins with something else. */
static size_t
anchor_at(struct slice html)
{
	static const char end[] = "></a>";
	const char *close;
	size_t n;

	if (!slice_begins(html, MARKDOWN_ANCHOR))
		return 0;
	close = memchr(html.data, '>', html.len);
	n = close != NULL ? (size_t)(close - html.data) : html.len;
	return slice_begins(slice_from(html, n), end) ? n + sizeof(end) - 1 : 0;
}

void
feed_html(struct buf *out, const struct site *s, struct slice path,
	  struct slice html)
{
	const char *start, *end;
	size_t n;

	while (html.len > 0) {
		start = memchr(html.data, '<', html.len);
		n = start != NULL ? (size_t)(start - html.data) : html.len;
		buf_add(out, html.data, n);
		html = slice_from(html, n);
		n = anchor_at(html);
		if (n > 0) {
			html = slice_from(html, n);
			continue;
		}
		end = html.len > 0 ? memchr(html.data, '>', html.len) : NULL;
		n = end != NULL ? (size_t)(end - html.data) + 1 : html.len;
		absolute_tag(out, s, path, (struct slice){html.data, n});
		html = slice_from(html, n);
	}
}

/* ---- excerpts ---- */

/* The first paragraph's inside, or nothing. */
static struct slice
first_paragraph(struct slice html)
{
	static const char start[] = "<p>", end[] = "</p>";
	const char *p, *q;

	p = html.len > 0 ? memmem(html.data, html.len, start, 3) : NULL;
	if (p == NULL)
		return slice_of("");
	p += 3;
	q = memmem(p, html.len - (size_t)(p - html.data), end, 4);
	return q != NULL ? (struct slice){p, (size_t)(q - p)} : slice_of("");
}

/* Cuts at a blank, so that there are at most EXCERPT_MAX characters. */
static void
shorten(struct buf *text, size_t from)
{
	size_t at = from, blank = from, n, chars = 0;

	while (at < text->len && chars < EXCERPT_MAX) {
		if (text->data[at] == ' ')
			blank = at;
		n = utf8_char_len((const unsigned char *)text->data + at,
				  text->len - at);
		at += n > 0 ? n : 1;
		chars++;
	}
	if (at == text->len)
		return;
	text->len = blank > from ? blank : at;
	buf_str(text, "\xe2\x80\xa6");
}

void
feed_excerpt(struct buf *out, const struct article *a)
{
	size_t from = out->len;

	if (a->abstract.len > 0) {
		html_to_text(out, a->html[TEXT_ABSTRACT]);
	} else {
		html_to_text(out, first_paragraph(a->html[TEXT_BODY]));
		shorten(out, from);
	}
	if (out->len == from)
		buf_add(out, a->title.data, a->title.len);
}

/* ---- authors ---- */

void
feed_authors_start(struct feed_authors *at, const struct article *a)
{
	memset(at, 0, sizeof(*at));
	at->article = a;
	at->rest = a->authors;
}

void
feed_authors_end(struct feed_authors *at)
{
	buf_free(&at->name);
	buf_free(&at->url);
}

/* author_url is the only or first author's. */
static void
set_url(struct feed_authors *at, const struct site *s, struct slice path,
	int alone)
{
	const struct article *a = at->article;
	struct buf url = {0};

	if (at->n == 1 && a->author_url.len > 0)
		escape_add(&url, ESCAPE_URL, a->author_url);
	else if (alone)
		html_to_text(&url, html_first_href(a->html[TEXT_AUTHOR]));
	if (url.len > 0)
		url_resolve(&at->url, s->root, path,
			    (struct slice){url.data, url.len});
	buf_free(&url);
}

int
feed_authors_next(struct feed_authors *at, const struct site *s,
		  struct slice path)
{
	struct slice name;
	int alone = items_count(at->article->authors) == 1;

	if (!items_next(&at->rest, &name))
		return 0;
	at->n++;
	buf_clear(&at->name);
	buf_clear(&at->url);
	if (alone)
		html_to_text(&at->name, at->article->html[TEXT_AUTHOR]);
	if (at->name.len == 0)
		buf_add(&at->name, name.data, name.len);
	set_url(at, s, path, alone);
	return 1;
}
