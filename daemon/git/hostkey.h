/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_HOSTKEY_H
#define BLOGD_GIT_HOSTKEY_H

#include "../err.h"

/* "SHA256:" and 43 characters of base64 without padding, as ssh-keygen -l
 * prints it, and a NUL. */
#define HOSTKEY_TEXT 64
void hostkey_text(const unsigned char sha256[32], char out[HOSTKEY_TEXT]);

/* Is this the key that the configuration pins?  kind is its type, for the
 * message.  0, or -1 with err: nothing is pinned (the message shows what to
 * pin), or it is another key. */
int hostkey_check(const char *pinned, const char *host, const char *kind,
		  const unsigned char sha256[32], struct err *err);

#endif
