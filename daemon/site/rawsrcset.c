/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rawsrcset.h"

#include <string.h>

#include "../ascii.h"
#include "notes.h"
#include "url.h"

#define DESCRIPTOR_MAX 10 /* bytes: "1.5x", "640w" */

struct candidate {
	struct slice url, descriptor; /* the latter may be empty */
};

static struct slice
trimmed(struct slice s)
{
	while (s.len > 0 && ascii_is_space(s.data[0]))
		s = slice_from(s, 1);
	while (s.len > 0 && ascii_is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* Offset of the comma that ends a candidate, or s.len.  In parentheses it ends
 * none; no descriptor that is known has any. */
static size_t
descriptor_end(struct slice s)
{
	int inside = 0;
	size_t i;

	for (i = 0; i < s.len && (inside || s.data[i] != ','); i++)
		inside = s.data[i] == '(' || (inside && s.data[i] != ')');
	return i;
}

/* Takes the next candidate from the list, or 0. */
static int
next_candidate(struct slice *s, struct candidate *c)
{
	size_t n = 0;

	while (s->len > 0 && (ascii_is_space(s->data[0]) || s->data[0] == ','))
		*s = slice_from(*s, 1);
	if (s->len == 0)
		return 0;
	while (n < s->len && !ascii_is_space(s->data[n]))
		n++;
	c->url = (struct slice){s->data, n};
	*s = slice_from(*s, n);
	c->descriptor = slice_of("");
	/* A comma at its end is none of it. */
	if (c->url.data[n - 1] == ',') {
		while (c->url.data[c->url.len - 1] == ',')
			c->url.len--;
		return 1;
	}
	n = descriptor_end(*s);
	c->descriptor = trimmed((struct slice){s->data, n});
	*s = slice_from(*s, n);
	return 1;
}

/* A width, "640w", or a density, "2x" or "1.5x", above zero. */
static int
is_descriptor(struct slice s)
{
	size_t i, dots = 0, digits = 0;
	int above = 0;

	if (s.len == 0)
		return 1;
	if (s.len > DESCRIPTOR_MAX)
		return 0;
	for (i = 0; i < s.len - 1; i++) {
		dots += s.data[i] == '.';
		digits += s.data[i] >= '0' && s.data[i] <= '9';
		above |= s.data[i] >= '1' && s.data[i] <= '9';
	}
	return above && digits + dots == s.len - 1 && s.data[0] != '.' &&
	       s.data[s.len - 2] != '.' &&
	       ((s.data[s.len - 1] == 'w' && dots == 0) ||
		(s.data[s.len - 1] == 'x' && dots <= 1));
}

static int
is_proper(struct htmlout *o, const struct candidate *c)
{
	const char *message;

	if (!url_allowed(c->url, URL_MEDIA))
		message = "an address of this kind is not allowed in srcset; "
			  "it is left out";
	else if (!is_descriptor(c->descriptor))
		message = "srcset: behind an address there may be a width "
			  "(640w) or a density (2x); it is left out";
	else
		return 1;
	if (o->notes != NULL)
		notes_problem(o->notes, SEVERITY_ERROR, message);
	return 0;
}

static void
write_candidate(struct htmlout *o, const struct candidate *c)
{
	size_t start = o->len;

	html_escape(o, ESCAPE_HREF, c->url);
	html_note_reference(o, NOTE_SOURCE, c->url, start);
	if (c->descriptor.len > 0) {
		html_char(o, ' ');
		html_escape(o, ESCAPE_TEXT, c->descriptor);
	}
}

int
rawsrcset_write(struct htmlout *o, struct slice value)
{
	struct candidate c;
	int written = 0;

	while (!o->full && next_candidate(&value, &c)) {
		if (!is_proper(o, &c))
			continue;
		html_str(o, written ? ", " : " srcset=\"");
		write_candidate(o, &c);
		written = 1;
	}
	if (written)
		html_char(o, '"');
	return written;
}
