/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rawattr.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ascii.h"
#include "notes.h"
#include "rawsrcset.h"
#include "rawtext.h"
#include "url.h"

#define URL_VALUE_MAX 4096 /* bytes; a longer URL or srcset is dropped */

enum value {
	TEXT,
	LINK,
	MEDIA,
	SOURCES, /* srcset */
	QUERY,	 /* a media query, or lengths by such */
	NUMBER,
	WORDS, /* of class */
	NAMES, /* of languages and relations */
	IDENT,
	SIDE, /* becomes a class */
	ONE_OF,
	FLAG
};

static const struct attribute {
	const char *name;
	enum value value;
	unsigned where;
	const char *words; /* ONE_OF: " a b " */
} attributes[] = {
    {"align", SIDE, ATTR_ALIGN, NULL},
    {"alt", TEXT, ATTR_ALT, NULL},
    {"cite", LINK, ATTR_CITE, NULL},
    {"class", WORDS, ATTR_GLOBAL, NULL},
    {"colspan", NUMBER, ATTR_COLSPAN, NULL},
    {"controls", FLAG, ATTR_PLAYER, NULL},
    {"datetime", TEXT, ATTR_DATETIME, NULL},
    {"dir", ONE_OF, ATTR_GLOBAL, " ltr rtl auto "},
    {"height", NUMBER, ATTR_HEIGHT, NULL},
    {"href", LINK, ATTR_HREF, NULL},
    {"id", IDENT, ATTR_GLOBAL, NULL},
    {"lang", NAMES, ATTR_GLOBAL, NULL},
    {"loop", FLAG, ATTR_PLAYER, NULL},
    {"media", QUERY, ATTR_MEDIA, NULL},
    {"muted", FLAG, ATTR_PLAYER, NULL},
    {"name", IDENT, ATTR_NAME, NULL},
    {"open", FLAG, ATTR_OPEN, NULL},
    {"poster", MEDIA, ATTR_POSTER, NULL},
    {"preload", ONE_OF, ATTR_PLAYER, " none metadata auto "},
    {"rel", NAMES, ATTR_REL, NULL},
    {"reversed", FLAG, ATTR_REVERSED, NULL},
    {"rowspan", NUMBER, ATTR_ROWSPAN, NULL},
    {"scope", ONE_OF, ATTR_SCOPE, " row col rowgroup colgroup "},
    {"sizes", QUERY, ATTR_SRCSET, NULL},
    {"span", NUMBER, ATTR_SPAN, NULL},
    {"src", MEDIA, ATTR_SRC, NULL},
    {"srcset", SOURCES, ATTR_SRCSET, NULL},
    {"start", NUMBER, ATTR_START, NULL},
    {"title", TEXT, ATTR_GLOBAL, NULL},
    {"type", TEXT, ATTR_TYPE, NULL},
    {"value", NUMBER, ATTR_VALUE, NULL},
    {"width", NUMBER, ATTR_WIDTH, NULL},
};

#define NATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))
_Static_assert(NATTRIBUTES <= 32, "each has a bit");

/* ---- one attribute ---- */

struct pair {
	struct slice name, value;
};

static size_t
blanks(struct slice s, size_t i)
{
	while (i < s.len && ascii_is_space(s.data[i]))
		i++;
	return i;
}

static size_t
name_end(struct slice s, size_t i)
{
	size_t start = i;

	while (i < s.len &&
	       (ascii_is_letter(s.data[i]) || s.data[i] == '_' ||
		s.data[i] == ':' ||
		(i > start && (ascii_is_digit(s.data[i]) || s.data[i] == '-' ||
			       s.data[i] == '.'))))
		i++;
	return i;
}

/* The value at i (CommonMark 0.29 section 6.10); returns the offset behind it,
 * 0 when there is none. */
static size_t
parse_value(struct slice s, size_t i, struct slice *value)
{
	const char *end;
	size_t start = i;

	if (i == s.len)
		return 0;
	if (s.data[i] == '"' || s.data[i] == '\'') {
		end = memchr(s.data + i + 1, s.data[i], s.len - i - 1);
		if (end == NULL)
			return 0;
		*value = (struct slice){s.data + i + 1,
					(size_t)(end - s.data) - i - 1};
		return (size_t)(end - s.data) + 1;
	}
	while (i < s.len && !ascii_is_space(s.data[i]) && s.data[i] != '\0' &&
	       strchr("\"'=<>`", s.data[i]) == NULL)
		i++;
	*value = (struct slice){s.data + start, i - start};
	return i > start ? i : 0;
}

