/* SPDX-License-Identifier: ISC */
#include "search.h"

void
search_page(const struct site *s, struct buf *out)
{
	struct layout l = {.title = slice_of("Search"),
			   .current = slice_of(SEARCH_ADDRESS)};

	layout_begin(s, out, &l);
	buf_str(out, "<h1>Search</h1>\n<form role=\"search\" action=\"");
	layout_url(s, out, slice_of(SEARCH_ADDRESS));
	buf_str(out,
		"\">\n<label for=\"q\">Words</label>\n<input type=\"search\" "
		"id=\"q\" name=\"q\" value=\"" SEARCH_MARK_QUERY "\">\n"
		"<button>Search</button>\n</form>\n" SEARCH_MARK_SUMMARY
		    SEARCH_MARK_RESULTS);
	layout_end(s, out);
}

void
search_result(const struct site *s, const struct article *a, struct buf *out)
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
