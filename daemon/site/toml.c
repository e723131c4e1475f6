/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "toml.h"

#include <string.h>

#include "date.h"
#include "escape.h"
#include "lines.h"

/* ---- the cursor ---- */

struct fm_place
toml_place(const struct toml *t)
{
	struct slice line = {t->line_start, (size_t)(t->at - t->line_start)};
	struct fm_place at = {t->line, lines_column(line, line.len)};

	return at;
}

int
toml_fail(struct toml *t, const char *problem)
{
	if (t->problem == NULL) {
		t->problem = problem;
		t->problem_at = toml_place(t);
	}
	return 0;
}

int
toml_peek(const struct toml *t)
{
	return t->at < t->end ? (unsigned char)*t->at : '\0';
}

void
toml_newline(struct toml *t)
{
	t->line_start = ++t->at;
	t->line++;
}

void
toml_blanks(struct toml *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t'))
		t->at++;
	if (t->end - t->at >= 2 && t->at[0] == '\r' && t->at[1] == '\n')
		t->at++;
}

static int
is_control(char c)
{
	unsigned char u = (unsigned char)c;

	return (u < 0x20 && u != '\t') || u == 0x7f;
}

void
toml_comment(struct toml *t)
{
	if (toml_peek(t) != '#')
		return;
	while (t->at < t->end && *t->at != '\n') {
		if (is_control(*t->at) &&
		    !(*t->at == '\r' && t->end - t->at > 1 && t->at[1] == '\n'))
			toml_fail(t, "a control character");
		t->at++;
	}
}

void
toml_lines(struct toml *t)
{
	for (;;) {
		toml_blanks(t);
		toml_comment(t);
		if (toml_peek(t) != '\n')
			return;
		toml_newline(t);
	}
}

