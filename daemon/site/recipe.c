/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "feed.h"
#include "preview.h"
#include "say.h"
#include "sitemap.h"
#include "template.h"
#include "view.h"

/*
 * Recipes: a hash of all that a page and its fields are made from.  What a page
 * shows of an article is in the article's digest; what every page shows around
 * it is in the frame.
 */

/* The fields of every response. */
static void
add_response(struct digest *d, const struct site *s)
{
	digest_add(d, slice_of(PACKAGE_VERSION));
	digest_number(d, SITE_FORMAT);
	digest_add(d, slice_of(s->set.csp));
}

void
recipe_frame(struct site *s)
{
	struct digest d = {0};
	size_t i;

	add_response(&d, s);
	for (i = 0; i < STYLE__MAX; i++)
		digest_add(&d, slice_of(style_sheet((enum style_sheet)i)));
	templates_digest(s, &d);
	say_digest(s, &d);
	digest_add(&d, s->root);
	digest_add(&d, s->name);
	digest_add(&d, s->description);
	digest_add(&d, s->author);
	digest_add(&d, s->lang);
	digest_add(&d, s->icon);
	digest_number(&d, (uint64_t)s->own_style);
	digest_number(&d, (uint64_t)s->searchable);
	preview_digest(s, &d);
	for (i = 0; i < s->nmenu; i++)
		digest_add(&d, s->menu[i].address);
	digest_end(&d, s->frame);
	digest_free(&d);
}

/* What others show of an article (VIEW_CARD). */
static void
recipe_card(struct article *a)
{
	struct digest d = {0};

	digest_add(&d, a->title);
	digest_add(&d, a->file->address);
	digest_add(&d, a->speaks);
	digest_number(&d, (uint64_t)a->created);
	digest_number(&d, (uint64_t)a->created_zone);
	digest_add(&d, a->html[TEXT_ABSTRACT]);
	digest_end(&d, a->card);
	digest_free(&d);
}

/* What lists show of it (VIEW_ENTRY). */
void
recipe_article(struct article *a)
{
	struct digest d = {0};
	size_t i;

	recipe_card(a);
	digest_add(&d, a->file->path);
	digest_bytes(&d, a->card, DIGEST_LEN);
	digest_bytes(&d, a->file->src->blob, OID_MAX);
	digest_number(&d, (uint64_t)a->updated);
	digest_number(&d, (uint64_t)a->updated_zone);
	digest_number(&d, (uint64_t)a->mark);
	for (i = 0; i < TEXT__MAX; i++)
		digest_number(&d, a->result[i]);
	digest_bytes(&d, a->references, DIGEST_LEN);
	for (i = 0; i < a->ntags; i++)
		digest_add(&d, a->tagged[i].tag->address);
	for (i = 0; i < a->nauthors; i++) {
		digest_add(&d, a->written[i].tag->name);
		digest_add(&d, a->written[i].tag->address);
	}
	digest_end(&d, a->digest);
	digest_free(&d);
}

static void
add_card(struct digest *d, const struct article *a)
{
	if (a != NULL)
		digest_bytes(d, a->card, DIGEST_LEN);
	else
		digest_number(d, 0);
}

/* What its own page shows besides (VIEW_ARTICLE). */
static void
add_relations(struct digest *d, const struct article *a)
{
	size_t i;

	add_card(d, a->previous);
	add_card(d, a->next);
	digest_number(d, a->nrelated);
	for (i = 0; i < a->nrelated; i++)
		add_card(d, a->related[i]);
	for (i = 0; i < a->ntranslations; i++)
		add_card(d, a->translations[i]);
}

/* Of the directories above an article those that have a page. */
static void
add_above(struct digest *d, const struct site *s, struct slice path)
{
	size_t i;

	for (i = 0; i < path.len; i++)
		if (path.data[i] == '/')
			digest_number(
			    d, view_is_above(s, (struct slice){path.data, i}));
}

static void
add_section(struct digest *d, const struct directory *section)
{
	if (section == NULL)
		return;
	digest_add(d, section->title);
	digest_add(d, section->description);
}

