/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "feed.h"
#include "lang.h"
#include "search.h"
#include "spoken.h"
#include "view.h"

/* ---- the site ---- */

static void
menu(struct view *v, struct mustache_value *out)
{
	const struct site *s = v->s;
	struct view_link *list = region_alloc(&v->tmp, s->nmenu, sizeof(*list));
	size_t i;

	for (i = 0; i < s->nmenu; i++) {
		list[i].name = s->menu[i].name;
		list[i].address = s->menu[i].address;
		list[i].current =
		    v->p->file != NULL ? v->p->file->address : v->p->pub.path;
	}
	view_list(out, VIEW_LINK, list, s->nmenu);
}

/* What blogd has an address for. */
static struct slice
address_of(const struct site *s, enum template_name name)
{
	switch (name) {
	case NAME_home:
		return slice_of("/");
	case NAME_tags:
		return slice_of("/tags");
	case NAME_archive:
		return slice_of("/archive");
	case NAME_authors:
		return slice_of("/authors");
	case NAME_feed:
		return slice_of("/atom");
	case NAME_search:
		return slice_of(SEARCH_ADDRESS);
	case NAME_feed_json:
		return slice_of("/feed.json");
	case NAME_opensearch:
		return slice_of("/opensearch.xml");
	case NAME_icon:
		return s->icon;
	default:
		return slice_of("");
	}
}

void
view_site(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct site *s = object;

	switch (name) {
	case NAME_name:
		view_text(out, s->name);
		break;
	case NAME_description:
		view_text(out, s->description);
		break;
	case NAME_author:
		view_text(out, s->author);
		break;
	case NAME_lang:
		view_text(out, s->lang);
		break;
	case NAME_dir:
		view_text(out, slice_of(lang_is_rtl(s->lang) ? "rtl" : ""));
		break;
	case NAME_url:
		view_url(v, out, slice_of("/"));
		break;
	case NAME_say:
		view_object(out, VIEW_SAY, s->say);
		break;
	case NAME_menu:
		menu(v, out);
		break;
	case NAME_search:
	case NAME_opensearch:
		view_flag(out, 0);
		if (s->searchable)
			view_href(v, out, address_of(s, name));
		break;
	case NAME_home:
	case NAME_tags:
	case NAME_archive:
	case NAME_authors:
	case NAME_feed:
	case NAME_feed_json:
	case NAME_icon:
		view_href(v, out, address_of(s, name));
		break;
	default:
		break;
	}
}

/* ---- titles ---- */

const struct article *
view_article_of(const struct page *p)
{
	return p->kind == PAGE_ARTICLE || p->kind == PAGE_HOME ? p->list[0]
							       : NULL;
}

/* What "/" shows has an address of its own as well: one of them counts. */
struct slice
view_canonical(const struct view *v)
{
	const struct article *a = view_article_of(v->p);

	return a != NULL && a == v->s->home ? slice_of("/") : v->p->pub.path;
}

/* What stands before the name of a page, or for it; WORD__MAX: nothing. */
static enum word
title_word(const struct page *p)
{
	switch (p->kind) {
	case PAGE_TAG:
		return WORD_tagged;
	case PAGE_AUTHOR:
		return WORD_articles_by;
	case PAGE_TAGS:
		return WORD_tags;
	case PAGE_AUTHORS:
		return WORD_authors;
	case PAGE_ARCHIVE:
		return p->name.len > 0 ? WORD_archive_of : WORD_archive;
	case PAGE_SEARCH:
		return WORD_search;
	case PAGE_NOT_FOUND:
		return WORD_not_found;
	default:
		return WORD__MAX;
	}
}

static void
add_word(const struct view *v, enum word word, struct buf *out)
{
	struct slice text = v->s->say->text[word];

	buf_add(out, text.data, text.len);
}

static void
title(const struct view *v, struct buf *out)
{
	const struct page *p = v->p;
	enum word word = title_word(p);
	struct slice t = p->name;

	if (p->section != NULL && p->section->title.len > 0)
		t = p->section->title;
	if (p->kind == PAGE_ARTICLE || p->kind == PAGE_HOME)
		t = p->list[0]->title;
	if (word != WORD__MAX) {
		add_word(v, word, out);
		if (t.len > 0)
			buf_char(out, ' ');
	}
	buf_add(out, t.data, t.len);
}

static void
full_title(struct view *v, struct buf *out)
{
	title(v, out);
	if (v->p->number > 1) {
		buf_str(out, out->len > 0 ? ", " : "");
		add_word(v, WORD_numbered, out);
		buf_printf(out, " %zu", v->p->number);
	}
	if (out->len > 0)
		buf_str(out, " \xe2\x80\x93 ");
	buf_add(out, v->s->name.data, v->s->name.len);
}

/* What search engines show of a page. */
static void
description(struct view *v, struct buf *out)
{
	const struct article *a = view_article_of(v->p);

	if (a != NULL) {
		view_excerpt(out, a);
		if (out->len == 0)
			buf_add(out, a->title.data, a->title.len);
	} else if (v->p->section != NULL &&
		   v->p->section->description.len > 0) {
		buf_add(out, v->p->section->description.data,
			v->p->section->description.len);
	} else if (v->p->kind == PAGE_LISTING && v->p->name.len == 0 &&
		   v->s->description.len > 0) {
		buf_add(out, v->s->description.data, v->s->description.len);
	} else {
		full_title(v, out);
	}
}

