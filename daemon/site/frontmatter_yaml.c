/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_keys.h"

#include <string.h>

#include <yaml.h>

#include "lines.h"

/*
 * A header in YAML 1.1, by libyaml's events.  What makes YAML dangerous or
 * surprising is refused where it stands: anchors, aliases and tags.
 */
#define EVENTS_MAX 10000
#define DEPTH_MAX  16

struct yaml {
	struct fm *fm;
	yaml_parser_t parser;
	yaml_event_t event; /* the one under way */
	struct slice text;
	size_t line;	 /* of the header's first one */
	struct buf path; /* of the key, joined */
	unsigned events, depth;
};

static struct fm_place
place_of(const struct yaml *y, yaml_mark_t mark)
{
	struct fm_place at = {y->line + mark.line, mark.column + 1};

	return at;
}

static int
fail_at(struct yaml *y, struct fm_place at, const char *context,
	const char *problem)
{
	struct buf b = {0};

	buf_printf(&b, "YAML: %s%s%s; the header is read line by line",
		   problem != NULL ? problem : "out of memory",
		   context != NULL ? " " : "", context != NULL ? context : "");
	fm_report(y->fm, SEVERITY_WARNING, at, buf_cstr(&b));
	buf_free(&b);
	return -1;
}

/* libyaml tells the place of bytes that it cannot take by their offset. */
static struct fm_place
place_of_byte(const struct yaml *y, size_t offset)
{
	struct fm_place at = {y->line, 1};
	size_t i;

	for (i = 0; i < offset && i < y->text.len; i++) {
		unsigned char c = (unsigned char)y->text.data[i];

		at.column += (c & 0xc0) != 0x80;
		if (c == '\n') {
			at.line++;
			at.column = 1;
		}
	}
	return at;
}

/* Is the character that the parser stopped at a tab? */
static int
is_tab(const struct yaml *y)
{
	struct lines at;
	struct slice line = slice_of("");
	size_t i;

	lines_start(&at, y->text);
	for (i = 0; i <= y->parser.problem_mark.line; i++)
		if (!lines_next(&at, &line))
			return 0;
	i = y->parser.problem_mark.column;
	return i < line.len && line.data[i] == '\t';
}

/* What authors do wrong most often, in their words instead of YAML's.  A tab
 * that indents and a sign that begins a value are one problem to libyaml. */
static const char *
in_plain_words(const struct yaml *y, const char *problem)
{
	static const struct {
		const char *problem, *words;
	} table[] = {
	    {"mapping values are not allowed in this context",
	     "a value with \": \" in it belongs in quotes"},
	    {"did not find expected alphabetic or numeric character",
	     "a value that begins with \"*\" or \"&\" belongs in quotes"},
	    {"block sequence entries are not allowed in this context",
	     "a value that begins with \"- \" belongs in quotes"},
	    {"did not find expected key",
	     "a value that begins with a bracket or a quote, but does not end "
	     "with it, belongs in quotes"},
	    {"found character that cannot start any token",
	     "a value that begins with \"@\", \"`\" or \"%\" belongs in "
	     "quotes"}};
	const size_t n = sizeof(table) / sizeof(table[0]);
	size_t i;

	for (i = 0; i < n && strcmp(problem, table[i].problem) != 0; i++)
		continue;
	if (i == n)
		return problem;
	return i == n - 1 && is_tab(y) ? "a tab cannot indent; use blanks"
				       : table[i].words;
}

static int
fail(struct yaml *y)
{
	const yaml_parser_t *p = &y->parser;
	const char *words;

	if (p->error == YAML_READER_ERROR)
		return fail_at(y, place_of_byte(y, p->problem_offset), NULL,
			       p->problem);
	words = p->problem != NULL ? in_plain_words(y, p->problem) : NULL;
	return fail_at(y, place_of(y, p->problem_mark),
		       words == p->problem ? p->context : NULL, words);
}

/* Anchor and tag of what this event begins; NULL: none. */
static void
extras_of(const yaml_event_t *e, const yaml_char_t **anchor,
	  const yaml_char_t **tag)
{
	*anchor = *tag = NULL;
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		*anchor = e->data.scalar.anchor;
		*tag = e->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		*anchor = e->data.sequence_start.anchor;
		*tag = e->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		*anchor = e->data.mapping_start.anchor;
		*tag = e->data.mapping_start.tag;
		break;
	default:
		break;
	}
}

/* "!" and "!!str" say that a text is a text. */
static int
is_text_tag(const yaml_char_t *tag)
{
	return strcmp((const char *)tag, "!") == 0 ||
	       strcmp((const char *)tag, YAML_STR_TAG) == 0;
}

/* Anchors and tags are said no to, but what they stand on is read. */
static void
refuse_extras(struct yaml *y)
{
	const yaml_char_t *anchor, *tag;
	const char *what = NULL;

	extras_of(&y->event, &anchor, &tag);
	if (y->event.type == YAML_ALIAS_EVENT)
		what = "aliases of YAML are not taken; ignored";
	else if (anchor != NULL)
		what = "anchors of YAML are not taken; ignored";
	else if (tag != NULL && !is_text_tag(tag))
		what = "tags of YAML are not taken; ignored";
	if (what != NULL)
		fm_report(y->fm, SEVERITY_WARNING,
			  place_of(y, y->event.start_mark), what);
}

static int
next(struct yaml *y)
{
	yaml_event_delete(&y->event);
	if (++y->events > EVENTS_MAX)
		return fail_at(y, place_of(y, y->parser.mark), NULL,
			       "more than 10000 elements");
	if (!yaml_parser_parse(&y->parser, &y->event))
		return fail(y);
	refuse_extras(y);
	return 0;
}

