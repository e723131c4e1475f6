/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FRONTMATTER_VALUES_H
#define BLOGD_FRONTMATTER_VALUES_H

#include "frontmatter_keys.h"

/* What the values of keys may be.  Each takes one value into the member of
 * struct frontmatter that it is for; what is wrong is returned as a message,
 * NULL: nothing. */
typedef const char *take_fn(struct fm *fm, void *member,
			    const struct fm_value *value);

take_fn take_text;
take_fn take_markdown;
take_fn take_list;
take_fn take_tags;
take_fn take_items;
take_fn take_date;
take_fn take_bool;
take_fn take_draft;
take_fn take_published;
take_fn take_publish;
take_fn take_number;
take_fn take_lang;
take_fn take_permalink;
take_fn take_aliases;
take_fn take_slug;
take_fn take_image;
take_fn take_author_url;

#endif
