/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PLACES_H
#define BLOGD_PLACES_H

#include "model.h"

/*
 * What a reference may lead to: every file by its path in the repository, every
 * page by its address, and the ids in an article.  The tables are hash tables
 * that nothing is listed from, so that their order shows nowhere.
 */
struct places;

struct place {
	struct slice key;	 /* a path, or an address without its "/" */
	const struct file *file; /* of this path, or NULL */
	const struct page *page; /* of this address, or NULL */
};

/* s->pages must stay as they are while it lives. */
struct places *places_new(const struct site *s);
void places_free(struct places *p);

/* NULL when there is nothing. */
const struct place *places_find(const struct places *p, struct slice key);

/* Is there something with this id in the article's text? */
int places_has_id(struct places *p, const struct article *a, struct slice id);

#endif
