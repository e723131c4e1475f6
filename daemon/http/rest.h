/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_REST_H
#define BLOGD_REST_H

#include "../snapshot/snapshot.h"
#include "response.h"

/*
 * What is left to be sent of a response's body when the output is full or the
 * peer gives no more room.  It owns all it needs: a reference to the snapshot,
 * and a copy of the texts that were made for this response.
 */
struct rest {
	struct slice now; /* the next bytes; empty: nothing is left */
	struct rest_more *more;
	struct snapshot *held;
};

/* Keeps the body of p without its first `done` bytes; s is what p was made
 * from (NULL allowed when nothing of it is the snapshot's). */
void rest_keep(struct rest *r, const struct plan *p, uint64_t done,
	       struct snapshot *s);

/* The first n bytes of now have been sent. */
void rest_skip(struct rest *r, size_t n);

/* All bytes that are left. */
uint64_t rest_length(const struct rest *r);

/* Lets go of what it owns; harmless on an empty one. */
void rest_free(struct rest *r);

#endif
