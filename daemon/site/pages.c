/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "escape.h"
#include "model.h"

#define DAY 86400

static int64_t
day_of(int64_t t)
{
	return t / DAY - (t % DAY < 0);
}

static void
author(const struct site *s, struct buf *out, const struct article *a)
{
	struct buf name = {0};

	if (a->author_url.len == 0) {
		buf_add(out, a->html[TEXT_AUTHOR].data,
			a->html[TEXT_AUTHOR].len);
		return;
	}
	buf_str(out, "<a rel=\"author\" href=\"");
	if (a->author_url.data[0] == '/')
		buf_add(out, s->prefix.data, s->prefix.len);
	escape_add(out, ESCAPE_HREF, a->author_url);
	buf_str(out, "\">");
	html_to_text(&name, a->html[TEXT_AUTHOR]);
	layout_text(out, (struct slice){name.data, name.len});
	buf_str(out, "</a>");
	buf_free(&name);
}

static void
byline(const struct site *s, struct buf *out, const struct article *a)
{
	buf_str(out, "<p class=\"meta\">By <span class=\"author\">");
	author(s, out, a);
	buf_str(out, "</span>, ");
	layout_time(out, a->created);
	if (day_of(a->updated) != day_of(a->created)) {
		buf_str(out, ", updated ");
		layout_time(out, a->updated);
	}
	buf_str(out, "</p>\n");
}

void
page_article(const struct site *s, const struct article *a, struct slice path,
	     struct buf *out, size_t *offset)
{
	struct buf abstract = {0};
	struct layout l = {
	    .title = a->title,
	    .address = path,
	    .current = a->file->address,
	};

	html_to_text(&abstract, a->html[TEXT_ABSTRACT]);
	l.description = (struct slice){abstract.data, abstract.len};
	layout_begin(s, out, &l);
	buf_free(&abstract);
	buf_str(out, "<article>\n<header>\n<h1>");
	layout_text(out, a->title);
	buf_str(out, "</h1>\n");
	byline(s, out, a);
	layout_tags(s, out, a);
	buf_str(out, "</header>\n");
	*offset = out->len;
	buf_add(out, a->html[TEXT_BODY].data, a->html[TEXT_BODY].len);
	buf_str(out, "</article>\n");
	layout_end(s, out);
}

void
page_not_found(const struct site *s, struct buf *out)
{
	struct layout l = {.title = slice_of("Not found")};

	layout_begin(s, out, &l);
	buf_str(out, "<h1>Not found</h1>\n<p>There is nothing at this address. "
		     "Perhaps the <a href=\"");
	layout_url(s, out, slice_of("/"));
	buf_str(out, "\">first page</a> or the <a href=\"");
	layout_url(s, out, slice_of("/tags"));
	buf_str(out, "\">tags</a> lead further.</p>\n");
	layout_end(s, out);
}
