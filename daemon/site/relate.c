/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "escape.h"
#include "model.h"

/*
 * How articles belong together: previous and next, related by tags, years.
 * Translations are in translate.c.
 */

/* ---- addresses ---- */

void
relate_urls(struct site *s)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < s->nshown; i++) {
		buf_add(&b, s->root.data, s->root.len);
		escape_add(&b, ESCAPE_PATH, s->shown[i]->file->address);
		s->shown[i]->url = region_take(&s->region, &b);
	}
	buf_free(&b);
}

/* ---- previous and next ---- */

/* The first directory of a path; empty at the top of the repository. */
static struct slice
first_directory(struct slice path)
{
	const char *slash = memchr(path.data, '/', path.len);

	return (struct slice){path.data,
			      slash != NULL ? (size_t)(slash - path.data) : 0};
}

static int
compare_places(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;
	int order = slice_cmp(first_directory(x->file->place),
			      first_directory(y->file->place));

	if (order == 0)
		order = slice_cmp(x->speaks, y->speaks);
	if (order != 0)
		return order;
	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	return slice_cmp(x->file->path, y->file->path);
}

/* In the order of time, among the articles of the same first directory and
 * language.  What is at the top of the repository are pages of their own. */
void
relate_neighbours(struct site *s)
{
	struct article **list =
	    xcalloc(s->nshown + 1, sizeof(struct article *));
	struct slice dir;
	size_t i;

	memcpy(list, s->shown, s->nshown * sizeof(struct article *));
	if (s->nshown > 1)
		qsort(list, s->nshown, sizeof(*list), compare_places);
	for (i = 1; i < s->nshown; i++) {
		dir = first_directory(list[i]->file->place);
		if (dir.len == 0 ||
		    slice_cmp(first_directory(list[i - 1]->file->place), dir) !=
			0 ||
		    slice_cmp(list[i]->speaks, list[i - 1]->speaks) != 0)
			continue;
		list[i]->previous = list[i - 1];
		list[i - 1]->next = list[i];
	}
	free(list);
}

/* ---- related ---- */

#define WINDOW	  4 /* articles before and after in each tag's list */
#define TAGS_READ 8 /* of an article */

struct candidate {
	struct article *article;
	uint64_t weight;
};

static void
add_candidate(struct candidate *c, size_t *n, struct article *a,
	      uint64_t weight)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (c[i].article == a) {
			c[i].weight += weight;
			return;
		}
	c[*n].article = a;
	c[(*n)++].weight = weight;
}

/* Those next to the article in a tag's list, if they are in its language; the
 * rarer the tag, the more it says. */
static void
add_of_tag(struct candidate *c, size_t *n, const struct article *a,
	   const struct member *m)
{
	const struct tag *t = m->tag;
	size_t first = m->at > WINDOW ? m->at - WINDOW : 0, i;

	for (i = first; i < t->nlist && i <= m->at + WINDOW; i++)
		if (i != m->at && slice_cmp(t->list[i]->speaks, a->speaks) == 0)
			add_candidate(c, n, t->list[i],
				      ((uint64_t)1 << 32) / t->nlist);
}

static int
is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight;
	if (a->article->created != b->article->created)
		return a->article->created > b->article->created;
	return slice_cmp(a->article->file->path, b->article->file->path) < 0;
}

static void
relate(struct article *a)
{
	struct candidate c[2 * WINDOW * TAGS_READ], *best;
	size_t i, n = 0;

	for (i = 0; i < a->ntags && i < TAGS_READ; i++)
		add_of_tag(c, &n, a, &a->tagged[i]);
	while (a->nrelated < RELATED_MAX && n > 0) {
		best = c;
		for (i = 1; i < n; i++)
			if (is_better(&c[i], best))
				best = &c[i];
		a->related[a->nrelated++] = best->article;
		*best = c[--n];
	}
}

/* By shared tags: the weight of a tag is one by the number of its articles.
 * Only those near in time are looked at, so that it costs the same in a large
 * site, and a new article changes what few others show. */
void
relate_by_tags(struct site *s)
{
	size_t i;

	for (i = 0; i < s->nshown; i++)
		relate(s->shown[i]);
}

/* ---- years ---- */

/* By the clock of the author, who wrote it in the year that this one shows. */
static int64_t
written(const struct article *a)
{
	return a->created + a->created_zone;
}

static int
compare_created(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;

	if (written(x) != written(y))
		return written(x) < written(y) ? 1 : -1;
	return slice_cmp(x->file->path, y->file->path);
}

static void
add_year(struct site *s, const char *name, struct article **list)
{
	struct year *y = &s->years[s->nyears++];
	struct buf b = {0};

	buf_printf(&b, "/archive/%.4s", name);
	y->address = region_take(&s->region, &b);
	y->name = (struct slice){y->address.data + 9, 4};
	y->list = list;
	buf_free(&b);
}

void
relate_years(struct site *s)
{
	struct article **list =
	    region_alloc(&s->region, s->nshown, sizeof(struct article *));
	char date[DATE_LEN + 1];
	size_t i;

	memcpy(list, s->shown, s->nshown * sizeof(struct article *));
	qsort(list, s->nshown, sizeof(*list), compare_created);
	s->years = region_alloc(&s->region, s->nshown, sizeof(*s->years));
	for (i = 0; i < s->nshown; i++) {
		date_rfc3339(written(list[i]), date);
		date[4] = '\0';
		if (s->nyears == 0 ||
		    !slice_is(s->years[s->nyears - 1].name, date))
			add_year(s, date, &list[i]);
		s->years[s->nyears - 1].nlist++;
	}
}
