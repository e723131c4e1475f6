/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_keys.h"

#include <string.h>

#include "date.h"
#include "lines.h"
#include "toml.h"

/*
 * A header in TOML 1.0: keys, values and tables as its grammar has them.  Left
 * out of it: whether a table is defined twice, times of day, what numbers are.
 * A line with a fault is reported and gone over.
 */
#define FAULTS_MAX 3 /* reported in one header */
#define DEPTH_MAX  16

/* ---- keys ---- */

static int
is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int
simple_key(struct toml *t, struct buf *path)
{
	const char *start = t->at;

	if (toml_peek(t) == '"' || toml_peek(t) == '\'') {
		toml_string(t, path);
		return t->problem == NULL;
	}
	while (t->at < t->end && is_bare(*t->at))
		t->at++;
	buf_add(path, start, (size_t)(t->at - start));
	return t->at > start || toml_fail(t, "a key was expected");
}

/* a.b."c d", added to the path. */
static int
key(struct toml *t, struct buf *path)
{
	for (;;) {
		if (path->len > 0)
			buf_char(path, '.');
		if (!simple_key(t, path))
			return 0;
		toml_blanks(t);
		if (toml_peek(t) != '.')
			return 1;
		t->at++;
		toml_blanks(t);
	}
}

/* ---- values ---- */

static int value(struct toml *t, struct buf *path, struct buf *list);

/* [ 1, 2, # comment
 *   3, ]  The items go to items, or nowhere. */
static int
array(struct toml *t, struct buf *path, struct buf *items)
{
	for (t->at++;; t->at++) {
		toml_lines(t);
		if (toml_peek(t) == ']')
			break;
		if (!value(t, path, items))
			return 0;
		toml_lines(t);
		if (toml_peek(t) == ']')
			break;
		if (toml_peek(t) != ',')
			return toml_fail(t, "\",\" or \"]\" was expected");
	}
	t->at++;
	return 1;
}

/* Of a table in an array, an author perhaps, its name. */
static int
table_pair(struct toml *t, struct buf *path, struct buf *list)
{
	size_t length = path->len, begin;
	struct buf scratch = {0};
	int good;

	toml_blanks(t);
	begin = path->len > 0 ? path->len + 1 : 0;
	good = key(t, path);
	if (good && toml_peek(t) != '=')
		good = toml_fail(t, "\"=\" was expected");
	if (good) {
		t->at++;
		toml_blanks(t);
		if (list != NULL && !slice_is((struct slice){path->data + begin,
							     path->len - begin},
					      "name"))
			list = &scratch;
		good = value(t, path, list);
	}
	buf_free(&scratch);
	path->len = length;
	toml_blanks(t);
	return good;
}

static int
inline_table(struct toml *t, struct buf *path, struct buf *list)
{
	t->at++;
	toml_blanks(t);
	if (toml_peek(t) == '}') {
		t->at++;
		return 1;
	}
	for (;; t->at++) {
		if (!table_pair(t, path, list))
			return 0;
		if (toml_peek(t) == '}')
			break;
		if (toml_peek(t) != ',')
			return toml_fail(t, "\",\" or \"}\" was expected");
	}
	t->at++;
	return 1;
}

static void
hand_over(struct toml *t, const struct buf *path, int type, struct buf *text,
	  struct fm_place at)
{
	struct fm_value v = {.type = FM_TEXT, .at = at, .repeats = t->repeats};

	if (type == '[')
		v.type = FM_LIST;
	v.text = region_take(t->fm->region, text);
	if (path->len < FM_PATH_MAX)
		fm_take(t->fm, (struct slice){path->data, path->len}, t->key_at,
			&v);
}

/* A value that is no table: into the list, or to the key. */
static int
plain_value(struct toml *t, struct buf *path, struct buf *list)
{
	struct fm_place at = toml_place(t);
	struct buf text = {0};
	int type = toml_peek(t), good;

	if (type == '[')
		good = array(t, path, list != NULL ? list : &text);
	else if (type == '"' || type == '\'')
		good = toml_string(t, &text);
	else
		good = toml_word(t, &text);
	if (good && list == NULL)
		hand_over(t, path, type, &text, at);
	else if (good && type != '[')
		items_add(list, (struct slice){text.data, text.len});
	buf_free(&text);
	return good;
}

static int
value(struct toml *t, struct buf *path, struct buf *list)
{
	int good;

	if (++t->depth > DEPTH_MAX)
		return toml_fail(t, "nested deeper than 16 levels");
	good = toml_peek(t) == '{' ? inline_table(t, path, list)
				   : plain_value(t, path, list);
	t->depth--;
	return good;
}

/* ---- lines ---- */

static int
end_of_line(struct toml *t)
{
	toml_blanks(t);
	toml_comment(t);
	if (t->at == t->end || *t->at == '\n')
		return t->problem == NULL;
	return toml_fail(t, "the end of the line was expected");
}

/* [table] and [[array of tables]] */
static int
table(struct toml *t)
{
	t->repeats = t->end - t->at > 1 && t->at[1] == '[';
	t->at += t->repeats ? 2 : 1;
	buf_clear(&t->table);
	toml_blanks(t);
	if (!key(t, &t->table))
		return 0;
	if (toml_peek(t) != ']' ||
	    (t->repeats && (t->end - t->at < 2 || t->at[1] != ']')))
		return toml_fail(t, "\"]\" was expected");
	t->at += t->repeats ? 2 : 1;
	return 1;
}

static int
line(struct toml *t)
{
	struct buf path = {0};
	int good = 1;

	t->depth = 0;
	toml_blanks(t);
	if (toml_peek(t) == '[') {
		good = table(t);
	} else if (t->at < t->end && *t->at != '\n' && *t->at != '#' &&
		   *t->at != '\r') {
		t->key_at = toml_place(t);
		buf_add(&path, t->table.data, t->table.len);
		good = table_pair(t, &path, NULL);
	}
	buf_free(&path);
	return good && end_of_line(t);
}

static void
next_line(struct toml *t)
{
	const char *end = memchr(t->at, '\n', (size_t)(t->end - t->at));

	t->at = end != NULL ? end : t->end;
	if (end != NULL)
		toml_newline(t);
}

void
fm_toml(struct fm *fm, struct slice text, size_t number)
{
	struct toml t = {.fm = fm,
			 .at = text.data,
			 .end = text.data + text.len,
			 .line_start = text.data,
			 .line = number};
	struct buf b = {0};
	unsigned faults = 0;

	while (t.at < t.end) {
		t.problem = NULL;
		if (!line(&t) && faults++ < FAULTS_MAX) {
			buf_clear(&b);
			buf_printf(&b,
				   "TOML: %s; ignored up to the end of "
				   "the line",
				   t.problem);
			fm_report(fm, SEVERITY_WARNING, t.problem_at,
				  buf_cstr(&b));
		}
		next_line(&t);
	}
	buf_free(&b);
	buf_free(&t.table);
}
