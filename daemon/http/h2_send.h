/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_SEND_H
#define BLOGD_H2_SEND_H

#include "h2_stream.h"

/* Each of these answers, and sends of the body what is possible now; the rest
 * stays in s->rest. */
void h2_answer(struct h2_turn *t, struct h2_stream *s, const struct request *r);
/* r is the request as far as it is known. */
void h2_refuse(struct h2_turn *t, struct h2_stream *s, const struct request *r,
	       unsigned status);
/* Says to go on with the request's body, or refuses it (RFC 9110 section
 * 10.1.1).  1 when it has answered. */
int h2_answer_expectation(struct h2_turn *t, struct h2_stream *s,
			  const struct request *r);

/* Sends what waits, the most urgent first (RFC 9218 section 10). */
void h2_send_waiting(struct h2_turn *t);

#endif
