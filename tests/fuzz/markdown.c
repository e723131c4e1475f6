/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/markdown.h"
#include "../../daemon/site/notes.h"
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
	size_t lens[MARKDOWN_OUTPUTS], n;

	if (out == NULL) {
		markdown_init(ARENA);
		out = xmalloc(ROOM + NOTES_MAX);
	}
	result = markdown_render(&limits, text, out, ROOM + NOTES_MAX, lens);
	n = lens[MARKDOWN_HTML];
	CHECK(n <= ROOM && (result == MARKDOWN_OK || n == 0));
	html_check((struct slice){out, n});
	if (result != MARKDOWN_OK)
		return 0;
	CHECK(notes_check((struct slice){out + n, lens[MARKDOWN_NOTES]},
			  (struct slice){out, n}));
	/* Less room than it takes. */
	n += lens[MARKDOWN_NOTES];
	result = markdown_render(&limits, text, out, n - 1, lens);
	CHECK(result != MARKDOWN_OK && lens[MARKDOWN_HTML] == 0);
	return 0;
}
