/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UTF8_H
#define BLOGD_UTF8_H

#include <stddef.h>
#include <stdio.h>

/* Length in bytes (1 to 4) of the well-formed UTF-8 sequence at p, of which
 * `left` bytes may be read; 0 when there is none (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF). */
size_t utf8_char_len(const unsigned char *p, size_t left);

/* The same, but 0 as well for what could steer a terminal: the control
 * characters of ASCII and those from U+0080 to U+009F. */
size_t utf8_printable_len(const unsigned char *p, size_t left);

/* Prints text that may hold anything; each byte of what is not printable as
 * \xNN. */
void utf8_print(FILE *out, const char *text);

/* Is all of it well-formed? */
int utf8_valid(const char *s, size_t len);

#endif
