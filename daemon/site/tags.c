/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "model.h"

/* An article's use of a tag, or its author. */
struct use {
	struct slice name;
	struct article *article;
	size_t rank; /* in s->newest */
	struct member *member;
};

/* What is grouped. */
struct grouping {
	const char *what, *address; /* "tag", "/tags/" */
	struct use *uses;
	size_t n;
};

static int
compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = slice_cmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Can this be the last part of an address?  Browsers take "." and ".." away,
 * servers do not like controls and empty parts. */
static int
has_address(struct slice tag)
{
	size_t i, start = 0, n;

	if (utf8_check(tag) < tag.len)
		return 0;
	for (i = 0; i <= tag.len; i++) {
		if (i < tag.len &&
		    ((unsigned char)tag.data[i] < 0x20 || tag.data[i] == 0x7f))
			return 0;
		if (i < tag.len && tag.data[i] != '/')
			continue;
		n = i - start;
		if (n == 0 || (n == 1 && tag.data[start] == '.') ||
		    (n == 2 && memcmp(tag.data + start, "..", 2) == 0))
			return 0;
		start = i + 1;
	}
	return 1;
}

static struct slice
address_of(struct site *s, const struct grouping *g, const struct use *use)
{
	struct slice address = slice_of("");
	struct buf b = {0};

	if (has_address(use->name)) {
		buf_str(&b, g->address);
		buf_add(&b, use->name.data, use->name.len);
		address = region_take(&s->region, &b);
		buf_free(&b);
	} else {
		model_notice(
		    s, SEVERITY_WARNING, use->article->file->path,
		    "the %s \"%.*s\" cannot be part of an address and gets "
		    "no page",
		    g->what, (int)(use->name.len < 200 ? use->name.len : 200),
		    use->name.data);
	}
	return address;
}

/* Sorted and grouped: names by bytes, the articles of each newest first. */
static struct tag *
group(struct site *s, struct grouping *g, size_t *ngroups)
{
	struct article **lists;
	struct tag *groups, *t = NULL;
	size_t i;

	if (g->n > 1)
		qsort(g->uses, g->n, sizeof(*g->uses), compare_uses);
	lists = region_alloc(&s->region, g->n + 1, sizeof(struct article *));
	groups = region_alloc(&s->region, g->n + 1, sizeof(*groups));
	for (i = 0; i < g->n; i++) {
		const struct use *use = &g->uses[i];

		lists[i] = use->article;
		if (t == NULL || slice_cmp(t->name, use->name) != 0) {
			t = &groups[(*ngroups)++];
			t->name = use->name;
			t->address = address_of(s, g, use);
			t->list = &lists[i];
		}
		use->member->tag = t;
		use->member->at = t->nlist++;
	}
	return groups;
}

static void
add_use(struct grouping *g, struct slice name, struct article *a, size_t rank,
	struct member *member)
{
	struct use *use = &g->uses[g->n++];

	use->name = name;
	use->article = a;
	use->rank = rank;
	use->member = member;
}

void
link_tags(struct site *s)
{
	struct grouping g = {"tag", "/tags/", NULL, 0};
	size_t i, j, total = 0;

	for (i = 0; i < s->nshown; i++)
		total += s->newest[i]->ntags;
	g.uses = xcalloc(total, sizeof(*g.uses));
	for (i = 0; i < s->nshown; i++) {
		struct article *a = s->newest[i];

		a->tagged =
		    region_alloc(&s->region, a->ntags, sizeof(*a->tagged));
		for (j = 0; j < a->ntags; j++)
			add_use(&g, a->tags[j], a, i, &a->tagged[j]);
	}
	s->tags = group(s, &g, &s->ntags);
	free(g.uses);
}

/* ---- authors ---- */

/* One author is Markdown, and its text is the name; several are names. */
static void
name_authors(struct site *s, struct grouping *g, size_t rank)
{
	struct article *a = s->newest[rank];
	struct slice list = a->authors, name;
	struct buf b = {0};
	size_t i = 0;

	if (a->nauthors == 1) {
		html_to_text(&b, a->html[TEXT_AUTHOR]);
		name = region_take(&s->region, &b);
		buf_free(&b);
		if (name.len == 0)
			a->nauthors = 0;
		else
			add_use(g, name, a, rank, a->written);
		return;
	}
	while (i < a->nauthors && items_next(&list, &name)) {
		add_use(g, name, a, rank, &a->written[i]);
		i++;
	}
}

void
link_authors(struct site *s)
{
	struct grouping g = {"author", "/authors/", NULL, 0};
	size_t i, total = 0;

	for (i = 0; i < s->nshown; i++) {
		struct article *a = s->newest[i];

		a->nauthors = items_count(a->authors);
		a->written =
		    region_alloc(&s->region, a->nauthors, sizeof(*a->written));
		total += a->nauthors;
	}
	g.uses = xcalloc(total, sizeof(*g.uses));
	for (i = 0; i < s->nshown; i++)
		name_authors(s, &g, i);
	s->authors = group(s, &g, &s->nauthors);
	free(g.uses);
}
