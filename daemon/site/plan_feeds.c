/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "feed.h"

static const struct {
	const char *name, *type, *content_type;
	enum page_kind kind;
} formats[] = {
    [FEED_ATOM] = {"atom", "application/atom+xml",
		   "application/atom+xml; charset=utf-8", PAGE_FEED},
    [FEED_JSON] = {"feed.json", "application/feed+json",
		   "application/feed+json", PAGE_FEED_JSON},
};

const char *
feed_type(enum feed_format format)
{
	return formats[format].type;
}

void
feed_address(struct buf *out, struct slice address, enum feed_format format)
{
	buf_add(out, address.data, address.len);
	if (!slice_is(address, "/"))
		buf_char(out, '/');
	buf_str(out, formats[format].name);
}

int
feed_exists(const struct site *s, struct slice address, enum feed_format format)
{
	const struct page *p;
	struct buf feed = {0};

	feed_address(&feed, address, format);
	p = plan_find(s, (struct slice){feed.data, feed.len});
	buf_free(&feed);
	return p != NULL && p->kind == formats[format].kind;
}

/* ---- ids ---- */

/* By the moment that git knows, then by path. */
static int
compare_births(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;

	if (x->file->src->created != y->file->src->created)
		return x->file->src->created < y->file->src->created ? -1 : 1;
	return slice_cmp(x->file->path, y->file->path);
}

/* Canopy's ids come from the second in which a file came into the repository,
 * whatever its header says, so they stay when a date is corrected.  Of those of
 * one second the first by path has that id.  Hidden articles count, so that
 * nothing changes when they appear. */
static void
give_ids(struct site *s)
{
	struct article **all = xcalloc(s->narticles + 1, sizeof(*all));
	struct uuid id = {{0}};
	int64_t created;
	size_t i;

	memcpy(all, s->articles, s->narticles * sizeof(*all));
	if (s->narticles > 1)
		qsort(all, s->narticles, sizeof(*all), compare_births);
	for (i = 0; i < s->narticles; i++) {
		created = all[i]->file->src->created;
		if (i == 0 || all[i - 1]->file->src->created != created) {
			id = uuid_of_article(created, s->uuid);
			all[i]->id = id;
		} else {
			all[i]->id = uuid_v5(id, all[i]->file->path);
		}
	}
	free(all);
}

/* ---- pages ---- */

static struct page *
add_feed(struct site *s, enum feed_format format, struct slice address,
	 struct slice name, struct article **list, size_t n)
{
	struct buf path = {0};
	struct page *p;

	feed_address(&path, address, format);
	p = plan_add(s, formats[format].kind, region_take(&s->region, &path),
		     formats[format].content_type);
	buf_free(&path);
	p->gives_way = GIVES_WAY;
	p->pub.cache = SITE_CACHE_FEED;
	p->of = address;
	p->name = name;
	p->part = p->parts = 1;
	plan_list(p, list, n < s->set.feed_entries ? n : s->set.feed_entries);
	return p;
}

/* Listings may begin with articles that have a weight; a feed has the newest.
 */
static struct article **
newest_first(struct site *s, struct article **list, size_t n)
{
	struct article **copy;
	size_t i = 1;

	while (i < n && list[i - 1]->created >= list[i]->created)
		i++;
	if (i >= n)
		return list;
	copy = region_alloc(&s->region, n, sizeof(struct article *));
	memcpy(copy, list, n * sizeof(struct article *));
	articles_sort(copy, n);
	return copy;
}

void
plan_feed_of(struct site *s, struct slice address, struct slice name,
	     struct article **list, size_t n)
{
	list = newest_first(s, list, n);
	add_feed(s, FEED_ATOM, address, name, list, n);
	add_feed(s, FEED_JSON, address, name, list, n);
}

void
feed_part_address(struct buf *out, enum feed_format format, size_t n)
{
	if (n == 1)
		feed_address(out, slice_of("/"), format);
	else if (format == FEED_ATOM)
		buf_printf(out, "/atom/%zu", n);
	else
		buf_printf(out, "/feed-%zu.json", n);
}

