/* SPDX-License-Identifier: ISC */
#include "reports.h"

#include <stdlib.h>
#include <string.h>

#include "../buf.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
reports_add(struct reports *r, const char *line)
{
	char *copy;

	if (r->nnow == REPORTS_MAX) {
		r->more++;
		return 0;
	}
	copy = xstrndup(line, strlen(line));
	if (r->nnow == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 64;
		r->now = xreallocarray(r->now, r->cap, sizeof(*r->now));
	}
	r->now[r->nnow++] = copy;
	return r->nsaid == 0 ||
	       bsearch(&copy, r->said, r->nsaid, sizeof(copy), compare) == NULL;
}

static void
free_lines(char **lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(lines[i]);
	free(lines);
}

void
reports_end(struct reports *r, int published)
{
	if (published) {
		free_lines(r->said, r->nsaid);
		r->said = r->now;
		r->nsaid = r->nnow;
		if (r->nsaid > 0)
			qsort(r->said, r->nsaid, sizeof(*r->said), compare);
	} else {
		free_lines(r->now, r->nnow);
	}
	r->now = NULL;
	r->nnow = r->cap = r->more = 0;
}
