/* SPDX-License-Identifier: ISC */
#include "page_writer.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "compress.h"
#include "log.h"
#include "snapshot/headers.h"
#include "workers.h"

/* Raise it when other header fields are made of the same page. */
#define FIELDS_VERSION 2

static const char *const cache_control[] = {
    /* A reader asks again each time, and mostly gets a 304: a push is seen at
     * once by everybody. */
    [SITE_CACHE_PAGE] = "no-cache",
    /* Machines come again and again whether something is new; those that
     * come too early need not even ask. */
    [SITE_CACHE_FEED] = "public, max-age=600",
    /* Pictures, sounds and fonts hardly ever change under the same name: an
     * hour is the longest that a page may be seen with an old one. */
    [SITE_CACHE_MEDIA] = "public, max-age=3600",
    /* Its address is made from its content (RFC 8246). */
    [SITE_CACHE_FOREVER] = "public, max-age=31536000, immutable"};

/* Pages composed and not yet added; what a slow one holds up stays bounded by
 * both. */
#define DRAFTS_MAX     64
#define DRAFT_SIZE_MAX ((size_t)64 << 20)

struct draft {
	const struct site_page *page;
	uint8_t recipe[32];
	int ready;
	struct buf variant[ENC__MAX];
};

struct pages {
	struct site *site;
	const struct render_settings *set;
	struct snapshot_writer *writer;
	struct pages_count *count;
	struct buf salt; /* what recipes of the site do not know of */
	enum compress_what what;
	uint8_t (*recipes)[32]; /* of every page, the salt in it */
	size_t next;		/* page */
	size_t first, last;
	size_t held;			/* bytes in drafts */
	struct draft draft[DRAFTS_MAX]; /* first to last, modulo */
};

static EVP_MD *sha256;

void
page_writer_warm_up(void)
{
	unsigned char hash[32];

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256 == NULL || EVP_Digest("", 0, hash, NULL, sha256, NULL) != 1)
		fatalx("libcrypto has no SHA-256");
}

static void
hash_of(struct slice data, uint8_t hash[32])
{
	if (EVP_Digest(data.data, data.len, hash, NULL, sha256, NULL) != 1)
		fatalx("SHA-256 failed");
}

/* The header fields are made here, from settings: with another policy every
 * page is another one. */
static void
salt_make(struct buf *salt, const struct render_settings *set)
{
	buf_printf(salt, "%d %d %s", COMPRESS_VERSION, FIELDS_VERSION,
		   set->csp);
}

static void
recipe_of(const struct pages *p, const struct site_page *page,
	  uint8_t recipe[32])
{
	struct buf b = {NULL, 0, 0};

	buf_add(&b, page->recipe, sizeof(page->recipe));
	buf_add(&b, p->salt.data, p->salt.len);
	hash_of((struct slice){b.data, b.len}, recipe);
	buf_free(&b);
}

/* ---------------------------------------------------------------- adding -- */

static struct slice
slice_of_buf(const struct buf *b)
{
	return (struct slice){b->data, b->len};
}

static void
fill_headers(const struct pages *p, const struct draft *d,
	     struct page_headers *h)
{
	uint8_t hash[32];

	memset(h, 0, sizeof(*h));
	h->content_type = d->page->content_type;
	h->location = d->page->location;
	h->cache_control = d->page->cache_control;
	if (h->cache_control.len == 0)
		h->cache_control = slice_of(cache_control[d->page->cache]);
	h->referrer_policy = d->page->referrer_policy;
	h->opener_policy = d->page->opener_policy;
	h->fields = d->page->fields;
	h->csp = d->page->csp.len > 0 ? d->page->csp : slice_of(p->set->csp);
	h->ranges = d->page->status == 200;
	h->modified = d->page->modified;
	for (int i = 0; i < ENC__MAX; i++)
		h->vary |= i != ENC_IDENTITY && d->variant[i].len > 0;
	hash_of(slice_of_buf(&d->variant[ENC_IDENTITY]), hash);
	memcpy(h->etag, hash, sizeof(h->etag));
}

