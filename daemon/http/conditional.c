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

/* Takes an entity-tag from the start of the list, without "W/"; *weak tells
 * whether that was there.  0 when there is none. */
static int
take_tag(struct slice *list, struct slice *tag, int *weak)
{
	const char *end;

	*weak = list->len >= 2 && memcmp(list->data, "W/", 2) == 0;
	if (*weak)
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

/* Section 8.8.3.2: etag is strong, so a weak one is never strongly equal. */
enum comparison { WEAK, STRONG };

/* A tag may hold commas, so this is no field_list_next.  What follows a
 * malformed element is not looked at. */
static int
list_has(struct slice list, struct slice etag, enum comparison how)
{
	struct slice tag;
	int weak;

	for (;;) {
		list = field_trim(list);
		if (list.len > 0 && list.data[0] == ',') {
			skip(&list, 1);
			continue;
		}
		if (!take_tag(&list, &tag, &weak))
			return 0;
		if (slice_cmp(tag, etag) == 0 && !(weak && how == STRONG))
			return 1;
		list = field_trim(list);
		if (list.len > 0 && list.data[0] != ',')
			return 0;
	}
}

enum found { ABSENT, OTHER, MATCH };

static enum found
find_tag(const struct request *r, enum request_field field, struct slice etag,
	 enum comparison how)
{
	enum found found = ABSENT;
	struct slice value;
	unsigned iter = 0;

	while (request_value(r, field, &iter, &value)) {
		if (slice_cmp(value, etag) == 0 || slice_is(value, "*") ||
		    list_has(value, etag, how))
			return MATCH;
		found = OTHER;
	}
	return found;
}

/* ABSENT also when it is no date, or there is nothing to compare with; MATCH
 * when nothing was modified since. */
static enum found
find_date(const struct request *r, enum request_field field, int64_t modified)
{
	struct slice value;
	int64_t since;

	if (modified == 0 || !request_single(r, field, &value) ||
	    http_date_parse(value, &since) == -1)
		return ABSENT;
	return modified <= since ? MATCH : OTHER;
}

enum conditional
conditional_check(const struct request *r, struct slice etag, int64_t modified)
{
	enum found found = find_tag(r, FIELD_IF_MATCH, etag, STRONG);

	/* Of each pair the date is not looked at beside the tag. */
	if (found == ABSENT)
		found = find_date(r, FIELD_IF_UNMODIFIED_SINCE, modified);
	if (found == OTHER)
		return CONDITIONAL_FAILED;
	found = find_tag(r, FIELD_IF_NONE_MATCH, etag, WEAK);
	if (found == ABSENT)
		found = find_date(r, FIELD_IF_MODIFIED_SINCE, modified);
	return found == MATCH ? CONDITIONAL_FRESH : CONDITIONAL_SEND;
}

int
conditional_if_range(const struct request *r, struct slice etag)
{
	struct slice value;
	unsigned iter = 0;

	if (!request_value(r, FIELD_IF_RANGE, &iter, &value))
		return 1;
	return request_single(r, FIELD_IF_RANGE, &value) &&
	       slice_cmp(value, etag) == 0;
}
