/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "path.h"

/*
 * Which file gets which address.  All addresses that files would like are
 * collected and sorted; of those that are the same, the claim of the lowest
 * rank and then of the first path has it.  A file is served at the best address
 * that it was given, and the others lead there.
 */
enum rank {
	RANK_EXACT, /* its path */
	RANK_PERMALINK,
	RANK_DIRECTORY, /* a listing */
	RANK_SHORT,	/* without ending and so on */
	RANK_ALIAS,
	RANK_IMPLIED /* where another program would have put it */
};

struct claim {
	struct slice address;
	struct file *file; /* NULL: of a directory */
	enum rank rank;
	int lost;
};

struct claims {
	struct site *s;
	struct claim *list;
	size_t n, cap;
};

static void
add(struct claims *c, enum rank rank, struct file *f, struct slice address)
{
	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? c->cap * 2 : 256;
		c->list = xreallocarray(c->list, c->cap, sizeof(*c->list));
	}
	c->list[c->n++] = (struct claim){address, f, rank, 0};
}

/* ---- what a file claims ---- */

/* The article is the only one below its directory. */
static int
is_bundle(const struct directory *dirs, size_t n, struct slice dir)
{
	size_t low = 0, high = n, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = slice_cmp(dirs[middle].path, dir);
		if (order == 0)
			return 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 1;
}

static struct slice
joined(struct site *s, struct slice dir, struct slice name)
{
	struct buf b = {0};
	struct slice result;

	buf_add(&b, dir.data, dir.len);
	buf_char(&b, '/');
	buf_add(&b, name.data, name.len);
	result = region_take(&s->region, &b);
	buf_free(&b);
	return result;
}

/* The directory it is in. */
static struct slice
above(struct slice address)
{
	address.len -= path_base(address).len + 1;
	return address;
}

/* "/Posts/x.md" is served as "/Posts/x". */
static struct slice
short_address(struct site *s, const struct file *f,
	      const struct directory *dirs, size_t ndirs)
{
	struct slice address = path_short(f->exact), dir, slug = slice_of("");

	if (f->kind == FILE_STATIC)
		return f->exact;
	if (f->kind == FILE_ARTICLE) {
		slug = f->article->slug;
		if (f->article->jekyll.len > 0)
			address = f->article->jekyll;
	}
	dir = above(address);
	if (f->kind == FILE_ARTICLE && dir.len > 1 && path_is_index(f->path) &&
	    is_bundle(dirs, ndirs, (struct slice){dir.data + 1, dir.len - 1})) {
		address = dir;
		dir = above(address);
	}
	return slug.len > 0 ? joined(s, dir, slug) : address;
}

static void
add_list(struct claims *c, enum rank rank, struct file *f, struct slice list)
{
	struct slice address;

	while (items_next(&list, &address))
		add(c, rank, f, address);
}

/* Zola takes the date off a name. */
static void
add_undated(struct claims *c, struct file *f, struct slice address)
{
	struct slice name;
	int64_t date;

	if (c->s->dialect == DIALECT_HUGO &&
	    dated_name(path_base(address), &date, &name))
		add(c, RANK_IMPLIED, f, joined(c->s, above(address), name));
}

static void
add_file(struct claims *c, struct file *f, const struct directory *dirs,
	 size_t ndirs)
{
	struct slice address = short_address(c->s, f, dirs, ndirs);

	add(c, RANK_EXACT, f, f->exact);
	if (slice_cmp(address, f->exact) != 0)
		add(c, RANK_SHORT, f, address);
	if (f->kind == FILE_STATIC && slice_cmp(f->place, f->path) != 0)
		add(c, RANK_IMPLIED, f, link_with_slash(c->s, f->path));
	if (f->kind != FILE_ARTICLE)
		return;
	if (f->article->permalink.len > 0)
		add(c, RANK_PERMALINK, f, f->article->permalink);
	add_list(c, RANK_ALIAS, f, f->article->aliases);
	add_list(c, RANK_IMPLIED, f, f->article->implied);
	add_undated(c, f, address);
}

/* ---- who gets it ---- */

static int
compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = slice_cmp(x->address, y->address);

	if (order != 0)
		return order;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->file == y->file)
		return 0;
	return x->file == NULL || (y->file != NULL && x->file < y->file) ? -1
									 : 1;
}

/* Marks what is lost: all but the first of an address, and what is reserved.
 */
static void
decide(struct claims *c)
{
	size_t i;

	if (c->n > 1)
		qsort(c->list, c->n, sizeof(*c->list), compare_claims);
	for (i = 0; i < c->n; i++)
		c->list[i].lost = link_reserved(c->s, c->list[i].address) ||
				  (i > 0 && slice_cmp(c->list[i - 1].address,
						      c->list[i].address) == 0);
}

static int
compare_files(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1)
				  : slice_cmp(x->address, y->address);
}

static void
complain(struct claims *c, const struct claim *lost)
{
	static const char *const what[] = {
	    [RANK_PERMALINK] = ", so it is not the permalink of this file",
	    [RANK_SHORT] = ", so this file keeps its whole path as its own",
	    [RANK_ALIAS] = ", so it is no alias of this file",
	};
	struct slice a = lost->address;

	model_notice(c->s, SEVERITY_WARNING, lost->file->path,
		     "\"%.*s\" is the address of something else%s",
		     (int)(a.len < 512 ? a.len : 512), a.data,
		     what[lost->rank]);
}

/* The claims of one file, by rank: permalink, short address, exact one. */
static const struct claim *
best(const struct claim *claims, size_t n)
{
	const struct claim *found = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (!claims[i].lost && claims[i].rank <= RANK_SHORT &&
		    (found == NULL || found->rank != RANK_PERMALINK))
			found = &claims[i];
	return found;
}

/* Was it asked for in vain, and is that worth a word? */
static int
is_missed(const struct claim *c, const struct claim *chosen)
{
	if (!c->lost || slice_cmp(c->address, chosen->address) == 0)
		return 0;
	return c->rank == RANK_PERMALINK || c->rank == RANK_ALIAS ||
	       (c->rank == RANK_SHORT && chosen->rank != RANK_PERMALINK);
}

static void
settle(struct claims *c, const struct claim *claims, size_t n)
{
	struct file *f = claims[0].file;
	const struct claim *chosen = best(claims, n);
	size_t i;

	f->others = region_alloc(&c->s->region, n, sizeof(*f->others));
	for (i = 0; i < n; i++) {
		if (is_missed(&claims[i], chosen))
			complain(c, &claims[i]);
		else if (!claims[i].lost && &claims[i] != chosen)
			f->others[f->nothers++] = claims[i].address;
	}
	f->address = chosen->address;
}

void
claim_addresses(struct site *s, const struct directory *dirs, size_t ndirs)
{
	struct claims c = {.s = s};
	size_t i, n;

	for (i = 0; i < ndirs; i++)
		add(&c, RANK_DIRECTORY, NULL, link_with_slash(s, dirs[i].path));
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].address.len > 0)
			add_file(&c, &s->files[i], dirs, ndirs);
	decide(&c);
	if (c.n > 1)
		qsort(c.list, c.n, sizeof(*c.list), compare_files);
	for (i = 0; i < c.n; i += n) {
		for (n = 1; i + n < c.n; n++)
			if (c.list[i + n].file != c.list[i].file)
				break;
		if (c.list[i].file != NULL)
			settle(&c, &c.list[i], n);
	}
	free(c.list);
}
