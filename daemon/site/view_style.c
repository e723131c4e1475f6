/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "escape.h"
#include "notes.h"
#include "template.h"
#include "view.h"

/*
 * Which of our style sheets a page holds: those for what is in it, so that most
 * pages hold little.  What a text needs its worker noted; what a template of
 * the repository shows nobody knows, so that its pages hold all but those for
 * code and formulas.
 */

#define SHEET(which) (1u << (which))
#define SHEETS_OF_TEXT \
	(SHEET(STYLE_TEXT) | SHEET(STYLE_FIGURE) | SHEET(STYLE_ASIDE))

static unsigned
of_flags(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		unsigned sheets;
	} needs[] = {
	    {NOTES_CODE, SHEET(STYLE_CODE)},
	    {NOTES_MATH, SHEET(STYLE_MATH)},
	    {NOTES_FIGURE, SHEET(STYLE_FIGURE)},
	    {NOTES_TEXT, SHEET(STYLE_TEXT)},
	    {NOTES_ASIDE, SHEET(STYLE_ASIDE)},
	    {NOTES_CLASS, SHEETS_OF_TEXT | SHEET(STYLE_LIST)},
	};
	unsigned sheets = 0;

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (flags & needs[i].flag)
			sheets |= needs[i].sheets;
	return sheets;
}

static uint32_t
flags_of(struct slice notes)
{
	struct notes n = {.flags = 0};

	notes_start(&n, notes);
	return n.flags;
}

static unsigned
of_article(const struct article *a)
{
	unsigned sheets = SHEET(STYLE_TEXT);

	sheets |= of_flags(flags_of(a->notes) | (uint32_t)a->author_flags);
	if (a->toc == 1 || a->result[TEXT_BODY] != MARKDOWN_OK)
		sheets |= SHEET(STYLE_ASIDE);
	return sheets;
}

/* Abstracts in a list, where code is not coloured. */
static unsigned
of_abstracts(struct article *const *list, size_t n)
{
	unsigned sheets = 0;

	for (size_t i = 0; i < n; i++)
		sheets |= of_flags(flags_of(list[i]->abstract_notes));
	return sheets & ~(SHEET(STYLE_CODE) | SHEET(STYLE_MATH));
}

static unsigned
of_page(const struct view *v)
{
	const struct article *a = view_article_of(v->p);
	unsigned sheets = SHEET(STYLE_BASE);

	sheets |= a != NULL ? of_article(a) : SHEET(STYLE_LIST);
	if (v->p->kind == PAGE_SEARCH) /* it may find any */
		sheets |= of_abstracts(v->s->shown, v->s->nshown);
	else if (view_is_listing(v->p))
		sheets |= of_abstracts(v->p->list, v->p->nlist);
	if (templates_own(v->s))
		sheets |= SHEETS_OF_TEXT | SHEET(STYLE_LIST);
	return sheets;
}

static void
add_link(struct view *v, struct buf *out, struct slice address)
{
	buf_str(out, "<link rel=\"stylesheet\" href=\"");
	buf_add(out, v->s->prefix.data, v->s->prefix.len);
	escape_add(out, ESCAPE_PATH, address);
	buf_str(out, "\">");
}

static void
add_sheets(const struct view *v, struct buf *out)
{
	unsigned sheets = of_page(v);

	for (int i = 0; i < STYLE__MAX; i++) {
		if ((sheets & SHEET(i)) == 0)
			continue;
		buf_str(out, "<style>");
		buf_str(out, style_sheet((enum style_sheet)i));
		buf_str(out, "</style>");
	}
}

/* Ours, and the repository's behind it, so that it has the last word. */
void
view_styles(struct view *v, struct buf *out)
{
	const struct site *s = v->s;

	if (s->inline_style)
		add_sheets(v, out);
	else
		add_link(v, out, style_address(&v->tmp));
	if (s->own_style) {
		buf_char(out, '\n');
		add_link(v, out, slice_of("/static/css/style.css"));
	}
}
