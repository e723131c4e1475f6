/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_FIXTURE_H
#define BLOGD_IMAGE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../image/fault.h"

/* Faults, caught in memory. */
struct caught {
	struct faults faults;
	char *text;
	size_t len;
};

static inline void
caught_begin(struct caught *c)
{
	memset(c, 0, sizeof(*c));
	c->faults.out = open_memstream(&c->text, &c->len);
	assert_non_null(c->faults.out);
}

static inline void
caught_end(struct caught *c)
{
	fclose(c->faults.out);
	free(c->text);
}

/* There are n, and the text is among them. */
static inline void
caught_are(struct caught *c, unsigned n, const char *text)
{
	fflush(c->faults.out);
	if (c->faults.n != n || strstr(c->text, text) == NULL)
		fail_msg("%u faults, \"%s\" expected: %s", c->faults.n, text,
			 c->text);
}

#endif
