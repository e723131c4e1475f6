/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "imageread.h"

#define LOOKED_AT  (64u << 10) /* the root's start tag ends before */
#define PIXELS_MAX 1e6	       /* beyond it nobody means what is written */

struct svg_number {
	int known;
	double value;
};

/* ---- finding the root's start tag ---- */

/* Skips to behind the next `end`; 0 when there is none. */
static int
skip_past(struct slice *s, const char *end)
{
	size_t i, n = strlen(end);

	for (i = 0; i + n <= s->len; i++)
		if (memcmp(s->data + i, end, n) == 0) {
			s->data += i + n;
			s->len -= i + n;
			return 1;
		}
	return 0;
}

static int
begins(struct slice s, const char *text)
{
	size_t n = strlen(text);

	return s.len >= n && memcmp(s.data, text, n) == 0;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_spaces(struct slice *s)
{
	while (s->len > 0 && is_space(s->data[0])) {
		s->data++;
		s->len--;
	}
}

/* A document type: quoted strings, comments and a subset in brackets may hold
 * its end. */
static int
skip_doctype(struct slice *s)
{
	int inside = 0;
	char quote[2] = "";

	while (s->len > 0) {
		char c = s->data[0];

		if (begins(*s, "<!--")) {
			if (!skip_past(s, "-->"))
				return 0;
			continue;
		}
		s->data++;
		s->len--;
		if (c == '"' || c == '\'') {
			quote[0] = c;
			if (!skip_past(s, quote))
				return 0;
		} else if (c == '[' || c == ']') {
			inside = c == '[';
		} else if (c == '>' && !inside) {
			return 1;
		}
	}
	return 0;
}

/* To behind the name of the root, which must be svg, with or without a prefix.
 */
static int
find_root(struct slice *s)
{
	size_t n = 0, colon = 0;

	for (;;) {
		skip_spaces(s);
		if (begins(*s, "<!--") ? !skip_past(s, "-->")
		    : begins(*s, "<?") ? !skip_past(s, "?>")
		    : begins(*s, "<!") ? !skip_doctype(s)
				       : 1)
			break;
	}
	if (!begins(*s, "<") || begins(*s, "<!") || begins(*s, "<?"))
		return 0;
	for (n = 1; n < s->len && !is_space(s->data[n]) &&
		    strchr("/>=\"'", s->data[n]) == NULL;
	     n++)
		if (s->data[n] == ':')
			colon = n;
	if (!slice_is((struct slice){s->data + colon + 1, n - colon - 1},
		      "svg"))
		return 0;
	s->data += n;
	s->len -= n;
	return 1;
}

/* The next attribute of the tag; 0 at its end, or when it is none. */
static int
next_attribute(struct slice *s, struct slice *name, struct slice *value)
{
	char quote[2] = "";

	skip_spaces(s);
	*name = (struct slice){s->data, 0};
	while (s->len > 0 && !is_space(s->data[0]) &&
	       strchr("/>=\"'<", s->data[0]) == NULL) {
		name->len++;
		s->data++;
		s->len--;
	}
	skip_spaces(s);
	if (name->len == 0 || !begins(*s, "="))
		return 0;
	s->data++;
	s->len--;
	skip_spaces(s);
	if (!begins(*s, "\"") && !begins(*s, "'"))
		return 0;
	quote[0] = s->data[0];
	s->data++;
	s->len--;
	*value = (struct slice){s->data, 0};
	if (!skip_past(s, quote))
		return 0;
	value->len = (size_t)(s->data - value->data) - 1;
	return 1;
}

/* ---- numbers ---- */

static size_t
read_digits(struct slice *s, double *value, double *scale)
{
	size_t n;

	for (n = 0; s->len > 0 && s->data[0] >= '0' && s->data[0] <= '9'; n++) {
		if (*value < 1e12) {
			*value = *value * 10 + (s->data[0] - '0');
			*scale *= 10;
		}
		s->data++;
		s->len--;
	}
	return n;
}

/* A number of SVG without its rarely seen exponent: no locale, no libc. */
static int
read_number(struct slice *s, double *value)
{
	double whole = 0, fraction = 0, scale = 1, unused = 1;
	int negative = begins(*s, "-");
	size_t n;

	if (negative || begins(*s, "+")) {
		s->data++;
		s->len--;
	}
	n = read_digits(s, &whole, &unused);
	if (s->len > 1 && s->data[0] == '.') {
		s->data++;
		s->len--;
		n += read_digits(s, &fraction, &scale);
	}
	*value = (negative ? -1 : 1) * (whole + fraction / scale);
	return n > 0;
}

/* A length in one of CSS's absolute units; others depend on the page. */
static struct svg_number
read_length(struct slice s)
{
	static const struct {
		const char *name;
		double pixels;
	} units[] = {{"", 1},		{"px", 1},	    {"in", 96},
		     {"cm", 96 / 2.54}, {"mm", 9.6 / 2.54}, {"q", 2.4 / 2.54},
		     {"pt", 96.0 / 72}, {"pc", 16}};
	static const struct svg_number unknown = {0, 0};
	struct svg_number found = {1, 0};
	char unit[3] = "";
	size_t i;

	skip_spaces(&s);
	while (s.len > 0 && is_space(s.data[s.len - 1]))
		s.len--;
	if (!read_number(&s, &found.value) || s.len > 2)
		return unknown;
	for (i = 0; i < s.len; i++)
		unit[i] = (char)(s.data[i] >= 'A' && s.data[i] <= 'Z'
				     ? s.data[i] | 0x20
				     : s.data[i]);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0) {
			found.value *= units[i].pixels;
			return found;
		}
	return unknown;
}

/* The last two of viewBox's four numbers. */
static void
read_view(struct slice s, struct svg_number view[2])
{
	double v[4];
	int i;

	for (i = 0; i < 4; i++) {
		skip_spaces(&s);
		if (i > 0 && begins(s, ",")) {
			s.data++;
			s.len--;
			skip_spaces(&s);
		}
		if (!read_number(&s, &v[i]))
			return;
	}
	skip_spaces(&s);
	if (s.len > 0 || v[2] <= 0 || v[3] <= 0)
		return;
	view[0] = (struct svg_number){1, v[2]};
	view[1] = (struct svg_number){1, v[3]};
}

/* ---- together ---- */

static uint32_t
pixels(double v)
{
	return v > 0 && v < PIXELS_MAX ? (uint32_t)(v + 0.5) : 0;
}

int
image_svg(struct slice text, struct image_size *size)
{
	struct svg_number own[2] = {{0, 0}}, view[2] = {{0, 0}};
	struct slice name, value;

	if (text.len > LOOKED_AT)
		text.len = LOOKED_AT;
	if (begins(text, "\xef\xbb\xbf"))
		skip_past(&text, "\xef\xbb\xbf");
	if (!find_root(&text))
		return 0;
	while (next_attribute(&text, &name, &value))
		if (slice_is(name, "width"))
			own[0] = read_length(value);
		else if (slice_is(name, "height"))
			own[1] = read_length(value);
		else if (slice_is(name, "viewBox"))
			read_view(value, view);
	skip_spaces(&text);
	if (!begins(text, ">") && !begins(text, "/>"))
		return 0;
	if (!own[0].known && !own[1].known)
		memcpy(own, view, sizeof(own));
	else if (!own[0].known && view[0].known)
		own[0].value = own[1].value * view[0].value / view[1].value;
	else if (!own[1].known && view[0].known)
		own[1].value = own[0].value * view[1].value / view[0].value;
	size->width = pixels(own[0].value);
	size->height = pixels(own[1].value);
	return 1;
}
