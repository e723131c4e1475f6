/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/site/theme/style.h"
#include "date.h"
#include "escape.h"
#include "model.h"

/* Of <main>, for the skip link.  The dot keeps it apart from ids in posts. */
#define MAIN_ID "page.main"

#define DESCRIPTION_MAX 300 /* bytes of an abstract in <meta> */

/* Below a name that begins with a dot, where no repository file can be. */
struct slice
style_address(struct region *r)
{
	uint8_t hash[DIGEST_LEN];
	struct digest d = {0};
	char text[64];

	digest_add(&d, slice_of(style_css));
	digest_end(&d, hash);
	digest_free(&d);
	snprintf(text, sizeof(text), "/.blogd/%02x%02x%02x%02x%02x%02x.css",
		 hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]);
	return region_copy(r, slice_of(text));
}

void
layout_text(struct buf *out, struct slice text)
{
	escape_add(out, ESCAPE_TEXT, text);
}

void
layout_url(const struct site *s, struct buf *out, struct slice address)
{
	buf_add(out, s->prefix.data, s->prefix.len);
	escape_add(out, ESCAPE_PATH, address);
}

void
layout_time(struct buf *out, int64_t t)
{
	char machine[DATE_LEN + 1], human[DATE_LEN + 1];

	date_rfc3339(t, machine);
	date_human(t, human);
	buf_printf(out, "<time datetime=\"%s\">%s</time>", machine, human);
}

static void
style_link(const struct site *s, struct buf *out, struct slice address)
{
	buf_str(out, "<link rel=\"stylesheet\" href=\"");
	layout_url(s, out, address);
	buf_str(out, "\">\n");
}

static void
styles(const struct site *s, struct buf *out)
{
	struct region r = {0};

	style_link(s, out, style_address(&r));
	region_free(&r);
	if (s->own_style)
		style_link(s, out, slice_of("/static/css/style.css"));
}

static void
description(struct buf *out, struct slice text)
{
	size_t n = text.len < DESCRIPTION_MAX ? text.len : DESCRIPTION_MAX;

	if (n == 0)
		return;
	while (n < text.len && n > 0 &&
	       ((unsigned char)text.data[n] & 0xc0) == 0x80)
		n--;
	buf_str(out, "<meta name=\"description\" content=\"");
	layout_text(out, (struct slice){text.data, n});
	buf_str(out, "\">\n");
}

static void
head(const struct site *s, struct buf *out, const struct layout *l)
{
	buf_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		     "<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" "
		     "content=\"width=device-width, initial-scale=1\">\n"
		     "<meta name=\"color-scheme\" content=\"light dark\">\n"
		     "<title>");
	if (l->title.len > 0) {
		layout_text(out, l->title);
		buf_str(out, " \xe2\x80\x93 ");
	}
	layout_text(out, s->name);
	buf_str(out, "</title>\n");
	description(out, l->description);
	if (l->address.len > 0) {
		buf_str(out, "<link rel=\"canonical\" href=\"");
		buf_add(out, s->root.data, s->root.len);
		escape_add(out, ESCAPE_PATH, l->address);
		buf_str(out, "\">\n");
	}
	buf_str(out, "<link rel=\"alternate\" type=\"application/atom+xml\" "
		     "title=\"");
	layout_text(out, s->name);
	buf_str(out, "\" href=\"");
	layout_url(s, out, slice_of("/atom"));
	buf_str(out, "\">\n");
	styles(s, out);
	buf_str(out, "</head>\n");
}

static int
is_below(struct slice path, struct slice address)
{
	return path.len >= address.len &&
	       memcmp(path.data, address.data, address.len) == 0 &&
	       (path.len == address.len || path.data[address.len] == '/');
}

static void
menu_item(const struct site *s, struct buf *out, const struct menu_item *item,
	  struct slice current)
{
	buf_str(out, "<li><a href=\"");
	layout_url(s, out, item->address);
	if (slice_cmp(current, item->address) == 0)
		buf_str(out, "\" aria-current=\"page");
	else if (is_below(current, item->address))
		buf_str(out, "\" aria-current=\"true");
	buf_str(out, "\">");
	layout_text(out, item->name);
	buf_str(out, "</a></li>\n");
}

void
layout_begin(const struct site *s, struct buf *out, const struct layout *l)
{
	size_t i;

	head(s, out, l);
	buf_str(out, "<body>\n<a class=\"skip\" href=\"#" MAIN_ID "\">"
		     "Skip to the text</a>\n<header class=\"site\">\n<p><a "
		     "href=\"");
	layout_url(s, out, slice_of("/"));
	buf_str(out, "\" rel=\"home\">");
	layout_text(out, s->name);
	buf_str(out, "</a></p>\n<nav aria-label=\"Site\">\n<ul>\n");
	for (i = 0; i < s->nmenu; i++)
		menu_item(s, out, &s->menu[i], l->current);
	buf_str(out, "</ul>\n</nav>\n</header>\n<main id=\"" MAIN_ID "\">\n");
}

void
layout_end(const struct site *s, struct buf *out)
{
	buf_str(out, "</main>\n<footer class=\"site\">\n<p><a href=\"");
	layout_url(s, out, slice_of("/tags"));
	buf_str(out, "\">Tags</a> <a href=\"");
	layout_url(s, out, slice_of("/atom"));
	buf_str(out, "\" type=\"application/atom+xml\">Feed</a></p>\n"
		     "</footer>\n</body>\n</html>\n");
}

/* s->tags is sorted by name. */
static const struct tag *
find_tag(const struct site *s, struct slice name)
{
	size_t low = 0, high = s->ntags, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = slice_cmp(s->tags[middle].name, name);
		if (order == 0)
			return &s->tags[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
layout_tags(const struct site *s, struct buf *out, const struct article *a)
{
	const struct tag *tag;
	size_t i;

	if (a->ntags == 0)
		return;
	buf_str(out, "<ul class=\"tags\" aria-label=\"Tags\">\n");
	for (i = 0; i < a->ntags; i++) {
		tag = find_tag(s, a->tags[i]);
		buf_str(out, "<li>");
		if (tag != NULL && tag->address.len > 0) {
			buf_str(out, "<a rel=\"tag\" href=\"");
			layout_url(s, out, tag->address);
			buf_str(out, "\">");
			layout_text(out, a->tags[i]);
			buf_str(out, "</a>");
		} else {
			layout_text(out, a->tags[i]);
		}
		buf_str(out, "</li>\n");
	}
	buf_str(out, "</ul>\n");
}
