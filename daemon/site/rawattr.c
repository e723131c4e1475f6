/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rawattr.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "notes.h"
#include "url.h"

#define URL_VALUE_MAX 4096 /* bytes; a longer URL is dropped */

enum value { TEXT, LINK, MEDIA, NUMBER, WORDS, IDENT, LANG, ONE_OF, FLAG };

static const struct attribute {
	const char *name;
	enum value value;
	unsigned where;
	const char *words; /* ONE_OF: " a b " */
} attributes[] = {
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
    {"lang", LANG, ATTR_GLOBAL, NULL},
    {"loop", FLAG, ATTR_PLAYER, NULL},
    {"muted", FLAG, ATTR_PLAYER, NULL},
    {"name", IDENT, ATTR_NAME, NULL},
    {"open", FLAG, ATTR_OPEN, NULL},
    {"poster", MEDIA, ATTR_POSTER, NULL},
    {"preload", ONE_OF, ATTR_PLAYER, " none metadata auto "},
    {"reversed", FLAG, ATTR_REVERSED, NULL},
    {"rowspan", NUMBER, ATTR_ROWSPAN, NULL},
    {"scope", ONE_OF, ATTR_SCOPE, " row col rowgroup colgroup "},
    {"span", NUMBER, ATTR_SPAN, NULL},
    {"src", MEDIA, ATTR_SRC, NULL},
    {"start", NUMBER, ATTR_START, NULL},
    {"title", TEXT, ATTR_GLOBAL, NULL},
    {"type", TEXT, ATTR_TYPE, NULL},
    {"value", NUMBER, ATTR_VALUE, NULL},
    {"width", NUMBER, ATTR_WIDTH, NULL},
};

#define NATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- one attribute ---- */

struct pair {
	struct slice name, value;
};

static size_t
blanks(struct slice s, size_t i)
{
	while (i < s.len && is_blank(s.data[i]))
		i++;
	return i;
}

