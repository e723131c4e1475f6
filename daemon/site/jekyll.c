/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "dialect.h"
#include "frontmatter.h"
#include "path.h"

static const char *const endings[] = {".html", ".markdown", ".md", ".mkd"};

int
dated_name(struct slice base, int64_t *date, struct slice *name)
{
	if (base.len < 12 || base.data[10] != '-' ||
	    !date_parse((struct slice){base.data, 10}, date))
		return 0;
	*name = slice_from(base, 11);
	return 1;
}

int
jekyll_name(struct slice path, int64_t *date, struct slice *name)
{
	struct slice base = path_base(path);

	*name =
	    path_without(base, endings, sizeof(endings) / sizeof(endings[0]));
	return name->len < base.len && dated_name(*name, date, name);
}

struct slice
jekyll_title(struct region *r, struct slice name)
{
	struct buf b = {0};
	struct slice title;
	int begin = 1;
	size_t i;

	for (i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c == '-' || c == '_')
			c = ' ';
		else if (begin && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		begin = c == ' ';
		buf_char(&b, c);
	}
	title = trim((struct slice){b.data, b.len});
	title = region_copy(r, title);
	buf_free(&b);
	return title;
}

/* ---- addresses ---- */

struct slice
jekyll_address(struct region *r, struct slice path)
{
	static const char posts[] = "_posts/";
	struct slice name, address = slice_of(""), before;
	struct buf b = {0};
	const char *found;
	int64_t date;

	found = memmem(path.data, path.len, posts, sizeof(posts) - 1);
	if (found == NULL || (found > path.data && found[-1] != '/') ||
	    !jekyll_name(path, &date, &name))
		return address;
	before = (struct slice){path.data, (size_t)(found - path.data)};
	buf_char(&b, '/');
	buf_add(&b, before.data, before.len);
	buf_add(&b, name.data - 11, 4);
	buf_char(&b, '/');
	buf_add(&b, name.data - 6, 2);
	buf_char(&b, '/');
	buf_add(&b, name.data - 3, 2);
	buf_char(&b, '/');
	buf_add(&b, name.data, name.len);
	address = region_take(r, &b);
	buf_free(&b);
	return address;
}

static void
add_lower(struct buf *out, struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.data[i];

		buf_char(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
}

struct slice
jekyll_old_addresses(struct region *r, struct slice address,
		     struct slice categories)
{
	struct buf list = {0}, one = {0};
	struct slice category, result;

	buf_add(&one, address.data, address.len);
	buf_str(&one, ".html");
	items_add(&list, (struct slice){one.data, one.len});
	if (categories.len > 0) {
		buf_clear(&one);
		while (items_next(&categories, &category)) {
			buf_char(&one, '/');
			add_lower(&one, category);
		}
		buf_add(&one, address.data, address.len);
		items_add(&list, (struct slice){one.data, one.len});
		buf_str(&one, ".html");
		items_add(&list, (struct slice){one.data, one.len});
	}
	result = region_take(r, &list);
	buf_free(&list);
	buf_free(&one);
	return result;
}
