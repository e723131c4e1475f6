/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "model.h"
#include "rules.h"
#include "search.h"

/* _redirects and _headers become pages, and fields of pages. */

/* At the top of the repository, or of the site that it is made for. */
static const struct file *
rules_file(const struct site *s, const char *name)
{
	static const char *const tops[] = {"", "static/", "content/"};
	const struct file *f;
	char path[32];

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", tops[i], name);
		f = plan_file(s, slice_of(path));
		if (f != NULL && f->kind == FILE_RULES)
			return f;
	}
	return NULL;
}

struct reading {
	struct site *site;
	const struct file *file;
};

static void
report(void *ctx, enum severity severity, size_t line, size_t column,
       const char *message)
{
	const struct reading *r = ctx;

	model_notice_at(r->site, severity, r->file->path, line, column, "%s",
			message);
}

/* ---- redirects ---- */

/* As it goes into the field: without the slash of an empty rest. */
static struct slice
location(struct site *s, struct slice to, int cut)
{
	struct buf b = {0};
	struct slice result;

	if (cut && to.len > 1 && to.data[to.len - 1] == '/')
		to.len--;
	if (to.data[0] == '/')
		buf_add(&b, s->prefix.data, s->prefix.len);
	buf_add(&b, to.data, to.len);
	result = region_take(&s->region, &b);
	buf_free(&b);
	return result;
}

static struct page *
add_redirect(struct site *s, const struct file *f, enum page_kind kind,
	     struct slice path, const struct redirect_rule *rule)
{
	struct page *p = plan_add(s, kind, path, "");

	p->file = f;
	p->gives_way = GIVES_WAY_LAST;
	p->pub.status = (uint16_t)rule->status;
	p->pub.compress = 0;
	p->pub.modified = f->src->updated;
	return p;
}

static void
add_exact(struct site *s, const struct file *f,
	  const struct redirect_rule *rule)
{
	struct slice to = location(s, rule->to, rule->splat);
	struct page *p;

	/* Everything below it leads there, but it does not lead to itself. */
	if (rule->below && slice_cmp(rule->to, rule->from) == 0)
		return;
	p = add_redirect(s, f, PAGE_REDIRECT, rule->from, rule);
	p->pub.location = to;
	p->line = rule->below ? 0 : rule->line;
}

/* See snapshot.h for the path and the body. */
static void
add_below(struct site *s, const struct file *f,
	  const struct redirect_rule *rule)
{
	struct slice to = location(s, rule->to, 0);
	struct buf path = {0};
	struct page *p;

	buf_char(&path, '*');
	buf_add(&path, rule->from.data, rule->from.len);
	if (rule->from.len > 1)
		buf_char(&path, '/');
	p = add_redirect(s, f, PAGE_REDIRECT_BELOW,
			 region_take(&s->region, &path), rule);
	buf_free(&path);
	p->line = rule->line;
	if (rule->splat)
		p->name = to;
	else
		p->pub.location = to;
}

void
plan_redirects(struct site *s)
{
	const struct file *f = rules_file(s, "_redirects");
	struct reading r = {s, f};
	struct redirect_rule *rules;
	size_t i, n;

	if (f == NULL)
		return;
	n = redirects_parse(&s->region, f->value, &rules, report, &r);
	for (i = 0; i < n; i++) {
		if (rules[i].below)
			add_below(s, f, &rules[i]);
		add_exact(s, f, &rules[i]);
	}
}

/* Its text, for a server that reads it. */
void
plan_headers_file(struct site *s)
{
	const struct file *f = rules_file(s, "_headers");
	struct page *p;

	if (f == NULL || !s->set.files)
		return;
	p = plan_add(s, PAGE_STATIC, slice_of(HEADERS_ADDRESS), "text/plain");
	p->file = f;
	p->gives_way = GIVES_WAY;
}

/* ---- where redirects lead ---- */

/* Those pages come first, but for the one of the empty path. */
int
plan_is_redirected(const struct site *s, struct slice path)
{
	size_t i, n;

	for (i = 0; i < s->npages; i++) {
		const struct page *p = &s->pages[i];

		if (p->pub.path.len > 0 && p->pub.path.data[0] != '*')
			break;
		if (p->pub.path.len < 2)
			continue;
		n = p->pub.path.len - 2;
		if (path.len > n &&
		    memcmp(path.data, p->pub.path.data + 2, n) == 0)
			return 1;
	}
	return 0;
}

/* The path of a location: 0 when it is one of another site.  An empty one is
 * one that nobody can ask for. */
static int
path_of(struct site *s, struct slice location, struct slice *path)
{
	size_t i;

	if (location.len == 0 || location.data[0] != '/')
		return 0;
	location.data += s->prefix.len;
	location.len -= s->prefix.len;
	for (i = 0; i < location.len; i++)
		if (location.data[i] == '?' || location.data[i] == '#')
			location.len = i;
	if (rules_path(&s->region, location, path) == -1)
		*path = slice_of("");
	return 1;
}

