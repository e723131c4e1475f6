/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "model.h"
#include "say.h"

/* Of languages that .config/words is about; articles in further ones get the
 * built-in words. */
#define LANGUAGES_MAX 64
#define CHANGES_MAX   1000

#define WORDS_FILE ".config/words"

struct change {
	struct slice tag; /* of the language */
	enum word word;
	struct slice text;
};

struct said {
	struct slice tag;
	struct spoken words;
};

struct saying {
	struct change *changes;
	size_t n;
	struct said *said;
	size_t nsaid;
	struct slice last; /* asked for, */
	const struct spoken *answer;
};

static void
add(struct site *s, const struct spoken_reader *r)
{
	struct saying *y = s->saying;

	if (r->problem != NULL)
		model_notice_at(s, SEVERITY_WARNING, slice_of(WORDS_FILE),
				r->line, 1, "%s", r->problem);
	else if (y->n == CHANGES_MAX)
		model_notice_at(s, SEVERITY_WARNING, slice_of(WORDS_FILE),
				r->line, 1, "more than %d words; left out",
				CHANGES_MAX);
	else
		y->changes[y->n++] = (struct change){
		    r->tag.len > 0 ? r->tag : s->lang, r->word, r->text};
}

void
say_read(struct site *s, struct slice text)
{
	struct spoken_reader r = {.rest = text};

	s->saying = region_alloc(&s->region, 1, sizeof(*s->saying));
	s->said_words = text;
	if (text.len > 0) {
		s->saying->changes = region_alloc(&s->region, CHANGES_MAX,
						  sizeof(struct change));
		s->saying->said = region_alloc(&s->region, LANGUAGES_MAX,
					       sizeof(struct said));
	}
	while (spoken_next(&r))
		add(s, &r);
	s->say = say_of(s, s->lang);
}

/* The built-in words as .config/words changes them. */
static const struct spoken *
changed(struct saying *y, struct slice tag)
{
	const struct spoken *builtin = spoken_builtin(tag);
	struct said *said;
	size_t i, n = 0;

	for (i = 0; i < y->nsaid; i++)
		if (slice_cmp(y->said[i].tag, tag) == 0)
			return &y->said[i].words;
	for (i = 0; i < y->n; i++)
		n += spoken_tag_is(tag, y->changes[i].tag);
	if (n == 0 || y->nsaid == LANGUAGES_MAX)
		return builtin;
	said = &y->said[y->nsaid++];
	said->tag = tag;
	said->words = *builtin;
	for (i = 0; i < y->n; i++)
		if (spoken_tag_is(tag, y->changes[i].tag))
			said->words.text[y->changes[i].word] =
			    y->changes[i].text;
	return &said->words;
}

const struct spoken *
say_of(struct site *s, struct slice tag)
{
	struct saying *y = s->saying;

	if (y->answer == NULL || slice_cmp(y->last, tag) != 0) {
		y->last = tag;
		y->answer = changed(y, tag);
	}
	return y->answer;
}

void
say_digest(const struct site *s, struct digest *d)
{
	size_t i, j;

	for (i = 0; i < spoken_languages; i++)
		for (j = 0; j < WORD__MAX; j++)
			digest_add(d, spoken_table[i].text[j]);
	digest_add(d, s->said_words);
}
