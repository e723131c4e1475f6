/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEARCHTERMS_H
#define BLOGD_SEARCHTERMS_H

#include "region.h"
#include "searchbuild.h"

/* What searchbuild.c, which gathers terms, and searchwrite.c, which writes
 * them, share and nobody else sees. */

/* Different words of a site: far beyond that of any people's tongue, so that
 * the offsets of the format are enough. */
#define SEARCH_TERMS_MAX (1U << 24)

struct build_term {
	const char *text; /* in the region */
	uint32_t hash;
	uint32_t doc;  /* at work, when weight is not 0 */
	uint32_t next; /* behind the last one written */
	uint32_t len, cap;
	uint16_t weight;
	uint8_t text_len;
	union {
		unsigned char few[8]; /* most terms have one or two */
		unsigned char *many;  /* in the region */
	} bytes;		      /* postings: many when cap says so */
};

struct build_slot {
	uint32_t hash;
	uint32_t term; /* its number + 1; 0: free */
};

struct search_build {
	struct region region;
	struct build_term *terms;
	uint32_t nterms, cap;
	struct build_slot *slots;
	uint32_t mask;
};

/* All postings of a term. */
struct slice search_build_postings(struct search_build *b,
				   struct build_term *t);

#endif
