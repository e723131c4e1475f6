/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/memfd.h"
#include "../../daemon/snapshot/snapshot.h"

#define FDS    (1 + SEGMENTS_MAX)
#define COMMON "ETag: \"x\"\r\nVary: Accept-Encoding\r\n"
#define TYPED  "Content-Type: text/html\r\n"

/* An open snapshot and its descriptors. */
struct image {
	struct snapshot *s;
	int fds[FDS];
	unsigned nfds;
};

static void
image_close(struct image *m)
{
	snapshot_unref(m->s);
	while (m->nfds > 0)
		close(m->fds[--m->nfds]);
	m->s = NULL;
}

static struct snapshot_writer *
writer_after(const struct image *m)
{
	return snapshot_writer_new(m->s, m->fds, m->nfds);
}

static void
finish(struct snapshot_writer *w, struct image *out)
{
	struct err err;

	assert_int_equal(snapshot_finish(w, "c0ffee", "https://example.org",
					 out->fds, &out->nfds, &err),
			 0);
	out->s = snapshot_open(out->fds, out->nfds, &err);
	if (out->s == NULL)
		fail_msg("%s", err.text);
}

static void
recipe_of(const char *path, unsigned version, uint8_t recipe[32])
{
	memset(recipe, 0, 32);
	snprintf((char *)recipe, 32, "%.20s %u", path, version);
}

/* A body that tells its page and version, n bytes long. */
static void
body_of(const char *path, unsigned version, size_t n, struct buf *b)
{
	buf_clear(b);
	while (b->len < n)
		buf_printf(b, "<p>%s %u</p>", path, version);
	b->len = n;
}

static struct snapshot_page
page_of(const char *path, unsigned version, struct buf *body)
{
	struct snapshot_page p = {
	    .path = slice_of(path), .status = 200, .modified = 1000 + version};

	if (path[0] == '\0')
		p.status = 404;
	recipe_of(path, version, p.recipe);
	p.etag[0] = (uint8_t)version;
	p.variant[ENC_IDENTITY].present = 1;
	p.variant[ENC_IDENTITY].common = slice_of(COMMON);
	p.variant[ENC_IDENTITY].typed = slice_of(TYPED);
	p.variant[ENC_IDENTITY].body = (struct slice){body->data, body->len};
	return p;
}

static void
add(struct snapshot_writer *w, const char *path, unsigned version, size_t size)
{
	struct buf body = {NULL, 0, 0};
	struct snapshot_page p;
	struct err err;

	body_of(path, version, size, &body);
	p = page_of(path, version, &body);
	p.variant[ENC_GZIP] = p.variant[ENC_IDENTITY];
	p.variant[ENC_GZIP].body.len /= 2;
	assert_int_equal(snapshot_add(w, &p, &err), 0);
	buf_free(&body);
}

static int
reuse(struct snapshot_writer *w, const char *path, unsigned version)
{
	uint8_t recipe[32];

	recipe_of(path, version, recipe);
	return snapshot_reuse(w, slice_of(path), recipe);
}

static void
assert_page(const struct snapshot *s, const char *path, unsigned version,
	    size_t size)
{
	const struct snapshot_entry *e = snapshot_find(s, path, strlen(path));
	struct buf body = {NULL, 0, 0};
	struct snapshot_run run;
	char line[64];
	size_t n;

	assert_non_null(e);
	assert_int_equal(e->modified, 1000 + version);
	assert_int_equal(snapshot_run(s, e, ENC_BROTLI, &run), 0);
	assert_int_equal(snapshot_run(s, e, ENC_GZIP, &run), 1);
	assert_int_equal(run.body_len, size / 2);
	assert_int_equal(snapshot_run(s, e, ENC_IDENTITY, &run), 1);
	body_of(path, version, size, &body);
	assert_int_equal(run.body_len, size);
	assert_memory_equal(run.body, body.data, size);
	n = (size_t)snprintf(line, sizeof(line), "Content-Length: %zu\r\n\r\n",
			     size);
	assert_int_equal(run.common, strlen(COMMON));
	assert_int_equal(run.typed, strlen(COMMON TYPED));
	assert_int_equal(run.head, run.typed + n);
	assert_memory_equal(run.start, COMMON TYPED, run.typed);
	assert_memory_equal(run.start + run.typed, line, n);
	buf_free(&body);
}

