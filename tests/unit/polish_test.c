/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/snapshot/headers.h"

#define FDS (1 + SEGMENTS_MAX)

struct image {
	int fds[FDS];
	unsigned nfds;
	struct snapshot *s;
};

static void
finish(struct snapshot_writer *w, struct image *m)
{
	struct err err;

	assert_int_equal(snapshot_finish(w, "c0ffee", "https://example.org",
					 m->fds, &m->nfds, &err),
			 0);
	m->s = snapshot_open(m->fds, m->nfds, &err);
	if (m->s == NULL)
		fail_msg("%s", err.text);
	snapshot_writer_free(w);
}

static void
image_close(struct image *m)
{
	snapshot_unref(m->s);
	while (m->nfds > 0)
		close(m->fds[--m->nfds]);
}

/* A page as a large site has it at first: identity and gzip. */
static void
add(struct snapshot_writer *w, const char *path, int with_gzip)
{
	struct page_headers h = {.content_type = slice_of("text/html"),
				 .cache_control = slice_of("no-cache"),
				 .modified = 1000,
				 .vary = 1,
				 .etag = {1, 2, 3},
				 .flags = ENTRY_QUICK};
	struct buf common[ENC__MAX] = {0}, typed[ENC__MAX] = {0};
	struct snapshot_page p = {.path = slice_of(path),
				  .status = 200,
				  .flags = ENTRY_QUICK,
				  .modified = 1000};
	struct err err;

	memcpy(p.etag, h.etag, sizeof(p.etag));
	for (int i = ENC_GZIP; i <= ENC_IDENTITY; i++) {
		if (i == ENC_GZIP && !with_gzip)
			continue;
		headers_common(&common[i], &h, i);
		headers_typed(&typed[i], &h, i);
		p.variant[i].present = 1;
		p.variant[i].common =
		    (struct slice){common[i].data, common[i].len};
		p.variant[i].typed =
		    (struct slice){typed[i].data, typed[i].len};
		p.variant[i].body = slice_of(i == ENC_GZIP ? "gz" : "whole");
	}
	if (!with_gzip)
		p.flags = ENTRY_COMPRESSED;
	assert_int_equal(snapshot_add(w, &p, &err), 0);
	for (int i = 0; i < ENC__MAX; i++) {
		buf_free(&common[i]);
		buf_free(&typed[i]);
	}
}

static void
extend_all(const struct image *m, struct image *out)
{
	struct snapshot_writer *w = snapshot_writer_new(m->s, m->fds, m->nfds);
	struct slice body[ENC__MAX] = {
	    [ENC_BROTLI] = slice_of("brotli"), [ENC_ZSTD] = slice_of("zs")};
	struct slice none[ENC__MAX] = {0};
	const struct snapshot_entry *e;
	struct err err;

	for (uint32_t i = 0; (e = snapshot_at(m->s, i)) != NULL; i++)
		assert_int_equal(
		    snapshot_extend(
			w, e, e->flags & ENTRY_COMPRESSED ? none : body, &err),
		    0);
	assert_int_equal(snapshot_unfinished(w), 0);
	finish(w, out);
}

static void
expect_run(const struct image *m, const char *path, enum encoding enc,
	   const char *etag, const char *coding, const char *body)
{
	const struct snapshot_entry *e =
	    snapshot_find(m->s, path, strlen(path));
	struct snapshot_run run;
	struct buf lines = {0};

	assert_non_null(e);
	assert_true(snapshot_run(m->s, e, enc, &run));
	assert_int_equal(run.body_len, strlen(body));
	assert_memory_equal(run.body, body, run.body_len);
	buf_add(&lines, run.start, run.typed);
	assert_non_null(strstr(buf_cstr(&lines), etag));
	assert_non_null(strstr(buf_cstr(&lines), coding));
	assert_non_null(
	    strstr(buf_cstr(&lines), "Content-Type: text/html\r\n"));
	assert_non_null(strstr(buf_cstr(&lines), "Vary: Accept-Encoding\r\n"));
	buf_free(&lines);
}

static void
test_extend(void **state)
{
	struct image first = {0}, second = {0};
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	const struct snapshot_entry *e;
	struct snapshot_run run;

	(void)state;
	add(w, "/a", 1);
	add(w, "/b", 0);
	assert_int_equal(snapshot_unfinished(w), 1);
	finish(w, &first);
	extend_all(&first, &second);
	expect_run(&second, "/a", ENC_BROTLI, "ETag: \"AQIDAAAAAAAAAAAA-br\"",
		   "Content-Encoding: br\r\n", "brotli");
	expect_run(&second, "/a", ENC_ZSTD, "ETag: \"AQIDAAAAAAAAAAAA-zs\"",
		   "Content-Encoding: zstd\r\n", "zs");
	expect_run(&second, "/a", ENC_GZIP, "ETag: \"AQIDAAAAAAAAAAAA-gq\"",
		   "Content-Encoding: gzip\r\n", "gz");
	expect_run(&second, "/a", ENC_IDENTITY, "ETag: \"AQIDAAAAAAAAAAAA\"",
		   "Last-Modified: ", "whole");
	/* What is not worth to be compressed stays alone. */
	e = snapshot_find(second.s, "/b", 2);
	assert_non_null(e);
	assert_false(snapshot_run(second.s, e, ENC_BROTLI, &run));
	assert_true(snapshot_run(second.s, e, ENC_IDENTITY, &run));
	/* The first segment is shared, not copied. */
	assert_int_equal(snapshot_head(second.s)->nsegments, 2);
	image_close(&first);
	image_close(&second);
}

static void
test_unknown_flag(void **state)
{
	struct image m = {0};
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	struct snapshot_page p = {
	    .path = slice_of("/a"), .status = 200, .flags = 4};
	struct err err;

	(void)state;
	p.variant[ENC_IDENTITY].present = 1;
	p.variant[ENC_IDENTITY].common = slice_of("A: b\r\n");
	p.variant[ENC_IDENTITY].body = slice_of("x");
	assert_int_equal(snapshot_add(w, &p, &err), 0);
	assert_int_equal(snapshot_finish(w, "c0ffee", "https://example.org",
					 m.fds, &m.nfds, &err),
			 0);
	assert_null(snapshot_open(m.fds, m.nfds, &err));
	snapshot_writer_free(w);
	image_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_extend),
	    cmocka_unit_test(test_unknown_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