/* Page n, from 2, of a feed of the site: what is older than the newest, in
 * whole pages from the oldest on. */
static void
add_older(struct site *s, enum feed_format format, size_t n, size_t parts,
	  struct article **list, size_t len)
{
	struct buf path = {0};
	struct page *p;

	feed_part_address(&path, format, n);
	p = plan_add(s, formats[format].kind, region_take(&s->region, &path),
		     formats[format].content_type);
	buf_free(&path);
	p->gives_way = GIVES_WAY;
	p->pub.cache = SITE_CACHE_FEED;
	p->of = slice_of("/");
	p->part = n;
	p->parts = parts;
	plan_list(p, list, len);
}

/* s->newest has the oldest last. */
static void
add_all_older(struct site *s, enum feed_format format, size_t shown,
	      size_t parts)
{
	size_t at = shown, n = 2, len;

	for (; at < s->nshown; at += len) {
		len = (s->nshown - at) % FEED_PAGE;
		if (len == 0)
			len = FEED_PAGE;
		add_older(s, format, n++, parts, s->newest + at, len);
	}
}

/* Are the texts of all listings' feeds together few enough? */
static int
texts_fit(const struct site *s)
{
	size_t i, j, total = 0;

	for (i = 0; i < s->npages && total <= FEED_TEXTS_MAX; i++) {
		const struct page *p = &s->pages[i];

		if ((p->kind != PAGE_FEED && p->kind != PAGE_FEED_JSON) ||
		    p->name.len == 0)
			continue;
		for (j = 0; j < p->nlist; j++)
			total += p->list[j]->html[TEXT_BODY].len;
	}
	return total <= FEED_TEXTS_MAX;
}

static void
set_whole(struct site *s)
{
	int fit = texts_fit(s);
	size_t i;

	for (i = 0; i < s->npages; i++) {
		struct page *p = &s->pages[i];

		if (p->kind == PAGE_FEED || p->kind == PAGE_FEED_JSON)
			p->whole = p->name.len == 0 ? p->part == 1 : fit;
	}
}

/* In files there are no older pages: /atom could not be a file then, and few
 * servers would find it. */
static void
add_main(struct site *s, enum feed_format format)
{
	struct page *p = add_feed(s, format, slice_of("/"), slice_of(""),
				  s->newest, s->nshown);
	size_t shown = p->nlist, parts;

	if (format == FEED_ATOM) {
		p->gives_way = STAYS;
		/* Every commit changes it. */
		if (p->pub.modified < s->src->head->commit_time)
			p->pub.modified = s->src->head->commit_time;
	}
	if (s->set.files)
		return;
	parts = 1 + (s->nshown - shown + FEED_PAGE - 1) / FEED_PAGE;
	p->parts = parts;
	add_all_older(s, format, shown, parts);
}

void
plan_feeds(struct site *s)
{
	give_ids(s);
	add_main(s, FEED_ATOM);
	add_main(s, FEED_JSON);
	set_whole(s);
}

void
recipe_feed(struct digest *d, const struct site *s, const struct page *p)
{
	size_t i;

	digest_add(d, s->root);
	digest_add(d, s->name);
	digest_add(d, s->uuid);
	digest_add(d, s->lang);
	digest_add(d, s->description);
	digest_add(d, s->author);
	digest_add(d, s->icon);
	digest_add(d, s->logo);
	digest_add(d, p->of);
	digest_number(d, p->part);
	digest_number(d, p->parts);
	digest_number(d, (uint64_t)p->whole);
	if (p->kind == PAGE_FEED && p->name.len == 0 && p->part == 1)
		digest_number(d, (uint64_t)s->src->head->commit_time);
	for (i = 0; i < p->nlist; i++)
		digest_bytes(d, p->list[i]->id.byte, sizeof(p->list[i]->id));
}
