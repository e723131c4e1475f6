/* SPDX-License-Identifier: ISC */
#include "search_writer.h"

#include "log.h"
#include "snapshot/headers.h"

/* Of every list of results.  What a search finds changes with each push, and a
 * list is no page for other search engines to find. */
static void
make_fields(struct buf *out, const struct site *site)
{
	struct page_headers h = {.csp = site_policy(site)};

	header_add(out, "Cache-Control", slice_of("no-cache"));
	headers_safety(out, &h);
	header_add(out, "X-Robots-Tag", slice_of("noindex"));
	header_add(out, "Content-Type", slice_of("text/html; charset=utf-8"));
}

static int
add(struct site *site, struct slice fields, struct snapshot_writer *writer,
    const uint8_t recipe[32], struct err *err)
{
	struct search_run run = {.front = {NULL, 0, 0}};
	struct slice parts[3];
	int result;

	site_search(site, fields, &run);
	parts[0] = (struct slice){run.front.data, run.front.len};
	parts[1] = (struct slice){run.texts.data, run.texts.len};
	parts[2] = (struct slice){run.postings.data, run.postings.len};
	log_debug("search index: %zu bytes, of them %zu of postings",
		  run.front.len + run.texts.len + run.postings.len,
		  run.postings.len);
	result = snapshot_add_search(writer, parts, 3, recipe, err);
	search_run_free(&run);
	return result;
}

int
search_writer_run(struct site *site, struct snapshot_writer *writer,
		  struct err *err)
{
	struct buf fields = {NULL, 0, 0};
	struct slice all;
	uint8_t recipe[32];
	int result = 0;

	make_fields(&fields, site);
	all = (struct slice){fields.data, fields.len};
	site_search_recipe(site, all, recipe);
	if (!snapshot_reuse_search(writer, recipe))
		result = add(site, all, writer, recipe, err);
	buf_free(&fields);
	return result;
}
