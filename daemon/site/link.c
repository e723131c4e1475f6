/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "path.h"

/* ---- order ---- */

static int
newest_first(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;

	if (x->created != y->created)
		return x->created < y->created ? 1 : -1;
	return slice_cmp(x->file->path, y->file->path);
}

void
articles_sort(struct article **list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof(struct article *), newest_first);
}

static int
lightest_first(const void *a, const void *b)
{
	const struct article *x = *(struct article *const *)a;
	const struct article *y = *(struct article *const *)b;

	if (x->weight == y->weight)
		return newest_first(a, b);
	if (x->weight == 0 || y->weight == 0)
		return x->weight == 0 ? 1 : -1;
	return x->weight < y->weight ? -1 : 1;
}

void
articles_sort_weighted(struct article **list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof(struct article *), lightest_first);
}

/* ---- what is taken ---- */

int
link_reserved(const struct site *s, struct slice address)
{
	const char *hook = s->set.hook;

	if (slice_is(address, "/tags") || slice_is(address, "/atom") ||
	    (address.len > 6 && memcmp(address.data, "/tags/", 6) == 0))
		return 1;
	if (hook[0] == '\0')
		return 0;
	if (hook[0] != '/') {
		address.data++;
		address.len--;
	}
	return slice_is(address, hook);
}

/* ---- directories ---- */

/* How many of list's articles from `from` on are below the directory. */
static size_t
count_below(struct article **list, size_t n, size_t from, struct slice dir)
{
	size_t low = from, high = n, middle;

	while (low < high) {
		struct slice path;

		middle = low + (high - low) / 2;
		path = list[middle]->file->place;
		if (path.len > dir.len && path.data[dir.len] == '/' &&
		    memcmp(path.data, dir.data, dir.len) == 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low - from;
}

/* Does the path before already lie in this directory? */
static int
shares(struct slice before, struct slice dir)
{
	return before.len > dir.len && before.data[dir.len] == '/' &&
	       memcmp(before.data, dir.data, dir.len) == 0;
}

/* _posts/ is Jekyll's and in no address; and a directory that is there for the
 * sake of one index.md is that article. */
static int
is_listed(struct article **list, size_t n, size_t i, struct slice dir)
{
	struct slice path = list[i]->file->place;

	if (slice_is(path_base(dir), "_posts"))
		return 0;
	return !path_is_index(path) ||
	       path_base(path).len + dir.len + 1 != path.len ||
	       count_below(list, n, i, dir) > 1;
}

/* What its _index.md says. */
static void
set_section(const struct site *s, struct directory *dir)
{
	const struct file *f = NULL;
	struct slice rest;
	struct buf path = {0};

	dir->title = dir->description = slice_of("");
	if (s->dialect == DIALECT_HUGO)
		buf_str(&path, "content/");
	buf_add(&path, dir->path.data, dir->path.len);
	buf_str(&path, "/_index.md");
	f = plan_file(s, (struct slice){path.data, path.len});
	buf_free(&path);
	if (f == NULL || f->kind != FILE_SECTION)
		return;
	rest = f->value;
	items_next(&rest, &dir->title);
	dir->description = rest;
}

/* list is in path order, so that what is below a directory is one range of it,
 * found by bisection: n log n in all. */
struct directory *
link_directories(struct site *s, struct article **list, size_t n, size_t *ndirs)
{
	struct directory *dirs = NULL;
	size_t i, j, cap = 0;

	*ndirs = 0;
	for (i = 0; i < n; i++) {
		struct slice path = list[i]->file->place, dir = path;

		for (j = 0; j < path.len; j++) {
			dir.len = j;
			if (path.data[j] != '/' ||
			    (i > 0 && shares(list[i - 1]->file->place, dir)) ||
			    !is_listed(list, n, i, dir))
				continue;
			if (*ndirs == cap) {
				cap = cap > 0 ? cap * 2 : 16;
				dirs = xreallocarray(dirs, cap, sizeof(*dirs));
			}
			dirs[*ndirs].path = dir;
			dirs[*ndirs].first = i;
			dirs[*ndirs].n = count_below(list, n, i, dir);
			set_section(s, &dirs[(*ndirs)++]);
		}
	}
	return dirs;
}

/* ---- addresses ---- */

struct slice
link_with_slash(struct site *s, struct slice path)
{
	char *p = region_alloc(&s->region, path.len + 1, 1);

	p[0] = '/';
	memcpy(p + 1, path.data, path.len);
	return (struct slice){p, path.len + 1};
}

static int
has_page(const struct file *f)
{
	return f->kind == FILE_REDIRECT || f->kind == FILE_STATIC ||
	       (f->kind == FILE_ARTICLE && !f->article->hidden);
}

static int
compare_places(const void *a, const void *b)
{
	const struct file *x = *(struct file *const *)a;
	const struct file *y = *(struct file *const *)b;
	int order = slice_cmp(x->place, y->place);

	return order != 0 ? order : slice_cmp(x->path, y->path);
}

/* Below content/ and static/ there may be files for the same place. */
static void
leave_doubles_out(struct site *s, struct file **list, size_t n)
{
	size_t i, first = 0;

	if (n > 1)
		qsort(list, n, sizeof(*list), compare_places);
	for (i = 1; i < n; i++) {
		struct slice other = list[first]->path;

		if (slice_cmp(list[first]->place, list[i]->place) != 0) {
			first = i;
			continue;
		}
		model_notice(s, SEVERITY_ERROR, list[i]->path,
			     "left out: \"%.*s\" has its address",
			     (int)(other.len < 512 ? other.len : 512),
			     other.data);
		list[i]->address = slice_of("");
	}
}

/* Every file's exact address, but those that are reserved. */
static void
take_exact(struct site *s)
{
	struct file **list = xcalloc(s->nfiles + 1, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < s->nfiles; i++) {
		struct file *f = &s->files[i];

		if (!has_page(f))
			continue;
		f->exact = link_with_slash(s, f->place);
		if (link_reserved(s, f->exact)) {
			model_notice(s, SEVERITY_ERROR, f->path,
				     "left out: its address belongs to blogd");
			continue;
		}
		f->address = f->exact;
		list[n++] = f;
	}
	if (s->dialect == DIALECT_HUGO)
		leave_doubles_out(s, list, n);
	free(list);
}

static void
collect_shown(struct site *s)
{
	size_t i;

	s->shown = region_alloc(&s->region, s->narticles + 1,
				sizeof(struct article *));
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].kind == FILE_ARTICLE &&
		    s->files[i].address.len > 0)
			s->shown[s->nshown++] = s->files[i].article;
}

