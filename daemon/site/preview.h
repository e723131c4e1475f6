/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PREVIEW_H
#define BLOGD_PREVIEW_H

#include "model.h"

/*
 * What render adds when an author looks at a site (settings.preview), and never
 * to one that is published: drafts and articles of another time are shown and
 * say so, problems stand at the top of every page, and a script reloads the
 * page when the site has changed.  Other pages than those of blogd's templates
 * work as well: what is added goes behind <body> and before </head>, wherever a
 * page has them.
 */
enum preview_mark { MARK_NONE, MARK_DRAFT, MARK_NOT_YET, MARK_EXPIRED };

/* Titles say it as well, until preview_unmark. */
void preview_mark(struct site *s, struct article *a, enum preview_mark mark);
void preview_unmark(const struct site *s);

/* Plans the script and what it asks for; before addresses are sorted. */
void preview_plan(struct site *s);
/* Once all pages have their recipes, and all that is to be said has been. */
void preview_generation(struct site *s);
/* What every page shows beside the site's own. */
void preview_digest(const struct site *s, struct digest *d);

/* The body of one of preview_plan's pages. */
void preview_write(const struct site *s, const struct page *p, struct buf *out);

/* Adds to a page of HTML that begins at `start`.  Returns by how much what
 * stood at `offset` behind that has moved. */
size_t preview_decorate(const struct site *s, const struct page *p,
			struct buf *out, size_t start, size_t offset);

#endif
