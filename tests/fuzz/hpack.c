/* SPDX-License-Identifier: ISC */

#include "../../daemon/http/h2_request.h"
#include "../unit/hpack_peer.h"
#include "fuzz.h"
#include "web.h"

/*
 * The field blocks of one connection, each behind two bytes of length.  What is
 * taken libnghttp2 takes as well, as the same fields; what libnghttp2 takes and
 * we refuse must be one of the few things we are stricter in.  All fields make
 * a request or none.
 */
#define LIST_MAX 2048
#define CHURN	 65536 /* bytes of names, see hpack.c */

struct list {
	struct buf text;
	size_t size, names; /* as list_max counts; bytes of names */
};

static void
collect(void *arg, const struct hpack_field *f)
{
	struct list *l = arg;

	buf_add(&l->text, f->name.data, f->name.len);
	buf_add(&l->text, ": ", 2);
	buf_add(&l->text, f->value.data, f->value.len);
	buf_char(&l->text, '\n');
	l->size += f->name.len + f->value.len + 32;
	l->names += f->name.len;
}

/* What the table has kept of a field must be what would be found out anew. */
static void
collect_ours(void *arg, const struct hpack_field *f)
{
	struct hpack_field anew;

	hpack_field_set(&anew, f->name, f->value);
	CHECK(f->known == anew.known);
	CHECK(f->valid == anew.valid);
	collect(arg, f);
}

/* May we refuse what libnghttp2 takes?  For integers of many bytes, for a third
 * size update, for names copied without end. */
static int
stricter(struct slice block, const struct list *theirs)
{
	size_t run = 0, updates = 0;

	for (size_t i = 0; i < block.len; i++) {
		unsigned char c = (unsigned char)block.data[i];

		run = c & 0x80 ? run + 1 : 0;
		updates += (c & 0xe0) == 0x20;
		if (run == 4)
			return 1;
	}
	return updates > 2 || theirs->names > CHURN;
}

static void
check_block(struct hpack *h, nghttp2_hd_inflater *peer,
	    struct hpack_scratch *scratch, struct slice block, int *going)
{
	struct list ours = {0}, theirs = {0};
	enum hpack_result result =
	    hpack_decode(h, block, scratch, collect_ours, &ours);
	int taken = peer_decode(peer, block, collect, &theirs);

	CHECK(ours.size <= LIST_MAX);
	if (result == HPACK_ERROR)
		CHECK(!taken || stricter(block, &theirs));
	else
		CHECK(taken && ours.text.len <= theirs.text.len &&
		      slice_cmp((struct slice){ours.text.data, ours.text.len},
				(struct slice){theirs.text.data,
					       ours.text.len}) == 0);
	if (result != HPACK_ERROR)
		CHECK((theirs.size > LIST_MAX) == (result == HPACK_TOO_LARGE));
	if (result == HPACK_OK)
		CHECK(ours.text.len == theirs.text.len);
	*going = result != HPACK_ERROR;
	buf_free(&ours.text);
	buf_free(&theirs.text);
}

/* Nothing to compare with: what a good request promises. */
static void
check_request(struct hpack_scratch *scratch, struct slice block)
{
	struct h2_request q;
	struct hpack h = {0};
	int status;

	h2_request_begin(&q);
	if (hpack_decode(&h, block, scratch, h2_request_field, &q) ==
	    HPACK_OK) {
		status = h2_request_end(&q, &fuzz_limits, 1);
		if (status == REQUEST_OK) {
			CHECK(q.r.target.len > 0 &&
			      q.r.target.len <= fuzz_limits.target);
			CHECK(q.r.target.data[0] == '/' ||
			      q.r.method == METHOD_OPTIONS);
			CHECK(request_authority_valid(q.r.authority));
			CHECK(q.r.framing.content_length == 0);
			CHECK(!q.r.framing.chunked);
		} else {
			CHECK(status == H2_MALFORMED ||
			      (status >= 400 && status < 600));
		}
	}
	hpack_free(&h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice in = {(const char *)data, len};
	static struct hpack_scratch scratch;
	nghttp2_hd_inflater *peer;
	struct hpack h = {0};
	int going = 1;

	if (scratch.data == NULL)
		hpack_scratch_init(&scratch, LIST_MAX);
	check_request(&scratch, in);
	CHECK(nghttp2_hd_inflate_new(&peer) == 0);
	while (going && in.len > 0) {
		unsigned high = fuzz_byte(&in), n = high << 8 | fuzz_byte(&in);

		check_block(&h, peer, &scratch, fuzz_take(&in, n), &going);
	}
	nghttp2_hd_inflate_del(peer);
	hpack_free(&h);
	return 0;
}
