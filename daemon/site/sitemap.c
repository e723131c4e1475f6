/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "sitemap.h"

#include <string.h>

#include "../utf8.h"
#include "date.h"
#include "escape.h"
#include "feed.h"

#define XMLNS "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""

/* ---- which pages ---- */

/* What "/" shows is listed as "/" alone. */
static int
is_listed(const struct site *s, const struct page *p)
{
	switch (p->kind) {
	case PAGE_ARTICLE:
		return p->list[0] != s->home;
	case PAGE_HOME:
	case PAGE_LISTING:
	case PAGE_TAGS:
	case PAGE_TAG:
	case PAGE_AUTHORS:
	case PAGE_AUTHOR:
	case PAGE_ARCHIVE:
		return p->pub.status == 200 && p->number <= 1;
	default:
		return 0;
	}
}

/* Bytes that its element can have at most. */
static size_t
room_for(const struct site *s, const struct page *p)
{
	return 128 + s->root.len + 3 * p->pub.path.len;
}

/* Walks through the pages that are listed and tells in which part each is. */
struct walk {
	const struct site *site;
	size_t next;	    /* page */
	size_t part;	    /* of the page that was found, from 1 */
	size_t urls, bytes; /* in that part */
};

static const struct page *
walk_next(struct walk *w)
{
	const struct site *s = w->site;
	size_t room;

	while (w->next < s->npages && !is_listed(s, &s->pages[w->next]))
		w->next++;
	if (w->next == s->npages)
		return NULL;
	room = room_for(s, &s->pages[w->next]);
	if (w->part == 0 || w->urls == SITEMAP_URLS_MAX ||
	    w->bytes + room > SITEMAP_BYTES_MAX) {
		w->part++;
		w->urls = 0;
		w->bytes = 256;
	}
	w->urls++;
	w->bytes += room;
	return &s->pages[w->next++];
}

static size_t
count_parts(const struct site *s)
{
	struct walk w = {.site = s};

	while (walk_next(&w) != NULL)
		;
	return w.part;
}

/* ---- planning ---- */

static struct page *
add(struct site *s, enum page_kind kind, struct slice path, const char *type)
{
	struct page *p = plan_add(s, kind, path, type);

	p->gives_way = GIVES_WAY;
	p->pub.cache = SITE_CACHE_FEED;
	return p;
}

static void
add_parts(struct site *s, size_t parts)
{
	struct buf path = {0};
	struct page *p;
	size_t i;

	for (i = 1; i <= parts; i++) {
		buf_printf(&path, "/sitemap-%zu.xml", i);
		p = add(s, PAGE_SITEMAP, region_take(&s->region, &path),
			"application/xml");
		p->part = i;
		p->parts = parts;
	}
	buf_free(&path);
}

static void
plan_robots(struct site *s)
{
	if (plan_own_file(s, "robots.txt").len == 0)
		add(s, PAGE_ROBOTS, slice_of("/robots.txt"),
		    "text/plain; charset=utf-8");
}

void
plan_sitemap(struct site *s)
{
	size_t parts = count_parts(s);
	struct page *p;

	p = add(s, PAGE_SITEMAP, slice_of("/sitemap.xml"), "application/xml");
	p->parts = parts;
	if (parts > 1)
		add_parts(s, parts);
	plan_robots(s);
}

void
plan_opensearch(struct site *s)
{
	add(s, PAGE_OPENSEARCH, slice_of("/opensearch.xml"),
	    "application/opensearchdescription+xml");
}

/* ---- documents ---- */

static void
last_modified(struct buf *out, int64_t t)
{
	char text[DATE_LEN + 1];

	if (t <= 0)
		return;
	date_rfc3339(t, text);
	buf_printf(out, "<lastmod>%s</lastmod>", text);
}

