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
#include "sitemap.h"

#define HTML "text/html; charset=utf-8"

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
	p->pub.location = slice_of("");
	p->pub.compress = 1;
	return p;
}

void
plan_list(struct page *p, struct article **list, size_t n)
{
	size_t i;

	p->list = list;
	p->nlist = n;
	for (i = 0; i < n; i++)
		if (p->pub.modified < list[i]->updated)
			p->pub.modified = list[i]->updated;
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
	struct page *p = plan_add(s, PAGE_ARTICLE, f->address, HTML);
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

static struct article **
copy_sorted(struct site *s, struct article **list, size_t n)
{
	struct article **copy =
	    region_alloc(&s->region, n + 1, sizeof(struct article *));

	memcpy(copy, list, n * sizeof(struct article *));
	articles_sort_weighted(copy, n);
	return copy;
}

static void
plan_directories(struct site *s, const struct directory *dirs, size_t n)
{
	struct buf address = {0};
	struct page *p;
	size_t i;

	for (i = 0; i < n; i++) {
		buf_char(&address, '/');
		buf_add(&address, dirs[i].path.data, dirs[i].path.len);
		if (link_reserved(s,
				  (struct slice){address.data, address.len})) {
			model_notice(
			    s, SEVERITY_WARNING, dirs[i].path,
			    "no listing of this directory: its address "
			    "belongs to blogd");
			buf_clear(&address);
			continue;
		}
		p = plan_add(s, PAGE_LISTING, region_take(&s->region, &address),
			     HTML);
		p->name = dirs[i].path;
		p->gives_way = GIVES_WAY; /* to a permalink */
		plan_list(p,
			  copy_sorted(s, s->shown + dirs[i].first, dirs[i].n),
			  dirs[i].n);
		plan_feed_of(s, p->pub.path, p->name, p->list, p->nlist);
	}
	buf_free(&address);
}

/* "/" : the index page, or the listing it names, or all articles. */
static void
plan_home(struct site *s, const struct directory *dirs, size_t ndirs)
{
	struct page *p;
	size_t i;

	for (i = 0; i < s->nshown; i++) {
		const struct file *f = s->shown[i]->file;

		if (slice_cmp(f->path, s->index) != 0 &&
		    slice_cmp(
			(struct slice){f->address.data + 1, f->address.len - 1},
			s->index) != 0)
			continue;
		p = plan_add(s, PAGE_HOME, slice_of("/"), HTML);
		p->file = f;
		plan_list(p, &s->shown[i], 1);
		return;
	}
	p = plan_add(s, PAGE_LISTING, slice_of("/"), HTML);
	p->name = slice_of("");
	for (i = 0; i < ndirs; i++)
		if (slice_cmp(dirs[i].path, s->index) == 0) {
			p->name = dirs[i].path;
			plan_list(
			    p,
			    copy_sorted(s, s->shown + dirs[i].first, dirs[i].n),
			    dirs[i].n);
			return;
		}
	plan_list(p, s->newest, s->nshown);
	if (s->index_optional)
		return;
	model_notice(
	    s, SEVERITY_WARNING, s->index,
	    "there is no article and no directory of this name to be the "
	    "first page (index_page); \"/\" lists all articles");
}

static void
plan_tags(struct site *s)
{
	struct page *p = plan_add(s, PAGE_TAGS, slice_of("/tags"), HTML);
	size_t i;

	plan_list(p, s->newest, s->nshown);
	for (i = 0; i < s->ntags; i++) {
		const struct tag *t = &s->tags[i];

		if (t->address.len == 0)
			continue;
		p = plan_add(s, PAGE_TAG, t->address, HTML);
		p->name = t->name;
		plan_list(p, t->list, t->nlist);
		plan_feed_of(s, t->address, t->name, t->list, t->nlist);
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

void
plan_pages(struct site *s)
{
	struct directory *dirs;
	struct page *p;
	size_t i, ndirs;

	dirs = link_directories(s, s->shown, s->nshown, &ndirs);
	plan_files(s);
	plan_directories(s, dirs, ndirs);
	plan_home(s, dirs, ndirs);
	free(dirs);
	plan_tags(s);
	plan_icon(s);
	plan_feeds(s);
	plan_sitemap(s);
	plan_redirects(s);
	p = plan_add(s, PAGE_STYLE, style_address(&s->region),
		     "text/css; charset=utf-8");
	p->pub.cache = SITE_CACHE_FOREVER;
	p = plan_add(s, PAGE_NOT_FOUND, slice_of(""), HTML);
	p->pub.status = 404;
	preview_plan(s);
	qsort(s->pages, s->npages, sizeof(*s->pages), compare_pages);
	drop_doubles(s);
	plan_check_redirects(s);
	plan_fields(s);
	resolve_articles(s);
	recipe_frame(s);
	for (i = 0; i < s->nshown; i++)
		recipe_article(s->shown[i]);
	for (i = 0; i < s->npages; i++)
		recipe_page(s, &s->pages[i]);
	preview_generation(s);
}