static size_t
name_end(struct slice s, size_t i)
{
	size_t start = i;

	while (i < s.len &&
	       (is_letter(s.data[i]) || s.data[i] == '_' || s.data[i] == ':' ||
		(i > start && (is_digit(s.data[i]) || s.data[i] == '-' ||
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
	while (i < s.len && !is_blank(s.data[i]) && s.data[i] != '\0' &&
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

/* ---- character references ---- */

/* Length of a well-formed reference at "&", or 0. */
static size_t
reference_len(struct slice s)
{
	size_t i = 1, start;

	if (i < s.len && s.data[i] == '#') {
		i++;
		if (i < s.len && (s.data[i] | 0x20) == 'x')
			i++;
	}
	start = i;
	while (i < s.len && i - start < 32 &&
	       (is_letter(s.data[i]) || is_digit(s.data[i])))
		i++;
	return i > start && i < s.len && s.data[i] == ';' ? i + 1 : 0;
}

void
rawattr_text(struct htmlout *o, struct slice text)
{
	const char *amp;
	size_t n;

	while (text.len > 0 && !o->full) {
		amp = memchr(text.data, '&', text.len);
		n = amp != NULL ? (size_t)(amp - text.data) : text.len;
		html_escape(o, ESCAPE_TEXT, (struct slice){text.data, n});
		text = (struct slice){text.data + n, text.len - n};
		if (text.len == 0)
			break;
		n = reference_len(text);
		if (n > 0)
			html_raw(o, text.data, n);
		else
			html_str(o, "&amp;");
		n = n > 0 ? n : 1;
		text = (struct slice){text.data + n, text.len - n};
	}
}

/* A numeric reference at "&#", with or without its semicolon, as browsers read
 * it; returns its length. */
static size_t
numeric_reference(struct slice s, uint32_t *cp)
{
	int base = s.len > 2 && (s.data[2] | 0x20) == 'x' ? 16 : 10;
	size_t i = base == 16 ? 3 : 2, start = i;
	uint32_t n = 0;

	for (; i < s.len; i++) {
		char c = s.data[i];

		if (is_digit(c))
			n = n * (uint32_t)base + (uint32_t)(c - '0');
		else if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			n = n * 16 + (uint32_t)((c | 0x20) - 'a') + 10;
		else
			break;
		if (n > 0x10ffff)
			n = 0x110000;
	}
	if (i == start)
		return 0;
	*cp =
	    n == 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000) ? 0xfffd : n;
	return i + (i < s.len && s.data[i] == ';');
}

/* The five references that occur in URLs; others stay as they are, and are
 * escaped later, so they never mean more than their text. */
static size_t
named_reference(struct slice s, uint32_t *cp)
{
	static const struct {
		const char *text;
		char c;
	} names[] = {{"&amp;", '&'},
		     {"&lt;", '<'},
		     {"&gt;", '>'},
		     {"&quot;", '"'},
		     {"&apos;", '\''}};
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].text);
		if (s.len >= n && memcmp(s.data, names[i].text, n) == 0) {
			*cp = (unsigned char)names[i].c;
			return n;
		}
	}
	return 0;
}

/* Decodes references; -1 when it gets longer than room. */
static int
decode(struct slice s, char *out, size_t room, size_t *len)
{
	size_t i = 0, n;
	uint32_t cp;

	*len = 0;
	while (i < s.len) {
		struct slice at = {s.data + i, s.len - i};

		n = 0;
		if (at.data[0] == '&')
			n = at.len > 1 && at.data[1] == '#'
				? numeric_reference(at, &cp)
				: named_reference(at, &cp);
		if (room - *len < 4)
			return -1;
		if (n > 0) {
			*len += utf8_encode(cp, out + *len);
			i += n;
		} else {
			out[(*len)++] = s.data[i++];
		}
	}
	return 0;
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

/* sized: it is not an image that lacks width and height. */
static void
write_url(struct htmlout *o, const struct attribute *a, struct slice value,
	  int sized)
{
	char decoded[URL_VALUE_MAX];
	struct slice url = {decoded, 0};
	size_t start;

	if (decode(value, decoded, sizeof(decoded), &url.len) == -1 ||
	    !url_allowed(url, a->value == LINK ? URL_LINK : URL_MEDIA)) {
		if (o->notes != NULL)
			notes_problem(o->notes, SEVERITY_ERROR,
				      "an address of this kind is not "
				      "allowed; it is left out");
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
		if (!is_digit(s.data[i]))
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
		if (!is_letter(s.data[i]) && !is_digit(s.data[i]) &&
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
	case LANG:
		return is_words(value, "-");
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
	if (!is_proper(o, a, value))
		return;
	if (a->value == WORDS)
		html_needs(o, NOTES_CLASS);
	html_char(o, ' ');
	html_str(o, a->name);
	if (a->value == FLAG)
		return;
	html_str(o, "=\"");
	rawattr_text(o, value);
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
	}
	return seen;
}

/* What an author would miss on the page.  Others (style, onclick) are left out
 * without a word. */
static void
note_left_out(struct htmlout *o, struct slice name)
{
	static const char srcset[] = "srcset";

	if (o->notes != NULL && name.len == sizeof(srcset) - 1 &&
	    strncasecmp(name.data, srcset, name.len) == 0)
		notes_problem(o->notes, SEVERITY_WARNING,
			      "srcset is left out: the image of src is shown "
			      "to all");
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

	while (next_pair(s, &at, &pair)) {
		a = attribute_by_name(pair.name);
		if (a == NULL)
			note_left_out(o, pair.name);
		if (a == NULL || (a->where & (allowed | ATTR_GLOBAL)) == 0 ||
		    (a->value == WORDS && (allowed & ATTR_HAS_CLASS) != 0))
			continue;
		bit = (uint32_t)1 << (a - attributes);
		if ((seen & bit) == 0)
			write_pair(o, a, pair.value, sized);
		seen |= bit;
	}
	return there;
}
