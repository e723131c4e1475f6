/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "date.h"
#include "escape.h"
#include "feed.h"
#include "view.h"

/* A string of JSON within HTML: no byte of it can end the element or mean
 * anything to an HTML parser. */
static void
put_string(struct buf *out, struct slice text)
{
	size_t i, bad = utf8_check(text);

	buf_char(out, '"');
	for (i = 0; i < bad; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' ||
		    c == '&' || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_char(out, (char)c);
	}
	buf_char(out, '"');
}

static void
member(struct buf *out, const char *name, struct slice text)
{
	if (text.len == 0)
		return;
	buf_printf(out, ",\"%s\":", name);
	put_string(out, text);
}

static void
time_member(struct buf *out, const char *name, int64_t t)
{
	char text[DATE_LEN + 1];

	date_rfc3339(t, text);
	member(out, name, slice_of(text));
}

static void
authors(struct view *v, struct buf *out, const struct article *a)
{
	struct slice link = view_author_link(v, a);
	struct buf url = {0};
	size_t i;

	if (a->nauthors == 0)
		return;
	if (link.len > 0 && link.data[0] == '/')
		buf_add(&url, v->s->root.data,
			v->s->root.len - v->s->prefix.len);
	buf_add(&url, link.data, link.len);
	buf_str(out, ",\"author\":[");
	for (i = 0; i < a->nauthors; i++) {
		buf_str(out, i > 0 ? ",{" : "{");
		buf_str(out, "\"@type\":\"Person\"");
		member(out, "name", a->written[i].tag->name);
		if (i == 0)
			member(out, "url", (struct slice){url.data, url.len});
		buf_char(out, '}');
	}
	buf_char(out, ']');
	buf_free(&url);
}

static void
keywords(struct buf *out, const struct article *a)
{
	size_t i;

	if (a->ntags == 0)
		return;
	buf_str(out, ",\"keywords\":[");
	for (i = 0; i < a->ntags; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_string(out, a->tags[i]);
	}
	buf_char(out, ']');
}

void
view_json_ld(struct view *v, const struct article *a, struct buf *out)
{
	struct buf text = {0};

	feed_url(&text, v->s, view_canonical(v));
	buf_str(out, "<script type=\"application/ld+json\">"
		     "{\"@context\":\"https://schema.org\","
		     "\"@type\":\"BlogPosting\"");
	member(out, "headline", a->title);
	member(out, "url", (struct slice){text.data, text.len});
	member(out, "mainEntityOfPage", (struct slice){text.data, text.len});
	buf_clear(&text);
	time_member(out, "datePublished", a->created);
	time_member(out, "dateModified", a->updated);
	member(out, "inLanguage", a->speaks);
	view_excerpt(&text, a);
	member(out, "description", (struct slice){text.data, text.len});
	buf_clear(&text);
	view_image(&text, v->s, a);
	member(out, "image", (struct slice){text.data, text.len});
	authors(v, out, a);
	keywords(out, a);
	buf_str(out, "}</script>");
	buf_free(&text);
}
