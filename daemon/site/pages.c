/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "model.h"
#include "template.h"
#include "view.h"

static const char *
template_of(const struct page *p)
{
	switch (p->kind) {
	case PAGE_ARTICLE:
	case PAGE_HOME:
		return "article";
	case PAGE_TAGS:
		return "tags";
	case PAGE_AUTHORS:
		return "authors";
	case PAGE_ARCHIVE:
		return "archive";
	case PAGE_SEARCH:
		return "search";
	case PAGE_NOT_FOUND:
		return "not-found";
	default:
		return "listing";
	}
}

/* What a template gets: the page, and an article in it. */
static size_t
run(struct site *s, const struct page *p, const char *template,
    enum view_type type, const struct article *a, struct buf *out)
{
	struct view v = {.s = s, .p = p, .tmp = s->scratch};
	struct mustache_data data = {view_get, view_item, &v};
	struct mustache_value contexts[2];
	struct template_use use = {.name = template,
				   .data = &data,
				   .contexts = contexts,
				   .ncontexts = a != NULL ? 2 : 1};

	view_object(&contexts[0], VIEW_ROOT, p);
	view_object(&contexts[1], type, a);
	if (a != NULL)
		use.watched = a->html[TEXT_BODY];
	template_run(s, &use, out);
	s->scratch = v.tmp;
	region_clear(&s->scratch);
	return use.watched_at;
}

void
page_write(struct site *s, const struct page *p, struct buf *out,
	   size_t *offset)
{
	int is_article = p->kind == PAGE_ARTICLE || p->kind == PAGE_HOME;

	*offset = run(s, p, template_of(p), VIEW_ARTICLE,
		      is_article ? p->list[0] : NULL, out);
}

void
page_write_result(struct site *s, const struct page *p, const struct article *a,
		  struct buf *out)
{
	run(s, p, "search-result", VIEW_ENTRY, a, out);
}
