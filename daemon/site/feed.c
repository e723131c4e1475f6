/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "date.h"
#include "escape.h"
#include "model.h"
#include "url.h"
#include "uuid.h"

/* Atom, RFC 4287. */

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

/* ---- absolute references ---- */

static int
is_url_attribute(struct slice name)
{
	return slice_is(name, "href") || slice_is(name, "src") ||
	       slice_is(name, "poster") || slice_is(name, "cite");
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
		if (is_url_attribute(name) && value.len > 0)
			url_resolve(out, s->root, path, value);
		else
			buf_add(out, value.data, value.len);
		n = (size_t)(end - tag.data);
		tag = (struct slice){tag.data + n, tag.len - n};
		buf_char(out, '"');
		tag.data++;
		tag.len--;
	}
}

/* Appends HTML that we wrote, every reference in it made absolute. */
static void
absolute_html(struct buf *out, const struct site *s, struct slice path,
	      struct slice html)
{
	const char *start, *end;
	size_t n;

	while (html.len > 0) {
		start = memchr(html.data, '<', html.len);
		n = start != NULL ? (size_t)(start - html.data) : html.len;
		buf_add(out, html.data, n);
		html = (struct slice){html.data + n, html.len - n};
		end = html.len > 0 ? memchr(html.data, '>', html.len) : NULL;
		n = end != NULL ? (size_t)(end - html.data) + 1 : html.len;
		absolute_tag(out, s, path, (struct slice){html.data, n});
		html = (struct slice){html.data + n, html.len - n};
	}
}

static void
html_element(struct buf *out, const struct site *s, const char *name,
	     struct slice path, struct slice html)
{
	struct buf absolute = {0};

	absolute_html(&absolute, s, path, html);
	buf_printf(out, "<%s type=\"html\">", name);
	escape_add(out, ESCAPE_TEXT,
		   (struct slice){absolute.data, absolute.len});
	buf_printf(out, "</%s>\n", name);
	buf_free(&absolute);
}

/* ---- ids ---- */

static void
id_element(struct buf *out, struct uuid id)
{
	char text[UUID_TEXT + 1];

	uuid_format(id, text);
	buf_printf(out, "<id>urn:uuid:%s</id>\n", text);
}

static void
feed_id(struct buf *out, const struct site *s)
{
	if (!uuid_is_text(s->uuid)) {
		id_element(out, uuid_v5(uuid_url, s->uuid));
		return;
	}
	buf_str(out, "<id>urn:uuid:");
	buf_add(out, s->uuid.data, s->uuid.len);
	buf_str(out, "</id>\n");
}

/* Of the articles of one second the first by path has Canopy's id; s->newest
 * has them in that order. */
static struct uuid
entry_id(const struct site *s, size_t i)
{
	const struct article *a = s->newest[i];
	struct uuid id = uuid_of_article(a->created, s->uuid);

	if (i > 0 && s->newest[i - 1]->created == a->created)
		id = uuid_v5(id, a->file->path);
	return id;
}

/* ---- parts ---- */

/* The first href in the author's HTML, with the quote cut off. */
static struct slice
author_link(struct slice html)
{
	static const char href[] = " href=\"";
	const char *start, *end;

	start = memmem(html.data, html.len, href, sizeof(href) - 1);
	if (start == NULL)
		return slice_of("");
	start += sizeof(href) - 1;
	end = memchr(start, '"', html.len - (size_t)(start - html.data));
	return end != NULL ? (struct slice){start, (size_t)(end - start)}
			   : slice_of("");
}

static void
author(struct buf *out, const struct site *s, const struct article *a,
       struct slice path)
{
	struct buf name = {0}, link = {0};
	struct slice url = author_link(a->html[TEXT_AUTHOR]);

	html_to_text(&name, a->html[TEXT_AUTHOR]);
	buf_str(out, "<author>\n");
	element(out, "name", (struct slice){name.data, name.len});
	if (a->author_url.len > 0) {
		escape_add(&link, ESCAPE_HREF, a->author_url);
		url = (struct slice){link.data, link.len};
	}
	if (url.len > 0) {
		buf_str(out, "<uri>");
		url_resolve(out, s->root, path, url);
		buf_str(out, "</uri>\n");
	}
	buf_str(out, "</author>\n");
	buf_free(&name);
	buf_free(&link);
}

static void
categories(struct buf *out, const struct site *s, const struct article *a)
{
	size_t i;

	for (i = 0; i < a->ntags; i++) {
		buf_str(out, "<category term=\"");
		escape_add(out, ESCAPE_TEXT, a->tags[i]);
		buf_str(out, "\" scheme=\"");
		buf_add(out, s->root.data, s->root.len);
		buf_str(out, "/tags/");
		escape_add(out, ESCAPE_PATH, a->tags[i]);
		buf_str(out, "\"/>\n");
	}
}

static void
entry(struct buf *out, const struct site *s, size_t i)
{
	const struct article *a = s->newest[i];
	struct buf b = {0};
	struct slice path;

	escape_add(&b, ESCAPE_PATH, a->file->address);
	path = (struct slice){b.data, b.len};
	buf_str(out, "<entry>\n");
	element(out, "title", a->title);
	buf_str(out, "<link rel=\"alternate\" type=\"text/html\" href=\"");
	url_resolve(out, s->root, path, slice_of(""));
	buf_str(out, "\"/>\n");
	id_element(out, entry_id(s, i));
	time_element(out, "published", a->created);
	time_element(out, "updated", a->updated);
	author(out, s, a, path);
	categories(out, s, a);
	if (a->abstract.len > 0)
		html_element(out, s, "summary", path, a->html[TEXT_ABSTRACT]);
	html_element(out, s, "content", path, a->html[TEXT_BODY]);
	buf_str(out, "</entry>\n");
	buf_free(&b);
}

void
feed_write(const struct site *s, const struct page *p, struct buf *out)
{
	size_t i;

	buf_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		     "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	element(out, "title", s->name);
	feed_id(out, s);
	time_element(out, "updated", s->src->head->commit_time);
	buf_str(out, "<link rel=\"self\" type=\"application/atom+xml\" "
		     "href=\"");
	buf_add(out, s->root.data, s->root.len);
	buf_str(out, "/atom\"/>\n<link rel=\"alternate\" type=\"text/html\" "
		     "href=\"");
	buf_add(out, s->root.data, s->root.len);
	buf_str(out, "/\"/>\n");
	for (i = 0; i < p->nlist; i++)
		entry(out, s, i);
	buf_str(out, "</feed>\n");
}
