/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "date.h"
#include "lang.h"
#include "url.h"

/* ---- what a value may be ---- */

/* Each takes one value into the member it is for; what is wrong is returned as
 * a message, NULL: nothing. */
typedef const char *take_fn(struct fm *fm, void *member,
			    const struct fm_value *value);

static const char no_list[] = "a list where one value is wanted; ignored";

/* One line of text. */
static const char *
take_text(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice *to = member, text = trim(v->text);
	struct buf b = {0};
	size_t i;

	if (v->type == FM_LIST)
		return no_list;
	if (to->len > 0)
		return NULL;
	*to = text;
	if (memchr(text.data, '\n', text.len) == NULL)
		return NULL;
	for (i = 0; i < text.len; i++)
		buf_char(&b, text.data[i] == '\n' ? ' ' : text.data[i]);
	*to = region_take(fm->region, &b);
	buf_free(&b);
	return NULL;
}

/* Markdown, which may have lines. */
static const char *
take_markdown(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice *to = member;

	(void)fm;
	if (v->type == FM_LIST)
		return no_list;
	if (to->len == 0)
		*to = trim(v->text);
	return NULL;
}

static void
append(struct fm *fm, struct slice *list, struct slice more)
{
	struct buf b = {0};
	struct slice item;

	if (list->len == 0) {
		*list = more;
		return;
	}
	buf_add(&b, list->data, list->len);
	while (items_next(&more, &item))
		items_add(&b, item);
	*list = region_take(fm->region, &b);
	buf_free(&b);
}

/* What several keys say is added up. */
static const char *
take_list(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice items = v->text;

	if (v->type == FM_TEXT)
		items = items_split(fm->region, items, ',');
	append(fm, member, items);
	return NULL;
}

/* As Jekyll parts a string. */
static const char *
take_tags(struct fm *fm, void *member, const struct fm_value *v)
{
	if (!fm->jekyll || v->type == FM_LIST ||
	    memchr(v->text.data, ',', v->text.len) != NULL)
		return take_list(fm, member, v);
	append(fm, member, items_split(fm->region, v->text, ' '));
	return NULL;
}

/* A text is one item, commas or not. */
static const char *
take_items(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice items = v->text;

	if (v->type == FM_TEXT)
		items = items_split(fm->region, items, '\n');
	append(fm, member, items);
	return NULL;
}

/* "12  # comment": what is not free text has room for one. */
static struct slice
bare(struct slice text)
{
	const char *hash = memmem(text.data, text.len, " #", 2);

	if (hash != NULL)
		text.len = (size_t)(hash - text.data);
	return trim(text);
}

static const char *
take_date(struct fm *fm, void *member, const struct fm_value *v)
{
	int64_t *to = member, t;

	(void)fm;
	if (v->type == FM_LIST || !date_parse(bare(v->text), &t))
		return "not a date (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS "
		       "+HH:MM); ignored";
	if (*to == DATE_NONE)
		*to = t;
	return NULL;
}

/* YAML 1.1's words, as Jekyll reads them.  -1: none of them. */
static int
truth(struct slice text)
{
	static const char *const words[] = {"false", "true", "no", "yes",
					    "off",   "on",   "0",  "1"};
	size_t i, j;

	text = bare(text);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text.len != strlen(words[i]))
			continue;
		for (j = 0; j < text.len; j++)
			if ((text.data[j] | 0x20) != (words[i][j] | 0x20))
				break;
		if (j == text.len)
			return (int)(i & 1);
	}
	return -1;
}

static const char *
take_bool(struct fm *fm, void *member, const struct fm_value *v)
{
	int64_t *to = member;
	int yes = v->type == FM_LIST ? -1 : truth(v->text);

	(void)fm;
	if (yes == -1)
		return "neither true nor false; ignored";
	*to = yes;
	return NULL;
}

/* What cannot be read must not put anything before the public. */
static const char *
take_draft(struct fm *fm, void *member, const struct fm_value *v)
{
	int64_t *draft = member;

	if (take_bool(fm, &(int64_t){0}, v) != NULL) {
		*draft = 1;
		return "neither true nor false, so the article is left out";
	}
	*draft |= truth(v->text);
	return NULL;
}

/* Jekyll's switch; elsewhere it is a date. */
static const char *
take_published(struct fm *fm, void *member, const struct fm_value *v)
{
	int64_t *draft = member;
	int yes = v->type == FM_LIST ? -1 : truth(v->text);

	if (yes != -1) {
		*draft |= !yes;
		return NULL;
	}
	if (take_date(fm, &fm->f->created, v) == NULL)
		return NULL;
	*draft = 1;
	return "neither true, false nor a date, so the article is left "
	       "out";
}

static const char *
take_publish(struct fm *fm, void *member, const struct fm_value *v)
{
	if (take_date(fm, member, v) == NULL)
		return NULL;
	fm->f->draft = 1;
	return "not a date (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS +HH:MM), so "
	       "the article is left out";
}

static const char *
take_number(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice text = bare(v->text);
	int64_t *to = member, n = 0;
	size_t i = text.len > 0 && text.data[0] == '-';

	(void)fm;
	if (v->type == FM_LIST || i == text.len || text.len > 10)
		return "not a whole number; ignored";
	for (; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return "not a whole number; ignored";
		n = 10 * n + (text.data[i] - '0');
	}
	*to = text.data[0] == '-' ? -n : n;
	return NULL;
}

static const char *
take_lang(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice text = bare(v->text);

	(void)fm;
	if (v->type == FM_LIST || !lang_is_tag(text))
		return "not a language tag such as \"en\" or \"pt-BR\"; "
		       "ignored";
	*(struct slice *)member = text;
	return NULL;
}

static const char *
take_permalink(struct fm *fm, void *member, const struct fm_value *v)
{
	if (v->type == FM_LIST)
		return no_list;
	if (((struct slice *)member)->len > 0)
		return NULL;
	return address_clean(fm->region, trim(v->text), member);
}

static const char *
take_aliases(struct fm *fm, void *member, const struct fm_value *v)
{
	struct buf good = {0};
	struct slice list = v->text, item, address;
	const char *wrong = NULL, *this;

	while (items_next(&list, &item)) {
		this = address_clean(fm->region, trim(item), &address);
		if (this == NULL)
			items_add(&good, address);
		else
			wrong = this;
	}
	append(fm, member, region_take(fm->region, &good));
	buf_free(&good);
	return wrong;
}

static const char *
take_slug(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice text = trim(v->text);

	(void)fm;
	if (v->type == FM_LIST || !address_is_element(text))
		return "not one element of an address; ignored";
	*(struct slice *)member = text;
	return NULL;
}

/* A reference as in the text. */
static const char *
take_image(struct fm *fm, void *member, const struct fm_value *v)
{
	if (v->type == FM_TEXT && !url_allowed(trim(v->text), URL_MEDIA))
		return "neither a path nor an http or https address; ignored";
	return take_text(fm, member, v);
}

static const char *
take_author_url(struct fm *fm, void *member, const struct fm_value *v)
{
	if (v->type == FM_TEXT && !url_allowed(trim(v->text), URL_LINK))
		return "neither a path nor an http, https or mailto address; "
		       "ignored";
	return take_text(fm, member, v);
}

/* ---- the keys ---- */

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
	fm_report(fm, fm->f->draft != draft ? SEVERITY_ERROR : SEVERITY_WARNING,
		  value->at, buf_cstr(&message));
	buf_free(&message);
}
