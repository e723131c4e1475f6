/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SITEMAP_H
#define BLOGD_SITEMAP_H

#include "model.h"

/*
 * What crawlers and browsers ask for: /sitemap.xml (sitemaps.org; an index of
 * /sitemap-1.xml and so on when one would be too large), /robots.txt
 * (RFC 9309) and /opensearch.xml (OpenSearch 1.1).
 */
#define SITEMAP_URLS_MAX  50000
#define SITEMAP_BYTES_MAX ((size_t)50 << 20)

/* When all pages are planned that a sitemap may list. */
void plan_sitemap(struct site *s);
void plan_opensearch(struct site *s);
void recipe_sitemap(struct digest *d, const struct site *s,
		    const struct page *p);

void sitemap_write(const struct site *s, const struct page *p, struct buf *out);
void robots_write(const struct site *s, struct buf *out);
void opensearch_write(const struct site *s, struct buf *out);

#endif
