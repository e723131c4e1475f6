/* SPDX-License-Identifier: ISC */
#include "../../daemon/snapshot/snapshot.h"

#include "../../daemon/http/rank.h"
#include "../../daemon/snapshot/format.h"
#include "fuzz.h"

/* The input: length of the index (4 bytes, little endian), the index, and one
 * segment.  Checked in memory of exactly that size, then read as serve does. */

static void
check_run(const struct slice *segment, const struct snapshot_variant *v,
	  const struct snapshot_run *run)
{
	uint64_t size = run->head + run->body_len;

	CHECK(run->common <= run->typed && run->typed <= run->head);
	CHECK(v->offset <= segment->len && size <= segment->len - v->offset);
	CHECK(memcmp(run->start, segment->data + v->offset, size) == 0);
}

/* What serve does with an index of which only the front was checked. */
static void
find(const struct search_index *ix)
{
	struct query q;
	struct ranking r;
	uint64_t sum = 0;

	query_parse(&q, slice_of("q=a+op+zz"));
	rank(ix, &q, &r);
	for (unsigned i = 0; i < r.n; i++)
		sum += search_snippet(ix, r.docs[i]).len;
	CHECK(r.n <= RANK_PAGE && sum <= r.n * ix->snippets.len);
}

static void
walk(const struct snapshot *s, const struct slice *segment)
{
	const struct snapshot_entry *e;
	struct snapshot_run run;

	for (uint32_t i = 0; (e = snapshot_at(s, i)) != NULL; i++) {
		struct slice path = snapshot_path(s, e);

		CHECK(snapshot_find(s, path.data, path.len) == e);
		for (unsigned enc = 0; enc < ENC__MAX; enc++)
			if (snapshot_run(s, e, enc, &run))
				check_run(segment, &e->variant[enc], &run);
	}
	for (uint32_t i = 0; (e = snapshot_at(s, i)) != NULL; i++) {
		struct slice path = snapshot_path(s, e), rest = {NULL, 0};
		const struct snapshot_entry *below =
		    snapshot_find_below(s, path, &rest);

		CHECK(below == NULL ||
		      (snapshot_is_redirect(below->status) && rest.len > 0 &&
		       rest.data + rest.len == path.data + path.len));
	}
	if ((e = snapshot_not_found(s)) != NULL)
		CHECK(snapshot_path(s, e).len == 0);
	if (snapshot_search(s) != NULL)
		find(snapshot_search(s));
}

static void
read_snapshot(struct slice index, struct slice segment)
{
	struct snapshot_maps maps = {.index = index.data,
				     .index_size = index.len,
				     .segment = {segment.data},
				     .segment_size = {segment.len},
				     .nsegments = 1};
	struct err err;
	struct snapshot *s;
	int fds[2];

	if (snapshot_check(&maps, &err) == -1)
		return;
	fds[0] = fuzz_memfd(index);
	fds[1] = fuzz_memfd(segment);
	s = snapshot_open(fds, 2, &err);
	CHECK(s != NULL);
	walk(s, &segment);
	snapshot_unref(s);
	close(fds[0]);
	close(fds[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len}, index, segment;
	size_t n = fuzz_byte(&rest);
	char *copy, *tail;

	for (unsigned i = 1; i < 4; i++)
		n |= (size_t)fuzz_byte(&rest) << 8 * i;
	index = fuzz_take(&rest, n);
	if (index.len == 0 || rest.len == 0)
		return 0;
	copy = xmalloc(index.len); /* aligned, which the input is not */
	memcpy(copy, index.data, index.len);
	tail = xmalloc(rest.len);
	memcpy(tail, rest.data, rest.len);
	index.data = copy;
	segment = (struct slice){tail, rest.len};
	read_snapshot(index, segment);
	/* And with the sizes, and the version of the format, made true. */
	if (index.len >= sizeof(struct snapshot_head)) {
		struct snapshot_head *head = (void *)copy;

		memcpy(head->magic, SNAPSHOT_MAGIC, sizeof(head->magic));
		head->size = index.len;
		head->nsegments = 1;
		memset(head->segment_size, 0, sizeof(head->segment_size));
		head->segment_size[0] = segment.len;
		read_snapshot(index, segment);
	}
	free(copy);
	free(tail);
	return 0;
}
