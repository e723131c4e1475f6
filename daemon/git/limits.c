/* SPDX-License-Identifier: ISC */
#include "limits.h"

#include <inttypes.h>

/* Room for pkt-lines, HTTP chunks, TLS records and progress texts around the
 * pack: one part in this many of it, which is several times what they take. */
#define FRAMING_SHARE 16
#define FRAMING_LEAST (1U << 20)

void
limits_start(struct limits *l, const struct git_settings *s, int64_t now_ms)
{
	*l = (struct limits){.deadline_s = s->deadline_s,
			     .silence_s = s->silence_s,
			     .max_bytes = s->max_bytes,
			     .end_ms = now_ms + (int64_t)s->deadline_s * 1000,
			     .budget = LIMITS_REFS,
			     .listing = 1};
}

static uint64_t
add_capped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void
limits_pack(struct limits *l)
{
	uint64_t framing = l->max_bytes / FRAMING_SHARE + FRAMING_LEAST;

	l->listing = 0;
	l->budget = add_capped(add_capped(l->received, l->max_bytes), framing);
}

int
limits_wait_ms(const struct limits *l, int64_t now_ms)
{
	int64_t wait = l->end_ms - now_ms;
	int64_t silence = (int64_t)l->silence_s * 1000;

	if (wait <= 0)
		return 0;
	if (wait > silence)
		wait = silence;
	return wait < INT32_MAX ? (int)wait : INT32_MAX;
}

int
limits_deadline(const struct limits *l, int64_t now_ms, struct err *err)
{
	if (now_ms < l->end_ms)
		return 0;
	return err_set(err,
		       "not done within %" PRIu32 " seconds (`fetch.deadline`)",
		       l->deadline_s);
}

static int
too_many_bytes(const struct limits *l, struct err *err)
{
	return err_set(err,
		       "the remote sends more than %" PRIu64
		       " bytes in one fetch (`fetch.max-bytes`)",
		       l->max_bytes);
}

int
limits_count(struct limits *l, size_t n, struct err *err)
{
	l->received = add_capped(l->received, n);
	if (l->received <= l->budget)
		return 0;
	if (l->listing)
		return err_set(
		    err,
		    "the remote's list of branches and tags does not end "
		    "within %u bytes",
		    LIMITS_REFS);
	return too_many_bytes(l, err);
}

int
limits_pack_size(const struct limits *l, uint64_t bytes, struct err *err)
{
	return bytes <= l->max_bytes ? 0 : too_many_bytes(l, err);
}

int
limits_timed_out(const struct limits *l, int64_t now_ms, struct err *err)
{
	if (limits_deadline(l, now_ms, err) == -1)
		return -1;
	return err_set(err,
		       "the remote was silent for %" PRIu32
		       " seconds (`fetch.silence`)",
		       l->silence_s);
}
