/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SITE_H
#define BLOGD_SITE_H

#include "../settings.h"
#include "../snapshot/snapshot.h"
#include "../source.h"
#include "markdown.h"
#include "searchbuild.h"
#include "severity.h"

/*
 * The site: a pure function from (source, previous snapshot, settings) to
 * pages.  No clock, no locale, no hash order: the same input makes the same
 * bytes on any host.  render.c drives it in four steps:
 *
 *	site_new      reads settings files, front matter, decides what each
 *	              file is, reports what is left out
 *	texts         every Markdown text not known from the previous catalogue
 *	              is rendered (by render's workers, within the budget) and
 *	              handed back with site_text_done
 *	site_link     articles, listings, tags, menu, feed, redirects and static
 *	              files become a list of pages, each with its recipe
 *	site_compose  makes the body of one page, when the previous snapshot
 *does not have its recipe
 *
 * and last site_catalogue writes what the next run needs to know of the files
 * whose bytes git will not send again.
 */
struct site;

/* How the site reports a file: problem is "path:line:col: message". */
typedef void site_report_fn(void *ctx, enum severity severity,
			    const char *problem);

/* previous and catalogue are of the last run, or NULL and {NULL, 0}; both and
 * the source must outlive the site.  NULL with err when the source cannot be
 * used at all: no article in it, or a file without bytes that the catalogue
 * does not know (then the parent asks git for a full source). */
struct site *site_new(const struct render_settings *set,
		      const struct source *src, struct snapshot *previous,
		      struct slice catalogue, site_report_fn *report, void *ctx,
		      struct err *err);
void site_free(struct site *s);

/* The site of a preview that cannot be made: pages that say why, and `said`.
 */
struct site *site_new_failure(const struct render_settings *set,
			      const struct buf *said, const char *why);
/* Before site_link, for a preview: what was reported so far and will be, each
 * a line behind the digit of its severity. */
void site_preview(struct site *s, const struct buf *said);

/* The texts to be rendered, 0 <= i < site_ntexts(s). */
size_t site_ntexts(const struct site *s);
struct slice site_text(const struct site *s, size_t i);
/* html and notes (the body's, see markdown.h; else empty) are copied.  On any
 * result but MARKDOWN_OK the article will show its source with a notice, and
 * the problem is reported. */
void site_text_done(struct site *s, size_t i, enum markdown_result result,
		    struct slice html, struct slice notes);

/* The words of a body, as the worker that rendered it tells them: copied. */
void site_text_tokens(struct site *s, size_t i, struct slice tokens);

/* -1 with err, e.g. when there is no article at all. */
int site_link(struct site *s, struct err *err);

enum site_cache {
	SITE_CACHE_PAGE,   /* ask again each time */
	SITE_CACHE_FEED,   /* for ten minutes */
	SITE_CACHE_MEDIA,  /* for an hour */
	SITE_CACHE_FOREVER /* another content has another address */
};

struct site_page {
	struct slice path; /* decoded, "/Posts/A b"; "" is the 404 page */
	uint16_t status;   /* 200, 404, or a redirect's */
	enum site_cache cache;
	struct slice csp;	   /* Content-Security-Policy, when it is not
				      that of the settings */
	struct slice content_type; /* with charset where it is text */
	struct slice location;	   /* 301: absolute URL or /path, encoded */
	/* From _headers, checked: lines "Name: value\r\n" to be added, and
	 * values in place of blogd's own.  Empty: none. */
	struct slice fields, cache_control, referrer_policy, opener_policy;
	int64_t modified;   /* Last-Modified; 0: none */
	int compress;	    /* is compression worth trying? */
	uint8_t recipe[32]; /* hash of all that the body and the fields above
			       are made from, and of the code's version */
};

size_t site_npages(const struct site *s);
const struct site_page *site_page(const struct site *s, size_t i);

/* Appends the identity body of page i to out. */
void site_compose(struct site *s, size_t i, struct buf *out);

/*
 * The search index (snapshot/searchindex.h), after site_link.  fields: the
 * header lines of every answer.  The recipe is a hash of all that it is made
 * from.  What of the previous snapshot's index is the same is taken from there.
 * To be made once, for it drops what it was made from; and only for a site that
 * is searchable: serve answers at /search.
 */
int site_searchable(const struct site *s);
void site_search_recipe(struct site *s, struct slice fields,
			uint8_t recipe[32]);
void site_search(struct site *s, struct slice fields, struct search_run *run);

/* Serialises the catalogue for the next run; call after every page was either
 * composed or reused. */
void site_catalogue(struct site *s, struct buf *out);

const char *site_root(const struct site *s); /* public base URL */
/* Content-Security-Policy of pages that are made from templates. */
struct slice site_policy(const struct site *s);
size_t site_narticles(const struct site *s);
size_t site_nproblems(const struct site *s);
/* The first moment behind settings.now at which the same files make another
 * site, because an article appears or expires; DATE_NONE: never. */
int64_t site_next_change(const struct site *s);

#endif
