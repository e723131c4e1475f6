/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "feed.h"
#include "sitemap.h"
#include "preview.h"

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
	digest_add(&d, slice_of(style_css));
	digest_add(&d, s->root);
	digest_add(&d, s->name);
	digest_number(&d, (uint64_t)s->own_style);
	preview_digest(s, &d);
	for (i = 0; i < s->nmenu; i++)
		digest_add(&d, s->menu[i].address);
	digest_end(&d, s->frame);
	digest_free(&d);
}

void
recipe_article(struct article *a)
{
	struct digest d = {0};
	size_t i;

	digest_add(&d, a->file->path);
	digest_add(&d, a->file->address);
	digest_bytes(&d, a->file->src->blob, OID_MAX);
	digest_add(&d, a->authors);
	digest_number(&d, (uint64_t)a->created);
	digest_number(&d, (uint64_t)a->updated);
	digest_number(&d, (uint64_t)a->mark);
	for (i = 0; i < TEXT__MAX; i++)
		digest_number(&d, a->result[i]);
	digest_bytes(&d, a->references, DIGEST_LEN);
	digest_end(&d, a->digest);
	digest_free(&d);
}

static void
add_tags(struct digest *d, const struct site *s)
{
	size_t i;

	for (i = 0; i < s->ntags; i++) {
		digest_add(d, s->tags[i].name);
		digest_number(d, s->tags[i].nlist);
	}
}

/* The articles a page shows, by what it shows of them. */
static void
add_articles(struct digest *d, const struct page *p)
{
	size_t i;

	for (i = 0; i < p->nlist; i++)
		digest_bytes(d, p->list[i]->digest, DIGEST_LEN);
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
		digest_bytes(d, s->frame, DIGEST_LEN);
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
	digest_add(&d, p->pub.location);
	digest_add(&d, p->pub.fields);
	digest_add(&d, p->pub.cache_control);
	digest_add(&d, p->pub.referrer_policy);
	digest_add(&d, p->pub.opener_policy);
	digest_number(&d, (uint64_t)p->pub.modified);
	digest_add(&d, p->name);
	add_body(&d, s, p);
	if (p->kind == PAGE_TAGS)
		add_tags(&d, s);
	else
		add_articles(&d, p);
	digest_end(&d, p->pub.recipe);
	digest_free(&d);
}
