/* SPDX-License-Identifier: ISC */
#include "conf_draft.h"

#include <string.h>
#include <unistd.h>

#include "conf_remote.h"
#include "conf_units.h"
#include "conf_url.h"
#include "utf8.h"

#define FIELD(f) offsetof(struct draft, f), sizeof(((struct draft *)0)->f)

/* -------------------------------------------------------------- setters -- */

static void *
field(struct draft *d, const struct conf_option *o)
{
	return (char *)d + o->offset;
}

typedef int parse_fn(const char *, uint64_t *, struct err *);

static int
parse_in_range(const struct conf_option *o, parse_fn *parse, const char *value,
	       uint64_t *n, struct err *err)
{
	uint64_t min = 0, max = 0;

	if (parse(value, n, err) == -1)
		return -1;
	parse(o->min, &min, NULL);
	parse(o->max, &max, NULL);
	if (*n > max)
		return err_set(err, "\"%s\" is too large: at most %s", value,
			       o->max);
	if (*n < min && !(*n == 0 && (o->flags & OPTION_ZERO)))
		return err_set(err, "\"%s\" is too small: at least %s%s", value,
			       o->min, o->flags & OPTION_ZERO ? ", or 0" : "");
	return 0;
}

/* The table's ranges keep every 32-bit field from overflowing. */
static void
store(struct draft *d, const struct conf_option *o, uint64_t n)
{
	uint32_t small = (uint32_t)n;

	if (o->size == sizeof(n))
		memcpy(field(d, o), &n, sizeof(n));
	else
		memcpy(field(d, o), &small, sizeof(small));
}

static int
set_count(struct draft *d, const struct conf_option *o, const char *value,
	  struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, conf_count, value, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}

/* A number of processes; "auto" is one for each processor. */
static int
set_processes(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	uint64_t max = 1;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (strcmp(value, "auto") != 0)
		return set_count(d, o, value, err);
	conf_count(o->max, &max, NULL);
	if (n < 1)
		n = 1;
	store(d, o, (uint64_t)n < max ? (uint64_t)n : max);
	return 0;
}

static int
set_switch(struct draft *d, const struct conf_option *o, const char *value,
	   struct err *err)
{
	int on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return err_set(err, "\"%.128s\" is neither \"on\" nor \"off\"",
			       value);
	store(d, o, (uint64_t)on);
	return 0;
}

static int
set_size(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, conf_size, value, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}

static int
set_ms(struct draft *d, const struct conf_option *o, const char *value,
       struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, conf_duration, value, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}

static int
set_seconds(struct draft *d, const struct conf_option *o, const char *value,
	    struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, conf_duration, value, &n, err) == -1)
		return -1;
	if (n % 1000 != 0)
		return err_set(err, "\"%s\" is no whole number of seconds",
			       value);
	store(d, o, n / 1000);
	return 0;
}

static int
set_text(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	size_t len = strlen(value);

	if (len >= o->size)
		return err_set(err, "too long: at most %zu bytes", o->size - 1);
	if (!utf8_valid(value, len))
		return err_set(err, "this is not valid UTF-8");
	memcpy(field(d, o), value, len + 1);
	return 0;
}

static int
store_path(struct draft *d, char *to, const char *value, struct err *err)
{
	if (value[0] == '~')
		return err_set(err,
			       "\"%.128s\": write the path out, \"~\" is "
			       "not known here",
			       value);
	if (value[0] == '\0')
		to[0] = '\0';
	else if (conf_path(to, PATH_LEN, d->base, value) == -1)
		return err_set(err, "the path is too long");
	return 0;
}

static int
set_path(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	return store_path(d, field(d, o), value, err);
}

/* The pair that a certificate or key belongs to; too many are reported by the
 * check, all in the last place. */
static struct draft_pair *
pair_of(struct draft *d, const struct conf_option *o)
{
	unsigned i = strcmp(o->section, "tls") == 0 ? d->tls + 1 : 0;

	return &d->pair[i <= CERTS_MAX ? i : CERTS_MAX];
}

static int
set_certificate(struct draft *d, const struct conf_option *o, const char *value,
		struct err *err)
{
	return store_path(d, pair_of(d, o)->certificate, value, err);
}

static int
set_key(struct draft *d, const struct conf_option *o, const char *value,
	struct err *err)
{
	return store_path(d, pair_of(d, o)->key, value, err);
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

static int
set_http(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	(void)o;
	return set_listen(d->http, &d->nhttp, value, 0, err);
}

static int
set_https(struct draft *d, const struct conf_option *o, const char *value,
	  struct err *err)
{
	(void)o;
	return set_listen(d->https, &d->nhttps, value, 1, err);
}

/* Readers' addresses may be "9100" for all of the host's: what is told here is
 * not for everybody, so that has to be said. */
static int
set_metrics(struct draft *d, const struct conf_option *o, const char *value,
	    struct err *err)
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

static int
set_control(struct draft *d, const struct conf_option *o, const char *value,
	    struct err *err)
{
	char path[PATH_LEN];

