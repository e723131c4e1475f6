/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "feed.h"

#include <string.h>

#include "date.h"
#include "escape.h"

/* Atom, RFC 4287. */

static struct slice
slice_of_buf(const struct buf *b)
{
	return (struct slice){b->data, b->len};
}

static void
element(struct buf *out, const char *name, struct slice text)
{
	buf_printf(out, "<%s>", name);
	escape_add(out, ESCAPE_TEXT, text);
	buf_printf(out, "</%s>\n", name);
}

static void
time_element(struct buf *out, const char *name, int64_t t)
{
	char text[DATE_LEN + 1];

	date_rfc3339(t, text);
	buf_printf(out, "<%s>%s</%s>\n", name, text, name);
}

static void
url_element(struct buf *out, const struct site *s, const char *name,
	    struct slice address)
{
	buf_printf(out, "<%s>", name);
	feed_url(out, s, address);
	buf_printf(out, "</%s>\n", name);
}

static void
id_element(struct buf *out, struct uuid id)
{
	char text[UUID_TEXT + 1];

	uuid_format(id, text);
	buf_printf(out, "<id>urn:uuid:%s</id>\n", text);
}

static void
link_element(struct buf *out, const struct site *s, const char *rel,
	     const char *type, struct slice address)
{
	buf_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	feed_url(out, s, address);
	buf_str(out, "\"/>\n");
}

static void
html_element(struct buf *out, const struct site *s, const char *name,
	     struct slice path, struct slice html)
{
	struct buf absolute = {0};

	feed_html(&absolute, s, path, html);
	buf_printf(out, "<%s type=\"html\">", name);
	escape_add(out, ESCAPE_TEXT, slice_of_buf(&absolute));
	buf_printf(out, "</%s>\n", name);
	buf_free(&absolute);
}

/* ---- entries ---- */

static void
authors(struct buf *out, const struct site *s, const struct article *a,
	struct slice path)
{
	struct feed_authors at;

	feed_authors_start(&at, a);
	while (feed_authors_next(&at, s, path)) {
		buf_str(out, "<author>\n");
		element(out, "name", slice_of_buf(&at.name));
		if (at.url.len > 0)
			element(out, "uri", slice_of_buf(&at.url));
		buf_str(out, "</author>\n");
	}
	/* An entry must have one (section 4.1.2). */
	if (at.n == 0) {
		buf_str(out, "<author>\n");
		element(out, "name", s->author.len > 0 ? s->author : s->name);
		buf_str(out, "</author>\n");
	}
	feed_authors_end(&at);
}

static void
categories(struct buf *out, const struct site *s, const struct article *a)
{
	size_t i;

	for (i = 0; i < a->ntags; i++) {
		buf_str(out, "<category term=\"");
		escape_add(out, ESCAPE_TEXT, a->tags[i]);
		buf_str(out, "\" scheme=\"");
		feed_url(out, s, slice_of("/tags/"));
		escape_add(out, ESCAPE_PATH, a->tags[i]);
		buf_str(out, "\"/>\n");
	}
}

/* Readers want something to show: an entry without a text has its beginning. */
static void
texts(struct buf *out, const struct site *s, const struct article *a,
      struct slice path, int whole)
{
	struct buf excerpt = {0};
	int content = whole && a->html[TEXT_BODY].len > 0;

	if (a->abstract.len > 0) {
		html_element(out, s, "summary", path, a->html[TEXT_ABSTRACT]);
	} else if (!content) {
		feed_excerpt(&excerpt, a);
		element(out, "summary", slice_of_buf(&excerpt));
		buf_free(&excerpt);
	}
	if (content)
		html_element(out, s, "content", path, a->html[TEXT_BODY]);
}

static void
begin_entry(struct buf *out, const struct site *s, const struct article *a)
{
	buf_str(out, "<entry");
	if (a->lang.len > 0 && slice_cmp(a->lang, s->lang) != 0) {
		buf_str(out, " xml:lang=\"");
		escape_add(out, ESCAPE_TEXT, a->lang);
		buf_char(out, '"');
	}
	buf_str(out, ">\n");
}

static void
entry(struct buf *out, const struct site *s, const struct article *a, int whole)
{
	struct buf b = {0};
	struct slice path;

	escape_add(&b, ESCAPE_PATH, a->file->address);
	path = slice_of_buf(&b);
	begin_entry(out, s, a);
	element(out, "title", a->title);
	link_element(out, s, "alternate", "text/html", a->file->address);
	id_element(out, a->id);
	time_element(out, "published", a->created);
	time_element(out, "updated", a->updated);
	authors(out, s, a, path);
	categories(out, s, a);
	texts(out, s, a, path, whole);
	buf_str(out, "</entry>\n");
	buf_free(&b);
}

/* ---- the feed ---- */

/* The site's own feed is what Canopy has: its id is the site's, and every
 * commit updates it.  Pages behind it are of the same feed. */
static int
is_main(const struct page *p)
{
	return p->name.len == 0;
}

static void
feed_id(struct buf *out, const struct site *s, const struct page *p)
{
	if (!is_main(p)) {
		id_element(out, uuid_v5(uuid_of_site(s->uuid), p->pub.path));
		return;
	}
	if (!uuid_is_text(s->uuid)) {
		id_element(out, uuid_of_site(s->uuid));
		return;
	}
	buf_str(out, "<id>urn:uuid:");
	buf_add(out, s->uuid.data, s->uuid.len);
	buf_str(out, "</id>\n");
}

/* The address of page n, from 1. */
static void
page_link(struct buf *out, const struct site *s, const char *rel, size_t n)
{
	struct buf address = {0};

	feed_part_address(&address, FEED_ATOM, n);
	link_element(out, s, rel, feed_type(FEED_ATOM), slice_of_buf(&address));
	buf_free(&address);
}

static void
page_links(struct buf *out, const struct site *s, const struct page *p)
{
	if (p->parts <= 1)
		return;
	page_link(out, s, "first", 1);
	if (p->part > 1)
		page_link(out, s, "previous", p->part - 1);
	if (p->part < p->parts)
		page_link(out, s, "next", p->part + 1);
	page_link(out, s, "last", p->parts);
}

static void
begin_feed(struct buf *out, const struct site *s, const struct page *p)
{
	struct buf title = {0};

	buf_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		     "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
	escape_add(out, ESCAPE_TEXT, s->lang);
	buf_str(out, "\">\n");
	feed_title(&title, s, p);
	element(out, "title", slice_of_buf(&title));
	buf_free(&title);
	if (s->description.len > 0)
		element(out, "subtitle", s->description);
	feed_id(out, s, p);
	time_element(out, "updated",
		     is_main(p) && p->part == 1 ? p->pub.modified
						: feed_updated(p));
}

void
feed_atom(const struct site *s, const struct page *p, struct buf *out)
{
	size_t i;

	begin_feed(out, s, p);
	if (s->icon.len > 0)
		url_element(out, s, "icon", s->icon);
	if (s->logo.len > 0)
		url_element(out, s, "logo", s->logo);
	link_element(out, s, "self", feed_type(FEED_ATOM), p->pub.path);
	link_element(out, s, "alternate", "text/html", p->of);
	page_links(out, s, p);
	for (i = 0; i < p->nlist; i++)
		entry(out, s, p->list[i], p->whole);
	buf_str(out, "</feed>\n");
}
