/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "search.h"

void
search_page(struct site *s, struct buf *out)
{
	struct page p = {.kind = PAGE_SEARCH,
			 .pub.path = SLICE_INIT(SEARCH_ADDRESS)};
	size_t offset;

	page_write(s, &p, out, &offset);
}

void
search_result(struct site *s, const struct article *a, struct buf *out)
{
	struct page p = {.kind = PAGE_SEARCH,
			 .pub.path = SLICE_INIT(SEARCH_ADDRESS)};

	page_write_result(s, &p, a, out);
}
