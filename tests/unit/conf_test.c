/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/buf.h"
#include "../../daemon/conf_draft.h"
#include "../../daemon/conf_text.h"
#include "../../daemon/conf_units.h"

#define SITE                                                            \
	"site \"https://blog.example.org\" {\n"                         \
	"\trepository = \"https://git.example.org/me/blog.git#main\"\n" \
	"\tcertificate = \"tls/a.pem\"\n"                               \
	"\tkey = \"tls/a.key\"\n"
#define MINIMAL SITE "}\n"

static struct conf conf;
static char *output; /* what the last load printed */
static char directory[64] = "/tmp/blogd-conf-XXXXXX";
static struct buf sample, manual; /* from the source tree */

/* ---------------------------------------------------------------- helpers --
 */

static void
read_whole(struct buf *b, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".",
		 name);
	f = fopen(path, "r");
	if (f == NULL)
		return;
	while ((c = getc(f)) != EOF)
		buf_char(b, (char)c);
	fclose(f);
	buf_cstr(b);
}

static int
setup(void **state)
{
	(void)state;
	read_whole(&sample, "conf/blogd.conf");
	read_whole(&manual, "doc/blogd.conf.5");
	return mkdtemp(directory) != NULL && chdir(directory) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	unlink("blogd.conf");
	free(output);
	buf_free(&sample);
	buf_free(&manual);
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static void
write_conf(const char *text, size_t len)
{
	FILE *f = fopen("blogd.conf", "w");

	assert_non_null(f);
	fwrite(text, 1, len, f);
	assert_int_equal(fclose(f), 0);
}

static int
load_with(struct conf_options *opt, const char *text, size_t len)
{
	size_t size;
	FILE *out;
	int n;

	write_conf(text, len);
	free(output);
	output = NULL;
	out = open_memstream(&output, &size);
	opt->file = "blogd.conf";
	n = conf_load(&conf, opt, out);
	fclose(out);
	return n;
}

static int
load(const char *text)
{
	struct conf_options opt = {0};

	memset(&conf, 0, sizeof(conf));
	return load_with(&opt, text, strlen(text));
}

/* Loads and compares what is printed; "blogd.conf" is left out of expected. */
static void
expect(const char *text, const char *expected)
{
	struct buf want = {0};
	int n = load(text), lines = 0;

	for (const char *p = expected; *p != '\0'; lines++) {
		size_t len = strcspn(p, "\n");

		if (strncmp(p, "command line", 12) != 0)
			buf_str(&want, "blogd.conf");
		buf_add(&want, p, len);
		buf_char(&want, '\n');
		p += len + (p[len] == '\n');
	}
	assert_string_equal(output, want.len > 0 ? buf_cstr(&want) : "");
	assert_int_equal(n, lines);
	buf_free(&want);
}

static void
expect_good(const char *text)
{
	expect(text, "");
}

static const char *
in_directory(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* ------------------------------------------------------------------ units --
 */

static void
test_units(void **state)
{
	struct err err;
	uint64_t n;

	(void)state;
	assert_int_equal(conf_duration("250ms", &n, &err), 0);
	assert_int_equal(n, 250);
	assert_int_equal(conf_duration("2h", &n, &err), 0);
	assert_int_equal(n, 7200000);
	assert_int_equal(conf_duration("7d", &n, &err), 0);
	assert_int_equal(n, 604800000);
	assert_int_equal(conf_duration("0", &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(conf_size("64K", &n, &err), 0);
	assert_int_equal(n, 65536);
	assert_int_equal(conf_size("16777215T", &n, &err), 0);
	assert_int_equal(n, 16777215ULL << 40);
	assert_int_equal(conf_count("18446744073709551615", &n, &err), 0);
	assert_true(n == UINT64_MAX);
}

static void
test_bad_units(void **state)
{
	static const char *const durations[] = {
	    "", "5", "m", "-5m", "5 m", "5min", "1.5s", "5M", "0x5s", "+5s"};
	static const char *const sizes[] = {"", "K", "1KB", "1k", "-1", "1 K"};
	struct err err;
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		assert_int_equal(conf_duration(durations[i], &n, &err), -1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(conf_size(sizes[i], &n, &err), -1);
	assert_int_equal(conf_count("18446744073709551616", &n, &err), -1);
	assert_string_equal(err.text, "\"18446744073709551616\" is too large");
	assert_int_equal(conf_size("16777216T", &n, &err), -1);
	assert_string_equal(err.text, "\"16777216T\" is too large");
	assert_int_equal(conf_count("1K", &n, &err), -1);
	assert_string_equal(err.text,
			    "\"1K\" is no number: write digits alone");
}

/* --------------------------------------------------------------- defaults --
 */

static void
check_defaults(const struct conf *c)
{
	const struct git_settings *g = &c->site.git;
	const struct render_settings *r = &c->site.render;
	const struct serve_settings *s = &c->serve;

	assert_string_equal(c->user, "blogd");
	assert_true(c->processes >= 1 && c->processes <= PROCESSES_MAX);
	assert_int_equal(c->drain_s, 30);
	assert_int_equal(c->keys.max_per_second, 5000);
	assert_true(c->site.poll_s == 300 && c->site.hook_interval_s == 5);
	assert_int_equal(c->site.dial.timeout_ms, 10000);
	assert_true(g->deadline_s == 120 && g->silence_s == 30);
	assert_true(g->max_bytes == 512ULL << 20 && g->max_store == 1ULL << 30);
	assert_true(g->max_objects == 500000 && g->max_files == 50000);
	assert_true(g->max_object_size == 64ULL << 20 &&
		    g->max_source == 512ULL << 20);
	assert_true(g->max_path == 1024 && g->max_depth == 32);
	assert_true(r->workers >= 1 && r->workers <= 64);
	assert_true(r->post_cpu_ms == 2000 && r->post_memory == 64ULL << 20);
	assert_true(r->post_output_factor == 20 &&
		    r->post_output_constant == 65536 && r->feed_entries == 10);
	assert_int_equal(strncmp(r->csp, "default-src 'none'; style", 25), 0);
	assert_string_equal(r->hook, "/push");
	assert_string_equal(s->hook, "/push");
	assert_true(s->max_connections == 4096 && s->max_header_bytes == 8192);
	assert_true(s->max_headers == 100 && s->max_target == 8192);
	assert_true(s->max_body == 1 << 20 && s->min_rate == 256);
	assert_true(s->http2 && s->max_streams == 100 &&
		    s->max_control_frames == 200 && s->max_resets == 20);
	assert_true(s->handshake_ms == 10000 && s->header_ms == 10000);
	assert_true(s->body_ms == 20000 && s->write_ms == 30000 &&
		    s->idle_ms == 60000);
}

static void
test_minimal(void **state)
{
	(void)state;
	expect_good(MINIMAL);
	check_defaults(&conf);
	assert_string_equal(conf.file, in_directory("blogd.conf"));
	assert_string_equal(conf.site.title, "https://blog.example.org");
	assert_string_equal(conf.site.render.url, "https://blog.example.org");
	assert_string_equal(conf.serve.https_url, "https://blog.example.org");
	assert_int_equal(conf.serve.tls, 1);
	assert_int_equal(conf.serve.nnames, 1);
	assert_string_equal(conf.serve.names[0], "blog.example.org");
	assert_int_equal(conf.serve.hsts_s, 31536000);
	assert_int_equal(conf.nlisten, 2);
	assert_string_equal(conf.listen[0].text, "*:443");
	assert_int_equal(conf.listen[0].tls, 1);
	assert_string_equal(conf.listen[1].text, "*:80");
	assert_int_equal(conf.listen[1].tls, 0);
	assert_int_equal(conf.site.ncerts, 1);
	assert_int_equal(conf.keys.certificates, 1);
	assert_string_equal(conf.site.cert[0].certificate,
			    in_directory("tls/a.pem"));
	assert_string_equal(conf.site.cert[0].key, in_directory("tls/a.key"));
	assert_string_equal(conf.site.git.branch, "main");
	assert_string_equal(conf.site.dial.host, "git.example.org");
	assert_string_equal(conf.site.dial.port, "443");
}

static void
test_syslog(void **state)
{
	(void)state;
	expect_good(MINIMAL);
	assert_string_equal(conf.syslog, "");
	expect_good(MINIMAL "log { syslog = \"192.0.2.1\" }\n");
	assert_string_equal(conf.syslog, "192.0.2.1:514");
	expect_good(MINIMAL "log { syslog = \"[2001:db8:0::1]:5514\" }\n");
	assert_string_equal(conf.syslog, "[2001:db8::1]:5514");
	expect_good(MINIMAL "log { syslog = off }\n");
	assert_string_equal(conf.syslog, "");
	expect(MINIMAL "log { syslog = \"log.example:514\" }\n",
	       ":6: syslog: \"log.example:514\" is no address: write "
	       "\"192.0.2.1:514\" or \"[2001:db8::1]:514\", names are not "
	       "looked up here\n");
}

static void
test_access_log(void **state)
{
	(void)state;
	expect_good(MINIMAL);
	assert_int_equal(conf.access.to, ACCESS_OFF);
	assert_int_equal(conf.serve.access_format, ACCESS_COMBINED);
	assert_int_equal(conf.serve.access_address, ACCESS_TRUNCATED);
	expect_good(MINIMAL "log { access = \"/var/log/a.log\" format = json "
			    "address = none }\n");
	assert_int_equal(conf.access.to, ACCESS_FILE);
	assert_string_equal(conf.access.path, "/var/log/a.log");
	assert_int_equal(conf.serve.access_format, ACCESS_JSON);
	assert_int_equal(conf.serve.access_address, ACCESS_NONE);
	expect_good(MINIMAL "log { access = stderr address = whole }\n");
	assert_int_equal(conf.access.to, ACCESS_STDERR);
	assert_int_equal(conf.serve.access_address, ACCESS_WHOLE);
	expect(MINIMAL "log {\n access = \"a.log\"\n format = xml\n address = "
		       "\"whol\"\n}\n",
	       ":7: access: \"a.log\": write \"off\", \"stderr\" or an "
	       "absolute path\n"
	       ":8: format: \"xml\" is none of combined|json\n"
	       ":9: address: \"whol\" is none of truncated|whole|none\n");
}

static void
test_balancers(void **state)
{
	const struct proxy_source *s = conf.serve.proxy_from;

	(void)state;
	expect_good(MINIMAL);
	assert_int_equal(conf.serve.nproxy_from, 0);
	assert_int_equal(conf.socket_mode, 0660);
	expect_good(MINIMAL "socket-mode = 0600\n"
			    "http = {\"unix:/run/a.sock\"}\n"
			    "serve { proxy-from = {\"10.16.0.0/12\", unix, "
			    "\"2001:db8::1\", \"0.0.0.0/0\"} }\n");
	assert_int_equal(conf.socket_mode, 0600);
	assert_string_equal(conf.listen[1].host, "/run/a.sock");
	assert_string_equal(conf.listen[1].port, "");
	assert_int_equal(conf.serve.nproxy_from, 4);
	assert_true(s[0].family == AF_INET && s[0].bits == 12);
	assert_memory_equal(s[0].address, "\x0a\x10\0\0", 4);
	assert_true(s[1].family == AF_UNSPEC && s[1].bits == 0);
	assert_true(s[2].family == AF_INET6 && s[2].bits == 128);
	assert_true(s[3].family == AF_INET && s[3].bits == 0);
	expect(MINIMAL "socket-mode = 0999\nhttp = {\"unix:a\", "
		       "\"unix:/a\", \"unix:/a\"}\n"
		       "serve { proxy-from = {\"10.0.0.1/8\", \"a\", "
		       "\"10.0.0.0/33\", \"10.0.0.0/\", \"::/129\"} }\n",
	       ":6: socket-mode: \"0999\" is no mode: write it as in "
	       "\"0660\"\n"
	       ":7: http: \"unix:a\": write \"unix:\" and an absolute path\n"
	       ":7: http: \"unix:/a\" is listed twice\n"
	       ":8: proxy-from: \"10.0.0.1/8\" has bits set behind its first "
	       "8\n"
	       ":8: proxy-from: \"a\": write an address, a network as in "
	       "\"10.0.0.0/8\", or \"unix\"\n"
	       ":8: proxy-from: \"10.0.0.0/33\": write an address, a network "
	       "as in \"10.0.0.0/8\", or \"unix\"\n"
	       ":8: proxy-from: \"10.0.0.0/\": write an address, a network as "
	       "in \"10.0.0.0/8\", or \"unix\"\n"
	       ":8: proxy-from: \"::/129\": write an address, a network as in "
	       "\"10.0.0.0/8\", or \"unix\"\n");
}

static void
test_plain(void **state)
{
	(void)state;
	expect_good("site \"\" { repository = blog }");
	assert_int_equal(conf.serve.tls, 0);
	assert_int_equal(conf.nlisten, 1);
	assert_string_equal(conf.listen[0].text, "*:80");
	assert_string_equal(conf.site.render.url, "");
	assert_string_equal(conf.serve.https_url, "");
	assert_int_equal(conf.serve.nnames, 0);
	assert_int_equal(conf.serve.hsts_s, 0);
	assert_int_equal(conf.site.git.transport, GIT_LOCAL);
	assert_string_equal(conf.site.git.path, in_directory("blog"));
}

/* Behind a proxy that speaks TLS the address is https all the same. */
static void
test_behind_proxy(void **state)
{
	(void)state;
	expect_good("http = {\"127.0.0.1:8080\"}\n"
		    "site \"https://b.example\" { repository = /b }");
	assert_string_equal(conf.site.render.url, "https://b.example");
	assert_string_equal(conf.serve.https_url, "");
	assert_int_equal(conf.serve.tls, 0);
}

static void
test_everything(void **state)
{
	(void)state;
	expect_good("user = www /* comment\n over lines */\n"
		    "http = { \"*:8080\", # one\n \"[::1]:81\" // two\n }\n"
		    "https = \"*:8443\"\n"
		    "site \"https://B.example:8443/\" {\n"
		    " repository = 'git@g.example:me/b.git'\n"
		    " names = {\"www.b.example\", \"b.example\"}\n"
		    " name = \"A \\\"b\\\" \\\\ c\" index = Home poll = 0\n"
		    " hook = '' hook-interval = 1m hsts = 0\n"
		    " ssh-key = /k username = git\n host-key = \"SHA256:"
		    "0123456789012345678901234567890123456789+/x\"\n"
		    " tls { certificate = a.pem key = a.key }\n"
		    " tls { certificate = b.pem key = b.key }\n"
		    " fetch { deadline = 1h max-object-size = 1G }\n"
		    " render { workers = 3 post-memory = 2G }\n"
		    "}\n"
		    "serve { drain = 0 min-rate = 0 }\n"
		    "keys { max-per-second = 1 }\n");
	assert_string_equal(conf.user, "www");
	assert_int_equal(conf.nlisten, 3);
	assert_string_equal(conf.listen[0].port, "8443");
	assert_string_equal(conf.listen[2].host, "::1");
	assert_string_equal(conf.serve.https_url, "https://b.example:8443");
	assert_int_equal(conf.serve.nnames, 2);
	assert_string_equal(conf.serve.names[0], "b.example");
	assert_string_equal(conf.serve.names[1], "www.b.example");
	assert_string_equal(conf.site.render.name, "A \"b\" \\ c");
	assert_string_equal(conf.site.render.index_page, "Home");
	assert_true(conf.site.poll_s == 0 && conf.site.hook_interval_s == 60);
	assert_string_equal(conf.serve.hook, "");
	assert_int_equal(conf.serve.hsts_s, 0);
	assert_string_equal(conf.site.git.user, "git");
	assert_string_equal(conf.site.ssh_key, "/k");
	assert_int_equal(conf.site.ncerts, 2);
	assert_string_equal(conf.site.cert[1].key, in_directory("b.key"));
	assert_true(conf.site.git.max_object_size == 1ULL << 30);
	assert_true(conf.site.render.post_memory == 2ULL << 30);
	assert_true(conf.site.render.workers == 3 && conf.drain_s == 0);
}

/* ----------------------------------------------------------------- errors --
 */

/* However much readers may be warned of, what stops is told of. */
static void
test_warnings_leave_room(void **state)
{
	static struct draft d;

	(void)state;
	for (int i = 0; i < 1000; i++)
		draft_warning(&d, 1, "%d", i);
	draft_problem(&d, 1, "the key is another's");
	assert_true(d.problems.warnings < d.problems.n);
	assert_string_equal(d.problems.list[d.problems.n - 1].text,
			    "the key is another's");
	conf_problems_free(&d.problems);
}

static void
test_unknown(void **state)
{
	(void)state;
	expect(
	    SITE "\ttls_cert = \"x\"\n}",
	    ":5: unknown option \"tls_cert\" (did you mean \"certificate\"?)");
	expect(SITE "\tpolll = \"5m\"\n}",
	       ":5: unknown option \"polll\" (did you mean \"poll\"?)");
	expect(SITE "\tHOOK_Interval = 1s\n}",
	       ":5: unknown option "
	       "\"HOOK_Interval\" (did you mean \"hook-interval\"?)");
	expect(SITE "\tdeadline = 1m\n}",
	       ":5: unknown option \"deadline\" (did "
	       "you mean \"deadline\" in the section fetch?)");
	expect(MINIMAL "listen = {\"*:80\", \"*:81\"}\n",
	       ":6: unknown option \"listen\" (did you mean \"http\"?)");
	expect(SITE "\tport = 80\n}",
	       ":5: unknown option \"port\" (did you mean "
	       "\"http\" outside of all sections?)");
	expect(MINIMAL "render {\n workers = 2\n}\n",
	       ":6: unknown section "
	       "\"render\" (did you mean the section \"render\", inside of "
	       "\"site\"?)");
	expect(SITE "\tserver { a = 1 { b } }\n}",
	       ":5: unknown section "
	       "\"server\" (did you mean the section \"site\", outside of this "
	       "one?)");
	expect(MINIMAL "fortytwo = 42\n", ":6: unknown option \"fortytwo\"");
	expect(MINIMAL "x = y z = 1 serve { polll = 3 drain = 1s }\n",
	       ":6: unknown option \"x\"\n:6: unknown option \"z\"\n"
	       ":6: unknown option \"polll\" (did you mean \"poll\" in the "
	       "section site?)");
}

/* The messages name the limits, which are the manual's. */
static void
test_long_values(void **state)
{
	static const struct {
		const char *name, *says;
	} values[] = {
	    {"index", "too long: at most 1023 bytes"},
	    {"content-security-policy", "too long: at most 1023 bytes"},
	    {"ca", "the path is too long: at most 1023 bytes"},
	    {"name", "too long: at most 255 bytes"},
	    {"username", "too long: at most 127 bytes"}};
	char text[2048], want[128];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(text, sizeof(text), SITE " %s = \"%01024d\"\n}",
			 values[i].name, 1);
		snprintf(want, sizeof(want), ":5: %s: %s", values[i].name,
			 values[i].says);
		expect(text, want);
	}
}

/* What was meant is known for words that do not resemble it. */
static void
test_synonyms(void **state)
{
	static const char *const words[][2] = {
	    {"cert", "\"certificate\""},
	    {"ssl_certificate_key", "\"key\""},
	    {"access_log", "\"access\" in the section log"},
	    {"webhook_secret", "\"hook\""},
	    {"repo", "\"repository\""},
	    {"remote", "\"repository\""},
	    {"branch", "\"repository\""},
	    {"webhook", "\"hook\""},
	    {"fingerprint", "\"host-key\""},
	    {"token", "\"password-file\""},
	    {"csp", "\"content-security-policy\""},
	    {"interval", "\"poll\""}};
	char text[512], want[128];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), SITE " %s = 1\n}", words[i][0]);
		snprintf(want, sizeof(want),
			 ":5: unknown option \"%s\" (did you mean %s?)",
			 words[i][0], words[i][1]);
		expect(text, want);
	}
}

static void
test_all_at_once(void **state)
{
	(void)state;
	expect(
	    "users = x\n"
	    "site \"blog.example.org\" {\n"
	    " repository = \"ftp://x/y\"\n"
	    " poll = 1s\n"
	    " fetch { silence = 5 max-bytes = 1 }\n"
	    "}\n"
	    "serve { max-headers = 1001 drainn = 1s }\n",
	    ":1: unknown option \"users\" (did you mean \"user\"?)\n"
	    ":4: poll: \"1s\" is too small: at least 10s, or 0\n"
	    ":5: silence: \"5\" is no duration: write a number and ms, s, m, h "
	    "or d, as in \"30s\"\n"
	    ":5: max-bytes: \"1\" is too small: at least 64K\n"
	    ":7: max-headers: \"1001\" is too large: at most 1000\n"
	    ":7: unknown option \"drainn\" (did you mean \"drain\"?)");
	expect(
	    "site \"blog.example.org\" {\n"
	    " repository = \"ftp://x/y\"\n"
	    " certificate = a\n"
	    "}\nhttp = { \"*:80\", \"*:80\" }",
	    ":1: site: \"blog.example.org\" is no address of a site: write it "
	    "as in \"https://blog.example.org\"\n"
	    ":2: repository: \"ftp\" is no transport: use https, ssh, http, "
	    "git or file\n"
	    ":3: certificate: its private key is missing: add \"key\"\n"
	    ":5: http: \"*:80\" is listed twice");
}

static void
test_missing(void **state)
{
	(void)state;
	expect("",
	       ": there is no site: write site \"https://blog.example.org\" "
	       "{ repository = \"...\" }");
	expect("user = x\n\nsite \"https://b.example\" {\n}\n",
	       ":3: site: \"repository\" is missing: say where the blog's Git "
	       "repository is");
	expect("site \"\" {\n repository = /x\n key = a\n}",
	       ":3: key: its certificate is missing: add \"certificate\"");
	expect("site \"\" {\n repository = /x\n tls {\n key = a\n }\n}",
	       ":4: key: its certificate is missing: add \"certificate\"");
	expect(
	    "\nhttps = {\"*:443\"}\nsite \"\" { repository = /x }",
	    ":2: https: TLS needs \"certificate\" and \"key\" in the section "
	    "\"site\"");
	expect(
	    "http = {}\nsite \"\" { repository = /x }",
	    ": http: there is no address to listen on: name one in \"http\", "
	    "or in \"https\" with a certificate");
	expect("site \"http://b.example\" { repository = /x\n"
	       " certificate = a key = b }",
	       ":1: site: with a certificate the address is "
	       "\"https://b.example\"");
}

static void
test_repository(void **state)
{
	(void)state;
	expect(
	    "site \"\" {\n repository = \"ssh://h:2222/x\"\n}",
	    ":2: repository: ssh needs \"ssh-key\", the file of a private key "
	    "that may read the repository (make one: ssh-keygen -t ed25519 -N "
	    "'' -f FILE)\n"
	    ":2: repository: ssh needs \"host-key\", the fingerprint of the "
	    "server's key (print it: ssh-keyscan -p 2222 h | ssh-keygen -lf "
	    "-)");
	expect(
	    "site \"\" {\n repository = \"https://a:b@h/x\"\n}",
	    ":2: repository: no password in the URL, which everybody may read: "
	    "write \"username\" and put it into a file named by "
	    "\"password-file\"");
	expect("site \"\" {\n repository = \"http://a@h/x\"\n}",
	       ":2: repository: a user over plain http could be read by "
	       "everybody: use https");
	expect("site \"\" {\n repository = \"http://h/x\"\n"
	       " password-file = p\n}",
	       ":3: password-file: is for repositories over https, this one is "
	       "over http");
	expect("site \"\" {\n repository = /x\n ca = c\n}",
	       ":3: ca: is for repositories over https, this one is over a "
	       "directory");
	expect(
	    "site \"\" {\n repository = \"https://a@h/x\"\n username = b\n}",
	    ":2: repository: names the user \"a\", \"username\" names another");
	expect("site \"\" {\n repository = \"https://h/x\"\n host-key = 1\n}",
	       ":3: host-key: \"1\" is no fingerprint: write it as in "
	       "\"SHA256:...\" (43 characters), from: ssh-keyscan HOST | "
	       "ssh-keygen -lf -");
	expect("site \"\" {\n repository = \"https://h/x#a b\"\n}",
	       ":2: repository: \"a b\" behind \"#\" is no name of a branch");
}

static void
test_values(void **state)
{
	(void)state;
	expect(MINIMAL "user = root", ":6: user: blogd does not serve as root: "
				      "name a user of its own");
	expect(MINIMAL "user = ''", ":6: user: a name is needed");
	expect(SITE " names = {\"a b\"}\n}",
	       ":5: names: \"a b\" is no host name");
	expect(SITE " hook = push\n}",
	       ":5: hook: \"push\" is no path: write it as in \"/push\"");
	expect(SITE " hook = \"/p?x\"\n}",
	       ":5: hook: \"/p?x\": a hook is made of "
	       "letters, digits, \"-\", \"_\" and \"/\"");
	expect(SITE " content-security-policy = ''\n}",
	       ":5: content-security-policy: the policy is empty: to allow "
	       "nothing "
	       "write \"default-src 'none'\"");
	expect(SITE " name = \"\xff\"\n}", ":5: name: this is not valid UTF-8");
	expect(SITE " ca = \"~/x\"\n}", ":5: ca: \"~/x\": write the path out, "
					"\"~\" is not known here");
	expect(SITE " hsts = 1500ms\n}",
	       ":5: hsts: \"1500ms\" is no whole number of seconds");
	expect(SITE " fetch { silence = 10m }\n}",
	       ":5: silence: is longer than \"deadline\"");
	expect(MINIMAL "serve {\n max-header = 1K\n}",
	       ":7: max-target: is "
	       "larger than \"max-header\", which counts the target as well");
	expect(MINIMAL "serve { processes = 0 }",
	       ":6: processes: \"0\" is too small: at least 1");
	expect(MINIMAL "serve { processes = 65 }", /* PROCESSES_MAX */
	       ":6: processes: \"65\" is too large: at most 64");
	expect(MINIMAL "serve { ticket-lifetime = 8d }", /* RFC 8446 4.6.1 */
	       ":6: ticket-lifetime: \"8d\" is too large: at most 7d");
	expect(MINIMAL "http = { \"80x\" }",
	       ":6: http: \"80x\" is no address: "
	       "write \"*:PORT\", \"ADDRESS:PORT\" or \"[IPV6]:PORT\"");
	expect(MINIMAL "serve { max-body = 99999999999999999999 }",
	       ":6: max-body: \"99999999999999999999\" is too large");
}

static void
test_twice(void **state)
{
	(void)state;
	expect("user = a\nuser = b\nuser = c\n" MINIMAL,
	       ":2: user: is set twice (first on line 1)");
	expect(SITE " repository = /b\n}",
	       ":5: repository: is set twice (first on line 2)");
	expect("http = {\"*:1\"}\nhttp = {\"*:2\", \"*:3\"}\n" MINIMAL,
	       ":2: http: is set twice (first on line 1)");
	expect(MINIMAL "serve { drain = 1s }\nserve { drain = 2s }",
	       ":7: drain: is set twice (first on line 6)");
	expect(MINIMAL MINIMAL, ":6: a second \"site\": blogd serves one site "
				"for now, so start another blogd for this one");
}

static void
test_syntax(void **state)
{
	(void)state;
	expect(SITE, ":1: the \"{\" on this line is never closed");
	expect(MINIMAL "}\n", ":6: this \"}\" closes nothing");
	expect("user = \"x\n" MINIMAL,
	       ":1: this string has no closing quote on its line");
	expect("user = 'x", ":1: this string has no closing quote on its line");
	expect("# c\n/* x\n\n", ":2: this comment has no end: write \"*/\"");
	expect("user = x;\nuser = (\nuser = \xc3\xa4\n",
	       ":1: no semicolon is needed: take it out\n"
	       ":2: unexpected \"(\": values that hold it need quotes\n"
	       ":3: unexpected byte 0xc3: values that hold it need quotes");
	expect("site x { repository = https://h/x#main }\n",
	       ":1: \"#\" starts a "
	       "comment: values that hold it need quotes");
	expect(
	    "user = \"${HOME}\"\nuser = \"\\x\"\n",
	    ":1: environment variables are not put in: write the value itself "
	    "instead of \"${\"\n"
	    ":2: a backslash stands before a quote or a backslash only: write "
	    "\"\\\\\" for a backslash");
	expect("user = \"a\tb\"\n",
	       ":1: this string holds a control character");
	expect(MINIMAL "user \"x\"\n",
	       ":6: \"user\": an equals sign stands between a name and its "
	       "value");
#define OUT_OF_PLACE                                                         \
	"is out of place: write NAME = VALUE, and a list as NAME = {VALUE, " \
	"VALUE}"
	expect(MINIMAL "user = = x\n", ":6: \"=\" " OUT_OF_PLACE);
	expect(MINIMAL "user = {\"x\"}\n", ":6: \"{\" " OUT_OF_PLACE);
	expect(MINIMAL "http = {\"*:80\" \"*:81\"}\n",
	       ":6: \"*:81\" " OUT_OF_PLACE);
#undef OUT_OF_PLACE
	expect("site {\n}\n",
	       ":1: \"site\": an address in quotes stands before the brace, as "
	       "in site \"https://blog.example.org\" {");
	expect("site \"\" repository\n",
	       ":1: \"site\" is a section: its settings stand in braces");
	expect("user =", ":1: the file ends within a setting");
	expect("a{b{c{d{e{f{g{h{i{", ":1: too many braces inside each other");
	expect(MINIMAL "\"serve|drain\" = 1s\n",
	       ":6: unknown option \"drain\" in "
	       "this section");
}

/* A comment between two slashes and stars must not shift the lines. */
static void
test_lines(void **state)
{
	(void)state;
	expect(
	    "/* a */ /* b */\n/* c\n */ # d\r\nuser = root // e\n" MINIMAL,
	    ":4: user: blogd does not serve as root: name a user of its own");
}

static void
test_terminal(void **state)
{
	(void)state;
	expect(
	    SITE " hook = \"\xc2\x9b\xe2\x82\xac\xff\"\n}",
	    ":5: hook: \"\\xc2\\x9b\xe2\x82\xac\\xff\" is no path: write it as "
	    "in \"/push\"");
}

/* ------------------------------------------------------------------- files --
 */

static void
test_files(void **state)
{
	struct conf_options opt = {.file = "absent.conf"};
	size_t size;
	FILE *out;

	(void)state;
	free(output);
	out = open_memstream(&output, &size);
	assert_int_equal(conf_load(&conf, &opt, out), 1);
	opt.file = directory;
	assert_int_equal(conf_load(&conf, &opt, out), 1);
	opt.file = NULL;
	assert_int_equal(conf_load_from(&conf, &opt, "/none/blogd.conf", out),
			 1);
	fclose(out);
	assert_non_null(strstr(
	    output,
	    "absent.conf: cannot be read: No such "
	    "file or directory: give the path of a configuration behind -f\n"));
	assert_non_null(strstr(output, ": cannot be read: Is a directory\n"));
	assert_non_null(strstr(
	    output,
	    "/none/blogd.conf: there is no such "
	    "file: write it (blogd.conf(5) begins with an example), or name "
	    "another with -f, or a repository with --remote\n"));
	assert_int_equal(load_with(&opt, MINIMAL "\0x", sizeof(MINIMAL) + 1),
			 1);
	assert_string_equal(
	    output, "blogd.conf: holds a NUL byte: this is no text file\n");
}

static void
test_too_large(void **state)
{
	struct conf_options opt = {0};
	struct buf b = {0};

	(void)state;
	while (b.len <= 1 << 20)
		buf_str(&b, "################################\n");
	assert_int_equal(load_with(&opt, b.data, b.len), 1);
	assert_string_equal(output, "blogd.conf: is larger than 1 MiB: this is "
				    "no configuration\n");
	buf_free(&b);
}

/* A wrong configuration leaves *conf alone: SIGHUP keeps the old one. */
static void
test_untouched(void **state)
{
	struct conf before;

	(void)state;
	expect_good(MINIMAL);
	memcpy(&before, &conf, sizeof(conf));
	struct conf_options opt = {0};
	assert_int_equal(load_with(&opt, "x", 1), 1);
	assert_memory_equal(&before, &conf, sizeof(conf));
}

/* ------------------------------------------------------------ command line --
 */

static void
test_no_file(void **state)
{
	struct conf_options opt = {.remote = "blog#main",
				   .port = "8080",
				   .tls = "8443",
				   .hook = "update",
				   .index = "Home",
				   .name = "Mine"};

	(void)state;
	assert_int_equal(conf_load_from(&conf, &opt, "/none", stderr), 0);
	assert_string_equal(conf.file, "");
	assert_string_equal(conf.site.git.path, in_directory("blog"));
	assert_string_equal(conf.site.git.branch, "main");
	assert_string_equal(conf.site.cert[0].certificate,
			    in_directory("tls/server.pem"));
	assert_string_equal(conf.site.cert[0].key,
			    in_directory("tls/server.key"));
	assert_string_equal(conf.listen[0].text, "*:8443");
	assert_string_equal(conf.listen[1].text, "*:8080");
	assert_string_equal(conf.serve.hook, "/update");
	assert_string_equal(conf.serve.https_url, "");
	assert_int_equal(conf.serve.tls, 1);
}

static void
test_override(void **state)
{
	struct conf_options opt = {.remote = "https://git.example.org/o.git#x",
				   .port = "0",
				   .tls = "8443",
				   .hook = "/up",
				   .index = "Home",
				   .name = "Mine"};

	(void)state;
	assert_int_equal(load_with(&opt, MINIMAL, strlen(MINIMAL)), 0);
	assert_string_equal(conf.site.git.url, "https://git.example.org/o.git");
	assert_string_equal(conf.site.git.branch, "x");
	assert_string_equal(conf.site.render.name, "Mine");
	assert_string_equal(conf.site.render.index_page, "Home");
	assert_string_equal(conf.serve.hook, "/up");
	assert_string_equal(conf.site.render.hook, "/up");
	assert_int_equal(conf.nlisten, 2);
	assert_string_equal(conf.listen[0].port, "8443");
	assert_string_equal(conf.listen[1].port, "0");
	assert_string_equal(conf.site.cert[0].key, in_directory("tls/a.key"));
}

static void
test_override_errors(void **state)
{
	struct conf_options opt = {.remote = "ftp://x/y",
				   .port = "http",
				   .tls = "-1",
				   .hook = "a b",
				   .name = "\xff"};

	(void)state;
	assert_int_equal(load_with(&opt, MINIMAL, strlen(MINIMAL)), 5);
	assert_string_equal(
	    output,
	    "command line: --name: this is not valid UTF-8\n"
	    "command line: --hook: \"/a b\": a hook is made of letters, "
	    "digits, "
	    "\"-\", \"_\" and \"/\"\n"
	    "command line: --port: \"http\" is no port: write 0 to 65535\n"
	    "command line: --tls: \"-1\" is no port: write 0 to 65535\n"
	    "command line: --remote: \"ftp\" is no transport: use https, ssh, "
	    "http, git or file\n");
}

/* The file's credentials never go to another host. */
static void
test_override_credentials(void **state)
{
	static const char text[] = SITE " username = me password-file = p\n}";
	struct conf_options opt = {.remote = "https://git.example.org/o.git"};

	(void)state;
	assert_int_equal(load_with(&opt, text, strlen(text)), 0);
	assert_string_equal(conf.site.git.user, "me");
	assert_string_equal(conf.site.password, in_directory("p"));
	opt.remote = "/srv/blog.git";
	assert_int_equal(load_with(&opt, text, strlen(text)), 0);
	assert_string_equal(conf.site.git.user, "");
	assert_string_equal(conf.site.password, "");
	opt.remote = "https://evil.example/o.git";
	assert_int_equal(load_with(&opt, text, strlen(text)), 1);
	assert_string_equal(
	    output,
	    "command line: --remote: the configuration "
	    "holds credentials for another repository, which must not go to "
	    "evil.example\n");
}

/* ------------------------------------------------------ sample and manual --
 */

/* Appends the sample with each "#option" line switched on. */
static void
switch_on(struct buf *out, const char *p)
{
	for (; *p != '\0'; p += *p == '\n') {
		size_t len = strcspn(p, "\n"), tabs = strspn(p, "\t");
		size_t skip =
		    p[tabs] == '#' && p[tabs + 1] > ' ' ? tabs + 1 : 0;

		buf_add(out, p + skip, len - skip);
		buf_char(out, '\n');
		p += len;
	}
}

/* The shown defaults are the defaults: without the "#" nothing changes. */
static void
test_sample(void **state)
{
	struct buf all = {0};
	struct conf as_is;

	(void)state;
	if (sample.len == 0)
		skip();
	expect_good(sample.data);
	memcpy(&as_is, &conf, sizeof(conf));
	switch_on(&all, sample.data);
	expect_good(buf_cstr(&all));
	assert_memory_equal(&as_is, &conf, sizeof(conf));
	buf_free(&all);
}

/* Every option is in the sample and has its paragraph, with its default, in
 * the manual. */
static void
test_documented(void **state)
{
	char item[64];

	(void)state;
	if (sample.len == 0 || manual.len == 0)
		skip();
	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		const char *at, *end;

		snprintf(item, sizeof(item), "%s ", o->name);
		if (strstr(sample.data, item) == NULL)
			fail_msg("the sample has no %s", o->name);
		snprintf(item, sizeof(item), "\n.It Ic %s ", o->name);
		at = strstr(manual.data, item);
		if (at == NULL)
			fail_msg("the manual has no %s", o->name);
		end = strstr(at + 1, "\n.It ");
		for (int i = 0; i < 3; i++) {
			const char *value = i == 0   ? o->fallback
					    : i == 1 ? o->min
						     : o->max,
				   *found;

			if (value == NULL || value[0] == '\0' ||
			    strlen(value) > 40)
				continue;
			found = strstr(at, value);
			if (found == NULL || (end != NULL && found > end))
				fail_msg("%s: the manual does not say %s",
					 o->name, value);
		}
	}
}

