/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_VIEW_H
#define BLOGD_VIEW_H

#include "model.h"
#include "mustache.h"
#include "template_names.h"

/*
 * What a template sees of the site: mustache_data over our structs.  What has
 * to be made for one page only is in tmp, which lives as long as the page is
 * made.
 */
struct view {
	struct site *s;
	const struct page *p;
	struct region tmp;
};

void view_get(void *ctx, const struct mustache_value *object, int name,
	      struct mustache_value *out);
void view_item(void *ctx, const struct mustache_value *list, size_t i,
	       struct mustache_value *out);

/* ---- each object's names ---- */

typedef void view_getter(struct view *v, const void *object,
			 enum template_name name, struct mustache_value *out);
view_getter view_root, view_site, view_page;	 /* view_page.c */
view_getter view_tag, view_year, view_link;	 /* view.c */
view_getter view_article, view_entry, view_card; /* view_article.c */
view_getter view_date, view_author;
view_getter view_say; /* view_say.c */

struct view_link {
	struct slice name, address;
	struct slice current; /* the address of the page, or empty */
};

/* A date in the words of a language. */
struct view_date {
	int64_t time, zone; /* that its day is of; see model.h */
	const struct spoken *say;
};

/* An author as an article names it; article NULL: as such. */
struct view_author {
	const struct article *article;
	const struct tag *author;
	size_t i, n; /* of the article's authors */
};

/* Where the author in the header, or its text, leads to; may be empty. */
struct slice view_author_link(struct view *v, const struct article *a);

/* Has the directory a page, so that an article in it can link there? */
int view_is_above(const struct site *s, struct slice dir);

/* ---- values ---- */

static inline void
view_text(struct mustache_value *out, struct slice text)
{
	out->kind = MUSTACHE_TEXT;
	out->text = text;
}

static inline void
view_flag(struct mustache_value *out, int flag)
{
	out->kind = flag ? MUSTACHE_TRUE : MUSTACHE_FALSE;
}

/* p NULL: there is no such object. */
static inline void
view_object(struct mustache_value *out, enum view_type type, const void *p)
{
	out->kind = p != NULL ? MUSTACHE_OBJECT : MUSTACHE_FALSE;
	out->type = type;
	out->p = p;
}

/* Of n objects of the type. */
static inline void
view_list(struct mustache_value *out, enum view_type type, const void *p,
	  size_t n)
{
	out->kind = MUSTACHE_LIST;
	out->type = type;
	out->p = p;
	out->n = n;
}

void view_number(struct view *v, struct mustache_value *out, uint64_t n);
/* An href of this site; an empty address: false. */
void view_href(struct view *v, struct mustache_value *out,
	       struct slice address);
/* The same, absolute. */
void view_url(struct view *v, struct mustache_value *out, struct slice address);
/* Of a tag's or author's articles. */
void view_count(struct view *v, const struct tag *t,
		struct mustache_value *out);
/* What b holds. */
void view_take(struct view *v, struct mustache_value *out, struct buf *b);

/* The article that a page is for, or NULL. */
const struct article *view_article_of(const struct page *p);
/* The page's address, as far as it is for search engines. */
struct slice view_canonical(const struct view *v);
/* Is it a list of articles as entries? */
int view_is_listing(const struct page *p);
/* The style sheets of a page, as they stand in its head (view_style.c). */
void view_styles(struct view *v, struct buf *out);

/* ---- texts (excerpt.c) ---- */

#define DESCRIPTION_MAX 300 /* bytes */

/* The beginning of an article as text: its abstract, else its first
 * paragraph. */
void view_excerpt(struct buf *out, const struct article *a);
/* The article's picture as an absolute address; nothing if there is none. */
void view_image(struct buf *out, const struct site *s, const struct article *a);
/* A <script> that is no script: what schema.org calls a BlogPosting. */
void view_json_ld(struct view *v, const struct article *a, struct buf *out);

#endif