static void
test_round_trip(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image m;

	(void)state;
	add(w, "/b", 1, 700000); /* longer than the writer's buffer */
	add(w, "/", 1, 10);
	add(w, "", 1, 20);
	add(w, "/a b/\xc3\xbc", 1, 0);
	add(w, "/a", 1, 300);
	finish(w, &m);
	snapshot_writer_free(w);
	assert_int_equal(m.nfds, 2);
	assert_string_equal(snapshot_head(m.s)->commit, "c0ffee");
	assert_string_equal(snapshot_head(m.s)->root, "https://example.org");
	assert_int_equal(snapshot_head(m.s)->nentries, 5);
	assert_page(m.s, "/b", 1, 700000);
	assert_page(m.s, "/", 1, 10);
	assert_page(m.s, "/a b/\xc3\xbc", 1, 0);
	assert_page(m.s, "/a", 1, 300);
	assert_page(m.s, "", 1, 20);
	assert_ptr_equal(snapshot_not_found(m.s), snapshot_at(m.s, 0));
	assert_null(snapshot_at(m.s, 5));
	assert_null(snapshot_find(m.s, "/a b", 4));
	assert_null(snapshot_find(m.s, "/A", 2));
	assert_null(snapshot_find(m.s, "/b\0", 3));
	assert_true(slice_is(snapshot_path(m.s, snapshot_at(m.s, 2)), "/a"));
	image_close(&m);
}

static void
test_no_not_found_page(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image m;

	(void)state;
	add(w, "/", 1, 10);
	finish(w, &m);
	snapshot_writer_free(w);
	assert_null(snapshot_not_found(m.s));
	image_close(&m);
}

static void
test_sealed(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image m;
	size_t size;
	unsigned i;

	(void)state;
	add(w, "/", 1, 10);
	finish(w, &m);
	snapshot_writer_free(w);
	for (i = 0; i < m.nfds; i++) {
		assert_int_equal(memfd_check(m.fds[i], &size, NULL), 0);
		assert_int_equal(write(m.fds[i], "x", 1), -1);
		assert_int_equal(ftruncate(m.fds[i], 0), -1);
	}
	image_close(&m);
}

static void
test_reference_count(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct snapshot *second;
	struct image m;

	(void)state;
	add(w, "/", 1, 10);
	finish(w, &m);
	snapshot_writer_free(w);
	second = snapshot_ref(m.s);
	image_close(&m);
	assert_page(second, "/", 1, 10);
	snapshot_unref(second);
	snapshot_unref(NULL);
}

static void
test_refused_pages(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct buf body = {NULL, 0, 0}, huge = {NULL, 0, 0};
	struct snapshot_page p;
	struct image m;
	struct err err;

	(void)state;
	add(w, "/a", 1, 10);
	body_of("/a", 1, 10, &body);
	p = page_of("/a", 2, &body);
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	assert_non_null(strstr(err.text, "two pages"));
	p = page_of("a", 1, &body);
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	p = page_of("/x", 1, &body);
	p.status = 500;
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	p = page_of("/x", 1, &body);
	p.variant[ENC_IDENTITY].present = 0;
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	body_of("/long", 1, 70000, &huge);
	p = page_of("/x", 1, &body);
	p.path = (struct slice){huge.data, huge.len};
	huge.data[0] = '/';
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	p = page_of("/x", 1, &body);
	p.variant[ENC_IDENTITY].typed = (struct slice){huge.data, huge.len};
	assert_int_equal(snapshot_add(w, &p, &err), -1);
	finish(w, &m);
	assert_int_equal(snapshot_head(m.s)->nentries, 1);
	snapshot_writer_free(w);
	image_close(&m);
	buf_free(&body);
	buf_free(&huge);
}

