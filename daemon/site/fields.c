/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rules.h"

#include <string.h>
#include <strings.h>

#include "../snapshot/headers.h"
#include "frontmatter.h"
#include "lines.h"

/* At least as strict as blogd's own. */
static const char *const referrer_values[] = {
    "no-referrer", "same-origin", "strict-origin",
    "strict-origin-when-cross-origin", NULL};
static const char *const opener_values[] = {"same-origin",
					    "noopener-allow-popups", NULL};
static const char *const embedder_values[] = {"require-corp", "credentialless",
					      NULL};
static const char *const resource_values[] = {"same-origin", "same-site",
					      "cross-origin", NULL};
static const char *const sniff_values[] = {"nosniff", NULL};
static const char *const frame_values[] = {"DENY", "SAMEORIGIN", NULL};

/* What cannot harm: nothing by which a message is framed, a connection steered,
 * a reader followed or a policy loosened.  A second Content-Security-Policy
 * counts beside blogd's own and can only forbid more. */
static const struct field_name names[] = {
    {"Access-Control-Allow-Headers", FIELD_LIST, NULL},
    {"Access-Control-Allow-Methods", FIELD_LIST, NULL},
    {"Access-Control-Allow-Origin", FIELD_SINGLE, NULL},
    {"Access-Control-Expose-Headers", FIELD_LIST, NULL},
    {"Access-Control-Max-Age", FIELD_SINGLE, NULL},
    {"Cache-Control", FIELD_CACHE, NULL},
    {"Content-Disposition", FIELD_SINGLE, NULL},
    {"Content-Language", FIELD_LIST, NULL},
    {"Content-Security-Policy", FIELD_LINES, NULL},
    {"Content-Type", FIELD_TYPE, NULL},
    {"Cross-Origin-Embedder-Policy", FIELD_SINGLE, embedder_values},
    {"Cross-Origin-Opener-Policy", FIELD_OPENER, opener_values},
    {"Cross-Origin-Resource-Policy", FIELD_SINGLE, resource_values},
    {"Link", FIELD_LIST, NULL},
    {"Onion-Location", FIELD_SINGLE, NULL},
    {"Permissions-Policy", FIELD_LIST, NULL},
    {"Referrer-Policy", FIELD_REFERRER, referrer_values},
    {"Timing-Allow-Origin", FIELD_LIST, NULL},
    {"X-Clacks-Overhead", FIELD_SINGLE, NULL},
    {"X-Content-Type-Options", FIELD_SENT, sniff_values},
    {"X-Frame-Options", FIELD_SINGLE, frame_values},
    {"X-Robots-Tag", FIELD_LIST, NULL},
};

static const struct field_name *
find_name(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == name.len &&
		    strncasecmp(names[i].name, name.data, name.len) == 0)
			return &names[i];
	return NULL;
}

static int
value_allowed(const struct field_name *name, struct slice value)
{
	const char *const *v;

	if (name->values == NULL)
		return 1;
	for (v = name->values; *v != NULL; v++)
		if (strlen(*v) == value.len &&
		    strncasecmp(*v, value.data, value.len) == 0)
			return 1;
	return 0;
}

static int
is_token(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] == 0x7f ||
		    strchr("()<>@,;:\\\"/[]?={}", s.data[i]) != NULL)
			return 0;
	return s.len > 0;
}

/* "type/subtype", perhaps with parameters. */
static int
is_media_type(struct slice value)
{
	const char *semicolon = memchr(value.data, ';', value.len), *slash;
	struct slice type = value, rest;

	if (semicolon != NULL)
		type.len = (size_t)(semicolon - value.data);
	type = trim(type);
	slash = type.len > 0 ? memchr(type.data, '/', type.len) : NULL;
	if (slash == NULL)
		return 0;
	rest.data = slash + 1;
	rest.len = type.len - (size_t)(slash - type.data) - 1;
	type.len = (size_t)(slash - type.data);
	return is_token(type) && is_token(rest);
}

/* ---- reading ---- */

struct reading {
	struct rules_report at;
	struct region *region;
	struct field_rule *rules;
	size_t nrules;
	struct field *fields;
	size_t nfields, bytes;
	int skips; /* the fields of a pattern that was refused */
};

