/* SPDX-License-Identifier: ISC */
#include "conditional.h"

#include <string.h>

#include "../snapshot/headers.h"
#include "field.h"

static void
skip(struct slice *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

/* Takes an entity-tag from the start of the list, without "W/": the comparison
 * is weak (section 8.8.3.2).  0 when there is none. */
static int
take_tag(struct slice *list, struct slice *tag)
{
	const char *end;

	if (list->len >= 2 && memcmp(list->data, "W/", 2) == 0)
		skip(list, 2);
	if (list->len < 2 || list->data[0] != '"')
		return 0;
	end = memchr(list->data + 1, '"', list->len - 1);
	if (end == NULL)
		return 0;
	*tag = (struct slice){list->data, (size_t)(end - list->data) + 1};
	skip(list, tag->len);
	return 1;
}

/* A tag may hold commas, so this is no field_list_next.  What follows a
 * malformed element is not looked at: at worst the answer is a 200. */
static int
list_has(struct slice list, struct slice etag)
{
	struct slice tag;

	for (;;) {
		list = field_trim(list);
		if (list.len > 0 && list.data[0] == ',') {
			skip(&list, 1);
			continue;
		}
		if (!take_tag(&list, &tag))
			return 0;
		if (slice_cmp(tag, etag) == 0)
			return 1;
		list = field_trim(list);
		if (list.len > 0 && list.data[0] != ',')
			return 0;
	}
}

int
conditional_fresh(const struct request *r, struct slice etag, int64_t modified)
{
	struct slice value;
	unsigned iter = 0;
	int64_t since;
	int any = 0;

	while (request_value(r, FIELD_IF_NONE_MATCH, &iter, &value)) {
		if (slice_is(value, "*") || list_has(value, etag))
			return 1;
		any = 1;
	}
	/* Section 13.1.3: not looked at beside If-None-Match. */
	if (any || modified == 0)
		return 0;
	iter = 0;
	if (!request_value(r, FIELD_IF_MODIFIED_SINCE, &iter, &value) ||
	    http_date_parse(value, &since) == -1 ||
	    request_value(r, FIELD_IF_MODIFIED_SINCE, &iter, &value))
		return 0;
	return modified <= since;
}
