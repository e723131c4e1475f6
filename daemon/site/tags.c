/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "model.h"

struct use {
	struct slice tag;
	struct article *article;
	size_t rank; /* in s->newest */
};

static int
compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = slice_cmp(x->tag, y->tag);

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
tag_address(struct site *s, const struct use *use)
{
	struct slice address = slice_of("");
	struct buf b = {0};

	if (has_address(use->tag)) {
		buf_str(&b, "/tags/");
		buf_add(&b, use->tag.data, use->tag.len);
		address = region_take(&s->region, &b);
		buf_free(&b);
	} else {
		model_notice(
		    s, SEVERITY_WARNING, use->article->file->path,
		    "the tag \"%.*s\" cannot be part of an address and gets "
		    "no page",
		    (int)(use->tag.len < 200 ? use->tag.len : 200),
		    use->tag.data);
	}
	return address;
}

static struct use *
collect(const struct site *s, size_t *n)
{
	struct use *uses;
	size_t i, j, total = 0;

	for (i = 0; i < s->nshown; i++)
		total += s->newest[i]->ntags;
	uses = xcalloc(total, sizeof(*uses));
	*n = 0;
	for (i = 0; i < s->nshown; i++)
		for (j = 0; j < s->newest[i]->ntags; j++) {
			uses[*n].tag = s->newest[i]->tags[j];
			uses[*n].article = s->newest[i];
			uses[(*n)++].rank = i;
		}
	return uses;
}

/* Sorted and grouped: tags by bytes, the articles of each newest first. */
void
link_tags(struct site *s)
{
	struct article **lists;
	struct use *uses;
	size_t i, n;

	uses = collect(s, &n);
	if (n > 1)
		qsort(uses, n, sizeof(*uses), compare_uses);
	lists = region_alloc(&s->region, n + 1, sizeof(struct article *));
	s->tags = region_alloc(&s->region, n + 1, sizeof(*s->tags));
	for (i = 0; i < n; i++) {
		struct tag *t;

		lists[i] = uses[i].article;
		if (i == 0 || slice_cmp(uses[i - 1].tag, uses[i].tag) != 0) {
			t = &s->tags[s->ntags++];
			t->name = uses[i].tag;
			t->address = tag_address(s, &uses[i]);
			t->list = &lists[i];
		}
		s->tags[s->ntags - 1].nlist++;
	}
	free(uses);
}
