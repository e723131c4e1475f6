/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_BEGIN_H
#define BLOGD_AUTHOR_BEGIN_H

#include "../buf.h"
#include "../err.h"

/* What init and new share. */

/* Who writes, by git's configuration for dir, else by the system's; no more
 * than one line. */
void author_begin_who(const char *dir, struct buf *out);

/* "2026-11-29", in UTC: it is never in the future there. */
void author_begin_today(char out[11]);
/* "2026-11-29 08:30:00 +0100", by the author's clock; not in the future either,
 * as articles appear by the minute. */
#define BEGIN_NOW_LEN 25
void author_begin_now(char out[BEGIN_NOW_LEN + 1]);

/* Makes a file below dir, and the directories on its way; one that is there is
 * left as it is, and no link is followed.  -1 with err. */
int author_begin_file(const char *dir, const char *path, struct slice text,
		      struct err *err);

/* Is there anything of this name? */
int author_begin_there(const char *dir, const char *path);

/* A part of an address that says the title: "What's new?" becomes "whats-new".
 */
void author_begin_slug(const char *title, struct buf *out);

#endif
