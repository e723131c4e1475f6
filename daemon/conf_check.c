/* SPDX-License-Identifier: ISC */
#include "conf_draft.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf_remote.h"
#include "conf_url.h"

/* ------------------------------------------------------ the command line -- */

static void
override(struct draft *d, const char *flag, const char *section,
	 const char *name, const char *value)
{
	const struct conf_option *o = conf_option_find(section, name);
	struct err err;

	if (conf_option_set(d, o, value, &err) == -1)
		draft_problem(d, LINE_COMMAND, "%s: %s", flag, err.text);
}

static void
override_port(struct draft *d, const char *flag, const char *port, int tls)
{
	struct conf_listen *list = tls ? d->https : d->http;
	char text[16];
	struct err err;

	if (!conf_is_port(port, 0)) {
		draft_problem(d, LINE_COMMAND,
			      "%s: \"%.32s\" is no port: write 0 to 65535",
			      flag, port);
		return;
	}
	snprintf(text, sizeof(text), "*:%s", port);
	if (conf_listen_address(text, tls, &list[0], &err) == -1)
		draft_problem(d, LINE_COMMAND, "%s: %s", flag, err.text);
	*(tls ? &d->nhttps : &d->nhttp) = 1;
	*(tls ? &d->https_set : &d->http_set) = 1;
}

/* Canopy's names for the files, where it looks for them. */
static void
override_certificate(struct draft *d, const char *cwd)
{
	struct draft_pair *pair = &d->pair[0];

	if (d->tls > 0 || pair->certificate[0] != '\0' || pair->key[0] != '\0')
		return;
	if (conf_path(pair->certificate, PATH_LEN, cwd, "tls/server.pem") ==
		-1 ||
	    conf_path(pair->key, PATH_LEN, cwd, "tls/server.key") == -1)
		draft_problem(d, LINE_COMMAND, "--tls: the path is too long");
	pair->certificate_line = pair->key_line = LINE_COMMAND;
}

static void
override_hook(struct draft *d, const char *hook)
{
	char path[sizeof(d->conf.serve.hook)];

	if (strlen(hook) + 2 > sizeof(path)) {
		draft_problem(d, LINE_COMMAND, "--hook: too long");
		return;
	}
	snprintf(path, sizeof(path), "%s%s",
		 hook[0] == '/' || hook[0] == '\0' ? "" : "/", hook);
	override(d, "--hook", "site", "hook", path);
}

void
conf_override(struct draft *d, const struct conf_options *opt, const char *cwd)
{
	if (opt->index != NULL)
		override(d, "--index", "site", "index", opt->index);
	if (opt->name != NULL)
		override(d, "--name", "site", "name", opt->name);
	if (opt->hook != NULL)
		override_hook(d, opt->hook);
	if (opt->port != NULL)
		override_port(d, "--port", opt->port, 0);
	if (opt->tls != NULL) {
		override_port(d, "--tls", opt->tls, 1);
		override_certificate(d, cwd);
	}
}

/* --------------------------------------------------------- the repository --
 */

static void
check_ssh(struct draft *d, int line, const char *what)
{
	const struct conf_site *site = &d->conf.site;

	if (site->ssh_key[0] == '\0')
		draft_problem(
		    d, line,
		    "%s: ssh needs \"ssh-key\", the file of a private key that "
		    "may read the repository (make one: ssh-keygen -t ed25519 "
		    "-N '' -f FILE)",
		    what);
	if (site->git.host_key[0] == '\0')
		draft_problem(
		    d, line,
		    "%s: ssh needs \"host-key\", the fingerprint of the "
		    "server's key (print it: ssh-keyscan -p %s %s | "
		    "ssh-keygen -lf -)",
		    what, site->git.port, site->git.host);
}

static const char *
transport_name(uint32_t transport)
{
	static const char *const names[] = {[GIT_OVER_HTTPS] = "https",
					    [GIT_OVER_HTTP] = "http",
					    [GIT_OVER_GIT] = "git",
					    [GIT_OVER_SSH] = "ssh",
					    [GIT_LOCAL] = "a directory"};

	return names[transport];
}

/* Empties a setting that this transport has no use for.  In the file that is a
 * misunderstanding, after --remote it is not. */
static void
only_for(struct draft *d, const char *name, char *value, int used,
	 const char *purpose, int overridden)
{
	if (used || value[0] == '\0')
		return;
	if (!overridden)
		draft_problem(
		    d, draft_line(d, "site", name),
		    "%s: is for repositories over %s, this one is over %s",
		    name, purpose, transport_name(d->conf.site.git.transport));
	value[0] = '\0';
}

