/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "frontmatter_values.h"

#include <string.h>

#include "address.h"
#include "date.h"
#include "lang.h"
#include "path.h"
#include "url.h"

static const char no_list[] = "a list where one value is wanted; ignored";

/* One line of text. */
const char *
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
const char *
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
const char *
take_list(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice items = v->text;

	if (v->type == FM_TEXT)
		items = items_split(fm->region, items, ',');
	append(fm, member, items);
	return NULL;
}

/* As Jekyll parts a string. */
const char *
take_tags(struct fm *fm, void *member, const struct fm_value *v)
{
	if (!fm->jekyll || v->type == FM_LIST ||
	    memchr(v->text.data, ',', v->text.len) != NULL)
		return take_list(fm, member, v);
	append(fm, member, items_split(fm->region, v->text, ' '));
	return NULL;
}

/* A text is one item, commas or not. */
const char *
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

const char *
take_date(struct fm *fm, void *member, const struct fm_value *v)
{
	int64_t *to = member, t, zone;

	if (v->type == FM_LIST || !date_parse_zoned(bare(v->text), &t, &zone))
		return "not a date (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS "
		       "+HH:MM); ignored";
	if (*to != DATE_NONE)
		return NULL;
	*to = t;
	if (to == &fm->f->created)
		fm->f->created_zone = zone;
	if (to == &fm->f->updated)
		fm->f->updated_zone = zone;
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

const char *
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
const char *
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
const char *
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

const char *
take_publish(struct fm *fm, void *member, const struct fm_value *v)
{
	if (take_date(fm, member, v) == NULL)
		return NULL;
	fm->f->draft = 1;
	return "not a date (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS +HH:MM), so "
	       "the article is left out";
}

const char *
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

const char *
take_lang(struct fm *fm, void *member, const struct fm_value *v)
{
	struct slice text = bare(v->text);
	struct buf tag = {0};
	size_t i;

	buf_add(&tag, text.data, text.len);
	for (i = 0; i < tag.len; i++)
		if (tag.data[i] == '_') /* as locales are named: pt_BR */
			tag.data[i] = '-';
	text = region_take(fm->region, &tag);
	buf_free(&tag);
	if (v->type == FM_LIST || !lang_is_tag(text))
		return "not a language tag such as \"en\" or \"pt-BR\"; "
		       "ignored";
	*(struct slice *)member = text;
	return NULL;
}

/* "/x/index.html" is what "/x/" asks other servers for: it leads there. */
const char *
take_permalink(struct fm *fm, void *member, const struct fm_value *v)
{
	static const char index[] = "/index.html";
	const size_t index_len = sizeof(index) - 1;
	struct slice text = trim(v->text), address = text;
	const char *wrong;

	if (v->type == FM_LIST)
		return no_list;
	if (((struct slice *)member)->len > 0)
		return NULL;
	if (text.len > index_len + 1 && slice_ends(text, index))
		address.len -= index_len;
	wrong = address_clean(fm->region, address, member);
	if (wrong == NULL && address.len < text.len &&
	    address_clean(fm->region, text, &address) == NULL)
		append(fm, &fm->f->aliases, address);
	return wrong;
}

const char *
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

const char *
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
const char *
take_image(struct fm *fm, void *member, const struct fm_value *v)
{
	if (v->type == FM_TEXT && !url_allowed(trim(v->text), URL_MEDIA))
		return "neither a path nor an http or https address; ignored";
	return take_text(fm, member, v);
}

const char *
take_author_url(struct fm *fm, void *member, const struct fm_value *v)
{
	if (v->type == FM_TEXT && !url_allowed(trim(v->text), URL_LINK))
		return "neither a path nor an address that links may have; "
		       "ignored";
	return take_text(fm, member, v);
}
