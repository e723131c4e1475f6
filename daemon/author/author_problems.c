/* SPDX-License-Identifier: ISC */
#include "author_problems.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "../utf8.h"

static const char *const severities[] = {
    [SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning"};

/* ---- the list ---- */

/* ":12:3: " at s; where the message begins, or NULL. */
static const char *
position(const char *s, unsigned long *line, unsigned long *column)
{
	char *end;

	if (s[0] != ':' || !isdigit((unsigned char)s[1]))
		return NULL;
	*line = strtoul(s + 1, &end, 10);
	if (end[0] != ':' || !isdigit((unsigned char)end[1]))
		return NULL;
	*column = strtoul(end + 1, &end, 10);
	return end[0] == ':' && end[1] == ' ' ? end + 2 : NULL;
}

static void
split(struct author_problem *p, const char *text)
{
	const char *colon = text, *message = NULL;

	while (message == NULL && (colon = strchr(colon, ':')) != NULL)
		message = position(colon++, &p->line, &p->column);
	if (message == NULL) {
		p->line = p->column = 0;
		p->file = xstrndup("", 0);
		p->message = xstrndup(text, strlen(text));
		return;
	}
	p->file = xstrndup(text, (size_t)(colon - 1 - text));
	p->message = xstrndup(message, strlen(message));
}

void
author_problems_add(struct author_problems *p, enum severity severity,
		    const char *text)
{
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 64;
		p->list = xreallocarray(p->list, p->cap, sizeof(*p->list));
	}
	p->list[p->n].severity = severity;
	split(&p->list[p->n++], text);
}

static void
free_problem(struct author_problem *p)
{
	free(p->file);
	free(p->message);
}

void
author_problems_clear(struct author_problems *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_problem(&p->list[i]);
	free(p->list);
	memset(p, 0, sizeof(*p));
}

static int
compare(const void *a, const void *b)
{
	const struct author_problem *x = a, *y = b;
	int c = strcmp(x->file, y->file);

	if (c != 0)
		return c;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	c = strcmp(x->message, y->message);
	return c != 0 ? c : (int)x->severity - (int)y->severity;
}

void
author_problems_sort(struct author_problems *p)
{
	size_t n = 0;

	if (p->n > 0)
		qsort(p->list, p->n, sizeof(*p->list), compare);
	for (size_t i = 0; i < p->n; i++)
		if (n > 0 && compare(&p->list[n - 1], &p->list[i]) == 0)
			free_problem(&p->list[i]);
		else
			p->list[n++] = p->list[i];
	p->n = n;
}

size_t
author_problems_count(const struct author_problems *p, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->list[i].severity == severity;
	return n;
}

/* ---- characters ---- */

/* RFC 8259 section 7. */
static void
print_json(const char *s, FILE *out)
{
	const unsigned char *p = (const unsigned char *)s;

	putc('"', out);
	for (size_t left = strlen(s), n; left > 0; p += n, left -= n) {
		n = utf8_char_len(p, left);
		if (n == 0)
			fputs("\xef\xbf\xbd", out);
		else if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(out, "\\u%04x", *p);
		else
			fwrite(p, 1, n, out);
		n += n == 0;
	}
	putc('"', out);
}

/* What GitHub's runner decodes, and what would end a property. */
static void
print_github(const char *s, int property, FILE *out)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '%' || c < 0x20 || c == 0x7f ||
		    (property && (c == ':' || c == ',')))
			fprintf(out, "%%%02X", c);
		else
			putc(c, out);
	}
}

/* ---- lines ---- */

int
author_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && (no == NULL || *no == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

static void
text_line(const struct author_problem *p, int colour, FILE *out)
{
	const char *on =
	    p->severity == SEVERITY_ERROR ? "\033[1;31m" : "\033[1;33m";

	if (*p->file != '\0') {
		utf8_print(out, p->file);
		fprintf(out, ":%lu:%lu: ", p->line, p->column);
	}
	fprintf(out, "%s%s:%s ", colour ? on : "", severities[p->severity],
		colour ? "\033[0m" : "");
	utf8_print(out, p->message);
	putc('\n', out);
}

static void
github_line(const struct author_problem *p, FILE *out)
{
	fprintf(out, "::%s", severities[p->severity]);
	if (*p->file != '\0') {
		fputs(" file=", out);
		print_github(p->file, 1, out);
		fprintf(out, ",line=%lu,col=%lu", p->line, p->column);
	}
	fputs("::", out);
	print_github(p->message, 0, out);
	putc('\n', out);
}

void
author_problems_print(const struct author_problems *p,
		      enum author_format format, int colour, FILE *out)
{
	for (size_t i = 0; i < p->n; i++)
		if (format == FORMAT_GITHUB)
			github_line(&p->list[i], out);
		else
			text_line(&p->list[i], colour, out);
}

static void
json_object(const struct author_problem *p, FILE *out)
{
	fputs("{\"file\": ", out);
	print_json(p->file, out);
	fprintf(out, ", \"line\": %lu, \"column\": %lu, \"severity\": \"%s\"",
		p->line, p->column, severities[p->severity]);
	fputs(", \"message\": ", out);
	print_json(p->message, out);
	putc('}', out);
}

void
author_problems_json(const struct author_problems *p, size_t articles,
		     FILE *out)
{
	fprintf(out, "{\n  \"articles\": %zu,\n  \"problems\": [", articles);
	for (size_t i = 0; i < p->n; i++) {
		fputs(i == 0 ? "\n    " : ",\n    ", out);
		json_object(&p->list[i], out);
	}
	fputs(p->n > 0 ? "\n  ]\n}\n" : "]\n}\n", out);
}

static void
count(size_t n, const char *what, FILE *out)
{
	fprintf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

void
author_problems_summary(const struct author_problems *p, size_t articles,
			FILE *out)
{
	size_t errors = author_problems_count(p, SEVERITY_ERROR);

	count(articles, "article", out);
	fputs(", ", out);
	count(errors, "error", out);
	fputs(", ", out);
	count(p->n - errors, "warning", out);
	putc('\n', out);
}
