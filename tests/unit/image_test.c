/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../image/confwrite.h"
#include "../../image/cpio.h"
#include "../../image/network.h"
#include "../../image/xl.h"
#include "image_fixture.h"

/* ----------------------------------------------------------------- cpio -- */

/* The fields of a header, as cpio(5) has them. */
static unsigned
field(const char *header, int n)
{
	char digits[9] = "";

	memcpy(digits, header + 6 + 8 * n, 8);
	return (unsigned)strtoul(digits, NULL, 16);
}

struct wanted {
	const char *path;
	unsigned mode, owner;
	const char *data;
};

/* A reader of our own: each entry starts at a multiple of 4. */
static size_t
read_entry(const struct buf *b, size_t at, const struct wanted *w,
	   unsigned inode)
{
	const char *h = b->data + at;
	size_t data = (at + 110 + strlen(w->path) + 1 + 3) / 4 * 4;

	assert_int_equal(at % 4, 0);
	assert_true(data <= b->len);
	assert_memory_equal(h, "070701", 6);
	assert_int_equal(field(h, 0), inode);
	assert_int_equal(field(h, 1), w->mode);
	assert_int_equal(field(h, 2), w->owner);
	assert_int_equal(field(h, 3), w->owner);
	assert_int_equal(field(h, 5), 0); /* the time */
	assert_int_equal(field(h, 6), strlen(w->data));
	assert_int_equal(field(h, 11), strlen(w->path) + 1);
	assert_string_equal(h + 110, w->path);
	assert_memory_equal(b->data + data, w->data, strlen(w->data));
	return (data + strlen(w->data) + 3) / 4 * 4;
}

static void
make_archive(struct buf *b)
{
	struct cpio c = {.out = b};

	cpio_directory(&c, "etc", 0755);
	cpio_file(&c, "etc/a", 0400, 900, "12345", 5);
	cpio_file(&c, "etc/bc", 0644, 0, "1234", 4);
	cpio_file(&c, "etc/empty", 0600, 0, "", 0);
	cpio_end(&c);
}

static void
archive(void **state)
{
	static const struct wanted all[] = {
	    {"etc", 040755, 0, ""},	    {"etc/a", 0100400, 900, "12345"},
	    {"etc/bc", 0100644, 0, "1234"}, {"etc/empty", 0100600, 0, ""},
	    {"TRAILER!!!", 0, 0, ""},
	};
	struct buf b = {0}, again = {0};
	size_t at = 0;

	(void)state;
	make_archive(&b);
	for (unsigned i = 0; i < 5; i++)
		at = read_entry(&b, at, &all[i], i < 4 ? i + 1 : 0);
	assert_int_equal(at, b.len);
	make_archive(&again);
	assert_int_equal(again.len, b.len);
	assert_memory_equal(again.data, b.data, b.len);
	buf_free(&b);
	buf_free(&again);
}

/* -------------------------------------------------------------- quoting -- */

static void
quoted(void (*quote)(struct buf *, const char *), const char *text,
       const char *expected)
{
	struct buf b = {0};

	quote(&b, text);
	assert_string_equal(buf_cstr(&b), expected);
	buf_free(&b);
}

static void
quotes(void **state)
{
	(void)state;
	quoted(xl_quote, "/srv/a b", "/srv/a b");
	quoted(xl_quote, "a\"b\\c'd", "a\\\"b\\\\c'd");
	quoted(xl_escape, "<a b='c'>&\"", "&lt;a b=&#39;c&#39;&gt;&amp;&quot;");
	quoted(confwrite_quote, "a\"b\\c'd", "\"a\\\"b\\\\c'd\"");
	quoted(confwrite_quote, "${HOME}'\"", "'${HOME}\\'\"'");
}

static void
templates(void **state)
{
	const struct xl_value values[] = {
	    {"A", "1\"", 0}, {"LONG", "\"2", 1}, {NULL, NULL, 0}};
	struct buf b = {0};

	(void)state;
	assert_int_equal(
	    xl_fill(&b, "@A@ a@b.example @LONG@@A@ @ @@", values, xl_quote), 0);
	assert_string_equal(buf_cstr(&b), "1\\\" a@b.example \"21\\\" @ @@");
	assert_int_equal(xl_fill(&b, "@OTHER@", values, xl_quote), -1);
	buf_free(&b);
}

/* What is written comes back from the daemon's parser as it was. */
static void
comes_back(const char *text)
{
	struct image_options o = {
	    .remote = "https://git.example/a.git", .name = text, .index = text};
	struct conf_parts parts = {.options = &o, .url = ""};
	struct buf b = {0};
	struct conf *conf = malloc(sizeof(*conf));
	struct caught c;

	assert_non_null(conf);
	confwrite(&parts, &b);
	caught_begin(&c);
	confwrite_check(&parts, &b, conf, &c.faults);
	caught_are(&c, 0, "");
	caught_end(&c);
	assert_string_equal(conf->site.render.name, text);
	assert_string_equal(conf->site.render.index_page, text);
	free(conf);
	buf_free(&b);
}

