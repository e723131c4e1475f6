/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "lang.h"

#include <string.h>
#include <strings.h>

#include "../ascii.h"

/* A part of a tag between hyphens. */
struct part {
	struct slice text;
	int letters, digits; /* does it hold nothing else? */
};

/* Takes the next part of 1 to 8 letters and digits; 0 at the end, or when there
 * is no such part. */
static int
next_part(struct slice *rest, struct part *p)
{
	size_t i;

	p->letters = p->digits = 1;
	for (i = 0; i < rest->len && rest->data[i] != '-'; i++) {
		char c = rest->data[i];

		if (!ascii_is_alnum(c))
			return 0;
		p->letters &= ascii_is_letter(c);
		p->digits &= !ascii_is_letter(c);
	}
	if (i == 0 || i > 8 || i + 1 == rest->len)
		return 0;
	p->text = (struct slice){rest->data, i};
	i += i < rest->len;
	*rest = (struct slice){rest->data + i, rest->len - i};
	return 1;
}

/* The subtags of langtag in their order; each of variants and extended
 * languages may come more than once. */
enum place { LANGUAGE, EXTENDED, SCRIPT, REGION, VARIANT, EXTENSION, PRIVATE };

static enum place
place_of(const struct part *p, enum place least)
{
	size_t n = p->text.len;

	if (n == 1)
		return (p->text.data[0] | 0x20) == 'x' ? PRIVATE : EXTENSION;
	if (least <= EXTENDED && n == 3 && p->letters)
		return EXTENDED;
	if (least <= SCRIPT && n == 4 && p->letters)
		return SCRIPT;
	if (least <= REGION &&
	    ((n == 2 && p->letters) || (n == 3 && p->digits)))
		return REGION;
	if (n >= 5 || (n == 4 && !ascii_is_letter(p->text.data[0])))
		return VARIANT;
	return LANGUAGE; /* fits nowhere */
}

/* What follows the language. */
static int
subtags_are_good(struct slice rest)
{
	enum place least = EXTENDED, place;
	struct part p;

	while (rest.len > 0) {
		if (!next_part(&rest, &p))
			return 0;
		if (least == PRIVATE || (least == EXTENSION && p.text.len > 1))
			continue;
		place = place_of(&p, least);
		if (place == LANGUAGE)
			return 0;
		if (place >= EXTENSION && rest.len == 0)
			return 0; /* a singleton introduces something */
		least = place == SCRIPT || place == REGION
			    ? (enum place)(place + 1)
			    : place;
	}
	return 1;
}

int
lang_is_tag(struct slice tag)
{
	struct slice rest = tag;
	struct part p;

	if (tag.len == 0 || tag.len > LANG_MAX || !next_part(&rest, &p))
		return 0;
	if (p.text.len == 1 && (p.text.data[0] | 0x20) == 'x')
		return rest.len > 0 && subtags_are_good(tag);
	return p.letters && p.text.len >= 2 && subtags_are_good(rest);
}

static int
is_one_of(struct slice text, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text.len == strlen(list[i]) &&
		    strncasecmp(text.data, list[i], text.len) == 0)
			return 1;
	return 0;
}

int
lang_is_rtl(struct slice tag)
{
	static const char *const scripts[] = {"Arab", "Hebr", "Syrc", "Thaa",
					      "Nkoo", "Adlm", "Rohg"};
	static const char *const languages[] = {
	    "ar",  "he",  "fa",	 "ur",	"yi",  "ps",  "sd",  "ug", "dv",
	    "ckb", "arc", "syr", "nqo", "azb", "lrc", "mzn", "glk"};
	struct slice rest = tag;
	struct part p;

	if (!next_part(&rest, &p))
		return 0;
	tag = p.text;
	while (next_part(&rest, &p))
		if (p.letters && p.text.len == 4)
			return is_one_of(p.text, scripts,
					 sizeof(scripts) / sizeof(scripts[0]));
	return is_one_of(tag, languages,
			 sizeof(languages) / sizeof(languages[0]));
}
