/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "hpack_peer.h"
#include "hpack_text.h"

/* HPACK beside libnghttp2's: what one writes the other reads. */

#define LIST_MAX 65536
#define FIELDS	 12 /* most in a random block */

/* Always the same numbers (xorshift). */
static uint32_t
next_random(uint32_t below)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % below;
}

/* What the table has kept of a field must be what would be found out anew. */
static void
collect_ours(void *arg, const struct hpack_field *f)
{
	struct hpack_field anew;

	hpack_field_set(&anew, f->name, f->value);
	assert_int_equal(f->known, anew.known);
	assert_int_equal(f->valid, anew.valid);
	collect(arg, f);
}

/* Names that repeat, values that do so sometimes, some of them long. */
static void
random_text(struct buf *out, size_t len, unsigned range)
{
	buf_clear(out);
	for (size_t i = 0; i < len; i++)
		buf_char(out, (char)(range == 256 ? next_random(256)
						  : 'a' + next_random(range)));
}

static void
random_field(nghttp2_nv *nv, struct buf *name, struct buf *value)
{
	static const char *const known[] = {
	    ":method", ":path",	     "accept-encoding", "etag",
	    "cookie",  "user-agent", "x-unknown",	"www-authenticate"};
	static const size_t lengths[] = {0, 1, 3, 20, 20, 100, 100, 1000, 3000};

	if (next_random(3) > 0) {
		buf_clear(name);
		buf_str(name, known[next_random(8)]);
	} else {
		random_text(name, next_random(40) + 1, 3);
	}
	if (next_random(4) > 0)
		random_text(value, next_random(3), 2);
	else
		random_text(value, lengths[next_random(9)],
			    next_random(2) ? 26 : 256);
	*nv = (nghttp2_nv){(uint8_t *)name->data, (uint8_t *)value->data,
			   name->len, value->len,
			   next_random(8) == 0 ? NGHTTP2_NV_FLAG_NO_INDEX : 0};
}

struct fields {
	nghttp2_nv nv[FIELDS];
	struct buf text[2 * FIELDS];
	size_t n;
};

static void
random_fields(struct fields *f)
{
	f->n = next_random(FIELDS) + 1;
	for (size_t i = 0; i < f->n; i++)
		random_field(&f->nv[i], &f->text[2 * i], &f->text[2 * i + 1]);
}

static void
fields_free(struct fields *f)
{
	for (size_t i = 0; i < 2 * FIELDS; i++)
		buf_free(&f->text[i]);
}

static void
encode_by_peer(nghttp2_hd_deflater *d, struct fields *f, struct buf *block)
{
	ssize_t n;

	buf_clear(block);
	buf_reserve(block, nghttp2_hd_deflate_bound(d, f->nv, f->n));
	n = nghttp2_hd_deflate_hd(d, (uint8_t *)block->data, block->cap, f->nv,
				  f->n);
	assert_true(n > 0);
	block->len = (size_t)n;
}

static void
check_equal(const struct buf *a, const struct buf *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->data, b->data, a->len);
}

/* Thousands of blocks on one connection: Huffman codes, a table that fills,
 * evicts, shrinks and grows. */
