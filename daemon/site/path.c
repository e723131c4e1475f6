/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "path.h"

#include <string.h>

int
slice_begins(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.data, with, n) == 0;
}

int
slice_ends(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.data + s.len - n, with, n) == 0;
}

struct slice
path_base(struct slice path)
{
	size_t n = path.len;

	while (n > 0 && path.data[n - 1] != '/')
		n--;
	return (struct slice){path.data + n, path.len - n};
}

struct slice
path_without(struct slice path, const char *const *endings, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (path_base(path).len > strlen(endings[i]) &&
		    slice_ends(path, endings[i])) {
			path.len -= strlen(endings[i]);
			break;
		}
	return path;
}

struct slice
path_short(struct slice path)
{
	static const char *const endings[] = {".markdown", ".md"};

	return path_without(path, endings, 2);
}

int
path_is_index(struct slice path)
{
	struct slice base = path_base(path);

	return slice_is(base, "index.md") || slice_is(base, "index.markdown") ||
	       slice_is(base, "index.html");
}
