/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "feed.h"
#include "icon.h"
#include "media.h"
#include "preview.h"
#include "resolve.h"
#include "search.h"
#include "sitemap.h"

struct page *
plan_add(struct site *s, enum page_kind kind, struct slice path,
	 const char *type)
{
	struct page *p;

	if (s->npages == s->cappages) {
		s->cappages = s->cappages > 0 ? s->cappages * 2 : 256;
		s->pages =
		    xreallocarray(s->pages, s->cappages, sizeof(*s->pages));
	}
	p = &s->pages[s->npages++];
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->pub.path = path;
	p->pub.status = 200;
	p->pub.cache = SITE_CACHE_PAGE;
	p->pub.content_type = slice_of(type);
	p->pub.csp = strcmp(type, PLAN_HTML) == 0 ? s->policy : slice_of("");
	p->pub.location = slice_of("");
	p->pub.compress = 1;
	return p;
}

/* When it came here as it is, or came to be shown: dates in a header may be
 * those of long ago, or of the future. */
static int64_t
changed(const struct article *a)
{
	int64_t t = a->file->src->updated;

	t = t > a->created ? t : a->created;
	return t > a->publish ? t : a->publish;
}

void
plan_list(struct page *p, struct article **list, size_t n)
{
	size_t i;

	p->list = list;
	p->nlist = n;
	for (i = 0; i < n; i++)
		if (p->pub.modified < changed(list[i]))
			p->pub.modified = changed(list[i]);
}

/* location: encoded. */
static void
add_redirect(struct site *s, const struct file *f, struct slice path,
	     struct slice location)
{
	struct page *p = plan_add(s, PAGE_REDIRECT, path, "");

	p->file = f;
	p->pub.status = 301;
	p->pub.location = location;
	p->pub.compress = 0;
	p->pub.modified = f->src->updated;
}

/* Where a redirect leads, as it goes into the field; a path is of this site. */
static struct slice
location(struct site *s, enum escape_mode mode, struct slice target)
{
	struct buf b = {0};
	struct slice result;

	if (target.data[0] == '/')
		buf_add(&b, s->prefix.data, s->prefix.len);
	escape_add(&b, mode, target);
	result = region_take(&s->region, &b);
	buf_free(&b);
	return result;
}

static void
plan_redirect(struct site *s, const struct file *f)
{
	struct slice to = location(s, ESCAPE_URL, f->value);

	size_t i;

	if (slice_cmp(f->value, f->address) == 0 ||
	    slice_cmp(f->value, f->exact) == 0) {
		model_notice(s, SEVERITY_ERROR, f->path,
			     "left out: it redirects to itself");
		return;
	}
	add_redirect(s, f, f->address, to);
	for (i = 0; i < f->nothers; i++)
		add_redirect(s, f, f->others[i], to);
}

/* The addresses that lead to the one it has. */
static void
plan_others(struct site *s, const struct file *f)
{
	struct slice to = location(s, ESCAPE_PATH, f->address);
	size_t i;

	for (i = 0; i < f->nothers; i++)
		add_redirect(s, f, f->others[i], to);
}

static void
plan_article(struct site *s, const struct file *f)
{
	struct page *p = plan_add(s, PAGE_ARTICLE, f->address, PLAN_HTML);
	struct article **self = region_alloc(&s->region, 1, sizeof(*self));

	*self = f->article;
	p->file = f;
	plan_list(p, self, 1);
	plan_others(s, f);
}

/* A style sheet, a text or a document is what an author corrects and looks at;
 * what only eyes, ears and typesetters take may be kept for a while. */
static enum site_cache
cache_of(const struct media *media)
{
	static const char *const kept[] = {"image/", "audio/", "video/",
					   "font/"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strncmp(media->type, kept[i], strlen(kept[i])) == 0)
			return SITE_CACHE_MEDIA;
	return SITE_CACHE_PAGE;
}

static struct page *
add_static(struct site *s, const struct file *f, struct slice address)
{
	const struct media *media = media_by_path(f->path);
	struct page *p = plan_add(s, PAGE_STATIC, address, media->type);

	p->file = f;
	p->pub.compress = media->compress;
	p->pub.cache = cache_of(media);
	p->pub.modified = f->src->updated;
	return p;
}

void
plan_alias(struct site *s, const struct file *f, struct slice path)
{
	add_static(s, f, path)->gives_way = GIVES_WAY;
}