static void
add_page(struct pages *p, const struct draft *d)
{
	struct buf common[ENC__MAX] = {0}, typed[ENC__MAX] = {0};
	struct snapshot_page page = {.path = d->page->path,
				     .status = d->page->status,
				     .modified = d->page->modified};
	struct page_headers h;
	struct err err;
	int i;

	fill_headers(p, d, &h);
	memcpy(page.recipe, d->recipe, sizeof(page.recipe));
	memcpy(page.etag, h.etag, sizeof(page.etag));
	if (p->what == COMPRESS_ALL || d->variant[ENC_GZIP].len == 0)
		page.flags = ENTRY_COMPRESSED;
	else
		page.flags = ENTRY_QUICK;
	h.flags = page.flags;
	for (i = 0; i < ENC__MAX; i++) {
		if (i != ENC_IDENTITY && d->variant[i].len == 0)
			continue;
		headers_common(&common[i], &h, i);
		headers_typed(&typed[i], &h, i);
		page.variant[i].present = 1;
		page.variant[i].common = slice_of_buf(&common[i]);
		page.variant[i].typed = slice_of_buf(&typed[i]);
		page.variant[i].body = slice_of_buf(&d->variant[i]);
	}
	if (snapshot_add(p->writer, &page, &err) == -1) {
		log_warn("%s", err.text);
		p->count->left_out++;
	} else {
		p->count->made++;
	}
	for (i = 0; i < ENC__MAX; i++) {
		buf_free(&common[i]);
		buf_free(&typed[i]);
	}
}

static void
add_ready(struct pages *p)
{
	while (p->first < p->last && p->draft[p->first % DRAFTS_MAX].ready) {
		struct draft *d = &p->draft[p->first % DRAFTS_MAX];

		add_page(p, d);
		p->held -= d->variant[ENC_IDENTITY].len;
		for (int i = 0; i < ENC__MAX; i++)
			buf_free(&d->variant[i]);
		p->first++;
	}
}

/* ------------------------------------------------------------ the pool's -- */

/* Composes the page, unless the previous snapshot has it. */
static struct draft *
compose(struct pages *p, size_t i)
{
	const struct site_page *page = site_page(p->site, i);
	struct draft *d = &p->draft[p->last % DRAFTS_MAX];

	memcpy(d->recipe, p->recipes[i], sizeof(d->recipe));
	if (snapshot_reuse(p->writer, page->path, d->recipe)) {
		p->count->reused++;
		return NULL;
	}
	d->page = page;
	d->ready = 0;
	site_compose(p->site, i, &d->variant[ENC_IDENTITY]);
	p->held += d->variant[ENC_IDENTITY].len;
	p->last++;
	return d;
}

static int
next_body(void *ctx, size_t *id, struct slice *in)
{
	struct pages *p = ctx;

	while (p->next < site_npages(p->site) &&
	       p->last - p->first < DRAFTS_MAX && p->held < DRAFT_SIZE_MAX) {
		struct draft *d = compose(p, p->next++);

		if (d == NULL)
			continue;
		if (d->page->compress) {
			*id = (size_t)(d - p->draft);
			*in = slice_of_buf(&d->variant[ENC_IDENTITY]);
			return 1;
		}
		d->ready = 1;
		add_ready(p);
	}
	return 0;
}

/* A page whose worker failed is served as it is. */
static void
body_done(void *ctx, const struct pool_result *r)
{
	static const enum encoding outputs[POOL_OUTPUTS] = {
	    ENC_GZIP, ENC_BROTLI, ENC_ZSTD};
	struct pages *p = ctx;
	struct draft *d = &p->draft[r->id];

	for (int i = 0; i < POOL_OUTPUTS && r->status == POOL_DONE; i++)
		buf_add(&d->variant[outputs[i]], r->out[i].data, r->out[i].len);
	if (r->status == POOL_CRASHED)
		log_warn(
		    "%.*s: could not be compressed",
		    (int)(d->page->path.len < 200 ? d->page->path.len : 200),
		    d->page->path.data);
	d->ready = 1;
	add_ready(p);
}

/* All recipes, and with them how much there is to do. */
static void
survey(struct pages *p)
{
	size_t i, n = site_npages(p->site), missing = 0;

	p->recipes = xcalloc(n, sizeof(*p->recipes));
	for (i = 0; i < n; i++) {
		const struct site_page *page = site_page(p->site, i);

		recipe_of(p, page, p->recipes[i]);
		missing += !snapshot_has(p->writer, page->path, p->recipes[i]);
	}
	p->what = missing > PAGES_AT_ONCE ? COMPRESS_FIRST : COMPRESS_ALL;
}

int
page_writer_run(struct site *site, const struct render_settings *set,
		struct snapshot_writer *writer, uint32_t wall_ms,
		struct pages_count *count, struct err *err)
{
	struct pages p = {
	    .site = site, .set = set, .writer = writer, .count = count};
	struct pool_caller caller = {next_body, body_done, &p};
	struct pool_work work;
	struct pool *pool;
	int result;

	memset(count, 0, sizeof(*count));
	salt_make(&p.salt, set);
	survey(&p);
	work = workers_compress(p.what);
	pool = pool_new(&work, set->workers, wall_ms);
	result = pool_run(pool, &caller, err);
	pool_free(pool);
	buf_free(&p.salt);
	free(p.recipes);
	return result;
}
