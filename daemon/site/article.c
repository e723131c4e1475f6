/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "frontmatter.h"
#include "model.h"
#include "notes.h"

struct article *
article_new(struct site *s, struct file *f)
{
	struct article *a = region_alloc(&s->region, 1, sizeof(*a));

	a->file = f;
	a->said_created = a->said_updated = DATE_NONE;
	a->publish = a->expires = DATE_NONE;
	a->toc = -1;
	f->article = a;
	s->articles[s->narticles++] = a;
	return a;
}

void
article_recall(struct article *a, const struct article *known)
{
	struct article fresh = *a;

	*a = *known;
	a->file = fresh.file;
	/* Its page is made again, or the same as it was. */
	a->body_sought = 1;
}

/* A file that was never changed since it came into the repository was last
 * changed when its author says that it was written. */
static void
set_dates(struct article *a)
{
	const struct source_file *src = a->file->src;

	a->created = src->created;
	a->updated = src->updated;
	if (a->said_created != DATE_NONE) {
		a->created = a->said_created;
		if (src->updated == src->created)
			a->updated = a->created;
	}
	if (a->said_updated != DATE_NONE)
		a->updated = a->said_updated;
	else
		a->updated_zone = 0;
	if (a->updated <= a->created) {
		a->updated = a->created;
		a->updated_zone = a->created_zone;
	}
}

void
article_complete(struct site *s, struct article *a)
{
	a->tags = items_array(&s->region, a->tag_line, &a->ntags);
	set_dates(a);
}

static int
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* Nothing in it that Markdown could make something of?  Most abstracts and
 * authors are so, and need no worker.  "www." would become a link. */
static int
is_plain(struct slice s)
{
	size_t i;

	if (s.len > 0 && !is_letter((unsigned char)s.data[0]))
		return 0;
	for (i = 0; i < s.len; i++)
		if (!is_letter((unsigned char)s.data[i]) &&
		    (s.data[i] == '\0' ||
		     strchr("0123456789 ,.;?'()-", s.data[i]) == NULL))
			return 0;
	return s.len == 0 || memmem(s.data, s.len, "www.", 4) == NULL;
}

static struct slice
escaped(struct site *s, const char *before, struct slice text,
	const char *after)
{
	struct buf b = {0};
	struct slice html;

	buf_str(&b, before);
	escape_add(&b, ESCAPE_TEXT, text);
	buf_str(&b, after);
	html = region_take(&s->region, &b);
	buf_free(&b);
	return html;
}

void
article_authors(struct site *s)
{
	size_t i;

	for (i = 0; i < s->narticles; i++) {
		struct article *a = s->articles[i];

		a->authors = a->said_authors;
		if (a->authors.len > 0)
			continue;
		a->authors = s->author.len > 0 ? s->author : s->name;
		a->html[TEXT_AUTHOR] = escaped(s, "", a->authors, "");
	}
}

static void
queue(struct site *s, struct article *a, enum article_text which)
{
	if (s->ntexts == s->captexts) {
		s->captexts = s->captexts > 0 ? s->captexts * 2 : 256;
		s->texts =
		    xreallocarray(s->texts, s->captexts, sizeof(*s->texts));
	}
	s->texts[s->ntexts].article = a;
	s->texts[s->ntexts++].which = which;
}

static struct slice
plain_paragraph(struct site *s, struct slice text)
{
	return text.len > 0 ? escaped(s, "<p>", text, "</p>\n") : slice_of("");
}

void
article_queue(struct site *s, struct article *a)
{
	queue(s, a, TEXT_BODY);
	if (is_plain(a->abstract))
		a->abstract_html = plain_paragraph(s, a->abstract);
	else
		queue(s, a, TEXT_ABSTRACT);
	if (is_plain(a->said_authors) || items_count(a->said_authors) > 1)
		a->html[TEXT_AUTHOR] = escaped(s, "", a->said_authors, "");
	else
		queue(s, a, TEXT_AUTHOR);
}

/* What a rendering of an author must be: one paragraph.  Its inside, or {NULL,
 * 0}. */
static struct slice
inside_paragraph(struct slice html)
{
	static const char start[] = "<p>", end[] = "</p>\n";
	const size_t nstart = sizeof(start) - 1, nend = sizeof(end) - 1;
	const char *first;

	if (html.len < nstart + nend || memcmp(html.data, start, nstart) != 0)
		return (struct slice){NULL, 0};
	first = memmem(html.data, html.len, end, nend);
	if (first == NULL || (size_t)(first - html.data) != html.len - nend)
		return (struct slice){NULL, 0};
	return (struct slice){html.data + nstart, html.len - nstart - nend};
}

static const char *
result_text(enum markdown_result result)
{
	switch (result) {
	case MARKDOWN_TIME:
		return "takes too much processor time (post-cpu)";
	case MARKDOWN_MEMORY:
		return "takes too much memory (post-memory)";
	case MARKDOWN_OUTPUT:
		return "makes too much HTML (post-output-factor)";
	default:
		return "makes the Markdown parser crash";
	}
}

static void
report_result(struct site *s, struct article *a, enum article_text which,
	      enum markdown_result result)
{
	static const char *const what[] = {"the text", "the abstract",
					   "the author"};
	struct buf b = {0};

	buf_printf(&b, "%s %s; shown as its source", what[which],
		   result_text(result));
	model_problem(s, a->file, SEVERITY_ERROR, 1, 1, buf_cstr(&b));
	buf_free(&b);
}

