/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "icon.h"

#include <string.h>

#include "../utf8.h"
#include "digest.h"
#include "escape.h"

/* Dark enough for white letters (4.5 to 1 and more). */
static const char *const colours[] = {"#1d4ed8", "#6d28d9", "#a21caf",
				      "#be123c", "#b45309", "#3f6212",
				      "#047857", "#0e7490"};
#define NCOLOURS (sizeof(colours) / sizeof(colours[0]))

/* By the name, so that neighbours in a row of tabs differ. */
static const char *
colour(const struct site *s)
{
	uint8_t hash[DIGEST_LEN];
	struct digest d = {0};

	digest_add(&d, s->name);
	digest_end(&d, hash);
	digest_free(&d);
	return colours[hash[0] % NCOLOURS];
}

static struct slice
first_letter(struct slice name)
{
	size_t n = 0;

	if (name.len > 0)
		n = utf8_char_len((const unsigned char *)name.data, name.len);
	return (struct slice){name.data, n};
}

void
icon_write(const struct site *s, struct buf *out)
{
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		   "viewBox=\"0 0 64 64\"><rect width=\"64\" height=\"64\" "
		   "rx=\"14\" fill=\"%s\"/><text x=\"32\" y=\"46\" "
		   "font-family=\"Iowan Old Style,Palatino,Georgia,serif\" "
		   "font-size=\"40\" font-weight=\"600\" "
		   "text-anchor=\"middle\" fill=\"#fff\">",
		   colour(s));
	escape_add(out, ESCAPE_TEXT, first_letter(s->name));
	buf_str(out, "</text></svg>\n");
}

static void
find_logo(struct site *s)
{
	static const char *const names[] = {
	    "static/logo.svg", "static/logo.png", "static/logo.webp",
	    "static/logo.jpg"};
	const struct file *f;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		f = plan_file(s, slice_of(names[i]));
		if (f != NULL && f->address.len > 0) {
			s->logo = f->address;
			return;
		}
	}
}

/* Not for good: the repository may have one tomorrow. */
static void
lead_to_icon(struct site *s)
{
	struct buf b = {0};
	struct page *p =
	    plan_add(s, PAGE_REDIRECT, slice_of("/favicon.ico"), "");

	p->gives_way = GIVES_WAY;
	p->pub.status = 302;
	p->pub.compress = 0;
	p->pub.cache = SITE_CACHE_MEDIA;
	buf_add(&b, s->prefix.data, s->prefix.len);
	escape_add(&b, ESCAPE_PATH, s->icon);
	p->pub.location = region_take(&s->region, &b);
	buf_free(&b);
}

void
plan_icon(struct site *s)
{
	static const char *const names[] = {"favicon.svg", "favicon.png",
					    "favicon.ico"};
	struct slice found = slice_of("");
	struct page *p;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		found = plan_own_file(s, names[i]);
		if (found.len > 0 && s->icon.len == 0)
			s->icon = found;
	}
	if (s->icon.len == 0) {
		s->icon = slice_of("/favicon.svg");
		p = plan_add(s, PAGE_ICON, s->icon, "image/svg+xml");
		p->gives_way = GIVES_WAY;
		p->pub.cache = SITE_CACHE_MEDIA;
	}
	if (found.len == 0) /* the last name: favicon.ico */
		lead_to_icon(s);
	find_logo(s);
}