/* Parses blanks and one attribute from *at; 0 when there is no further one. */
static int
next_pair(struct slice s, size_t *at, struct pair *pair)
{
	size_t i = blanks(s, *at), end, equals;

	end = i > *at ? name_end(s, i) : i;
	if (end == i)
		return 0;
	pair->name = (struct slice){s.data + i, end - i};
	pair->value = (struct slice){"", 0};
	equals = blanks(s, end);
	if (equals < s.len && s.data[equals] == '=') {
		end = parse_value(s, blanks(s, equals + 1), &pair->value);
		if (end == 0)
			return 0;
	}
	*at = end;
	return 1;
}

size_t
rawattr_skip(struct slice s)
{
	struct pair pair;
	size_t i = 0;

	while (next_pair(s, &i, &pair))
		;
	return blanks(s, i);
}

/* ---- values ---- */

/* What may lead to another file; cite is not looked at. */
static void
note_url(struct htmlout *o, const struct attribute *a, int sized,
	 struct slice url, size_t start)
{
	if (a->where == ATTR_HREF)
		html_note_reference(o, NOTE_LINK, url, start);
	else if (a->where == ATTR_SRC)
		html_note_reference(o, sized ? NOTE_MEDIA : NOTE_IMAGE, url,
				    start);
	else if (a->where == ATTR_POSTER)
		html_note_reference(o, NOTE_MEDIA, url, start);
}

static void
refuse(struct htmlout *o, const char *message)
{
	if (o->notes != NULL)
		notes_problem(o->notes, SEVERITY_ERROR, message);
}

/* 0 when no candidate is left. */
static int
write_srcset(struct htmlout *o, struct slice value)
{
	char decoded[URL_VALUE_MAX];
	struct slice list = {decoded, 0};

	if (rawtext_decode(value, decoded, sizeof(decoded), &list.len) == 0)
		return rawsrcset_write(o, list);
	refuse(o, "the srcset is too long; it is left out");
	return 0;
}

/* sized: it is not an image that lacks width and height. */
static void
write_url(struct htmlout *o, const struct attribute *a, struct slice value,
	  int sized)
{
	char decoded[URL_VALUE_MAX];
	struct slice url = {decoded, 0};
	size_t start;

	if (rawtext_decode(value, decoded, sizeof(decoded), &url.len) == -1 ||
	    !url_allowed(url, a->value == LINK ? URL_LINK : URL_MEDIA)) {
		refuse(o, "an address of this kind is not allowed; it is left "
			  "out");
		return;
	}
	html_char(o, ' ');
	html_str(o, a->name);
	html_str(o, "=\"");
	start = o->len;
	html_escape(o, ESCAPE_HREF, url);
	note_url(o, a, sized, url, start);
	html_char(o, '"');
}

static int
is_number(struct slice s)
{
	size_t i = s.len > 1 && s.data[0] == '-';

	if (s.len > 0 && i < s.len - 1 && s.data[s.len - 1] == '%')
		s.len--;
	if (s.len == 0 || s.len > 6)
		return 0;
	for (; i < s.len; i++)
		if (!ascii_is_digit(s.data[i]))
			return 0;
	return 1;
}

static int
is_words(struct slice s, const char *extra)
{
	size_t i;

	if (s.len == 0 || s.len > 200)
		return 0;
	for (i = 0; i < s.len; i++)
		if (!ascii_is_letter(s.data[i]) && !ascii_is_digit(s.data[i]) &&
		    (s.data[i] == '\0' || strchr(extra, s.data[i]) == NULL))
			return 0;
	return 1;
}

static int
is_one_of(struct slice s, const char *words)
{
	char padded[16];

	if (s.len == 0 || s.len > sizeof(padded) - 3 || !is_words(s, ""))
		return 0;
	padded[0] = ' ';
	memcpy(padded + 1, s.data, s.len);
	padded[s.len + 1] = ' ';
	padded[s.len + 2] = '\0';
	return strstr(words, padded) != NULL;
}

/* What is obsolete in HTML, and everywhere in old blogs; left is no class. */
static void
write_side(struct htmlout *o, struct slice value)
{
	static const char *const sides[] = {"center", "right"};
	size_t i;

	for (i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		if (strlen(sides[i]) != value.len ||
		    strncasecmp(sides[i], value.data, value.len) != 0)
			continue;
		html_needs(o, NOTES_CLASS);
		html_str(o, " class=\"");
		html_str(o, sides[i]);
		html_char(o, '"');
	}
}

