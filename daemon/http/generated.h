/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GENERATED_H
#define BLOGD_GENERATED_H

#include "response.h"
#include "target.h"

/*
 * Answers that are made here and not by render: redirects to the canonical
 * address, refusals, the hook's.  They fill the plan of a cleared exchange.
 */

/* One request being answered. */
struct exchange {
	struct plan *plan;
	const struct site_view *view;
	const struct request *request; /* of what can be answered */
	enum method method;
	struct plan_memory *memory;
};

void plan_clear(struct plan *p);

/* A small text that says the status; field is one line or "". */
void generate(const struct exchange *x, unsigned status, const char *field);

/* To base and the target in canonical form: 301, or 308, which keeps a method
 * that is not safe. */
void generate_redirect(const struct exchange *x, const char *base,
		       const struct target *t);

/* To base and what the target has behind a directory: rest is the end of its
 * path. */
void generate_redirect_below(const struct exchange *x, unsigned status,
			     struct slice base, const struct target *t,
			     struct slice rest);

/* 204 for OPTIONS; allow is its line. */
void generate_options(const struct exchange *x, const char *allow);

/* The line of Strict-Transport-Security, if the connection may carry it: RFC
 * 6797 section 7.2. */
struct slice hsts_line(const struct exchange *x);

#endif
