/* SPDX-License-Identifier: ISC */
#include "spoken.h"

#include <string.h>
#include <strings.h>

#include "../utf8.h"
#include "lang.h"

#define WORD_NAME(name) #name,
static const char *const names[] = {WORDS_OF_TEMPLATES(
    WORD_NAME) WORDS_OF_PAGES(WORD_NAME) WORDS_OF_TEXTS(WORD_NAME)};

int
spoken_tag_is(struct slice tag, struct slice one)
{
	return one.len > 0 && tag.len >= one.len &&
	       strncasecmp(tag.data, one.data, one.len) == 0 &&
	       (tag.len == one.len || tag.data[one.len] == '-');
}

const struct spoken *
spoken_builtin(struct slice tag)
{
	for (size_t i = 0; i < spoken_languages; i++)
		if (spoken_tag_is(tag, spoken_table[i].tag))
			return &spoken_table[i];
	return &spoken_table[0];
}

enum word
spoken_of_text(struct slice english)
{
	int i = WORD_back; /* the first of them */

	while (i < WORD__MAX &&
	       slice_cmp(spoken_table[0].text[i], english) != 0)
		i++;
	return (enum word)i;
}

/* ---- dates ---- */

/* The n-th of a row with blanks between; a row that is too short has numbers.
 */
static void
add_month(struct buf *out, struct slice months, unsigned n)
{
	const char *p = months.data, *end = p + months.len;

	for (unsigned i = 1; p < end; i++) {
		const char *blank = memchr(p, ' ', (size_t)(end - p));
		size_t len = (size_t)((blank != NULL ? blank : end) - p);

		if (i == n && len > 0) {
			buf_add(out, p, len);
			return;
		}
		p += len + (blank != NULL);
	}
	buf_printf(out, "%u", n);
}

void
spoken_date(struct buf *out, const struct spoken *w, unsigned year,
	    unsigned month, unsigned day)
{
	struct slice form = w->text[WORD_date];

	for (size_t i = 0; i < form.len; i++) {
		char c = '\0';

		if (form.data[i] == '{' && i + 2 < form.len &&
		    form.data[i + 2] == '}')
			c = form.data[i + 1];
		if (c == 'd' || c == 'n' || c == 'y')
			buf_printf(out, "%u",
				   c == 'd'   ? day
				   : c == 'n' ? month
					      : year);
		else if (c == 'm')
			add_month(out, w->text[WORD_months], month);
		else
			buf_char(out, form.data[i]);
		i += strchr("dnym", c) != NULL && c != '\0' ? 2 : 0;
	}
}

/* ---- .config/words ---- */

static struct slice
trim(struct slice s)
{
	while (s.len > 0 && strchr(" \t\r", s.data[0]) != NULL &&
	       s.data[0] != '\0') {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r", s.data[s.len - 1]) != NULL &&
	       s.data[s.len - 1] != '\0')
		s.len--;
	return s;
}

static struct slice
take_line(struct spoken_reader *r)
{
	const char *end = memchr(r->rest.data, '\n', r->rest.len);
	size_t n = end != NULL ? (size_t)(end - r->rest.data) : r->rest.len;
	struct slice line = {r->rest.data, n};

	n += end != NULL;
	r->rest = (struct slice){r->rest.data + n, r->rest.len - n};
	r->line++;
	return trim(line);
}

static int
has_controls(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f)
			return 1;
	return 0;
}

/* "[de]" */
static const char *
read_tag(struct spoken_reader *r, struct slice line)
{
	struct slice tag = {line.data + 1, line.len - 2};

	if (line.len < 3 || line.data[line.len - 1] != ']' || !lang_is_tag(tag))
		return "not a language tag such as [de] or [pt-BR]";
	r->tag = tag;
	return NULL;
}

static const char *
read_word(struct spoken_reader *r, struct slice line)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct slice name;
	int i = 0;

	if (equals == NULL)
		return "not \"word = text\"";
	name = trim((struct slice){line.data, (size_t)(equals - line.data)});
	while (i < WORD__MAX && !slice_is(name, names[i]))
		i++;
	if (i == WORD__MAX)
		return "there is no such word; blogd-templates(5) has them";
	r->word = (enum word)i;
	r->text = trim((struct slice){
	    equals + 1, line.len - (size_t)(equals + 1 - line.data)});
	if (r->text.len == 0 || r->text.len > WORD_LEN_MAX)
		return "a text has 1 to 300 bytes";
	if (!utf8_valid(r->text.data, r->text.len) || has_controls(r->text))
		return "not UTF-8, or with control characters";
	return NULL;
}

int
spoken_next(struct spoken_reader *r)
{
	struct slice line;

	while (r->rest.len > 0) {
		line = take_line(r);
		if (line.len == 0 || line.data[0] == '#')
			continue;
		if (line.data[0] != '[') {
			r->problem = read_word(r, line);
			return 1;
		}
		r->problem = read_tag(r, line);
		if (r->problem != NULL)
			return 1;
	}
	return 0;
}
