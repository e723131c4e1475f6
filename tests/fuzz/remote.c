/* SPDX-License-Identifier: ISC */
#include "../../daemon/conf_remote.h"
#include "../../daemon/conf_url.h"
#include "../../daemon/syslog_address.h"
#include "fuzz.h"

static int
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return 0;
	return 1;
}

static void
check_remote(const char *text)
{
	struct git_settings git = {0};
	struct dial_settings dial = {0};
	struct err err;

	if (conf_remote(text, "/base", &git, &dial, &err) == -1)
		return;
	CHECK(strnlen(git.url, sizeof(git.url)) < sizeof(git.url));
	CHECK(printable(git.branch));
	/* Files may be named as they like. */
	if (git.transport == GIT_LOCAL) {
		CHECK(git.path[0] == '/');
		return;
	}
	CHECK(printable(git.url) && printable(git.host));
	CHECK(printable(git.user));
	CHECK(dial.host[0] != '\0' && dial.port[0] != '\0');
	CHECK(strcmp(git.host, dial.host) == 0);
}

static void
check_site(const char *text)
{
	struct site_url once, twice;
	struct err err;

	if (conf_site_url(text, &once, &err) == -1)
		return;
	CHECK(printable(once.url) && once.host[0] != '\0');
	CHECK(conf_site_url(once.url, &twice, &err) == 0);
	CHECK(strcmp(once.url, twice.url) == 0);
}

/* What is made of it says the same. */
static void
check_syslog(const char *text)
{
	struct msg_address once, twice;
	char again[SYSLOG_ADDRESS_MAX];
	struct err err;

	if (syslog_address(text, &once, &err) == -1)
		return;
	syslog_address_text(&once, again);
	CHECK(syslog_address(again, &twice, &err) == 0);
	CHECK(memcmp(&once, &twice, sizeof(once)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = xstrndup((const char *)data, len);
	struct conf_listen listen;
	struct err err;

	check_remote(text);
	check_site(text);
	check_syslog(text);
	if (conf_listen_address(text, len & 1, &listen, &err) == 0)
		CHECK(listen.port[0] != '\0' ? listen.host[0] != '\0'
					     : listen.host[0] == '/');
	free(text);
	return 0;
}