static void
check_credentials(struct draft *d, int line, const char *what, int overridden)
{
	struct conf_site *site = &d->conf.site;
	int https = site->git.transport == GIT_OVER_HTTPS;
	int ssh = site->git.transport == GIT_OVER_SSH;

	only_for(d, "ca", site->ca, https, "https", overridden);
	only_for(d, "ssh-key", site->ssh_key, ssh, "ssh", overridden);
	only_for(d, "host-key", site->git.host_key, ssh, "ssh", overridden);
	only_for(d, "username", site->git.user, https || ssh, "https or ssh",
		 overridden);
	only_for(d, "password-file", site->password, https, "https",
		 overridden);
	if (ssh)
		check_ssh(d, line, what);
}

/* Credentials of the file go to the host of the file and to no other. */
static void
check_same_host(struct draft *d, const struct git_settings *now)
{
	struct git_settings git = {0};
	struct dial_settings dial;
	struct conf_site *site = &d->conf.site;

	if (d->repository[0] == '\0' || now->transport == GIT_LOCAL ||
	    (site->password[0] == '\0' && site->ssh_key[0] == '\0') ||
	    conf_remote(d->repository, d->base, &git, &dial, NULL) == -1)
		return;
	if (git.transport != now->transport ||
	    strcmp(git.host, now->host) != 0 ||
	    strcmp(git.port, now->port) != 0)
		draft_problem(
		    d, LINE_COMMAND,
		    "--remote: the configuration "
		    "holds credentials for another repository, which must not "
		    "go to %s",
		    now->host);
}

/* The user may stand in the URL or in "username"; the URL of --remote wins. */
static int
check_user(struct draft *d, int line, const char *what, const char *username)
{
	struct git_settings *git = &d->conf.site.git;

	if (git->user[0] != '\0' && git->transport == GIT_OVER_HTTP) {
		draft_problem(
		    d, line,
		    "%s: a user over plain http could be read by everybody: "
		    "use https",
		    what);
		return -1;
	}
	if (git->user[0] == '\0')
		memcpy(git->user, username, sizeof(git->user));
	else if (username[0] != '\0' && line != LINE_COMMAND &&
		 strcmp(username, git->user) != 0)
		draft_problem(
		    d, line,
		    "%s: names the user \"%s\", \"username\" names another",
		    what, git->user);
	return 0;
}

static void
check_repository(struct draft *d, const char *remote, const char *cwd)
{
	int over = remote != NULL;
	int line = over ? LINE_COMMAND : draft_line(d, "site", "repository");
	const char *what = over ? "--remote" : "repository";
	struct conf_site *site = &d->conf.site;
	char username[sizeof(site->git.user)];
	struct err err;

	memcpy(username, site->git.user, sizeof(username));
	if (conf_remote(over ? remote : d->repository, over ? cwd : d->base,
			&site->git, &site->dial, &err) == -1) {
		draft_problem(d, line, "%s: %s", what, err.text);
		return;
	}
	if (over)
		check_same_host(d, &site->git);
	if (check_user(d, line, what, username) == 0)
		check_credentials(d, line, what, over);
}

/* ------------------------------------------------------------------- TLS -- */

static void
check_pair(struct draft *d, const struct draft_pair *p, int line)
{
	struct conf_site *site = &d->conf.site;
	struct conf_cert *cert = &site->cert[site->ncerts];

	if (p->certificate[0] == '\0' && p->key[0] == '\0')
		return;
	if (p->key[0] == '\0')
		draft_problem(
		    d, p->certificate_line > 0 ? p->certificate_line : line,
		    "certificate: its private key is missing: add "
		    "\"key\"");
	else if (p->certificate[0] == '\0')
		draft_problem(
		    d, p->key_line > 0 ? p->key_line : line,
		    "key: its certificate is missing: add \"certificate\"");
	else if (site->ncerts == CERTS_MAX)
		draft_problem(d, line, "more than %d certificates", CERTS_MAX);
	else {
		memcpy(cert->certificate, p->certificate, PATH_LEN);
		memcpy(cert->key, p->key, PATH_LEN);
		site->ncerts++;
	}
}

static void
check_certificates(struct draft *d)
{
	for (unsigned i = 0; i <= CERTS_MAX; i++)
		check_pair(d, &d->pair[i], d->site_line);
	d->conf.keys.certificates = d->conf.site.ncerts;
}

/* ------------------------------------------------------------- addresses -- */

static int
same_address(const struct conf_listen *a, const struct conf_listen *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0 &&
	       strcmp(a->port, "0") != 0;
}