static void
peer_to_us(void **state)
{
	struct buf block = {0}, ours = {0}, sent = {0};
	struct fields f = {0};
	struct hpack_scratch scratch;
	struct hpack h = {0};
	nghttp2_hd_deflater *d;

	(void)state;
	hpack_scratch_init(&scratch, LIST_MAX);
	assert_int_equal(nghttp2_hd_deflate_new(&d, HPACK_TABLE_MAX), 0);
	for (int i = 0; i < 4000; i++) {
		for (uint32_t n = next_random(20); n > 17; n--)
			nghttp2_hd_deflate_change_table_size(
			    d, next_random(HPACK_TABLE_MAX + 1));
		random_fields(&f);
		encode_by_peer(d, &f, &block);
		buf_clear(&ours);
		buf_clear(&sent);
		for (size_t k = 0; k < f.n; k++)
			collect(&sent, &(struct hpack_field){
					   .name = {(char *)f.nv[k].name,
						    f.nv[k].namelen},
					   .value = {(char *)f.nv[k].value,
						     f.nv[k].valuelen}});
		assert_int_equal(
		    hpack_decode(&h, (struct slice){block.data, block.len},
				 &scratch, collect_ours, &ours),
		    HPACK_OK);
		check_equal(&ours, &sent);
	}
	nghttp2_hd_deflate_del(d);
	hpack_free(&h);
	hpack_scratch_free(&scratch);
	fields_free(&f);
	buf_free(&block);
	buf_free(&ours);
	buf_free(&sent);
}

static void
us_to_peer(void **state)
{
	static const char lines[] = "Content-Type: text/html\r\n"
				    "X-Some-Thing: Of Its:Own\r\n";
	struct buf block = {0}, fields = {0}, expected = {0};
	nghttp2_hd_inflater *peer;

	(void)state;
	assert_int_equal(nghttp2_hd_inflate_new(&peer), 0);
	for (unsigned status = 100; status < 600; status++) {
		buf_clear(&block);
		buf_clear(&fields);
		buf_clear(&expected);
		hpack_put_status(&block, status);
		hpack_put_date(&block, "Sun, 06 Nov 1994 08:49:37 GMT", 29);
		hpack_put_lines(&block, slice_of(lines));
		buf_printf(&expected,
			   ":status: %u\n"
			   "date: Sun, 06 Nov 1994 08:49:37 GMT\n"
			   "content-type: text/html\n"
			   "x-some-thing: Of Its:Own\n",
			   status);
		assert_true(peer_decode(peer,
					(struct slice){block.data, block.len},
					collect, &fields));
		check_equal(&fields, &expected);
	}
	nghttp2_hd_inflate_del(peer);
	buf_free(&block);
	buf_free(&fields);
	buf_free(&expected);
}

/* One good block and then changed ones, until one is refused.  What we take
 * the peer takes, as the same. */
static void
one_hostile_connection(struct hpack_scratch *scratch, struct fields *f)
{
	struct buf block = {0}, ours = {0}, theirs = {0};
	enum hpack_result result = HPACK_OK;
	nghttp2_hd_deflater *d;
	nghttp2_hd_inflater *peer;
	struct hpack h = {0};

	assert_int_equal(nghttp2_hd_deflate_new(&d, HPACK_TABLE_MAX), 0);
	assert_int_equal(nghttp2_hd_inflate_new(&peer), 0);
	for (int i = 0; i < 20 && result == HPACK_OK; i++) {
		struct slice s;

		random_fields(f);
		encode_by_peer(d, f, &block);
		for (uint32_t n = i > 0 ? next_random(4) : 0; n > 0; n--)
			block.data[next_random((uint32_t)block.len)] =
			    (char)next_random(256);
		s = (struct slice){block.data, block.len};
		buf_clear(&ours);
		buf_clear(&theirs);
		result = hpack_decode(&h, s, scratch, collect_ours, &ours);
		if (result == HPACK_OK) {
			assert_true(peer_decode(peer, s, collect, &theirs));
			check_equal(&ours, &theirs);
		}
	}
	nghttp2_hd_deflate_del(d);
	nghttp2_hd_inflate_del(peer);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&ours);
	buf_free(&theirs);
}

static void
hostile(void **state)
{
	struct hpack_scratch scratch;
	struct fields f = {0};

	(void)state;
	hpack_scratch_init(&scratch, LIST_MAX);
	for (int i = 0; i < 2000; i++)
		one_hostile_connection(&scratch, &f);
	hpack_scratch_free(&scratch);
	fields_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(peer_to_us),
	    cmocka_unit_test(us_to_peer),
	    cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
