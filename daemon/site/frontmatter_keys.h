/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONTMATTER_KEYS_H
#define BLOGD_FRONTMATTER_KEYS_H

#include "frontmatter.h"

/*
 * What the keys of a header mean, whichever grammar it is in: a reader of a
 * grammar hands each key and value over, a map's keys joined with ".".  Keys
 * that blogd does not know are nobody's business; of one that comes twice the
 * first counts.
 */
#define FM_PATH_MAX 256 /* bytes of a joined key; longer ones are not known */

/* Where something is, from 1; column in characters. */
struct fm_place {
	size_t line, column;
};

struct fm_value {
	enum {
		FM_NONE, /* null, or what was reported already */
		FM_TEXT, /* any scalar, as text */
		FM_LIST	 /* texts, as in items.h */
	} type;
	struct slice text;
	struct fm_place at;
	int repeats; /* of an array of tables: the key may come again */
};

struct fm {
	struct region *region;
	struct frontmatter *f;
	frontmatter_report_fn *report;
	void *ctx;
	int jekyll;
	int quiet;     /* of what is no more than odd nothing is said */
	uint64_t seen; /* bits: entries of the table that came */
};

/* Forgets all that was read. */
void fm_reset(struct fm *fm);
void fm_report(const struct fm *fm, enum severity severity, struct fm_place at,
	       const char *message);
void fm_take(struct fm *fm, struct slice key, struct fm_place at,
	     const struct fm_value *value);
/* The readers.  text is the header without its fences, line the number of its
 * first line.  -1 when the header cannot be read on; what is wrong was
 * reported. */
int fm_yaml(struct fm *fm, struct slice text, size_t line);
void fm_toml(struct fm *fm, struct slice text, size_t line);

#endif