static void
add_listen(struct draft *d, const struct conf_listen *l, const char *section)
{
	struct conf *conf = &d->conf;
	int line = draft_line(d, "root", section);

	for (uint32_t i = 0; i < conf->nlisten; i++)
		if (same_address(&conf->listen[i], l)) {
			draft_problem(d, line, "%s: \"%s\" is listed twice",
				      section, l->text);
			return;
		}
	if (conf->nlisten == LISTEN_MAX)
		draft_problem(d, line, "%s: more than %d addresses", section,
			      LISTEN_MAX);
	else
		conf->listen[conf->nlisten++] = *l;
}

static void
check_listen(struct draft *d)
{
	int tls = d->conf.site.ncerts > 0;

	if (!d->http_set)
		conf_listen_address("*:80", 0, &d->http[d->nhttp++], NULL);
	if (!d->https_set && tls)
		conf_listen_address("*:443", 1, &d->https[d->nhttps++], NULL);
	for (uint32_t i = 0; i < d->nhttps; i++)
		add_listen(d, &d->https[i], "https");
	for (uint32_t i = 0; i < d->nhttp; i++)
		add_listen(d, &d->http[i], "http");
	d->conf.serve.tls = d->nhttps > 0;
	if (d->nhttps > 0 && !tls)
		draft_problem(
		    d, draft_line(d, "root", "https"),
		    "https: TLS needs \"certificate\" and \"key\" in the "
		    "section \"site\"");
	if (d->conf.nlisten == 0)
		draft_problem(
		    d, draft_line(d, "root", "http"),
		    "http: there is no address to listen on: name one in "
		    "\"http\", or in \"https\" with a certificate");
	if (d->metrics_set)
		add_listen(d, &d->metrics, "metrics");
}

/* ----------------------------------------------------------- the site's -- */

static void
add_name(struct serve_settings *serve, const char *name)
{
	for (uint32_t i = 0; i < serve->nnames; i++)
		if (strcasecmp(serve->names[i], name) == 0)
			return;
	if (serve->nnames < NAMES_MAX)
		snprintf(serve->names[serve->nnames++], HOST_MAX, "%s", name);
}

/* SNI carries names, not addresses (RFC 6066 section 3). */
static int
is_address(const char *host)
{
	return strchr(host, ':') != NULL ||
	       host[strspn(host, "0123456789.")] == '\0';
}

static void
check_title(struct draft *d)
{
	struct conf *conf = &d->conf;
	struct site_url url = {0};
	struct err err;

	if (conf->site.title[0] != '\0' &&
	    conf_site_url(conf->site.title, &url, &err) == -1) {
		draft_problem(d, d->site_line, "site: %s", err.text);
		return;
	}
	if (url.url[0] != '\0' && !url.https && conf->serve.tls)
		draft_problem(d, d->site_line,
			      "site: with a certificate the "
			      "address is \"https://%s\"",
			      url.url + strlen("http://"));
	memcpy(conf->site.render.url, url.url, sizeof(url.url));
	if (conf->serve.tls)
		memcpy(conf->serve.https_url, url.url, sizeof(url.url));
	if (url.host[0] != '\0' && !is_address(url.host))
		add_name(&conf->serve, url.host);
	for (uint32_t i = 0; i < d->nnames; i++)
		add_name(&conf->serve, d->names[i]);
}

static void
check_numbers(struct draft *d)
{
	const struct conf *conf = &d->conf;
	int line = draft_line(d, "serve", "max-target");

	if (conf->serve.max_target > conf->serve.max_header_bytes)
		draft_problem(
		    d, line > 0 ? line : draft_line(d, "serve", "max-header"),
		    "max-target: is larger than \"max-header\", which counts "
		    "the target as well");
	if (conf->site.git.silence_s > conf->site.git.deadline_s) {
		line = draft_line(d, "fetch", "silence");
		draft_problem(
		    d, line > 0 ? line : draft_line(d, "fetch", "deadline"),
		    "silence: is longer than \"deadline\"");
	}
}

void
conf_check(struct draft *d, const struct conf_options *opt, const char *cwd)
{
	struct conf *conf = &d->conf;

	if (opt->remote != NULL || d->repository[0] != '\0')
		check_repository(d, opt->remote, cwd);
	else if (d->site_line == 0)
		draft_problem(
		    d, LINE_NONE,
		    "there is no site: write site "
		    "\"https://blog.example.org\" { repository = \"...\" }");
	else
		draft_problem(
		    d, d->site_line,
		    "site: \"repository\" is "
		    "missing: say where the blog's Git repository is");
	check_certificates(d);
	check_listen(d);
	check_title(d);
	check_numbers(d);
	memcpy(conf->site.render.hook, conf->serve.hook,
	       sizeof(conf->site.render.hook));
	if (!conf->serve.tls)
		conf->serve.hsts_s = 0;
}