	if (value[0] == '\0')
		return err_set(err, "write a path, or \"off\"");
	if (strcmp(value, "off") == 0)
		value = "";
	if (store_path(d, path, value, err) == -1)
		return -1;
	if (strlen(path) >= o->size)
		return err_set(err,
			       "the path of a socket has at most %zu bytes",
			       o->size - 1);
	memcpy(field(d, o), path, strlen(path) + 1);
	return 0;
}

static int
set_proxy_from(struct draft *d, const struct conf_option *o, const char *value,
	       struct err *err)
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

static int
set_mode(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	uint64_t mode;

	if (conf_mode(value, &mode, err) == -1)
		return -1;
	store(d, o, mode);
	return 0;
}

static int
set_names(struct draft *d, const struct conf_option *o, const char *value,
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
static int
set_hook(struct draft *d, const struct conf_option *o, const char *value,
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
	return set_text(d, o, value, err);
}

/* A header field's value, RFC 9110 section 5.5; ASCII is all CSP has. */
static int
set_csp(struct draft *d, const struct conf_option *o, const char *value,
	struct err *err)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			return err_set(err, "only ASCII may stand in a policy");
	if (value[0] == '\0')
		return err_set(err, "the policy is empty: to allow nothing "
				    "write \"default-src 'none'\"");
	return set_text(d, o, value, err);
}

/* As ssh-keygen -l prints it: base64 of 32 bytes, no padding. */
static int
set_host_key(struct draft *d, const struct conf_option *o, const char *value,
	     struct err *err)
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
	return set_text(d, o, value, err);
}

static int
set_user(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	if (value[0] == '\0')
		return err_set(err, "a name is needed");
	if (strcmp(value, "root") == 0 || strcmp(value, "0") == 0)
		return err_set(err, "blogd does not serve as root: name a user "
				    "of its own");
	return set_text(d, o, value, err);
}

/* Where the access log goes. */
static int
set_access(struct draft *d, const struct conf_option *o, const char *value,
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
	return store_path(d, a->path, a->to == ACCESS_FILE ? value : "", err);
}

static int
set_word(struct draft *d, const struct conf_option *o, const char *value,
	 struct err *err)
{
	uint64_t n;

