/* SPDX-License-Identifier: ISC */
#include "response.h"

#include "entry.h"
#include "generated.h"
#include "results.h"
#include "target.h"

/* Until the first site is there. */
#define RETRY_AFTER  "Retry-After: 5\r\n"
#define ALLOW_PAGE   "Allow: GET, HEAD, OPTIONS\r\n"
#define ALLOW_HOOK   "Allow: GET, POST, OPTIONS\r\n"
#define ALLOW_SERVER "Allow: GET, HEAD, POST, OPTIONS\r\n"

static void
plan_hook(const struct exchange *x)
{
	if (x->method == METHOD_OPTIONS) {
		generate_options(x, ALLOW_HOOK);
	} else if (x->method == METHOD_GET || x->method == METHOD_POST) {
		x->plan->hook = 1;
		generate(x, 202, "");
	} else {
		generate(x, 405, ALLOW_HOOK);
	}
}

static void
plan_not_found(const struct exchange *x)
{
	const struct snapshot_entry *e = snapshot_not_found(x->view->snapshot);

	if (e != NULL)
		plan_entry(x, e);
	else
		generate(x, 404, "");
}

/* A repository's rule for all that is below a directory. */
static void
plan_below(const struct exchange *x, const struct snapshot_entry *e,
	   const struct target *t, struct slice rest)
{
	struct snapshot_run run;

	if (x->method == METHOD_OPTIONS)
		generate_options(x, ALLOW_PAGE);
	else if (x->method != METHOD_GET && x->method != METHOD_HEAD)
		generate(x, 405, ALLOW_PAGE);
	else if (snapshot_run(x->view->snapshot, e, ENC_IDENTITY, &run) &&
		 run.body_len > 0)
		generate_redirect_below(
		    x, e->status,
		    (struct slice){run.body, (size_t)run.body_len}, t, rest);
	else
		plan_entry(x, e);
}

/* What is no page of its own. */
static void
plan_no_page(const struct exchange *x, const struct target *t)
{
	struct slice rest;
	const struct snapshot_entry *e =
	    snapshot_find_below(x->view->snapshot, t->path, &rest);

	if (e != NULL)
		plan_below(x, e, t, rest);
	else
		plan_not_found(x);
}

/* The search page has an index instead of an entry. */
static const struct search_index *
search_of(const struct exchange *x, const struct target *t)
{
	return slice_is(t->path, SEARCH_PATH)
		   ? snapshot_search(x->view->snapshot)
		   : NULL;
}

static void
plan_page(const struct exchange *x, const struct target *t)
{
	const struct snapshot_entry *e =
	    snapshot_find(x->view->snapshot, t->path.data, t->path.len);
	const struct search_index *ix = e == NULL ? search_of(x, t) : NULL;

	/* Other spellings lead to pages that exist, not from 301 to 404. */
	if (e == NULL && ix == NULL)
		plan_no_page(x, t);
	else if (!t->canonical)
		generate_redirect(x, "", t);
	else if (x->method == METHOD_OPTIONS)
		generate_options(x, ALLOW_PAGE);
	else if (x->method != METHOD_GET && x->method != METHOD_HEAD)
		generate(x, 405, ALLOW_PAGE);
	else if (ix != NULL)
		plan_results(x, ix, t->query);
	else
		plan_entry(x, e);
}

/* RFC 9110 section 7.4: is the request for what is served here, and may it be
 * answered on a connection of this kind? */
static int
misdirected(const struct site_view *view, const struct request *r)
{
	if (r->scheme != SCHEME_UNSAID &&
	    (r->scheme == SCHEME_HTTP) != (view->plain != 0))
		return 1;
	return view->names != NULL && !names_has(view->names, r->authority);
}

static void
plan_target(const struct exchange *x, const struct target *t)
{
	const struct serve_settings *set = x->view->settings;

	/* Wherever the request was for: it is sent to the one address. */
	if (x->view->plain && set->https_url[0] != '\0') {
		generate_redirect(x, set->https_url, t);
	} else if (misdirected(x->view, x->request)) {
		generate(x, 421, "");
	} else if (set->hook[0] != '\0' && slice_is(t->path, set->hook)) {
		if (t->canonical)
			plan_hook(x);
		else
			generate_redirect(x, "", t);
	} else if (x->view->snapshot == NULL) {
		generate(x, 503, RETRY_AFTER);
	} else {
		plan_page(x, t);
	}
}

/* "*": RFC 9110 section 9.3.7, about the server as a whole. */
static void
plan_asterisk(const struct exchange *x)
{
	if (misdirected(x->view, x->request))
		generate(x, 421, "");
	else if (x->view->settings->hook[0] != '\0')
		generate_options(x, ALLOW_SERVER);
	else
		generate_options(x, ALLOW_PAGE);
}

void
plan_response(struct plan *p, const struct site_view *view,
	      const struct request *r, struct plan_memory *m)
{
	struct exchange x = {p, view, r, r->method, m};
	struct target t;

	plan_clear(p);
	if (r->method == METHOD_UNKNOWN) {
		generate(&x, 501, "");
	} else if (r->expects_other) {
		generate(&x, 417, "");
	} else if (slice_is(r->target, "*")) {
		plan_asterisk(&x);
	} else if (target_parse(r->target, &m->path, &t) == -1) {
		generate(&x, 400, "");
		p->close = 1;
	} else {
		plan_target(&x, &t);
	}
}
