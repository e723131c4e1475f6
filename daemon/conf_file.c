/* SPDX-License-Identifier: ISC */
#include "conf_draft.h"

#include <stdio.h>
#include <string.h>

#include <confuse.h>

#include "conf_text.h"

#define SECTION_OPTIONS 24 /* room in each table below */
#define TRIES_MAX	50 /* unknown options reported in one run */

/* libconfuse's callbacks have no argument of their own. */
static struct load {
	struct draft *draft;
	char unknown[64]; /* the name that ended the parse; "": another fault */
	int unknown_line;
	char section[16];
} * load;

static int
index_of(const struct conf_option *o)
{
	return (int)(o - conf_options);
}

/* Reports a second assignment once. */
static int
is_repeated(struct draft *d, const struct conf_option *o, int line)
{
	int i = index_of(o);

	if (d->line[i] == 0)
		return 0;
	if (!d->repeated[i]++)
		draft_problem(d, line, "%s: is set twice (first on line %d)",
			      o->name, d->line[i]);
	return 1;
}

static void
note_pair(struct draft *d, const struct conf_option *o, int line)
{
	unsigned i = strcmp(o->section, "tls") == 0 ? d->tls + 1 : 0;

	if (i > CERTS_MAX)
		return;
	if (strcmp(o->name, "certificate") == 0)
		d->pair[i].certificate_line = line;
	else if (strcmp(o->name, "key") == 0)
		d->pair[i].key_line = line;
}

static int
in_site(const struct conf_option *o)
{
	return strcmp(o->section, "root") != 0 &&
	       strcmp(o->section, "serve") != 0 &&
	       strcmp(o->section, "log") != 0 &&
	       strcmp(o->section, "keys") != 0;
}

static void
assign(const struct conf_option *o, const char *value, int first, int line)
{
	struct draft *d = load->draft;
	struct err err;

	/* One site for now: what stands in others is reported once, whole. */
	if (in_site(o) && d->sites > 0)
		return;
	if (first && is_repeated(d, o, line))
		return;
	d->line[index_of(o)] = line;
	note_pair(d, o, line);
	if (conf_option_set(d, o, value, &err) == -1)
		draft_problem(d, line, "%s: %s", o->name, err.text);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	const struct conf_option *o = conf_option_find(cfg->name, opt->name);
	int list = (opt->flags & CFGF_LIST) != 0;

	/* libconfuse takes "serve|drain" as a path into another section. */
	if (o == NULL)
		draft_problem(load->draft, cfg->line,
			      "unknown option \"%s\" in this section",
			      opt->name);
	else
		assign(o, value, !list || opt->nvalues == 1, cfg->line);
	*(const char **)result = value;
	return 0;
}

static int
on_tls_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct draft *d = load->draft;

	(void)cfg;
	(void)opt;
	if (d->sites > 0)
		return 0;
	if (d->tls++ == CERTS_MAX)
		draft_problem(d, cfg->line, "more than %d \"tls\" sections",
			      CERTS_MAX);
	d->line[index_of(conf_option_find("tls", "certificate"))] = 0;
	d->line[index_of(conf_option_find("tls", "key"))] = 0;
	return 0;
}

static int
on_site_end(cfg_t *cfg, cfg_opt_t *opt)
{
	struct draft *d = load->draft;
	const char *title =
	    cfg_title(cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1));

	(void)cfg;
	if (d->sites++ > 0)
		return 0;
	if (strlen(title) >= sizeof(d->conf.site.title))
		draft_problem(d, d->site_line,
			      "site: the title is too long: at most %d bytes",
			      URL_MAX - 1);
	snprintf(d->conf.site.title, sizeof(d->conf.site.title), "%s", title);
	return 0;
}

/* What libconfuse says, and what the operator should do. */
static const struct said {
	const char *fmt, *ours;
} said[] = {
    {"missing equal sign after option '%s'",
     "\"%s\": an equals sign stands between a name and its value"},
    {"missing title for section '%s'",
     "\"%s\": an address in quotes stands before the brace, as in "
     "site \"https://blog.example.org\" {"},
    {"missing opening brace for section '%s'",
     "\"%s\" is a section: its settings stand in braces"},
    {"unexpected token '%s'",
     "\"%s\" is out of place: write NAME = VALUE, and a list as NAME = "
     "{VALUE, VALUE}"},
    {"premature end of file", "the file ends within a setting"},
};

static const char *in_our_words(const char *fmt) __attribute__((format_arg(1)));

static const char *
in_our_words(const char *fmt)
{
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strcmp(fmt, said[i].fmt) == 0)
			return said[i].ours;
	return fmt;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char message[256];

	if (strcmp(fmt, "no such option '%s'") == 0) {
		snprintf(load->unknown, sizeof(load->unknown), "%s",
			 va_arg(ap, const char *));
		snprintf(load->section, sizeof(load->section), "%s", cfg->name);
		load->unknown_line = cfg->line;
		return;
	}
	vsnprintf(message, sizeof(message), in_our_words(fmt), ap);
	draft_problem(load->draft, cfg->line, "%s", message);
}

/* ---------------------------------------------------------- the grammar -- */

