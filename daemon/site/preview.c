/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "preview.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"

#define BASE	  "/.blogd/"
#define SHOWN_MAX 100 /* problems on a page */

static const char script[] =
    "\"use strict\";\n"
    "// Reloads the page when the site has been rendered anew.\n"
    "const where = new URL(\"generation\", document.currentScript.src);\n"
    "let known = null;\n"
    "async function look() {\n"
    "\ttry {\n"
    "\t\tconst answer = await fetch(where, {cache: \"no-store\"});\n"
    "\t\tconst now = await answer.text();\n"
    "\t\tif (answer.ok && known !== null && now !== known)\n"
    "\t\t\tlocation.reload();\n"
    "\t\tif (answer.ok)\n"
    "\t\t\tknown = now;\n"
    "\t} catch (e) {\n"
    "\t\t// blogd has ended, or starts again\n"
    "\t}\n"
    "\tsetTimeout(look, 250);\n"
    "}\n"
    "look();\n";

static const char style[] =
    "#blogd-preview { --stop: #b00020; margin: 0; padding: .6rem 1rem; font: "
    "1rem/1.4 system-ui, sans-serif; background: #fff8e1; color: #222; "
    "border-bottom: 3px solid #8a5a00; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "#blogd-preview { --stop: #ff9d94; background: #332a14; color: #eee; }\n"
    "}\n"
    "#blogd-preview p { margin: .2rem 0; }\n"
    "#blogd-preview ol { margin: .4rem 0; padding-inline-start: 1.5rem; "
    "max-height: 40vh; overflow: auto; }\n"
    "#blogd-preview li.error::marker { color: var(--stop); }\n"
    "#blogd-preview code { font: .9rem monospace; color: inherit; background: "
    "none; }\n"
    "#blogd-preview .error b { color: var(--stop); }\n"
    "#blogd-preview summary { font-weight: bold; cursor: pointer; }\n"
    ".no-site { max-width: 41rem; margin: 3rem auto; font: 1.1rem/1.6 "
    "system-ui, sans-serif; }\n"
    "@media print { #blogd-preview { display: none; } }\n";

/* ---- articles ---- */

static const char *const marks[] = {[MARK_NONE] = "",
				    [MARK_DRAFT] = "Draft",
				    [MARK_NOT_YET] = "Not yet published",
				    [MARK_EXPIRED] = "Expired"};

void
preview_mark(struct site *s, struct article *a, enum preview_mark mark)
{
	struct buf b = {0};

	a->mark = mark;
	a->unmarked = a->title;
	if (mark == MARK_NONE)
		return;
	buf_printf(&b, "%s: ", marks[mark]);
	buf_add(&b, a->title.data, a->title.len);
	a->title = region_take(&s->region, &b);
	buf_free(&b);
}

/* The next run decides anew. */
void
preview_unmark(const struct site *s)
{
	for (size_t i = 0; i < s->narticles; i++)
		if (s->articles[i]->mark != MARK_NONE)
			s->articles[i]->title = s->articles[i]->unmarked;
}

/* ---- problems ---- */

static void
add_text(struct buf *out, const char *data, size_t len)
{
	escape_add(out, ESCAPE_TEXT, (struct slice){data, len});
}

/* Where the message begins in "path:12:3: message", or 0. */
static size_t
place_end(const char *line, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		size_t j = i + 1;

		if (line[i] != ':')
			continue;
		while (j < len && line[j] >= '0' && line[j] <= '9')
			j++;
		if (j == i + 1 || j == len || line[j] != ':')
			continue;
		for (i = j++; j < len && line[j] >= '0' && line[j] <= '9';)
			j++;
		if (j > i + 1 && j + 1 < len && line[j] == ':' &&
		    line[j + 1] == ' ')
			return j + 2;
		i--;
	}
	return 0;
}

