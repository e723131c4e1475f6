/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/site/theme/templates.h"
#include "mustache.h"
#include "path.h"

#define FOLDER ".templates/"
#define ENDING ".mustache"

struct template
{
	struct slice name;
	struct file *file;	   /* NULL: built in */
	struct mustache *compiled; /* the repository's, if it is good */
	struct mustache *builtin;
	unsigned failed; /* by result, a bit each: was that said? */
};

struct templates {
	struct template list[TEMPLATES_MAX];
	size_t n;
	int own; /* is one of them the repository's? */
	/* By number, as mustache_run wants them. */
	const struct mustache *used[TEMPLATES_MAX];
	const struct mustache *builtin[TEMPLATES_MAX];
};

/* ---- names ---- */

#define NAME_TEXT(name) #name,
static const char *const names[] = {TEMPLATE_NAMES(NAME_TEXT)};

int
template_name(struct slice name)
{
	size_t low = 0, high = NAME__MAX, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = slice_cmp(slice_of(names[middle]), name);
		if (order == 0)
			return (int)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* NAME of .templates/NAME.mustache, or {NULL, 0}. */
static struct slice
name_of_path(struct slice path)
{
	const size_t before = sizeof(FOLDER) - 1, after = sizeof(ENDING) - 1;
	struct slice none = {NULL, 0};

	if (path.len <= before + after ||
	    path.len > before + after + TEMPLATE_NAME_MAX ||
	    memcmp(path.data, FOLDER, before) != 0 ||
	    memcmp(path.data + path.len - after, ENDING, after) != 0)
		return none;
	path.data += before;
	path.len -= before + after;
	return memchr(path.data, '/', path.len) == NULL ? path : none;
}

int
template_is_path(struct slice path)
{
	return name_of_path(path).len > 0;
}

/* ---- compiling ---- */

struct compiling {
	struct site *site;
	struct file *file; /* NULL: built in */
};

static int
name_number(void *ctx, struct slice name)
{
	(void)ctx;
	return template_name(name);
}

static int
find(const struct templates *t, struct slice name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (slice_cmp(t->list[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int
partial_number(void *ctx, struct slice name)
{
	const struct compiling *c = ctx;

	return find(c->site->templates, name);
}

/* Templates are compiled anew in each run: so what is said of them is. */
static void
report(void *ctx, int warning, size_t line, size_t column, const char *message)
{
	const struct compiling *c = ctx;
	enum severity severity = warning ? SEVERITY_WARNING : SEVERITY_ERROR;

	if (c->file != NULL)
		model_notice_at(
		    c->site, severity, c->file->path, line, column, "%s%s",
		    message,
		    warning ? "" : "; the built-in template is used instead");
}

static struct mustache *
compile(struct site *s, struct file *f, struct slice text)
{
	struct compiling c = {s, f};
	struct mustache_words words = {name_number, partial_number, report, &c};
	struct mustache *m = mustache_compile(text, &words);

	if (m != NULL && f != NULL)
		mustache_blame(m);
	return m;
}

static void
add(struct site *s, struct slice name, struct file *f)
{
	struct templates *t = s->templates;
	int known = find(t, name);

	if (known >= 0) {
		t->list[known].file = f;
	} else if (t->n == TEMPLATES_MAX) {
		model_notice(s, SEVERITY_WARNING, f->path,
			     "more than %d templates; left out", TEMPLATES_MAX);
	} else {
		t->list[t->n].name = name;
		t->list[t->n++].file = f;
	}
}

/* Slips in names, which leave the page as it was.  What an editor left behind
 * and a README are none. */
static void
tell_no_template(struct site *s, struct slice path)
{
	struct slice base = path_base(path);

	if (slice_begins(path, FOLDER) && !slice_begins(base, ".") &&
	    !slice_begins(base, "README") && !slice_ends(base, "~"))
		model_notice(s, SEVERITY_WARNING, path,
			     "is no template: these are " FOLDER "NAME" ENDING
			     ", with a name of at most %d bytes",
			     TEMPLATE_NAME_MAX);
}

static void
tell_unused(struct site *s)
{
	const struct templates *t = s->templates;
	size_t i, j;

	/* One that is broken may be what was to use it. */
	for (i = 0; i < t->n; i++)
		if (t->list[i].file != NULL && t->list[i].compiled == NULL)
			return;
	for (i = TEMPLATES_BUILTIN; i < t->n; i++) {
		for (j = 0; j < t->n; j++)
			if (j != i && t->used[j] != NULL &&
			    mustache_uses(t->used[j], i))
				break;
		if (j == t->n)
			model_notice(s, SEVERITY_WARNING, t->list[i].file->path,
				     "no template uses it, and it takes the "
				     "place of none");
	}
}

static void
add_all(struct site *s)
{
	size_t i;

	for (i = 0; i < TEMPLATES_BUILTIN; i++)
		add(s, slice_of(theme_templates[i].name), NULL);
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].kind == FILE_TEMPLATE)
			add(s, name_of_path(s->files[i].path), &s->files[i]);
		else if (s->files[i].kind == FILE_HIDDEN)
			tell_no_template(s, s->files[i].path);
}

void
templates_read(struct site *s)
{
	struct templates *t = s->templates = xcalloc(1, sizeof(*t));
	size_t i;

	add_all(s);
	for (i = 0; i < t->n; i++) {
		struct template *one = &t->list[i];

		if (i < TEMPLATES_BUILTIN)
			one->builtin =
			    compile(s, NULL, slice_of(theme_templates[i].text));
		if (one->file != NULL)
			one->compiled = compile(s, one->file, one->file->value);
		t->own |= one->compiled != NULL;
		t->builtin[i] = one->builtin;
		t->used[i] =
		    one->compiled != NULL ? one->compiled : one->builtin;
	}
	tell_unused(s);
}

void
templates_free(struct templates *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++) {
		mustache_free(t->list[i].compiled);
		mustache_free(t->list[i].builtin);
	}
	free(t);
}

int
templates_own(const struct site *s)
{
	return s->templates->own;
}

void
templates_digest(const struct site *s, struct digest *d)
{
	const struct templates *t = s->templates;
	size_t i;

	for (i = 0; i < TEMPLATES_BUILTIN; i++)
		digest_add(d, slice_of(theme_templates[i].text));
	for (i = 0; i < t->n; i++)
		if (t->list[i].compiled != NULL) {
			digest_add(d, t->list[i].name);
			digest_add(d, t->list[i].file->value);
		}
}

/* ---- rendering ---- */

static const char *
what_failed(enum mustache_result result)
{
	switch (result) {
	case MUSTACHE_LONG:
		return "a page grows longer than 64 MiB here";
	case MUSTACHE_SLOW:
		return "a page takes more than 4,000,000 steps up to here";
	default:
		return "partials and sections are more than 64 deep in one "
		       "another here";
	}
}

/* Once of each template and failure: it is the same on every page. */
static void
say_failed(struct site *s, const struct mustache_render *how,
	   enum mustache_result result)
{
	struct templates *t = s->templates;
	size_t i, line, column;

	for (i = 0; i < t->n; i++)
		if (t->used[i] == how->failed_in)
			break;
	if (i == t->n || t->list[i].file == NULL ||
	    (t->list[i].failed >> result & 1) != 0)
		return;
	t->list[i].failed |= 1u << result;
	mustache_place(t->list[i].file->value, how->failed_at, &line, &column);
	model_notice_at(s, SEVERITY_ERROR, t->list[i].file->path, line, column,
			"%s; the built-in templates are used instead",
			what_failed(result));
}

void
template_run(struct site *s, struct template_use *use, struct buf *out)
{
	struct templates *t = s->templates;
	int number = find(t, slice_of(use->name));
	struct mustache_render how = {.data = use->data,
				      .partials = t->used,
				      .npartials = t->n,
				      .max_output = TEMPLATE_OUTPUT_MAX,
				      .max_steps = TEMPLATE_STEPS_MAX,
				      .watched = use->watched};
	enum mustache_result result;
	size_t start = out->len;

	use->watched_at = SIZE_MAX;
	if (number < 0)
		return;
	result = mustache_run(t->used[number], &how, use->contexts,
			      use->ncontexts, out);
	if (result != MUSTACHE_OK) {
		say_failed(s, &how, result);
		out->len = start;
		how.partials = t->builtin;
		how.max_output = how.max_steps = SIZE_MAX / 2;
		mustache_run(t->builtin[number], &how, use->contexts,
			     use->ncontexts, out);
	}
	use->watched_at = how.watched_at;
}
