/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_STREAM_H
#define BLOGD_H2_STREAM_H

#include "h2_priority.h"
#include "h2_turn.h"
#include "rest.h"

/*
 * A stream between HEADERS and the end of its answer (RFC 9113 section 5.1).
 * It lives on the stack until it must wait: for the rest of its request, or for
 * room to send the rest of its answer.
 */
struct h2_stream {
	struct h2_stream *next;
	struct request *request; /* its body is due; NULL: answered */
	uint32_t request_len;	 /* bytes that request takes */
	uint32_t id;
	int32_t window;	  /* what we may send; below 0 after SETTINGS */
	uint32_t unacked; /* received, and not given back yet */
	uint64_t left;	  /* DATA still to come by content-length */
	uint64_t room;	  /* DATA until it is too much */
	struct rest rest; /* of the answer */
	int64_t due;	  /* ms: when the client must have ended it */
	struct h2_priority priority;
	uint8_t has_length; /* left is known */
	uint8_t ended;	    /* by the client: half-closed (remote) */
};

/* Is there anything left to do? */
int h2_stream_waits(const struct h2_stream *s);

/* Copies one that must wait to memory of its own, behind the others. */
struct h2_stream *h2_stream_keep(struct h2 *h, const struct h2_stream *s);
struct h2_stream *h2_stream_find(const struct h2 *h, uint32_t id);
/* Behind all others. */
void h2_stream_yield(struct h2 *h, struct h2_stream *s);
void h2_stream_free(struct h2 *h, struct h2_stream *s);
void h2_streams_free(struct h2 *h);

void h2_request_drop(struct h2 *h, struct h2_stream *s);

/* Notes that we have reset it; have we, lately? */
void h2_note_reset(struct h2 *h, uint32_t id);
int h2_was_reset(const struct h2 *h, uint32_t id);

/* One more stream was reset, by the client or because of it. */
enum h2_error h2_count_reset(struct h2_turn *t);

/* A stream error (RFC 9113 section 5.4.2): resets and frees the stream, which
 * may be NULL.  Too many of them end the connection. */
enum h2_error h2_stream_error(struct h2_turn *t, uint32_t id,
			      struct h2_stream *s, enum h2_error error);

#endif
