/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FEED_H
#define BLOGD_FEED_H

#include "model.h"

/*
 * Feeds.  The site has one at /atom and /feed.json; a directory, tag or author
 * at X has X/atom and X/feed.json.  Atom is RFC 4287, JSON Feed is version 1.1.
 * Behind those of the site come all older articles in pages of FEED_PAGE:
 * /atom/2 and so on (RFC 5005 section 3), /feed-2.json and so on (next_url).
 * They are counted from the oldest, so that a new article changes one of them
 * and not all.
 */
#define FEED_PAGE 100

/* Texts are in the feeds of listings as long as these have no more bytes of
 * them together; else these have summaries. */
#define FEED_TEXTS_MAX ((size_t)8 << 20)

/* ---- planning (plan_feeds.c) ---- */

/* The feeds of a listing at the address; a name of a file that has one of their
 * addresses is preferred. */
void plan_feed_of(struct site *s, struct slice address, struct slice name,
		  struct article **list, size_t n);
/* The feeds of the site, when those of all listings are planned. */
void plan_feeds(struct site *s);
void recipe_feed(struct digest *d, const struct site *s, const struct page *p);

/* Appends the decoded address of a feed of the page at address ("/" for the
 * site's): for links in heads and texts. */
enum feed_format { FEED_ATOM, FEED_JSON };
void feed_address(struct buf *out, struct slice address,
		  enum feed_format format);
/* Of page n of a feed of the site. */
void feed_part_address(struct buf *out, enum feed_format format, size_t n);
/* "application/atom+xml", "application/feed+json" */
const char *feed_type(enum feed_format format);
/* Has the page at address feeds?  They may have given way to a file. */
int feed_exists(const struct site *s, struct slice address,
		enum feed_format format);

/* ---- the documents ---- */

void feed_atom(const struct site *s, const struct page *p, struct buf *out);
void feed_json(const struct site *s, const struct page *p, struct buf *out);

/* ---- what both are made of (feed_parts.c) ---- */

/* A public URL, encoded but not escaped: root and address. */
void feed_url(struct buf *out, const struct site *s, struct slice address);
void feed_title(struct buf *out, const struct site *s, const struct page *p);
/* Appends HTML that we wrote, every reference in it made absolute; path is
 * encoded. */
void feed_html(struct buf *out, const struct site *s, struct slice path,
	       struct slice html);
/* The beginning of an article as text: its abstract, else its first paragraph,
 * else its title. */
void feed_excerpt(struct buf *out, const struct article *a);
/* Latest of the entries. */
int64_t feed_updated(const struct page *p);

/* The authors of an article, one after the other. */
struct feed_authors {
	const struct article *article;
	struct slice rest; /* names */
	size_t n;	   /* that were taken */
	struct buf name;   /* text */
	struct buf url;	   /* absolute, encoded, not escaped; or empty */
};
void feed_authors_start(struct feed_authors *at, const struct article *a);
int feed_authors_next(struct feed_authors *at, const struct site *s,
		      struct slice path);
void feed_authors_end(struct feed_authors *at);

#endif
