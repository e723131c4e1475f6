/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_TURN_H
#define BLOGD_H2_TURN_H

#include "h2.h"

/* One call of the engine: the connection, and what it works with. */
struct h2_turn {
	struct h2 *h;
	struct http_env *env;
	const struct http_peer *peer;
	struct output *out;
};

/* Takes a frame whose payload is there (of DATA: its first byte, if padded).
 * What it returns other than H2_NO_ERROR is an error of the connection. */
typedef enum h2_error h2_take_fn(struct h2_turn *t, const struct h2_frame *f);

#endif