static struct slice
fallback(struct site *s, struct article *a, enum article_text which)
{
	switch (which) {
	case TEXT_BODY:
		return escaped(s,
			       "<p class=\"notice\" role=\"note\" "
			       "lang=\"en\">This post could not be "
			       "laid out. Here is its source.</p>\n<pre>",
			       a->source, "</pre>\n");
	case TEXT_ABSTRACT:
		return escaped(s, "<p>", a->abstract, "</p>\n");
	default:
		return escaped(s, "", a->said_authors, "");
	}
}

/* A body is the most of what a site is, and is written anew when its references
 * are resolved: so it is not in the region, where the old one would stay. */
void
article_own_body(struct article *a, char *html, size_t len)
{
	free(a->own_body);
	a->own_body = html;
	a->html[TEXT_BODY] = (struct slice){html, len};
}

/* Nobody knows where in the header an abstract's lines are. */
static void
report_notes(struct site *s, struct article *a, struct slice notes,
	     const char *where)
{
	struct notes n;
	struct note note;
	struct buf message = {0};
	int header = where[0] != '\0';

	notes_start(&n, notes);
	while (notes_next(&n, &note)) {
		if (note.type != NOTE_PROBLEM)
			continue;
		buf_clear(&message);
		buf_str(&message, where);
		buf_add(&message, note.text.data, note.text.len);
		model_problem(s, a->file, (enum severity)note.number,
			      header ? 1 : (size_t)a->body_line + note.line - 1,
			      header ? 1 : note.column, buf_cstr(&message));
	}
	buf_free(&message);
}

static void
body_done(struct site *s, struct article *a, struct slice html,
	  struct slice notes)
{
	char *copy = xmalloc(html.len + 1);

	if (html.len > 0)
		memcpy(copy, html.data, html.len);
	article_own_body(a, copy, html.len);
	a->notes = region_copy(&s->region, notes);
	report_notes(s, a, a->notes, "");
}

static void
abstract_done(struct site *s, struct article *a, struct slice html,
	      struct slice notes)
{
	a->abstract_html = region_copy(&s->region, html);
	a->abstract_notes = region_copy(&s->region, notes);
	report_notes(s, a, a->abstract_notes, "in the abstract: ");
}

static void
author_done(struct site *s, struct article *a, struct slice html,
	    struct slice notes)
{
	struct notes n;

	notes_start(&n, notes);
	a->author_flags = n.flags;
	html = inside_paragraph(html);
	a->html[TEXT_AUTHOR] = html.data != NULL ? region_copy(&s->region, html)
						 : fallback(s, a, TEXT_AUTHOR);
}

void
article_text_done(struct site *s, struct article *a, enum article_text which,
		  enum markdown_result result, struct slice html,
		  struct slice notes)
{
	static void (*const done[])(struct site *, struct article *,
				    struct slice, struct slice) = {
	    [TEXT_BODY] = body_done,
	    [TEXT_ABSTRACT] = abstract_done,
	    [TEXT_AUTHOR] = author_done};

	/* A worker that is taken over may say anything. */
	if (result == MARKDOWN_OK && !notes_check(notes, html))
		result = MARKDOWN_CRASHED;
	a->result[which] = (uint8_t)result;
	if (result == MARKDOWN_OK) {
		done[which](s, a, html, notes);
		return;
	}
	report_result(s, a, which, result);
	html = fallback(s, a, which);
	if (which == TEXT_ABSTRACT)
		a->abstract_html = html;
	else
		a->html[which] = html;
}

/* ---- HTML to text ---- */

static size_t
decode_reference(struct buf *out, struct slice s)
{
	static const struct {
		const char *reference, *text;
	} table[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
		     {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};
	size_t i, n;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		n = strlen(table[i].reference);
		if (s.len >= n && memcmp(s.data, table[i].reference, n) == 0) {
			buf_str(out, table[i].text);
			return n;
		}
	}
	buf_char(out, '&');
	return 1;
}

/* Where the TeX of a formula begins that is in MathML too; the end when there
 * is none, so that it is searched once. */
static size_t
annotation(struct slice html, size_t from)
{
	const char *found =
	    memmem(html.data + from, html.len - from, "<annotation ", 12);

	return found != NULL ? (size_t)(found - html.data) : html.len;
}

/* Every "<" in HTML that we made begins a tag, and no ">" stands inside one. */
void
html_to_text(struct buf *out, struct slice html)
{
	static const char formula[] = "<semantics>";
	size_t i = 0, tex = 0;
	const char *end;

	while (i < html.len) {
		struct slice at = {html.data + i, html.len - i};

		if (at.len > sizeof(formula) && tex < html.len &&
		    memcmp(at.data, formula, sizeof(formula) - 1) == 0 &&
		    (tex = annotation(html, i)) < html.len) {
			i = tex;
		} else if (at.data[0] == '<') {
			end = memchr(at.data, '>', at.len);
			i = end != NULL ? (size_t)(end - html.data) + 1
					: html.len;
		} else if (at.data[0] == '&') {
			i += decode_reference(out, at);
		} else {
			buf_char(out, at.data[0] == '\n' ? ' ' : at.data[0]);
			i++;
		}
	}
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
}

struct slice
html_first_href(struct slice html)
{
	static const char href[] = " href=\"";
	const char *start = NULL, *end = NULL;

	if (html.len > 0)
		start = memmem(html.data, html.len, href, sizeof(href) - 1);
	if (start != NULL) {
		start += sizeof(href) - 1;
		end =
		    memchr(start, '"', html.len - (size_t)(start - html.data));
	}
	return end != NULL ? (struct slice){start, (size_t)(end - start)}
			   : (struct slice){"", 0};
}
