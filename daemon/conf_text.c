/* SPDX-License-Identifier: ISC */
#include "conf_text.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 8 /* the grammar needs 3 */

static int
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("_-.:/@%~", c));
}

/* ------------------------------------------------------------ cleaning -- */

struct cleaner {
	char *p;
	int line;
	int faults;
	int open[DEPTH_MAX]; /* lines of the braces not yet closed */
	unsigned depth;
	conf_text_report_fn *report;
	void *ctx;
};

static void
fault(struct cleaner *c, int line, const char *message)
{
	c->faults++;
	c->report(c->ctx, line, message);
}

static void
blank_line(struct cleaner *c)
{
	while (*c->p != '\0' && *c->p != '\n')
		*c->p++ = ' ';
}

static void
clean_comment(struct cleaner *c)
{
	int start = c->line;

	while (*c->p != '\0' && strncmp(c->p, "*/", 2) != 0) {
		if (*c->p == '\n')
			c->line++;
		else
			*c->p = ' ';
		c->p++;
	}
	if (*c->p == '\0')
		fault(c, start, "this comment has no end: write \"*/\"");
	else
		memset(c->p, ' ', 2);
}

/* What is wrong with the string's byte at p, or NULL. */
static const char *
string_fault(const char *p, char quote)
{
	if (*p == '\0' || *p == '\n')
		return "this string has no closing quote on its line";
	if (*p == '\\' && p[1] != '\\' && p[1] != quote)
		return "a backslash stands before a quote or a backslash only: "
		       "write \"\\\\\" for a backslash";
	if (quote == '"' && strncmp(p, "${", 2) == 0)
		return "environment variables are not put in: write the value "
		       "itself instead of \"${\"";
	if ((unsigned char)*p < 0x20 || *p == 0x7f)
		return "this string holds a control character";
	return NULL;
}

static void
clean_string(struct cleaner *c)
{
	char quote = *c->p++;

	while (*c->p != quote) {
		const char *message = string_fault(c->p, quote);

		if (message != NULL) {
			fault(c, c->line, message);
			blank_line(c);
			return;
		}
		c->p += *c->p == '\\' ? 2 : 1;
	}
	c->p++;
}

static void
clean_brace(struct cleaner *c)
{
	if (*c->p == '{' && c->depth == DEPTH_MAX) {
		fault(c, c->line, "too many braces inside each other");
		c->p += strlen(c->p);
		c->depth = 0;
		return;
	}
	if (*c->p == '{')
		c->open[c->depth++] = c->line;
	else if (c->depth == 0)
		fault(c, c->line, "this \"}\" closes nothing");
	else
		c->depth--;
	c->p++;
}

static void
clean_word(struct cleaner *c)
{
	while (is_word_char(*c->p))
		c->p++;
	if (*c->p != '#')
		return;
	/* https://host/blog.git#branch would quietly lose its branch. */
	fault(c, c->line,
	      "\"#\" starts a comment: values that hold it need quotes");
	blank_line(c);
}

static void
clean_other(struct cleaner *c)
{
	unsigned char byte = (unsigned char)*c->p;
	char message[128];

	if (byte == '=' || byte == ',') {
		c->p++;
		return;
	}
	if (byte == ';')
		snprintf(message, sizeof(message),
			 "no semicolon is needed: take it out");
	else if (byte > 0x20 && byte < 0x7f)
		snprintf(message, sizeof(message),
			 "unexpected \"%c\": values that hold it need quotes",
			 byte);
	else
		snprintf(
		    message, sizeof(message),
		    "unexpected byte 0x%02x: values that hold it need quotes",
		    byte);
	fault(c, c->line, message);
	blank_line(c);
}

/* One step: a comment, a string, a brace, a run of word characters or a single
 * byte. */
static void
clean_step(struct cleaner *c)
{
	if (*c->p == '\n') {
		c->line++;
		c->p++;
	} else if (*c->p == ' ' || *c->p == '\t' || *c->p == '\r')
		c->p++;
	else if (*c->p == '#' || strncmp(c->p, "//", 2) == 0)
		blank_line(c);
	else if (strncmp(c->p, "/*", 2) == 0)
		clean_comment(c);
	else if (*c->p == '"' || *c->p == '\'')
		clean_string(c);
	else if (*c->p == '{' || *c->p == '}')
		clean_brace(c);
	else if (is_word_char(*c->p))
		clean_word(c);
	else
		clean_other(c);
}

