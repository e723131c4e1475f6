/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rawhtml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notes.h"
#include "rawattr.h"
#include "rawtext.h"

/* What an element may stand in, where a stray one could end an element of the
 * page around the post (HTML, section 13.2.6). */
enum family {
	ANY,
	LISTED,
	DEFINED,
	TABLED,
	SECTIONED,
	CELL,
	COLUMN,
	PLAYED,
	ANNOTATED
};

struct element {
	const char *name;
	enum family family;
	int is_void;
	unsigned attributes; /* ATTR_* beyond the global ones */
};

#define SIZE  (ATTR_WIDTH | ATTR_HEIGHT)
#define MEDIA (ATTR_SRC | SIZE)
#define CELLS (ATTR_COLSPAN | ATTR_ROWSPAN | ATTR_ALIGN)
/* A source of audio and video has an address, one of a picture a list. */
#define PLAYED_SOURCE  (ATTR_SRC | ATTR_TYPE | ATTR_MEDIA)
#define PICTURE_SOURCE (SIZE | ATTR_SRCSET | ATTR_TYPE | ATTR_MEDIA)

/* Sorted by name, for bsearch. */
static const struct element elements[] = {
    {"a", ANY, 0, ATTR_HREF | ATTR_NAME | ATTR_REL},
    {"abbr", ANY, 0, 0},
    {"address", ANY, 0, 0},
    {"audio", ANY, 0, ATTR_SRC | ATTR_PLAYER},
    {"b", ANY, 0, 0},
    {"bdi", ANY, 0, 0},
    {"bdo", ANY, 0, 0},
    {"blockquote", ANY, 0, ATTR_CITE},
    {"br", ANY, 1, 0},
    {"caption", TABLED, 0, 0},
    {"cite", ANY, 0, 0},
    {"code", ANY, 0, 0},
    {"col", COLUMN, 1, ATTR_SPAN},
    {"colgroup", TABLED, 0, ATTR_SPAN},
    {"dd", DEFINED, 0, 0},
    {"del", ANY, 0, ATTR_CITE | ATTR_DATETIME},
    {"details", ANY, 0, ATTR_OPEN},
    {"dfn", ANY, 0, 0},
    {"div", ANY, 0, ATTR_ALIGN},
    {"dl", ANY, 0, 0},
    {"dt", DEFINED, 0, 0},
    {"em", ANY, 0, 0},
    {"figcaption", ANY, 0, 0},
    {"figure", ANY, 0, 0},
    {"h2", ANY, 0, ATTR_ALIGN},
    {"h3", ANY, 0, ATTR_ALIGN},
    {"h4", ANY, 0, ATTR_ALIGN},
    {"h5", ANY, 0, ATTR_ALIGN},
    {"h6", ANY, 0, ATTR_ALIGN},
    {"hr", ANY, 1, 0},
    {"i", ANY, 0, 0},
    {"img", ANY, 1, MEDIA | ATTR_ALT | ATTR_SRCSET},
    {"ins", ANY, 0, ATTR_CITE | ATTR_DATETIME},
    {"kbd", ANY, 0, 0},
    {"li", LISTED, 0, ATTR_VALUE},
    {"mark", ANY, 0, 0},
    {"ol", ANY, 0, ATTR_START | ATTR_REVERSED},
    {"p", ANY, 0, ATTR_ALIGN},
    {"picture", ANY, 0, 0},
    {"pre", ANY, 0, 0},
    {"q", ANY, 0, ATTR_CITE},
    {"rp", ANNOTATED, 0, 0},
    {"rt", ANNOTATED, 0, 0},
    {"ruby", ANY, 0, 0},
    {"s", ANY, 0, 0},
    {"samp", ANY, 0, 0},
    {"section", ANY, 0, 0},
    {"small", ANY, 0, 0},
    {"source", PLAYED, 1, PLAYED_SOURCE},
    {"span", ANY, 0, 0},
    {"strong", ANY, 0, 0},
    {"sub", ANY, 0, 0},
    {"summary", ANY, 0, 0},
    {"sup", ANY, 0, 0},
    {"table", ANY, 0, 0},
    {"tbody", TABLED, 0, 0},
    {"td", CELL, 0, CELLS},
    {"tfoot", TABLED, 0, 0},
    {"th", CELL, 0, CELLS | ATTR_SCOPE},
    {"thead", TABLED, 0, 0},
    {"time", ANY, 0, ATTR_DATETIME},
    {"tr", SECTIONED, 0, 0},
    {"u", ANY, 0, 0},
    {"ul", ANY, 0, 0},
    {"var", ANY, 0, 0},
    {"video", ANY, 0, MEDIA | ATTR_PLAYER | ATTR_POSTER},
    {"wbr", ANY, 1, 0},
};

