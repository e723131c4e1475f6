/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "highlight_lexer.h"

#define NAME_MAX_LEN (sizeof(hl_names[0].name) - 1)

static char
low(unsigned char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Is the text (in small letters) what stands at p, in any case? */
static int
begins(const unsigned char *p, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (low(p[i]) != text[i])
			return 0;
	return 1;
}

int
hl_find(struct slice name)
{
	unsigned i;

	if (name.len == 0 || name.len > NAME_MAX_LEN)
		return -1;
	for (i = 0; i < hl_nnames; i++)
		if (strlen(hl_names[i].name) == name.len &&
		    begins((const unsigned char *)name.data, hl_names[i].name,
			   name.len))
			return hl_names[i].lang;
	return -1;
}

void
hl_start(struct hl_lexer *lx, int lang, struct slice code)
{
	lx->code = (const unsigned char *)code.data;
	lx->pos = lx->lost = lx->steps = 0;
	lx->next = lx->captured = lx->ncaptured = 0;
	lx->depth = 0;
	lx->stack[0] =
	    (struct hl_frame){.end = code.len, .state = hl_langs[lang].start};
}

/* Where the line ends; a backslash at its end goes on with the next one. */
static size_t
end_of_line(struct hl_lexer *lx, size_t p, size_t end)
{
	while (p < end && (lx->code[p] != '\n' ||
			   (p > lx->next && lx->code[p - 1] == '\\')))
		p++;
	lx->steps += p - lx->next;
	return p;
}

static size_t
end_of_region(struct hl_lexer *lx, const char *until, size_t end)
{
	size_t n = strlen(until), p = lx->next;

	if (n == 0)
		return end_of_line(lx, p, end);
	while (end - p >= n && !begins(lx->code + p, until, n))
		p++;
	lx->steps += p - lx->next;
	return end - p >= n ? p : end;
}

static void
push(struct hl_lexer *lx, uint16_t state)
{
	struct hl_frame *f = &lx->stack[lx->depth];

	if (lx->depth + 1 == HL_DEPTH) {
		lx->lost++;
		return;
	}
	lx->depth++;
	f[1] = f[0];
	f[1].state = state;
	f[1].captured = lx->captured;
	f[1].ncaptured = (uint16_t)lx->ncaptured;
	f[1].embedded = 0;
}

static void
embed(struct hl_lexer *lx, const struct hl_rule *r)
{
	struct slice name = {(const char *)lx->code + lx->captured,
			     lx->ncaptured};
	size_t region_end = lx->stack[lx->depth].end;
	size_t end = end_of_region(lx, hl_untils[r->until], region_end);
	uint16_t state = r->target;
	int lang;

	if (end == lx->next || lx->depth + 1 == HL_DEPTH)
		return;
	if (r->verb == HL_EMBED_NAMED) {
		lang = hl_find(name);
		state = lang != -1 ? hl_langs[lang].start : HL_NO_STATE;
	}
	push(lx, state);
	lx->stack[lx->depth].begin = lx->next;
	lx->stack[lx->depth].end = end;
	lx->stack[lx->depth].ncaptured = 0;
	lx->stack[lx->depth].embedded = 1;
}

/* 0 when there is nothing to leave. */
static int
pop(struct hl_lexer *lx)
{
	if (lx->lost > 0)
		lx->lost--;
	else if (lx->depth > 0 && !lx->stack[lx->depth].embedded)
		lx->depth--;
	else
		return 0;
	return 1;
}

/* What the rule does besides taking bytes; 0 when it did nothing. */
static int
act(struct hl_lexer *lx, const struct hl_rule *r)
{
	switch (r->verb) {
	case HL_PUSH:
		push(lx, r->target);
		return 1;
	case HL_POP:
		return pop(lx);
	case HL_BECOME:
		lx->stack[lx->depth].state = r->target;
		lx->stack[lx->depth].captured = lx->captured;
		lx->stack[lx->depth].ncaptured = (uint16_t)lx->ncaptured;
		return 1;
	case HL_EMBED:
	case HL_EMBED_NAMED:
		embed(lx, r);
		return 1;
	default:
		return 0;
	}
}

/* The continuation bytes of UTF-8 at p: a token does not end among them. */
static size_t
character_end(const struct hl_lexer *lx, size_t p, size_t end)
{
	size_t i;

	for (i = 0; i < 3 && p < end && (lx->code[p] & 0xc0) == 0x80; i++)
		p++;
	return p;
}

/* The rules to try at the byte; where a line begins there may be more. */
static const uint16_t *
rules_at(const struct hl_lexer *lx, const struct hl_frame *f, size_t p)
{
	int bol = p == f->begin || lx->code[p - 1] == '\n';
	unsigned c = lx->code[p] < 128 ? lx->code[p] : 128;

	return hl_lists + hl_dispatch[hl_states[f->state].dispatch[bol]][c];
}

/* Tries the rules; 1 when one took bytes, -1 when one left the state without,
 * 0 when none matched. */
static int
try_rules(struct hl_lexer *lx, const struct hl_frame *f, const uint16_t *list,
	  struct hl_token *token)
{
	const struct hl_rule *r;
	int acted;

	for (; *list != HL_NO_RULE; list++) {
		r = &hl_rules[*list];
		if (!hl_match(lx, f, r->ops))
			continue;
		token->class = r->class;
		if (r->class >= HL_LISTED)
			token->class = hl_word_class(lx, f, r->class);
		lx->next = character_end(lx, lx->next, f->end);
		acted = act(lx, r);
		if (lx->next > lx->pos)
			return 1;
		if (acted)
			return -1;
	}
	return 0;
}

/* Where the run of bytes ends at which no rule can begin. */
static size_t
skip(struct hl_lexer *lx, const struct hl_frame *f)
{
	const uint16_t *table = hl_dispatch[hl_states[f->state].dispatch[0]];
	size_t p = lx->pos;

	/* list 0 is the empty one */
	if (rules_at(lx, f, p) == hl_lists) {
		do
			p++;
		while (p < f->end && lx->code[p - 1] != '\n' &&
		       table[lx->code[p] < 128 ? lx->code[p] : 128] == 0);
	}
	lx->steps += p - lx->pos;
	return p;
}

/* Leaves what ends with the region; 0 at the end of the code. */
static int
go_on(struct hl_lexer *lx)
{
	while (lx->pos == lx->stack[lx->depth].end) {
		if (lx->depth == 0)
			return 0;
		lx->depth--;
		lx->lost = 0;
	}
	return 1;
}

int
hl_next(struct hl_lexer *lx, struct hl_token *token)
{
	const struct hl_frame *f;
	int tried = -1;

	while (tried == -1) {
		if (!go_on(lx))
			return 0;
		f = &lx->stack[lx->depth];
		lx->steps++;
		token->class = hl_states[f->state].class;
		lx->next = skip(lx, f);
		if (lx->next > lx->pos)
			break;
		tried = try_rules(lx, f, rules_at(lx, f, lx->pos), token);
		if (tried == 0) {
			token->class = hl_states[f->state].class;
			lx->next = lx->pos + 1;
		}
	}
	if (tried != 1)
		lx->next = character_end(lx, lx->next, f->end);
	lx->pos = lx->next;
	token->end = lx->pos;
	return 1;
}
