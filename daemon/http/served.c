/* SPDX-License-Identifier: ISC */
#include "served.h"

void
served(struct http_env *env, const struct http_peer *peer,
       enum counted_protocol protocol, const struct request *r,
       const struct plan *p)
{
	struct serve_counters *c = env->counters;

	(void)r;
	if (peer->metrics) /* no reader */
		return;
	if (p->status >= STATUS_MIN && p->status <= STATUS_MAX)
		count_add(&c->requests[protocol][p->status - STATUS_MIN], 1);
	count_add(&c->body_bytes, plan_length(p));
}