/* ---- strings ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \uXXXX and \UXXXXXXXX, behind the letter. */
static int
code_point(struct toml *t, int digits, struct buf *out)
{
	uint32_t cp = 0;
	char text[4];
	int i, d;

	for (i = 0; i < digits; i++, t->at++) {
		d = t->at < t->end ? hex_digit(*t->at) : -1;
		if (d == -1)
			return toml_fail(t, "a hexadecimal digit was expected");
		cp = cp << 4 | (uint32_t)d;
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return toml_fail(t, "no Unicode scalar value");
	buf_add(out, text, utf8_encode(cp, text));
	return 1;
}

/* A backslash at the end of a line takes the white space away that follows. */
static int
joined_line(struct toml *t)
{
	const char *p = t->at;

	while (p < t->end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	if (p == t->end || *p != '\n')
		return 0;
	while (t->at < t->end && strchr(" \t\r\n", *t->at) != NULL &&
	       *t->at != '\0') {
		if (*t->at == '\n')
			toml_newline(t);
		else
			t->at++;
	}
	return 1;
}

/* Behind a backslash. */
static int
escape(struct toml *t, int multi, struct buf *out)
{
	static const char letters[] = "btnfr\"\\", means[] = "\b\t\n\f\r\"\\";
	const char *found;
	int c = toml_peek(t);

	if (c == 'u' || c == 'U') {
		t->at++;
		return code_point(t, c == 'u' ? 4 : 8, out);
	}
	found = c != '\0' ? strchr(letters, c) : NULL;
	if (found != NULL) {
		t->at++;
		buf_char(out, means[found - letters]);
		return 1;
	}
	if (multi && joined_line(t))
		return 1;
	return toml_fail(t,
			 "a backslash before something else than btnfruU\\\"");
}

static size_t
quotes_at(const struct toml *t, char quote)
{
	size_t n = 0;

	while (n < 5 && t->at + n < t->end && t->at[n] == quote)
		n++;
	return n;
}

/* What can stand in any string: one character, with its line counted. */
static int
character(struct toml *t, int multi, struct buf *out)
{
	if (*t->at == '\n' && multi) {
		buf_char(out, '\n');
		toml_newline(t);
		return 1;
	}
	if (*t->at == '\n')
		return toml_fail(t, "a string without its closing quote");
	if (*t->at == '\r' && t->end - t->at > 1 && t->at[1] == '\n') {
		t->at++;
		return 1;
	}
	if (is_control(*t->at))
		return toml_fail(t, "a control character");
	buf_char(out, *t->at++);
	return 1;
}

static int
multi_line(struct toml *t, char quote, struct buf *out)
{
	size_t n;

	t->at += 3;
	if (t->end - t->at > 1 && t->at[0] == '\r' && t->at[1] == '\n')
		t->at++;
	if (toml_peek(t) == '\n')
		toml_newline(t);
	while (t->at < t->end) {
		n = quotes_at(t, quote);
		if (n >= 3) {
			t->at += n;
			for (; n > 3; n--)
				buf_char(out, quote);
			return 1;
		}
		if (quote == '"' && *t->at == '\\') {
			t->at++;
			if (!escape(t, 1, out))
				return 0;
		} else if (!character(t, 1, out)) {
			return 0;
		}
	}
	return toml_fail(t, "a string without its closing quotes");
}

int
toml_string(struct toml *t, struct buf *out)
{
	char quote = *t->at;

	if (quotes_at(t, quote) >= 3)
		return multi_line(t, quote, out);
	for (t->at++; t->at < t->end;) {
		if (*t->at == quote) {
			t->at++;
			return 1;
		}
		if (quote == '"' && *t->at == '\\') {
			t->at++;
			if (!escape(t, 0, out))
				return 0;
		} else if (!character(t, 0, out)) {
			return 0;
		}
	}
	return toml_fail(t, "a string without its closing quote");
}

/* ---- other values ---- */

static size_t
digits(struct slice s, size_t i, const char *which)
{
	size_t start = i;

	while (i < s.len && s.data[i] != '\0' &&
	       (strchr(which, s.data[i]) != NULL ||
		(s.data[i] == '_' && i > start && i + 1 < s.len &&
		 s.data[i - 1] != '_' && s.data[i + 1] != '\0' &&
		 strchr(which, s.data[i + 1]) != NULL)))
		i++;
	return i - start;
}

static const char decimal[] = "0123456789";

/* Behind the sign: digits, without a zero before others. */
static int
is_decimal(struct slice s)
{
	size_t n = digits(s, 0, decimal), m, i = n;

	if (n == 0 || (n > 1 && s.data[0] == '0'))
		return 0;
	if (i < s.len && s.data[i] == '.') {
		m = digits(s, i + 1, decimal);
		if (m == 0)
			return 0;
		i += 1 + m;
	}
	if (i < s.len && (s.data[i] | 0x20) == 'e') {
		i++;
		i += i < s.len && (s.data[i] == '+' || s.data[i] == '-');
		m = digits(s, i, decimal);
		if (m == 0)
			return 0;
		i += m;
	}
	return i == s.len;
}

static int
is_number(struct slice s)
{
	static const char *const bases[] = {"x0123456789abcdefABCDEF",
					    "o01234567", "b01"};
	size_t i;

	if (s.len > 2 && s.data[0] == '0')
		for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
			if (s.data[1] == bases[i][0])
				return digits(s, 2, bases[i] + 1) == s.len - 2;
	if (s.len > 0 && (s.data[0] == '+' || s.data[0] == '-')) {
		s.data++;
		s.len--;
	}
	return slice_is(s, "inf") || slice_is(s, "nan") || is_decimal(s);
}

static int
is_time(struct slice s)
{
	char day[40] = "2000-01-01T";
	int64_t t;

	if (s.len < 5 || s.len > 24 || s.data[2] != ':' ||
	    memchr(s.data, '+', s.len) != NULL ||
	    memchr(s.data, '-', s.len) != NULL)
		return 0;
	memcpy(day + 11, s.data, s.len);
	return date_parse((struct slice){day, 11 + s.len}, &t);
}

static int
is_word(struct slice s)
{
	int64_t t;

	return slice_is(s, "true") || slice_is(s, "false") || is_number(s) ||
	       date_parse(s, &t) || is_time(s);
}

static int
is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '_' ||
	       c == '.' || c == ':';
}

int
toml_word(struct toml *t, struct buf *out)
{
	const char *p = t->at;
	struct slice word;
	size_t i;

	while (p < t->end && is_word_char(*p))
		p++;
	/* A blank may stand between a day and a time. */
	if (p - t->at == 10 && t->at[4] == '-' && t->end - p > 1 && *p == ' ' &&
	    p[1] >= '0' && p[1] <= '9')
		for (p++; p < t->end && is_word_char(*p);)
			p++;
	word = (struct slice){t->at, (size_t)(p - t->at)};
	if (!is_word(word))
		return toml_fail(t, "a value was expected: a string in quotes, "
				    "a number, a date, true, false, a list or "
				    "a table");
	for (i = 0; i < word.len; i++)
		if (word.data[i] != '_')
			buf_char(out, word.data[i]);
	t->at = p;
	return 1;
}
