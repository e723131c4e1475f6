/* SPDX-License-Identifier: ISC */
#include "conf_draft.h"

#include <string.h>

#include "../sandbox/demand.h"
#include "conf_set.h"

#define FIELD(f) offsetof(struct draft, f), sizeof(((struct draft *)0)->f)

/* clang-format off */
#define ANY(section, name, kind, flags) \
	{section, name, conf_set_##kind, 0, 0, NULL, NULL, NULL, flags}
#define TEXT(section, name, kind, f, fallback) \
	{section, name, conf_set_##kind, FIELD(f), fallback, NULL, NULL, 0}
#define NUMBER(section, name, kind, f, fallback, min, max) \
	{section, name, conf_set_##kind, FIELD(f), fallback, min, max, 0}
#define WORD(section, name, f, fallback, words) \
	{section, name, conf_set_word, FIELD(f), fallback, words, NULL, 0}
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
	WORD("root", "sandbox", conf.sandbox, "auto", DEMAND_WORDS),
	TEXT("root", "dial", control, conf.site.dial_socket, "off"),

	TEXT("site", "repository", text, repository, NULL),
	ANY("site", "certificate", certificate, 0),
	ANY("site", "key", key, 0),
	ANY("site", "names", names, OPTION_LIST),
	SITE("name", text, render.name, ""),
	SITE("index", text, render.index_page, ""),
	{"site", "poll", conf_set_seconds, FIELD(conf.site.poll_s),
	    "5m", "10s", "30d", OPTION_ZERO},
	TEXT("site", "hook", hook, conf.serve.hook, "/push"),
	NUMBER("site", "hook-interval", seconds, conf.site.hook_interval_s,
	    "5s", "0", "1h"),
	SITE("ca", path, ca, ""),
	SITE("ssh-key", path, ssh_key, ""),
	SITE("host-key", host_key, git.host_key, ""),
	SITE("username", text, git.user, ""),
	SITE("password-file", path, password, ""),
	SITE("content-security-policy", csp, render.csp, CSP_DEFAULT),
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
	{"serve", "http2", conf_set_switch, FIELD(conf.serve.http2),
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
	TEXT("log", "syslog", syslog, conf.syslog, "off"),
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
	int opens_none = d->opens_none;
	char base[PATH_LEN];

	memcpy(base, d->base, sizeof(base));
	memset(d, 0, sizeof(*d));
	memcpy(d->base, base, sizeof(base));
	d->opens_none = opens_none;
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