#define HEADINGS " h2 h3 h4 h5 h6 " /* as in a rule */

#define NELEMENTS (sizeof(elements) / sizeof(elements[0]))
_Static_assert(NELEMENTS < HTML_NONE, "an element's number is one byte");

/* Parents by family, and which open siblings a start tag closes (the end tags
 * that HTML lets an author leave out). */
static const struct rule {
	const char *parents; /* " name name " */
	const char *closes;
} rules[] = {
    [ANY] = {NULL, ""},
    [LISTED] = {" ul ol ", " li "},
    [DEFINED] = {" dl ", " dt dd "},
    [TABLED] = {" table ", " td th tr thead tbody tfoot colgroup caption "},
    [SECTIONED] = {" table thead tbody tfoot ", " td th tr colgroup caption "},
    [CELL] = {" tr ", " td th "},
    [COLUMN] = {" colgroup ", ""},
    [PLAYED] = {" audio picture video ", ""},
    [ANNOTATED] = {" ruby ", " rt rp "},
};

/* What blogs of all ages have, and HTML has no longer or should not have here:
 * the first heading is the page's title.  Sorted by name. */
static const struct alias {
	const char *name, *meaning, *class;
} aliases[] = {
    {"acronym", "abbr", NULL},	{"aside", "div", "aside"},
    {"big", "span", NULL},	{"center", "div", "center"},
    {"font", "span", NULL},	{"h1", "h2", NULL},
    {"nobr", "span", "nowrap"}, {"strike", "s", NULL},
    {"tt", "code", NULL},
};

#define NALIASES (sizeof(aliases) / sizeof(aliases[0]))

/* What an author may take for harmless, and should know not to be shown. */
static const char *const refused[] = {"iframe", "script", "style", "object",
				      "embed",	"form",	  "input", "button",
				      "svg",	"math",	  "link",  "meta"};

const char *
rawhtml_name(uint8_t i)
{
	return i < NELEMENTS ? elements[i].name : "";
}

static int
compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct element *)entry)->name);
}

static int
compare_alias(const void *key, const void *entry)
{
	return strcmp(key, ((const struct alias *)entry)->name);
}

#define NAME_MAX_LEN 12 /* with its NUL */

/* In lower case; 0 when it is the name of no element that is known here. */
static int
lower_name(struct slice name, char lower[NAME_MAX_LEN])
{
	size_t i;

	if (name.len >= NAME_MAX_LEN)
		return 0;
	for (i = 0; i < name.len; i++)
		lower[i] = name.data[i] >= 'A' && name.data[i] <= 'Z'
			       ? (char)(name.data[i] | 0x20)
			       : name.data[i];
	lower[i] = '\0';
	return 1;
}

/* The element, or the one it stands for, and the class of that. */
static const struct element *
element_by_name(struct slice name, const char **class)
{
	char lower[NAME_MAX_LEN];
	const struct alias *alias;
	const char *meaning = lower;

	*class = NULL;
	if (!lower_name(name, lower))
		return NULL;
	alias = bsearch(lower, aliases, NALIASES, sizeof(aliases[0]),
			compare_alias);
	if (alias != NULL) {
		meaning = alias->meaning;
		*class = alias->class;
	}
	return bsearch(meaning, elements, NELEMENTS, sizeof(elements[0]),
		       compare);
}

static int
listed(const char *list, uint8_t element)
{
	const char *name = rawhtml_name(element);
	size_t n = strlen(name);
	const char *p;

	if (n == 0)
		return 0;
	for (p = strstr(list, name); p != NULL; p = strstr(p + 1, name))
		if (p[-1] == ' ' && p[n] == ' ')
			return 1;
	return 0;
}

/* The place behind the inmost part of a table in which no cell holds what
 * comes next, or 0. */
