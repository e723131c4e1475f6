/* SPDX-License-Identifier: ISC */
#include "served.h"

void
served(struct http_env *env, const struct http_peer *peer,
       enum counted_protocol protocol, const struct request *r,
       const struct plan *p)
{
	struct serve_counters *c = env->counters;
	struct access a = {env->date, peer,	 protocol,
			   r,	      p->status, plan_length(p)};

	if (peer->metrics) /* no reader */
		return;
	if (p->status >= STATUS_MIN && p->status <= STATUS_MAX)
		count_add(&c->requests[protocol][p->status - STATUS_MIN], 1);
	count_add(&c->body_bytes, a.bytes);
	if (env->access != NULL)
		access_log_add(env->access, &a);
}
