/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "dialect.h"
#include "frontmatter.h"
#include "imagesize.h"
#include "media.h"
#include "notes.h"
#include "path.h"
#include "resolve.h"
#include "url.h"

#define PROBLEM_MAX 768

static void
report(struct site *s, enum severity severity, const char *line)
{
	s->nproblems++;
	s->report(s->ctx, severity, line);
}

void
model_problem(struct site *s, struct file *f, enum severity severity,
	      size_t line, size_t column, const char *message)
{
	struct buf b = {0};

	buf_add(&b, f->path.data, f->path.len);
	buf_printf(&b, ":%zu:%zu: %s", line, column, message);
	report(s, severity, buf_cstr(&b));
	buf_char(&f->problems, severity == SEVERITY_ERROR ? '0' : '1');
	buf_add(&f->problems, b.data, b.len);
	buf_char(&f->problems, '\n');
	buf_free(&b);
}

static void __attribute__((format(printf, 6, 0)))
notice(struct site *s, enum severity severity, struct slice path, size_t line,
       size_t column, const char *fmt, va_list ap)
{
	char message[PROBLEM_MAX];
	struct buf b = {0};

	vsnprintf(message, sizeof(message), fmt, ap);
	buf_add(&b, path.data, path.len);
	buf_printf(&b, ":%zu:%zu: %s", line, column, message);
	report(s, severity, buf_cstr(&b));
	buf_free(&b);
}

void
model_notice(struct site *s, enum severity severity, struct slice path,
	     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	notice(s, severity, path, 1, 1, fmt, ap);
	va_end(ap);
}

void
model_notice_at(struct site *s, enum severity severity, struct slice path,
		size_t line, size_t column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	notice(s, severity, path, line, column, fmt, ap);
	va_end(ap);
}

/* ---- files that are known from the last run ---- */

/* The identity body of a page of the previous snapshot. */
static int
previous_body(const struct site *s, struct slice address, struct slice *body)
{
	const struct snapshot_entry *e;
	struct snapshot_run run;

	e = snapshot_find(s->previous, address.data, address.len);
	if (e == NULL || e->status != 200 ||
	    !snapshot_run(s->previous, e, ENC_IDENTITY, &run))
		return 0;
	*body = (struct slice){run.body, (size_t)run.body_len};
	return 1;
}

/* The rendered body of an article: in the catalogue, or a part of its page. */
static int
previous_article(const struct site *s, const struct record *r,
		 struct slice *html)
{
	uint64_t off = r->article.body_off, len = r->body_len;
	struct slice body;

	*html = r->article.html[TEXT_BODY];
	if (off == 0)
		return html->len == len;
	if (!previous_body(s, r->address, &body) || off > body.len ||
	    len > body.len - off)
		return 0;
	*html = (struct slice){body.data + off, (size_t)len};
	return 1;
}

static int
recall_article(struct site *s, struct file *f, const struct record *r)
{
	struct article *a, known = r->article;

	if (!previous_article(s, r, &known.html[TEXT_BODY]) ||
	    !resolve_check(&known) ||
	    !notes_check(known.abstract_notes, known.abstract_html))
		return 0;
	a = article_new(s, f);
	article_recall(a, &known);
	article_complete(s, a);
	return 1;
}

static void
repeat_problems(struct site *s, struct file *f, struct slice problems)
{
	const char *end;
	struct buf line = {0};
	size_t n;

	buf_add(&f->problems, problems.data, problems.len);
	while (problems.len > 0) {
		end = memchr(problems.data, '\n', problems.len);
		n = end != NULL ? (size_t)(end - problems.data) : problems.len;
		buf_clear(&line);
		if (n > 0)
			buf_add(&line, problems.data + 1, n - 1);
		report(s,
		       problems.data[0] == '0' ? SEVERITY_ERROR
					       : SEVERITY_WARNING,
		       buf_cstr(&line));
		n += end != NULL;
		problems.data += n;
		problems.len -= n;
	}
	buf_free(&line);
}

