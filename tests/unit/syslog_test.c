/* SPDX-License-Identifier: ISC */
/* Messages for a syslog server, its address, and what happens without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/log.h"
#include "../../daemon/log_server.h"
#include "../../daemon/syslog_address.h"
#include "../../daemon/syslog_line.h"
#include "../../daemon/utf8.h"

#define BOM "\xef\xbb\xbf"

/* --------------------------------------------------------------- messages --
 */

static const char *
message(const char *host, int64_t us, int level, const char *text)
{
	static char line[SYSLOG_LINE_MAX + 1];
	struct syslog_sender s;

	syslog_sender_set(&s, host, 42);
	line[syslog_line(line, &s, us, level, "git", text)] = '\0';
	return line;
}

static void
has_the_form_of_rfc_5424(void **state)
{
	(void)state;
	assert_string_equal(
	    message("blog.example", 1065910455003000, LOG_LEVEL_ERR, "hello"),
	    "<27>1 2003-10-11T22:14:15.003000Z blog.example blogd 42 git - "
	    "git: hello");
	assert_string_equal(message("h", 0, LOG_LEVEL_DEBUG, ""),
			    "<31>1 1970-01-01T00:00:00.000000Z h blogd 42 git "
			    "- git: ");
}

static void
marks_text_that_is_more_than_ascii(void **state)
{
	(void)state;
	assert_string_equal(message("h", 0, LOG_LEVEL_INFO, "caf\xc3\xa9"),
			    "<30>1 1970-01-01T00:00:00.000000Z h blogd 42 git "
			    "- " BOM "git: caf\xc3\xa9");
}

static void
leaves_out_what_it_does_not_know(void **state)
{
	(void)state;
	assert_string_equal(message("", -1, LOG_LEVEL_INFO, "x"),
			    "<30>1 - - blogd 42 git - git: x");
	assert_string_equal(message("a b\x1b\xc3\xa9", -1, LOG_LEVEL_INFO, "x"),
			    "<30>1 - a?b??? blogd 42 git - git: x");
}

