/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TOML_H
#define BLOGD_TOML_H

#include "frontmatter_keys.h"

/* The words of TOML 1.0 under a cursor.  What returns an int returns 0 with
 * problem when there is a fault. */
struct toml {
	struct fm *fm;
	const char *at, *end;
	const char *line_start;
	size_t line;
	struct buf table;	/* path of the table that lines belong to */
	int repeats;		/* it is one of an array of tables */
	struct fm_place key_at; /* of the line's key */
	unsigned depth;		/* of the value */
	const char *problem;	/* the first one of the line */
	struct fm_place problem_at;
};

struct fm_place toml_place(const struct toml *t);
int toml_fail(struct toml *t, const char *problem); /* always 0 */
int toml_peek(const struct toml *t);		    /* '\0' at the end */
void toml_newline(struct toml *t);		    /* behind a line feed */

void toml_blanks(struct toml *t);  /* spaces and tabs */
void toml_comment(struct toml *t); /* up to the end of the line */
void toml_lines(struct toml *t);   /* blanks, comments and line ends */

/* A string in any of the four kinds of quotes; its content is appended. */
int toml_string(struct toml *t, struct buf *out);
/* A number, a date or a boolean, as it is written but for "_". */
int toml_word(struct toml *t, struct buf *out);

#endif
