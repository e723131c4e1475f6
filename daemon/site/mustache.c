/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mustache.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"

struct run {
	struct mustache_render *how;
	struct buf *out;
	size_t limit; /* of out->len */
	size_t steps; /* left */
	size_t depth;
	size_t ncontexts;
	size_t nindent;
	enum mustache_result result;
	struct mustache_value context[2 * MUSTACHE_DEPTH_MAX];
	char indent[MUSTACHE_INDENT_MAX];
};

static void run(struct run *r, const struct mustache *m, size_t from,
		size_t end);

/* ---- writing ---- */

static void
put(struct run *r, struct slice s)
{
	if (r->out->len + s.len > r->limit)
		r->result = MUSTACHE_LONG;
	else if (s.len > 0)
		buf_add(r->out, s.data, s.len);
}

static void
put_indent(struct run *r)
{
	put(r, (struct slice){r->indent, r->nindent});
}

/* Text of the template: within a partial, each of its lines is indented. */
static void
put_text(struct run *r, struct slice text, int line_start)
{
	const char *end;
	size_t n;

	if (r->nindent == 0) {
		put(r, text);
		return;
	}
	while (text.len > 0) {
		end = memchr(text.data, '\n', text.len);
		n = end != NULL ? (size_t)(end - text.data) + 1 : text.len;
		if (line_start)
			put_indent(r);
		put(r, (struct slice){text.data, n});
		line_start = 1;
		text = (struct slice){text.data + n, text.len - n};
	}
}

static void
put_escaped(struct run *r, struct slice text)
{
	struct escape e;
	struct slice piece;

	escape_start(&e, ESCAPE_TEXT, text);
	while (r->result == MUSTACHE_OK && escape_next(&e, &piece))
		put(r, piece);
}

static void
put_verbatim(struct run *r, struct slice text)
{
	struct mustache_render *how = r->how;

	if (how->watched_at == SIZE_MAX && how->watched.len > 0 &&
	    text.data == how->watched.data && text.len == how->watched.len)
		how->watched_at = r->out->len;
	put(r, text);
}

/* ---- values ---- */

static void
get(const struct run *r, const struct mustache_value *object, int name,
    struct mustache_value *out)
{
	out->kind = MUSTACHE_NONE;
	if (object->kind == MUSTACHE_OBJECT && name >= 0)
		r->how->data->get(r->how->data->ctx, object, name, out);
}

/* The first part is looked for in the contexts from the inmost one outwards,
 * each other part in what the one before it gave. */
static void
look_up(const struct run *r, const struct mustache *m,
	const struct mustache_token *t, struct mustache_value *v)
{
	const int32_t *part;
	struct mustache_value object;
	size_t i;

	if (t->nparts == 0) {
		*v = r->context[r->ncontexts - 1];
		return;
	}
	part = m->parts + t->first;
	v->kind = MUSTACHE_NONE;
	for (i = r->ncontexts; i > 0 && v->kind == MUSTACHE_NONE; i--)
		get(r, &r->context[i - 1], part[0], v);
	for (i = 1; i < t->nparts; i++) {
		object = *v;
		get(r, &object, part[i], v);
	}
}

static int
is_true(const struct mustache_value *v)
{
	switch (v->kind) {
	case MUSTACHE_TRUE:
	case MUSTACHE_OBJECT:
		return 1;
	case MUSTACHE_TEXT:
		return v->text.len > 0;
	case MUSTACHE_LIST:
		return v->n > 0;
	default:
		return 0;
	}
}

/* ---- tags ---- */

static void
run_value(struct run *r, const struct mustache *m,
	  const struct mustache_token *t)
{
	struct mustache_value v;

	if (t->line_start)
		put_indent(r);
	look_up(r, m, t, &v);
	if (v.kind != MUSTACHE_TEXT)
		return;
	if (t->op == MUSTACHE_OP_ESCAPED)
		put_escaped(r, v.text);
	else
		put_verbatim(r, v.text);
}

static void
run_within(struct run *r, const struct mustache *m,
	   const struct mustache_token *t, const struct mustache_value *v)
{
	r->context[r->ncontexts++] = *v;
	run(r, m, (size_t)(t - m->tokens) + 1, t->end);
	r->ncontexts--;
}

