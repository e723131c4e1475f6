/* SPDX-License-Identifier: ISC */
#include "conf_set.h"

#include <string.h>

#include "conf_url.h"

/* The pair that a certificate or key belongs to; too many are reported by the
 * check, all in the last place. */
static struct draft_pair *
pair_of(struct draft *d, const struct conf_option *o)
{
	unsigned i = strcmp(o->section, "tls") == 0 ? d->tls + 1 : 0;

	return &d->pair[i <= CERTS_MAX ? i : CERTS_MAX];
}

int
conf_set_certificate(struct draft *d, const struct conf_option *o,
		     const char *value, struct err *err)
{
	return conf_store_path(d, pair_of(d, o)->certificate, value, err);
}

int
conf_set_key(struct draft *d, const struct conf_option *o, const char *value,
	     struct err *err)
{
	return conf_store_path(d, pair_of(d, o)->key, value, err);
}

static int
set_listen(struct conf_listen *list, uint32_t *n, const char *value, int tls,
	   struct err *err)
{
	if (*n == LISTEN_MAX)
		return err_set(err, "more than %d addresses", LISTEN_MAX);
	if (conf_listen_address(value, tls, &list[*n], err) == -1)
		return -1;
	++*n;
	return 0;
}

int
conf_set_http(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	(void)o;
	return set_listen(d->http, &d->nhttp, value, 0, err);
}

int
conf_set_https(struct draft *d, const struct conf_option *o, const char *value,
	       struct err *err)
{
	(void)o;
	return set_listen(d->https, &d->nhttps, value, 1, err);
}

/* Readers' addresses may be "9100" for all of the host's: what is told here is
 * not for everybody, so that has to be said. */
int
conf_set_metrics(struct draft *d, const struct conf_option *o,
		 const char *value, struct err *err)
{
	(void)o;
	d->metrics_set = strcmp(value, "off") != 0;
	if (!d->metrics_set)
		return 0;
	if (conf_listen_address(value, 0, &d->metrics, err) == -1)
		return -1;
	if (strcmp(d->metrics.host, "*") == 0 && value[0] != '*')
		return err_set(err,
			       "\"%.64s\" would be open to everybody: write "
			       "\"127.0.0.1:%s\", or \"*:%s\" if it is to be",
			       value, d->metrics.port, d->metrics.port);
	d->metrics.metrics = 1;
	return 0;
}

int
conf_set_control(struct draft *d, const struct conf_option *o,
		 const char *value, struct err *err)
{
	char path[PATH_LEN];

	if (value[0] == '\0')
		return err_set(err, "write a path, or \"off\"");
	if (strcmp(value, "off") == 0)
		value = "";
	if (conf_store_path(d, path, value, err) == -1)
		return -1;
	if (strlen(path) >= o->size)
		return err_set(err,
			       "the path of a socket has at most %zu bytes",
			       o->size - 1);
	memcpy(conf_option_field(d, o), path, strlen(path) + 1);
	return 0;
}

int
conf_set_proxy_from(struct draft *d, const struct conf_option *o,
		    const char *value, struct err *err)
{
	struct serve_settings *serve = &d->conf.serve;

	(void)o;
	if (serve->nproxy_from == PROXY_FROM_MAX)
		return err_set(err, "more than %d addresses", PROXY_FROM_MAX);
	if (conf_proxy_source(value, &serve->proxy_from[serve->nproxy_from],
			      err) == -1)
		return -1;
	serve->nproxy_from++;
	return 0;
}

int
conf_set_names(struct draft *d, const struct conf_option *o, const char *value,
	       struct err *err)
{
	size_t len = strlen(value);

	(void)o;
	if (!conf_is_host(value, len))
		return err_set(err, "\"%.128s\" is no host name", value);
	/* One place is kept for the name in the site's title. */
	if (d->nnames == NAMES_MAX - 1)
		return err_set(err, "more than %d names", NAMES_MAX - 1);
	memcpy(d->names[d->nnames++], value, len + 1);
	return 0;
}

/* RFC 3986 section 3.3, without what would need decoding. */
int
conf_set_hook(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	size_t len = strlen(value);

	if (len > 0 && (value[0] != '/' || len == 1 || value[len - 1] == '/'))
		return err_set(err,
			       "\"%.128s\" is no path: write it as in "
			       "\"/push\"",
			       value);
	if (strstr(value, "//") != NULL || strstr(value, "/.") != NULL ||
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")] !=
		'\0')
		return err_set(err,
			       "\"%.128s\": a hook is made of letters, "
			       "digits, \"-\", \"_\" and \"/\"",
			       value);
	return conf_set_text(d, o, value, err);
}

/* A header field's value, RFC 9110 section 5.5; ASCII is all CSP has. */
int
conf_set_csp(struct draft *d, const struct conf_option *o, const char *value,
	     struct err *err)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			return err_set(err, "only ASCII may stand in a policy");
	if (value[0] == '\0')
		return err_set(err, "the policy is empty: to allow nothing "
				    "write \"default-src 'none'\"");
	return conf_set_text(d, o, value, err);
}

/* As ssh-keygen -l prints it: base64 of 32 bytes, no padding. */
int
conf_set_host_key(struct draft *d, const struct conf_option *o,
		  const char *value, struct err *err)
{
	size_t len = strspn(
	    value + (strncmp(value, "SHA256:", 7) == 0 ? 7 : 0),
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

	if (value[0] != '\0' && (strncmp(value, "SHA256:", 7) != 0 ||
				 len != 43 || value[7 + len] != '\0'))
		return err_set(
		    err,
		    "\"%.128s\" is no fingerprint: write it as "
		    "in \"SHA256:...\" (43 characters), from: ssh-keyscan HOST "
		    "| ssh-keygen -lf -",
		    value);
	return conf_set_text(d, o, value, err);
}

int
conf_set_user(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	if (value[0] == '\0')
		return err_set(err, "a name is needed");
	if (strcmp(value, "root") == 0 || strcmp(value, "0") == 0)
		return err_set(err, "blogd does not serve as root: name a user "
				    "of its own");
	return conf_set_text(d, o, value, err);
}

int
conf_set_access(struct draft *d, const struct conf_option *o, const char *value,
		struct err *err)
{
	struct conf_access *a = &d->conf.access;

	(void)o;
	if (strcmp(value, "off") == 0)
		a->to = ACCESS_OFF;
	else if (strcmp(value, "stderr") == 0)
		a->to = ACCESS_STDERR;
	else if (value[0] != '/')
		return err_set(err,
			       "\"%.128s\": write \"off\", \"stderr\" or an "
			       "absolute path",
			       value);
	else
		a->to = ACCESS_FILE;
	return conf_store_path(d, a->path, a->to == ACCESS_FILE ? value : "",
			       err);
}

int
conf_set_syslog(struct draft *d, const struct conf_option *o, const char *value,
		struct err *err)
{
	struct msg_address address;

	(void)o;
	d->conf.syslog[0] = '\0';
	if (strcmp(value, "off") == 0)
		return 0;
	if (syslog_address(value, &address, err) == -1)
		return -1;
	syslog_address_text(&address, d->conf.syslog);
	return 0;
}