static void
url_set(const struct site *s, size_t part, struct buf *out)
{
	struct walk w = {.site = s};
	const struct page *p;

	buf_str(out, "<urlset " XMLNS ">\n");
	while ((p = walk_next(&w)) != NULL && w.part <= part) {
		if (w.part < part)
			continue;
		buf_str(out, "<url><loc>");
		feed_url(out, s, p->pub.path);
		buf_str(out, "</loc>");
		last_modified(out, feed_updated(p));
		buf_str(out, "</url>\n");
	}
	buf_str(out, "</urlset>\n");
}

static void
index_of(const struct site *s, size_t parts, struct buf *out)
{
	size_t i;

	buf_str(out, "<sitemapindex " XMLNS ">\n");
	for (i = 1; i <= parts; i++) {
		buf_str(out, "<sitemap><loc>");
		buf_add(out, s->root.data, s->root.len);
		buf_printf(out, "/sitemap-%zu.xml</loc></sitemap>\n", i);
	}
	buf_str(out, "</sitemapindex>\n");
}

void
sitemap_write(const struct site *s, const struct page *p, struct buf *out)
{
	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (p->part == 0 && p->parts > 1)
		index_of(s, p->parts, out);
	else
		url_set(s, p->part > 0 ? p->part : 1, out);
}

void
recipe_sitemap(struct digest *d, const struct site *s, const struct page *p)
{
	struct walk w = {.site = s};
	const struct page *listed;

	digest_add(d, s->root);
	digest_number(d, p->part);
	digest_number(d, p->parts);
	while ((listed = walk_next(&w)) != NULL) {
		if (p->kind != PAGE_SITEMAP ||
		    (p->part > 0 && p->part != w.part))
			continue;
		digest_add(d, listed->pub.path);
		digest_number(d, (uint64_t)feed_updated(listed));
	}
}

void
robots_write(const struct site *s, struct buf *out)
{
	buf_str(out, "User-agent: *\nAllow: /\n\nSitemap: ");
	feed_url(out, s, slice_of("/sitemap.xml"));
	buf_char(out, '\n');
}

/* ---- OpenSearch ---- */

/* At most `max` characters. */
static struct slice
at_most(struct slice text, size_t max)
{
	size_t at = 0, n;

	while (at < text.len && max-- > 0) {
		n = utf8_char_len((const unsigned char *)text.data + at,
				  text.len - at);
		at += n > 0 ? n : 1;
	}
	return (struct slice){text.data, at};
}

static void
element(struct buf *out, const char *name, struct slice text, size_t max)
{
	if (text.len == 0)
		return;
	buf_printf(out, "<%s>", name);
	escape_add(out, ESCAPE_TEXT, at_most(text, max));
	buf_printf(out, "</%s>\n", name);
}

static void
url_element(struct buf *out, const struct site *s, const char *attributes,
	    const char *address, const char *query)
{
	buf_printf(out, "<Url %s template=\"", attributes);
	feed_url(out, s, slice_of(address));
	buf_printf(out, "%s\"/>\n", query);
}

/* The lengths are those of the specification. */
void
opensearch_write(const struct site *s, struct buf *out)
{
	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<OpenSearchDescription "
		     "xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n");
	element(out, "ShortName", s->name, 16);
	element(out, "Description",
		s->description.len > 0 ? s->description : s->name, 1024);
	url_element(out, s, "type=\"text/html\"", "/search",
		    "?q={searchTerms}");
	url_element(out, s,
		    "type=\"application/opensearchdescription+xml\" "
		    "rel=\"self\"",
		    "/opensearch.xml", "");
	element(out, "LongName", s->name, 48);
	if (s->icon.len > 0) {
		buf_str(out, "<Image>");
		feed_url(out, s, s->icon);
		buf_str(out, "</Image>\n");
	}
	element(out, "Language", s->lang, 64);
	buf_str(out, "<OutputEncoding>UTF-8</OutputEncoding>\n"
		     "<InputEncoding>UTF-8</InputEncoding>\n"
		     "</OpenSearchDescription>\n");
}
