/* SPDX-License-Identifier: ISC */
#include "session.h"

#include <string.h>

#include "../clock.h"

void
session_begin(struct session *s, int is_h2)
{
	s->is_h2 = is_h2;
	if (is_h2)
		h2_begin(&s->h2, clock_ms());
	else
		memset(&s->h1, 0, sizeof(s->h1));
}

void
session_free(struct session *s)
{
	if (s->is_h2)
		h2_free(&s->h2);
	else
		h1_free(&s->h1);
}

enum http_want
session_run(struct session *s, struct http_env *env,
	    const struct http_peer *peer, struct input *in, struct output *out)
{
	return s->is_h2 ? h2_run(&s->h2, env, peer, in, out)
			: h1_run(&s->h1, env, peer, in, out);
}

enum wait_kind
session_waits(const struct session *s, const struct input *in)
{
	if (s->is_h2)
		return h2_waits(&s->h2, in);
	return s->h1.in_body ? WAIT_BODY
	       : in->len > 0 ? WAIT_HEADER
			     : WAIT_IDLE;
}

int
session_blocked(const struct session *s)
{
	return s->is_h2 && h2_blocked(&s->h2);
}

int
session_answered(const struct session *s)
{
	return s->is_h2 ? s->h2.progress : s->h1.answered;
}

int
session_progress(struct session *s)
{
	int progress = session_answered(s);

	if (s->is_h2)
		s->h2.progress = 0;
	else
		s->h1.answered = 0;
	return progress;
}

size_t
session_taken(struct session *s, size_t sent)
{
	/* Who is answered PING after PING need not read anything else. */
	return s->is_h2 ? h2_taken(&s->h2, sent) : sent;
}

void
session_timeout(struct session *s, struct http_env *env,
		const struct http_peer *peer, const struct input *in,
		struct output *out)
{
	if (s->is_h2)
		h2_timeout(&s->h2, env, peer, out);
	else
		h1_timeout(&s->h1, env, peer, in, out);
}

void
session_goodbye(struct session *s, struct output *out)
{
	if (s->is_h2)
		h2_goodbye(&s->h2, out);
}
