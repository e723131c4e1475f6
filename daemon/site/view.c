/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "view.h"

#include <inttypes.h>
#include <string.h>

#include "escape.h"

/* ---- values ---- */

void
view_take(struct view *v, struct mustache_value *out, struct buf *b)
{
	view_text(out, region_take(&v->tmp, b));
	buf_free(b);
}

void
view_number(struct view *v, struct mustache_value *out, uint64_t n)
{
	struct buf b = {0};

	buf_printf(&b, "%" PRIu64, n);
	view_take(v, out, &b);
}

static void
address_after(struct view *v, struct mustache_value *out, struct slice before,
	      struct slice address)
{
	struct buf b = {0};

	if (address.len == 0) {
		out->kind = MUSTACHE_FALSE;
		return;
	}
	buf_add(&b, before.data, before.len);
	escape_add(&b, ESCAPE_PATH, address);
	view_take(v, out, &b);
}

void
view_href(struct view *v, struct mustache_value *out, struct slice address)
{
	address_after(v, out, v->s->prefix, address);
}

void
view_url(struct view *v, struct mustache_value *out, struct slice address)
{
	address_after(v, out, v->s->root, address);
}

/* On the first page of a tag and where all are listed; else each article would
 * be another one whenever one of its tags is used again. */
void
view_count(struct view *v, const struct tag *t, struct mustache_value *out)
{
	if ((v->p->tag == t && v->p->number == 1) || v->p->kind == PAGE_TAGS ||
	    v->p->kind == PAGE_AUTHORS)
		view_number(v, out, t->nlist);
	else
		view_flag(out, 0);
}

/* ---- small objects ---- */

void
view_tag(struct view *v, const void *object, enum template_name name,
	 struct mustache_value *out)
{
	const struct tag *t = object;

	switch (name) {
	case NAME_name:
		view_text(out, t->name);
		break;
	case NAME_href:
		view_href(v, out, t->address);
		break;
	case NAME_url:
		view_url(v, out, t->address);
		break;
	case NAME_count:
		view_count(v, t, out);
		break;
	default:
		break;
	}
}

void
view_year(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct year *y = object;
	int shows = v->p->name.len > 0 || v->s->nshown <= ARCHIVE_MAX;

	switch (name) {
	case NAME_year:
		view_text(out, y->name);
		break;
	case NAME_href:
		view_href(v, out, y->address);
		break;
	case NAME_count:
		view_number(v, out, y->nlist);
		break;
	case NAME_has_articles:
		view_flag(out, shows);
		break;
	case NAME_articles:
		view_list(out, VIEW_ENTRY, y->list, shows ? y->nlist : 0);
		break;
	default:
		break;
	}
}

static int
is_below(struct slice path, struct slice address)
{
	return path.len > address.len &&
	       memcmp(path.data, address.data, address.len) == 0 &&
	       path.data[address.len] == '/';
}

void
view_link(struct view *v, const void *object, enum template_name name,
	  struct mustache_value *out)
{
	const struct view_link *l = object;

	switch (name) {
	case NAME_name:
		view_text(out, l->name);
		break;
	case NAME_href:
		view_href(v, out, l->address);
		break;
	case NAME_url:
		view_url(v, out, l->address);
		break;
	case NAME_current:
		view_flag(out, slice_cmp(l->current, l->address) == 0);
		break;
	case NAME_within:
		view_flag(out, is_below(l->current, l->address));
		break;
	default:
		break;
	}
}

/* ---- mustache_data ---- */

static view_getter *const getters[VIEW__MAX] = {
    [VIEW_ROOT] = view_root,	 [VIEW_SITE] = view_site,
    [VIEW_PAGE] = view_page,	 [VIEW_ARTICLE] = view_article,
    [VIEW_ENTRY] = view_entry,	 [VIEW_CARD] = view_card,
    [VIEW_DATE] = view_date,	 [VIEW_TAG] = view_tag,
    [VIEW_AUTHOR] = view_author, [VIEW_YEAR] = view_year,
    [VIEW_LINK] = view_link,	 [VIEW_SAY] = view_say,
};

void
view_get(void *ctx, const struct mustache_value *object, int name,
	 struct mustache_value *out)
{
	getters[object->type](ctx, object->p, (enum template_name)name, out);
}

/* Lists of articles and tags are arrays of pointers, the others of structs. */
void
view_item(void *ctx, const struct mustache_value *list, size_t i,
	  struct mustache_value *out)
{
	const void *p;

	(void)ctx;
	switch ((enum view_type)list->type) {
	case VIEW_AUTHOR:
		p = &((const struct view_author *)list->p)[i];
		break;
	case VIEW_YEAR:
		p = &((const struct year *)list->p)[i];
		break;
	case VIEW_LINK:
		p = &((const struct view_link *)list->p)[i];
		break;
	default:
		p = ((const void *const *)list->p)[i];
		break;
	}
	view_object(out, (enum view_type)list->type, p);
}