static void
test_empty_refused(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	int fds[FDS];
	unsigned nfds;
	struct err err;

	(void)state;
	assert_int_equal(snapshot_finish(w, "", "", fds, &nfds, &err), -1);
	snapshot_writer_free(w);
}

/* One page of 50 changes each time: the rest keeps its bytes. */
static void
test_generations(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	unsigned version[50], generation, i, most = 0;
	struct image old, new;
	char path[16];

	(void)state;
	for (i = 0; i < 50; i++) {
		version[i] = 1;
		snprintf(path, sizeof(path), "/%u", i);
		add(w, path, 1, 2000 + i);
	}
	finish(w, &old);
	snapshot_writer_free(w);
	for (generation = 2; generation < 30; generation++) {
		w = writer_after(&old);
		version[generation % 50] = generation;
		for (i = 0; i < 50; i++) {
			snprintf(path, sizeof(path), "/%u", i);
			if (!reuse(w, path, version[i]))
				add(w, path, version[i], 2000 + i);
			else
				assert_int_not_equal(i, generation % 50);
		}
		finish(w, &new);
		snapshot_writer_free(w);
		image_close(&old);
		for (i = 0; i < 50; i++) {
			snprintf(path, sizeof(path), "/%u", i);
			assert_page(new.s, path, version[i], 2000 + i);
		}
		if (new.nfds - 1 > most)
			most = new.nfds - 1;
		old = new;
	}
	assert_int_equal(most, SEGMENTS_MAX);
	image_close(&old);
}

/* The unchanged page's segment is the very same memory. */
static void
test_reuse_shares(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image a, b;

	(void)state;
	add(w, "/big", 1, 100000);
	add(w, "/small", 1, 10);
	finish(w, &a);
	snapshot_writer_free(w);
	w = writer_after(&a);
	assert_int_equal(reuse(w, "/big", 1), 1);
	assert_int_equal(reuse(w, "/big", 1), 0); /* twice */
	assert_int_equal(reuse(w, "/small", 2), 0);
	assert_int_equal(reuse(w, "/none", 1), 0);
	add(w, "/small", 2, 10);
	finish(w, &b);
	snapshot_writer_free(w);
	assert_int_equal(b.nfds, 3);
	assert_true(snapshot_head(b.s)->segment_size[0] ==
		    snapshot_head(a.s)->segment_size[0]);
	assert_true(snapshot_head(b.s)->segment_size[1] < 1000);
	image_close(&a);
	assert_page(b.s, "/big", 1, 100000);
	assert_page(b.s, "/small", 2, 10);
	image_close(&b);
}

static void
test_unused_segment_dropped(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image a, b, c;

	(void)state;
	add(w, "/a", 1, 1000);
	finish(w, &a);
	snapshot_writer_free(w);
	w = writer_after(&a);
	assert_int_equal(reuse(w, "/a", 1), 1);
	add(w, "/b", 1, 500);
	finish(w, &b);
	snapshot_writer_free(w);
	assert_int_equal(b.nfds, 3);
	w = writer_after(&b);
	assert_int_equal(reuse(w, "/b", 1), 1);
	finish(w, &c);
	snapshot_writer_free(w);
	assert_int_equal(c.nfds, 2);
	assert_page(c.s, "/b", 1, 500);
	image_close(&a);
	image_close(&b);
	image_close(&c);
}

/* More than half unused: everything moves to one segment. */
static void
test_compaction(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image a, b;

	(void)state;
	add(w, "/gone", 1, 9000);
	add(w, "/stays", 1, 3000);
	finish(w, &a);
	snapshot_writer_free(w);
	w = writer_after(&a);
	assert_int_equal(reuse(w, "/stays", 1), 1);
	add(w, "/new", 1, 100);
	finish(w, &b);
	snapshot_writer_free(w);
	image_close(&a);
	assert_int_equal(b.nfds, 2);
	assert_true(snapshot_head(b.s)->segment_size[0] < 6000);
	assert_page(b.s, "/stays", 1, 3000);
	assert_page(b.s, "/new", 1, 100);
	image_close(&b);
}

