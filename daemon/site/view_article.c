/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "date.h"
#include "escape.h"
#include "lang.h"
#include "notes.h"
#include "spoken.h"
#include "view.h"

#define WORDS_A_MINUTE 200
#define DAY	       86400

/* ---- dates ---- */

static int64_t
day_of(int64_t t)
{
	return t / DAY - (t % DAY < 0);
}

static void
dated(struct view *v, struct mustache_value *out, int64_t time, int64_t zone,
      const struct spoken *say)
{
	struct view_date *d = region_alloc(&v->tmp, 1, sizeof(*d));

	d->time = time;
	d->zone = zone;
	d->say = say;
	view_object(out, VIEW_DATE, d);
}

/* As a sentence has it. */
static void
date_text(struct view *v, const struct view_date *d, struct mustache_value *out)
{
	struct buf b = {0};
	unsigned year, month, day;

	date_day(d->time + d->zone, &year, &month, &day);
	spoken_date(&b, d->say, year, month, day);
	view_take(v, out, &b);
}

void
view_date(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct view_date *d = object;
	char text[DATE_LEN + 1];

	if (name == NAME_text) {
		date_text(v, d, out);
		return;
	}
	date_rfc3339(name == NAME_iso ? d->time : d->time + d->zone, text);
	switch (name) {
	case NAME_date:
		text[10] = '\0';
		break;
	case NAME_year:
		text[4] = '\0';
		break;
	case NAME_iso:
		break;
	default:
		return;
	}
	view_text(out, region_copy(&v->tmp, slice_of(text)));
}

/* ---- authors ---- */

struct slice
view_author_link(struct view *v, const struct article *a)
{
	struct buf b = {0};
	struct slice link;

	if (a->nauthors != 1)
		return slice_of("");
	if (a->author_url.len > 0) {
		if (a->author_url.data[0] == '/')
			buf_add(&b, v->s->prefix.data, v->s->prefix.len);
		escape_add(&b, ESCAPE_URL, a->author_url);
	} else {
		html_to_text(&b, html_first_href(a->html[TEXT_AUTHOR]));
	}
	link = region_take(&v->tmp, &b);
	buf_free(&b);
	return link;
}

/* More markup in it than one link around all? */
static int
has_markup(struct slice html)
{
	size_t i, tags = 0;

	for (i = 0; i < html.len; i++)
		tags += html.data[i] == '<';
	return tags > 0 && (tags > 2 || memcmp(html.data, "<a ", 3) != 0 ||
			    html.data[html.len - 1] != '>');
}

/* As the article's header says; on the author's first page, the newest one's.
 */
static struct slice
link_of(struct view *v, const struct view_author *a)
{
	if (a->article != NULL)
		return view_author_link(v, a->article);
	if (v->p->number > 1)
		return slice_of("");
	return view_author_link(v, a->author->list[0]);
}

static void
author_html(const struct view_author *a, struct mustache_value *out)
{
	const struct article *article = a->article;

	view_flag(out, 0);
	if (article != NULL && a->n == 1 && article->author_url.len == 0 &&
	    has_markup(article->html[TEXT_AUTHOR]))
		view_text(out, article->html[TEXT_AUTHOR]);
}

/* What stands between the author before and this one. */
static void
before(struct view *v, const struct view_author *a, struct mustache_value *out)
{
	struct slice and = a->article != NULL ? a->article->say->text[WORD_and]
					      : v->s->say->text[WORD_and];
	struct buf b = {0};

	if (a->i > 0 && a->i + 1 < a->n) {
		buf_str(&b, ", ");
	} else if (a->i > 0) {
		buf_char(&b, ' ');
		buf_add(&b, and.data, and.len);
		buf_char(&b, ' ');
	}
	view_take(v, out, &b);
}

void
view_author(struct view *v, const void *object, enum template_name name,
	    struct mustache_value *out)
{
	const struct view_author *a = object;

	switch (name) {
	case NAME_name:
		view_text(out, a->author->name);
		break;
	case NAME_link:
		view_text(out, link_of(v, a));
		break;
	case NAME_href:
		view_text(out, link_of(v, a));
		if (a->article != NULL && out->text.len > 0)
			break;
		/* fall through */
	case NAME_page:
		view_href(v, out, a->author->address);
		break;
	case NAME_html:
		author_html(a, out);
		break;
	case NAME_before:
		before(v, a, out);
		break;
	case NAME_count:
		view_count(v, a->author, out);
		break;
	default:
		break;
	}
}

static void
authors(struct view *v, const struct article *a, struct mustache_value *out)
{
	struct view_author *list =
	    region_alloc(&v->tmp, a->nauthors, sizeof(*list));
	size_t i;

	for (i = 0; i < a->nauthors; i++) {
		list[i].article = a;
		list[i].author = a->written[i].tag;
		list[i].i = i;
		list[i].n = a->nauthors;
	}
	view_list(out, VIEW_AUTHOR, list, a->nauthors);
}

static void
tags(struct view *v, const struct article *a, struct mustache_value *out)
{
	const struct tag **list =
	    region_alloc(&v->tmp, a->ntags, sizeof(struct tag *));
	size_t i;

	for (i = 0; i < a->ntags; i++)
		list[i] = a->tagged[i].tag;
	view_list(out, VIEW_TAG, list, a->ntags);
}

/* ---- what all articles show ---- */

