/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_H
#define BLOGD_H2_H

#include "env.h"
#include "h2_abuse.h"
#include "h2_frame.h"
#include "hpack_common.h"
#include "output.h"
#include "protocol.h"

/*
 * HTTP/2 on one connection (RFC 9113), without its socket: takes bytes, answers
 * streams, and says what it needs next.
 *
 *	h2.c		the connection: its beginning and end, and the table of
 *			who takes which frame
 *	h2_control.c	frames that carry no request: SETTINGS, PING, ...
 *	h2_headers.c	HEADERS and CONTINUATION: requests
 *	h2_data.c	DATA: bodies of requests, which are thrown away
 *	h2_send.c	answers: what is sent, and which first
 *	h2_stream.c	the streams that must wait for something
 *
 * An idle connection owns nothing but this struct and what the client has put
 * into the HPACK table.  Most requests are answered as they are read and never
 * get a struct h2_stream.
 */
#define H2_RESET_KEPT 4

enum h2_phase { H2_NEW, H2_GREETED, H2_PREFACED, H2_READY };

/* Of our GOAWAY (RFC 9113 section 6.8). */
enum h2_leaving {
	H2_STAYS,
	H2_LEAVING, /* told, but what the client had sent then is answered */
	H2_LEFT	    /* no stream is taken any more */
};

struct h2 {
	struct hpack hpack;
	struct h2_abuse abuse;
	struct h2_stream *streams; /* those who wait, next to be served first */
	struct h2_block *block;	   /* a field block that has not come whole */
	uint32_t nstreams;
	uint32_t last_id; /* the highest that the client has used */
	/* The last streams that we reset while the client was still sending:
	 * what was under way is not an error. */
	uint32_t reset[H2_RESET_KEPT];
	uint32_t kept;		/* bytes of requests whose bodies are due */
	int32_t window;		/* of the connection: what we may send */
	int32_t initial_window; /* of each stream */
	uint32_t unacked;	/* received, and not given back yet */
	uint32_t skip;		/* bytes to come of a payload nobody wants */
	uint32_t data_id; /* their stream when they are DATA of a request */
	uint32_t sent;	  /* bytes of DATA since h2_taken */
	uint8_t data_ends;
	uint8_t reset_at;
	uint8_t phase;	  /* enum h2_phase */
	uint8_t leaving;  /* enum h2_leaving */
	uint8_t ending;	  /* enum http_want, once nothing follows */
	uint8_t progress; /* something was answered or sent */
	/* The client has lowered the size of its table below what we use: to be
	 * told that it stays empty (RFC 7541 section 4.2), once. */
	uint8_t table_lowered, table_emptied;
	struct hpack_told told;
};

void h2_begin(struct h2 *h, int64_t now);
void h2_free(struct h2 *h);

enum http_want h2_run(struct h2 *h, struct http_env *env,
		      const struct http_peer *peer, struct input *in,
		      struct output *out);

/* What a connection waits for that h2_run left with WANT_READ. */
enum wait_kind h2_waits(const struct h2 *h, const struct input *in);

/* Answers are kept back because the client gives no room for them. */
int h2_blocked(const struct h2 *h);

/* The socket has taken so many bytes since the last call: how many are DATA,
 * which nothing but the client's reading allows? */
size_t h2_taken(struct h2 *h, size_t sent);

/* The deadline has come: 408 for requests that are not whole, and the end. */
void h2_timeout(struct h2 *h, struct http_env *env,
		const struct http_peer *peer, struct output *out);

/* Says that the connection ends, h2_run having left nothing to do. */
void h2_goodbye(struct h2 *h, struct output *out);

#endif
