/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/tbs.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum tbs_kind kind = tbs_kind(data, len);

	/* RFC 8446 section 4.4.3: 64 spaces, a context, a zero, a hash. */
	if (kind == TBS_VERIFY) {
		CHECK(len == 98 + 32 || len == 98 + 48);
		CHECK(memcmp(data + 64, "TLS 1.3, server CertificateVerify",
			     34) == 0);
	}
	/* RFC 8422 section 5.4: two randoms, a named curve, a point. */
	if (kind == TBS_KEY_EXCHANGE)
		CHECK(len > 64 + 4 && data[64] == 3 &&
		      len == (size_t)64 + 4 + data[67]);
	CHECK(kind == TBS_OTHER || kind == TBS_VERIFY ||
	      kind == TBS_KEY_EXCHANGE);
	return 0;
}
