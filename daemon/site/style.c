/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "../log.h"
#include "daemon/site/theme/style.h"
#include "model.h"

static void
hash_of_style(uint8_t hash[DIGEST_LEN])
{
	if (EVP_Digest(style_css, strlen(style_css), hash, NULL, EVP_sha256(),
		       NULL) != 1)
		fatalx("cannot compute SHA-256");
}

/* Below a name that begins with a dot, where no repository file can be. */
struct slice
style_address(struct region *r)
{
	uint8_t hash[DIGEST_LEN];
	char text[64];

	hash_of_style(hash);
	snprintf(text, sizeof(text), "/.blogd/%02x%02x%02x%02x%02x%02x.css",
		 hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]);
	return region_copy(r, slice_of(text));
}

/* The source list of styles gets the hash of ours (CSP 3, section 2.3.1): pages
 * may hold it, and no other style. */
struct slice
style_policy(struct region *r, const char *policy)
{
	static const char before[] = "style-src 'self'";
	uint8_t hash[DIGEST_LEN];
	unsigned char text[48];
	const char *at = strstr(policy, before);
	struct slice result;
	struct buf b = {0};

	if (at == NULL)
		return slice_of("");
	at += sizeof(before) - 1;
	hash_of_style(hash);
	EVP_EncodeBlock(text, hash, DIGEST_LEN);
	buf_add(&b, policy, (size_t)(at - policy));
	buf_printf(&b, " 'sha256-%s'%s", (const char *)text, at);
	result = region_take(r, &b);
	buf_free(&b);
	return result;
}
