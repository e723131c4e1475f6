/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SPOKEN_H
#define BLOGD_SPOKEN_H

#include "../buf.h"

/*
 * What the built-in theme says, in the languages of words/NAME.words.  The
 * repository may say it otherwise in .config/words, see spoken_next.
 */

/* clang-format off */
/* Templates are given these as `say` (view_say.c)... */
#define WORDS_OF_TEMPLATES(X) \
	X(archive) X(authors) X(breadcrumbs) X(by) X(contents) X(feed) \
	X(home) X(menu) X(min_read) X(more) X(neighbours) X(newer) X(next) \
	X(nothing) X(of) X(older) X(page) X(pages) X(previous) X(related) \
	X(search) X(skip) X(tags) X(translations) X(updated)
/* ... blogd writes these into pages itself, */
#define WORDS_OF_PAGES(X) \
	X(and) X(archive_of) X(articles_by) X(date) X(months) X(not_found) \
	X(numbered) X(tagged) \
	WORDS_OF_RESULTS(X)
/* (those that serve writes, in the order of enum search_phrase) */
#define WORDS_OF_RESULTS(X) \
	X(no_words) X(no_results) X(some_result) X(some_results) \
	X(one_result) X(results) X(result_pages) X(previous_results) \
	X(more_results)
/* and workers write these in English, see NOTE_WORD. */
#define WORDS_OF_TEXTS(X) \
	X(back) X(caution) X(code) X(footnotes) X(formula) X(important) \
	X(note) X(table) X(task) X(tip) X(warning)
/* clang-format on */

#define WORD_ENUM(name) WORD_##name,
enum word {
	WORDS_OF_TEMPLATES(WORD_ENUM) WORDS_OF_PAGES(WORD_ENUM)
	    WORDS_OF_TEXTS(WORD_ENUM) WORD__MAX
};

struct spoken {
	struct slice tag; /* of the language */
	struct slice text[WORD__MAX];
};

extern const struct spoken spoken_table[]; /* the first is English */
extern const size_t spoken_languages;

/* Is the tag this one, or does it begin with it ("de-AT" with "de")?  Case does
 * not matter (RFC 5646, section 2.1.1). */
int spoken_tag_is(struct slice tag, struct slice one);

/* Those for a language: English for those that there are none for. */
const struct spoken *spoken_builtin(struct slice tag);

/* The word that a worker writes so, or WORD__MAX. */
enum word spoken_of_text(struct slice english);

/* Appends a day of the calendar. */
void spoken_date(struct buf *out, const struct spoken *w, unsigned year,
		 unsigned month, unsigned day);

/* ---- .config/words ---- */

#define WORD_LEN_MAX 300 /* bytes */

/* A line "word = text".  "[de]" is for the language of the lines behind it;
 * those before the first are for the site's. */
struct spoken_reader {
	struct slice rest, tag; /* tag: empty, or the last in brackets */
	size_t line;
	enum word word;
	struct slice text;
	const char *problem; /* what is wrong in the line, or NULL */
};

/* 1 at the next line that says or should say something, 0 at the end. */
int spoken_next(struct spoken_reader *r);

#endif
