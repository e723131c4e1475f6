/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "store.h"

/* A pack as it comes, and then, since no random change would get beyond it,
 * with its checksum made right. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct store *s;
	struct buf pack = {0};

	if (len == 0)
		return 0;
	s = fuzz_store();
	buf_add(&pack, data, len);
	fuzz_feed(s, &pack);
	if (len >= PACK_HEADER + PACK_TRAILER) {
		fuzz_sign(&pack);
		fuzz_feed(s, &pack);
	}
	buf_free(&pack);
	store_free(s);
	return 0;
}
