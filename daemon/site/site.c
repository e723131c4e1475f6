/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "site.h"

#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "icon.h"
#include "model.h"
#include "preview.h"
#include "sitemap.h"
#include "template.h"

/* Rendered texts of the last run are of use as long as this is the same. */
static void
set_key(struct site *s)
{
	struct digest d = {0};

	digest_add(&d, slice_of(PACKAGE_VERSION));
	digest_number(&d, SITE_FORMAT);
	digest_number(&d, s->set.post_cpu_ms);
	digest_number(&d, s->set.post_memory);
	digest_number(&d, s->set.post_output_factor);
	digest_number(&d, s->set.post_output_constant);
	digest_end(&d, s->key);
	digest_free(&d);
}

struct site *
site_new(const struct render_settings *set, const struct source *src,
	 struct snapshot *previous, struct slice catalogue,
	 site_report_fn *report, void *ctx, struct err *err)
{
	struct site *s = xcalloc(1, sizeof(*s));

	s->set = *set;
	s->src = src;
	s->previous = previous;
	s->report = report;
	s->ctx = ctx;
	set_key(s);
	if (files_read(s, catalogue, err) == -1) {
		site_free(s);
		return NULL;
	}
	if (s->narticles == 0) {
		err_set(err, "the repository has no article (a file that "
			     "begins with \"title: ...\" and \"author: ...\" "
			     "and a line \"---\")");
		site_free(s);
		return NULL;
	}
	dotconfig_read(s);
	article_authors(s);
	return s;
}

void
site_free(struct site *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->nfiles; i++)
		buf_free(&s->files[i].problems);
	free(s->files);
	for (i = 0; i < s->narticles; i++)
		free(s->articles[i]->own_body);
	free(s->articles);
	free(s->texts);
	free(s->pages);
	templates_free(s->templates);
	region_free(&s->scratch);
	region_free(&s->region);
	region_free(&s->tokens);
	free(s);
}

size_t
site_ntexts(const struct site *s)
{
	return s->ntexts;
}

struct slice
site_text(const struct site *s, size_t i)
{
	const struct text *t = &s->texts[i];

	switch (t->which) {
	case TEXT_BODY:
		return t->article->source;
	case TEXT_ABSTRACT:
		return t->article->abstract;
	default:
		return t->article->said_authors;
	}
}

void
site_text_done(struct site *s, size_t i, enum markdown_result result,
	       struct slice html, struct slice notes)
{
	article_text_done(s, s->texts[i].article, s->texts[i].which, result,
			  html, notes);
}

void
site_text_tokens(struct site *s, size_t i, struct slice tokens)
{
	struct text *t = &s->texts[i];

	if (t->which == TEXT_BODY)
		t->article->tokens = region_copy(&s->tokens, tokens);
}

int
site_link(struct site *s, struct err *err)
{
	when_hide(s);
	link_addresses(s);
	if (s->nshown == 0 && s->nhidden == 0)
		return err_set(err, "every article is at an address that "
				    "belongs to blogd (/tags, /atom)");
	if (files_check(s, err) == -1)
		return -1;
	link_menu(s);
	link_tags(s);
	link_authors(s);
	relate_urls(s);
	relate_translations(s);
	relate_neighbours(s);
	relate_by_tags(s);
	relate_years(s);
	s->inline_style = strcmp(s->set.csp, CSP_DEFAULT) == 0;
	if (s->inline_style)
		s->policy = style_policy(&s->region, s->set.csp);
	templates_read(s);
	plan_pages(s);
	if (s->set.report)
		doubles_report(s);
	return 0;
}

size_t
site_npages(const struct site *s)
{
	return s->npages;
}

const struct site_page *
site_page(const struct site *s, size_t i)
{
	return &s->pages[i].pub;
}

/* The file's bytes; files_read and files_check saw to it that they are
 * somewhere. */
static void
compose_static(const struct site *s, const struct file *f, struct buf *out)
{
	struct slice data = source_data(s->src, f->src);
	const struct snapshot_entry *e;
	struct snapshot_run run;

	if (source_has_data(f->src)) {
		buf_add(out, data.data, data.len);
		return;
	}
	e = snapshot_find(s->previous, f->known.data, f->known.len);
	if (e != NULL && snapshot_run(s->previous, e, ENC_IDENTITY, &run))
		buf_add(out, run.body, (size_t)run.body_len);
}

/* Returns where an article's body begins, or 0. */
static size_t
compose(struct site *s, const struct page *p, struct buf *out)
{
	size_t start = out->len, offset;

	switch (p->kind) {
	case PAGE_ARTICLE:
		page_write(s, p, out, &offset);
		p->list[0]->body_sought = 1;
		return offset != SIZE_MAX ? offset - start : 0;
	case PAGE_FEED:
		feed_atom(s, p, out);
		break;
	case PAGE_FEED_JSON:
		feed_json(s, p, out);
		break;
	case PAGE_SITEMAP:
		sitemap_write(s, p, out);
		break;
	case PAGE_ROBOTS:
		robots_write(s, out);
		break;
	case PAGE_OPENSEARCH:
		opensearch_write(s, out);
		break;
	case PAGE_ICON:
		icon_write(s, out);
		break;
	case PAGE_STATIC:
		compose_static(s, p->file, out);
		break;
	case PAGE_STYLE:
		style_write(out);
		break;
	case PAGE_REDIRECT_BELOW:
		buf_add(out, p->name.data, p->name.len);
		break;
	case PAGE_PREVIEW:
		preview_write(s, p, out);
		break;
	case PAGE_REDIRECT:
		break;
	default:
		page_write(s, p, out, &offset);
		break;
	}
	return 0;
}

static int
is_html(const struct page *p)
{
	return p->kind != PAGE_STATIC && p->pub.content_type.len >= 9 &&
	       memcmp(p->pub.content_type.data, "text/html", 9) == 0;
}

void
site_compose(struct site *s, size_t i, struct buf *out)
{
	const struct page *p = &s->pages[i];
	size_t start = out->len, offset = compose(s, p, out), moved = 0;

	if (s->set.preview && is_html(p))
		moved = preview_decorate(s, p, out, start, offset);
	if (offset > 0)
		offset += moved;
	if (p->kind == PAGE_ARTICLE)
		p->list[0]->body_off = offset;
}

struct slice
site_policy(const struct site *s)
{
	return s->inline_style ? s->policy : slice_of(s->set.csp);
}

int
site_searchable(const struct site *s)
{
	return s->searchable;
}

const char *
site_root(const struct site *s)
{
	return s->root.data;
}

size_t
site_narticles(const struct site *s)
{
	return s->nshown > 0 ? s->nshown : s->narticles;
}

size_t
site_nproblems(const struct site *s)
{
	return s->nproblems;
}
