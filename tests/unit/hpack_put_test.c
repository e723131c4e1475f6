/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/http/hpack_memo.h"
#include "hpack_text.h"

static void
check_put(struct buf *out, const char *fields)
{
	struct slice block = {out->data, out->len};
	struct buf decoded = {0};
	struct hpack_scratch scratch;
	struct hpack h = {0};

	hpack_scratch_init(&scratch, 65536);
	assert_int_equal(hpack_decode(&h, block, &scratch, collect, &decoded),
			 HPACK_OK);
	assert_string_equal(buf_cstr(&decoded), fields);
	assert_null(h.block); /* the peer's table is left alone */
	buf_clear(out);
	hpack_scratch_free(&scratch);
	buf_free(&decoded);
}

static void
statuses(void **state)
{
	struct buf out = {0}, text = {0};

	(void)state;
	hpack_put_status(&out, 200);
	hpack_put_status(&out, 304);
	assert_int_equal(out.len, 2);
	check_put(&out, ":status: 200\n:status: 304\n");
	for (unsigned status = 100; status < 1000; status++) {
		hpack_put_status(&out, status);
		buf_clear(&text);
		buf_printf(&text, ":status: %u\n", status);
		check_put(&out, buf_cstr(&text));
	}
	buf_free(&out);
	buf_free(&text);
}

static void
lines(void **state)
{
	static const char text[] = "Content-Type: text/html\r\n"
				   "ETag: \"x\"\r\n"
				   "X-Some-Thing: Of Its:Own\r\n"
				   "Vary:a\r\n"
				   "Empty: \r\n";
	struct buf out = {0}, huge = {0}, expected = {0};

	(void)state;
	hpack_put_lines(&out, slice_of(""));
	assert_int_equal(out.len, 0);
	hpack_put_lines(&out, slice_of("ETag: \"x\"\r\n"));
	assert_int_equal(out.len, 2 + 1 + 3); /* a name of the static table */
	check_put(&out, "etag: \"x\"\n");
	hpack_put_date(&out, "Sun, 06 Nov 1994 08:49:37 GMT", 29);
	hpack_put_lines(&out, slice_of(text));
	check_put(&out, "date: Sun, 06 Nov 1994 08:49:37 GMT\n"
			"content-type: text/html\netag: \"x\"\n"
			"x-some-thing: Of Its:Own\nvary: a\nempty: \n");
	/* Lengths of one, two and three bytes. */
	for (size_t n = 1; n < 8000; n = n * 2 + 1) {
		buf_clear(&huge);
		buf_clear(&expected);
		buf_str(&huge, "Location: ");
		buf_str(&expected, "location: ");
		for (size_t i = 0; i < n; i++)
			buf_char(&huge, 'a'), buf_char(&expected, 'a');
		buf_str(&huge, "\r\n");
		buf_char(&expected, '\n');
		hpack_put_lines(&out, (struct slice){huge.data, huge.len});
		check_put(&out, buf_cstr(&expected));
	}
	buf_free(&out);
	buf_free(&huge);
	buf_free(&expected);
}

/* What is remembered is what would be encoded, whatever happens to the lines.
 */
static void
memo(void **state)
{
	static char lines[4000];
	struct hpack_memo m = {0};
	struct hpack_told told = {0};
	struct buf out = {0}, expected = {0};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		/* The same place, then other places; the same text, then
		 * another text; lengths beyond what is kept. */
		char *at = lines + i % 7 * 100;
		size_t n = i % 11 == 0 ? 1500 : (size_t)(i % 3) * 40;
		int len = snprintf(at, sizeof(lines) - 600,
				   "ETag: \"%d\"\r\nX: %0*d\r\n", i / 50 % 5,
				   (int)n, i % 2);

		hpack_put_lines(&expected, (struct slice){at, (size_t)len});
		hpack_memo_put_lines(&m, &told, &out,
				     (struct slice){at, (size_t)len});
		assert_int_equal(out.len, expected.len);
		assert_memory_equal(out.data, expected.data, out.len);
		buf_clear(&out);
		buf_clear(&expected);
	}
	hpack_memo_put_lines(&m, &told, &out, slice_of(""));
	assert_int_equal(out.len, 0);
	hpack_memo_free(&m);
	buf_free(&out);
	buf_free(&expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(memo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