static int
is_foreign(const struct view *v, const struct article *a)
{
	return slice_cmp(a->speaks, v->s->lang) != 0;
}

static void
direction(const struct view *v, const struct article *a,
	  struct mustache_value *out)
{
	int rtl = lang_is_rtl(a->speaks);

	view_flag(out, 0);
	if (is_foreign(v, a) && rtl != lang_is_rtl(v->s->lang))
		view_text(out, slice_of(rtl ? "rtl" : "ltr"));
}

static void
href(const struct view *v, const struct article *a, struct mustache_value *out)
{
	size_t host = v->s->root.len - v->s->prefix.len;

	view_text(out, (struct slice){a->url.data + host, a->url.len - host});
}

void
view_card(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct article *a = object;

	switch (name) {
	case NAME_title:
		view_text(out, a->title);
		break;
	case NAME_href:
		href(v, a, out);
		break;
	case NAME_url:
		view_text(out, a->url);
		break;
	case NAME_lang:
		view_text(out, a->speaks);
		break;
	case NAME_dir:
		direction(v, a, out);
		break;
	case NAME_foreign:
		view_flag(out, is_foreign(v, a));
		break;
	case NAME_created:
		dated(v, out, a->created, a->created_zone, v->s->say);
		break;
	case NAME_abstract:
		view_text(out, a->html[TEXT_ABSTRACT]);
		break;
	default:
		break;
	}
}

/* ---- in lists ---- */

static uint32_t
words_of(const struct article *a)
{
	struct notes n;

	notes_start(&n, a->notes);
	return n.words;
}

static void
words(struct view *v, const struct article *a, enum template_name name,
      struct mustache_value *out)
{
	uint64_t n = words_of(a);

	view_flag(out, 0);
	if (name == NAME_reading_time)
		n = (n + WORDS_A_MINUTE - 1) / WORDS_A_MINUTE;
	if (n > 0)
		view_number(v, out, n);
}

static void
written(struct view *v, void (*write)(struct buf *out, const struct article *a),
	const struct article *a, struct mustache_value *out)
{
	struct buf b = {0};

	write(&b, a);
	view_take(v, out, &b);
}

static void
image(struct view *v, const struct article *a, struct mustache_value *out)
{
	struct buf b = {0};

	view_image(&b, v->s, a);
	view_take(v, out, &b);
}

void
view_entry(struct view *v, const void *object, enum template_name name,
	   struct mustache_value *out)
{
	const struct article *a = object;

	switch (name) {
	case NAME_path:
		view_text(out, a->file->path);
		break;
	case NAME_updated:
		view_flag(out, 0);
		if (day_of(a->updated + a->updated_zone) !=
		    day_of(a->created + a->created_zone))
			dated(v, out, a->updated, a->updated_zone, a->say);
		break;
	case NAME_modified:
		dated(v, out, a->updated, a->updated_zone, a->say);
		break;
	case NAME_created: /* others are shown in the site's language */
		dated(v, out, a->created, a->created_zone, a->say);
		break;
	case NAME_say:
		view_object(out, VIEW_SAY, a->say);
		break;
	case NAME_description:
		written(v, view_excerpt, a, out);
		break;
	case NAME_image:
		image(v, a, out);
		break;
	case NAME_has_tags:
		view_flag(out, a->ntags > 0);
		break;
	case NAME_tags:
		tags(v, a, out);
		break;
	case NAME_has_authors:
		view_flag(out, a->nauthors > 0);
		break;
	case NAME_authors:
		authors(v, a, out);
		break;
	case NAME_words:
	case NAME_reading_time:
		words(v, a, name, out);
		break;
	case NAME_content:
		view_text(out, a->html[TEXT_BODY]);
		break;
	default:
		view_card(v, object, name, out);
		break;
	}
}

/* ---- on its own page ---- */

static void
toc(struct view *v, const struct article *a, struct mustache_value *out)
{
	struct buf b = {0};

	if (a->toc == 1)
		toc_write(&b, a->notes);
	view_take(v, out, &b);
}

/* All but itself. */
static void
translations(struct view *v, const struct article *a,
	     struct mustache_value *out)
{
	const struct article **list =
	    region_alloc(&v->tmp, a->ntranslations, sizeof(struct article *));
	size_t i, n = 0;

	for (i = 0; i < a->ntranslations; i++)
		if (a->translations[i] != a)
			list[n++] = a->translations[i];
	view_list(out, VIEW_CARD, list, n);
}

void
view_article(struct view *v, const void *object, enum template_name name,
	     struct mustache_value *out)
{
	const struct article *a = object;

	switch (name) {
	case NAME_toc:
		toc(v, a, out);
		break;
	case NAME_has_neighbours:
		view_flag(out, a->previous != NULL || a->next != NULL);
		break;
	case NAME_previous:
		view_object(out, VIEW_CARD, a->previous);
		break;
	case NAME_next:
		view_object(out, VIEW_CARD, a->next);
		break;
	case NAME_has_related:
		view_flag(out, a->nrelated > 0);
		break;
	case NAME_related:
		view_list(out, VIEW_CARD, a->related, a->nrelated);
		break;
	case NAME_has_translations:
		view_flag(out, a->ntranslations > 0);
		break;
	case NAME_translations:
		translations(v, a, out);
		break;
	default:
		view_entry(v, object, name, out);
		break;
	}
}
