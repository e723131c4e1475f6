/* SPDX-License-Identifier: ISC */
#include "html.h"

#include <strings.h>

#include "fuzz.h"

static int
is_one_of(struct slice name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is(name, *list))
			return 1;
	return 0;
}

static struct slice
take_name(struct slice *s)
{
	size_t n = 0;

	while (n < s->len &&
	       (s->data[n] == '-' || (s->data[n] >= '0' && s->data[n] <= '9') ||
		(s->data[n] >= 'a' && s->data[n] <= 'z')))
		n++;
	CHECK(n > 0);
	return fuzz_take(s, n);
}

static void
check_url(struct slice url)
{
	if (url.len >= 11)
		CHECK(strncasecmp(url.data, "javascript:", 11) != 0);
}

/* Words, and commas at their ends: each is an address, or said of one. */
static void
check_list(struct slice list)
{
	while (list.len > 0)
		check_url(fuzz_until(&list, ' '));
}

static void
check_attribute(struct slice name, struct slice value)
{
	static const char *const urls[] = {"href", "src", "poster", "cite",
					   NULL};
	static const char *const never[] = {"style", "srcdoc", "action",
					    "formaction", NULL};

	CHECK(name.len < 2 || strncmp(name.data, "on", 2) != 0);
	CHECK(!is_one_of(name, never));
	CHECK(value.len == 0 || memchr(value.data, '<', value.len) == NULL);
	if (is_one_of(name, urls))
		check_url(value);
	if (slice_is(name, "srcset"))
		check_list(value);
}

/* ' name="value"' or ' name' */
static void
take_attribute(struct slice *s)
{
	struct slice name, value = {NULL, 0};

	CHECK(fuzz_byte(s) == ' ');
	name = take_name(s);
	if (s->len > 0 && s->data[0] == '=') {
		fuzz_take(s, 1);
		CHECK(fuzz_byte(s) == '"');
		CHECK(s->len > 0 && memchr(s->data, '"', s->len) != NULL);
		value = fuzz_until(s, '"');
	}
	check_attribute(name, value);
}

/* What stands behind "<". */
static void
take_tag(struct slice *s, struct slice *open, size_t *n, size_t cap)
{
	static const char *const voids[] = {"br",  "col",    "hr",    "img",
					    "wbr", "source", "input", NULL};
	static const char *const never[] = {
	    "script", "style", "iframe", "object", "embed", "form",
	    "base",   "meta",  "link",	 "svg",	   NULL};
	int ends = s->len > 0 && s->data[0] == '/';
	struct slice name;

	fuzz_take(s, (size_t)ends);
	name = take_name(s);
	CHECK(!is_one_of(name, never));
	while (!ends && s->len > 0 && s->data[0] != '>')
		take_attribute(s);
	CHECK(fuzz_byte(s) == '>');
	if (ends) {
		CHECK(*n > 0 && slice_cmp(open[*n - 1], name) == 0);
		(*n)--;
	} else if (!is_one_of(name, voids)) {
		CHECK(*n < cap);
		open[(*n)++] = name;
	}
}

void
html_check(struct slice html)
{
	size_t cap = html.len / 3 + 1, n = 0;
	struct slice *open = xcalloc(cap, sizeof(*open));

	while (html.len > 0) {
		struct slice text = fuzz_until(&html, '<');

		CHECK(text.len == 0 || !memchr(text.data, '\0', text.len));
		if (text.data + text.len != html.data)
			take_tag(&html, open, &n, cap);
	}
	CHECK(n == 0);
	free(open);
}
