/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/conf_remote.h"
#include "../../daemon/conf_url.h"

static struct git_settings git;
static struct dial_settings dial;
static struct err err;

struct good {
	const char *text;
	uint32_t transport;
	const char *url, *user, *host, *port, *path, *branch;
};

static const struct good good[] = {
    {"https://git.example.org/me/blog.git#main", GIT_OVER_HTTPS,
     "https://git.example.org/me/blog.git", "", "git.example.org", "443", "",
     "main"},
    {"HTTPS://Git.Example.org:443/Me", GIT_OVER_HTTPS,
     "https://git.example.org/Me", "", "git.example.org", "443", "", ""},
    {"https://me@example.org:8443/b%20c#refs/heads/a/b", GIT_OVER_HTTPS,
     "https://example.org:8443/b%20c", "me", "example.org", "8443", "", "a/b"},
    {"http://localhost:3000/x.git", GIT_OVER_HTTP,
     "http://localhost:3000/x.git", "", "localhost", "3000", "", ""},
    {"http://[2001:DB8::1]:8080/x", GIT_OVER_HTTP,
     "http://[2001:db8::1]:8080/x", "", "2001:db8::1", "8080", "", ""},
    {"git://example.org/x", GIT_OVER_GIT, "git://example.org/x", "",
     "example.org", "9418", "", ""},
    {"git://[::1]/x#b", GIT_OVER_GIT, "git://[::1]/x", "", "::1", "9418", "",
     "b"},
    {"ssh://git@example.org:2222/srv/x.git", GIT_OVER_SSH,
     "ssh://example.org:2222/srv/x.git", "git", "example.org", "2222", "", ""},
    {"ssh://example.org/~me/x", GIT_OVER_SSH, "ssh://example.org/~me/x", "",
     "example.org", "22", "", ""},
    {"git@example.org:me/blog.git#main", GIT_OVER_SSH,
     "example.org:me/blog.git", "git", "example.org", "22", "", "main"},
    {"git@example.org:/srv/blog.git", GIT_OVER_SSH,
     "ssh://example.org/srv/blog.git", "git", "example.org", "22", "", ""},
    {"example.org:blog.git", GIT_OVER_SSH, "example.org:blog.git", "",
     "example.org", "22", "", ""},
    {"me@[::1]:blog.git", GIT_OVER_SSH, "[::1]:blog.git", "me", "::1", "22", "",
     ""},
    {"[::1]:/blog", GIT_OVER_SSH, "ssh://[::1]/blog", "", "::1", "22", "", ""},
    {"/srv/git/blog.git", GIT_LOCAL, "/srv/git/blog.git", "", "", "",
     "/srv/git/blog.git", ""},
    {"file:///srv/a%20b#x", GIT_LOCAL, "/srv/a b", "", "", "", "/srv/a b", "x"},
    {"file://localhost/srv/b", GIT_LOCAL, "/srv/b", "", "", "", "/srv/b", ""},
    {"../blog", GIT_LOCAL, "/base/../blog", "", "", "", "/base/../blog", ""},
    {"./a:b", GIT_LOCAL, "/base/a:b", "", "", "", "/base/a:b", ""},
    {".", GIT_LOCAL, "/base", "", "", "", "/base", ""},
    {"blog", GIT_LOCAL, "/base/blog", "", "", "", "/base/blog", ""},
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct good *g = &good[i];

		memset(&git, 'x', sizeof(git));
		memset(&dial, 'x', sizeof(dial));
		err.text[0] = '\0';
		if (conf_remote(g->text, "/base", &git, &dial, &err) == -1)
			fail_msg("%s: %s", g->text, err.text);
		assert_int_equal(git.transport, g->transport);
		assert_string_equal(git.url, g->url);
		assert_string_equal(git.user, g->user);
		assert_string_equal(git.host, g->host);
		assert_string_equal(git.port, g->port);
		assert_string_equal(git.path, g->path);
		assert_string_equal(git.branch, g->branch);
		assert_string_equal(dial.host, g->host);
		assert_string_equal(dial.port, g->port);
	}
}