static void
assert_same_bytes(int a, int b)
{
	size_t na, nb;
	const void *ma = memfd_map(a, &na, NULL);
	const void *mb = memfd_map(b, &nb, NULL);

	assert_non_null(ma);
	assert_non_null(mb);
	assert_int_equal(na, nb);
	assert_memory_equal(ma, mb, na);
	munmap((void *)(uintptr_t)ma, na);
	munmap((void *)(uintptr_t)mb, nb);
}

static void
test_deterministic(void **state)
{
	struct image m[2];
	unsigned i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);

		add(w, "/z", 1, 100);
		add(w, "/a", 1, 5000);
		add(w, "", 1, 5);
		finish(w, &m[i]);
		snapshot_writer_free(w);
	}
	assert_int_equal(m[0].nfds, m[1].nfds);
	for (k = 0; k < m[0].nfds; k++)
		assert_same_bytes(m[0].fds[k], m[1].fds[k]);
	image_close(&m[0]);
	image_close(&m[1]);
}

#define MANY 10000

static void
test_many(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image m;
	char path[32];
	unsigned i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		/* 7919 is prime: every number once, out of order */
		snprintf(path, sizeof(path), "/posts/%u", i * 7919 % MANY);
		add(w, path, i, 20);
	}
	finish(w, &m);
	snapshot_writer_free(w);
	assert_int_equal(snapshot_head(m.s)->nentries, MANY);
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "/posts/%u", i * 7919 % MANY);
		assert_page(m.s, path, i, 20);
		snprintf(path, sizeof(path), "/posts/%ux", i);
		assert_null(snapshot_find(m.s, path, strlen(path)));
	}
	image_close(&m);
}

/* ----------------------------------------------------- hostile snapshots -- */

/* Plain copies of an image's memory that can be damaged. */
struct copy {
	struct buf part[FDS];
	unsigned n;
};

static void
copy_make(const struct image *m, struct copy *c)
{
	unsigned i;

	memset(c, 0, sizeof(*c));
	c->n = m->nfds;
	for (i = 0; i < c->n; i++) {
		size_t size;
		const void *map = memfd_map(m->fds[i], &size, NULL);

		assert_non_null(map);
		buf_add(&c->part[i], map, size);
		munmap((void *)(uintptr_t)map, size);
	}
}

static void
copy_free(struct copy *c)
{
	while (c->n > 0)
		buf_free(&c->part[--c->n]);
}

static struct snapshot *
copy_open(const struct copy *c, size_t index_len)
{
	struct snapshot *s;
	struct err err;
	int fds[FDS];
	unsigned i;

	for (i = 0; i < c->n; i++) {
		size_t len = i == 0 ? index_len : c->part[i].len;

		fds[i] = memfd_new("copy", &err);
		assert_int_not_equal(fds[i], -1);
		assert_int_equal(write(fds[i], c->part[i].data, len), len);
	}
	s = snapshot_open(fds, c->n, &err);
	for (i = 0; i < c->n; i++)
		close(fds[i]);
	return s;
}

/* Reads every byte that a reader of s would be sent; in bounds, or the
 * sanitizer or the memory map ends the test. */
static unsigned
read_all(const struct snapshot *s)
{
	const struct snapshot_entry *e;
	struct snapshot_run run;
	unsigned sum = 0;
	uint32_t i;
	size_t k;
	int enc;

	for (i = 0; (e = snapshot_at(s, i)) != NULL; i++) {
		struct slice path = snapshot_path(s, e);

		assert_ptr_equal(snapshot_find(s, path.data, path.len), e);
		for (enc = 0; enc < ENC__MAX; enc++) {
			const struct snapshot_variant *v = &e->variant[enc];

			if (!snapshot_run(s, e, enc, &run))
				continue;
			assert_true(v->offset + v->head + v->body_len <=
				    snapshot_head(s)->segment_size[v->segment]);
			assert_true(run.common <= run.typed);
			assert_true(run.typed <= run.head);
			assert_ptr_equal(run.start + run.head, run.body);
			assert_memory_equal(run.body - 4, "\r\n\r\n", 4);
			for (k = 0; k < run.head + run.body_len; k++)
				sum += (unsigned char)run.start[k];
		}
	}
	return sum;
}