static size_t
table_around(const struct htmlout *o)
{
	size_t i;

	for (i = o->nopen; i > 0 && o->open[i - 1] != HTML_BARRIER; i--) {
		if (listed(" td th caption ", o->open[i - 1]))
			return 0;
		if (listed(" table thead tbody tfoot tr colgroup ",
			   o->open[i - 1]))
			return i;
	}
	return 0;
}

void
rawhtml_end_table(struct htmlout *o)
{
	size_t i;

	while (o->nraw > 0 && (i = table_around(o)) > 0)
		html_close(o, o->open[i - 1]);
}

static int
is_in_heading(const struct htmlout *o)
{
	size_t i;

	for (i = o->nopen; i > 0; i--)
		if (listed(HEADINGS, o->open[i - 1]))
			return 1;
	return o->in_heading;
}

/* May it stand here at all?  A browser ends a table where another begins in it
 * outside of a cell, and a heading likewise, with all that was opened inside:
 * end tags that we write later would then end what is around the post. */
static int
may_nest(const struct htmlout *o, const struct element *e)
{
	uint8_t number = (uint8_t)(e - elements);

	if (strcmp(e->name, "table") == 0)
		return table_around(o) == 0;
	return !listed(HEADINGS, number) || !is_in_heading(o);
}

/* Makes room for the element: closes siblings whose end tag was left out, and
 * says whether it may stand where we are then. */
static int
may_open(struct htmlout *o, const struct element *e)
{
	const struct rule *rule = &rules[e->family];
	size_t depth = o->nopen;

	if (e->family == ANY)
		return may_nest(o, e);
	/* Look first, close after: a refused tag changes nothing. */
	while (depth > 0 && listed(rule->closes, o->open[depth - 1]))
		depth--;
	if (depth == 0 || !listed(rule->parents, o->open[depth - 1]))
		return 0;
	while (o->nopen > depth)
		html_close(o, o->open[o->nopen - 1]);
	return 1;
}

/* ---- tokens ---- */

struct tag {
	const struct element *element;
	const char *class;	 /* that it has anyway, or NULL */
	struct slice attributes; /* between the name and the end */
	int closing, self_closing;
	size_t len; /* of the whole tag */
};

static size_t
name_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len && ((s.data[i] >= 'a' && s.data[i] <= 'z') ||
			     (s.data[i] >= 'A' && s.data[i] <= 'Z') ||
			     (i > 0 && s.data[i] >= '0' && s.data[i] <= '9')))
		i++;
	return i;
}

/* Parses the tag at "<"; 0 when it is none, or none that is allowed. */
static int
parse_tag(struct slice s, struct tag *t)
{
	size_t i = 1, n;

	memset(t, 0, sizeof(*t));
	if (i < s.len && s.data[i] == '/') {
		t->closing = 1;
		i++;
	}
	n = name_len(slice_from(s, i));
	t->element = element_by_name((struct slice){s.data + i, n}, &t->class);
	if (n == 0 || t->element == NULL)
		return 0;
	i += n;
	n = rawattr_skip(slice_from(s, i));
	t->attributes = (struct slice){s.data + i, n};
	i += n;
	if (i < s.len && s.data[i] == '/' && !t->closing) {
		t->self_closing = 1;
		i++;
	}
	if (i >= s.len || s.data[i] != '>')
		return 0;
	t->len = i + 1;
	return 1;
}

/* Length of a comment at "<", or 0. */
static size_t
comment_len(struct slice s)
{
	const char *end;

	if (s.len < 7 || memcmp(s.data, "<!--", 4) != 0)
		return 0;
	end = memmem(s.data + 4, s.len - 4, "-->", 3);
	return end != NULL ? (size_t)(end - s.data) + 3 : 0;
}

static int
is_image(const struct tag *t)
{
	return strcmp(t->element->name, "img") == 0;
}

static void
problem(struct htmlout *o, enum severity severity, const char *message)
{
	if (o->notes != NULL)
		notes_problem(o->notes, severity, message);
}

static int
is_picture_source(const struct htmlout *o, const struct tag *t)
{
	return strcmp(t->element->name, "source") == 0 &&
	       strcmp(rawhtml_name(html_innermost(o)), "picture") == 0;
}

