/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/markdown.h"
#include "fuzz.h"
#include "html.h"

#define ARENA (4u << 20)
#define ROOM  (256u << 10)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct markdown_limits limits = {500, ROOM};
	static char *out;
	struct slice text = {(const char *)data, len};
	enum markdown_result result;
	size_t n;

	if (out == NULL) {
		markdown_init(ARENA);
		out = xmalloc(ROOM);
	}
	result = markdown_render(&limits, text, out, ROOM, &n);
	CHECK(n <= ROOM && (result == MARKDOWN_OK || n == 0));
	html_check((struct slice){out, n});
	/* Less room than it takes. */
	if (result == MARKDOWN_OK && n > 0) {
		result = markdown_render(&limits, text, out, n - 1, &n);
		CHECK(result != MARKDOWN_OK && n == 0);
	}
	return 0;
}