static void
sample(struct image *m)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct image first;

	add(w, "", 1, 30);
	add(w, "/", 1, 100);
	add(w, "/a", 1, 200);
	finish(w, &first);
	snapshot_writer_free(w);
	w = writer_after(&first);
	assert_int_equal(reuse(w, "", 1), 1);
	assert_int_equal(reuse(w, "/", 1), 1);
	assert_int_equal(reuse(w, "/a", 1), 1);
	add(w, "/b", 1, 50);
	finish(w, m);
	snapshot_writer_free(w);
	image_close(&first);
	assert_int_equal(m->nfds, 3);
}

static unsigned sink; /* so that the reads stay */

static void
test_flipped_bytes(void **state)
{
	static const unsigned char masks[] = {0x01, 0x80, 0xff};
	unsigned part, refused = 0, accepted = 0;
	struct image m;
	struct copy c;
	size_t i, k;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	for (part = 0; part < c.n; part++)
		for (i = 0; i < c.part[part].len; i++)
			for (k = 0; k < sizeof(masks); k++) {
				struct snapshot *s;

				c.part[part].data[i] ^= (char)masks[k];
				s = copy_open(&c, c.part[0].len);
				c.part[part].data[i] ^= (char)masks[k];
				refused += s == NULL;
				accepted += s != NULL;
				if (s != NULL)
					sink += read_all(s);
				snapshot_unref(s);
			}
	/* Bodies, dates and hashes may be anything; structure may not. */
	assert_true(refused > 1000);
	assert_true(accepted > 1000);
	copy_free(&c);
	image_close(&m);
}

static void
test_truncated(void **state)
{
	struct image m;
	struct copy c;
	unsigned part;
	size_t full, n;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	for (part = 0; part < c.n; part++) {
		full = c.part[part].len;
		for (n = 0; n < full; n++) {
			c.part[part].len = n;
			assert_null(copy_open(&c, c.part[0].len));
		}
		c.part[part].len = full;
	}
	assert_int_equal(snapshot_head(m.s)->nsegments, 2);
	copy_free(&c);
	image_close(&m);
}

static struct snapshot_entry *
entry_of(struct copy *c, unsigned i)
{
	return (struct snapshot_entry *)(void *)(c->part[0].data +
						 sizeof(struct snapshot_head)) +
	       i;
}

/* Numbers at the edges, where an unchecked sum would wrap. */
static void
test_extreme_numbers(void **state)
{
	static const uint64_t values[] = {0,
					  1,
					  2,
					  3,
					  0x7f,
					  0xff,
					  0xffff,
					  0x10000,
					  0x7fffffff,
					  0x80000000,
					  0xfffffffe,
					  0xffffffff,
					  0x100000000,
					  INT64_MAX,
					  (uint64_t)INT64_MAX + 1,
					  UINT64_MAX - 65536,
					  UINT64_MAX - 20,
					  UINT64_MAX - 1,
					  UINT64_MAX};
	struct image m;
	struct copy c;
	size_t i, k, width;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	for (i = 0; i + 8 <= c.part[0].len; i += 4)
		for (k = 0; k < sizeof(values) / sizeof(*values); k++)
			for (width = 4; width <= 8; width += 4) {
				struct snapshot *s;
				char old[8];

				memcpy(old, c.part[0].data + i, 8);
				memcpy(c.part[0].data + i, &values[k], width);
				s = copy_open(&c, c.part[0].len);
				memcpy(c.part[0].data + i, old, 8);
				if (s != NULL)
					sink += read_all(s);
				snapshot_unref(s);
			}
	copy_free(&c);
	image_close(&m);
}

static void
assert_refused(struct copy *c)
{
	assert_null(copy_open(c, c->part[0].len));
}

static void
test_order_and_twins(void **state)
{
	struct snapshot_entry keep;
	struct image m;
	struct copy c;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	keep = *entry_of(&c, 2);
	*entry_of(&c, 2) = *entry_of(&c, 3);
	*entry_of(&c, 3) = keep;
	assert_refused(&c);
	*entry_of(&c, 2) = keep;
	assert_refused(&c); /* the same path twice */
	copy_free(&c);
	image_close(&m);
}

