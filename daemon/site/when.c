/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "model.h"
#include "preview.h"

/*
 * When an article is there to be read: from its date and its publishing time,
 * whichever is later, until it expires.  The dates that git knows hide nothing.
 */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b; /* DATE_NONE is the earliest of all */
}

/* The next moment at which the article changes between hidden and shown. */
static int64_t
change_of(const struct article *a, int64_t now)
{
	int64_t appears = later(a->said_created, a->publish);

	if (a->draft || (a->expires != DATE_NONE && appears >= a->expires))
		return DATE_NONE;
	if (appears > now)
		return appears;
	return a->expires > now ? a->expires : DATE_NONE;
}

static int
is_hidden(const struct article *a, int64_t now)
{
	return a->draft || later(a->said_created, a->publish) > now ||
	       (a->expires != DATE_NONE && a->expires <= now);
}

static enum preview_mark
mark_of(const struct article *a, int64_t now)
{
	if (!is_hidden(a, now))
		return MARK_NONE;
	if (a->draft)
		return MARK_DRAFT;
	return a->expires != DATE_NONE && a->expires <= now ? MARK_EXPIRED
							    : MARK_NOT_YET;
}

void
when_hide(struct site *s)
{
	size_t i;

	s->next_change = DATE_NONE;
	for (i = 0; i < s->narticles; i++) {
		struct article *a = s->articles[i];
		int64_t change = change_of(a, s->set.now);

		if (s->set.preview)
			preview_mark(s, a, mark_of(a, s->set.now));
		else
			a->hidden = is_hidden(a, s->set.now);
		s->nhidden += a->hidden != 0;
		if (change != DATE_NONE &&
		    (s->next_change == DATE_NONE || change < s->next_change))
			s->next_change = change;
	}
}

int64_t
site_next_change(const struct site *s)
{
	return s->next_change;
}
