/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "feed.h"

#include "date.h"
#include "escape.h"
#include "url.h"

/* JSON Feed, version 1.1 (https://www.jsonfeed.org/version/1.1/). */

static struct slice
slice_of_buf(const struct buf *b)
{
	return (struct slice){b->data, b->len};
}

/* ---- JSON ---- */

/* What goes before the next member or element. */
static void
comma(struct buf *out)
{
	char last = out->len > 0 ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[')
		buf_str(out, ",\n");
}

static void
string(struct buf *out, struct slice text)
{
	buf_char(out, '"');
	escape_add(out, ESCAPE_JSON, text);
	buf_char(out, '"');
}

static void
name(struct buf *out, const char *member)
{
	comma(out);
	buf_printf(out, "\"%s\": ", member);
}

static void
member(struct buf *out, const char *key, struct slice text)
{
	name(out, key);
	string(out, text);
}

/* One that is left out when it is empty. */
static void
optional(struct buf *out, const char *key, struct slice text)
{
	if (text.len > 0)
		member(out, key, text);
}

static void
url_member(struct buf *out, const struct site *s, const char *key,
	   struct slice address)
{
	struct buf url = {0};

	feed_url(&url, s, address);
	member(out, key, slice_of_buf(&url));
	buf_free(&url);
}

static void
time_member(struct buf *out, const char *key, int64_t t)
{
	char text[DATE_LEN + 1];

	date_rfc3339(t, text);
	member(out, key, slice_of(text));
}

/* ---- items ---- */

static void
authors(struct buf *out, const struct site *s, const struct article *a,
	struct slice path)
{
	struct feed_authors at;

	name(out, "authors");
	buf_char(out, '[');
	feed_authors_start(&at, a);
	while (feed_authors_next(&at, s, path)) {
		comma(out);
		buf_char(out, '{');
		member(out, "name", slice_of_buf(&at.name));
		optional(out, "url", slice_of_buf(&at.url));
		buf_char(out, '}');
	}
	feed_authors_end(&at);
	buf_char(out, ']');
}

static void
tags(struct buf *out, const struct article *a)
{
	size_t i;

	if (a->ntags == 0)
		return;
	name(out, "tags");
	buf_char(out, '[');
	for (i = 0; i < a->ntags; i++) {
		comma(out);
		string(out, a->tags[i]);
	}
	buf_char(out, ']');
}

static void
content(struct buf *out, const struct site *s, const struct article *a,
	struct slice path, int whole)
{
	struct buf b = {0};

	if (whole && a->html[TEXT_BODY].len > 0) {
		feed_html(&b, s, path, a->html[TEXT_BODY]);
		member(out, "content_html", slice_of_buf(&b));
	} else {
		feed_excerpt(&b, a);
		member(out, "content_text", slice_of_buf(&b));
	}
	buf_clear(&b);
	if (a->abstract.len > 0)
		html_to_text(&b, a->html[TEXT_ABSTRACT]);
	optional(out, "summary", slice_of_buf(&b));
	buf_free(&b);
}

static void
image(struct buf *out, const struct site *s, const struct article *a,
      struct slice path)
{
	struct buf text = {0}, url = {0};

	if (a->picture.len == 0)
		return;
	html_to_text(&text, a->picture);
	url_resolve(&url, s->root, path, slice_of_buf(&text));
	member(out, "image", slice_of_buf(&url));
	buf_free(&text);
	buf_free(&url);
}

static void
id(struct buf *out, const struct article *a)
{
	char text[UUID_TEXT + 1];

	uuid_format(a->id, text);
	name(out, "id");
	buf_printf(out, "\"urn:uuid:%s\"", text);
}

static void
item(struct buf *out, const struct site *s, const struct article *a, int whole)
{
	struct buf b = {0};
	struct slice path;

	escape_add(&b, ESCAPE_PATH, a->file->address);
	path = slice_of_buf(&b);
	comma(out);
	buf_char(out, '{');
	id(out, a);
	url_member(out, s, "url", a->file->address);
	member(out, "title", a->title);
	content(out, s, a, path, whole);
	image(out, s, a, path);
	time_member(out, "date_published", a->created);
	time_member(out, "date_modified", a->updated);
	authors(out, s, a, path);
	tags(out, a);
	member(out, "language", a->lang.len > 0 ? a->lang : s->lang);
	buf_char(out, '}');
	buf_free(&b);
}

/* ---- the feed ---- */

static void
next_page(struct buf *out, const struct site *s, const struct page *p)
{
	struct buf address = {0};

	if (p->part >= p->parts)
		return;
	feed_part_address(&address, FEED_JSON, p->part + 1);
	url_member(out, s, "next_url", slice_of_buf(&address));
	buf_free(&address);
}

void
feed_json(const struct site *s, const struct page *p, struct buf *out)
{
	struct buf title = {0};
	size_t i;

	buf_char(out, '{');
	member(out, "version", slice_of("https://jsonfeed.org/version/1.1"));
	feed_title(&title, s, p);
	member(out, "title", slice_of_buf(&title));
	buf_free(&title);
	url_member(out, s, "home_page_url", p->of);
	url_member(out, s, "feed_url", p->pub.path);
	next_page(out, s, p);
	optional(out, "description", s->description);
	if (s->logo.len > 0)
		url_member(out, s, "icon", s->logo);
	if (s->icon.len > 0)
		url_member(out, s, "favicon", s->icon);
	member(out, "language", s->lang);
	if (s->author.len > 0) {
		name(out, "authors");
		buf_str(out, "[{");
		member(out, "name", s->author);
		buf_str(out, "}]");
	}
	name(out, "items");
	buf_char(out, '[');
	for (i = 0; i < p->nlist; i++)
		item(out, s, p->list[i], p->whole);
	buf_str(out, "]}\n");
}
