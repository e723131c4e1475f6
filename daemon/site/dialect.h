/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DIALECT_H
#define BLOGD_DIALECT_H

#include "model.h"

/*
 * What the path of a file says about it.  A repository that was made for
 * Jekyll, Hugo or Zola, which its settings at the top tell, holds much that is
 * theirs alone, and has some of its files at other addresses.
 */

/* Once the files' paths are known. */
void dialect_find(struct site *s);

enum file_kind dialect_kind(const struct site *s, struct slice path);
/* One of the files that any repository has at its top for those who work on it,
 * a README or a licence: no article unless it has a header. */
int dialect_is_for_people(struct slice path);
/* Its path within the site, below content/ or not. */
struct slice dialect_place(const struct site *s, struct slice path);

/* The name of "YYYY-MM-DD-name". */
int dated_name(struct slice base, int64_t *date, struct slice *name);
/* YYYY-MM-DD-name.md, as Jekyll's posts are called. */
int jekyll_name(struct slice path, int64_t *date, struct slice *name);
/* "my-first-post" as "My First Post". */
struct slice jekyll_title(struct region *r, struct slice name);
/* "blog/_posts/2020-01-02-name.md" as "/blog/2020/01/02/name"; empty: it is no
 * such file. */
struct slice jekyll_address(struct region *r, struct slice path);
/* Further addresses that Jekyll may have given to it. */
struct slice jekyll_old_addresses(struct region *r, struct slice address,
				  struct slice categories);

#endif
