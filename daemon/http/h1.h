/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H1_H
#define BLOGD_H1_H

#include "body.h"
#include "env.h"
#include "h1_request.h"
#include "output.h"
#include "protocol.h"
#include "rest.h"

/*
 * HTTP/1.1 on one connection, without its socket: takes bytes, answers in
 * order, and says what it needs next.
 */
struct h1 {
	struct h1_scan scan;
	int in_body;
	int answered;	  /* set with each answer, cleared by who cares */
	int ending;	  /* enum http_want, once no request follows */
	size_t head_len;  /* in_body: the head stays until it is answered */
	struct body body; /* of the request */
	struct rest rest; /* of a response */
};

enum http_want h1_run(struct h1 *h, struct http_env *env,
		      const struct http_peer *peer, struct input *in,
		      struct output *out);

/* 408 for a request that has begun and does not come to its end; in: what the
 * last call of h1_run left there. */
void h1_timeout(struct h1 *h, struct http_env *env,
		const struct http_peer *peer, const struct input *in,
		struct output *out);

void h1_free(struct h1 *h);

#endif
