/* SPDX-License-Identifier: ISC */
/* The parts of a fetch that need no remote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/git/credentials.h"
#include "../../daemon/git/explain.h"
#include "../../daemon/git/hostkey.h"
#include "../../daemon/git/refs.h"
#include "../../daemon/git/reports.h"
#include "../../daemon/memfd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct err err;

static void
assert_says(const char *part)
{
	if (strstr(err.text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, err.text);
}

/* ---- which reference ---- */

static git_remote_head main_head = {.name =
					(char *)(uintptr_t) "refs/heads/main"};
static git_remote_head drafts = {.name =
				     (char *)(uintptr_t) "refs/heads/drafts"};
static git_remote_head tag = {.name = (char *)(uintptr_t) "refs/tags/main"};
static git_remote_head head = {.name = (char *)(uintptr_t) "HEAD",
			       .symref_target =
				   (char *)(uintptr_t) "refs/heads/main"};
static git_remote_head detached = {.name = (char *)(uintptr_t) "HEAD"};

static void
test_head_leads_to_its_branch(void **state)
{
	const git_remote_head *heads[] = {&head, &drafts, &main_head, &tag};
	const git_remote_head *alone[] = {&detached, &drafts};
	const git_remote_head *broken[] = {&head, &drafts};

	(void)state;
	assert_ptr_equal(refs_choose(heads, COUNT(heads), "", &err),
			 &main_head);
	assert_ptr_equal(refs_choose(alone, COUNT(alone), "", &err), &detached);
	assert_ptr_equal(refs_choose(broken, COUNT(broken), "", &err), &head);
}

static void
test_named_branch(void **state)
{
	const git_remote_head *heads[] = {&head, &drafts, &main_head, &tag};

	(void)state;
	assert_ptr_equal(refs_choose(heads, 4, "drafts", &err), &drafts);
	assert_ptr_equal(refs_choose(heads, 4, "refs/tags/main", &err), &tag);
	assert_null(refs_choose(heads, 4, "x", &err));
	assert_string_equal(
	    err.text, "the remote has no branch \"x\"; it has: drafts, main");
}

static void
test_nothing_to_choose(void **state)
{
	const git_remote_head *unborn[] = {&drafts};
	const git_remote_head *tags[] = {&tag};

	(void)state;
	assert_null(refs_choose(NULL, 0, "main", &err));
	assert_says("empty");
	assert_null(refs_choose(unborn, 1, "", &err));
	assert_says("it has: drafts");
	assert_null(refs_choose(tags, 1, "main", &err));
	assert_says("it has: none");
}

static void
test_many_and_long_names_are_cut(void **state)
{
	static git_remote_head many[1000];
	const git_remote_head *heads[COUNT(many)];
	char name[1000];

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name, "refs/heads/", 11);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < COUNT(many); i++) {
		many[i].name = i == 3 ? name : drafts.name;
		heads[i] = &many[i];
	}
	assert_null(refs_choose(heads, COUNT(many), "x", &err));
	assert_says(" and 992 more");
	for (size_t i = 0; i < COUNT(many); i++)
		many[i].name = name;
	assert_null(refs_choose(heads, COUNT(many), "x", &err));
	assert_says(" and 1000 more");
	name[255] = '\0';
	assert_null(refs_choose(heads, COUNT(many), name + 12, &err));
}

/* ---- messages ---- */

static const struct git_settings at = {.url = "https://git.example.org/b.git"};

static void
explained(const char *says, const char *part)
{
	assert_int_equal(explain(&at, says, &err), -1);
	assert_says("https://git.example.org/b.git: ");
	assert_says(part);
	assert_null(strchr(err.text, '\n'));
}

