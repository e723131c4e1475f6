/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "catalogue.h"
#include "preview.h"

#include <stddef.h>
#include <string.h>

static const char magic[] = CATALOGUE_MAGIC;

/* ---- writing ---- */

static void
put_number(struct buf *out, uint64_t n)
{
	buf_add(out, &n, sizeof(n));
}

static void
put(struct buf *out, struct slice s)
{
	put_number(out, s.len);
	buf_add(out, s.data, s.len);
}

/* What is kept of an article: a new member of struct article that comes from
 * its file is written and read once it is listed here. */
static const size_t strings[] = {
    offsetof(struct article, title),
    offsetof(struct article, said_authors),
    offsetof(struct article, author_url),
    offsetof(struct article, tag_line),
    offsetof(struct article, abstract),
    offsetof(struct article, abstract_html),
    offsetof(struct article, html[TEXT_AUTHOR]),
    offsetof(struct article, permalink),
    offsetof(struct article, slug),
    offsetof(struct article, aliases),
    offsetof(struct article, jekyll),
    offsetof(struct article, implied),
    offsetof(struct article, lang),
    offsetof(struct article, image),
    offsetof(struct article, notes),
    offsetof(struct article, abstract_notes),
    offsetof(struct article, spliced),
};
static const size_t numbers[] = {
    offsetof(struct article, body_off),
    offsetof(struct article, author_flags),
    offsetof(struct article, said_created),
    offsetof(struct article, said_updated),
    offsetof(struct article, created_zone),
    offsetof(struct article, updated_zone),
    offsetof(struct article, publish),
    offsetof(struct article, expires),
    offsetof(struct article, draft),
    offsetof(struct article, toc),
    offsetof(struct article, weight),
    offsetof(struct article, body_line),
};
#define NSTRINGS (sizeof(strings) / sizeof(strings[0]))
#define NNUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void
put_article(struct buf *out, const struct article *a)
{
	const char *base = (const char *)a;
	size_t i;

	for (i = 0; i < NSTRINGS; i++)
		put(out, *(const struct slice *)(base + strings[i]));
	for (i = 0; i < NNUMBERS; i++)
		buf_add(out, base + numbers[i], sizeof(uint64_t));
	buf_add(out, a->result, sizeof(a->result));
	put_number(out, a->html[TEXT_BODY].len);
	if (a->body_off == 0)
		put(out, a->html[TEXT_BODY]);
}

static void
put_file(struct buf *out, const struct file *f)
{
	put(out, f->path);
	put(out, (struct slice){(const char *)f->src->blob, OID_MAX});
	put_number(out, f->kind);
	put(out, (struct slice){f->problems.data, f->problems.len});
	put(out, f->value);
	put(out, f->address);
	put_number(out, f->width);
	put_number(out, f->height);
	if (f->kind == FILE_ARTICLE)
		put_article(out, f->article);
}

/* Where the body is in a page that was taken over from a snapshot whose
 * catalogue was lost: the page tells. */
static void
find_body(struct site *s, const struct article *a)
{
	const struct page *p = plan_find(s, a->file->address);
	struct buf scratch = {0};

	if (p == NULL || p->kind != PAGE_ARTICLE || p->list[0] != a)
		return;
	site_compose(s, (size_t)(p - s->pages), &scratch);
	buf_free(&scratch);
}

void
site_catalogue(struct site *s, struct buf *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		struct article *a = s->files[i].article;

		n += s->files[i].kind != FILE_HIDDEN;
		if (a != NULL && a->file->address.len == 0)
			a->body_off = 0;
		else if (a != NULL && !a->body_sought)
			find_body(s, a);
	}
	preview_unmark(s);
	buf_add(out, magic, sizeof(magic) - 1);
	buf_add(out, s->key, sizeof(s->key));
	buf_add(out, s->src->head->commit, OID_MAX);
	put_number(out, n);
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].kind != FILE_HIDDEN)
			put_file(out, &s->files[i]);
}

/* ---- reading ---- */

static int
get_bytes(struct slice *from, size_t n, struct slice *s)
{
	if (n > from->len)
		return -1;
	*s = (struct slice){from->data, n};
	from->data += n;
	from->len -= n;
	return 0;
}

