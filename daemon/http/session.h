/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SESSION_H
#define BLOGD_SESSION_H

#include "h1.h"
#include "h2.h"

/* What is spoken on a connection: one of the two protocols, chosen once. */
struct session {
	int is_h2;
	union {
		struct h1 h1;
		struct h2 h2;
	};
};

void session_begin(struct session *s, int is_h2);
void session_free(struct session *s);

enum http_want session_run(struct session *s, struct http_env *env,
			   const struct http_peer *peer, struct input *in,
			   struct output *out);

/* After WANT_READ: what for? */
enum wait_kind session_waits(const struct session *s, const struct input *in);

/* Is something kept back that the client does not allow us to send? */
int session_blocked(const struct session *s);

/* Has something been answered or sent since the last call of the first? */
int session_progress(struct session *s);
int session_answered(const struct session *s);

/* Of the bytes that the socket has taken since the last call: those that show
 * that the client reads. */
size_t session_taken(struct session *s, size_t sent);

/* What is to be said when a deadline has come, and at another end; in: what has
 * come and was not used. */
void session_timeout(struct session *s, struct http_env *env,
		     const struct http_peer *peer, const struct input *in,
		     struct output *out);
void session_goodbye(struct session *s, struct output *out);

#endif
