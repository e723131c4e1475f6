/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/proxy.h"

#include <sys/socket.h>

#include "fuzz.h"

/* The first bytes of a connection: a header is found in them at the same place
 * however they come in pieces, and never where another one ends. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_peer whole = {0}, piece;
	const char *text = (const char *)data;
	int n = proxy_parse(text, len, &whole);

	CHECK(n >= -1 && n <= PROXY_HEAD_MAX && n <= (int)len);
	CHECK(n != 0 || len < PROXY_HEAD_MAX);
	CHECK(whole.family == AF_UNSPEC || whole.family == AF_INET ||
	      whole.family == AF_INET6);
	for (size_t i = 0; n > 0 && i < (size_t)n; i++) {
		memset(&piece, 0, sizeof(piece));
		CHECK(proxy_parse(text, i, &piece) == 0);
		CHECK(piece.family == AF_UNSPEC);
	}
	if (n <= 0)
		CHECK(whole.family == AF_UNSPEC);
	memset(&piece, 0, sizeof(piece));
	if (n > 0)
		CHECK(proxy_parse(text, (size_t)n, &piece) == n &&
		      memcmp(&piece, &whole, sizeof(piece)) == 0);
	return 0;
}
