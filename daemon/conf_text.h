/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_TEXT_H
#define BLOGD_CONF_TEXT_H

#include <stddef.h>

/*
 * The text of a configuration file, before libconfuse sees it.  libconfuse
 * stops at its first error, keeps the state of its scanner after an open
 * string, counts lines wrongly after a comment, drops bytes it does not know,
 * and puts environment variables into strings.  So the words are checked here,
 * comments become spaces, and settings it refuses can be taken out for the next
 * try.
 */

/* Called for each fault; message is a full sentence without the place. */
typedef void conf_text_report_fn(void *ctx, int line, const char *message);

/* Checks characters, strings and braces of the NUL-terminated text, and
 * overwrites comments with spaces.  Returns the number of faults reported. */
int conf_text_clean(char *text, conf_text_report_fn *report, void *ctx);

/* For cleaned text: the line of the nth (from 0) outermost section of that
 * name, or 0. */
int conf_text_section(const char *text, const char *name, unsigned nth);

/* For cleaned text: overwrites the setting or section called name, with its
 * value or braces, that starts on the line.  1, or 0 when there is none. */
int conf_text_remove(char *text, int line, const char *name);

/* For cleaned text: does a brace follow the name on that line? */
int conf_text_is_section(const char *text, int line, const char *name);

#endif
