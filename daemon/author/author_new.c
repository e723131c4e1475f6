/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "author.h"
#include "author_begin.h"

/* Where articles are, in the order of this list; Jekyll's names begin with the
 * date. */
static const struct place {
	const char *directory;
	int dated;
} places[] = {{"Posts", 0},
	      {"posts", 0},
	      {"content/posts", 0},
	      {"content/blog", 0},
	      {"_posts", 1}};

static const struct place *
find_place(const char *dir)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (author_begin_there(dir, places[i].directory))
			return &places[i];
	return &places[0];
}

/* What says in a header that there is no value. */
static int
is_null(const char *title)
{
	return strcmp(title, "~") == 0 || strcmp(title, "null") == 0 ||
	       strcmp(title, "Null") == 0 || strcmp(title, "NULL") == 0;
}

/* A line of a header may hold anything, but for what would make it YAML (see
 * blogd-content(5)); then it is quoted. */
static void
add_title(struct buf *out, const char *title)
{
	int quoted = strchr("\"'[{]}|>#", title[0]) != NULL ||
		     strpbrk(title, "\r\n") != NULL || title[0] == ' ' ||
		     is_null(title);

	buf_str(out, "title: ");
	if (!quoted) {
		buf_str(out, title);
	} else {
		buf_char(out, '"');
		for (; *title != '\0'; title++) {
			if ((unsigned char)*title < 0x20) {
				buf_char(out, ' ');
				continue;
			}
			if (*title == '"' || *title == '\\')
				buf_char(out, '\\');
			buf_char(out, *title);
		}
		buf_char(out, '"');
	}
	buf_char(out, '\n');
}

static void
make_text(const char *dir, const char *title, const char *date, struct buf *out)
{
	buf_str(out, "---\n");
	add_title(out, title);
	if (!author_begin_there(dir, ".config/author")) {
		buf_str(out, "author: ");
		author_begin_who(dir, out);
		buf_char(out, '\n');
	}
	buf_printf(out, "date: %s\ndraft: true\n---\n", date);
}

int
author_new(const struct author_options *o)
{
	const struct place *place = find_place(o->dir);
	struct buf path = {0}, text = {0}, slug = {0};
	struct err err;
	char date[BEGIN_NOW_LEN + 1];
	int r;

	author_begin_now(date);
	author_begin_slug(o->title, &slug);
	buf_printf(&path, "%s/", place->directory);
	if (place->dated)
		buf_printf(&path, "%.10s-", date);
	buf_printf(&path, "%s.md", buf_cstr(&slug));
	make_text(o->dir, o->title, date, &text);
	r = author_begin_file(o->dir, buf_cstr(&path),
			      (struct slice){text.data, text.len}, &err);
	if (r == -1)
		fprintf(stderr, "blogd new: %s\n", err.text);
	else
		printf("%s/%s\nIt is published once \"draft: true\" is gone; "
		       "blogd preview shows it before.\n",
		       o->dir, buf_cstr(&path));
	buf_free(&path);
	buf_free(&text);
	buf_free(&slug);
	return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
