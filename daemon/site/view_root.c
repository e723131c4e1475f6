/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "search.h"
#include "view.h"

/* Those that have a page. */
static void
tags(struct view *v, struct mustache_value *out)
{
	const struct site *s = v->s;
	const struct tag **list =
	    region_alloc(&v->tmp, s->ntags, sizeof(struct tag *));
	size_t i, n = 0;

	if (v->p->kind == PAGE_TAGS)
		for (i = 0; i < s->ntags; i++)
			if (s->tags[i].address.len > 0)
				list[n++] = &s->tags[i];
	view_list(out, VIEW_TAG, list, n);
}

static void
authors(struct view *v, struct mustache_value *out)
{
	const struct site *s = v->s;
	struct view_author *list =
	    region_alloc(&v->tmp, s->nauthors, sizeof(*list));
	size_t i, n = 0;

	if (v->p->kind == PAGE_AUTHORS)
		for (i = 0; i < s->nauthors; i++)
			if (s->authors[i].address.len > 0)
				list[n++].author = &s->authors[i];
	view_list(out, VIEW_AUTHOR, list, n);
}

static void
author(struct view *v, struct mustache_value *out)
{
	struct view_author *a = region_alloc(&v->tmp, 1, sizeof(*a));

	a->author = v->p->tag;
	view_object(out, VIEW_AUTHOR, v->p->kind == PAGE_AUTHOR ? a : NULL);
}

static void
years(const struct view *v, struct mustache_value *out)
{
	const struct site *s = v->s;
	size_t i;

	view_list(out, VIEW_YEAR, s->years,
		  v->p->kind == PAGE_ARCHIVE ? s->nyears : 0);
	for (i = 0; out->n > 0 && v->p->name.len > 0 && i < s->nyears; i++)
		if (slice_cmp(s->years[i].name, v->p->name) == 0)
			view_list(out, VIEW_YEAR, &s->years[i], 1);
}

int
view_is_listing(const struct page *p)
{
	return p->kind == PAGE_LISTING || p->kind == PAGE_TAG ||
	       p->kind == PAGE_AUTHOR;
}

static void
search_mark(const struct view *v, const char *text, struct mustache_value *out)
{
	view_text(out, slice_of(v->p->kind == PAGE_SEARCH ? text : ""));
}

static void
number(struct view *v, size_t n, struct mustache_value *out)
{
	view_flag(out, 0);
	if (view_is_listing(v->p) && v->p->count > 1)
		view_number(v, out, n);
}

static void
heading(struct view *v, struct mustache_value *out)
{
	view_page(v, v->p, NAME_title, out);
	if (out->text.len == 0)
		view_text(out, v->s->name);
}

void
view_root(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct page *p = object;

	switch (name) {
	case NAME_site:
		view_object(out, VIEW_SITE, v->s);
		break;
	case NAME_page:
		view_object(out, VIEW_PAGE, p);
		break;
	case NAME_say:
		view_object(out, VIEW_SAY, v->s->say);
		break;
	case NAME_heading:
		heading(v, out);
		break;
	case NAME_has_articles:
		view_flag(out, view_is_listing(p) && p->nlist > 0);
		break;
	case NAME_articles:
		view_list(out, VIEW_ENTRY, p->list,
			  view_is_listing(p) ? p->nlist : 0);
		break;
	case NAME_tag:
		view_object(out, VIEW_TAG, p->kind == PAGE_TAG ? p->tag : NULL);
		break;
	case NAME_author:
		author(v, out);
		break;
	case NAME_tags:
		tags(v, out);
		break;
	case NAME_authors:
		authors(v, out);
		break;
	case NAME_years:
		years(v, out);
		break;
	case NAME_newer:
	case NAME_older:
		view_page(v, p, name, out);
		break;
	case NAME_number:
		number(v, p->number, out);
		break;
	case NAME_count:
		number(v, p->count, out);
		break;
	case NAME_query:
		search_mark(v, SEARCH_MARK_QUERY, out);
		break;
	case NAME_summary:
		search_mark(v, SEARCH_MARK_SUMMARY, out);
		break;
	case NAME_results:
		search_mark(v, SEARCH_MARK_RESULTS, out);
		break;
	default:
		break;
	}
}
