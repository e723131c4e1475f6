/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UUID_H
#define BLOGD_UUID_H

#include <stdint.h>

#include "../buf.h"

/* Name-based UUIDs, RFC 4122 section 4.3, version 5 (SHA-1). */
struct uuid {
	uint8_t byte[16];
};

extern const struct uuid uuid_dns, uuid_url; /* RFC 4122 appendix C */

struct uuid uuid_v5(struct uuid space, struct slice name);

#define UUID_TEXT 36
void uuid_format(struct uuid u, char out[UUID_TEXT + 1]);

/* Is this the 36-character form, in either case? */
int uuid_is_text(struct slice text);

/* What the text says; else a UUID made from the text. */
struct uuid uuid_of_site(struct slice text);

/* The id Canopy's feeds give to an article: namespace = UUIDv5(DNS, created as
 * "2016-04-09T18:50:20-00:00"), name = the site's uuid as text. */
struct uuid uuid_of_article(int64_t created, struct slice site_uuid);

#endif
