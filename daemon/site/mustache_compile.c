/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "mustache.h"

#define DELIMITER_MAX 16  /* bytes */
#define SHOWN_MAX     100 /* bytes of a name in a message */

struct open_section {
	size_t token;
	struct slice name;
	const char *tag;
};

struct parser {
	struct mustache *m;
	const struct mustache_words *words;
	struct slice text;
	size_t at; /* what is before is in tokens */
	struct slice open, close;
	struct open_section section[MUSTACHE_NESTING_MAX];
	size_t nsections;
	int failed;
};

/* One tag, from its opening delimiter to behind the closing one. */
struct tag {
	size_t start, end;
	char sigil; /* 0: a variable */
	struct slice name;
	int alone;	      /* on its line: the line is not shown */
	size_t before, after; /* the tag, or its whole line */
};

/* ---- messages ---- */

void
mustache_place(struct slice text, size_t at, size_t *line, size_t *column)
{
	size_t i, start = 0;

	*line = 1;
	for (i = 0; i < at; i++)
		if (text.data[i] == '\n') {
			++*line;
			start = i + 1;
		}
	*column = at - start + 1;
}

/* p: a place in the text. */
static void
report(struct parser *ps, int warning, const char *p, const char *message)
{
	size_t line, column;

	mustache_place(ps->text, (size_t)(p - ps->text.data), &line, &column);
	ps->failed |= !warning;
	ps->words->report(ps->words->ctx, warning, line, column, message);
}

static void
report_name(struct parser *ps, int warning, const char *p, const char *before,
	    struct slice name, const char *after)
{
	char message[SHOWN_MAX + 200];

	snprintf(message, sizeof(message), "%s\"%.*s\"%s", before,
		 (int)(name.len < SHOWN_MAX ? name.len : SHOWN_MAX), name.data,
		 after);
	report(ps, warning, p, message);
}

/* ---- tokens ---- */

static struct mustache_token *
add_token(struct mustache *m, enum mustache_op op, size_t at)
{
	struct mustache_token *t;

	if (m->ntokens == m->captokens) {
		m->captokens = m->captokens > 0 ? m->captokens * 2 : 64;
		m->tokens =
		    xreallocarray(m->tokens, m->captokens, sizeof(*m->tokens));
	}
	t = &m->tokens[m->ntokens++];
	memset(t, 0, sizeof(*t));
	t->op = (uint8_t)op;
	t->at = (uint32_t)at;
	return t;
}

static int
is_line_start(const struct parser *ps, size_t at)
{
	return at == 0 || ps->text.data[at - 1] == '\n';
}

static void
add_text(struct parser *ps, size_t from, size_t to)
{
	struct mustache_token *t;

	if (from >= to)
		return;
	t = add_token(ps->m, MUSTACHE_OP_TEXT, from);
	t->off = (uint32_t)from;
	t->len = (uint32_t)(to - from);
	t->line_start = (uint8_t)is_line_start(ps, from);
}

static void
add_part(struct parser *ps, struct slice name)
{
	struct mustache *m = ps->m;
	int number = ps->words->name(ps->words->ctx, name);

	if (number < 0)
		report_name(ps, 1, name.data, "no template is given ", name,
			    "; nothing is shown");
	if (m->nparts == m->capparts) {
		m->capparts = m->capparts > 0 ? m->capparts * 2 : 64;
		m->parts =
		    xreallocarray(m->parts, m->capparts, sizeof(*m->parts));
	}
	m->parts[m->nparts++] = number;
}

/* "a.b.c", or "." alone. */
static void
add_name(struct parser *ps, struct mustache_token *t, struct slice name)
{
	struct slice part;
	const char *dot;

	t->first = (uint32_t)ps->m->nparts;
	if (slice_is(name, "."))
		return;
	for (;;) {
		dot = memchr(name.data, '.', name.len);
		part = (struct slice){name.data, dot != NULL
						     ? (size_t)(dot - name.data)
						     : name.len};
		if (part.len == 0 || t->nparts == MUSTACHE_PARTS_MAX) {
			report(ps, 0, part.data,
			       part.len == 0 ? "a name is missing before or "
					       "after a dot"
					     : "more than 8 names joined by "
					       "dots");
			return;
		}
		add_part(ps, part);
		t->nparts++;
		if (dot == NULL)
			return;
		name = (struct slice){dot + 1, name.len - part.len - 1};
	}
}

