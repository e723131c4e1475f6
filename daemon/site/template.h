/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEMPLATE_H
#define BLOGD_TEMPLATE_H

#include "model.h"
#include "template_names.h"

/*
 * The templates of a site: those compiled in (theme/NAME.mustache), each of
 * which the repository may replace by .templates/NAME.mustache, and partials of
 * its own.  What a template is given is in view.h.
 */
#define TEMPLATES_MAX	  64 /* with those of the repository */
#define TEMPLATE_NAME_MAX 64 /* bytes */

/* What a page that a repository's template made may be; beyond, the page is
 * made with the built-in templates. */
#define TEMPLATE_OUTPUT_MAX ((size_t)64 << 20)
#define TEMPLATE_STEPS_MAX  4000000

/* Is this the path of a template? */
int template_is_path(struct slice path);

/* Compiles them; what is wrong in the repository's is reported. */
void templates_read(struct site *s);
void templates_free(struct templates *t);
/* Has the repository one that is used? */
int templates_own(const struct site *s);
/* Of all that is in them. */
void templates_digest(const struct site *s, struct digest *d);

/* Renders a built-in name's template with the contexts.  watched: a value whose
 * place in out is wanted, and gets its offset in out, or SIZE_MAX. */
struct template_use {
	const char *name;
	const struct mustache_data *data;
	const struct mustache_value *contexts;
	size_t ncontexts;
	struct slice watched;
	size_t watched_at;
};
void template_run(struct site *s, struct template_use *use, struct buf *out);

/* A name's number, -1: no template is given it. */
int template_name(struct slice name);

#endif