static void
cuts_between_characters(void **state)
{
	char host[400], text[2 * SYSLOG_LINE_MAX];

	(void)state;
	memset(host, 'h', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	for (size_t begin = 0; begin < 3; begin++) {
		const char *line;

		memset(text, 'x', begin);
		for (size_t i = begin; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		line = message(host, 0, LOG_LEVEL_INFO, text);
		assert_true(strlen(line) <= SYSLOG_LINE_MAX);
		assert_true(strlen(line) > SYSLOG_LINE_MAX - 3);
		assert_true(utf8_valid(line, strlen(line)));
		assert_int_equal(strcspn(strstr(line, "hhh"), " "), 255);
	}
}

/* -------------------------------------------------------------- addresses --
 */

static const char *
address(const char *text)
{
	static char out[SYSLOG_ADDRESS_MAX];
	struct msg_address a;
	struct err err = {""};

	if (syslog_address(text, &a, &err) == -1)
		return err.text[0] != '\0' ? NULL : "no reason";
	syslog_address_text(&a, out);
	return out;
}

static void
takes_addresses(void **state)
{
	(void)state;
	assert_string_equal(address("192.0.2.1:1514"), "192.0.2.1:1514");
	assert_string_equal(address("192.0.2.1"), "192.0.2.1:514");
	assert_string_equal(address("[2001:db8:0::1]"), "[2001:db8::1]:514");
	assert_string_equal(address("[2001:DB8::1]:65535"),
			    "[2001:db8::1]:65535");
}

static void
takes_nothing_else(void **state)
{
	static const char *const bad[] = {"",
					  "log.example:514",
					  "192.0.2.1:0",
					  "192.0.2.1:",
					  "192.0.2.1:99999",
					  "2001:db8::1",
					  "[192.0.2.1]:5",
					  "me@192.0.2.1",
					  "[fe80::1%eth0]:514",
					  "192.0.2",
					  "192.0.2.1:5x",
					  "udp://192.0.2.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(address(bad[i]));
}

/* -------------------------------------------------------------- the server --
 */

static int receiver = -1; /* a datagram socket on the loopback */
static int reason;	  /* why there is no connection; 0: there is one */
static int asked;	  /* how often for one */
static struct sockaddr_in there;

static void
receive_at(in_port_t port)
{
	socklen_t len = sizeof(there);

	there = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	receiver = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(receiver, (struct sockaddr *)&there, len), 0);
	getsockname(receiver, (struct sockaddr *)&there, &len);
}

static int
connect_there(const char *text)
{
	int fd;

	(void)text;
	asked++;
	if (reason != 0) {
		log_warn("from inside"); /* as the broker might */
		errno = reason;
		return -1;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof(there)),
			 0);
	return fd;
}

/* The text of the next message, behind the role; "": there is none. */
static const char *
received(void)
{
	static char line[SYSLOG_LINE_MAX + 1];
	ssize_t n = recv(receiver, line, SYSLOG_LINE_MAX, 0);
	const char *text;

	line[n > 0 ? n : 0] = '\0';
	text = strstr(line, " - ");
	return text != NULL ? text + strlen(" - ") : "";
}

static int ends[2]; /* of the pipe that is standard error */
static int saved;

/* What went to standard error since the last time. */
static const char *
ordinary(void)
{
	static char text[65536];
	ssize_t n = read(ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	log_init(LOG_TO_TERMINAL, 0);
	reason = asked = 0;
	receive_at(0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	log_server_use("", NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
	close(receiver);
	return 0;
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
sends_each_line_as_well(void **state)
{
	(void)state;
	log_warn("before");
	log_server_use("192.0.2.1:514", connect_there);
	assert_string_equal(received(),
			    "parent: syslog: the log goes to 192.0.2.1:514 as "
			    "well");
	log_warn("a\nb");
	log_child_line("git", "<3>from a child");
	log_child_line("git", "<7>detail");
	assert_string_equal(received(), "parent: a\\x0ab");
	assert_string_equal(received(), "git: from a child");
	assert_string_equal(received(), "");
	assert_non_null(strstr(ordinary(), "blogd: git: from a child\n"));
}

static void
tells_once_that_nobody_is_there(void **state)
{
	const char *text;

	(void)state;
	close(receiver);
	log_server_use("192.0.2.1:514", connect_there);
	for (int i = 0; i < 100; i++)
		log_warn("line %d", i);
	text = ordinary();
	assert_int_equal(count(text, "does not take the log"), 1);
	assert_non_null(strstr(text, "Connection refused"));
	assert_int_equal(count(text, "line "), 100);
	assert_int_equal(asked, 1); /* the socket is as good as any */
	receive_at(there.sin_port);
	log_warn("after");
	assert_string_equal(received(), "parent: after");
}

/* Such as before there is a route. */
static void
asks_again_for_a_connection_but_not_at_once(void **state)
{
	(void)state;
	reason = ENETUNREACH;
	log_server_use("192.0.2.1:514", connect_there);
	for (int i = 0; i < 100; i++)
		log_warn("line %d", i);
	assert_int_equal(asked, 1);
	assert_int_equal(count(ordinary(), "does not take the log: "
					   "Network is unreachable"),
			 1);
	assert_string_equal(received(), "");
}

static void
goes_elsewhere_and_ends(void **state)
{
	(void)state;
	log_server_use("192.0.2.1:514", connect_there);
	log_server_use("192.0.2.1:514", connect_there);
	assert_int_equal(asked, 1);
	log_server_use("192.0.2.2:514", connect_there);
	assert_int_equal(asked, 2);
	received();
	assert_string_equal(received(),
			    "parent: syslog: the log goes to 192.0.2.2:514 as "
			    "well");
	log_server_use("", connect_there);
	assert_string_equal(received(),
			    "parent: syslog: 192.0.2.2:514 gets no more "
			    "lines");
	log_warn("unheard");
	assert_string_equal(received(), "");
}

#define WITH_RECEIVER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(has_the_form_of_rfc_5424),
	    cmocka_unit_test(marks_text_that_is_more_than_ascii),
	    cmocka_unit_test(leaves_out_what_it_does_not_know),
	    cmocka_unit_test(cuts_between_characters),
	    cmocka_unit_test(takes_addresses),
	    cmocka_unit_test(takes_nothing_else),
	    WITH_RECEIVER(sends_each_line_as_well),
	    WITH_RECEIVER(tells_once_that_nobody_is_there),
	    WITH_RECEIVER(asks_again_for_a_connection_but_not_at_once),
	    WITH_RECEIVER(goes_elsewhere_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