/* ---- reading a tag ---- */

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static struct slice
strip(struct slice s)
{
	while (s.len > 0 && is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

static int
has_space(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (is_space(s.data[i]))
			return 1;
	return 0;
}

/* What the line consists of when the tag is all that is on it. */
static void
find_line(const struct parser *ps, struct tag *tag)
{
	struct slice text = ps->text;
	size_t from = tag->start, to = tag->end;

	tag->alone = 0;
	tag->before = from;
	tag->after = to;
	if (tag->sigil == '\0' || tag->sigil == '{' || tag->sigil == '&')
		return;
	while (from > 0 && is_blank(text.data[from - 1]))
		from--;
	while (to < text.len && is_blank(text.data[to]))
		to++;
	if (to + 1 < text.len && text.data[to] == '\r' &&
	    text.data[to + 1] == '\n')
		to++;
	if (!is_line_start(ps, from) ||
	    (to < text.len && text.data[to] != '\n'))
		return;
	tag->alone = 1;
	tag->before = from;
	tag->after = to < text.len ? to + 1 : to;
}

/* The closing delimiter: "}" before it when the tag has three braces, "=" when
 * it sets delimiters. */
static const char *
find_close(const struct parser *ps, char sigil, struct slice rest)
{
	char both[DELIMITER_MAX + 1];
	size_t n = 0;

	if (sigil == '{')
		both[n++] = '}';
	else if (sigil == '=')
		both[n++] = '=';
	memcpy(both + n, ps->close.data, ps->close.len);
	return memmem(rest.data, rest.len, both, n + ps->close.len);
}

/* The tag whose opening delimiter is at start.  -1 when it does not end. */
static int
read_tag(struct parser *ps, size_t start, struct tag *tag)
{
	size_t at = start + ps->open.len;
	struct slice rest;
	const char *close;

	memset(tag, 0, sizeof(*tag));
	tag->start = start;
	while (at < ps->text.len && is_space(ps->text.data[at]))
		at++;
	if (at < ps->text.len &&
	    memchr("#^/>!=&{<$", ps->text.data[at], 10) != NULL)
		tag->sigil = ps->text.data[at++];
	rest = (struct slice){ps->text.data + at, ps->text.len - at};
	close = find_close(ps, tag->sigil, rest);
	if (close == NULL) {
		report_name(ps, 0, ps->text.data + start,
			    "a tag is not closed, ", ps->close, " is missing");
		return -1;
	}
	tag->name =
	    strip((struct slice){rest.data, (size_t)(close - rest.data)});
	tag->end = (size_t)(close - ps->text.data) + ps->close.len +
		   (tag->sigil == '{' || tag->sigil == '=');
	find_line(ps, tag);
	return 0;
}

/* ---- each kind of tag ---- */

static void
open_section(struct parser *ps, const struct tag *tag)
{
	struct open_section *open;
	struct mustache_token *t;

	if (ps->nsections == MUSTACHE_NESTING_MAX) {
		report(ps, 0, ps->text.data + tag->start,
		       "more than 32 sections in one another");
		return;
	}
	open = &ps->section[ps->nsections++];
	open->token = ps->m->ntokens;
	open->name = tag->name;
	open->tag = ps->text.data + tag->start;
	t = add_token(ps->m,
		      tag->sigil == '#' ? MUSTACHE_OP_SECTION
					: MUSTACHE_OP_INVERTED,
		      tag->start);
	t->line_start = !tag->alone && is_line_start(ps, tag->start);
	add_name(ps, t, tag->name);
}

static void
close_section(struct parser *ps, const struct tag *tag)
{
	const struct open_section *open;

	if (ps->nsections == 0) {
		report_name(ps, 0, ps->text.data + tag->start, "the section ",
			    tag->name, " is closed, but not open");
		return;
	}
	open = &ps->section[--ps->nsections];
	if (slice_cmp(open->name, tag->name) != 0)
		report_name(ps, 0, ps->text.data + tag->start, "the section ",
			    open->name, " must be closed first");
	ps->m->tokens[open->token].end = (uint32_t)ps->m->ntokens;
}

static void
add_partial(struct parser *ps, const struct tag *tag)
{
	int number = ps->words->partial(ps->words->ctx, tag->name);
	struct mustache_token *t;

	if (number < 0) {
		report_name(ps, 1, tag->name.data, "there is no template ",
			    tag->name, "; nothing is shown");
		number = INT32_MAX;
	}
	t = add_token(ps->m, MUSTACHE_OP_PARTIAL, tag->start);
	t->first = (uint32_t)number;
	t->alone = (uint8_t)tag->alone;
	t->line_start = !tag->alone && is_line_start(ps, tag->start);
	t->off = (uint32_t)tag->before;
	t->len = (uint32_t)(tag->start - tag->before);
}

static void
add_value(struct parser *ps, const struct tag *tag)
{
	struct mustache_token *t = add_token(
	    ps->m,
	    tag->sigil == '\0' ? MUSTACHE_OP_ESCAPED : MUSTACHE_OP_VERBATIM,
	    tag->start);

	t->line_start = (uint8_t)is_line_start(ps, tag->start);
	add_name(ps, t, tag->name);
}

/* "<% %>" */
static void
set_delimiters(struct parser *ps, const struct tag *tag)
{
	struct slice open = tag->name, close;

	open.len = 0;
	while (open.len < tag->name.len && !is_space(open.data[open.len]))
		open.len++;
	close = strip(
	    (struct slice){open.data + open.len, tag->name.len - open.len});
	if (open.len == 0 || open.len > DELIMITER_MAX || close.len == 0 ||
	    close.len > DELIMITER_MAX || has_space(close) ||
	    memchr(tag->name.data, '=', tag->name.len) != NULL) {
		report(ps, 0, ps->text.data + tag->start,
		       "delimiters are two words of at most 16 bytes without "
		       "\"=\", as in {{=<% %>=}}");
		return;
	}
	ps->open = open;
	ps->close = close;
}

static int
name_is_good(struct parser *ps, const struct tag *tag)
{
	if (tag->name.len == 0)
		report(ps, 0, ps->text.data + tag->start,
		       "the tag has no name");
	else if (has_space(tag->name))
		report_name(ps, 0, tag->name.data, "the name ", tag->name,
			    " has white space in it");
	else if (tag->sigil == '<' || tag->sigil == '$')
		report(ps, 0, ps->text.data + tag->start,
		       "templates cannot inherit from others here");
	else
		return 1;
	return 0;
}

static void
take_tag(struct parser *ps, const struct tag *tag)
{
	if (tag->sigil == '!')
		return;
	if (tag->sigil == '=') {
		set_delimiters(ps, tag);
		return;
	}
	if (!name_is_good(ps, tag))
		return;
	switch (tag->sigil) {
	case '#':
	case '^':
		open_section(ps, tag);
		break;
	case '/':
		close_section(ps, tag);
		break;
	case '>':
		add_partial(ps, tag);
		break;
	default:
		add_value(ps, tag);
		break;
	}
}

/* ---- all of it ---- */

static void
parse(struct parser *ps)
{
	const char *open;
	struct tag tag;

	while (!ps->failed) {
		open = memmem(ps->text.data + ps->at, ps->text.len - ps->at,
			      ps->open.data, ps->open.len);
		if (open == NULL)
			break;
		if (read_tag(ps, (size_t)(open - ps->text.data), &tag) == -1)
			return;
		add_text(ps, ps->at, tag.before);
		take_tag(ps, &tag);
		ps->at = tag.after;
	}
	add_text(ps, ps->at, ps->text.len);
	if (!ps->failed && ps->nsections > 0) {
		const struct open_section *last =
		    &ps->section[ps->nsections - 1];

		report_name(ps, 0, last->tag, "the section ", last->name,
			    " is not closed");
	}
}

static void
check_utf8(struct parser *ps)
{
	size_t bad = utf8_check(ps->text);

	if (bad < ps->text.len)
		report(ps, 1, ps->text.data + bad,
		       "bytes that are not UTF-8; browsers show something else "
		       "for them");
}

struct mustache *
mustache_compile(struct slice text, const struct mustache_words *words)
{
	struct parser ps = {.words = words,
			    .text = text,
			    .open = SLICE_INIT("{{"),
			    .close = SLICE_INIT("}}")};

	if (text.len == 0)
		ps.text.data = "";
	if (text.len > MUSTACHE_SIZE_MAX) {
		report(&ps, 0, text.data, "a template has at most 256 KiB");
		return NULL;
	}
	ps.m = xcalloc(1, sizeof(*ps.m));
	ps.m->text = ps.text;
	parse(&ps);
	check_utf8(&ps);
	if (ps.failed) {
		mustache_free(ps.m);
		return NULL;
	}
	return ps.m;
}

void
mustache_blame(struct mustache *m)
{
	m->blamed = 1;
}

int
mustache_uses(const struct mustache *m, size_t partial)
{
	size_t i;

	for (i = 0; i < m->ntokens; i++)
		if (m->tokens[i].op == MUSTACHE_OP_PARTIAL &&
		    m->tokens[i].first == partial)
			return 1;
	return 0;
}

void
mustache_free(struct mustache *m)
{
	if (m == NULL)
		return;
	free(m->tokens);
	free(m->parts);
	free(m);
}
