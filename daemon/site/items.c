/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "items.h"

#include <string.h>

#include "frontmatter.h"

/* Cuts the text before the separator off. */
static int
cut(struct slice *rest, char separator, struct slice *part)
{
	const char *end;

	if (rest->len == 0)
		return 0;
	end = memchr(rest->data, separator, rest->len);
	*part = *rest;
	if (end != NULL)
		part->len = (size_t)(end - rest->data);
	rest->data += part->len;
	rest->len -= part->len;
	if (end != NULL) {
		rest->data++;
		rest->len--;
	}
	return 1;
}

int
items_next(struct slice *list, struct slice *item)
{
	return cut(list, '\n', item);
}

size_t
items_count(struct slice list)
{
	struct slice item;
	size_t n = 0;

	while (items_next(&list, &item))
		n++;
	return n;
}

static int
has(struct slice list, struct slice item)
{
	struct slice one;

	while (items_next(&list, &one))
		if (slice_cmp(one, item) == 0)
			return 1;
	return 0;
}

void
items_add(struct buf *list, struct slice item)
{
	const struct slice all = {list->data, list->len};
	size_t i;

	item = trim(item);
	if (item.len == 0 || all.len + item.len >= ITEMS_BYTES_MAX ||
	    has(all, item) || items_count(all) >= ITEMS_MAX)
		return;
	if (list->len > 0)
		buf_char(list, '\n');
	for (i = 0; i < item.len; i++)
		buf_char(list, item.data[i] == '\n' ? ' ' : item.data[i]);
}

struct slice
items_split(struct region *r, struct slice text, char separator)
{
	struct buf list = {0};
	struct slice item;

	while (cut(&text, separator, &item))
		items_add(&list, item);
	item = region_take(r, &list);
	buf_free(&list);
	return item;
}

struct slice *
items_array(struct region *r, struct slice list, size_t *n)
{
	struct slice *array;
	size_t i;

	*n = items_count(list);
	array = region_alloc(r, *n + 1, sizeof(*array));
	for (i = 0; i < *n; i++)
		items_next(&list, &array[i]);
	return array;
}