static void
test_explain(void **state)
{
	(void)state;
	explained("unexpected http status code: 404", "not found");
	explained("unexpected http status code: 503",
		  "unexpected http status code: 503");
	explained("cannot redirect from 'https' to 'http'",
		  "(cannot redirect from 'https' to 'http'); configure");
	explained("early EOF", "too early");
	explained("remote error: no such repository: /x\nmore",
		  "the remote says: no such repository: /x");
	explained("   fatal: not a git repository\n", ": fatal: not a git");
	explained("", "no reason given");
	explained("remote error: ", "the remote says: no reason given");
	explained("%s%n%s%n", "%s%n%s%n");
}

static void
test_explain_cuts_long_texts(void **state)
{
	char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	explained(text, "xxx");
	memcpy(text, "remote error: ", 14);
	explained(text, "the remote says: xxx");
}

/* ---- ssh host keys ---- */

static void
test_host_key(void **state)
{
	unsigned char hash[32] = {0};
	char text[HOSTKEY_TEXT];

	(void)state;
	hostkey_text(hash, text);
	assert_string_equal(
	    text, "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	assert_int_equal(hostkey_check(text, "h", "RSA", hash, &err), 0);
	text[strlen(text) + 1] = '\0';
	text[strlen(text)] = '=';
	assert_int_equal(hostkey_check(text, "h", "RSA", hash, &err), 0);
	text[strlen(text) + 1] = '\0';
	text[strlen(text)] = '=';
	assert_int_equal(hostkey_check(text, "h", "RSA", hash, &err), -1);
	text[20] = '\0';
	assert_int_equal(hostkey_check(text, "h", "RSA", hash, &err), -1);
	hash[31] = 1;
	hostkey_text(hash, text);
	hash[31] = 2;
	assert_int_equal(hostkey_check(text, "h", "RSA", hash, &err), -1);
	assert_says("not the `host-key` configured");
	assert_says(text);
	assert_int_equal(hostkey_check("", "h", "RSA", hash, &err), -1);
	assert_says("set `host-key`");
	hostkey_text(hash, text);
	assert_says(text);
}

/* ---- credentials ---- */

static int
file_of(const char *text, size_t len)
{
	int fd = memfd_new("test", NULL);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	return fd;
}

static int
load(struct credentials *c, enum remote_transport transport, const char *user,
     const char *key, const char *password)
{
	struct git_settings s = {.transport = transport, .url = "URL"};
	int k = key != NULL ? file_of(key, strlen(key)) : -1;
	int p = password != NULL ? file_of(password, strlen(password)) : -1;
	int rc;

	snprintf(s.user, sizeof(s.user), "%s", user);
	rc = credentials_load(c, &s, k, p, &err);
	if (k != -1)
		close(k);
	if (p != -1)
		close(p);
	return rc;
}

static void
drop(struct credentials *c)
{
	free(c->ssh_key);
	free(c->password);
}

#define KEY "-----BEGIN OPENSSH PRIVATE KEY-----\n"

static void
test_credentials_fit_the_transport(void **state)
{
	static const struct {
		enum remote_transport transport;
		const char *user, *key, *password, *says;
	} cases[] = {
	    {GIT_OVER_HTTP, "", NULL, NULL, NULL},
	    {GIT_OVER_HTTP, "u", NULL, NULL, "plain http"},
	    {GIT_OVER_HTTP, "", NULL, "p", "plain http"},
	    {GIT_OVER_GIT, "u", NULL, NULL, "git protocol"},
	    {GIT_OVER_GIT, "", NULL, "p", "git protocol"},
	    {GIT_OVER_HTTPS, "u", NULL, "p", NULL},
	    {GIT_OVER_SSH, "", NULL, NULL, "`ssh-key`"},
	    {GIT_OVER_SSH, "", KEY, NULL, NULL},
	    {GIT_OVER_SSH, "", NULL, "p", NULL},
	    {GIT_OVER_SSH, "", "ssh-ed25519 AAAA", NULL, "no private key"},
	    {GIT_OVER_SSH, "", "", NULL, "empty file"},
	    {GIT_OVER_HTTPS, "u", NULL, "\np", "empty first line"},
	};
	struct credentials c;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int rc = load(&c, cases[i].transport, cases[i].user,
			      cases[i].key, cases[i].password);

		assert_int_equal(rc, cases[i].says != NULL ? -1 : 0);
		if (cases[i].says != NULL)
			assert_says(cases[i].says);
		drop(&c);
	}
}

