/* SPDX-License-Identifier: ISC */
#include "publish.h"

#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "object.h"

struct publisher {
	struct git_settings set;
	struct history *history;
	struct file_list last; /* of the last source, sorted by path */
};

struct reading {
	struct store *s;
	struct err *err;
};

struct publisher *
publisher_new(const struct git_settings *settings)
{
	struct publisher *p = xcalloc(1, sizeof(*p));

	p->set = *settings;
	p->history = history_new(settings);
	return p;
}

void
publisher_free(struct publisher *p)
{
	if (p == NULL)
		return;
	history_free(p->history);
	file_list_free(&p->last);
	free(p);
}

static int
by_path(const void *key, const void *item)
{
	const struct source_item *a = key, *b = item;

	return slice_cmp(a->path, b->path);
}

/* Was the same content at the same path in the last source? */
static int
is_known(const struct publisher *p, const struct source_item *item)
{
	const struct source_item *old = NULL;

	if (p->last.n > 0)
		old = bsearch(item, p->last.items, p->last.n, sizeof(*old),
			      by_path);
	return old != NULL &&
	       memcmp(old->blob, item->blob, sizeof(old->blob)) == 0;
}

static void
complete(const struct publisher *p, struct source_item *item, int full)
{
	int64_t head = history_head_date(p->history);

	item->created = item->updated = head;
	history_dates(p->history, item->path, &item->created, &item->updated);
	item->with_data = full || !is_known(p, item);
}

static int
read_item(void *ctx, const struct source_item *item, void *into)
{
	struct reading *r = ctx;
	git_oid id;

	memcpy(id.id, item->blob, OID_LEN);
	return store_read_into(r->s, &id, into, (size_t)item->size, r->err);
}

static int
write_list(struct publisher *p, struct store *s, const git_oid *tip, int full,
	   struct file_list *list, struct err *err)
{
	struct reading reading = {s, err};
	uint8_t commit[OID_MAX] = {0};

	for (size_t i = 0; i < list->n; i++)
		complete(p, &list->items[i], full);
	memcpy(commit, tip->id, OID_LEN);
	return source_write(list->items, list->n, commit, OID_LEN,
			    history_head_date(p->history), read_item, &reading,
			    err);
}

int
publish(struct publisher *p, struct store *s, const git_oid *tip, int full,
	git_report_fn *report, void *ctx, struct published *result,
	struct err *err)
{
	struct file_list list = {0};

	if (file_list_read(&list, s, tip, &p->set, report, ctx, err) == -1)
		return -1;
	result->files = (uint32_t)list.n;
	result->left_out = list.left_out;
	result->fd = -1;
	if (history_update(p->history, s, tip, err) == 0)
		result->fd = write_list(p, s, tip, full, &list, err);
	store_trim(s);
	if (result->fd == -1) {
		file_list_free(&list);
		return -1;
	}
	file_list_free(&p->last);
	p->last = list; /* source_write sorted it */
	return 0;
}
