/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/notes.h"
#include "../../daemon/site/resolve.h"
#include "fuzz.h"
#include "html.h"

/*
 * What a worker says beside its HTML, and what a catalogue says of it later:
 * a line of HTML, a line of lengths, and the notes.
 */
static void
read_all(struct slice bytes, struct slice html, int good)
{
	struct notes n;
	struct note note;
	size_t floor = 0;

	notes_start(&n, bytes);
	while (notes_next(&n, &note)) {
		if (!good || !note_is_reference(&note))
			continue;
		CHECK(note.number >= floor && note.number < html.len);
		CHECK(note.text.len < html.len - note.number);
		CHECK(note.text.len == 0 ||
		      memcmp(html.data + note.number, note.text.data,
			     note.text.len) == 0);
		floor = note.number + note.text.len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct article a = {0};
	struct buf toc = {0};
	int good;

	a.html[TEXT_BODY] = fuzz_until(&rest, '\n');
	a.spliced = fuzz_until(&rest, '\n');
	a.notes = rest;
	good = notes_check(a.notes, a.html[TEXT_BODY]);
	read_all(a.notes, a.html[TEXT_BODY], good);
	toc_write(&toc, a.notes);
	html_check((struct slice){toc.data, toc.len});
	resolve_check(&a);
	if (good) {
		a.spliced = slice_of("");
		CHECK(resolve_check(&a));
	}
	buf_free(&toc);
	return 0;
}