/* Replaces the first `from` by `to`, which is as long. */
static void
patch(struct buf *part, const char *from, const char *to)
{
	char *at = memmem(part->data, part->len, from, strlen(from));

	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

static void
test_hostile_headers(void **state)
{
	static const char *const lines[][2] = {
	    {"Vary: Accept-Encoding\r\n", "Content-Length: 00000\r\n"},
	    {"Vary: Accept-Encoding\r\n", "Connection: keep-aliv\r\n"},
	    {"Content-Length: 30\r\n", "Content-Length: 31\r\n"},
	    {"Content-Length: 30\r\n", "content-length: 30\r\n"},
	    {"Content-Length: 30\r\n", "Content-Length: 3 \r\n"},
	    {"Content-Type: text/html\r\n", "Content-Type: text\r\n\r\nm\r\n"},
	    {"Content-Type: text/html\r\n", "Content-Type: te\x01t/html\r\n"},
	    {"Content-Type: text/html\r\n", "Content-Type: te\nA: tml\r\n"},
	    {"Content-Type: text/html\r\n", "Content Type: text/html\r\n"},
	    {"Content-Type: text/html\r\n", ":ontent-Type: text/html\r\n"},
	    {"Content-Type: text/html\r\n", "Content-Type text//html\r\n"},
	    {"Content-Type: text/html\r\n", "HTTP/1.1 200 OK        \r\n"},
	};
	struct image m;
	size_t i;

	(void)state;
	sample(&m);
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct copy c;
		struct snapshot *s;

		copy_make(&m, &c);
		s = copy_open(&c, c.part[0].len);
		assert_non_null(s);
		snapshot_unref(s);
		patch(&c.part[1], lines[i][0], lines[i][1]);
		assert_refused(&c);
		copy_free(&c);
	}
	image_close(&m);
}

/* Runs that overlap would let a small snapshot cost much to check. */
static void
test_overlap(void **state)
{
	struct image m;
	struct copy c;
	unsigned i;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	for (i = 0; i < 4; i++) {
		entry_of(&c, i)->variant[ENC_IDENTITY] =
		    entry_of(&c, 2)->variant[ENC_IDENTITY];
		entry_of(&c, i)->variant[ENC_GZIP] =
		    entry_of(&c, 2)->variant[ENC_IDENTITY];
	}
	assert_refused(&c);
	copy_free(&c);
	image_close(&m);
}

/* A run may end with its segment and not a byte later.  The variant taken out
 * first leaves room in the sum of all runs: it is this check that refuses. */
static void
test_body_past_the_end(void **state)
{
	struct snapshot *s;
	struct image m;
	struct copy c;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	entry_of(&c, 2)->variant[ENC_GZIP].segment = SEGMENT_NONE;
	s = copy_open(&c, c.part[0].len);
	assert_non_null(s);
	snapshot_unref(s);
	patch(&c.part[2], "Content-Length: 50\r\n", "Content-Length: 51\r\n");
	entry_of(&c, 3)->variant[ENC_IDENTITY].body_len = 51;
	assert_refused(&c);
	copy_free(&c);
	image_close(&m);
}

static void
test_head_past_the_end(void **state)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct snapshot_variant *v;
	struct image m;
	struct copy c;

	(void)state;
	add(w, "/big", 1, 400000);
	add(w, "/small", 1, 10);
	finish(w, &m);
	snapshot_writer_free(w);
	copy_make(&m, &c);
	entry_of(&c, 0)->variant[ENC_GZIP].segment = SEGMENT_NONE;
	v = &entry_of(&c, 1)->variant[ENC_IDENTITY];
	v->offset = c.part[1].len - 1;
	v->head = 65000;
	v->typed = 65000 - strlen("Content-Length: 10\r\n\r\n");
	assert_refused(&c);
	copy_free(&c);
	image_close(&m);
}