/* A line that render has kept: severity, then what was reported. */
static void
add_problem(struct buf *out, const char *line, size_t len)
{
	int error = line[0] == '0' + SEVERITY_ERROR;
	size_t place = place_end(++line, --len);

	buf_printf(out, "<li class=\"%s\">", error ? "error" : "warning");
	if (place > 0) {
		buf_str(out, "<code>");
		add_text(out, line, place - 2);
		buf_str(out, "</code> ");
	}
	buf_printf(out, "<b>%s:</b> ", error ? "error" : "warning");
	add_text(out, line + place, len - place);
	buf_str(out, "</li>\n");
}

static void
add_list(const struct buf *said, struct buf *out)
{
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < said->len; i++)
		n += said->data[i] == '\n';
	buf_printf(out,
		   "<details open><summary>%zu problem%s</summary>\n<ol>\n", n,
		   n == 1 ? "" : "s");
	for (size_t at = 0; at < said->len && shown < SHOWN_MAX; shown++) {
		const char *line = said->data + at;
		const char *end = memchr(line, '\n', said->len - at);
		size_t len = (size_t)(end - line);

		if (len > 0)
			add_problem(out, line, len);
		at += len + 1;
	}
	buf_str(out, "</ol>\n");
	if (n > shown)
		buf_printf(out, "<p>and %zu more: see the terminal</p>\n",
			   n - shown);
	buf_str(out, "</details>\n");
}

/* Once, as every page has the same. */
static void
list_problems(struct site *s)
{
	struct buf b = {0};

	if (s->said == NULL || s->said->len == 0)
		return;
	add_list(s->said, &b);
	s->said_list = region_take(&s->region, &b);
	buf_free(&b);
}

/* ---- pages ---- */

static void
plan(struct site *s, const char *name, const char *path, const char *type)
{
	struct page *p = plan_add(s, PAGE_PREVIEW, slice_of(path), type);

	p->name = slice_of(name);
}

void
preview_plan(struct site *s)
{
	if (!s->set.preview)
		return;
	plan(s, "script", BASE "preview.js", "text/javascript; charset=utf-8");
	plan(s, "style", BASE "preview.css", "text/css; charset=utf-8");
	plan(s, "generation", BASE "generation", "text/plain; charset=utf-8");
}

void
preview_generation(struct site *s)
{
	struct page *own = NULL;
	struct digest d = {0};

	if (!s->set.preview)
		return;
	list_problems(s);
	for (size_t i = 0; i < s->npages; i++) {
		struct page *p = &s->pages[i];

		if (p->kind == PAGE_PREVIEW && slice_is(p->name, "generation"))
			own = p;
		digest_bytes(&d, p->pub.recipe, DIGEST_LEN);
	}
	digest_end(&d, s->generation);
	digest_free(&d);
	if (own != NULL)
		memcpy(own->pub.recipe, s->generation, DIGEST_LEN);
}

void
preview_digest(const struct site *s, struct digest *d)
{
	digest_number(d, s->set.preview);
	if (!s->set.preview)
		return;
	digest_add(d, slice_of(s->set.failure));
	if (s->said != NULL)
		digest_bytes(d, s->said->data, s->said->len);
}

void
preview_write(const struct site *s, const struct page *p, struct buf *out)
{
	if (slice_is(p->name, "script"))
		buf_str(out, script);
	else if (slice_is(p->name, "style"))
		buf_str(out, style);
	else if (slice_is(p->name, "generation"))
		for (size_t i = 0; i < DIGEST_LEN; i++)
			buf_printf(out, "%02x", s->generation[i]);
	else
		buf_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
			     "<meta charset=\"utf-8\">\n"
			     "<meta name=\"viewport\" "
			     "content=\"width=device-width\">\n"
			     "<meta name=\"color-scheme\" "
			     "content=\"light dark\">\n"
			     "<title>No site</title>\n</head>\n"
			     "<body>\n<main class=\"no-site\">\n"
			     "<h1>No site</h1>\n<p>It is shown here as soon "
			     "as it can be made.</p>\n</main>\n"
			     "</body>\n</html>\n");
}

/* ---- what is added ---- */