/* ---------------------------------------------------------------- mangling --
 */

static uint32_t
next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static const char victim[] =
    "http = {\"*:80\"} # x\n" SITE " names = {'a', \"b\\\"\"}\n"
    " tls { certificate = a key = b } /* y */\n"
    " fetch { deadline = 1m } render { workers = 2 }\n}\n"
    "serve { drain = 1s zzz = 3 }\nkeys { yyy { x = {1} } }\n";

/* Every line that is printed names the file; nothing else is promised. */
static void
check_mangled(const char *text, size_t len)
{
	struct conf_options opt = {0};
	int n = load_with(&opt, text, len), lines = 0;

	for (const char *p = output; *p != '\0'; lines++) {
		assert_int_equal(strncmp(p, "blogd.conf:", 11), 0);
		p = strchr(p, '\n') + 1;
	}
	assert_int_equal(n, lines);
}

static void
test_truncated(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(victim); len++)
		check_mangled(victim, len);
	expect_good(MINIMAL);
}

static void
test_mutated(void **state)
{
	static const char spice[] = "\"'{}=,#/*\\\n\t \0\xff|$(+~[]:%;ax0";
	char text[sizeof(victim)];
	uint32_t x = 2463534242;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		memcpy(text, victim, sizeof(text));
		for (int k = round % 4; k >= 0; k--)
			text[next_random(&x) % (sizeof(text) - 1)] =
			    spice[next_random(&x) % (sizeof(spice) - 1)];
		check_mangled(text, sizeof(text) - 1);
		/* No broken file leaves anything behind for the next one. */
		if (round % 50 == 0)
			expect_good(MINIMAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_units),
	    cmocka_unit_test(test_bad_units),
	    cmocka_unit_test(test_minimal),
	    cmocka_unit_test(test_syslog),
	    cmocka_unit_test(test_access_log),
	    cmocka_unit_test(test_balancers),
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_behind_proxy),
	    cmocka_unit_test(test_everything),
	    cmocka_unit_test(test_warnings_leave_room),
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_long_values),
	    cmocka_unit_test(test_synonyms),
	    cmocka_unit_test(test_all_at_once),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_repository),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_twice),
	    cmocka_unit_test(test_syntax),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_terminal),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_too_large),
	    cmocka_unit_test(test_untouched),
	    cmocka_unit_test(test_no_file),
	    cmocka_unit_test(test_override),
	    cmocka_unit_test(test_override_errors),
	    cmocka_unit_test(test_override_credentials),
	    cmocka_unit_test(test_sample),
	    cmocka_unit_test(test_documented),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