static void
add_groups(struct digest *d, const struct tag *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		digest_add(d, tags[i].name);
		digest_number(d, tags[i].nlist);
	}
}

/* Where an author leads to is known from the newest article. */
static void
add_author(struct digest *d, const struct tag *author)
{
	const struct article *a = author->list[0];

	digest_number(d, a->nauthors);
	digest_add(d, a->author_url);
	digest_add(d, a->html[TEXT_AUTHOR]);
}

static void
add_authors(struct digest *d, const struct site *s)
{
	size_t i;

	add_groups(d, s->authors, s->nauthors);
	for (i = 0; i < s->nauthors; i++)
		add_author(d, &s->authors[i]);
}

static void
add_years(struct digest *d, const struct site *s)
{
	size_t i;

	for (i = 0; i < s->nyears; i++) {
		digest_add(d, s->years[i].name);
		digest_number(d, s->years[i].nlist);
	}
}

/* The articles a page shows, by what it shows of them. */
static void
add_articles(struct digest *d, const struct page *p)
{
	size_t i;

	digest_number(d, p->number);
	digest_number(d, p->count);
	digest_number(d, p->nlist);
	for (i = 0; i < p->nlist; i++)
		digest_bytes(d, p->list[i]->digest, DIGEST_LEN);
}

static void
add_html(struct digest *d, const struct site *s, const struct page *p)
{
	digest_bytes(d, s->frame, DIGEST_LEN);
	switch (p->kind) {
	case PAGE_ARTICLE:
	case PAGE_HOME:
		add_relations(d, p->list[0]);
		digest_number(d, p->list[0] == s->home);
		add_above(d, s, p->file->place);
		break;
	case PAGE_LISTING:
		add_section(d, p->section);
		add_above(d, s, p->name);
		break;
	case PAGE_TAG:
	case PAGE_AUTHOR:
		if (p->number > 1)
			break;
		digest_number(d, p->tag->nlist);
		add_author(d, p->tag);
		break;
	case PAGE_AUTHORS:
		add_authors(d, s);
		break;
	case PAGE_ARCHIVE:
		add_years(d, s);
		break;
	default:
		break;
	}
}

/* What is no HTML page does not show what those have in common. */
static void
add_body(struct digest *d, const struct site *s, const struct page *p)
{
	switch (p->kind) {
	case PAGE_STATIC:
		digest_bytes(d, p->file->src->blob, OID_MAX);
		break;
	case PAGE_FEED:
	case PAGE_FEED_JSON:
		recipe_feed(d, s, p);
		break;
	case PAGE_SITEMAP:
	case PAGE_ROBOTS:
		recipe_sitemap(d, s, p);
		break;
	case PAGE_OPENSEARCH:
		digest_add(d, s->description);
		digest_add(d, s->icon);
		digest_add(d, s->lang);
		digest_bytes(d, s->frame, DIGEST_LEN);
		break;
	case PAGE_ICON:
		digest_add(d, s->name);
		break;
	case PAGE_REDIRECT:
	case PAGE_REDIRECT_BELOW:
	case PAGE_STYLE:
		break;
	default:
		add_html(d, s, p);
		break;
	}
}

void
recipe_page(struct site *s, struct page *p)
{
	struct digest d = {0};

	add_response(&d, s);
	digest_number(&d, p->kind);
	digest_add(&d, p->pub.path);
	digest_number(&d, p->pub.status);
	digest_number(&d, p->pub.cache);
	digest_add(&d, p->pub.content_type);
	digest_add(&d, p->pub.csp);
	digest_add(&d, p->pub.location);
	digest_add(&d, p->pub.fields);
	digest_add(&d, p->pub.cache_control);
	digest_add(&d, p->pub.referrer_policy);
	digest_add(&d, p->pub.opener_policy);
	digest_number(&d, (uint64_t)p->pub.modified);
	digest_add(&d, p->name);
	add_body(&d, s, p);
	if (p->kind == PAGE_TAGS)
		add_groups(&d, s->tags, s->ntags);
	else
		add_articles(&d, p);
	digest_end(&d, p->pub.recipe);
	digest_free(&d);
}
