/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>

#include "model.h"

/*
 * Articles of one language with the same title: nobody can tell them apart in a
 * list, or in a search engine.  For who writes (settings.report); a published
 * site is none the worse for it.
 */

static int
same_title(const struct article *a, const struct article *b)
{
	return slice_cmp(a->title, b->title) == 0 &&
	       slice_cmp(a->lang, b->lang) == 0;
}

static int
by_title(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;
	int order = slice_cmp(x->title, y->title);

	if (order == 0)
		order = slice_cmp(x->lang, y->lang);
	return order != 0 ? order : slice_cmp(x->file->path, y->file->path);
}

void
doubles_report(struct site *s)
{
	struct article **list = xcalloc(s->nshown + 1, sizeof(*list)), *first;
	size_t i;

	memcpy(list, s->shown, s->nshown * sizeof(*list));
	if (s->nshown > 1)
		qsort(list, s->nshown, sizeof(*list), by_title);
	for (first = list[0], i = 1; i < s->nshown; i++) {
		struct slice path = first->file->path;

		if (!same_title(first, list[i])) {
			first = list[i];
			continue;
		}
		model_notice(s, SEVERITY_WARNING, list[i]->file->path,
			     "\"%.*s\" has the same title",
			     (int)(path.len < 512 ? path.len : 512), path.data);
	}
	free(list);
}
