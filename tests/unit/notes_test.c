/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/notes.h"

static struct arena arena;
static struct notes_writer writer;

static void
on_full(void)
{
	abort();
}

static void
start(void)
{
	arena_reset(&arena);
	notes_write_start(&writer, &arena);
}

static void
write_note(enum note_type type, uint32_t number, const char *text,
	   const char *id)
{
	struct note note = {.type = type,
			    .number = number,
			    .line = 3,
			    .column = 7,
			    .text = slice_of(text),
			    .id = slice_of(id)};

	notes_write(&writer, &note);
}

static const char html[] = "<a href=\"x&amp;y\">a</a><img src=\"p.png\">";

static void
test_round(void **state)
{
	struct notes n;
	struct note note;
	struct slice bytes;

	(void)state;
	start();
	write_note(NOTE_LINK, 9, "x&amp;y", "");
	write_note(NOTE_IMAGE, 33, "p.png", "");
	write_note(NOTE_HEADING, 2, "A & B", "a--b");
	write_note(NOTE_PROBLEM, 1, "bad", "");
	writer.flags = NOTES_MATH;
	writer.words = 12;
	bytes = notes_write_end(&writer);
	assert_true(notes_check(bytes, slice_of(html)));
	notes_start(&n, bytes);
	assert_int_equal(n.flags, NOTES_MATH);
	assert_int_equal(n.words, 12);
	assert_true(notes_next(&n, &note));
	assert_true(note_is_reference(&note));
	assert_int_equal(note.line, 3);
	assert_int_equal(note.column, 7);
	assert_true(slice_is(note.text, "x&amp;y"));
	assert_true(notes_next(&n, &note));
	assert_true(notes_next(&n, &note));
	assert_int_equal(note.type, NOTE_HEADING);
	assert_true(slice_is(note.id, "a--b"));
	assert_true(slice_is(note.text, "A & B"));
	assert_true(notes_next(&n, &note));
	assert_true(slice_is(note.text, "bad"));
	assert_false(notes_next(&n, &note));
	assert_false(notes_next(&n, &note));
}

static void
lies(void)
{
	assert_false(notes_check(notes_write_end(&writer), slice_of(html)));
	start();
}

/* What a worker must not get through with. */
static void
test_lies(void **state)
{
	struct slice bytes;
	size_t n;

	(void)state;
	start();
	write_note(NOTE_LINK, 10, "x&amp;y", "");
	lies();
	write_note(NOTE_LINK, 9, "x&amp;", "");
	lies();
	write_note(NOTE_LINK, 9, "x&amp;y\">a", "");
	lies();
	write_note(NOTE_LINK, 4000000000u, "x", "");
	lies();
	write_note(NOTE_IMAGE, 33, "p.png", "");
	write_note(NOTE_LINK, 9, "x&amp;y", "");
	lies();
	/* Blanks and quotes end a source; it is not in the middle of one. */
	write_note(NOTE_SOURCE, 9, "x&amp;y\">a", "");
	lies();
	write_note(NOTE_SOURCE, 34, ".png", "");
	lies();
	write_note(NOTE_HEADING, 7, "x", "x");
	lies();
	write_note(NOTE_HEADING, 1, "x\ny", "x");
	lies();
	write_note(NOTE_PROBLEM, 2, "x", "");
	lies();
	write_note(NOTE_PROBLEM, 1, "x\ny", "");
	lies();
	write_note(NOTE_HEAD, 0, "", "");
	lies();
	write_note(NOTE__MAX, 0, "", "");
	lies();
	write_note(NOTE_LINK, 9, "x&amp;y", "");
	bytes = notes_write_end(&writer);
	n = bytes.len;
	for (bytes.len = 1; bytes.len < n; bytes.len++)
		if (bytes.len != 24)
			assert_false(notes_check(bytes, slice_of(html)));
}

static void
toc_is(const char *expected)
{
	struct buf out = {0};

	toc_write(&out, notes_write_end(&writer));
	assert_string_equal(buf_cstr(&out), expected);
	buf_free(&out);
	start();
}

static void
test_toc(void **state)
{
	(void)state;
	start();
	toc_is("");
	write_note(NOTE_HEADING, 2, "A < B", "a--b");
	toc_is("<ol>\n<li><a href=\"#a--b\">A &lt; B</a></li>\n</ol>\n");
	write_note(NOTE_HEADING, 2, "a", "a");
	write_note(NOTE_HEADING, 4, "b", "b");
	write_note(NOTE_HEADING, 3, "c", "c");
	write_note(NOTE_HEADING, 2, "d", "d");
	toc_is("<ol>\n<li><a href=\"#a\">a</a>\n"
	       "<ol>\n<li><a href=\"#b\">b</a></li>\n"
	       "<li><a href=\"#c\">c</a></li>\n</ol>\n</li>\n"
	       "<li><a href=\"#d\">d</a></li>\n</ol>\n");
	write_note(NOTE_HEADING, 3, "a", "a");
	write_note(NOTE_HEADING, 2, "b", "b");
	toc_is("<ol>\n<li><a href=\"#a\">a</a></li>\n"
	       "<li><a href=\"#b\">b</a></li>\n</ol>\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round),
	    cmocka_unit_test(test_lies),
	    cmocka_unit_test(test_toc),
	};

	if (arena_map(&arena, 1 << 20, on_full) == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
