/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UTF8_H
#define BLOGD_UTF8_H

#include <stddef.h>

/* Length in bytes (1 to 4) of the well-formed UTF-8 sequence at p, of which
 * `left` bytes may be read; 0 when there is none (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF). */
size_t utf8_char_len(const unsigned char *p, size_t left);

/* Is all of it well-formed? */
int utf8_valid(const char *s, size_t len);

#endif
