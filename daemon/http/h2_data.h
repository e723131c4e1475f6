/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_DATA_H
#define BLOGD_H2_DATA_H

#include "h2_request.h"
#include "h2_stream.h"

/*
 * Bodies of requests: counted, and thrown away as they come.  The request is
 * kept until its body is complete, and then answered.  A stream that has been
 * answered before that stays until the client has ended it.
 */

/* A body follows this request: keeps the stream, or answers at once. */
enum h2_error h2_data_begin(struct h2_turn *t, struct h2_stream *s,
			    const struct h2_request *q);

/* The head of a frame; its payload is skipped by the caller. */
h2_take_fn h2_take_data;
/* The payload of that frame has come whole. */
enum h2_error h2_data_taken(struct h2_turn *t);

/* The client has ended the stream. */
enum h2_error h2_data_end(struct h2_turn *t, struct h2_stream *s);

/* Has the client not ended all streams? */
int h2_data_due(const struct h2 *h);
/* Ends, at last, those it should have ended before now (ms): with 408 where
 * that was waited for. */
void h2_data_expire(struct h2_turn *t, int64_t now);

#endif