int
conf_text_clean(char *text, conf_text_report_fn *report, void *ctx)
{
	struct cleaner c = {.p = text, .line = 1, .report = report, .ctx = ctx};

	while (*c.p != '\0')
		clean_step(&c);
	/* A fault may have hidden the closing brace: do not report it as well.
	 */
	if (c.depth > 0 && c.faults == 0)
		fault(&c, c.open[c.depth - 1],
		      "the \"{\" on this line is never closed");
	return c.faults;
}

/* ------------------------------------------------------------- reading -- */

enum token_type { T_END, T_WORD, T_STRING, T_EQUALS, T_OPEN, T_CLOSE, T_COMMA };

struct token {
	enum token_type type;
	size_t start, end; /* offsets of the bytes, quotes included */
	int line;
};

struct reader {
	const char *text;
	size_t at;
	int line;
};

static size_t
string_end(const char *text, size_t at)
{
	char quote = text[at++];

	while (text[at] != '\0' && text[at] != quote)
		at += text[at] == '\\' && text[at + 1] != '\0' ? 2 : 1;
	return text[at] == '\0' ? at : at + 1;
}

static enum token_type
token_type(char c)
{
	switch (c) {
	case '\0':
		return T_END;
	case '=':
		return T_EQUALS;
	case '{':
		return T_OPEN;
	case '}':
		return T_CLOSE;
	case ',':
		return T_COMMA;
	case '"':
	case '\'':
		return T_STRING;
	default:
		return T_WORD;
	}
}

static struct token
next(struct reader *r)
{
	struct token t;

	while (r->text[r->at] != '\0' && strchr(" \t\r\n", r->text[r->at])) {
		r->line += r->text[r->at] == '\n';
		r->at++;
	}
	t.type = token_type(r->text[r->at]);
	t.start = r->at;
	t.line = r->line;
	if (t.type == T_STRING)
		r->at = string_end(r->text, r->at);
	else if (t.type == T_WORD)
		do
			r->at++;
		while (is_word_char(r->text[r->at]));
	else if (t.type != T_END)
		r->at++;
	t.end = r->at;
	return t;
}

static int
token_is(const struct reader *r, const struct token *t, const char *name)
{
	size_t len = strlen(name);

	return t->type == T_WORD && t->end - t->start == len &&
	       memcmp(r->text + t->start, name, len) == 0;
}

int
conf_text_section(const char *text, const char *name, unsigned nth)
{
	struct reader r = {.text = text, .line = 1};
	unsigned depth = 0;
	struct token t;

	while ((t = next(&r)).type != T_END) {
		if (t.type == T_OPEN)
			depth++;
		else if (t.type == T_CLOSE && depth > 0)
			depth--;
		else if (depth == 0 && token_is(&r, &t, name) && nth-- == 0)
			return t.line;
	}
	return 0;
}

/* Puts the reader behind the name on that line; a value of that text does not
 * count. */
static int
find_name(struct reader *r, int line, const char *name, struct token *found)
{
	enum token_type before = T_END;
	struct token t;

	for (; (t = next(r)).type != T_END && t.line <= line; before = t.type)
		if (t.line == line && token_is(r, &t, name) &&
		    before != T_EQUALS && before != T_COMMA) {
			*found = t;
			return 1;
		}
	return 0;
}

static size_t
close_end(struct reader *r)
{
	unsigned depth = 1;
	struct token t;

	while (depth > 0 && (t = next(r)).type != T_END) {
		if (t.type == T_OPEN)
			depth++;
		else if (t.type == T_CLOSE)
			depth--;
	}
	return r->at;
}

/* Where the setting ends whose name the reader has just passed. */
static size_t
setting_end(struct reader r, const struct token *name)
{
	size_t end = name->end;
	struct token t = next(&r);
	int assigned = t.type == T_EQUALS;

	if (assigned) {
		end = t.end;
		t = next(&r);
	}
	if (t.type == T_STRING || t.type == T_WORD) {
		if (assigned || t.line == name->line)
			end = t.end;
		t = next(&r);
		if (assigned)
			return end;
	}
	return t.type == T_OPEN ? close_end(&r) : end;
}

int
conf_text_remove(char *text, int line, const char *name)
{
	struct reader r = {.text = text, .line = 1};
	struct token t;
	size_t end;

	if (!find_name(&r, line, name, &t))
		return 0;
	end = setting_end(r, &t);
	for (size_t i = t.start; i < end; i++)
		if (text[i] != '\n')
			text[i] = ' ';
	return 1;
}

int
conf_text_is_section(const char *text, int line, const char *name)
{
	struct reader r = {.text = text, .line = 1};
	struct token t;

	if (!find_name(&r, line, name, &t))
		return 0;
	t = next(&r);
	if (t.type == T_STRING || t.type == T_WORD)
		t = next(&r);
	return t.type == T_OPEN;
}
