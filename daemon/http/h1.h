/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H1_H
#define BLOGD_H1_H

#include "body.h"
#include "env.h"
#include "output.h"

/*
 * HTTP/1.1 on one connection, without its socket: takes bytes, answers in
 * order, and says what it needs next.
 */
struct h1 {
	struct request_scan scan;
	int in_body;
	int answered;	   /* set with each answer, cleared by who cares */
	int ending;	   /* enum h1_want, once no request follows */
	size_t head_len;   /* in_body: the head stays until it is answered */
	struct body body;  /* of the request */
	struct slice rest; /* of a response */
	struct snapshot *held; /* what rest points into */
};

/* Bytes that have come and were not used; h1_run moves data forward. */
struct input {
	char *data;
	size_t len;
};

enum h1_want {
	H1_READ = 1, /* more input */
	H1_WRITE,    /* the output must go first */
	H1_CLOSE,    /* all is said */
	H1_LINGER    /* the same, but the client may still be sending */
};

/* plain: the connection has no TLS. */
enum h1_want h1_run(struct h1 *h, struct http_env *env, int plain,
		    struct input *in, struct output *out);

/* 408 for a request that has begun and does not come to its end. */
void h1_timeout(struct h1 *h, struct http_env *env, struct output *out);

void h1_free(struct h1 *h);

#endif