static int
claim_id(struct htmlout *o, struct slice id)
{
	struct note note = {.type = NOTE_ID, .text = id};

	if (!html_claim_id(o, id))
		return 0;
	if (o->notes != NULL)
		notes_here(o->notes, &note);
	return 1;
}

static int
is_proper(struct htmlout *o, const struct attribute *a, struct slice value)
{
	switch (a->value) {
	case NUMBER:
		return is_number(value);
	case WORDS:
		return is_words(value, " -_");
	case IDENT:
		/* No dot: the page's own ids have one, and are safe. */
		return is_words(value, "-_") && claim_id(o, value);
	case NAMES:
		return is_words(value, " -");
	case QUERY:
		return is_words(value, " \t\n().,:/%<>=+*-");
	case ONE_OF:
		return is_one_of(value, a->words);
	default:
		return 1;
	}
}

static void
write_pair(struct htmlout *o, const struct attribute *a, struct slice value,
	   int sized)
{
	if (a->value == LINK || a->value == MEDIA) {
		write_url(o, a, value, sized);
		return;
	}
	if (a->value == SIDE) {
		write_side(o, value);
		return;
	}
	if (!is_proper(o, a, value))
		return;
	if (a->value == WORDS)
		html_needs(o, NOTES_CLASS);
	html_char(o, ' ');
	html_str(o, a->name);
	if (a->value == FLAG)
		return;
	html_str(o, "=\"");
	rawtext_write(o, value);
	html_char(o, '"');
}

static const struct attribute *
attribute_by_name(struct slice name)
{
	size_t i;

	for (i = 0; i < NATTRIBUTES; i++)
		if (strlen(attributes[i].name) == name.len &&
		    strncasecmp(attributes[i].name, name.data, name.len) == 0)
			return &attributes[i];
	return NULL;
}

/* Which of the attributes are there, by ATTR_ bits and the bit of each. */
static unsigned
look(struct slice s, unsigned allowed)
{
	const struct attribute *a;
	struct pair pair;
	unsigned seen = 0;
	size_t at = 0;

	while (next_pair(s, &at, &pair)) {
		a = attribute_by_name(pair.name);
		if (a != NULL && a->where != ATTR_GLOBAL)
			seen |= a->where & allowed;
		else if (a != NULL && a->value == WORDS)
			seen |= ATTR_HAS_CLASS;
	}
	return seen;
}

/* What an author would miss on the page, once in a text.  Others (onclick,
 * target) are left out without a word. */
static void
note_left_out(struct htmlout *o, struct slice name)
{
	static const char style[] = "style";

	if (o->notes == NULL || o->no_style || name.len != sizeof(style) - 1 ||
	    strncasecmp(name.data, style, name.len) != 0)
		return;
	o->no_style = 1;
	notes_problem(o->notes, SEVERITY_WARNING,
		      "style is left out: name a class, and say in "
		      "static/css/style.css how that looks");
}

/* May it stand there, beside the class that there may be? */
static int
may_stand(const struct attribute *a, unsigned allowed, unsigned there)
{
	if ((a->where & (allowed | ATTR_GLOBAL)) == 0)
		return 0;
	if (a->value == SIDE)
		return ((allowed | there) & ATTR_HAS_CLASS) == 0;
	return a->value != WORDS || (allowed & ATTR_HAS_CLASS) == 0;
}

unsigned
rawattr_write(struct htmlout *o, struct slice s, unsigned allowed)
{
	unsigned there = look(s, allowed);
	int sized = (allowed & ATTR_ALT) == 0 ||
		    (there & (ATTR_WIDTH | ATTR_HEIGHT)) != 0;
	const struct attribute *a;
	struct pair pair;
	uint32_t seen = 0, bit;
	size_t at = 0;

	there &= ~(unsigned)ATTR_SRCSET;
	while (next_pair(s, &at, &pair)) {
		a = attribute_by_name(pair.name);
		if (a == NULL)
			note_left_out(o, pair.name);
		if (a == NULL || !may_stand(a, allowed, there))
			continue;
		bit = (uint32_t)1 << (a - attributes);
		if ((seen & bit) != 0)
			continue;
		seen |= bit;
		if (a->value != SOURCES)
			write_pair(o, a, pair.value, sized);
		else if (write_srcset(o, pair.value))
			there |= ATTR_SRCSET;
	}
	return there;
}