static const struct {
	const char *text, *message;
} bad[] = {
    {"", "the location of the repository is missing"},
    {"#main", "the location of the repository is missing"},
    {"ftp://example.org/x",
     "\"ftp\" is no transport: use https, ssh, http, git or file"},
    {"://x", "\"\" is no transport: use https, ssh, http, git or file"},
    {"https://example.org", "the URL names a host but no repository"},
    {"https://example.org/", "the URL names a host but no repository"},
    {"https:///x", "the host name is missing"},
    {"https://:443/x", "\"\" is no host name"},
    {"https://a..b/x", "\"a..b\" is no host name"},
    {"https://-a/x", "\"-a\" is no host name"},
    {"https://a b/x", "a URL cannot hold the byte 0x20: write %20"},
    {"https://b\xc3\xbc.example/x",
     "a URL cannot hold the byte 0xc3: write %C3"},
    {"https://example.org:0/x", "\"0\" is no port: write 1 to 65535"},
    {"https://example.org:65536/x", "\"65536\" is no port: write 1 to 65535"},
    {"https://example.org:/x", "\"\" is no port: write 1 to 65535"},
    {"https://example.org:99999999999999999999/x",
     "\"9999999999999999\" is no port: write 1 to 65535"},
    {"https://[::1/x", "the \"]\" behind the address is missing"},
    {"https://[::g]/x", "\"[::g]\" is no IPv6 address"},
    {"https://[]/x", "\"[]\" is no IPv6 address"},
    {"https://[::1]8/x", "unexpected \"8\" behind the address"},
    {"https://me:secret@example.org/x",
     "no password in the URL, which everybody may read: write \"username\" "
     "and put it into a file named by \"password-file\""},
    {"https://me:p@ss@example.org/x",
     "no password in the URL, which everybody may read: write \"username\" "
     "and put it into a file named by \"password-file\""},
    {"https://@example.org/x", "the user name before \"@\" is missing"},
    {"https://example.org/x?y=1", "a repository's URL has no \"?\""},
    {"git://me@example.org/x",
     "the git protocol knows no users: take out \"me@\""},
    {"ssh://-oProxyCommand=x@example.org/x",
     "the user name before \"@\" is not usable"},
    {"ssh://example.org/x'y", "a URL cannot hold the byte 0x27: write %27"},
    {"git@example.org:", "there is no path behind \":\""},
    {"file://srv/x",
     "a file URL has three slashes, as in \"file:///srv/git/blog.git\""},
    {"file:///a%2", "a \"%\" is not followed by two hexadecimal digits"},
    {"file:///a%00b", "a \"%\" is not followed by two hexadecimal digits"},
    {"~/blog", "\"~/blog\": write the path out, \"~\" is not known here"},
    {"/x#", "\"\" behind \"#\" is no name of a branch"},
    {"/x#a..b", "\"a..b\" behind \"#\" is no name of a branch"},
    {"/x#-d", "\"-d\" behind \"#\" is no name of a branch"},
    {"/x#a b", "\"a b\" behind \"#\" is no name of a branch"},
    {"/x#a.lock", "\"a.lock\" behind \"#\" is no name of a branch"},
    {"/x#a/", "\"a/\" behind \"#\" is no name of a branch"},
    {"/x#a~1", "\"a~1\" behind \"#\" is no name of a branch"},
    {"/x#\xff", "\"\xff\" behind \"#\" is no name of a branch"},
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (conf_remote(bad[i].text, "/base", &git, &dial, &err) == 0)
			fail_msg("%s was taken", bad[i].text);
		assert_string_equal(err.text, bad[i].message);
	}
}