static const char *
kind_text(const struct page *p)
{
	switch (p->kind) {
	case PAGE_ARTICLE:
		return "article";
	case PAGE_HOME:
		return "home";
	case PAGE_TAGS:
		return "all-tags";
	case PAGE_TAG:
		return "tag";
	case PAGE_AUTHORS:
		return "all-authors";
	case PAGE_AUTHOR:
		return "author";
	case PAGE_ARCHIVE:
		return "archive-page";
	case PAGE_SEARCH:
		return "search";
	case PAGE_NOT_FOUND:
		return "not-found";
	default:
		return "listing";
	}
}

/* ---- around a page ---- */

/* Another page of the listing, 0: none. */
static void
page_link(struct view *v, size_t number, struct mustache_value *out)
{
	const struct page *p = v->p;
	struct view_link *l = region_alloc(&v->tmp, 1, sizeof(*l));
	struct buf b = {0};

	view_flag(out, 0);
	if (p->count == 0 || number == 0 || number > p->count)
		return;
	plan_page_address(&b, p->base, number);
	l->address = region_take(&v->tmp, &b);
	l->name = l->current = slice_of("");
	buf_free(&b);
	view_object(out, VIEW_LINK, l);
}

static struct slice
address_of_directory(struct region *r, struct slice dir)
{
	struct buf b = {0};
	struct slice address;

	buf_char(&b, '/');
	buf_add(&b, dir.data, dir.len);
	address = region_take(r, &b);
	buf_free(&b);
	return address;
}

int
view_is_above(const struct site *s, struct slice dir)
{
	const struct page *p;
	struct buf b = {0};

	buf_char(&b, '/');
	buf_add(&b, dir.data, dir.len);
	p = plan_find(s, (struct slice){b.data, b.len});
	buf_free(&b);
	return p != NULL && p->kind == PAGE_LISTING;
}

/* Directories above an article or a listing, as far as they have pages. */
static void
breadcrumbs(struct view *v, struct mustache_value *out)
{
	const struct page *p = v->p;
	struct slice path = p->kind == PAGE_ARTICLE   ? p->file->place
			    : p->kind == PAGE_LISTING ? p->name
						      : slice_of("");
	struct view_link *list;
	size_t i, n = 0, start = 0;

	for (i = 0; i < path.len; i++)
		n += path.data[i] == '/';
	list = region_alloc(&v->tmp, n, sizeof(*list));
	for (i = n = 0; i < path.len; i++) {
		struct slice dir = {path.data, i};

		if (path.data[i] != '/')
			continue;
		if (view_is_above(v->s, dir)) {
			list[n].name =
			    (struct slice){path.data + start, i - start};
			list[n].address = address_of_directory(&v->tmp, dir);
			list[n++].current = slice_of("");
		}
		start = i + 1;
	}
	view_list(out, VIEW_LINK, list, n);
}

/* The listing's own feed, else the site's. */
static void
feed_link(struct view *v, enum feed_format format, struct mustache_value *out)
{
	struct view_link *l = region_alloc(&v->tmp, 1, sizeof(*l));
	struct slice of = v->p->base;
	struct buf address = {0}, text = {0};

	view_flag(out, 0);
	if (of.len == 0 || !feed_exists(v->s, of, format))
		of = slice_of("/");
	if (!feed_exists(v->s, of, format))
		return;
	if (!slice_is(of, "/")) {
		title(v, &text);
		buf_str(&text, " \xe2\x80\x93 ");
	}
	buf_add(&text, v->s->name.data, v->s->name.len);
	feed_address(&address, of, format);
	l->name = region_take(&v->tmp, &text);
	l->address = region_take(&v->tmp, &address);
	l->current = slice_of("");
	buf_free(&text);
	buf_free(&address);
	view_object(out, VIEW_LINK, l);
}

static void
page_text(struct view *v, enum template_name name, struct mustache_value *out)
{
	const struct article *a = view_article_of(v->p);
	struct buf b = {0};

	switch (name) {
	case NAME_title:
		title(v, &b);
		break;
	case NAME_full_title:
		full_title(v, &b);
		break;
	case NAME_description:
		description(v, &b);
		break;
	case NAME_styles:
		view_styles(v, &b);
		break;
	case NAME_image:
		if (a != NULL)
			view_image(&b, v->s, a);
		break;
	case NAME_json_ld:
		if (a != NULL)
			view_json_ld(v, a, &b);
		break;
	default:
		break;
	}
	view_take(v, out, &b);
}

void
view_page(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct page *p = object;
	const struct article *a = view_article_of(p);

	switch (name) {
	case NAME_kind:
		view_text(out, slice_of(kind_text(p)));
		break;
	case NAME_title:
	case NAME_full_title:
	case NAME_description:
	case NAME_styles:
	case NAME_image:
	case NAME_json_ld:
		page_text(v, name, out);
		break;
	case NAME_url:
		view_url(v, out, view_canonical(v));
		break;
	case NAME_article:
		view_object(out, VIEW_ARTICLE, a);
		break;
	case NAME_newer:
		page_link(v, p->number > 1 ? p->number - 1 : 0, out);
		break;
	case NAME_older:
		page_link(v, p->number + 1, out);
		break;
	case NAME_translations:
		view_list(out, VIEW_CARD, a != NULL ? a->translations : NULL,
			  a != NULL ? a->ntranslations : 0);
		break;
	case NAME_has_breadcrumbs:
		breadcrumbs(v, out);
		view_flag(out, out->n > 0);
		break;
	case NAME_breadcrumbs:
		breadcrumbs(v, out);
		break;
	case NAME_feed:
		feed_link(v, FEED_ATOM, out);
		break;
	case NAME_feed_json:
		feed_link(v, FEED_JSON, out);
		break;
	default:
		break;
	}
}