/* 0 when it may not be sent, which was reported. */
static int
check_field(const struct rules_report *at, struct slice name,
	    const struct field_name *known, struct slice value)
{
	if (known == NULL)
		rules_problem(at, name,
			      "%.*s is not a header that a "
			      "repository may set",
			      (int)(name.len < 64 ? name.len : 64), name.data);
	else if (value.len == 0 || !header_value_ok(value))
		rules_problem(at, name,
			      "the value of %s is empty or has a control "
			      "character",
			      known->name);
	else if (!value_allowed(known, value))
		rules_problem(at, value,
			      "%s may not have this value, which allows more "
			      "than blogd does",
			      known->name);
	else if (known->use == FIELD_TYPE && !is_media_type(value))
		rules_problem(at, value, "this is not a media type");
	else
		return 1;
	return 0;
}

static void
add_field(struct reading *r, const struct field_name *name, struct slice value)
{
	struct field_rule *rule = &r->rules[r->nrules - 1];

	if (r->nfields == FIELDS_MAX ||
	    r->bytes + strlen(name->name) + value.len + 4 > FIELDS_BYTES_MAX) {
		rules_problem(&r->at, r->at.text,
			      "left out: more than %d headers, or %d bytes of "
			      "them",
			      FIELDS_MAX, FIELDS_BYTES_MAX);
		return;
	}
	if (rule->nfields == 0)
		rule->fields = &r->fields[r->nfields];
	r->fields[r->nfields++] = (struct field){name, value};
	r->bytes += strlen(name->name) + value.len + 4;
	rule->nfields++;
}

static void
read_field(struct reading *r, struct slice line)
{
	const char *colon = memchr(line.data, ':', line.len);
	const struct field_name *known;
	struct slice name, value;

	if (r->nrules == 0 && !r->skips) {
		rules_problem(&r->at, line,
			      "a header without a path before it");
		return;
	}
	if (r->skips)
		return;
	if (colon == NULL) {
		rules_problem(&r->at, line,
			      "a header is a name, \":\" and a value");
		return;
	}
	name = trim((struct slice){line.data, (size_t)(colon - line.data)});
	value = trim((struct slice){
	    colon + 1, line.len - (size_t)(colon - line.data) - 1});
	known = find_name(name);
	if (check_field(&r->at, name, known, value) && known->use != FIELD_SENT)
		add_field(r, known, value);
}

static void
read_pattern(struct reading *r, struct slice line)
{
	struct slice pattern;

	r->skips = 1;
	if (line.data[0] != '/' ||
	    memmem(line.data, line.len, "/:", 2) != NULL ||
	    rules_path(r->region, line, &pattern) == -1)
		rules_problem(&r->at, line,
			      "not a path: one begins with \"/\" and may have "
			      "\"*\" for anything");
	else if (r->nrules == FIELD_RULES_MAX)
		rules_problem(&r->at, line, "left out: more than %d paths",
			      FIELD_RULES_MAX);
	else {
		r->skips = 0;
		r->rules[r->nrules++].pattern = pattern;
	}
}

size_t
fields_parse(struct region *region, struct slice text,
	     struct field_rule **rules, rules_report_fn *report, void *ctx)
{
	struct reading r = {
	    {report, ctx, 0, text}, region, NULL, 0, NULL, 0, 0, 0};
	struct lines lines;
	struct slice line;

	r.rules = region_alloc(region, FIELD_RULES_MAX, sizeof(*r.rules));
	r.fields = region_alloc(region, FIELDS_MAX, sizeof(*r.fields));
	if (text.len > RULES_BYTES_MAX)
		text.len = RULES_BYTES_MAX;
	lines_start(&lines, text);
	while (lines_next(&lines, &r.at.text)) {
		r.at.line = lines.number;
		line = trim(r.at.text);
		if (line.len == 0 || line.data[0] == '#')
			continue;
		if (line.data > r.at.text.data)
			read_field(&r, line);
		else
			read_pattern(&r, line);
	}
	*rules = r.rules;
	return r.nrules;
}

/* ---- matching ---- */

/* The last asterisk is the only one that has to be tried again, so this takes
 * pattern times path steps at most. */
int
fields_match(struct slice pattern, struct slice path)
{
	size_t p = 0, i = 0, star = SIZE_MAX, from = 0;

	while (i < path.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.len && pattern.data[p] == path.data[i]) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++from;
		} else {
			return 0;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}
