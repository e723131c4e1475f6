/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CATALOGUE_H
#define BLOGD_CATALOGUE_H

#include "model.h"

/*
 * What one run leaves for the next: of every file whose bytes decide about it,
 * what it turned out to be.  A file of the same path and blob needs no bytes
 * again: its record, and the page it has in the previous snapshot, are enough.
 * It comes back through the parent and is checked like anything else.
 *
 *	magic, key (site->key), commit, number of records
 *	records, by path
 */
#define CATALOGUE_MAGIC "blogdca5"

struct catalogue {
	struct slice rest;
	uint64_t left; /* records */
};

struct record {
	struct slice path;
	struct slice blob;
	enum file_kind kind;
	struct slice problems, value, address;
	uint64_t width, height; /* see struct file */
	/* FILE_ARTICLE: what it is made of, but file, source and digest.  When
	 * its page does not hold the body (body_off 0), html[TEXT_BODY] is
	 * here; else only its length is known. */
	struct article article;
	uint64_t body_len;
};

/* An empty one when the bytes are not a catalogue made with the same key for
 * the commit of the previous snapshot. */
void catalogue_open(struct catalogue *c, const struct site *s,
		    struct slice bytes);

/* The record of path, when it has this blob.  Must be asked in path order. */
int catalogue_find(struct catalogue *c, const struct file *f, struct record *r);

#endif
