/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "highlight_lexer.h"

static int
in_set(uint8_t set, unsigned char c)
{
	return hl_sets[set][c >> 3] >> (c & 7) & 1;
}

static int
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static int
is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_digit(c) || c == '_' || c >= 0x80;
}

/* Where a run of bytes of the set ends. */
static size_t
run(const struct hl_lexer *lx, size_t p, size_t end, const uint8_t *op)
{
	size_t longest = op[2];

	if (longest > 0 && longest < end - p)
		end = p + longest;
	while (p < end && in_set(op[1], lx->code[p]))
		p++;
	return p;
}

/* "e+" in "1e+5", "p-" in "0x1p-3": the sign belongs to the number. */
static int
is_exponent(const unsigned char *p, const unsigned char *start, size_t left)
{
	int hex = start[0] == '0' && p > start + 1 && (start[1] | 32) == 'x';

	return (p[0] | 32) == (hex ? 'p' : 'e') && left > 2 &&
	       (p[1] == '+' || p[1] == '-') && is_digit(p[2]);
}

/* Digits with what may follow in any language: a radix, a point, an exponent,
 * a suffix, and separators between them. */
static size_t
number(const struct hl_lexer *lx, size_t p, size_t end)
{
	const unsigned char *c = lx->code, *start = c + p;

	if (p == end || !is_digit(c[p]))
		return p;
	for (;;) {
		if (p < end && is_exponent(c + p, start, end - p))
			p += 2;
		else if (p < end && c[p] < 0x80 && is_word(c[p]))
			p++;
		else if (end - p > 1 && (c[p] == '.' || c[p] == '\'') &&
			 is_digit(c[p + 1]))
			p++;
		else
			return p;
	}
}

/* The operations that take nothing: does the place fit? */
static int
fits(const struct hl_lexer *lx, const struct hl_frame *f, const uint8_t *op,
     size_t p)
{
	const unsigned char *c = lx->code;
	int first = p == f->begin, last = p == f->end;

	switch (op[0]) {
	case HL_BOL:
		return first || c[p - 1] == '\n';
	case HL_EOL:
		return last || c[p] == '\n' || c[p] == '\r';
	case HL_BEGIN:
		return first || !is_word(c[p - 1]);
	case HL_FINISH:
		return last || !is_word(c[p]);
	case HL_BLANK:
		return first || c[p - 1] <= ' ';
	default:
		return last || !in_set(op[1], c[p]);
	}
}

/* Takes once more what was captured; SIZE_MAX when it is not there. */
static size_t
same(const struct hl_lexer *lx, size_t p, size_t end)
{
	size_t n = lx->ncaptured;

	if (n > end - p || memcmp(lx->code + p, lx->code + lx->captured, n))
		return SIZE_MAX;
	return p + n;
}

/* The operations that take bytes: where they end, SIZE_MAX when they fail. */
static size_t
take(const struct hl_lexer *lx, const struct hl_frame *f, const uint8_t *op,
     size_t p)
{
	size_t q;

	switch (op[0]) {
	case HL_SET:
		return p < f->end && in_set(op[1], lx->code[p]) ? p + 1
								: SIZE_MAX;
	case HL_OPTION:
		return p + (p < f->end && in_set(op[1], lx->code[p]));
	case HL_STAR:
		return run(lx, p, f->end, op);
	case HL_PLUS:
		q = run(lx, p, f->end, op);
		return q > p ? q : SIZE_MAX;
	case HL_SAME:
		return same(lx, p, f->end);
	default:
		q = number(lx, p, f->end);
		return q > p ? q : SIZE_MAX;
	}
}

static size_t
length(uint8_t op)
{
	switch (op) {
	case HL_STAR:
	case HL_PLUS:
		return 3;
	case HL_SET:
	case HL_OPTION:
	case HL_NOT:
		return 2;
	default:
		return 1;
	}
}

int
hl_match(struct hl_lexer *lx, const struct hl_frame *f, uint16_t ops)
{
	const uint8_t *op = hl_ops + ops;
	size_t p = lx->pos, q, looked = p;

	lx->captured = f->captured;
	lx->ncaptured = f->ncaptured;
	for (; *op != HL_END; op += length(*op)) {
		q = p;
		lx->steps++;
		switch (*op) {
		case HL_SET:
			if (p == f->end || !in_set(op[1], lx->code[p]))
				return 0;
			p++;
			break;
		case HL_LOOK:
			looked = p;
			break;
		case HL_BACK:
			p = looked;
			break;
		case HL_OPEN:
			lx->captured = p;
			break;
		case HL_CLOSE:
			lx->ncaptured = p - lx->captured;
			break;
		case HL_BOL:
		case HL_EOL:
		case HL_BEGIN:
		case HL_FINISH:
		case HL_BLANK:
		case HL_NOT:
			if (!fits(lx, f, op, p))
				return 0;
			break;
		default:
			p = take(lx, f, op, p);
			if (p == SIZE_MAX)
				return 0;
			lx->steps += p - q;
		}
	}
	lx->next = p;
	return 1;
}

static const struct hl_word *
listed(const struct hl_lexer *lx, const struct hl_lang *lang)
{
	const struct hl_word *words = hl_words + lang->words, *w;
	char low[64];
	size_t n = lx->next - lx->pos, i;
	uint32_t h = 0;

	if (n > sizeof(low))
		return NULL;
	for (i = 0; i < n; i++) {
		low[i] = (char)lx->code[lx->pos + i];
		if (lang->fold && low[i] >= 'A' && low[i] <= 'Z')
			low[i] = (char)(low[i] + 32);
		h = h * 31 + (unsigned char)low[i];
	}
	for (i = h; (w = &words[i & (lang->nwords - 1u)])->len > 0; i++)
		if (w->len == n && memcmp(hl_text + w->at, low, n) == 0)
			return w;
	return NULL;
}

/* Capitals, digits and "_" alone, and more than one. */
static int
is_upper(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(p[i] >= 'A' && p[i] <= 'Z') && !is_digit(p[i]) &&
		    p[i] != '_')
			return 0;
	return n > 1;
}

static uint8_t
unlisted(const struct hl_lexer *lx, const struct hl_frame *f, uint8_t what)
{
	const unsigned char *p = lx->code + lx->pos;
	int cap = *p >= 'A' && *p <= 'Z';

	if (cap && what & HL_UNLISTED_UPPER && is_upper(p, lx->next - lx->pos))
		return HL_BUILTIN;
	if (cap && what & HL_UNLISTED_CAP)
		return HL_TYPE;
	if (what & HL_UNLISTED_CALL && lx->next < f->end &&
	    lx->code[lx->next] == '(')
		return HL_FUNCTION;
	return HL_PLAIN;
}

uint8_t
hl_word_class(const struct hl_lexer *lx, const struct hl_frame *f,
	      uint8_t class)
{
	const struct hl_lang *lang = &hl_langs[hl_states[f->state].lang];
	const struct hl_word *w;

	if (class == HL_CALL)
		return unlisted(lx, f, HL_UNLISTED_CALL);
	w = listed(lx, lang);
	return w != NULL ? w->class : unlisted(lx, f, lang->unlisted);
}
