/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HIGHLIGHT_FIXTURE_H
#define BLOGD_HIGHLIGHT_FIXTURE_H

#include "daemon/site/highlight.h"
#include "daemon/site/highlight_lexer.h"

/* What is promised of any code in any language; for the unit test and the fuzz
 * target. */

/* More than this for each byte, and the lexer is not linear in the way that
 * lang/README.md says. */
#define STEPS_PER_BYTE 700

/* Replaces the references that text may hold by what they mean. */
static inline void
add_unescaped(struct buf *out, struct slice s)
{
	static const struct {
		const char *reference, *text;
	} all[] = {{"&lt;", "<"},    {"&gt;", ">"},  {"&amp;", "&"},
		   {"&quot;", "\""}, {"&#39;", "'"}, {"", ""}};
	size_t i, n;

	while (s.len > 0) {
		for (i = 0, n = 1; *all[i].text != '\0'; i++) {
			n = strlen(all[i].reference);
			if (n <= s.len &&
			    memcmp(s.data, all[i].reference, n) == 0)
				break;
			n = 1;
		}
		buf_add(out, n > 1 ? all[i].text : s.data, 1);
		s.data += n;
		s.len -= n;
	}
}

/* Takes the spans out of HTML; 0 when they are not as highlight.h says. */
static inline int
strip(struct slice html, struct buf *out)
{
	static const char start[] = "<span class=\"", end[] = "</span>";
	const char *p = html.data, *stop = p + html.len, *lt;
	int open = 0, empty = 0;

	while (p < stop) {
		lt = memchr(p, '<', (size_t)(stop - p));
		lt = lt != NULL ? lt : stop;
		empty = empty && lt == p;
		add_unescaped(out, (struct slice){p, (size_t)(lt - p)});
		p = lt;
		if (p == stop)
			break;
		if (!open && stop - p > 16 && !memcmp(p, start, 13) &&
		    strchr("ktsncfbavpdih", p[13]) && !memcmp(p + 14, "\">", 2))
			p += 16;
		else if (open && !empty && stop - p >= 7 && !memcmp(p, end, 7))
			p += 7;
		else
			return 0;
		open = !open;
		empty = open;
	}
	return !open;
}

/* The number of a promise that is broken, 0 when none is.  Room is for the
 * HTML: 18 bytes for each of the code, and HIGHLIGHT_EXTRA. */
static inline int
broken_promise(const char *language, struct slice code, char *room,
	       size_t nroom)
{
	struct htmlout o = {.data = room, .room = nroom};
	struct buf escaped = {0}, want = {0}, got = {0};
	struct hl_lexer lx;
	struct hl_token token;
	size_t end = 0;
	int broken = 0;

	if (!highlight_write(&o, slice_of(language), code) || o.full)
		return 1;
	escape_add(&escaped, ESCAPE_TEXT, code);
	add_unescaped(&want, (struct slice){escaped.data, escaped.len});
	if (!strip((struct slice){room, o.len}, &got))
		broken = 2;
	else if (got.len != want.len ||
		 (got.len > 0 && memcmp(got.data, want.data, got.len) != 0))
		broken = 3;
	hl_start(&lx, hl_find(slice_of(language)), code);
	while (broken == 0 && hl_next(&lx, &token)) {
		if (token.end <= end || token.end > code.len)
			broken = 4;
		end = token.end;
	}
	if (broken == 0 && end != code.len)
		broken = 5;
	if (broken == 0 && lx.steps > STEPS_PER_BYTE * (code.len + 1))
		broken = 6;
	buf_free(&escaped);
	buf_free(&want);
	buf_free(&got);
	return broken;
}

#endif
