/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "../log.h"
#include "daemon/site/theme/style.h"
#include "model.h"

const char *
style_sheet(enum style_sheet which)
{
	static const char *const sheets[STYLE__MAX] = {
	    [STYLE_BASE] = style_css,  [STYLE_LIST] = list_css,
	    [STYLE_TEXT] = text_css,   [STYLE_FIGURE] = figure_css,
	    [STYLE_ASIDE] = aside_css, [STYLE_CODE] = highlight_css,
	    [STYLE_MATH] = math_css};

	return sheets[which];
}

void
style_write(struct buf *out)
{
	for (int i = 0; i < STYLE__MAX; i++)
		buf_str(out, style_sheet((enum style_sheet)i));
}

static void
hash_of(struct slice style, uint8_t hash[DIGEST_LEN])
{
	if (EVP_Digest(style.data, style.len, hash, NULL, EVP_sha256(), NULL) !=
	    1)
		fatalx("cannot compute SHA-256");
}

/* Below a name that begins with a dot, where no repository file can be. */
struct slice
style_address(struct region *r)
{
	uint8_t hash[DIGEST_LEN];
	struct buf all = {0};
	char text[64];

	style_write(&all);
	hash_of((struct slice){all.data, all.len}, hash);
	buf_free(&all);
	snprintf(text, sizeof(text), "/.blogd/%02x%02x%02x%02x%02x%02x.css",
		 hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]);
	return region_copy(r, slice_of(text));
}

static void
add_source(struct buf *out, enum style_sheet which)
{
	uint8_t hash[DIGEST_LEN];
	unsigned char text[48];

	hash_of(slice_of(style_sheet(which)), hash);
	EVP_EncodeBlock(text, hash, DIGEST_LEN);
	buf_printf(out, " 'sha256-%s'", (const char *)text);
}

/* The source list of styles gets the hashes of ours (CSP 3, section 2.3.1):
 * pages may hold them, and no other style. */
struct slice
style_policy(struct region *r, const char *policy)
{
	static const char before[] = "style-src 'self'";
	const char *at = strstr(policy, before);
	struct slice result;
	struct buf b = {0};

	if (at == NULL)
		return slice_of("");
	at += sizeof(before) - 1;
	buf_add(&b, policy, (size_t)(at - policy));
	for (int i = 0; i < STYLE__MAX; i++)
		add_source(&b, (enum style_sheet)i);
	buf_str(&b, at);
	result = region_take(r, &b);
	buf_free(&b);
	return result;
}
