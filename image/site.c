/* SPDX-License-Identifier: ISC */
#include "site.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/conf_url.h"
#include "cpio.h"
#include "file.h"
#include "secrets.h"

static const struct file_kind config_kind = {"--config", 1 << 20, 0};

/* ------------------------------------------------------------- the files -- */

static void
read_config(struct site *s, struct faults *faults)
{
	struct buf *config = &s->parts.config;
	const char *path = s->options->config;

	if (file_read(path, &config_kind, config, faults) == -1)
		return;
	if (config->len > 0 && memchr(config->data, '\0', config->len)) {
		fault(faults, "--config: %s is no text file", path);
		buf_clear(config);
	}
	buf_cstr(config);
	s->parts.whole = confwrite_is_whole(config);
	if (s->parts.whole)
		confwrite_refuse(s->options, faults);
}

static void
read_hook(struct site *s, struct faults *faults)
{
	const struct image_options *o = s->options;

	if (o->hook != NULL && o->hook_file != NULL)
		fault(faults, "--hook: leave it out, --hook-file names the "
			      "path already");
	if (o->hook_file != NULL)
		secrets_hook(o->hook_file, &s->hook, faults);
	else if (o->hook != NULL)
		buf_printf(&s->hook, "%s%s", o->hook[0] == '/' ? "" : "/",
			   o->hook);
	if (s->hook.len > 0)
		s->parts.hook = buf_cstr(&s->hook);
}

static void
read_files(struct site *s, struct faults *faults)
{
	const struct image_options *o = s->options;

	s->parts.tls = o->tls != NULL || o->tls_dir != NULL;
	if (s->parts.tls)
		tls_read(&s->tls, o->tls_dir != NULL ? o->tls_dir : "tls",
			 faults);
	if (o->ssh_key != NULL)
		secrets_ssh_key(o->ssh_key, &s->ssh_key, faults);
	if (o->password_file != NULL)
		secrets_password(o->password_file, &s->password, faults);
	if (o->ca != NULL)
		secrets_ca(o->ca, &s->ca, faults);
	if (o->config != NULL)
		read_config(s, faults);
	read_hook(s, faults);
}

/* -------------------------------------------------------------- settings -- */

static void
check_port(const char *option, const char *port, struct faults *faults)
{
	if (port != NULL && !conf_is_port(port, 1))
		fault(faults, "%s: \"%s\" is no port: write 1 to 65535", option,
		      port);
}

/* --url, or the certificate's first name with the port of TLS. */
static void
choose_url(struct site *s, struct faults *faults)
{
	const struct image_options *o = s->options;
	int usual = o->tls == NULL || strcmp(o->tls, "443") == 0;

	if (o->url != NULL)
		snprintf(s->url, sizeof(s->url), "%s", o->url);
	else if (s->tls.name[0] != '\0')
		snprintf(s->url, sizeof(s->url), "https://%s%s%s", s->tls.name,
			 usual ? "" : ":", usual ? "" : o->tls);
	else if (s->tls.leaf != NULL && !s->parts.whole)
		fault(faults,
		      "--url: is needed, as the certificate names no single "
		      "host: write the site's public address, such as "
		      "https://blog.example.org");
	s->parts.url = s->url;
}

/* Where nobody types a password, one in a user's name is a slip. */
static void
check_username(const struct image_options *o, struct faults *faults)
{
	if (o->username != NULL && strchr(o->username, ':') != NULL)
		fault(faults, "--username: a name holds no \":\"; a password "
			      "goes into the file that --password-file names");
}

void
site_read(struct site *s, const struct image_options *o, struct faults *faults)
{
	memset(s, 0, sizeof(*s));
	s->options = s->parts.options = o;
	check_port("--port", o->port, faults);
	check_port("--tls", o->tls, faults);
	if (o->port != NULL && o->tls != NULL && strcmp(o->port, o->tls) == 0)
		fault(faults, "--port: %s is the port of --tls already",
		      o->port);
	check_username(o, faults);
	read_files(s, faults);
	choose_url(s, faults);
	confwrite(&s->parts, &s->text);
	s->readable =
	    confwrite_check(&s->parts, &s->text, &s->conf, faults) == 0;
}

/* ---------------------------------------------------------------- checks -- */

static const struct {
	const char *path, *option;
} places[] = {
    {GUEST_DIR "/" GUEST_CERTIFICATE, "--tls-dir"},
    {GUEST_DIR "/" GUEST_KEY, "--tls-dir"},
    {GUEST_DIR "/" GUEST_SSH_KEY, "--ssh-key"},
    {GUEST_DIR "/" GUEST_PASSWORD, "--password-file"},
    {GUEST_DIR "/" GUEST_CA, "--ca"},
};

/* A file that the configuration names has to be the one that an option puts
 * there. */
static void
check_place(const char *setting, const char *path, unsigned place,
	    const char *given, struct faults *faults)
{
	if (path[0] == '\0')
		return;
	if (strcmp(path, places[place].path) != 0)
		fault(faults,
		      "--config: %s is %s, which is not in the guest: write "
		      "\"%s\", and give the file with %s",
		      setting, path, places[place].path + sizeof(GUEST_DIR),
		      places[place].option);
	else if (given == NULL)
		fault(faults, "%s: is missing: the configuration names %s",
		      places[place].option, path);
}

