/* SPDX-License-Identifier: ISC */
#include "../unit/highlight_fixture.h"
#include "fuzz.h"

#define LONGEST 65536

/* The first line names the language; any that does not chooses one too. */
static const char *
language_of(struct slice line)
{
	unsigned i;

	for (i = 0; i < hl_nnames; i++)
		if (slice_is(line, hl_names[i].name))
			return hl_names[i].name;
	return hl_names[fuzz_byte(&line) % hl_nnames].name;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char room[LONGEST * 18 + HIGHLIGHT_EXTRA];
	struct slice code = {(const char *)data, len};
	const char *language = language_of(fuzz_until(&code, '\n'));

	if (code.len <= LONGEST)
		CHECK(broken_promise(language, code, room, sizeof(room)) == 0);
	return 0;
}
