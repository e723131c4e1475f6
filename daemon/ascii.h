/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ASCII_H
#define BLOGD_ASCII_H

/* Characters of ASCII, whatever the locale says. */

static inline int
ascii_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline int
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline int
ascii_is_alnum(char c)
{
	return ascii_is_letter(c) || ascii_is_digit(c);
}

/* "ASCII whitespace" of the WHATWG Infra standard, section 4.6: what separates
 * in HTML. */
static inline int
ascii_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

#endif
