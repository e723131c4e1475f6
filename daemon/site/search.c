/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "search.h"

#include <stdlib.h>

#include "../snapshot/headers.h"
#include "searchtokens.h"
#include "sitemap.h"

/* To be raised whenever the same articles would make another index. */
#define SEARCH_VERSION 3

/* What a word weighs by where it stands; in text, once. */
#define WEIGHT_TITLE	21
#define WEIGHT_TAG	13
#define WEIGHT_HEADING	5
#define WEIGHT_AUTHOR	3
#define WEIGHT_ABSTRACT 3

struct gather {
	struct site *s;
	struct search_build *build;
	struct search_doc *docs;
	uint32_t ndocs;
	struct buf snippets;
	const struct search_index *old;
	uint32_t *renumber; /* of the old index */
	uint32_t *by_key;   /* table of its documents + 1, by words_key */
	uint32_t mask;
	char *tokens; /* room for one text's */
};

/* ---- keys ---- */

/* What the words of an article come from. */
static void
words_key(const struct article *a, uint8_t key[16])
{
	struct digest d = {0};
	uint8_t hash[DIGEST_LEN];

	digest_add(&d, slice_of(PACKAGE_VERSION));
	digest_number(&d, SEARCH_VERSION);
	digest_number(&d, SITE_FORMAT);
	digest_add(&d, a->file->path);
	digest_bytes(&d, a->file->src->blob, OID_MAX);
	digest_add(&d, a->title);
	digest_add(&d, a->tag_line);
	for (int i = 0; i < TEXT__MAX; i++)
		digest_number(&d, a->result[i]);
	digest_add(&d, a->html[TEXT_AUTHOR]);
	digest_add(&d, a->html[TEXT_ABSTRACT]);
	digest_end(&d, hash);
	digest_free(&d);
	memcpy(key, hash, 16);
}

static void
snippet_key(const struct site *s, const struct article *a, uint8_t key[16])
{
	struct digest d = {0};
	uint8_t hash[DIGEST_LEN];

	digest_number(&d, SEARCH_VERSION);
	digest_bytes(&d, s->frame, DIGEST_LEN);
	digest_bytes(&d, a->digest, DIGEST_LEN);
	digest_end(&d, hash);
	digest_free(&d);
	memcpy(key, hash, 16);
}

/* ---- words ---- */

struct adding {
	struct search_build *build;
	uint32_t doc;
	unsigned weight;
};

static void
add_word(void *ctx, struct slice word)
{
	struct adding *a = ctx;

	search_build_words(a->build, a->doc,
			   &(struct build_word){word, a->weight}, 1);
}

static void
add_field(struct gather *g, uint32_t doc, struct slice text, int is_html,
	  unsigned weight)
{
	struct adding a = {g->build, doc, weight};
	struct words w;
	int heading = 0;

	words_begin(&w, add_word, &a, 0);
	if (is_html)
		html_words(&w, text, &heading);
	else
		words_text(&w, text);
	words_end(&w);
}

static uint32_t
add_body(struct gather *g, uint32_t doc, struct slice tokens)
{
	uint32_t length = tokens_length(&tokens);
	struct build_word words[BUILD_WORDS_MAX];
	struct token t;
	unsigned n = 0, all = 0;

	while (all++ < TOKENS_MAX && tokens_next(&tokens, &t)) {
		words[n++] = (struct build_word){
		    t.text, t.in_text + t.in_headings * WEIGHT_HEADING};
		if (n < BUILD_WORDS_MAX)
			continue;
		search_build_words(g->build, doc, words, n);
		n = 0;
	}
	search_build_words(g->build, doc, words, n);
	return length;
}

/* What the worker told, or the text that it told it of. */
static struct slice
tokens_of(struct gather *g, const struct article *a)
{
	const size_t room = 4 + (size_t)TOKENS_MAX * (WORD_MAX + 2);

	if (a->tokens.len > 0)
		return a->tokens;
	if (g->tokens == NULL)
		g->tokens = xmalloc(room);
	return (struct slice){
	    g->tokens, tokens_write(a->html[TEXT_BODY], g->tokens, room)};
}

static void
add_words(struct gather *g, uint32_t doc, const struct article *a)
{
	g->docs[doc].length = add_body(g, doc, tokens_of(g, a));
	add_field(g, doc, a->title, 0, WEIGHT_TITLE);
	for (size_t i = 0; i < a->ntags; i++)
		add_field(g, doc, a->tags[i], 0, WEIGHT_TAG);
	add_field(g, doc, a->html[TEXT_AUTHOR], 1, WEIGHT_AUTHOR);
	add_field(g, doc, a->html[TEXT_ABSTRACT], 1, WEIGHT_ABSTRACT);
}

/* ---- the index of the last run ---- */

static uint32_t
key_hash(const uint8_t key[16])
{
	uint32_t h;

	memcpy(&h, key, sizeof(h));
	return h;
}

static void
know_old(struct gather *g)
{
	uint32_t n;

	g->old =
	    g->s->previous != NULL ? snapshot_search(g->s->previous) : NULL;
	if (g->old == NULL)
		return;
	n = g->old->head.ndocs;
	for (g->mask = 63; g->mask < 2 * n; g->mask = g->mask * 2 + 1)
		;
	g->by_key = xcalloc((size_t)g->mask + 1, sizeof(*g->by_key));
	g->renumber = xcalloc((size_t)n + 1, sizeof(*g->renumber));
	for (uint32_t i = 0; i < n; i++) {
		struct search_doc d = search_doc(g->old, i);
		uint32_t at = key_hash(d.words_key) & g->mask;

		while (g->by_key[at] != 0)
			at = (at + 1) & g->mask;
		g->by_key[at] = i + 1;
		g->renumber[i] = SEARCH_DOC_NONE;
	}
}