	if (conf_word(value, o->min, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}

/* ---------------------------------------------------------------- table -- */

/* No script at all; pictures and media from other hosts, as Canopy blogs use
 * them; frames, forms and plug-ins nowhere. */
#define CSP                                                              \
	"default-src 'none'; style-src 'self'; img-src 'self' https:; "  \
	"media-src 'self' https:; font-src 'self'; form-action 'none'; " \
	"frame-ancestors 'none'; base-uri 'none'"

/* clang-format off */
#define ANY(section, name, kind, flags) \
	{section, name, set_##kind, 0, 0, NULL, NULL, NULL, flags}
#define TEXT(section, name, kind, f, fallback) \
	{section, name, set_##kind, FIELD(f), fallback, NULL, NULL, 0}
#define NUMBER(section, name, kind, f, fallback, min, max) \
	{section, name, set_##kind, FIELD(f), fallback, min, max, 0}
#define WORD(section, name, f, fallback, words) \
	{section, name, set_word, FIELD(f), fallback, words, NULL, 0}
#define SITE(name, kind, f, fallback) \
	TEXT("site", name, kind, conf.site.f, fallback)
#define FETCH(name, kind, f, fallback, min, max) \
	NUMBER("fetch", name, kind, conf.site.f, fallback, min, max)
#define RENDER(name, kind, f, fallback, min, max) \
	NUMBER("render", name, kind, conf.site.render.f, fallback, min, max)
#define SERVE(name, kind, f, fallback, min, max) \
	NUMBER("serve", name, kind, conf.serve.f, fallback, min, max)

const struct conf_option conf_options[] = {
	TEXT("root", "user", user, conf.user, "blogd"),
	ANY("root", "http", http, OPTION_LIST),
	ANY("root", "https", https, OPTION_LIST),
	TEXT("root", "socket-mode", mode, conf.socket_mode, "0660"),
	ANY("root", "metrics", metrics, 0),
	TEXT("root", "control", control, conf.control, CONTROL_PATH),

	TEXT("site", "repository", text, repository, NULL),
	ANY("site", "certificate", certificate, 0),
	ANY("site", "key", key, 0),
	ANY("site", "names", names, OPTION_LIST),
	SITE("name", text, render.name, ""),
	SITE("index", text, render.index_page, ""),
	{"site", "poll", set_seconds, FIELD(conf.site.poll_s),
	    "5m", "10s", "30d", OPTION_ZERO},
	TEXT("site", "hook", hook, conf.serve.hook, "/push"),
	NUMBER("site", "hook-interval", seconds, conf.site.hook_interval_s,
	    "5s", "0", "1h"),
	SITE("ca", path, ca, ""),
	SITE("ssh-key", path, ssh_key, ""),
	SITE("host-key", host_key, git.host_key, ""),
	SITE("username", text, git.user, ""),
	SITE("password-file", path, password, ""),
	SITE("content-security-policy", csp, render.csp, CSP),
	NUMBER("site", "hsts", seconds, conf.serve.hsts_s,
	    "365d", "0", "3650d"),

	ANY("tls", "certificate", certificate, 0),
	ANY("tls", "key", key, 0),

	FETCH("connect-timeout", ms, dial.timeout_ms, "10s", "100ms", "5m"),
	FETCH("deadline", seconds, git.deadline_s, "2m", "1s", "1d"),
	FETCH("silence", seconds, git.silence_s, "30s", "1s", "1h"),
	FETCH("max-bytes", size, git.max_bytes, "512M", "64K", "64G"),
	FETCH("max-store", size, git.max_store, "1G", "64K", "64G"),
	FETCH("max-objects", count, git.max_objects,
	    "500000", "1", "50000000"),
	FETCH("max-object-size", size, git.max_object_size,
	    "64M", "1K", "1G"),
	FETCH("max-files", count, git.max_files, "50000", "1", "1000000"),
	FETCH("max-source", size, git.max_source, "512M", "64K", "16G"),
	FETCH("max-path", count, git.max_path, "1024", "16", "4096"),
	FETCH("max-depth", count, git.max_depth, "32", "1", "256"),

	RENDER("workers", processes, workers, "auto", "1", "64"),
	RENDER("post-cpu", ms, post_cpu_ms, "2s", "10ms", "1m"),
	RENDER("post-memory", size, post_memory, "64M", "1M", "2G"),
	RENDER("post-output-factor", count, post_output_factor,
	    "20", "1", "1000"),
	RENDER("post-output-constant", size, post_output_constant,
	    "64K", "1K", "64M"),
	RENDER("feed-entries", count, feed_entries, "10", "1", "1000"),

	NUMBER("serve", "processes", processes, conf.processes,
	    "auto", "1", "64"),
	{"serve", "http2", set_switch, FIELD(conf.serve.http2),
	    "on", NULL, NULL, 0},
	SERVE("max-connections", count, max_connections,
	    "4096", "8", "1000000"),
	SERVE("max-handshakes", count, max_handshakes, "0", "0", "1000000"),
	SERVE("max-key-updates", count, max_key_updates, "16", "0", "10000"),
	SERVE("max-header", size, max_header_bytes, "8K", "512", "64K"),
	SERVE("max-headers", count, max_headers, "100", "8", "1000"),
	SERVE("max-target", size, max_target, "8K", "64", "64K"),
	SERVE("max-body", size, max_body, "1M", "0", "64M"),
	SERVE("handshake-timeout", ms, handshake_ms, "10s", "100ms", "5m"),
	SERVE("header-timeout", ms, header_ms, "10s", "100ms", "5m"),
	SERVE("body-timeout", ms, body_ms, "20s", "100ms", "10m"),
	SERVE("write-timeout", ms, write_ms, "30s", "100ms", "10m"),
	SERVE("idle-timeout", ms, idle_ms, "60s", "100ms", "1h"),
	SERVE("min-rate", size, min_rate, "256", "0", "1M"),
	SERVE("ticket-lifetime", seconds, ticket_s, "2h", "2s", "7d"),
	SERVE("max-streams", count, max_streams, "100", "1", "1000"),
	SERVE("max-control-frames", count, max_control_frames,
	    "200", "1", "100000"),
	SERVE("max-resets", count, max_resets, "20", "1", "100000"),
	ANY("serve", "proxy-from", proxy_from, OPTION_LIST),
	NUMBER("serve", "drain", seconds, conf.drain_s, "30s", "0", "1h"),

	TEXT("log", "access", access, conf.access, "off"),
	WORD("log", "format", conf.serve.access_format,
	    "combined", "combined|json"),
	WORD("log", "address", conf.serve.access_address,
	    "truncated", "truncated|whole|none"),

	NUMBER("keys", "max-per-second", count, conf.keys.max_per_second,
	    "5000", "1", "1000000"),
	{NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, 0},
};
/* clang-format on */

_Static_assert(sizeof(conf_options) / sizeof(conf_options[0]) <=
		   CONF_OPTIONS_MAX,
	       "struct draft has a line for each option");

const struct conf_option *
conf_option_find(const char *section, const char *name)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (strcmp(o->section, section) == 0 &&
		    strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

int
conf_option_set(struct draft *d, const struct conf_option *o, const char *value,
		struct err *err)
{
	return o->set(d, o, value, err);
}

void
draft_reset(struct draft *d)
{
	struct conf_problems problems = d->problems;
	char base[PATH_LEN];

	memcpy(base, d->base, sizeof(base));
	memset(d, 0, sizeof(*d));
	memcpy(d->base, base, sizeof(base));
	d->problems = problems;
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (o->fallback != NULL)
			o->set(d, o, o->fallback, NULL);
}

int
draft_line(const struct draft *d, const char *section, const char *name)
{
	return d->line[conf_option_find(section, name) - conf_options];
}