/* 0 when the record, or the page it counts on, is not enough. */
static int
recall(struct site *s, struct file *f, const struct record *r)
{
	struct slice body;

	/* f->kind is what the path alone says. */
	if ((r->kind == FILE_STATIC) != (f->kind == FILE_STATIC) ||
	    (r->kind == FILE_SETTING) != (f->kind == FILE_SETTING) ||
	    (r->kind == FILE_RULES) != (f->kind == FILE_RULES) ||
	    (r->kind == FILE_SECTION) != (f->kind == FILE_SECTION) ||
	    (r->kind == FILE_TEMPLATE) != (f->kind == FILE_TEMPLATE) ||
	    r->kind == FILE_HIDDEN)
		return 0;
	/* One that was left out has no page. */
	if (r->kind == FILE_STATIC && r->address.len > 0 &&
	    (!previous_body(s, r->address, &body) ||
	     body.len != f->src->data_len))
		return 0;
	if (r->kind == FILE_ARTICLE && !recall_article(s, f, r))
		return 0;
	f->kind = r->kind;
	f->value = r->value;
	f->known = r->address;
	f->width = (uint32_t)r->width;
	f->height = (uint32_t)r->height;
	repeat_problems(s, f, r->problems);
	return 1;
}

/* ---- files that are read ---- */

struct reading {
	struct site *site;
	struct file *file;
};

static void
report_frontmatter(void *ctx, enum severity severity, size_t line,
		   size_t column, const char *message)
{
	struct reading *r = ctx;

	model_problem(r->site, r->file, severity, line, column, message);
}

/* A path on this site, or a web address; header_add is one more guard. */
static int
is_target(struct slice target)
{
	size_t i;

	for (i = 0; i < target.len; i++)
		if ((unsigned char)target.data[i] < 0x20 ||
		    target.data[i] == 0x7f)
			return 0;
	if (target.len > 0 && target.data[0] == '/')
		return target.len == 1 ||
		       (target.data[1] != '/' && target.data[1] != '\\');
	return url_has_scheme(target) && url_allowed(target, URL_MEDIA) &&
	       memmem(target.data, target.len, "://", 3) != NULL;
}

/* What the header says, and the name where that is silent. */
static void
take_fields(struct site *s, struct article *a, const struct frontmatter *fm)
{
	struct buf tags = {0};
	struct slice list = fm->categories, tag;
	int64_t date;

	a->title = fm->title;
	a->said_authors = fm->authors;
	a->author_url = fm->author_url;
	a->abstract = fm->abstract;
	a->lang = fm->lang;
	a->image = fm->image;
	a->permalink = fm->permalink;
	a->slug = fm->slug;
	a->aliases = fm->aliases;
	a->said_created = fm->created;
	a->said_updated = fm->updated;
	a->created_zone = fm->created_zone;
	a->updated_zone = fm->updated_zone;
	a->publish = fm->publish;
	a->expires = fm->expires;
	a->draft = fm->draft;
	a->toc = fm->toc;
	a->weight = fm->weight;
	buf_add(&tags, fm->tags.data, fm->tags.len);
	while (items_next(&list, &tag))
		items_add(&tags, tag);
	a->tag_line = region_take(&s->region, &tags);
	buf_free(&tags);
	if (jekyll_name(a->file->path, &date, &tag) &&
	    a->said_created == DATE_NONE)
		a->said_created = date;
	a->jekyll = jekyll_address(&s->region, a->file->path);
	if (a->jekyll.len > 0)
		a->implied =
		    jekyll_old_addresses(&s->region, a->jekyll, fm->categories);
}

static void
read_article(struct site *s, struct file *f, const struct frontmatter *fm)
{
	struct article *a = article_new(s, f);

	f->kind = FILE_ARTICLE;
	take_fields(s, a, fm);
	a->source = fm->body;
	a->body_line = fm->body_line;
	article_complete(s, a);
	article_queue(s, a);
}

static void
read_redirect(struct site *s, struct file *f, const struct frontmatter *fm)
{
	if (is_target(fm->redirect)) {
		f->kind = FILE_REDIRECT;
		f->value = fm->redirect;
		return;
	}
	f->kind = FILE_LEFT_OUT;
	model_problem(s, f, SEVERITY_ERROR, fm->redirect_line, 1,
		      "left out: redirect needs a path that begins with \"/\", "
		      "or an http or https address");
}