static void
test_password_is_the_first_line(void **state)
{
	struct credentials c;

	(void)state;
	assert_int_equal(load(&c, GIT_OVER_HTTPS, "", NULL, "to ken\r\nx"), 0);
	assert_string_equal(c.password, "to ken");
	drop(&c);
}

static void
test_hostile_secret_files(void **state)
{
	static char big[200000];
	struct git_settings s = {.transport = GIT_OVER_HTTPS};
	struct credentials c;
	int fd;

	(void)state;
	memset(big, 'x', sizeof(big));
	fd = file_of(big, sizeof(big));
	assert_int_equal(credentials_load(&c, &s, -1, fd, &err), -1);
	assert_says("larger than");
	drop(&c);
	close(fd);
	fd = file_of("a\0b", 3);
	assert_int_equal(credentials_load(&c, &s, -1, fd, &err), -1);
	assert_says("not a text file");
	drop(&c);
	close(fd);
}

static void
test_basic_header(void **state)
{
	struct git_settings s = {.user = "Aladdin"};
	char password[] = "open sesame";
	struct credentials c = {.password = password}, none = {0};
	struct buf b = {0};

	(void)state;
	credentials_header(&c, &s, &b); /* RFC 7617 section 2 */
	assert_string_equal(
	    buf_cstr(&b), "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	buf_clear(&b);
	s.user[0] = '\0';
	credentials_header(&c, &s, &b);
	assert_string_equal(buf_cstr(&b),
			    "Authorization: Basic Z2l0Om9wZW4gc2VzYW1l");
	buf_clear(&b);
	credentials_header(&none, &s, &b);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

/* ---- reports ---- */

static void
test_reports_are_news_once(void **state)
{
	struct reports r = {0};

	(void)state;
	assert_int_equal(reports_add(&r, "b"), 1);
	assert_int_equal(reports_add(&r, "a"), 1);
	reports_end(&r, 1);
	assert_int_equal(reports_add(&r, "a"), 0);
	assert_int_equal(reports_add(&r, "c"), 1);
	reports_end(&r, 0); /* not published: a and b are still what was said */
	assert_int_equal(reports_add(&r, "b"), 0);
	assert_int_equal(reports_add(&r, "c"), 1);
	reports_end(&r, 1);
	assert_int_equal(reports_add(&r, "a"), 1); /* gone and back */
	reports_end(&r, 1);
	reports_end(&r, 1);
	assert_int_equal(reports_add(&r, "a"), 1);
	reports_end(&r, 0);
}

static void
test_reports_end_somewhere(void **state)
{
	struct reports r = {0};
	char line[16];

	(void)state;
	for (int i = 0; i < REPORTS_MAX + 3; i++) {
		snprintf(line, sizeof(line), "%d", i);
		assert_int_equal(reports_add(&r, line), i < REPORTS_MAX);
	}
	assert_int_equal(r.nnow, REPORTS_MAX);
	assert_int_equal(r.more, 3);
	reports_end(&r, 1);
	assert_int_equal(r.more, 0);
	assert_int_equal(reports_add(&r, "0"), 0);
	reports_end(&r, 1);
	reports_end(&r, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_head_leads_to_its_branch),
	    cmocka_unit_test(test_named_branch),
	    cmocka_unit_test(test_nothing_to_choose),
	    cmocka_unit_test(test_many_and_long_names_are_cut),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_explain_cuts_long_texts),
	    cmocka_unit_test(test_host_key),
	    cmocka_unit_test(test_credentials_fit_the_transport),
	    cmocka_unit_test(test_password_is_the_first_line),
	    cmocka_unit_test(test_hostile_secret_files),
	    cmocka_unit_test(test_basic_header),
	    cmocka_unit_test(test_reports_are_news_once),
	    cmocka_unit_test(test_reports_end_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
