/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lang.h"
#include "model.h"
#include "path.h"
#include "say.h"

/*
 * Translations: articles whose paths are the same but for the part that names
 * their language.  That is an ending before ".md" ("x.de.md"), which makes the
 * language known where the header does not, or a directory of the name of the
 * language that the header gives ("de/x.md").
 */

/* ISO 639-1, as one row. */
static const char languages[] =
    "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucv"
    "cydadedvdzeeeleneoeseteufafffifjfofrfygagdglgngugvhahehihohr"
    "hthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkw"
    "kylalblglilnloltlulvmgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnv"
    "nyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsr"
    "ssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowawoxhyi"
    "yozazhzu";

struct text_key {
	struct slice key; /* path without the language */
	struct article *article;
};

static int
is_language(struct slice lang)
{
	size_t i;

	if (lang.len < 2 || (lang.len > 2 && lang.data[2] != '-') ||
	    !lang_is_tag(lang))
		return 0;
	for (i = 0; i + 1 < sizeof(languages); i += 2)
		if (memcmp(languages + i, lang.data, 2) == 0)
			return 1;
	return 0;
}

/* "de" of "x.de.md". */
static struct slice
ending_language(struct slice path)
{
	struct slice name = path_short(path), lang;
	const char *dot, *slash;

	dot = memrchr(name.data, '.', name.len);
	slash = memrchr(name.data, '/', name.len);
	if (dot == NULL || dot == name.data || (slash != NULL && dot < slash))
		return slice_of("");
	lang.data = dot + 1;
	lang.len = name.len - (size_t)(lang.data - name.data);
	return is_language(lang) ? lang : slice_of("");
}

static struct slice
take_out(struct region *r, struct slice path, size_t at, size_t n)
{
	struct buf b = {0};
	struct slice key;

	buf_add(&b, path.data, at);
	buf_add(&b, path.data + at + n, path.len - at - n);
	key = region_take(r, &b);
	buf_free(&b);
	return key;
}

/* The path without its ending and without the part that names the article's own
 * language: ".de" at the end, or a directory "de". */
static struct slice
key_of(struct region *r, const struct article *a)
{
	struct slice path = path_short(a->file->place);
	struct slice lang = ending_language(a->file->place), rest = path;
	const char *slash;
	size_t n;

	if (lang.len > 0 && slice_cmp(lang, a->speaks) == 0) {
		path.len -= lang.len + 1;
		return path;
	}
	while ((slash = memchr(rest.data, '/', rest.len)) != NULL) {
		n = (size_t)(slash - rest.data);
		if (slice_cmp((struct slice){rest.data, n}, a->speaks) == 0)
			return take_out(r, path,
					(size_t)(rest.data - path.data), n + 1);
		rest.data += n + 1;
		rest.len -= n + 1;
	}
	return path;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct text_key *x = a, *y = b;
	int order = slice_cmp(x->key, y->key);

	if (order == 0)
		order = slice_cmp(x->article->speaks, y->article->speaks);
	return order != 0 ? order
			  : slice_cmp(x->article->file->place,
				      y->article->file->place);
}

/* keys[0..n): one text.  Of two in the same language only the first counts. */
static void
set_translations(struct site *s, const struct text_key *keys, size_t n)
{
	struct article **list =
	    region_alloc(&s->region, n, sizeof(struct article *));
	size_t i, nlist = 0;

	for (i = 0; i < n; i++)
		if (i == 0 || slice_cmp(keys[i - 1].article->speaks,
					keys[i].article->speaks) != 0)
			list[nlist++] = keys[i].article;
	if (nlist < 2)
		return;
	for (i = 0; i < nlist; i++) {
		list[i]->translations = list;
		list[i]->ntranslations = nlist;
	}
}

/* The language of each article: its header's word, else its ending's, else the
 * site's.  Returns whether there is more than one. */
static int
find_languages(struct site *s)
{
	int several = 0;
	size_t i;

	for (i = 0; i < s->nshown; i++) {
		struct article *a = s->shown[i];

		a->speaks =
		    a->lang.len > 0 ? a->lang : ending_language(a->file->place);
		if (a->speaks.len == 0)
			a->speaks = s->lang;
		a->say = say_of(s, a->speaks);
		several |= slice_cmp(a->speaks, s->shown[0]->speaks) != 0;
	}
	return several;
}

void
relate_translations(struct site *s)
{
	struct text_key *keys;
	size_t i, first = 0;

	if (!find_languages(s))
		return;
	keys = xcalloc(s->nshown, sizeof(*keys));
	for (i = 0; i < s->nshown; i++) {
		keys[i].article = s->shown[i];
		keys[i].key = key_of(&s->region, s->shown[i]);
	}
	qsort(keys, s->nshown, sizeof(*keys), compare_keys);
	for (i = 1; i <= s->nshown; i++)
		if (i == s->nshown ||
		    slice_cmp(keys[i].key, keys[first].key) != 0) {
			if (i - first > 1)
				set_translations(s, keys + first, i - first);
			first = i;
		}
	free(keys);
}