void
link_addresses(struct site *s)
{
	struct directory *dirs;
	size_t ndirs;

	take_exact(s);
	collect_shown(s);
	dirs = link_directories(s, s->shown, s->nshown, &ndirs);
	claim_addresses(s, dirs, ndirs);
	free(dirs);
	s->newest =
	    region_alloc(&s->region, s->nshown + 1, sizeof(struct article *));
	memcpy(s->newest, s->shown, s->nshown * sizeof(struct article *));
	articles_sort(s->newest, s->nshown);
}

/* ---- menu ---- */

static int
compare_items(const void *a, const void *b)
{
	const struct menu_item *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

/* The distinct first elements of the articles' addresses, sorted by bytes. */
void
link_menu(struct site *s)
{
	struct menu_item *menu =
	    region_alloc(&s->region, s->nshown + 1, sizeof(*menu));
	const char *slash;
	size_t i, n = 0;

	for (i = 0; i < s->nshown; i++) {
		struct slice first = s->shown[i]->file->address;

		slash = memchr(first.data + 1, '/', first.len - 1);
		if (slash != NULL)
			first.len = (size_t)(slash - first.data);
		if (link_reserved(s, first) || s->shown[i]->jekyll.len > 0)
			continue;
		menu[n].address = first;
		menu[n++].name = (struct slice){first.data + 1, first.len - 1};
	}
	qsort(menu, n, sizeof(*menu), compare_items);
	for (i = 0; i < n; i++)
		if (s->nmenu == 0 ||
		    slice_cmp(menu[s->nmenu - 1].name, menu[i].name) != 0)
			menu[s->nmenu++] = menu[i];
	s->menu = menu;
}