static void
add_panel(const struct site *s, const struct page *p, struct buf *out)
{
	enum preview_mark mark = MARK_NONE;

	if ((p->kind == PAGE_ARTICLE || p->kind == PAGE_HOME) && p->nlist > 0)
		mark = (enum preview_mark)p->list[0]->mark;
	if (s->said_list.len == 0 && mark == MARK_NONE &&
	    s->set.failure[0] == '\0')
		return;
	buf_str(out, "\n<aside id=\"blogd-preview\" lang=\"en\" dir=\"ltr\" "
		     "aria-label=\"Preview\">\n");
	if (s->set.failure[0] != '\0') {
		buf_str(out, "<p class=\"error\"><b>There is no site to show:"
			     "</b> ");
		add_text(out, s->set.failure, strlen(s->set.failure));
		buf_str(out, "</p>\n");
	}
	if (mark != MARK_NONE)
		buf_printf(out,
			   "<p><b>%s:</b> this page is in the preview "
			   "alone.</p>\n",
			   marks[mark]);
	buf_add(out, s->said_list.data, s->said_list.len);
	buf_str(out, "</aside>\n");
}

static void
add_head(const struct site *s, struct buf *out)
{
	buf_printf(
	    out, "<link rel=\"stylesheet\" href=\"%.*s" BASE "preview.css\">\n",
	    (int)s->prefix.len, s->prefix.len > 0 ? s->prefix.data : "");
	buf_printf(out,
		   "<script src=\"%.*s" BASE "preview.js\" defer></script>\n",
		   (int)s->prefix.len, s->prefix.len > 0 ? s->prefix.data : "");
}

/* Where the panel goes: behind <body ...>, else at the beginning. */
static size_t
behind_body(const struct buf *page)
{
	const char *body = memmem(page->data, page->len, "<body", 5), *end;

	if (body == NULL)
		return 0;
	end = memchr(body, '>', page->len - (size_t)(body - page->data));
	return end != NULL ? (size_t)(end - page->data) + 1 : 0;
}

static size_t
before_head(const struct buf *page, size_t else_at)
{
	const char *head = memmem(page->data, page->len, "</head>", 7);

	return head != NULL ? (size_t)(head - page->data) : else_at;
}

size_t
preview_decorate(const struct site *s, const struct page *p, struct buf *out,
		 size_t start, size_t offset)
{
	struct buf page = {0}, head = {0}, panel = {0};
	size_t body, top;

	buf_add(&page, out->data + start, out->len - start);
	buf_reserve(&page, 1);
	body = behind_body(&page);
	top = before_head(&page, body);
	if (top > body)
		top = body;
	add_head(s, &head);
	add_panel(s, p, &panel);
	out->len = start;
	buf_add(out, page.data, top);
	buf_add(out, head.data, head.len);
	buf_add(out, page.data + top, body - top);
	buf_add(out, panel.data, panel.len);
	buf_add(out, page.data + body, page.len - body);
	offset =
	    (offset >= top ? head.len : 0) + (offset >= body ? panel.len : 0);
	buf_free(&page);
	buf_free(&head);
	buf_free(&panel);
	return offset;
}

/* ---- when there is no site ---- */

struct site *
site_new_failure(const struct render_settings *set, const struct buf *said,
		 const char *why)
{
	static const struct source_head head;
	static const struct source none = {.head = &head};
	struct site *s = xcalloc(1, sizeof(*s));
	struct page *p;

	s->set = *set;
	memset(s->set.failure, 0, sizeof(s->set.failure));
	for (size_t i = 0; why[i] != '\0' && i + 1 < sizeof(s->set.failure);
	     i++)
		s->set.failure[i] = why[i];
	s->src = &none;
	s->said = said;
	s->root = slice_of(s->set.url);
	preview_plan(s);
	plan(s, "failure", "/", "text/html; charset=utf-8");
	plan(s, "failure", "", "text/html; charset=utf-8");
	p = &s->pages[s->npages - 1];
	p->pub.status = 404;
	for (size_t i = 0; i < s->npages; i++)
		recipe_page(s, &s->pages[i]);
	preview_generation(s);
	return s;
}

void
site_preview(struct site *s, const struct buf *said)
{
	s->said = said;
}