/* 0 when it is nothing without one that is not there. */
static int
write_attributes(struct htmlout *o, const struct tag *t)
{
	int in_picture = is_picture_source(o, t);
	unsigned seen;

	seen = rawattr_write(
	    o, t->attributes,
	    (in_picture ? PICTURE_SOURCE : t->element->attributes) |
		(t->class != NULL ? ATTR_HAS_CLASS : 0));
	if (in_picture && (seen & ATTR_SRCSET) == 0)
		problem(o, SEVERITY_WARNING,
			"a source of a picture needs a srcset; it is left out");
	if (in_picture)
		return (seen & ATTR_SRCSET) != 0;
	if (!is_image(t))
		return 1;
	if ((seen & ATTR_ALT) == 0) {
		html_str(o, " alt=\"\"");
		problem(o, SEVERITY_WARNING,
			"the image has no alternative text");
	}
	html_lazy(o);
	return 1;
}

/* The styles of elements. */
static void
need_styles(struct htmlout *o, const struct tag *t)
{
	static const struct {
		const char *elements; /* as a rule's */
		uint32_t needs;
	} styled[] = {
	    {" code kbd pre samp h2 h3 h4 h5 h6 ", NOTES_TEXT},
	    {" blockquote dd details dl dt figcaption figure hr img mark "
	     "video ",
	     NOTES_FIGURE},
	    {" table td th tr ", NOTES_ASIDE},
	};
	uint8_t number = (uint8_t)(t->element - elements);

	if (t->class != NULL)
		html_needs(o, NOTES_CLASS);
	for (size_t i = 0; i < sizeof(styled) / sizeof(styled[0]); i++)
		if (listed(styled[i].elements, number))
			html_needs(o, styled[i].needs);
}

/* Writes the tag; 0 when it may not stand here. */
static int
write_tag(struct htmlout *o, const struct tag *t)
{
	uint8_t number = (uint8_t)(t->element - elements);
	size_t start;

	if (t->closing)
		return html_close(o, number);
	if (!may_open(o, t->element))
		return 0;
	if (!t->element->is_void && !html_open(o, number))
		return 0;
	need_styles(o, t);
	start = o->len;
	html_char(o, '<');
	html_str(o, t->element->name);
	if (t->class != NULL) {
		html_str(o, " class=\"");
		html_str(o, t->class);
		html_char(o, '"');
	}
	if (!write_attributes(o, t)) {
		o->len = start;
		return 1;
	}
	html_char(o, '>');
	if (t->self_closing && !t->element->is_void)
		html_close(o, number);
	return 1;
}

/* An iframe that shows as text is surely not what was meant; <nick> is. */
static void
note_refused(struct htmlout *o, struct slice s)
{
	char lower[NAME_MAX_LEN], message[80];
	size_t i;

	if (!lower_name((struct slice){s.data + 1, name_len(slice_from(s, 1))},
			lower))
		return;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (strcmp(lower, refused[i]) != 0)
			continue;
		snprintf(message, sizeof(message),
			 "<%s> is not allowed and shows as text", lower);
		problem(o, SEVERITY_WARNING, message);
	}
}

/* What stands at "<"; returns how much of it is done. */
static size_t
write_markup(struct htmlout *o, struct slice s)
{
	struct tag tag;
	size_t n = comment_len(s);

	if (n > 0)
		return n;
	if (o->notes != NULL)
		notes_advance(o->notes, s.data);
	if (parse_tag(s, &tag)) {
		if (write_tag(o, &tag))
			return tag.len;
	} else {
		note_refused(o, s);
	}
	html_str(o, "&lt;");
	return 1;
}

void
rawhtml_write(struct htmlout *o, struct slice html)
{
	const char *markup;
	size_t n;

	while (html.len > 0 && !o->full) {
		markup = memchr(html.data, '<', html.len);
		n = markup != NULL ? (size_t)(markup - html.data) : html.len;
		rawtext_write(o, (struct slice){html.data, n});
		html = slice_from(html, n);
		if (html.len > 0)
			html = slice_from(html, write_markup(o, html));
	}
}

int
rawhtml_begins_allowed(struct slice html)
{
	struct tag tag;

	while (html.len > 0 && strchr(" \t\n", html.data[0]) != NULL &&
	       html.data[0] != '\0')
		html = slice_from(html, 1);
	return html.len > 0 && html.data[0] == '<' &&
	       (comment_len(html) > 0 || parse_tag(html, &tag));
}
