/* SPDX-License-Identifier: ISC */
#include "object.h"

#include <string.h>

#define TREE_LINE 46 /* "tree ", 40 digits, newline */

/* Git knows five modes and reads all others as one of them. */
static uint32_t
canonical_mode(uint32_t mode)
{
	switch (mode & MODE_TYPE) {
	case MODE_FILE:
		return MODE_FILE | (mode & 0100 ? 0755 : 0644);
	case MODE_LINK:
		return MODE_LINK;
	case MODE_TREE:
		return MODE_TREE;
	default:
		return MODE_MODULE;
	}
}

int
tree_entry(const uint8_t *p, const uint8_t *end, struct tree_entry *e)
{
	const uint8_t *start = p, *nul;

	if (p == end)
		return 0;
	e->mode = 0;
	for (; p < end && *p >= '0' && *p <= '7'; p++) {
		if (e->mode > 0777777)
			return -1;
		e->mode = e->mode << 3 | (uint32_t)(*p - '0');
	}
	if (p == start || p == end || *p++ != ' ')
		return -1;
	nul = memchr(p, '\0', (size_t)(end - p));
	if (nul == NULL || (size_t)(end - nul) < 1 + OID_LEN)
		return -1;
	e->mode = canonical_mode(e->mode);
	e->name = (const char *)p;
	e->len = (size_t)(nul - p);
	e->id = nul + 1;
	e->size = (size_t)(nul - start) + 1 + OID_LEN;
	return 1;
}

int
tree_entry_is_tree(const struct tree_entry *e)
{
	return (e->mode & MODE_TYPE) == MODE_TREE;
}

static int
byte_at(const struct tree_entry *e, size_t i)
{
	if (i < e->len)
		return (unsigned char)e->name[i];
	return i == e->len && tree_entry_is_tree(e) ? '/' : 0;
}

int
tree_entry_cmp(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->name, b->name, n);

	if (c != 0)
		return c;
	c = byte_at(a, n) - byte_at(b, n);
	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

/* "KEY 40-digits\n" */
static int
id_line(const char *line, size_t len, const char *key, git_oid *id)
{
	size_t n = strlen(key);

	return len >= n + 41 && memcmp(line, key, n) == 0 &&
	       line[n + 40] == '\n' && git_oid_fromstrn(id, line + n, 40) == 0;
}

static const char *
author_line(const char *p, const char *end, const char **line_end)
{
	while (p < end && *p != '\n') {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		*line_end = nl != NULL ? nl : end;
		if (*line_end - p > 7 && memcmp(p, "author ", 7) == 0)
			return p;
		if (nl == NULL)
			break;
		p = nl + 1;
	}
	return NULL;
}

/* The number after the last '>' of "author NAME <MAIL> SECONDS ZONE". */
static int64_t
author_time(const char *p, const char *end)
{
	const char *line_end, *mail_end;
	int64_t t = 0;

	p = author_line(p, end, &line_end);
	if (p == NULL)
		return 0;
	mail_end = memrchr(p, '>', (size_t)(line_end - p));
	if (mail_end == NULL)
		return 0;
	for (p = mail_end + 1; p < line_end && *p == ' '; p++)
		;
	for (; p < line_end && *p >= '0' && *p <= '9'; p++) {
		if (t > INT64_MAX / 100)
			return 0;
		t = t * 10 + (*p - '0');
	}
	return t;
}

int
commit_parse(const uint8_t *data, size_t len, struct commit_head *c,
	     struct err *err)
{
	const char *p = (const char *)data, *end = p + len;
	git_oid id;

	if (!id_line(p, len, "tree ", &c->tree))
		return err_set(err, "a commit has no tree");
	p += TREE_LINE;
	c->parents = p;
	for (c->nparents = 0; id_line(p, (size_t)(end - p), "parent ", &id);
	     c->nparents++)
		p += PARENT_LINE;
	c->author = author_time(p, end);
	return 0;
}

int
commit_parent(const struct commit_head *c, size_t i, git_oid *id)
{
	return git_oid_fromstrn(id, c->parents + i * PARENT_LINE + 7, 40);
}
