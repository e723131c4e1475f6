/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "frontmatter_values.h"

#define MEMBER(name) offsetof(struct frontmatter, name)

/* Sorted by name, in lower case, for bsearch.  doc/blogd-content.5 has the same
 * table. */
static const struct key {
	const char *name;
	take_fn *take;
	size_t member;
} keys[] = {
    {"abstract", take_markdown, MEMBER(abstract)},
    {"alias", take_aliases, MEMBER(aliases)},
    {"aliases", take_aliases, MEMBER(aliases)},
    {"author", take_items, MEMBER(authors)},
    {"author.name", take_items, MEMBER(authors)},
    {"author.url", take_author_url, MEMBER(author_url)},
    {"author_url", take_author_url, MEMBER(author_url)},
    {"authors", take_list, MEMBER(authors)},
    {"authors.name", take_items, MEMBER(authors)},
    {"categories", take_tags, MEMBER(categories)},
    {"category", take_items, MEMBER(categories)},
    {"content", take_text, MEMBER(content)},
    {"cover", take_image, MEMBER(image)},
    {"cover.image", take_image, MEMBER(image)},
    {"created", take_date, MEMBER(created)},
    {"date", take_date, MEMBER(created)},
    {"description", take_markdown, MEMBER(abstract)},
    {"draft", take_draft, MEMBER(draft)},
    {"excerpt", take_markdown, MEMBER(abstract)},
    {"expires", take_date, MEMBER(expires)},
    {"expiry_date", take_date, MEMBER(expires)},
    {"expirydate", take_date, MEMBER(expires)},
    {"featured_image", take_image, MEMBER(image)},
    {"image", take_image, MEMBER(image)},
    {"image.feature", take_image, MEMBER(image)},
    {"image.path", take_image, MEMBER(image)},
    {"image.url", take_image, MEMBER(image)},
    {"keywords", take_tags, MEMBER(tags)},
    {"lang", take_lang, MEMBER(lang)},
    {"language", take_lang, MEMBER(lang)},
    {"last_modified_at", take_date, MEMBER(updated)},
    {"lastmod", take_date, MEMBER(updated)},
    {"modified", take_date, MEMBER(updated)},
    {"path", take_permalink, MEMBER(permalink)},
    {"permalink", take_permalink, MEMBER(permalink)},
    {"publish", take_publish, MEMBER(publish)},
    {"publish_date", take_publish, MEMBER(publish)},
    {"publishdate", take_publish, MEMBER(publish)},
    {"published", take_published, MEMBER(draft)},
    {"redirect", take_text, MEMBER(redirect)},
    {"redirect_from", take_aliases, MEMBER(aliases)},
    {"redirect_to", take_text, MEMBER(redirect)},
    {"slug", take_slug, MEMBER(slug)},
    {"summary", take_markdown, MEMBER(abstract)},
    {"tag", take_items, MEMBER(tags)},
    {"tags", take_tags, MEMBER(tags)},
    {"thumbnail", take_image, MEMBER(image)},
    {"title", take_text, MEMBER(title)},
    {"toc", take_bool, MEMBER(toc)},
    {"updated", take_date, MEMBER(updated)},
    {"url", take_permalink, MEMBER(permalink)},
    {"weight", take_number, MEMBER(weight)},
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

_Static_assert(NKEYS <= 64, "struct fm has one bit for each key");

/* Where Hugo and Zola keep what they leave to themes. */
static struct slice
without_section(struct slice key)
{
	static const char *const sections[] = {"extra.", "params.",
					       "taxonomies."};
	size_t i, n;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		n = strlen(sections[i]);
		if (key.len > n && memcmp(key.data, sections[i], n) == 0)
			return (struct slice){key.data + n, key.len - n};
	}
	return key;
}

static int
compare_key(const void *name, const void *key)
{
	return strcmp(name, ((const struct key *)key)->name);
}

static const struct key *
find_key(struct slice name)
{
	char lower[32];
	size_t i;

	name = without_section(name);
	if (name.len >= sizeof(lower))
		return NULL;
	for (i = 0; i < name.len; i++) {
		char c = name.data[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	lower[i] = '\0';
	return bsearch(lower, keys, NKEYS, sizeof(keys[0]), compare_key);
}

void
fm_reset(struct fm *fm)
{
	struct frontmatter *f = fm->f;

	fm->seen = 0;
	f->title = f->author_url = f->abstract = slice_of("");
	f->lang = f->image = f->slug = f->permalink = slice_of("");
	f->redirect = f->content = f->authors = slice_of("");
	f->tags = f->categories = f->aliases = slice_of("");
	f->created = f->updated = f->publish = f->expires = DATE_NONE;
	f->created_zone = f->updated_zone = 0;
	f->weight = f->draft = 0;
	f->toc = -1;
	f->redirect_line = 0;
	f->redirects_in_dialect = 0;
}

void
fm_report(const struct fm *fm, enum severity severity, struct fm_place at,
	  const char *message)
{
	fm->report(fm->ctx, severity, at.line, at.column, message);
}

static int
is_again(struct fm *fm, const struct key *key, struct fm_place at,
	 const struct fm_value *value)
{
	uint64_t bit = (uint64_t)1 << (key - keys);
	int again = (fm->seen & bit) != 0 && !value->repeats;

	fm->seen |= bit;
	if (again && !fm->quiet)
		fm_report(fm, SEVERITY_WARNING, at,
			  "this key comes twice; the first counts");
	return again;
}

static void
note_redirect(struct fm *fm, const struct key *key, struct fm_place at)
{
	if (key->member != MEMBER(redirect) || fm->f->redirect_line > 0)
		return;
	fm->f->redirect_line = at.line;
	fm->f->redirects_in_dialect = strcmp(key->name, "redirect_to") == 0;
}

void
fm_take(struct fm *fm, struct slice name, struct fm_place at,
	const struct fm_value *value)
{
	const struct key *key = find_key(name);
	int64_t draft = fm->f->draft;
	struct buf message = {0};
	const char *wrong;

	if (key == NULL || value->type == FM_NONE ||
	    (value->type == FM_TEXT && trim(value->text).len == 0) ||
	    is_again(fm, key, at, value))
		return;
	wrong = key->take(fm, (char *)fm->f + key->member, value);
	if (wrong == NULL) {
		note_redirect(fm, key, at);
		return;
	}
	buf_printf(&message, "%s: %s", key->name, wrong);
	fm_report(fm,
		  fm->f->draft != draft || key->take == take_date
		      ? SEVERITY_ERROR
		      : SEVERITY_WARNING,
		  value->at, buf_cstr(&message));
	buf_free(&message);
}
