/* SPDX-License-Identifier: ISC */
#ifndef MUSTACHE_JSON_H
#define MUSTACHE_JSON_H

/*
 * Data for templates written as JSON: values of any kind, and names numbered as
 * they come.  For tests, which own the region.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site/mustache.h"
#include "daemon/site/region.h"

struct json {
	enum mustache_kind kind;
	struct slice text;
	struct slice *names; /* of an object's values */
	struct json *values;
	size_t n;
};

#define WORDS_MAX 4096

struct words {
	struct slice word[WORDS_MAX];
	size_t n;
};

static void
json_space(const char **p)
{
	while (**p == ' ' || **p == '\n')
		(*p)++;
}

static struct slice
json_string(const char **p, struct region *r)
{
	struct buf b = {0};
	struct slice s;

	for ((*p)++; **p != '"' && **p != '\0'; (*p)++) {
		if (**p != '\\') {
			buf_char(&b, **p);
			continue;
		}
		(*p)++;
		buf_char(&b, **p == 'n'	  ? '\n'
			     : **p == 't' ? '\t'
			     : **p == 'r' ? '\r'
					  : **p);
	}
	if (**p == '"')
		(*p)++;
	s = region_take(r, &b);
	buf_free(&b);
	return s;
}

static struct json json_read(const char **p, struct region *r);

static void
json_members(const char **p, struct region *r, struct json *j, char end)
{
	j->names = region_alloc(r, 64, sizeof(*j->names));
	j->values = region_alloc(r, 64, sizeof(*j->values));
	for ((*p)++; json_space(p), **p != end && j->n < 64; j->n++) {
		if (end == '}') {
			j->names[j->n] = json_string(p, r);
			json_space(p);
			(*p)++;
		}
		j->values[j->n] = json_read(p, r);
		json_space(p);
		if (**p == ',')
			(*p)++;
	}
	(*p)++;
}

static struct json
json_read(const char **p, struct region *r)
{
	struct json j = {0};

	json_space(p);
	switch (**p) {
	case '{':
		j.kind = MUSTACHE_OBJECT;
		json_members(p, r, &j, '}');
		return j;
	case '[':
		j.kind = MUSTACHE_LIST;
		json_members(p, r, &j, ']');
		return j;
	case '"':
		j.kind = MUSTACHE_TEXT;
		j.text = json_string(p, r);
		return j;
	default:
		j.text.data = *p;
		j.text.len = strcspn(*p, ",]} \n");
		*p += j.text.len;
		j.kind = slice_is(j.text, "true")    ? MUSTACHE_TRUE
			 : slice_is(j.text, "false") ? MUSTACHE_FALSE
			 : slice_is(j.text, "null")  ? MUSTACHE_FALSE
						     : MUSTACHE_TEXT;
		return j;
	}
}

static __attribute__((unused)) struct json *
json_member(struct json *j, const char *name)
{
	size_t i;

	for (i = 0; i < j->n; i++)
		if (slice_is(j->names[i], name))
			return &j->values[i];
	return NULL;
}

/* ---- as a template's data ---- */

static int
words_number(void *ctx, struct slice name)
{
	struct words *w = ctx;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (slice_cmp(w->word[i], name) == 0)
			return (int)i;
	if (w->n == WORDS_MAX)
		return -1;
	w->word[w->n++] = name;
	return (int)i;
}

static struct mustache_value
json_value(const struct json *j)
{
	struct mustache_value v = {
	    .kind = j->kind, .p = j, .n = j->n, .text = j->text};

	return v;
}

static void
json_get(void *ctx, const struct mustache_value *object, int name,
	 struct mustache_value *out)
{
	const struct words *w = ctx;
	const struct json *j = object->p;
	size_t i;

	for (i = 0; i < j->n; i++)
		if (slice_cmp(j->names[i], w->word[name]) == 0)
			*out = json_value(&j->values[i]);
}

static void
json_item(void *ctx, const struct mustache_value *list, size_t i,
	  struct mustache_value *out)
{
	const struct json *j = list->p;

	(void)ctx;
	*out = json_value(&j->values[i]);
}

#endif