struct slice
plan_own_file(struct site *s, const char *name)
{
	struct buf b = {0};
	const struct file *f = plan_file(s, slice_of(name));
	struct slice address;

	if (f == NULL || f->address.len == 0) {
		buf_printf(&b, "static/%s", name);
		f = plan_file(s, (struct slice){b.data, b.len});
		buf_clear(&b);
	}
	buf_printf(&b, "/%s", name);
	address = region_take(&s->region, &b);
	buf_free(&b);
	if (f == NULL || f->address.len == 0)
		return slice_of("");
	if (slice_cmp(f->address, address) != 0)
		plan_alias(s, f, address);
	return address;
}

static void
plan_static(struct site *s, const struct file *f)
{
	add_static(s, f, f->address);
	plan_others(s, f);
	s->own_style |= slice_is(f->path, OWN_STYLE);
}

static void
plan_files(struct site *s)
{
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		const struct file *f = &s->files[i];

		if (f->address.len == 0)
			continue;
		if (f->kind == FILE_ARTICLE)
			plan_article(s, f);
		else if (f->kind == FILE_REDIRECT)
			plan_redirect(s, f);
		else
			plan_static(s, f);
	}
}

static int
compare_pages(const void *a, const void *b)
{
	const struct page *x = a, *y = b;
	int order = slice_cmp(x->pub.path, y->pub.path);

	if (order == 0)
		order = (int)x->gives_way - (int)y->gives_way;
	if (order == 0) /* rules that are written before those that follow */
		order = (x->line == 0) - (y->line == 0);
	return order != 0 ? order : (int)x->kind - (int)y->kind;
}

const struct file *
plan_file(const struct site *s, struct slice path)
{
	size_t low = 0, high = s->nfiles, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = slice_cmp(path, s->files[middle].path);
		if (order == 0)
			return &s->files[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct page *
plan_find(const struct site *s, struct slice address)
{
	size_t low = 0, high = s->npages, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = slice_cmp(address, s->pages[middle].pub.path);
		if (order == 0)
			return &s->pages[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const char *
why_dropped(const struct page *p)
{
	switch (p->gives_way) {
	case GIVES_WAY:
		return "another page has this address, so the one that blogd "
		       "makes is left out";
	case GIVES_WAY_LAST: /* see say_dropped */
	case STAYS:
		break;
	}
	return "two pages have this address; one is left out";
}

static void
say_dropped(struct site *s, const struct page *p)
{
	if (p->gives_way != GIVES_WAY_LAST)
		model_notice(s, SEVERITY_WARNING, p->pub.path, "%s",
			     why_dropped(p));
	else if (p->line > 0)
		model_notice_at(s, SEVERITY_WARNING, p->file->path, p->line, 1,
				"not used: there is a page at this address");
}

/* Addresses were given out so that no two pages that stay have the same; this
 * is what makes it certain. */
static void
drop_doubles(struct site *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->npages; i++) {
		const struct page *p = &s->pages[i];

		if (n > 0 &&
		    slice_cmp(s->pages[n - 1].pub.path, p->pub.path) == 0)
			say_dropped(s, p);
		else
			s->pages[n++] = *p;
	}
	s->npages = n;
}

/* What all pages are made with counts as well. */
static void
plan_modified(struct site *s)
{
	int64_t latest = 0;
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		const struct file *f = &s->files[i];

		if ((f->kind == FILE_SETTING || f->kind == FILE_TEMPLATE ||
		     f->kind == FILE_SECTION) &&
		    latest < f->src->updated)
			latest = f->src->updated;
	}
	for (i = 0; i < s->npages; i++) {
		struct page *p = &s->pages[i];

		if (p->nlist > 0 && p->pub.modified < latest)
			p->pub.modified = latest;
	}
}

void
plan_pages(struct site *s)
{
	struct page *p;
	size_t i;

	plan_files(s);
	plan_lists(s);
	plan_icon(s);
	plan_feeds(s);
	plan_sitemap(s);
	plan_redirects(s);
	plan_headers_file(s);
	search_plan(s);
	p = plan_add(s, PAGE_STYLE, style_address(&s->region),
		     "text/css; charset=utf-8");
	p->pub.cache = SITE_CACHE_FOREVER;
	p = plan_add(s, PAGE_NOT_FOUND, slice_of(""), PLAN_HTML);
	p->pub.status = 404;
	preview_plan(s);
	qsort(s->pages, s->npages, sizeof(*s->pages), compare_pages);
	drop_doubles(s);
	plan_check_redirects(s);
	plan_fields(s);
	plan_modified(s);
	resolve_articles(s);
	recipe_frame(s);
	for (i = 0; i < s->nshown; i++)
		recipe_article(s->shown[i]);
	for (i = 0; i < s->npages; i++)
		recipe_page(s, &s->pages[i]);
	preview_generation(s);
}
