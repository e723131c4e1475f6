/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_WORKERS_H
#define BLOGD_WORKERS_H

#include "pool.h"
#include "settings.h"

/*
 * What render's workers do.  Two pools, not one: a worker that has parsed
 * Markdown may have been taken over, and must not compress other posts' pages
 * afterwards.
 */

/* Markdown to HTML within the settings' budget: result is an enum
 * markdown_result, the outputs are HTML, notes and the words of the HTML
 * (site/searchtokens.h).  The settings must outlive the work. */
struct pool_work workers_markdown(const struct render_settings *set);

/* Which encodings are made. */
enum compress_what {
	COMPRESS_ALL,
	COMPRESS_FIRST, /* gzip alone, for what shall be shown soon */
	COMPRESS_REST	/* what COMPRESS_FIRST left out */
};

/* A body to gzip (output 0), brotli (1) and zstd (2), empty where that is not
 * worth it or not asked for. */
struct pool_work workers_compress(enum compress_what what);

#endif