/* Whatever the length, nothing is written beyond a field. */
static void
test_long(void **state)
{
	static const char *const heads[] = {
	    "",		"/",   "https://", "https://h/", "a@b:",      "a@",
	    "file:///", "/x#", "ssh://u@", "[::1",	 "https://h:"};
	char text[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		for (size_t len = 50; len < 2900; len += 59) {
			size_t head = strlen(heads[i]);

			memcpy(text, heads[i], head);
			memset(text + head, 'a', len);
			text[head + len] = '\0';
			conf_remote(text, "/base", &git, &dial, &err);
			assert_true(
			    memchr(git.url, '\0', sizeof(git.url)) &&
			    memchr(git.host, '\0', sizeof(git.host)) &&
			    memchr(git.path, '\0', sizeof(git.path)) &&
			    memchr(git.branch, '\0', sizeof(git.branch)));
		}
}

static void
test_path(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(conf_path(out, sizeof(out), "/etc", "tls/x"), 0);
	assert_string_equal(out, "/etc/tls/x");
	assert_int_equal(conf_path(out, sizeof(out), "/", ".//x"), 0);
	assert_string_equal(out, "/x");
	assert_int_equal(conf_path(out, sizeof(out), "/etc", "/abs"), 0);
	assert_string_equal(out, "/abs");
	assert_int_equal(conf_path(out, sizeof(out), "/etc", "0123456789a"),
			 -1);
}

static void
test_site_url(void **state)
{
	struct site_url u;

	(void)state;
	assert_int_equal(
	    conf_site_url("https://Blog.example.org:443/", &u, &err), 0);
	assert_string_equal(u.url, "https://blog.example.org");
	assert_string_equal(u.host, "blog.example.org");
	assert_int_equal(u.https, 1);
	assert_int_equal(conf_site_url("http://[::1]:8080", &u, &err), 0);
	assert_string_equal(u.url, "http://[::1]:8080");
	assert_int_equal(u.https, 0);
	assert_int_equal(conf_site_url("blog.example.org", &u, &err), -1);
	assert_string_equal(
	    err.text, "\"blog.example.org\" is no address of a "
		      "site: write it as in \"https://blog.example.org\"");
	assert_int_equal(conf_site_url("https://a.example/b/", &u, &err), -1);
	assert_string_equal(
	    err.text,
	    "a site lives at the root of its host: leave out \"/b/\"");
	assert_int_equal(conf_site_url("https://me@a.example", &u, &err), -1);
	assert_string_equal(err.text, "a site's address names no user");
	assert_int_equal(conf_site_url("https://b\xc3\xbc.org", &u, &err), -1);
	assert_string_equal(err.text,
			    "\"b\xc3\xbc.org\": write the host name in "
			    "its ASCII form (xn--...)");
	assert_int_equal(conf_site_url("https://", &u, &err), -1);
}

static void
check_listen(const char *text, const char *host, const char *port)
{
	struct conf_listen l;

	if (conf_listen_address(text, 1, &l, &err) == -1)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(l.text, text);
	assert_string_equal(l.host, host);
	assert_string_equal(l.port, port);
	assert_int_equal(l.tls, 1);
}

static void
test_listen(void **state)
{
	static const char *const wrong[] = {
	    "",	      "*",	 "*:",	   "*:x",      "*:65536",  "*:-1",
	    "a b:80", "[::1:80", "::1:80", "[::z]:80", "*:000080", "*:80 "};
	struct conf_listen l;

	(void)state;
	check_listen("*:443", "*", "443");
	check_listen(":80", "*", "80");
	check_listen("8080", "*", "8080");
	check_listen("*:0", "*", "0");
	check_listen("192.0.2.1:80", "192.0.2.1", "80");
	check_listen("[2001:db8::1]:443", "2001:db8::1", "443");
	check_listen("Localhost:80", "localhost", "80");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (conf_listen_address(wrong[i], 0, &l, &err) == 0)
			fail_msg("\"%s\" was taken", wrong[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_long),     cmocka_unit_test(test_path),
	    cmocka_unit_test(test_site_url), cmocka_unit_test(test_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
