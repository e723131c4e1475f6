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

/* Of the size of a line of the processor's cache. */
struct build_term {
	uint32_t hash;
	uint32_t doc;  /* at work, when weight is not 0 */
	uint32_t next; /* behind the last one written */
	uint32_t len, cap;
	uint8_t weight, text_len;
	union {
		char few[18];
		const char *many; /* in the region */
	} text;			  /* many when text_len says so */
	union {
		unsigned char few[16]; /* most terms have one or two */
		unsigned char *many;   /* in the region */
	} bytes;		       /* postings: many when cap says so */
};
_Static_assert(sizeof(struct build_term) <= 64, "more than a line");

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

static inline struct slice
build_text(const struct build_term *t)
{
	return (struct slice){t->text_len > sizeof(t->text.few) ? t->text.many
								: t->text.few,
			      t->text_len};
}

/* All postings of a term. */
struct slice search_build_postings(struct search_build *b,
				   struct build_term *t);

#endif
