/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DIGEST_H
#define BLOGD_DIGEST_H

#include <stdint.h>

#include "../buf.h"

/* SHA-256 over fields.  Each goes in with its length, so that no two lists of
 * fields feed the same bytes.  Initialise to zero; digest_end resets it. */
#define DIGEST_LEN 32

struct digest {
	struct buf in;
};

void digest_add(struct digest *d, struct slice field);
void digest_bytes(struct digest *d, const void *data, size_t len);
void digest_number(struct digest *d, uint64_t n);
void digest_end(struct digest *d, uint8_t out[DIGEST_LEN]);
void digest_free(struct digest *d);

#endif
