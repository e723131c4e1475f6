/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/spoken.h"
#include "../../daemon/site/lang.h"
#include "../../daemon/utf8.h"

#include "fuzz.h"

/* .config/words: what it says can stand on a page, and makes a date. */

static void
check(const struct spoken_reader *r, struct spoken *own)
{
	size_t i;

	CHECK(r->word < WORD__MAX);
	CHECK(r->text.len > 0 && r->text.len <= WORD_LEN_MAX);
	CHECK(utf8_valid(r->text.data, r->text.len));
	for (i = 0; i < r->text.len; i++)
		CHECK((unsigned char)r->text.data[i] >= 0x20);
	CHECK(r->tag.len == 0 || lang_is_tag(r->tag));
	CHECK(r->tag.len == 0 || spoken_tag_is(r->tag, r->tag));
	own->text[r->word] = r->text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct spoken_reader r = {.rest = {(const char *)data, len}};
	struct spoken own = *spoken_builtin(slice_of("en"));
	struct buf date = {0};
	size_t line = 0;

	while (spoken_next(&r)) {
		CHECK(r.line > line);
		line = r.line;
		if (r.problem == NULL)
			check(&r, &own);
	}
	spoken_date(&date, &own, 2016, 4, 9);
	CHECK(date.len <= 2 * WORD_LEN_MAX * WORD_LEN_MAX);
	buf_free(&date);
	spoken_of_text((struct slice){(const char *)data, len});
	return 0;
}