static void
check_places(const struct site *s, struct faults *faults)
{
	const struct image_options *o = s->options;
	const struct conf_site *site = &s->conf.site;

	for (unsigned i = 0; i < site->ncerts; i++) {
		check_place("certificate", site->cert[i].certificate, 0,
			    o->tls_dir, faults);
		check_place("key", site->cert[i].key, 1, o->tls_dir, faults);
	}
	check_place("ssh-key", site->ssh_key, 2, o->ssh_key, faults);
	check_place("password-file", site->password, 3, o->password_file,
		    faults);
	check_place("ca", site->ca, 4, o->ca, faults);
}

static void
check_address(const struct site *s, struct faults *faults)
{
	struct site_url url;

	if (s->conf.site.render.url[0] == '\0' || s->conf.site.ncerts == 0 ||
	    conf_site_url(s->conf.site.render.url, &url, NULL) == -1)
		return;
	tls_check_host(&s->tls, url.host, faults);
}

/* What a guest without disks and other users cannot do. */
static void
check_guest(const struct site *s, struct faults *faults)
{
	const struct conf *conf = &s->conf;

	if (strcmp(conf->user, "blogd") != 0)
		fault(faults,
		      "--config: the guest has no user \"%s\": leave "
		      "out \"user\"",
		      conf->user);
	if (conf->access.to == ACCESS_FILE)
		fault(faults,
		      "--config: the guest has no disk for an access log at "
		      "%s: write access = \"stderr\", which is its console",
		      conf->access.path);
	if (conf->control[0] != '\0' &&
	    strcmp(conf->control, CONTROL_PATH) != 0)
		fault(faults,
		      "--config: the guest has no directory for a socket at "
		      "%s, and no blogctl to ask there: leave out \"control\"",
		      conf->control);
	if (conf->site.dial_socket[0] != '\0')
		fault(faults, "--config: nobody else is in the guest to "
			      "connect for it: leave out \"dial\"");
}

static void
check_remote(const struct site *s, const struct network *n,
	     struct faults *faults)
{
	const struct git_settings *git = &s->conf.site.git;

	if (git->transport == GIT_LOCAL)
		fault(faults,
		      "--remote: %s is a directory, and the guest has no "
		      "disk: give a URL that it can clone",
		      s->options->remote != NULL ? s->options->remote
						 : git->path);
	else
		network_check_remote(n, git->host, faults);
	if (git->transport == GIT_OVER_HTTP || git->transport == GIT_OVER_GIT)
		caution(faults,
			"--remote: whoever is on the way to %s can "
			"change the site: use https or ssh",
			git->host);
}

void
site_check(const struct site *s, const struct network *n, struct faults *faults)
{
	if (!s->readable)
		return;
	if (s->parts.whole)
		check_places(s, faults);
	check_address(s, faults);
	check_guest(s, faults);
	check_remote(s, n, faults);
	if (s->conf.site.ncerts == 0)
		caution(faults, "without --tls the site is served over plain "
				"http");
}

/* --------------------------------------------------------------- archive -- */

#define IN_GUEST(name) &(GUEST_DIR "/" name)[1] /* no slash in front */

static void
add(struct cpio *c, const char *path, unsigned mode, const struct buf *data)
{
	if (data->len > 0)
		cpio_file(c, path, mode, GUEST_USER, data->data, data->len);
}

void
site_archive(const struct site *s, const struct network *n, struct buf *out)
{
	struct cpio c = {.out = out};
	struct buf resolv = {0};

	buf_reserve(out, s->text.len + s->tls.certificate.len + s->tls.key.len +
			     s->ssh_key.len + s->password.len + s->ca.len +
			     8192);
	cpio_directory(&c, "etc", 0755);
	network_resolv(n, &resolv);
	if (resolv.len > 0)
		cpio_file(&c, "etc/resolv.conf", 0644, 0, resolv.data,
			  resolv.len);
	cpio_directory(&c, &GUEST_DIR[1], 0755);
	add(&c, IN_GUEST(GUEST_CONF), 0600, &s->text);
	add(&c, IN_GUEST(GUEST_CA), 0444, &s->ca);
	add(&c, IN_GUEST(GUEST_PASSWORD), 0400, &s->password);
	add(&c, IN_GUEST(GUEST_SSH_KEY), 0400, &s->ssh_key);
	if (s->tls.certificate.len > 0) {
		cpio_directory(&c, IN_GUEST("tls"), 0755);
		add(&c, IN_GUEST(GUEST_CERTIFICATE), 0444, &s->tls.certificate);
		add(&c, IN_GUEST(GUEST_KEY), 0400, &s->tls.key);
	}
	cpio_end(&c);
	buf_free(&resolv);
}

void
site_free(struct site *s)
{
	tls_free(&s->tls);
	file_forget(&s->ssh_key);
	file_forget(&s->password);
	file_forget(&s->hook);
	file_forget(&s->text);
	file_forget(&s->parts.config);
	buf_free(&s->ca);
}