static int
leads_somewhere(struct site *s, const struct page *p)
{
	struct slice path;

	if (!path_of(s, p->pub.location, &path))
		return 1;
	if (path.len == 0)
		return 0;
	if (plan_find(s, path) != NULL ||
	    (s->searchable && slice_is(path, SEARCH_ADDRESS)))
		return 1;
	return plan_is_redirected(s,
				  (struct slice){path.data + 1, path.len - 1});
}

/* Browsers follow 20. */
#define HOPS_MAX 16

static int
leads_in_a_circle(struct site *s, const struct page *p)
{
	struct slice path;
	int i;

	for (i = 0; i < HOPS_MAX && p != NULL && p->kind == PAGE_REDIRECT; i++)
		p = path_of(s, p->pub.location, &path) ? plan_find(s, path)
						       : NULL;
	return i == HOPS_MAX;
}

static void
check_redirect(struct site *s, const struct page *p)
{
	struct slice to = p->pub.location;
	int shown = to.len < 200 ? (int)to.len : 200;
	size_t line = p->line > 0 ? p->line : 1;

	if (!leads_somewhere(s, p))
		model_notice_at(s, SEVERITY_WARNING, p->file->path, line, 1,
				"it leads to %.*s, where there is no page",
				shown, to.data);
	else if (leads_in_a_circle(s, p))
		model_notice_at(s, SEVERITY_ERROR, p->file->path, line, 1,
				"it leads to %.*s, and on in a circle, or "
				"through more than %d others",
				shown, to.data, HOPS_MAX);
}

void
plan_check_redirects(struct site *s)
{
	size_t i;

	for (i = 0; i < s->npages; i++) {
		const struct page *p = &s->pages[i];

		if ((p->kind == PAGE_REDIRECT ||
		     p->kind == PAGE_REDIRECT_BELOW) &&
		    p->file != NULL)
			check_redirect(s, p);
	}
}

/* ---- headers ---- */

static void
add_line(struct buf *out, const char *name, struct slice value)
{
	buf_str(out, name);
	buf_str(out, ": ");
	buf_add(out, value.data, value.len);
	buf_str(out, "\r\n");
}

/* The fields of all rules that match, by their name, so that those of one name
 * can be joined. */
struct matching {
	const struct field *fields[FIELDS_MAX];
	size_t n;
};

static void
match(const struct field_rule *rules, size_t n, struct slice path,
      struct matching *m)
{
	size_t i, j;

	m->n = 0;
	for (i = 0; i < n; i++) {
		if (!fields_match(rules[i].pattern, path))
			continue;
		for (j = 0; j < rules[i].nfields; j++)
			m->fields[m->n++] = &rules[i].fields[j];
	}
}

/* Is there a later one of this name? */
static int
is_last(const struct matching *m, size_t at)
{
	size_t i;

	for (i = at + 1; i < m->n; i++)
		if (m->fields[i]->name == m->fields[at]->name)
			return 0;
	return 1;
}

static void
add_list(const struct matching *m, size_t last, struct buf *out)
{
	const struct field_name *name = m->fields[last]->name;
	const char *separator = ": ";
	size_t i;

	buf_str(out, name->name);
	for (i = 0; i <= last; i++) {
		if (m->fields[i]->name != name)
			continue;
		buf_str(out, separator);
		buf_add(out, m->fields[i]->value.data, m->fields[i]->value.len);
		separator = ", ";
	}
	buf_str(out, "\r\n");
}

static void
set_field(struct page *p, const struct matching *m, size_t i, struct buf *lines)
{
	const struct field *f = m->fields[i];

	if (f->name->use == FIELD_LINES) {
		add_line(lines, f->name->name, f->value);
		return;
	}
	if (!is_last(m, i))
		return;
	switch (f->name->use) {
	case FIELD_LIST:
		add_list(m, i, lines);
		break;
	case FIELD_CACHE:
		p->pub.cache_control = f->value;
		break;
	case FIELD_REFERRER:
		p->pub.referrer_policy = f->value;
		break;
	case FIELD_OPENER:
		p->pub.opener_policy = f->value;
		break;
	case FIELD_TYPE:
		if (p->kind == PAGE_STATIC)
			p->pub.content_type = f->value;
		break;
	default:
		add_line(lines, f->name->name, f->value);
		break;
	}
}

void
plan_fields(struct site *s)
{
	const struct file *f = rules_file(s, "_headers");
	struct reading r = {s, f};
	struct field_rule *rules;
	struct buf lines = {0};
	struct matching m;
	size_t i, j, n;

	if (f == NULL)
		return;
	n = fields_parse(&s->region, f->value, &rules, report, &r);
	for (i = 0; i < s->npages && n > 0; i++) {
		match(rules, n, s->pages[i].pub.path, &m);
		for (j = 0; j < m.n; j++)
			set_field(&s->pages[i], &m, j, &lines);
		if (lines.len > 0)
			s->pages[i].pub.fields =
			    region_take(&s->region, &lines);
	}
	buf_free(&lines);
}
