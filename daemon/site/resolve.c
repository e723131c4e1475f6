/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "resolve.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "notes.h"
#include "places.h"
#include "reference.h"
#include "spoken.h"

/* What is needed for one article after the other. */
struct resolving {
	struct site *s;
	struct places *places;
	struct article *a;
	struct buf path, scratch; /* of the reference at hand */
	struct buf made;	  /* the references as they shall be */
	uint32_t *len;		  /* of each of them */
	size_t n, cap;
	int changed;	/* is one not as it stands in the HTML? */
	size_t removed; /* bytes of the HTML that they stand for */
	int abstract;	/* it is the abstract: on other pages than its own */
	size_t
	    picture; /* one more than the offset of the first image in made */
};

/* ---- where references are ---- */

/* Goes through the references of an article with their place in its HTML. */
struct cursor {
	struct notes notes;
	struct note note;
	struct slice spliced;
	size_t i;
	ptrdiff_t moved;   /* by what was replaced before it */
	struct slice now;  /* what stands there */
	const char *floor; /* where the last one ends */
	int broken;	   /* it cannot be where it is said to be */
};

static void
cursor_start(struct cursor *c, struct slice notes, struct slice spliced)
{
	memset(c, 0, sizeof(*c));
	notes_start(&c->notes, notes);
	c->spliced = spliced;
}

/* What may stand behind one. */
static const char *
ends_of(enum note_type type)
{
	switch (type) {
	case NOTE_WORD:
		return "\"< ";
	case NOTE_SOURCE:
		return "\" ,";
	default:
		return "\"";
	}
}

/* 1 at the next reference. */
static int
cursor_next(struct cursor *c, struct slice html)
{
	uint32_t len;
	size_t at;

	do {
		if (!notes_next(&c->notes, &c->note))
			return 0;
	} while (!note_is_replaced(&c->note));
	len = (uint32_t)c->note.text.len;
	if (c->spliced.len / sizeof(len) > c->i)
		memcpy(&len, c->spliced.data + c->i * sizeof(len), sizeof(len));
	at = (size_t)((ptrdiff_t)c->note.number + c->moved);
	if (at >= html.len || len >= html.len - at ||
	    strchr(ends_of(c->note.type), html.data[at + len]) == NULL ||
	    html.data[at + len] == '\0' || html.data + at < c->floor) {
		c->broken = 1;
		return 0;
	}
	c->now = (struct slice){html.data + at, len};
	c->floor = html.data + at + len;
	c->moved += (ptrdiff_t)len - (ptrdiff_t)c->note.text.len;
	c->i++;
	return 1;
}

int
resolve_check(const struct article *a)
{
	struct slice html = a->html[TEXT_BODY];
	struct cursor c;

	cursor_start(&c, a->notes, a->spliced);
	while (cursor_next(&c, html))
		;
	return !c.broken && (a->spliced.len == 0 ||
			     a->spliced.len == c.i * sizeof(uint32_t));
}

/* ---- where they lead ---- */

#define SHOWN_MAX 200 /* bytes of a reference in a message */

/* Those of the header have no place. */
static void
complain(struct resolving *r, const struct note *note, const char *before,
	 const char *after)
{
	size_t n = note->text.len, line = 1, column = 1;
	const char *where =
	    r->abstract ? "in the abstract: " : "in the header: ";

	if (!r->abstract && note->line > 0) {
		where = "";
		line = (size_t)r->a->body_line + note->line - 1;
		column = note->column;
	}
	model_notice_at(r->s, SEVERITY_ERROR, r->a->file->path, line, column,
			"%s%s\"%.*s\"%s", where, before,
			(int)(n < SHOWN_MAX ? n : SHOWN_MAX), note->text.data,
			after);
}

/* A path of the site, or of the host that it is a part of: 0 when it is not
 * ours. */
static int
strip_prefix(const struct site *s, struct slice *path)
{
	size_t n = s->prefix.len;

	if (n == 0 || path->data[0] != '/' || path->len < n ||
	    memcmp(path->data, s->prefix.data, n) != 0 ||
	    (path->len > n && path->data[n] != '/'))
		return n == 0 || path->data[0] != '/';
	*path = path->len > n ? (struct slice){path->data + n, path->len - n}
			      : slice_of("/");
	return 1;
}

/* As authors see files, and as browsers see addresses. */
static const struct place *
find(struct resolving *r, struct slice path)
{
	static const char top[] = "@/"; /* Zola's for content/ */
	struct slice dirs[2] = {reference_directory(r->a->file->path),
				reference_directory(r->a->file->address)};
	const struct place *place = NULL;
	size_t i;

	if (path.len > 2 && memcmp(path.data, top, 2) == 0) {
		path = (struct slice){path.data + 2, path.len - 2};
		dirs[0] = slice_of("content");
	}
	for (i = 0; i < 2 && place == NULL; i++) {
		if (i > 0 &&
		    (path.data[0] == '/' || slice_cmp(dirs[0], dirs[1]) == 0))
			break;
		reference_path(&r->path, dirs[i], path);
		place = places_find(r->places,
				    (struct slice){r->path.data, r->path.len});
	}
	return place;
}

