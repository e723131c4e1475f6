/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "model.h"

static void
item(const struct site *s, struct buf *out, const struct article *a)
{
	buf_str(out, "<li>\n<article>\n<h2><a href=\"");
	layout_url(s, out, a->file->address);
	buf_str(out, "\">");
	layout_text(out, a->title);
	buf_str(out, "</a></h2>\n<p class=\"meta\">");
	layout_time(out, a->created);
	buf_str(out, "</p>\n");
	buf_add(out, a->html[TEXT_ABSTRACT].data, a->html[TEXT_ABSTRACT].len);
	buf_str(out, "</article>\n</li>\n");
}

static struct slice
heading(const struct site *s, const struct page *p)
{
	return p->name.len > 0 ? p->name : s->name;
}

void
page_listing(const struct site *s, const struct page *p, struct buf *out)
{
	struct layout l = {
	    .title = p->name,
	    .address = p->pub.path,
	    .current = p->pub.path,
	};
	size_t i;

	layout_begin(s, out, &l);
	buf_str(out, "<h1>");
	if (p->kind == PAGE_TAG)
		buf_str(out, "Tagged ");
	layout_text(out, heading(s, p));
	buf_str(out, "</h1>\n<ol class=\"posts\">\n");
	for (i = 0; i < p->nlist; i++)
		item(s, out, p->list[i]);
	buf_str(out, "</ol>\n");
	layout_end(s, out);
}

void
page_tags(const struct site *s, const struct page *p, struct buf *out)
{
	struct layout l = {
	    .title = slice_of("Tags"),
	    .address = p->pub.path,
	    .current = p->pub.path,
	};
	size_t i;

	layout_begin(s, out, &l);
	buf_str(out, "<h1>Tags</h1>\n<ul class=\"tags\">\n");
	for (i = 0; i < s->ntags; i++) {
		const struct tag *t = &s->tags[i];

		if (t->address.len == 0)
			continue;
		buf_str(out, "<li><a rel=\"tag\" href=\"");
		layout_url(s, out, t->address);
		buf_str(out, "\">");
		layout_text(out, t->name);
		buf_printf(out, "</a> <span class=\"count\">%zu</span></li>\n",
			   t->nlist);
	}
	buf_str(out, "</ul>\n");
	layout_end(s, out);
}
