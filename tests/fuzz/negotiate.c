/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/accept.h"
#include "../../daemon/http/conditional.h"
#include "../../daemon/http/range.h"
#include "../../daemon/snapshot/headers.h"
#include "fuzz.h"

/* Values of the fields an answer depends on: a byte says which field, the rest
 * of the line is its value. */

static void
check_date(struct slice text)
{
	char out[HTTP_DATE_LEN + 1];
	int64_t t, again;

	if (http_date_parse(text, &t) == -1)
		return;
	http_date(t, out);
	CHECK(strlen(out) == HTTP_DATE_LEN);
	CHECK(http_date_parse(slice_of(out), &again) == 0);
	/* The leap second at the end of the last year does not fit. */
	CHECK(again == t || t == again + 1);
}

/* Ranges are in the content, not empty, and in order. */
static void
check_ranges(struct slice text)
{
	static const uint64_t lengths[] = {0, 1, 2, 1000, 1ULL << 40};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint64_t end = 0;
		struct ranges all;

		if (ranges_parse(text, lengths[i], &all) != RANGES_FOUND)
			continue;
		CHECK(all.n > 0 && all.n <= RANGES_MAX);
		for (unsigned k = 0; k < all.n; k++) {
			CHECK(all.range[k].first >= end);
			CHECK(all.range[k].len > 0);
			CHECK(all.range[k].first < lengths[i]);
			CHECK(all.range[k].len <=
			      lengths[i] - all.range[k].first);
			end = all.range[k].first + all.range[k].len;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct request r = {.method = METHOD_GET};
	enum encoding enc;

	while (rest.len > 0 && r.nkept < REQUEST_KEPT) {
		struct slice line = fuzz_until(&rest, '\n');

		r.kept[r.nkept].field = fuzz_byte(&line) % (FIELD_RANGE + 1);
		r.kept[r.nkept].value = line;
		check_date(line);
		check_ranges(line);
		r.nkept++;
	}
	for (unsigned available = 1; available < 1U << ENC__MAX; available++) {
		enc = accept_encoding(&r, available);
		CHECK(enc < ENC__MAX && (available & 1U << enc));
	}
	conditional_check(&r, slice_of("\"0123-gz\""), 784111777);
	conditional_check(&r, slice_of("\"\""), 0);
	conditional_if_range(&r, slice_of("\"0123-gz\""));
	return 0;
}