/* The address of a place; empty when it has none. */
static struct slice
address_of(const struct place *place)
{
	if (place->file != NULL && place->file->address.len > 0)
		return place->file->address;
	return place->page != NULL ? place->page->pub.path : slice_of("");
}

/* The article that is shown there, or NULL. */
static const struct article *
article_at(const struct place *place)
{
	const struct page *p = place->page;

	if (place->file != NULL && place->file->address.len > 0)
		return place->file->kind == FILE_ARTICLE ? place->file->article
							 : NULL;
	return p != NULL && (p->kind == PAGE_ARTICLE || p->kind == PAGE_HOME)
		   ? p->list[0]
		   : NULL;
}

/* Browsers know "top", footnotes have ids with a dot, which others have not,
 * and with a colon it is no id (":~:text="). */
static int
is_other_id(struct slice id)
{
	return slice_is(id, "top") || id.data[0] == ':' ||
	       (id.len > 3 && memcmp(id.data, "fn.", 3) == 0) ||
	       (id.len > 6 && memcmp(id.data, "fnref.", 6) == 0);
}

static void
check_fragment(struct resolving *r, const struct note *note,
	       const struct article *target, struct slice fragment)
{
	struct slice id;

	if (fragment.len == 0 || target == NULL ||
	    target->result[TEXT_BODY] != MARKDOWN_OK)
		return;
	reference_decode(&r->scratch, fragment);
	id = (struct slice){r->scratch.data, r->scratch.len};
	if (!is_other_id(id) && !places_has_id(r->places, target, id))
		complain(r, note, "",
			 ": there is nothing of this name in the text it leads "
			 "to");
}

static void
add_size(struct resolving *r, const struct note *note, const struct file *f)
{
	if (note->type == NOTE_IMAGE && f != NULL && f->width > 0)
		buf_printf(&r->made, "\" width=\"%u\" height=\"%u", f->width,
			   f->height);
}

/* Appends what a reference to this place is. */
static void
add_address(struct resolving *r, const struct note *note, struct slice address)
{
	buf_add(&r->made, r->s->prefix.data, r->s->prefix.len);
	escape_add(&r->made, ESCAPE_PATH, address);
	/* In a list it must not take what is between two for its end. */
	if (note->type == NOTE_SOURCE && r->made.data[r->made.len - 1] == ',') {
		r->made.len--;
		buf_str(&r->made, "%2C");
	}
}

/* What find has looked for. */
static int
is_redirected(const struct resolving *r)
{
	return plan_is_redirected(r->s,
				  (struct slice){r->path.data, r->path.len});
}

static void
complain_nowhere(struct resolving *r, const struct note *note,
		 const struct place *place)
{
	if (place != NULL)
		complain(r, note, "", " leads to a file that is not shown");
	else if (note->type == NOTE_LINK)
		complain(r, note, "the link to ", " leads nowhere");
	else
		complain(r, note, "there is no file ", " to show");
}

/* Appends the word in the language of the article. */
static void
translate(struct resolving *r, struct slice english)
{
	enum word word = spoken_of_text(english);

	escape_add(&r->made, ESCAPE_TEXT,
		   word != WORD__MAX ? r->a->say->text[word] : english);
}

/* Appends what the reference shall be: as it is, when it leads to no file. */
static void
resolve(struct resolving *r, const struct note *note)
{
	const struct place *place;
	struct reference ref;
	struct slice path;
	int ours;

	if (note->type == NOTE_WORD) {
		translate(r, note->text);
		return;
	}
	reference_parse(&ref, note->text);
	if (!ref.elsewhere && ref.path.len == 0)
		check_fragment(r, note, r->a, ref.fragment);
	if (ref.elsewhere || ref.path.len == 0) {
		if (r->abstract && !ref.elsewhere && ref.text.len > 0)
			add_address(r, note, r->a->file->address);
		buf_add(&r->made, ref.text.data, ref.text.len);
		return;
	}
	path = ref.path;
	ours = strip_prefix(r->s, &path);
	place = find(r, path);
	if (place == NULL || address_of(place).len == 0) {
		if (ours && !is_redirected(r))
			complain_nowhere(r, note, place);
		buf_add(&r->made, ref.text.data, ref.text.len);
		return;
	}
	add_address(r, note, address_of(place));
	buf_add(&r->made, ref.suffix.data, ref.suffix.len);
	add_size(r, note, place->file);
	check_fragment(r, note, article_at(place), ref.fragment);
}

/* ---- an article ---- */