static void
configuration(void **state)
{
	static const char *const texts[] = {
	    "plain", "\"",    "'",	    "\\",	"\\\"",	      "'\"\\",
	    "${A}",  "${'}",  "${\"}",	    "${\\}",	"${a}'\"\\x", "a # b",
	    "}",     "/* x",  "// x",	    "\\n\\x41", "$",	      "${",
	    "\\\\",  " a b ", "Caf\xc3\xa9"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		comes_back(texts[i]);
}

/* -------------------------------------------------------------- network -- */

static void
network(const struct image_options *o, const char *arguments,
	const char *resolv)
{
	struct buf a = {0}, r = {0};
	struct network n;
	struct caught c;

	caught_begin(&c);
	network_read(&n, o, &c.faults);
	caught_are(&c, 0, "");
	caught_end(&c);
	network_arguments(&n, &a);
	network_resolv(&n, &r);
	assert_string_equal(buf_cstr(&a), arguments);
	assert_string_equal(buf_cstr(&r), resolv);
	buf_free(&a);
	buf_free(&r);
}

static void
told_to_the_guest(void **state)
{
	struct image_options o = {.ip = "192.0.2.5/24",
				  .gateways = "192.0.2.1"};

	(void)state;
	network(&o, " ip=192.0.2.5::192.0.2.1:255.255.255.0:blogd:eth0:off",
		"");
	o.dns[0] = "192.0.2.1";
	o.dns[1] = "9.9.9.9";
	o.ndns = 2;
	o.hostname = "b-2";
	network(&o,
		" ip=192.0.2.5::192.0.2.1:255.255.255.0:b-2:eth0:off:192.0.2.1"
		":9.9.9.9",
		"");
	/* It carries two. */
	o.dns[2] = "192.0.2.2";
	o.ndns = 3;
	network(&o, " ip=192.0.2.5::192.0.2.1:255.255.255.0:b-2:eth0:off",
		"nameserver 192.0.2.1\nnameserver 9.9.9.9\n"
		"nameserver 192.0.2.2\n");
	/* What "ip=" cannot carry stands in one place with the rest. */
	o.dns[2] = "2001:db8::53";
	o.ndns = 3;
	o.ip6 = "2001:DB8::5/64";
	o.gateway6 = "fe80::1";
	network(&o,
		" ip=192.0.2.5::192.0.2.1:255.255.255.0:b-2:eth0:off "
		"blogd.ip6=2001:db8::5/64,fe80::1",
		"nameserver 192.0.2.1\nnameserver 9.9.9.9\n"
		"nameserver 2001:db8::53\n");
}

static void
told_without_ipv4(void **state)
{
	struct image_options o = {.dhcp = "TRUE"};

	(void)state;
	network(&o, " ip=::::blogd:eth0:dhcp", "");
	o.dns[0] = "9.9.9.9";
	o.ndns = 1;
	network(&o, " ip=::::blogd:eth0:dhcp", "nameserver 9.9.9.9\n");
	o = (struct image_options){.ip6 = "2001:db8::5/64"};
	network(&o, " blogd.ip6=2001:db8::5/64", "");
}

/* ---------------------------------------------------------- command line -- */

#define WORDS_MAX 8

/* The words, each behind a "|", as a command line. */
static enum image_result
read_line(const char *line, struct caught *c)
{
	char text[128], name[] = "x", *argv[WORDS_MAX + 2] = {name};
	struct image_options o;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", line);
	for (char *p = text; *p != '\0' && argc <= WORDS_MAX; p++)
		if (*p == '|') {
			*p = '\0';
			argv[argc++] = p + 1;
		}
	return image_options_read(&o, argc, argv, stdout, &c->faults);
}

static void
command_line(const char *line, enum image_result result, unsigned n,
	     const char *text)
{
	struct caught c;

	caught_begin(&c);
	assert_int_equal(read_line(line, &c), result);
	caught_are(&c, n, text);
	caught_end(&c);
}

static void
options(void **state)
{
	(void)state;
	command_line("|-r|a|--dns|1|--dns=2", IMAGE_GO, 0, "");
	command_line("|--name|a\nb", IMAGE_FAULTY, 1, "a\\x0ab");
	command_line("|--name|a\xff", IMAGE_FAULTY, 1, "a\\xff");
	command_line("|--name|", IMAGE_FAULTY, 1, "is empty");
	command_line("|--name|a|-n|b", IMAGE_FAULTY, 1, "twice");
	command_line("|--dns=1|--dns=2|--dns=3|--dns=4", IMAGE_FAULTY, 1,
		     "more than 3");
	command_line("|word", IMAGE_USAGE, 1, "usage");
	command_line("|--name", IMAGE_USAGE, 1, "an argument is missing");
	command_line("|-z", IMAGE_USAGE, 1, "unknown option -z");
	command_line("|--nothing=x", IMAGE_USAGE, 1,
		     "unknown option --nothing\n");
}

/* It was said where all can read it: at least it is not said again. */
static void
secrets_on_the_command_line(void **state)
{
	static const char *const names[] = {"--password",    "--token",
					    "--tls-key",     "--key",
					    "--hook-secret", "--passphrase"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char line[64];
		struct caught c;

		snprintf(line, sizeof(line), "|%s=hunter2", names[i]);
		caught_begin(&c);
		assert_int_not_equal(read_line(line, &c), IMAGE_GO);
		caught_are(&c, 1, names[i]);
		assert_null(strstr(c.text, "hunter2"));
		caught_end(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(archive),
	    cmocka_unit_test(quotes),
	    cmocka_unit_test(templates),
	    cmocka_unit_test(configuration),
	    cmocka_unit_test(told_to_the_guest),
	    cmocka_unit_test(told_without_ipv4),
	    cmocka_unit_test(options),
	    cmocka_unit_test(secrets_on_the_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
