/* SPDX-License-Identifier: ISC */
#include "h2_abuse.h"

#define UNIT	   1024
#define EARNED_MAX (64 * 1024 * 1024)

void
h2_abuse_begin(struct h2_abuse *a, int64_t now)
{
	a->frames = a->resets = (struct h2_bucket){(uint32_t)now, 0};
}

static void
leak(struct h2_bucket *b, uint32_t rate, uint32_t now)
{
	uint64_t n = (uint64_t)(now - b->since) * rate * UNIT / 1000;

	/* Less than a unit must not be lost to who asks often. */
	if (n == 0)
		return;
	b->since = now;
	if (b->level > 0)
		b->level = n < (uint64_t)b->level ? b->level - (int32_t)n : 0;
}

static int
add(struct h2_bucket *b, uint32_t rate, int64_t now)
{
	if (rate > H2_ABUSE_RATE_MAX)
		rate = H2_ABUSE_RATE_MAX;
	leak(b, rate, (uint32_t)now);
	b->level += UNIT;
	return b->level > (int32_t)rate * H2_ABUSE_SECONDS * UNIT;
}

int
h2_abuse_frame(struct h2_abuse *a, uint32_t rate, int64_t now)
{
	return add(&a->frames, rate, now);
}

int
h2_abuse_reset(struct h2_abuse *a, uint32_t rate, int64_t now)
{
	return add(&a->resets, rate, now);
}

void
h2_abuse_earn(struct h2_abuse *a, uint32_t bytes)
{
	if (bytes > EARNED_MAX)
		bytes = EARNED_MAX;
	a->frames.level -= (int32_t)bytes;
	if (a->frames.level < -EARNED_MAX)
		a->frames.level = -EARNED_MAX;
}