static void
resolve_next(struct resolving *r, const struct cursor *c)
{
	size_t before = r->made.len, n;

	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 64;
		r->len = xreallocarray(r->len, r->cap, sizeof(*r->len));
	}
	resolve(r, &c->note);
	if (c->note.type == NOTE_IMAGE && r->picture == 0)
		r->picture = before + 1;
	n = r->made.len - before;
	r->removed += c->now.len;
	r->len[r->n++] = (uint32_t)n;
	if (n != c->now.len ||
	    (n > 0 && memcmp(r->made.data + before, c->now.data, n) != 0))
		r->changed = 1;
}

static char *
copy(char *to, const char *from, size_t len)
{
	if (len > 0)
		memcpy(to, from, len);
	return to + len;
}

/* The HTML with its references as they were made. */
static void
splice(struct resolving *r)
{
	struct article *a = r->a;
	struct slice html = a->html[TEXT_BODY];
	const char *from = html.data, *made = r->made.data;
	struct cursor c;
	size_t i, len = html.len - r->removed + r->made.len;
	char *out = xmalloc(len), *to = out;

	cursor_start(&c, a->notes, a->spliced);
	for (i = 0; cursor_next(&c, html); i++) {
		to = copy(to, from, (size_t)(c.now.data - from));
		to = copy(to, made, r->len[i]);
		made += r->len[i];
		from = c.now.data + c.now.len;
	}
	copy(to, from, (size_t)(html.data + html.len - from));
	article_own_body(a, out, len);
	a->body_off = 0;
	a->spliced =
	    region_copy(&r->s->region, (struct slice){(const char *)r->len,
						      r->n * sizeof(*r->len)});
}

/* What stands for the article where it is shown small: the image that its
 * header names, or the first in its text. */
static void
set_picture(struct resolving *r)
{
	struct article *a = r->a;
	struct note note = {.type = NOTE_MEDIA, .column = 1};
	struct buf escaped = {0};
	struct slice url;
	const char *end;

	if (a->image.len > 0) {
		r->picture = r->made.len + 1;
		escape_add(&escaped, ESCAPE_HREF, a->image);
		note.text = (struct slice){escaped.data, escaped.len};
		resolve(r, &note);
		buf_free(&escaped);
	}
	if (r->picture == 0)
		return;
	url = (struct slice){r->made.data + r->picture - 1,
			     r->made.len - (r->picture - 1)};
	end = memchr(url.data, '"', url.len);
	url.len = end != NULL ? (size_t)(end - url.data) : url.len;
	a->picture = region_copy(&r->s->region, url);
}

static void
resolve_article(struct resolving *r, struct article *a)
{
	struct digest d = {0};
	struct cursor c;

	r->a = a;
	r->n = r->removed = r->picture = 0;
	r->changed = 0;
	buf_clear(&r->made);
	cursor_start(&c, a->notes, a->spliced);
	while (cursor_next(&c, a->html[TEXT_BODY]))
		resolve_next(r, &c);
	if (r->changed)
		splice(r);
	if (r->n > 0) {
		digest_bytes(&d, r->made.data, r->made.len);
		digest_bytes(&d, r->len, r->n * sizeof(*r->len));
	}
	set_picture(r);
	digest_add(&d, a->picture);
	digest_end(&d, a->references);
	digest_free(&d);
}

/* The abstract is kept as the worker wrote it, and made anew each time: it is
 * short, and most have no reference. */
static void
resolve_abstract(struct resolving *r, struct article *a)
{
	struct slice html = a->abstract_html;
	const char *from = html.data;
	struct buf out = {0};
	struct cursor c;

	a->html[TEXT_ABSTRACT] = html;
	if (a->abstract_notes.len == 0)
		return;
	r->a = a;
	r->abstract = 1;
	cursor_start(&c, a->abstract_notes, slice_of(""));
	while (cursor_next(&c, html)) {
		buf_add(&out, from, (size_t)(c.now.data - from));
		buf_clear(&r->made);
		resolve(r, &c.note);
		buf_add(&out, r->made.data, r->made.len);
		from = c.now.data + c.now.len;
	}
	r->abstract = 0;
	if (c.i > 0) {
		buf_add(&out, from, (size_t)(html.data + html.len - from));
		a->html[TEXT_ABSTRACT] = region_take(&r->s->region, &out);
	}
	buf_free(&out);
}

void
resolve_articles(struct site *s)
{
	struct resolving r = {.s = s, .places = places_new(s)};
	size_t i;

	for (i = 0; i < s->nshown; i++) {
		if (s->shown[i]->result[TEXT_BODY] == MARKDOWN_OK)
			resolve_article(&r, s->shown[i]);
		resolve_abstract(&r, s->shown[i]);
	}
	places_free(r.places);
	buf_free(&r.path);
	buf_free(&r.scratch);
	buf_free(&r.made);
	free(r.len);
}
