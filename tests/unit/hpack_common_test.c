/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/hpack_memo.h"

#define PEERS 5

/* A connection: what we remember of it, and its other end. */
struct peer {
	struct hpack_told told;
	struct hpack table;
};

static struct hpack_scratch scratch;

/* "Name: value\r\n" again, as far as a name is known to have been one. */
static void
collect(void *arg, const struct hpack_field *f)
{
	struct buf *out = arg;

	buf_add(out, f->name.data, f->name.len);
	buf_str(out, ": ");
	buf_add(out, f->value.data, f->value.len);
	buf_str(out, "\r\n");
}

static void
check_block(struct peer *p, const struct buf *block, const char *lines)
{
	struct slice bytes = {block->data, block->len};
	struct buf text = {0};

	assert_int_equal(
	    hpack_decode(&p->table, bytes, &scratch, collect, &text), HPACK_OK);
	assert_int_equal(text.len, strlen(lines));
	for (size_t i = 0; i < text.len; i++)
		assert_int_equal(tolower((unsigned char)text.data[i]),
				 tolower((unsigned char)lines[i]));
	buf_free(&text);
}

static int
set_up(void **state)
{
	*state = calloc(1, sizeof(struct hpack_memo));
	hpack_scratch_init(&scratch, 65536);
	return 0;
}

static int
tear_down(void **state)
{
	hpack_memo_free(*state);
	free(*state);
	hpack_scratch_free(&scratch);
	return 0;
}

/* ------------------------------------------------------------ one peer -- */

static size_t
put(struct hpack_memo *m, struct peer *p, const char *lines)
{
	struct buf block = {0};
	size_t len;

	hpack_memo_put_lines(m, &p->told, &block, slice_of(lines));
	check_block(p, &block, lines);
	len = block.len;
	buf_free(&block);
	return len;
}

static void
told_once(void **state)
{
	static const char a[] = "ETag: \"1\"\r\n"
				"Vary: Accept-Encoding\r\n"
				"Referrer-Policy: no-referrer\r\n";
	static const char b[] = "Referrer-Policy: no-referrer\r\n"
				"Content-Length: 5\r\n"
				"Vary: Accept-Encoding\r\n"
				"Cache-Control: no-cache\r\n";
	struct peer first = {0}, second = {0};

	assert_true(put(*state, &first, a) > 40);
	for (int i = 0; i < 3; i++)
		assert_int_equal(put(*state, &first, a), 6 + 2);
	assert_true(put(*state, &second, b) > 50);
	assert_int_equal(put(*state, &second, b), 4 + 3);
	/* Each has its own order. */
	assert_int_equal(put(*state, &first, b), 4 + 2 + 10);
	assert_int_equal(put(*state, &first, b), 4 + 3);
	assert_int_equal(put(*state, &second, a), 6 + 2);
	assert_int_equal(put(*state, &second, a), 6 + 2);
	hpack_free(&first.table);
	hpack_free(&second.table);
}

/* What a client could choose is in no table (RFC 7541 section 7.1). */
static void
never_told(void **state)
{
	struct peer p = {0};
	static const char lines[] = "Location: /somewhere\r\n"
				    "ETag: \"1\"\r\n"
				    "Content-Range: bytes 1-2/3\r\n"
				    "Content-Length: 5\r\n"
				    "Varying: Vary:\r\n";

	for (int i = 0; i < 3; i++)
		assert_true(put(*state, &p, lines) > 50);
	assert_null(p.table.block);
	assert_int_equal(p.told.n, 0);
}

/* -------------------------------------------------------------- limits -- */

/* More lines, and longer ones, than the table may take. */
static void
bounded(void **state)
{
	struct hpack_memo *m = *state;
	struct peer p = {0};
	char line[1600];

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 40; i++) {
			snprintf(line, sizeof(line), "Vary: %0*d\r\n",
				 i * 35 + 1, i);
			put(m, &p, line);
		}
	assert_in_range(m->common.n, 5, HPACK_COMMON);
	assert_true(m->common.size <= HPACK_COMMON_BYTES);
	assert_int_equal(p.told.n, m->common.n);
	assert_true(p.table.size <= HPACK_COMMON_BYTES);
	hpack_free(&p.table);
}

static void
any_order(void **state)
{
	static const char *const names[] = {
	    "ETag",	     "Vary",
	    "Cache-Control", "X-Content-Type-Options",
	    "Date",	     "Content-Security-Policy",
	};
	struct peer peers[PEERS] = {0};
	struct buf lines = {0};
	unsigned seed = 1;

	for (int i = 0; i < 20000; i++) {
		unsigned n = 0;

		buf_clear(&lines);
		do {
			seed = seed * 1103515245 + 12345;
			buf_printf(&lines, "%s: %u\r\n",
				   names[(seed >> 16) % 6], (seed >> 24) % 5);
		} while (++n < (seed >> 28) % 6);
		put(*state, &peers[(seed >> 20) % PEERS], buf_cstr(&lines));
	}
	for (int i = 0; i < PEERS; i++)
		hpack_free(&peers[i].table);
	buf_free(&lines);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(told_once),
	    TEST(never_told),
	    TEST(bounded),
	    TEST(any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
