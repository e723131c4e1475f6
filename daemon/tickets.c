/* SPDX-License-Identifier: ISC */
#include "tickets.h"

#include <string.h>
#include <unistd.h>

#include "log.h"

static int64_t
lifetime_ms(uint32_t lifetime_s)
{
	return (int64_t)lifetime_s * 1000;
}

/* The newest makes tickets until the next is made. */
static int64_t
next_made(const struct tickets *t, uint32_t lifetime_s)
{
	return t->made_ms[0] + lifetime_ms(lifetime_s) / 2;
}

/* Until when a key opens them: for a lifetime after the last it made. */
static int64_t
ends(const struct tickets *t, uint32_t i, uint32_t lifetime_s)
{
	int64_t last = i == 0 ? next_made(t, lifetime_s) : t->made_ms[i - 1];

	return last + lifetime_ms(lifetime_s);
}

static int
forget(struct tickets *t, uint32_t lifetime_s, int64_t now_ms)
{
	struct msg_tickets *m = &t->keys;
	uint32_t before = m->n;

	while (m->n > 0 && ends(t, m->n - 1, lifetime_s) <= now_ms) {
		m->n--;
		explicit_bzero(&m->key[m->n], sizeof(m->key[m->n]));
	}
	return m->n < before;
}

static void
make(struct tickets *t, int64_t now_ms)
{
	struct msg_tickets *m = &t->keys;
	uint32_t kept = m->n < TICKET_KEYS_MAX ? m->n : TICKET_KEYS_MAX - 1;

	memmove(&m->key[1], &m->key[0], kept * sizeof(m->key[0]));
	memmove(&t->made_ms[1], &t->made_ms[0], kept * sizeof(t->made_ms[0]));
	if (getentropy(&m->key[0], sizeof(m->key[0])) == -1)
		fatal("getentropy");
	t->made_ms[0] = now_ms;
	m->n = kept + 1;
}

int
tickets_rotate(struct tickets *t, uint32_t lifetime_s, int64_t now_ms)
{
	int changed = forget(t, lifetime_s, now_ms);

	if (t->keys.n > 0 && now_ms < next_made(t, lifetime_s))
		return changed;
	make(t, now_ms);
	return 1;
}

int64_t
tickets_due(const struct tickets *t, uint32_t lifetime_s, int64_t now_ms)
{
	int64_t due = next_made(t, lifetime_s);

	for (uint32_t i = 0; i < t->keys.n; i++)
		if (ends(t, i, lifetime_s) < due)
			due = ends(t, i, lifetime_s);
	return due > now_ms ? due - now_ms : 1;
}
