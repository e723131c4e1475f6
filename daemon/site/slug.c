/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "../utf8.h"
#include "htmlout.h"

#define SLUG_MAX 200 /* bytes of a heading that go into its id */

struct html_id {
	struct slice text; /* in the arena; data NULL: a free place */
	unsigned repeats;  /* the last number that was appended to it */
};

/* FNV-1a: a site owner who makes ids collide slows his own post down, within
 * its budget. */
static size_t
hash(struct slice s)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.data[i]) * 16777619u;
	return h;
}

static struct html_id *
place_of(struct html_id *ids, size_t cap, struct slice text)
{
	size_t i = hash(text) & (cap - 1);

	while (ids[i].text.data != NULL && slice_cmp(ids[i].text, text) != 0)
		i = (i + 1) & (cap - 1);
	return &ids[i];
}

static void
grow(struct htmlout *o)
{
	size_t i, cap = o->capids > 0 ? o->capids * 2 : 64;
	struct html_id *ids = arena_calloc(o->arena, cap, sizeof(*ids));

	for (i = 0; i < o->capids; i++)
		if (o->ids[i].text.data != NULL)
			*place_of(ids, cap, o->ids[i].text) = o->ids[i];
	arena_free(o->arena, o->ids);
	o->ids = ids;
	o->capids = cap;
}

/* The entry of an id; *is_new tells if it was made just now. */
static struct html_id *
lookup(struct htmlout *o, struct slice id, int *is_new)
{
	struct html_id *place;
	char *copy;

	if (o->nids >= o->capids / 2)
		grow(o);
	place = place_of(o->ids, o->capids, id);
	*is_new = place->text.data == NULL;
	if (*is_new) {
		copy = arena_calloc(o->arena, id.len + 1, 1);
		memcpy(copy, id.data, id.len);
		place->text = (struct slice){copy, id.len};
		o->nids++;
	}
	return place;
}

int
html_claim_id(struct htmlout *o, struct slice id)
{
	int is_new;

	lookup(o, id, &is_new);
	return is_new;
}

/* Beyond ASCII: letters, marks, decimal digits and connectors stay, as Ruby's
 * \\p{Word} has it, in lower case.  Returns the length of what is written to
 * out. */
static size_t
slug_char(const unsigned char *p, size_t len, char *out)
{
	utf8proc_int32_t cp;

	if (utf8proc_iterate(p, (utf8proc_ssize_t)len, &cp) <= 0)
		return 0;
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_PC:
		return utf8_encode((uint32_t)utf8proc_tolower(cp), out);
	default:
		return 0;
	}
}

/* What an ASCII byte becomes, 0 for nothing: lower case, hyphens for blanks. */
static char
slug_byte(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	if (c == ' ' || c == '\n' || c == '\t')
		return '-';
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_')
		return (char)c;
	return 0;
}

/* GitHub's way: letters, digits, hyphens and underscores stay. */
static size_t
slug_of(struct slice text, char out[SLUG_MAX])
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t i, step, n = 0;

	for (i = 0; i < text.len && n + 4 <= SLUG_MAX; i += step) {
		step = utf8_char_len(p + i, text.len - i);
		if (step == 1 && slug_byte(p[i]) != 0) {
			out[n++] = slug_byte(p[i]);
		} else if (step > 1) {
			n += slug_char(p + i, step, out + n);
		}
		step = step > 0 ? step : 1;
	}
	return n;
}

struct slice
html_heading_id(struct htmlout *o, struct slice text)
{
	char slug[SLUG_MAX + 16];
	size_t n = slug_of(text, slug), with = 0; /* "-1" */
	struct html_id *first;
	unsigned repeats;
	int is_new;

	if (n == 0) {
		memcpy(slug, "section", 7);
		n = 7;
	}
	first = lookup(o, (struct slice){slug, n}, &is_new);
	repeats = first->repeats;
	while (!is_new) {
		repeats++;
		with = (size_t)snprintf(slug + n, 16, "-%u", repeats);
		is_new = html_claim_id(o, (struct slice){slug, n + with});
	}
	/* The table may have moved. */
	lookup(o, (struct slice){slug, n}, &is_new)->repeats = repeats;
	with += n;
	html_escape(o, ESCAPE_TEXT, (struct slice){slug, with});
	if (o->full)
		return slice_of("");
	return (struct slice){o->data + o->len - with, with};
}
