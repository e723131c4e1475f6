/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/accept.h"
#include "../../daemon/http/conditional.h"
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct request r = {.method = METHOD_GET};
	enum encoding enc;

	while (rest.len > 0 && r.nkept < REQUEST_KEPT) {
		struct slice line = fuzz_until(&rest, '\n');

		r.kept[r.nkept].field = fuzz_byte(&line) % 3;
		r.kept[r.nkept].value = line;
		check_date(line);
		r.nkept++;
	}
	for (unsigned available = 1; available < 1U << ENC__MAX; available++) {
		enc = accept_encoding(&r, available);
		CHECK(enc < ENC__MAX && (available & 1U << enc));
	}
	conditional_fresh(&r, slice_of("\"0123-gz\""), 784111777);
	conditional_fresh(&r, slice_of("\"\""), 0);
	return 0;
}