static int
get_number(struct slice *from, uint64_t *n)
{
	struct slice s;

	if (get_bytes(from, sizeof(*n), &s) == -1)
		return -1;
	memcpy(n, s.data, sizeof(*n));
	return 0;
}

static int
get(struct slice *from, struct slice *s)
{
	uint64_t n;

	if (get_number(from, &n) == -1 || n > from->len)
		return -1;
	return get_bytes(from, (size_t)n, s);
}

static int
get_results(struct slice *from, struct article *a)
{
	struct slice results;
	size_t i;

	if (get_bytes(from, sizeof(a->result), &results) == -1)
		return -1;
	memcpy(a->result, results.data, sizeof(a->result));
	for (i = 0; i < TEXT__MAX; i++)
		if (a->result[i] >= MARKDOWN__MAX)
			return -1;
	return 0;
}

static int
get_article(struct slice *from, struct record *r)
{
	char *base = (char *)&r->article;
	size_t i;

	for (i = 0; i < NSTRINGS; i++)
		if (get(from, (struct slice *)(base + strings[i])) == -1)
			return -1;
	for (i = 0; i < NNUMBERS; i++)
		if (get_number(from, (uint64_t *)(base + numbers[i])) == -1)
			return -1;
	if (get_results(from, &r->article) == -1 ||
	    get_number(from, &r->body_len) == -1)
		return -1;
	if (r->article.body_off > 0)
		return 0;
	return get(from, &r->article.html[TEXT_BODY]);
}

static int
get_record(struct slice *from, struct record *r)
{
	uint64_t kind;

	memset(r, 0, sizeof(*r));
	if (get(from, &r->path) == -1 || get(from, &r->blob) == -1 ||
	    get_number(from, &kind) == -1 || get(from, &r->problems) == -1 ||
	    get(from, &r->value) == -1 || get(from, &r->address) == -1 ||
	    get_number(from, &r->width) == -1 ||
	    get_number(from, &r->height) == -1)
		return -1;
	if (r->blob.len != OID_MAX || kind >= FILE__MAX)
		return -1;
	r->kind = (enum file_kind)kind;
	return kind == FILE_ARTICLE ? get_article(from, r) : 0;
}

/* Is the commit, in binary, the one the previous snapshot names in hexadecimal?
 */
static int
is_commit(const struct site *s, struct slice commit)
{
	static const char hex[] = "0123456789abcdef";
	const char *text = snapshot_head(s->previous)->commit;
	size_t i, n = strnlen(text, 64) / 2;

	if (n == 0 || n > commit.len)
		return 0;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)commit.data[i];

		if (text[2 * i] != hex[c >> 4] ||
		    text[2 * i + 1] != hex[c & 15])
			return 0;
	}
	return 1;
}

void
catalogue_open(struct catalogue *c, const struct site *s, struct slice bytes)
{
	struct slice start, key, commit;

	memset(c, 0, sizeof(*c));
	c->rest = bytes;
	if (s->previous == NULL ||
	    get_bytes(&c->rest, sizeof(magic) - 1, &start) == -1 ||
	    !slice_is(start, magic) ||
	    get_bytes(&c->rest, DIGEST_LEN, &key) == -1 ||
	    memcmp(key.data, s->key, DIGEST_LEN) != 0 ||
	    get_bytes(&c->rest, OID_MAX, &commit) == -1 ||
	    !is_commit(s, commit) || get_number(&c->rest, &c->left) == -1)
		c->left = 0;
}

int
catalogue_find(struct catalogue *c, const struct file *f, struct record *r)
{
	struct slice before;
	int order;

	while (c->left > 0) {
		before = c->rest;
		if (get_record(&c->rest, r) == -1) {
			c->left = 0;
			break;
		}
		order = slice_cmp(r->path, f->path);
		if (order > 0) {
			c->rest = before;
			break;
		}
		c->left--;
		if (order == 0)
			return memcmp(r->blob.data, f->src->blob, OID_MAX) == 0;
	}
	return 0;
}