/* Its number in the old index, once. */
static uint32_t
find_old(const struct gather *g, const uint8_t key[16])
{
	uint32_t at = key_hash(key) & g->mask;

	if (g->old == NULL)
		return SEARCH_DOC_NONE;
	for (; g->by_key[at] != 0; at = (at + 1) & g->mask) {
		uint32_t i = g->by_key[at] - 1;
		struct search_doc d = search_doc(g->old, i);

		if (memcmp(d.words_key, key, 16) == 0 &&
		    g->renumber[i] == SEARCH_DOC_NONE)
			return i;
	}
	return SEARCH_DOC_NONE;
}

/* ---- documents ---- */

static void
add_snippet(struct gather *g, struct search_doc *doc, const struct article *a,
	    uint32_t old)
{
	size_t start = g->snippets.len;
	struct slice known;

	doc->snippet = start;
	if (old != SEARCH_DOC_NONE &&
	    memcmp(search_doc(g->old, old).snippet_key, doc->snippet_key, 16) ==
		0) {
		known = search_snippet(g->old, old);
		buf_add(&g->snippets, known.data, known.len);
	} else {
		search_result(g->s, a, &g->snippets);
	}
	doc->snippet_len = (uint32_t)(g->snippets.len - start);
}

static void
add_doc(struct gather *g, uint32_t i)
{
	const struct article *a = g->s->newest[i];
	struct search_doc *doc = &g->docs[i];
	uint32_t old = find_old(g, doc->words_key);

	if (old != SEARCH_DOC_NONE) {
		g->renumber[old] = i;
		doc->length = search_doc(g->old, old).length;
	} else {
		add_words(g, i, a);
	}
	add_snippet(g, doc, a, old);
}

static uint32_t
count_docs(const struct site *s)
{
	return s->nshown < SEARCH_DOCS_MAX ? (uint32_t)s->nshown
					   : SEARCH_DOCS_MAX;
}

/* Once, for the recipe and for the index. */
static struct search_doc *
keys_of(struct site *s)
{
	uint32_t n = count_docs(s);

	if (s->search_docs != NULL)
		return s->search_docs;
	s->search_docs =
	    region_alloc(&s->region, n + 1, sizeof(*s->search_docs));
	for (uint32_t i = 0; i < n; i++) {
		struct search_doc *doc = &s->search_docs[i];

		words_key(s->newest[i], doc->words_key);
		snippet_key(s, s->newest[i], doc->snippet_key);
	}
	return s->search_docs;
}

/* ---- for render ---- */

static int
is_taken(const struct site *s)
{
	for (size_t i = 0; i < s->npages; i++)
		if (slice_is(s->pages[i].pub.path, SEARCH_ADDRESS))
			return 1;
	return 0;
}

void
search_plan(struct site *s)
{
	int taken = is_taken(s);

	s->searchable = !taken && !s->set.files;
	if (s->searchable)
		plan_opensearch(s);
	if (taken)
		model_notice(s, SEVERITY_WARNING, slice_of(SEARCH_ADDRESS),
			     "another page has this address, so there is no "
			     "page to search from");
	else if (s->nshown > SEARCH_DOCS_MAX)
		model_notice(s, SEVERITY_WARNING, slice_of(SEARCH_ADDRESS),
			     "only the newest %d articles can be found by "
			     "their words",
			     SEARCH_DOCS_MAX);
}

void
site_search_recipe(struct site *s, struct slice fields,
		   uint8_t recipe[DIGEST_LEN])
{
	struct digest d = {0};
	struct buf page = {0};

	search_page(s, &page);
	digest_add(&d, slice_of(PACKAGE_VERSION));
	digest_number(&d, SEARCH_VERSION);
	digest_add(&d, fields);
	search_phrases(s, &page);
	digest_add(&d, (struct slice){page.data, page.len});
	digest_bytes(&d, keys_of(s), count_docs(s) * sizeof(struct search_doc));
	digest_end(&d, recipe);
	digest_free(&d);
	buf_free(&page);
}

static void
write_run(struct gather *g, struct slice fields, struct search_run *run)
{
	struct search_piece pieces[SEARCH_PIECES_MAX];
	struct buf page = {0}, cut = {0};
	struct search_parts parts = {.docs = g->docs,
				     .ndocs = g->ndocs,
				     .pieces = pieces,
				     .fields = fields,
				     .old = g->old,
				     .renumber = g->renumber};

	search_page(g->s, &page);
	parts.npieces =
	    search_cut_page((struct slice){page.data, page.len}, pieces, &cut);
	search_phrases(g->s, &cut);
	parts.page = (struct slice){cut.data, cut.len};
	parts.snippets = (struct slice){g->snippets.data, g->snippets.len};
	search_build_write(g->build, &parts, run);
	buf_free(&page);
	buf_free(&cut);
}

void
site_search(struct site *s, struct slice fields, struct search_run *run)
{
	struct gather g = {.s = s, .ndocs = count_docs(s)};

	g.docs = keys_of(s);
	g.build = search_build_new();
	know_old(&g);
	for (uint32_t i = 0; i < g.ndocs; i++)
		add_doc(&g, i);
	region_free(&s->tokens);
	write_run(&g, fields, run);
	search_build_free(g.build);
	buf_free(&g.snippets);
	free(g.by_key);
	free(g.renumber);
	free(g.tokens);
}
