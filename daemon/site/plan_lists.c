/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "model.h"

/* ---- a listing in pages ---- */

void
plan_page_address(struct buf *out, struct slice base, size_t number)
{
	buf_add(out, base.data, base.len);
	if (number > 1)
		buf_printf(out, "%spage/%zu", slice_is(base, "/") ? "" : "/",
			   number);
}

static struct slice
page_address(struct site *s, struct slice base, size_t number)
{
	struct buf b = {0};
	struct slice address;

	if (number == 1)
		return base;
	plan_page_address(&b, base, number);
	address = region_take(&s->region, &b);
	buf_free(&b);
	return address;
}

struct listing {
	enum page_kind kind;
	enum gives_way gives_way; /* the first page; the others do */
	struct slice address, name;
	struct tag *tag;
	struct article **list;
	size_t n;
	const struct directory *section;
};

/* How many articles are on a page.  The first has the newest, the second what
 * is behind them up to whole pages of the others, which are so counted from the
 * oldest on: a new article changes two pages and not all. */
static size_t
articles_on(const struct site *s, const struct listing *l, size_t number)
{
	size_t behind = l->n > s->per_page ? l->n - s->per_page : 0;

	if (number == 2 && behind % s->per_page > 0)
		return behind % s->per_page;
	return l->n < s->per_page ? l->n : s->per_page;
}

static void
plan_listing(struct site *s, const struct listing *l)
{
	size_t count = (l->n + s->per_page - 1) / s->per_page, i, n;
	struct article **list = l->list;
	struct page *p;

	count = count > 0 ? count : 1;
	for (i = 1; i <= count; i++, list += n) {
		p = plan_add(s, l->kind, page_address(s, l->address, i),
			     PLAN_HTML);
		p->gives_way = i == 1 ? l->gives_way : GIVES_WAY;
		p->name = l->name;
		p->tag = l->tag;
		p->base = l->address;
		p->number = i;
		p->count = count;
		p->section = l->section;
		n = articles_on(s, l, i);
		plan_list(p, list, n);
	}
}

/* ---- directories ---- */

static struct article **
copy_sorted(struct site *s, const struct directory *dir)
{
	struct article **copy =
	    region_alloc(&s->region, dir->n + 1, sizeof(struct article *));

	memcpy(copy, s->shown + dir->first, dir->n * sizeof(struct article *));
	articles_sort_weighted(copy, dir->n);
	return copy;
}

static void
plan_directory(struct site *s, const struct directory *dir)
{
	/* It gives way to a permalink. */
	struct listing l = {
	    .kind = PAGE_LISTING, .gives_way = GIVES_WAY, .name = dir->path};
	struct buf address = {0};

	buf_char(&address, '/');
	buf_add(&address, dir->path.data, dir->path.len);
	l.address = region_take(&s->region, &address);
	buf_free(&address);
	if (link_reserved(s, l.address)) {
		model_notice(s, SEVERITY_WARNING, dir->path,
			     "no listing of this directory: its address "
			     "belongs to blogd");
		return;
	}
	l.list = copy_sorted(s, dir);
	l.n = dir->n;
	l.section = dir;
	plan_listing(s, &l);
	plan_feed_of(s, l.address, l.name, l.list, l.n);
}

/* ---- "/" ---- */

static int
is_index(const struct site *s, const struct file *f)
{
	struct slice address = {f->address.data + 1, f->address.len - 1};

	return slice_cmp(f->path, s->index) == 0 ||
	       slice_cmp(address, s->index) == 0;
}

static int
plan_index_article(struct site *s)
{
	struct page *p;
	size_t i;

	for (i = 0; i < s->nshown; i++) {
		if (!is_index(s, s->shown[i]->file))
			continue;
		p = plan_add(s, PAGE_HOME, slice_of("/"), PLAN_HTML);
		p->file = s->shown[i]->file;
		s->home = s->shown[i];
		plan_list(p, &s->shown[i], 1);
		return 1;
	}
	return 0;
}

/* The index page, or the listing it names, or all articles. */
static void
plan_home(struct site *s, const struct directory *dirs, size_t ndirs)
{
	struct listing l = {.kind = PAGE_LISTING,
			    .address = SLICE_INIT("/"),
			    .name = SLICE_INIT(""),
			    .list = s->newest,
			    .n = s->nshown};
	size_t i;

	if (plan_index_article(s))
		return;
	for (i = 0; i < ndirs && slice_cmp(dirs[i].path, s->index) != 0; i++)
		;
	if (i < ndirs) {
		l.name = dirs[i].path;
		l.list = copy_sorted(s, &dirs[i]);
		l.n = dirs[i].n;
		l.section = &dirs[i];
	} else if (!s->index_optional) {
		model_notice(s, SEVERITY_WARNING, s->index,
			     "there is no article and no directory of this "
			     "name to be the first page (index_page); \"/\" "
			     "lists all articles");
	}
	plan_listing(s, &l);
}

/* ---- tags and authors ---- */

static void
plan_groups(struct site *s, enum page_kind kind, enum gives_way gives_way,
	    struct tag *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct listing l = {.kind = kind,
				    .gives_way = gives_way,
				    .address = tags[i].address,
				    .name = tags[i].name,
				    .tag = &tags[i],
				    .list = tags[i].list,
				    .n = tags[i].nlist};

		if (l.address.len == 0)
			continue;
		plan_listing(s, &l);
		plan_feed_of(s, l.address, l.name, l.list, l.n);
	}
}

/* ---- the archive ---- */

static void
plan_archive(struct site *s)
{
	struct page *p;
	size_t i;

	p = plan_add(s, PAGE_ARCHIVE, slice_of("/archive"), PLAN_HTML);
	p->gives_way = GIVES_WAY;
	plan_list(p, s->years[0].list,
		  s->nshown <= ARCHIVE_MAX ? s->nshown : 0);
	for (i = 0; i < s->nyears; i++) {
		p = plan_add(s, PAGE_ARCHIVE, s->years[i].address, PLAN_HTML);
		p->gives_way = GIVES_WAY;
		p->name = s->years[i].name;
		plan_list(p, s->years[i].list, s->years[i].nlist);
	}
}

void
plan_lists(struct site *s)
{
	struct directory *found, *dirs;
	struct page *p;
	size_t i, n;

	found = link_directories(s, s->shown, s->nshown, &n);
	dirs = region_alloc(&s->region, n, sizeof(*dirs));
	if (n > 0)
		memcpy(dirs, found, n * sizeof(*dirs));
	free(found);
	for (i = 0; i < n; i++)
		plan_directory(s, &dirs[i]);
	plan_home(s, dirs, n);
	p = plan_add(s, PAGE_TAGS, slice_of("/tags"), PLAN_HTML);
	plan_list(p, s->newest, s->nshown);
	plan_groups(s, PAGE_TAG, STAYS, s->tags, s->ntags);
	p = plan_add(s, PAGE_AUTHORS, slice_of("/authors"), PLAN_HTML);
	p->gives_way = GIVES_WAY;
	plan_groups(s, PAGE_AUTHOR, GIVES_WAY, s->authors, s->nauthors);
	plan_archive(s);
}
