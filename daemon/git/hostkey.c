/* SPDX-License-Identifier: ISC */
#include "hostkey.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#define PREFIX "SHA256:"

void
hostkey_text(const unsigned char sha256[32], char out[HOSTKEY_TEXT])
{
	unsigned char base64[48];

	EVP_EncodeBlock(base64, sha256, 32);
	base64[43] = '\0'; /* the one "=" */
	snprintf(out, HOSTKEY_TEXT, PREFIX "%s", (const char *)base64);
}

/* With or without the padding that some tools print. */
static int
same(const char *pinned, const char *text)
{
	size_t n = strlen(text);

	return strncmp(pinned, text, n) == 0 &&
	       (pinned[n] == '\0' || strcmp(pinned + n, "=") == 0);
}

int
hostkey_check(const char *pinned, const char *host, const char *kind,
	      const unsigned char sha256[32], struct err *err)
{
	char text[HOSTKEY_TEXT];

	hostkey_text(sha256, text);
	if (pinned[0] == '\0')
		return err_set(
		    err,
		    "%s shows the %s host key %s: if that is right, set "
		    "`host-key` to it",
		    host, kind, text);
	if (same(pinned, text))
		return 0;
	return err_set(
	    err,
	    "%s shows the %s host key %s, which is not the `host-key` "
	    "configured (%s): either the server has a new key or somebody is "
	    "in between",
	    host, kind, text, pinned);
}
