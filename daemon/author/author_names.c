/* SPDX-License-Identifier: ISC */
#include "author_names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../log.h"
#include "../settings.h"
#include "../site/escape.h"
#include "../site/media.h"
#include "../source.h"

#define NAME_LEN_MAX 255 /* of file systems */

/* ---- what an entry says ---- */

/* The value of a field in a run's header lines. */
static struct slice
field(const struct snapshot_run *run, const char *name)
{
	const char *p = run->start, *end = p + run->head, *eol;
	size_t len = strlen(name);

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			break;
		if ((size_t)(eol - p) > len + 2 &&
		    strncasecmp(p, name, len) == 0 && p[len] == ':')
			return (struct slice){p + len + 2,
					      (size_t)(eol - p) - len - 2 -
						  (eol[-1] == '\r')};
	}
	return (struct slice){"", 0};
}

static int
has(struct slice s, const char *text)
{
	return s.len > 0 && memmem(s.data, s.len, text, strlen(text)) != NULL;
}

static int
ends(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.len > n && memcmp(s.data + s.len - n, with, n) == 0;
}

static int
is_redirect(const struct snapshot_entry *e)
{
	return e->status >= 300 && e->status < 400;
}

/* The first entry that is not before path. */
static uint32_t
lower_bound(const struct snapshot *s, struct slice path)
{
	uint32_t low = 0, high = snapshot_head(s)->nentries;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (slice_cmp(snapshot_path(s, snapshot_at(s, middle)), path) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
has_below(const struct snapshot *s, struct slice path)
{
	const struct snapshot_entry *e;
	struct buf b = {0};
	struct slice next;
	int yes;

	buf_add(&b, path.data, path.len);
	buf_char(&b, '/');
	e = snapshot_at(s, lower_bound(s, (struct slice){b.data, b.len}));
	next = e != NULL ? snapshot_path(s, e) : (struct slice){"", 0};
	yes = next.len > b.len && memcmp(next.data, b.data, b.len) == 0;
	buf_free(&b);
	return yes;
}

/* ---- names ---- */

static struct slice
own(struct author_names *names, struct buf *b)
{
	struct slice s = {b->data, b->len};

	if (names->nowned == names->capowned) {
		names->capowned =
		    names->capowned > 0 ? names->capowned * 2 : 64;
		names->owned = xreallocarray(names->owned, names->capowned,
					     sizeof(*names->owned));
	}
	names->owned[names->nowned++] = b->data;
	memset(b, 0, sizeof(*b));
	return s;
}

static int
can_be_a_file(struct slice path)
{
	const char *p = path.data, *end = p + path.len, *slash;

	if (!source_path_valid(path))
		return 0;
	for (; p < end; p = slash + 1) {
		slash = memchr(p, '/', (size_t)(end - p));
		slash = slash != NULL ? slash : end;
		if (slash - p > NAME_LEN_MAX ||
		    (slash - p == 4 && strncasecmp(p, ".git", 4) == 0))
			return 0;
	}
	return 1;
}

static void
add(struct author_names *names, struct buf *path, struct slice data)
{
	if (!can_be_a_file((struct slice){path->data, path->len})) {
		log_warn("/%s: no file can have this name; left out",
			 buf_cstr(path));
		names->left_out++;
		buf_free(path);
		return;
	}
	if (names->n == names->cap) {
		names->cap = names->cap > 0 ? names->cap * 2 : 256;
		names->list = xreallocarray(names->list, names->cap,
					    sizeof(*names->list));
	}
	names->list[names->n].data = data;
	names->list[names->n++].path = own(names, path);
}

static void
add_fixed(struct author_names *names, const char *name, struct slice data)
{
	struct buf path = {0};

	buf_str(&path, name);
	add(names, &path, data);
}

static const char *
index_of(struct slice type)
{
	return has(type, "json") ? "/index.json" : "/index.xml";
}

static void
add_address(struct buf *out, struct slice path)
{
	escape_add(out, ESCAPE_PATH, path);
}

/* path is an address without its first slash; the file gets what is
 * missing. */
static void
name_page(struct author_names *names, const struct snapshot *s,
	  struct slice address, struct slice type, struct buf *path)
{
	const char *slash = memrchr(address.data, '/', address.len);
	int dot = memchr(slash, '.',
			 (size_t)(address.data + address.len - slash)) != NULL;

	buf_add(path, address.data + 1, address.len - 1);
	if (has(type, "text/html")) {
		if (address.len == 1)
			buf_str(path, "index.html");
		else if (!ends(address, ".html") && !ends(address, ".htm"))
			buf_str(path, "/index.html");
		return;
	}
	if (has_below(s, address)) {
		buf_str(path, index_of(type));
		add_address(&names->redirects, address);
		buf_char(&names->redirects, ' ');
		add_address(&names->redirects, address);
		buf_printf(&names->redirects, "%s 200\n", index_of(type));
	} else if (!dot) {
		add_address(&names->headers, address);
		buf_printf(&names->headers, "\n  Content-Type: %.*s\n",
			   (int)type.len, type.data);
	}
}

/* ---- redirects ---- */

static void
redirect_line(struct buf *out, struct slice from, const char *star,
	      struct slice to, const char *splat, unsigned status)
{
	add_address(out, from);
	buf_printf(out, "%s %.*s%s %u\n", star, (int)to.len, to.data, splat,
		   status);
}

static void
add_redirect(struct author_names *names, struct slice address, struct slice to,
	     unsigned status)
{
	struct buf page = {0}, path = {0};

	redirect_line(&names->redirects, address, "", to, "", status);
	/* Who asks for a picture can do nothing with a page. */
	if (strncmp(media_by_path(address)->type, "image/", 6) == 0)
		return;
	buf_str(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		       "<meta charset=\"utf-8\">\n<title>Moved</title>\n"
		       "<meta http-equiv=\"refresh\" content=\"0; url=");
	escape_add(&page, ESCAPE_TEXT, to);
	buf_str(&page, "\">\n<link rel=\"canonical\" href=\"");
	escape_add(&page, ESCAPE_TEXT, to);
	buf_str(&page, "\">\n</head>\n<body>\n<p><a href=\"");
	escape_add(&page, ESCAPE_TEXT, to);
	buf_str(&page, "\">It has moved.</a></p>\n</body>\n</html>\n");
	buf_add(&path, address.data + 1, address.len - 1);
	buf_str(&path, address.len > 1 ? "/index.html" : "index.html");
	add(names, &path, own(names, &page));
}

/* "*" and a directory's path: see snapshot_find_below. */
static void
add_redirect_below(struct author_names *names, struct slice path,
		   const struct snapshot_run *run, unsigned status)
{
	struct slice directory = {path.data + 1, path.len - 1};
	struct slice base = {run->body, (size_t)run->body_len};
	struct slice to = base.len > 0 ? base : field(run, "Location");

	redirect_line(&names->below, directory, "*", to,
		      base.len > 0 ? ":splat" : "", status);
}

/* ---- the whole ---- */

static void
add_entry(struct author_names *names, const struct snapshot *s,
	  const struct snapshot_entry *e)
{
	struct slice path = snapshot_path(s, e), body;
	struct snapshot_run run;
	struct buf file = {0};

	if (!snapshot_run(s, e, ENC_IDENTITY, &run))
		return;
	body = (struct slice){run.body, (size_t)run.body_len};
	if (path.len == 0) {
		add_fixed(names, "404.html", body);
	} else if (path.data[0] == '*' && is_redirect(e)) {
		add_redirect_below(names, path, &run, e->status);
	} else if (path.data[0] != '/') {
		return; /* nothing that has an address */
	} else if (slice_is(path, HEADERS_ADDRESS)) {
		buf_add(&names->headers, body.data, body.len);
		buf_char(&names->headers, '\n');
	} else if (is_redirect(e)) {
		add_redirect(names, path, field(&run, "Location"), e->status);
	} else {
		name_page(names, s, path, field(&run, "Content-Type"), &file);
		add(names, &file, body);
	}
}

static int
by_path(const void *a, const void *b)
{
	const struct author_name *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

static void
drop_doubles(struct author_names *names)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		const struct author_name *x = &names->list[i];

		if (n > 0 && by_path(&names->list[n - 1], x) == 0) {
			log_warn("%.*s: two addresses would be this file; one "
				 "is left out",
				 (int)x->path.len, x->path.data);
			names->left_out++;
		} else {
			names->list[n++] = *x;
		}
	}
	names->n = n;
}

void
author_names_make(struct author_names *names, const struct snapshot *s)
{
	const struct snapshot_entry *e;

	for (uint32_t i = 0; (e = snapshot_at(s, i)) != NULL; i++)
		add_entry(names, s, e);
	buf_add(&names->redirects, names->below.data, names->below.len);
	if (names->redirects.len > 0)
		add_fixed(names, "_redirects",
			  (struct slice){names->redirects.data,
					 names->redirects.len});
	if (names->headers.len > 0)
		add_fixed(
		    names, "_headers",
		    (struct slice){names->headers.data, names->headers.len});
	/* GitHub's Pages would leave out what begins with "_" or ".". */
	add_fixed(names, ".nojekyll", (struct slice){"", 0});
	qsort(names->list, names->n, sizeof(*names->list), by_path);
	drop_doubles(names);
}

void
author_names_free(struct author_names *names)
{
	for (size_t i = 0; i < names->nowned; i++)
		free(names->owned[i]);
	free(names->owned);
	free(names->list);
	buf_free(&names->redirects);
	buf_free(&names->below);
	buf_free(&names->headers);
	memset(names, 0, sizeof(*names));
}
