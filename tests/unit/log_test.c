/* SPDX-License-Identifier: ISC */
/* Log lines: one line each, whatever is in the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/log.h"
#include "../../daemon/utf8.h"

/* What log_child_line or log_warn writes to standard error. */
static char *
written(enum log_sink sink, const char *child_line, const char *own)
{
	static char text[4 * LOG_LINE];
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_init(sink, 0);
	if (child_line != NULL)
		log_child_line("git", child_line);
	if (own != NULL)
		log_warn("%s", own);
	(void)!write(STDERR_FILENO, "|", 1); /* so that nothing is readable */
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	assert_true(n > 0);
	text[n - 1] = '\0';
	return text;
}

static void
writes_the_form_of_each_sink(void **state)
{
	(void)state;
	assert_string_equal(written(LOG_TO_TERMINAL, "<4>hello", NULL),
			    "blogd: git: hello\n");
	assert_string_equal(written(LOG_TO_JOURNAL, "<3>hello", NULL),
			    "<3>git: hello\n");
	assert_string_equal(written(LOG_TO_JOURNAL, NULL, "own"),
			    "<4>parent: own\n");
	assert_string_equal(written(LOG_TO_PARENT, NULL, "own"), "<4>own\n");
}

static void
hides_debug_lines_unless_asked(void **state)
{
	(void)state;
	assert_string_equal(written(LOG_TO_JOURNAL, "<7>detail", NULL), "");
}

static void
takes_lines_without_priority_as_warnings(void **state)
{
	(void)state;
	assert_string_equal(written(LOG_TO_JOURNAL, "assertion failed", NULL),
			    "<4>git: assertion failed\n");
	assert_string_equal(written(LOG_TO_JOURNAL, "<9>x", NULL),
			    "<4>git: <9>x\n");
}

static void
escapes_what_could_steer_a_terminal_or_fake_a_line(void **state)
{
	(void)state;
	assert_string_equal(
	    written(LOG_TO_PARENT, NULL, "a\nb\r\x1b[31m\x7f\xc2\x9b"),
	    "<4>a\\x0ab\\x0d\\x1b[31m\\x7f\\xc2\\x9b\n");
	assert_string_equal(written(LOG_TO_PARENT, NULL, "caf\xc3\xa9 \xff"),
			    "<4>caf\xc3\xa9 \\xff\n");
}

static void
cuts_long_lines(void **state)
{
	char text[3 * LOG_LINE];
	const char *line;

	(void)state;
	memset(text, '\x01', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	line = written(LOG_TO_PARENT, NULL, text);
	assert_true(strlen(line) <= LOG_LINE);
	assert_true(strchr(line, '\n') == line + strlen(line) - 1);
}

/* What comes once a pipe is read again that nobody has read for long. */
static const char *
behind_a_full_pipe(enum log_sink sink, int flags)
{
	static char text[65536];
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	fcntl(ends[1], F_SETFL, flags);
	fflush(stderr);
	dup2(ends[1], STDERR_FILENO);
	log_init(sink, 0);
	alarm(20);
	for (int i = 0; i < 10000; i++)
		log_warn("line %d", i);
	do
		n = read(ends[0], text, sizeof(text));
	while (n == (ssize_t)sizeof(text));
	log_warn("at last");
	alarm(0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	assert_true(n > 0);
	text[n] = '\0';
	return text;
}

/* Nobody reads standard error: the parent goes on without. */
static void
does_not_wait_for_a_full_pipe(void **state)
{
	const char *text = behind_a_full_pipe(LOG_TO_TERMINAL, 0);

	(void)state;
	assert_non_null(strstr(text, " log lines were lost\n"));
	assert_non_null(strstr(text, "at last\n"));
}

/* So does a child whose pipe the parent has no time for. */
static void
tells_the_parent_what_was_lost(void **state)
{
	const char *text = behind_a_full_pipe(LOG_TO_PARENT, O_NONBLOCK);
	unsigned lost;

	(void)state;
	assert_int_equal(sscanf(text, "<4>%u log lines were lost\n", &lost), 1);
	assert_in_range(lost, 1, 10000);
	assert_non_null(strstr(text, "\n<4>at last\n"));
}

static void
knows_well_formed_utf8(void **state)
{
	static const char *const bad[] = {
	    "\xc0\x80",		"\xed\xa0\x80", "\xff",
	    "\xf4\x90\x80\x80", "\xe2\x82",	"\x80",
	    "\xf0\x80\x80\x80", "a\xc3",	"\xe0\x9f\xbf"};

	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
	assert_true(utf8_valid("\xf4\x8f\xbf\xbf\xef\xbf\xbd\xc2\x80", 9));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_the_form_of_each_sink),
	    cmocka_unit_test(hides_debug_lines_unless_asked),
	    cmocka_unit_test(takes_lines_without_priority_as_warnings),
	    cmocka_unit_test(
		escapes_what_could_steer_a_terminal_or_fake_a_line),
	    cmocka_unit_test(cuts_long_lines),
	    cmocka_unit_test(does_not_wait_for_a_full_pipe),
	    cmocka_unit_test(tells_the_parent_what_was_lost),
	    cmocka_unit_test(knows_well_formed_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
