/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "highlight.h"

#include "highlight_lexer.h"

struct spans {
	struct htmlout *o;
	struct slice code;
	size_t budget;	 /* bytes of tags that may still be written */
	size_t from, to; /* the span that may still grow */
	uint8_t class;
};

/* How the class is written; the numbers are enum hl_class. */
static const char letters[] = "-ktsncfbavpdih";

/* Does the byte stand for itself?  Quotes do: this is no attribute. */
static int
is_simple(unsigned char c)
{
	return c < 0x80 && (c >= 0x20 || c == '\n' || c == '\t') && c != '<' &&
	       c != '>' && c != '&';
}

static void
write_text(struct htmlout *o, const char *p, size_t n)
{
	size_t i, from;

	for (i = 0; i < n;) {
		from = i;
		while (i < n && is_simple((unsigned char)p[i]))
			i++;
		html_raw(o, p + from, i - from);
		from = i;
		while (i < n && !is_simple((unsigned char)p[i]))
			i++;
		if (i > from)
			html_escape(o, ESCAPE_TEXT,
				    (struct slice){p + from, i - from});
	}
}

/* Writes what the span holds. */
static void
flush(struct spans *s)
{
	static const char start[] = "<span class=\"x\">", end[] = "</span>";
	char tag[sizeof(start)];
	size_t cost = sizeof(start) + sizeof(end) - 2;
	int plain = s->class == HL_PLAIN || s->budget < cost;

	if (s->to == s->from)
		return;
	if (!plain) {
		memcpy(tag, start, sizeof(start));
		tag[sizeof("<span class=\"") - 1] = letters[s->class];
		html_raw(s->o, tag, sizeof(start) - 1);
		s->budget -= cost;
	}
	write_text(s->o, s->code.data + s->from, s->to - s->from);
	if (!plain)
		html_raw(s->o, end, sizeof(end) - 1);
	s->from = s->to;
}

static int
is_blank(const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) {
		p++;
		n--;
	}
	return n == 0;
}

/* The token reaches from the end of the one before to `end`.  Blanks are left
 * open: the span before takes them when it goes on behind them. */
static void
add(struct spans *s, size_t begin, size_t end, uint8_t class)
{
	if (class != s->class && class == HL_PLAIN &&
	    is_blank(s->code.data + begin, end - begin))
		return;
	if (class != s->class) {
		flush(s);
		s->class = HL_PLAIN;
		s->to = begin;
		flush(s);
		s->class = class;
	}
	s->to = end;
}

/* "{.rust}", "rust,no_run", "rust{1,3}", "rust:main.rs": the name alone. */
static struct slice
bare_name(struct slice s)
{
	size_t n = 0;

	while (s.len > 0 && (*s.data == '{' || *s.data == '.')) {
		s.data++;
		s.len--;
	}
	while (n < s.len && strchr(",{}:;", s.data[n]) == NULL)
		n++;
	s.len = n;
	return s;
}

static size_t
budget(size_t len)
{
	size_t n;

	if (__builtin_mul_overflow(len, HIGHLIGHT_GROWTH, &n) ||
	    __builtin_add_overflow(n, HIGHLIGHT_EXTRA, &n))
		return SIZE_MAX;
	return n;
}

int
highlight_write(struct htmlout *o, struct slice language, struct slice code)
{
	struct spans s = {.o = o, .code = code, .budget = budget(code.len)};
	int lang = hl_find(bare_name(language));
	struct hl_lexer lx;
	struct hl_token token;
	size_t begin = 0;

	if (lang == -1)
		return 0;
	hl_start(&lx, lang, code);
	while (!o->full && hl_next(&lx, &token)) {
		add(&s, begin, token.end, token.class);
		begin = token.end;
	}
	flush(&s);
	s.class = HL_PLAIN;
	s.to = code.len;
	flush(&s);
	return 1;
}