static unsigned
add_options(cfg_opt_t *to, const char *section)
{
	unsigned n = 0;

	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		cfg_opt_t one = CFG_STR_CB(o->name, NULL, CFGF_NONE, on_value);
		cfg_opt_t list =
		    CFG_STR_LIST_CB(o->name, NULL, CFGF_NONE, on_value);

		if (strcmp(o->section, section) == 0 && n < SECTION_OPTIONS)
			to[n++] = o->flags & OPTION_LIST ? list : one;
	}
	return n;
}

static void
add_section(cfg_opt_t *to, unsigned *n, const char *name, cfg_opt_t *options,
	    cfg_flag_t flags, cfg_validate_callback_t at_end)
{
	cfg_opt_t section = CFG_SEC(name, options, flags);

	section.validcb = at_end;
	to[(*n)++] = section;
}

static cfg_t *
grammar(void)
{
	static cfg_opt_t root[SECTION_OPTIONS + 4], site[SECTION_OPTIONS + 4],
	    tls[SECTION_OPTIONS], fetch[SECTION_OPTIONS],
	    render[SECTION_OPTIONS], serve[SECTION_OPTIONS],
	    keys[SECTION_OPTIONS], log[SECTION_OPTIONS];
	static const cfg_opt_t end = CFG_END();
	unsigned nroot = add_options(root, "root");
	unsigned nsite = add_options(site, "site");

	tls[add_options(tls, "tls")] = end;
	fetch[add_options(fetch, "fetch")] = end;
	render[add_options(render, "render")] = end;
	serve[add_options(serve, "serve")] = end;
	keys[add_options(keys, "keys")] = end;
	log[add_options(log, "log")] = end;
	add_section(site, &nsite, "tls", tls, CFGF_MULTI, on_tls_end);
	add_section(site, &nsite, "fetch", fetch, CFGF_NONE, NULL);
	add_section(site, &nsite, "render", render, CFGF_NONE, NULL);
	site[nsite] = end;
	add_section(root, &nroot, "site", site, CFGF_MULTI | CFGF_TITLE,
		    on_site_end);
	add_section(root, &nroot, "serve", serve, CFGF_NONE, NULL);
	add_section(root, &nroot, "keys", keys, CFGF_NONE, NULL);
	add_section(root, &nroot, "log", log, CFGF_NONE, NULL);
	root[nroot] = end;
	return cfg_init(root, CFGF_NONE);
}

/* ------------------------------------------------------------- the file -- */

static int
is_assigned(cfg_t *cfg, const char *name)
{
	const cfg_opt_t *opt = cfg_getopt(cfg, name);

	return opt != NULL && (opt->flags & CFGF_MODIFIED);
}

static int
parse_once(struct draft *d, const char *text)
{
	cfg_t *cfg;
	int rc;

	draft_reset(d);
	d->site_line = conf_text_section(text, "site", 0);
	cfg = grammar();
	if (cfg == NULL) {
		draft_problem(d, LINE_NONE, "out of memory");
		return CFG_PARSE_ERROR;
	}
	cfg_set_error_function(cfg, on_error);
	rc = cfg_parse_buf(cfg, text);
	d->http_set = is_assigned(cfg, "http");
	d->https_set = is_assigned(cfg, "https");
	cfg_free(cfg);
	return rc;
}

/* Reports the unknown option and takes it out of the text; 0 when it cannot be
 * found there. */
static int
unknown(struct draft *d, const struct load *l, char *text)
{
	int section = conf_text_is_section(text, l->unknown_line, l->unknown);
	char message[256];

	snprintf(message, sizeof(message), "unknown %s \"%s\"",
		 section ? "section" : "option", l->unknown);
	conf_hint(message, sizeof(message), l->section, l->unknown);
	draft_problem(d, l->unknown_line, "%s", message);
	return conf_text_remove(text, l->unknown_line, l->unknown);
}

static void
report_text(void *ctx, int line, const char *message)
{
	draft_problem(ctx, line, "%s", message);
}

/* Problems found before the last pass stay; those of values come again with
 * each pass, so only the last pass's are kept. */
static int
parse_all(struct draft *d, char *text)
{
	struct conf_problems syntax = {0};
	struct load l = {.draft = d};
	int rc, hidden = 0, again = 1;

	load = &l;
	while (again) {
		l.unknown[0] = '\0';
		rc = parse_once(d, text);
		again = 0;
		if (rc != CFG_SUCCESS && l.unknown[0] != '\0') {
			struct conf_problems values = d->problems;

			d->problems = syntax;
			again = unknown(d, &l, text) && hidden < TRIES_MAX;
			syntax = d->problems;
			d->problems =
			    again ? (struct conf_problems){0} : values;
			if (again)
				conf_problems_free(&values);
		}
		hidden += rc != CFG_SUCCESS;
	}
	for (size_t i = 0; i < syntax.n; i++)
		draft_problem(d, syntax.list[i].line, "%s",
			      syntax.list[i].text);
	conf_problems_free(&syntax);
	load = NULL;
	return hidden;
}

int
conf_file_parse(struct draft *d, char *text)
{
	int second, hidden;

	hidden = conf_text_clean(text, report_text, d);
	if (hidden > 0)
		return hidden;
	hidden = parse_all(d, text);
	second = conf_text_section(text, "site", 1);
	if (second > 0)
		draft_problem(
		    d, second,
		    "a second \"site\": blogd serves one "
		    "site for now, so start another blogd for this one");
	return hidden;
}