static void
run_section(struct run *r, const struct mustache *m,
	    const struct mustache_token *t)
{
	struct mustache_value v, item;
	size_t i;

	if (t->line_start)
		put_indent(r);
	look_up(r, m, t, &v);
	if (t->op == MUSTACHE_OP_INVERTED) {
		if (!is_true(&v))
			run(r, m, (size_t)(t - m->tokens) + 1, t->end);
		return;
	}
	if (v.kind != MUSTACHE_LIST) {
		if (is_true(&v))
			run_within(r, m, t, &v);
		return;
	}
	for (i = 0; i < v.n && r->result == MUSTACHE_OK; i++) {
		r->how->data->item(r->how->data->ctx, &v, i, &item);
		run_within(r, m, t, &item);
	}
}

/* A partial on a line of its own is indented as that line is, within the
 * indentation of the template it stands in; any other is not. */
static void
run_partial(struct run *r, const struct mustache *m,
	    const struct mustache_token *t)
{
	const struct mustache *partial =
	    t->first < r->how->npartials ? r->how->partials[t->first] : NULL;
	size_t before = r->nindent, n = t->len;
	char saved[MUSTACHE_INDENT_MAX];

	if (t->line_start)
		put_indent(r);
	if (partial == NULL)
		return;
	memcpy(saved, r->indent, before);
	if (!t->alone)
		r->nindent = 0;
	if (n > MUSTACHE_INDENT_MAX - r->nindent)
		n = MUSTACHE_INDENT_MAX - r->nindent;
	memcpy(r->indent + r->nindent, m->text.data + t->off, n);
	r->nindent += n;
	run(r, partial, 0, partial->ntokens);
	memcpy(r->indent, saved, before);
	r->nindent = before;
}

static void
run_token(struct run *r, const struct mustache *m,
	  const struct mustache_token *t)
{
	switch (t->op) {
	case MUSTACHE_OP_TEXT:
		put_text(r, (struct slice){m->text.data + t->off, t->len},
			 t->line_start);
		break;
	case MUSTACHE_OP_ESCAPED:
	case MUSTACHE_OP_VERBATIM:
		run_value(r, m, t);
		break;
	case MUSTACHE_OP_PARTIAL:
		run_partial(r, m, t);
		break;
	default:
		run_section(r, m, t);
		break;
	}
}

static void
fail_at(struct run *r, const struct mustache *m, const struct mustache_token *t)
{
	struct mustache_render *how = r->how;

	if (how->failed_in != NULL && how->failed_in->blamed)
		return;
	how->failed_in = m;
	how->failed_at = t->at;
}

/* The tokens from `from` up to end. */
static void
run(struct run *r, const struct mustache *m, size_t from, size_t end)
{
	const struct mustache_token *t;

	if (r->depth == MUSTACHE_DEPTH_MAX) {
		r->result = MUSTACHE_DEEP;
		return;
	}
	r->depth++;
	while (from < end && r->result == MUSTACHE_OK) {
		t = &m->tokens[from];
		if (r->steps > 0) {
			r->steps--;
			run_token(r, m, t);
		} else {
			r->result = MUSTACHE_SLOW;
		}
		if (r->result != MUSTACHE_OK)
			fail_at(r, m, t);
		from = t->op == MUSTACHE_OP_SECTION ||
			       t->op == MUSTACHE_OP_INVERTED
			   ? t->end
			   : from + 1;
	}
	r->depth--;
}

enum mustache_result
mustache_run(const struct mustache *m, struct mustache_render *how,
	     const struct mustache_value *contexts, size_t ncontexts,
	     struct buf *out)
{
	struct run r;

	if (ncontexts == 0 || ncontexts > MUSTACHE_DEPTH_MAX)
		return MUSTACHE_DEEP;
	r.how = how;
	r.out = out;
	r.limit = out->len + how->max_output;
	r.steps = how->max_steps;
	r.depth = r.nindent = 0;
	r.result = MUSTACHE_OK;
	r.ncontexts = ncontexts;
	memcpy(r.context, contexts, ncontexts * sizeof(*contexts));
	how->watched_at = SIZE_MAX;
	how->failed_in = NULL;
	how->failed_at = 0;
	run(&r, m, 0, m->ntokens);
	return r.result;
}
