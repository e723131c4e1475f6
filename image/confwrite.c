/* SPDX-License-Identifier: ISC */
#include "confwrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/conf_draft.h"
#include "../daemon/conf_text.h"
#include "../daemon/conf_url.h"

/* ------------------------------------------------------------- writing -- */

/* "${" stands between double quotes for nothing that is allowed there. */
void
confwrite_quote(struct buf *out, const char *text)
{
	char quote = strstr(text, "${") != NULL ? '\'' : '"';

	buf_char(out, quote);
	for (; *text != '\0'; text++) {
		if (*text == quote || *text == '\\')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
	buf_char(out, quote);
}

static void
setting(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, "\t%s = ", name);
	confwrite_quote(out, value);
	buf_char(out, '\n');
}

/* One that is no port was reported where it stands; it is not said again. */
static void
port(struct buf *out, const char *name, const char *number, const char *usual)
{
	struct buf address = {0};

	if (number == NULL || !conf_is_port(number, 1))
		number = usual;
	buf_printf(&address, "*:%s", number);
	buf_printf(out, "%s = {", name);
	confwrite_quote(out, buf_cstr(&address));
	buf_str(out, "}\n");
	buf_free(&address);
}

static void
site(const struct conf_parts *p, struct buf *out)
{
	const struct image_options *o = p->options;

	buf_str(out, "site ");
	confwrite_quote(out, p->url);
	buf_str(out, " {\n");
	setting(out, "repository", o->remote);
	setting(out, "certificate", p->tls ? GUEST_CERTIFICATE : NULL);
	setting(out, "key", p->tls ? GUEST_KEY : NULL);
	setting(out, "name", o->name);
	setting(out, "index", o->index);
	setting(out, "hook", p->hook);
	setting(out, "username", o->username);
	setting(out, "password-file",
		o->password_file != NULL ? GUEST_PASSWORD : NULL);
	setting(out, "ssh-key", o->ssh_key != NULL ? GUEST_SSH_KEY : NULL);
	setting(out, "host-key", o->host_key);
	setting(out, "ca", o->ca != NULL ? GUEST_CA : NULL);
	buf_str(out, "}\n");
}

void
confwrite(const struct conf_parts *p, struct buf *out)
{
	const struct image_options *o = p->options;

	if (p->whole) {
		buf_add(out, p->config.data, p->config.len);
		return;
	}
	buf_str(out, "# blogd.conf(5), by blogd-image(8).\n");
	site(p, out);
	port(out, "http", o->port, "80");
	if (p->tls)
		port(out, "https", o->tls, "443");
	if (o->syslog != NULL) {
		buf_str(out, "log {\n");
		setting(out, "syslog", o->syslog);
		buf_str(out, "}\n");
	}
	/* The last, so that its lines can be counted from its own start. */
	buf_add(out, p->config.data, p->config.len);
}

/* ------------------------------------------------------------ reading it -- */

static void
ignore(void *ctx, int line, const char *message)
{
	(void)ctx;
	(void)line;
	(void)message;
}

int
confwrite_is_whole(const struct buf *config)
{
	char *copy = xstrndup(config->data, config->len);
	int whole;

	conf_text_clean(copy, ignore, NULL);
	whole = conf_text_section(copy, "site", 0) > 0;
	free(copy);
	return whole;
}

void
confwrite_refuse(const struct image_options *o, struct faults *faults)
{
	const struct {
		const char *option, *value;
	} said[] = {{"--remote", o->remote},	 {"--name", o->name},
		    {"--index", o->index},	 {"--url", o->url},
		    {"--hook", o->hook},	 {"--hook-file", o->hook_file},
		    {"--port", o->port},	 {"--tls", o->tls},
		    {"--username", o->username}, {"--host-key", o->host_key},
		    {"--syslog", o->syslog}};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (said[i].value != NULL)
			fault(faults,
			      "%s: %s has a section \"site\", so it is the "
			      "whole configuration: say it there",
			      said[i].option, o->config);
}

/* Which option a setting came from. */
static const struct {
	const char *setting, *option;
} origins[] = {
    {"site: \"repository\" is missing", "--remote"},
    {"repository: ", "--remote: "},
    {"site: ", "--url: "},
    {"name: ", "--name: "},
    {"index: ", "--index: "},
    {"hook: ", "--hook: "},
    {"username: ", "--username: "},
    {"password-file: ", "--password-file: "},
    {"ssh-key: ", "--ssh-key: "},
    {"host-key: ", "--host-key: "},
    {"ca: ", "--ca: "},
    {"http: ", "--port: "},
    {"https: ", "--tls: "},
    {"syslog: ", "--syslog: "},
};

static void
report(const struct conf_problem *problem, struct faults *faults)
{
	const char *text = problem->text;

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		size_t len = strlen(origins[i].setting);

		if (strncmp(text, origins[i].setting, len) == 0) {
			fault(faults, "%s%s", origins[i].option, text + len);
			return;
		}
	}
	fault(faults, "%s", text);
}

static int
count_lines(const char *text, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

/* What --config says again: its first place may be a line that the operator has
 * not written. */
static void
report_twice(const struct conf_parts *p, const char *name, int line, long first,
	     struct faults *faults)
{
	if (first > 0)
		fault(faults, "%s:%d: %s is set twice (first on line %ld)",
		      p->options->config, line, name, first);
	else
		fault(faults,
		      "%s:%d: %s is set by an option of blogd-image already "
		      "(--port, --tls, --syslog, or their defaults): use that, "
		      "or write all of the configuration",
		      p->options->config, line, name);
}

static void
report_piece(const struct conf_parts *p, const struct conf_problem *one,
	     int before, struct faults *faults)
{
	const char *twice = strstr(one->text, " is set twice");
	char name[64];

	if (twice == NULL || twice - one->text >= (long)sizeof(name)) {
		fault(faults, "%s:%d: %s", p->options->config,
		      one->line - before, one->text);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(twice - one->text),
		 one->text);
	twice += strcspn(twice, "0123456789");
	report_twice(p, name, one->line - before,
		     strtol(twice, NULL, 10) - before, faults);
}

static void
report_all(const struct conf_parts *p, const struct buf *text,
	   const struct conf_problems *problems, struct faults *faults)
{
	int first = count_lines(text->data, text->len - p->config.len);

	for (size_t i = 0; i < problems->n; i++) {
		const struct conf_problem *one = &problems->list[i];

		if (one->line > first)
			report_piece(p, one, first, faults);
		else if (p->whole)
			fault(faults, "%s: %s", p->options->config, one->text);
		else
			report(one, faults);
	}
}

int
confwrite_check(const struct conf_parts *p, const struct buf *text,
		struct conf *conf, struct faults *faults)
{
	static const struct conf_options none;
	struct draft *d = xcalloc(1, sizeof(*d));
	char *copy = xstrndup(text->data, text->len);
	int rc;

	snprintf(d->base, sizeof(d->base), "%s", GUEST_DIR);
	draft_reset(d);
	if (conf_file_parse(d, copy) == 0)
		conf_check(d, &none, GUEST_DIR);
	report_all(p, text, &d->problems, faults);
	rc = d->problems.n > 0 ? -1 : 0;
	*conf = d->conf;
	conf_problems_free(&d->problems);
	free(copy);
	free(d);
	return rc;
}