static void
test_segment_sizes(void **state)
{
	struct snapshot_head *h;
	struct image m;
	struct copy c;

	(void)state;
	sample(&m);
	copy_make(&m, &c);
	h = (struct snapshot_head *)(void *)c.part[0].data;
	h->segment_size[1]++;
	assert_refused(&c);
	h->segment_size[1] -= 2;
	assert_refused(&c);
	h->segment_size[1]++;
	h->segment_size[2] = 1; /* of a segment that is not there */
	assert_refused(&c);
	copy_free(&c);
	image_close(&m);
}

static void
test_descriptor_counts(void **state)
{
	struct image m;
	struct err err;
	int fds[FDS + 1], i;

	(void)state;
	sample(&m);
	for (i = 0; i < FDS + 1; i++)
		fds[i] = m.fds[i < 2 ? i : 2];
	assert_null(snapshot_open(fds, 0, &err));
	assert_null(snapshot_open(fds, 1, &err));
	assert_null(snapshot_open(fds, 2, &err));
	assert_null(snapshot_open(fds, 4, &err));
	assert_null(snapshot_open(fds, FDS + 1, &err));
	fds[2] = fds[1];
	assert_null(snapshot_open(fds, 3, &err));
	fds[1] = -1;
	assert_null(snapshot_open(fds, 3, &err));
	image_close(&m);
}

/* As serve is told them; the image says them too, and both have to agree. */
static void
test_told_sizes(void **state)
{
	struct image m;
	struct err err;
	uint64_t sizes[FDS] = {0};
	struct snapshot *s;
	struct stat st;

	(void)state;
	sample(&m);
	for (unsigned i = 0; i < m.nfds; i++) {
		assert_int_equal(fstat(m.fds[i], &st), 0);
		sizes[i] = (uint64_t)st.st_size;
	}
	s = snapshot_open_sized(m.fds, sizes, m.nfds, &err);
	assert_non_null(s);
	snapshot_unref(s);
	sizes[1]--;
	assert_null(snapshot_open_sized(m.fds, sizes, m.nfds, &err));
	sizes[1] = 0;
	assert_null(snapshot_open_sized(m.fds, sizes, m.nfds, &err));
	sizes[1] = UINT64_MAX;
	assert_null(snapshot_open_sized(m.fds, sizes, m.nfds, &err));
	image_close(&m);
}

static void
test_etag(void **state)
{
	struct snapshot_entry e = {.etag = {0xab, 0xcd, [11] = 0xff, 0xee}};
	char text[ETAG_MAX];

	(void)state;
	snapshot_etag(&e, ENC_IDENTITY, text);
	assert_string_equal(text, "\"q80AAAAAAAAAAAD_\"");
	snapshot_etag(&e, ENC_GZIP, text);
	assert_string_equal(text, "\"q80AAAAAAAAAAAD_-gz\"");
	snapshot_etag(&e, ENC_BROTLI, text);
	assert_string_equal(text, "\"q80AAAAAAAAAAAD_-br\"");
	snapshot_etag(&e, ENC_ZSTD, text);
	assert_string_equal(text, "\"q80AAAAAAAAAAAD_-zs\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_no_not_found_page),
	    cmocka_unit_test(test_sealed),
	    cmocka_unit_test(test_reference_count),
	    cmocka_unit_test(test_refused_pages),
	    cmocka_unit_test(test_empty_refused),
	    cmocka_unit_test(test_generations),
	    cmocka_unit_test(test_reuse_shares),
	    cmocka_unit_test(test_unused_segment_dropped),
	    cmocka_unit_test(test_compaction),
	    cmocka_unit_test(test_deterministic),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_flipped_bytes),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_extreme_numbers),
	    cmocka_unit_test(test_order_and_twins),
	    cmocka_unit_test(test_hostile_headers),
	    cmocka_unit_test(test_overlap),
	    cmocka_unit_test(test_body_past_the_end),
	    cmocka_unit_test(test_head_past_the_end),
	    cmocka_unit_test(test_segment_sizes),
	    cmocka_unit_test(test_descriptor_counts),
	    cmocka_unit_test(test_told_sizes),
	    cmocka_unit_test(test_etag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