static int
enter(struct yaml *y)
{
	if (++y->depth <= DEPTH_MAX)
		return 0;
	return fail_at(y, place_of(y, y->event.start_mark), NULL,
		       "nested deeper than 16 levels");
}

static int
is_start(const struct yaml *y)
{
	return y->event.type == YAML_SEQUENCE_START_EVENT ||
	       y->event.type == YAML_MAPPING_START_EVENT;
}

static int
is_end(const struct yaml *y)
{
	return y->event.type == YAML_SEQUENCE_END_EVENT ||
	       y->event.type == YAML_MAPPING_END_EVENT;
}

/* Goes over what begins with this event. */
static int
skip(struct yaml *y)
{
	unsigned depth = 0;

	for (;;) {
		depth += is_start(y);
		depth -= is_end(y);
		if (depth == 0)
			return 0;
		if (next(y) == -1)
			return -1;
	}
}

static struct slice
scalar_of(const struct yaml *y)
{
	struct slice text = {(const char *)y->event.data.scalar.value,
			     y->event.data.scalar.length};

	return text;
}

static int
is_null(const struct yaml *y)
{
	struct slice s = scalar_of(y);

	return y->event.data.scalar.plain_implicit &&
	       (s.len == 0 || slice_is(s, "~") || slice_is(s, "null") ||
		slice_is(s, "Null") || slice_is(s, "NULL"));
}

/* ---- lists ---- */

/* Of a map in a list, an author perhaps, its name. */
static int
read_named(struct yaml *y, struct buf *list)
{
	int named;

	if (next(y) == -1)
		return -1;
	while (!is_end(y)) {
		named = y->event.type == YAML_SCALAR_EVENT &&
			slice_is(scalar_of(y), "name");
		if (skip(y) == -1 || next(y) == -1)
			return -1;
		if (named && y->event.type == YAML_SCALAR_EVENT)
			items_add(list, scalar_of(y));
		if (skip(y) == -1 || next(y) == -1)
			return -1;
	}
	return 0;
}

static int
read_item(struct yaml *y, struct buf *list)
{
	int result = 0;

	if (y->event.type == YAML_SCALAR_EVENT && !is_null(y))
		items_add(list, scalar_of(y));
	else if (y->event.type == YAML_MAPPING_START_EVENT)
		result = read_named(y, list);
	else
		result = skip(y);
	return result;
}

static int
read_list(struct yaml *y, struct fm_value *value)
{
	struct buf list = {0};
	int result = -1;

	if (next(y) == -1)
		goto out;
	while (!is_end(y))
		if (read_item(y, &list) == -1 || next(y) == -1)
			goto out;
	value->type = FM_LIST;
	value->text = region_take(y->fm->region, &list);
	result = 0;
out:
	buf_free(&list);
	return result;
}

/* ---- maps ---- */

static int read_map(struct yaml *y);

/* The value that begins with this event, for the key whose path is known. */
static int
read_value(struct yaml *y, struct fm_place key_at)
{
	struct fm_value value = {.type = FM_NONE,
				 .text = slice_of(""),
				 .at = place_of(y, y->event.start_mark)};

	switch (y->event.type) {
	case YAML_MAPPING_START_EVENT:
		return read_map(y);
	case YAML_SEQUENCE_START_EVENT:
		if (read_list(y, &value) == -1)
			return -1;
		break;
	case YAML_SCALAR_EVENT:
		if (is_null(y))
			return 0;
		value.type = FM_TEXT;
		value.text = region_copy(y->fm->region, scalar_of(y));
		break;
	default:
		return 0;
	}
	fm_take(y->fm, (struct slice){y->path.data, y->path.len}, key_at,
		&value);
	return 0;
}

/* A key, whose event this is, and its value. */
static int
read_pair(struct yaml *y)
{
	struct fm_place at = place_of(y, y->event.start_mark);
	size_t length = y->path.len;
	int result;

	if (y->event.type != YAML_SCALAR_EVENT ||
	    length + scalar_of(y).len >= FM_PATH_MAX) {
		if (skip(y) == -1 || next(y) == -1)
			return -1;
		return skip(y);
	}
	if (length > 0)
		buf_char(&y->path, '.');
	buf_add(&y->path, scalar_of(y).data, scalar_of(y).len);
	result = next(y) == -1 ? -1 : read_value(y, at);
	y->path.len = length;
	return result;
}

static int
read_map(struct yaml *y)
{
	if (enter(y) == -1 || next(y) == -1)
		return -1;
	while (!is_end(y))
		if (read_pair(y) == -1 || next(y) == -1)
			return -1;
	y->depth--;
	return 0;
}

static int
read_document(struct yaml *y)
{
	do {
		if (next(y) == -1)
			return -1;
	} while (y->event.type == YAML_STREAM_START_EVENT ||
		 y->event.type == YAML_DOCUMENT_START_EVENT);
	if (y->event.type == YAML_STREAM_END_EVENT)
		return 0; /* comments alone */
	if (y->event.type != YAML_MAPPING_START_EVENT)
		return fail_at(y, place_of(y, y->event.start_mark), NULL,
			       "not keys with values");
	return read_map(y);
}

int
fm_yaml(struct fm *fm, struct slice text, size_t line)
{
	struct yaml y = {.fm = fm, .text = text, .line = line};
	int result;

	memset(&y.event, 0, sizeof(y.event));
	if (!yaml_parser_initialize(&y.parser))
		return fail_at(&y, (struct fm_place){line, 1}, NULL, NULL);
	yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &y.parser, (const unsigned char *)text.data, text.len);
	result = read_document(&y);
	yaml_event_delete(&y.event);
	yaml_parser_delete(&y.parser);
	buf_free(&y.path);
	return result;
}
