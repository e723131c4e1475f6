/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_CONTROL_H
#define BLOGD_H2_CONTROL_H

#include "h2_turn.h"

/* Frames that carry no request, and our part of the same. */
h2_take_fn h2_take_settings, h2_take_ping, h2_take_goaway,
    h2_take_window_update, h2_take_rst_stream, h2_take_priority,
    h2_take_priority_update;

/* Our SETTINGS, first of all (RFC 9113 section 3.4). */
void h2_greet(struct h2_turn *t);

/* The two steps of a graceful end (section 6.8): what the client sends before
 * it has heard of the first is still answered, which its answer to a PING
 * shows; then no stream is taken any more. */
void h2_leave(struct h2_turn *t);
void h2_close(struct h2_turn *t);

#endif
