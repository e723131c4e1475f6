/* SPDX-License-Identifier: ISC */
#include "env.h"

#include <string.h>

void
h2_shared_init(struct h2_shared *s, const struct serve_settings *set)
{
	hpack_scratch_init(&s->scratch, set->max_header_bytes);
	s->block = (struct buf){NULL, 0, 0};
	memset(&s->memo, 0, sizeof(s->memo));
}

void
h2_shared_free(struct h2_shared *s)
{
	hpack_scratch_free(&s->scratch);
	buf_free(&s->block);
	hpack_memo_free(&s->memo);
}

struct site_view
http_env_view(const struct http_env *env, int plain)
{
	return (struct site_view){env->snapshot, env->settings, env->names,
				  plain};
}

/* One look at the clock for each second in the Date field. */
const char *
http_env_date(struct http_env *env)
{
	time_t now = time(NULL);

	if (now != env->date_time) {
		env->date_time = now;
		http_date(now, env->date);
	}
	return env->date;
}