static void
read_file(struct site *s, struct file *f, struct slice text)
{
	struct frontmatter_name name = {
	    .title = slice_of(""),
	    .markdown = path_short(f->path).len < f->path.len,
	    .furniture = dialect_is_for_people(f->path)};
	struct reading reading = {s, f};
	struct frontmatter fm;
	struct slice rest;
	int64_t date;

	if (jekyll_name(f->path, &date, &rest)) {
		name.title = jekyll_title(&s->region, rest);
		name.jekyll = 1;
	}
	switch (frontmatter_parse(&s->region, text, &name, &fm,
				  report_frontmatter, &reading)) {
	case FRONTMATTER_ARTICLE:
		frontmatter_lint(text, &fm, report_frontmatter, &reading);
		read_article(s, f, &fm);
		break;
	case FRONTMATTER_REDIRECT:
		read_redirect(s, f, &fm);
		break;
	case FRONTMATTER_NONE:
		f->kind = FILE_LEFT_OUT;
		break;
	}
}

static void
read_section(struct site *s, struct file *f, struct slice text)
{
	struct reading reading = {s, f};
	struct frontmatter fm;
	struct buf b = {0};

	if (!frontmatter_read(&s->region, text, &fm, report_frontmatter,
			      &reading))
		return;
	buf_add(&b, fm.title.data, fm.title.len);
	buf_char(&b, '\n');
	buf_add(&b, fm.abstract.data, fm.abstract.len);
	f->value = region_take(&s->region, &b);
	buf_free(&b);
}

/* ---- all files ---- */

/* How large an image is, which a page that shows it says. */
static void
measure(struct file *f, struct slice bytes)
{
	static const char image[] = "image/";
	struct image_size size;

	if (f->kind != FILE_STATIC ||
	    strncmp(media_by_path(f->path)->type, image, sizeof(image) - 1) !=
		0 ||
	    !image_size(bytes, &size))
		return;
	f->width = size.width;
	f->height = size.height;
}

static int
lacks_bytes(const struct file *f, struct err *err)
{
	return err_set(err,
		       "%.*s: its bytes are neither in the source nor in the "
		       "last snapshot; a full fetch is needed",
		       (int)(f->path.len < 200 ? f->path.len : 200),
		       f->path.data);
}

static int
read_one(struct site *s, struct file *f, struct catalogue *c, struct err *err)
{
	struct record r;

	f->kind = dialect_kind(s, f->path);
	f->place = dialect_place(s, f->path);
	f->value = f->known = f->address = slice_of("");
	if (f->kind == FILE_HIDDEN)
		return 0;
	if (catalogue_find(c, f, &r) && recall(s, f, &r))
		return 0;
	if (!source_has_data(f->src))
		return lacks_bytes(f, err);
	measure(f, source_data(s->src, f->src));
	if (f->kind == FILE_SETTING)
		f->value = trim(source_data(s->src, f->src));
	else if (f->kind == FILE_RULES || f->kind == FILE_TEMPLATE)
		f->value = source_data(s->src, f->src);
	else if (f->kind == FILE_ARTICLE)
		read_file(s, f, source_data(s->src, f->src));
	else if (f->kind == FILE_SECTION)
		read_section(s, f, source_data(s->src, f->src));
	return 0;
}

int
files_read(struct site *s, struct slice bytes, struct err *err)
{
	struct catalogue c;
	size_t i, n = s->src->head->nfiles;

	s->files = xcalloc(n, sizeof(*s->files));
	s->articles = xcalloc(n, sizeof(struct article *));
	s->nfiles = n;
	for (i = 0; i < n; i++) {
		s->files[i].src = &s->src->files[i];
		s->files[i].path = source_path(s->src, s->files[i].src);
	}
	dialect_find(s);
	catalogue_open(&c, s, bytes);
	for (i = 0; i < n; i++)
		if (read_one(s, &s->files[i], &c, err) == -1)
			return -1;
	return 0;
}

int
files_check(const struct site *s, struct err *err)
{
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		const struct file *f = &s->files[i];

		if (f->kind == FILE_STATIC && f->address.len > 0 &&
		    f->known.len == 0 && !source_has_data(f->src))
			return lacks_bytes(f, err);
	}
	return 0;
}
