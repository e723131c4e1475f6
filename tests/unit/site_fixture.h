/* SPDX-License-Identifier: ISC */
#ifndef SITE_FIXTURE_H
#define SITE_FIXTURE_H

/*
 * A repository as a table of files, made into a site and a snapshot the way
 * render does it, in one process.  Included by one test program each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/site/digest.h"
#include "daemon/site/notes.h"
#include "daemon/site/searchtokens.h"
#include "daemon/site/site.h"
#include "daemon/snapshot/headers.h"

#define FX_ARENA (24u << 20)

struct fx_file {
	const char *path;
	const char *text;
	size_t len; /* 0: strlen(text) */
	int64_t created, updated;
	int same; /* unchanged since the last run: no bytes */
};

struct fx {
	struct render_settings set;
	struct err err;
	struct site *site; /* NULL when it was refused */
	struct source source;
	struct buf problems; /* reported lines */
	struct buf catalogue;
	size_t composed, reused, rendered;
	int search_reused;
	int fds[1 + SEGMENTS_MAX];
	unsigned nfds;
	struct snapshot *snapshot;
	struct buf body; /* of the page fx_body was asked for last */
};

static void
fx_report(void *ctx, enum severity severity, const char *problem)
{
	struct fx *fx = ctx;

	(void)severity;
	buf_str(&fx->problems, problem);
	buf_char(&fx->problems, '\n');
}

struct fx_input {
	const struct fx_file *files;
	size_t n;
	size_t at; /* where the next is looked for first */
};

static size_t
fx_len(const struct fx_file *f)
{
	return f->len > 0 ? f->len : strlen(f->text);
}

static int
fx_read(void *ctx, const struct source_item *item, void *into)
{
	struct fx_input *in = ctx;
	size_t i;

	for (i = 0; i < in->n; i++) {
		const struct fx_file *f = &in->files[in->at++ % in->n];

		if (slice_is(item->path, f->path)) {
			memcpy(into, f->text, item->size);
			return 0;
		}
	}
	return -1;
}

static void
fx_source(struct fx *fx, const struct fx_file *files, size_t n,
	  const uint8_t commit[OID_MAX], int64_t time)
{
	struct source_item *items = calloc(n > 0 ? n : 1, sizeof(*items));
	struct fx_input in = {files, n, 0};
	struct digest d = {0};
	size_t i;
	int fd;

	for (i = 0; i < n; i++) {
		items[i].path = slice_of(files[i].path);
		items[i].size = fx_len(&files[i]);
		items[i].created = files[i].created;
		items[i].updated =
		    files[i].updated > 0 ? files[i].updated : files[i].created;
		items[i].with_data = !files[i].same;
		digest_bytes(&d, files[i].text, fx_len(&files[i]));
		digest_end(&d, items[i].blob);
		memset(items[i].blob + 20, 0, OID_MAX - 20);
	}
	digest_free(&d);
	fd = source_write(items, n, commit, 20, time, fx_read, &in, &fx->err);
	if (fd == -1 || source_open(&fx->source, fd, &fx->err) == -1) {
		fprintf(stderr, "%s\n", fx->err.text);
		abort();
	}
	close(fd);
	free(items);
}

static void
fx_defaults(struct fx *fx)
{
	static int initialised;

	memset(fx, 0, sizeof(*fx));
	strcpy(fx->set.csp, "default-src 'none'");
	strcpy(fx->set.hook, "/push");
	fx->set.post_cpu_ms = 2000;
	fx->set.post_memory = FX_ARENA;
	fx->set.post_output_factor = 20;
	fx->set.post_output_constant = 65536;
	fx->set.feed_entries = 10;
	fx->set.now = 1700000000;
	if (!initialised)
		markdown_init(FX_ARENA);
	initialised = 1;
}

static void
fx_tokens(struct fx *fx, size_t i, enum markdown_result result,
	  struct slice html)
{
	static char tokens[1 << 16];

	if (result == MARKDOWN_OK)
		site_text_tokens(
		    fx->site, i,
		    (struct slice){tokens,
				   tokens_write(html, tokens, sizeof(tokens))});
}

static void
fx_texts(struct fx *fx)
{
	struct markdown_limits limits = {fx->set.post_cpu_ms, 0};
	enum markdown_result result;
	struct slice text;
	size_t i, room, len[MARKDOWN_OUTPUTS];
	char *out;

	for (i = 0; i < site_ntexts(fx->site); i++) {
		text = site_text(fx->site, i);
		room = text.len * fx->set.post_output_factor +
		       (size_t)fx->set.post_output_constant;
		limits.max_output = room;
		out = malloc(room + NOTES_MAX);
		result =
		    markdown_render(&limits, text, out, room + NOTES_MAX, len);
		site_text_done(fx->site, i, result,
			       (struct slice){out, len[MARKDOWN_HTML]},
			       (struct slice){out + len[MARKDOWN_HTML],
					      len[MARKDOWN_NOTES]});
		fx_tokens(fx, i, result,
			  (struct slice){out, len[MARKDOWN_HTML]});
		free(out);
		fx->rendered++;
	}
}

static void
fx_add(struct fx *fx, struct snapshot_writer *w, size_t i)
{
	const struct site_page *p = site_page(fx->site, i);
	struct snapshot_page page = {0};
	struct page_headers headers = {0};
	struct buf body = {0}, common = {0}, typed = {0};

	if (snapshot_reuse(w, p->path, p->recipe)) {
		fx->reused++;
		return;
	}
	fx->composed++;
	site_compose(fx->site, i, &body);
	headers.content_type = p->content_type;
	headers.location = p->location;
	headers.modified = p->modified;
	headers.cache_control = p->cache_control;
	headers.referrer_policy = p->referrer_policy;
	headers.opener_policy = p->opener_policy;
	headers.fields = p->fields;
	headers_common(&common, &headers, ENC_IDENTITY);
	headers_typed(&typed, &headers, ENC_IDENTITY);
	page.path = p->path;
	page.status = p->status;
	page.modified = p->modified;
	memcpy(page.recipe, p->recipe, sizeof(page.recipe));
	page.variant[ENC_IDENTITY].present = 1;
	page.variant[ENC_IDENTITY].common =
	    (struct slice){common.data, common.len};
	page.variant[ENC_IDENTITY].typed =
	    (struct slice){typed.data, typed.len};
	page.variant[ENC_IDENTITY].body = (struct slice){body.data, body.len};
	if (snapshot_add(w, &page, &fx->err) == -1) {
		fprintf(stderr, "%s\n", fx->err.text);
		abort();
	}
	buf_free(&body);
	buf_free(&common);
	buf_free(&typed);
}

static void
fx_search(struct fx *fx, struct snapshot_writer *w)
{
	static const char fields[] = "Content-Type: text/html\r\n";
	struct search_run run = {.front = {NULL, 0, 0}};
	struct slice parts[3];
	uint8_t recipe[32];

	site_search_recipe(fx->site, slice_of(fields), recipe);
	fx->search_reused = snapshot_reuse_search(w, recipe);
	if (fx->search_reused)
		return;
	site_search(fx->site, slice_of(fields), &run);
	parts[0] = (struct slice){run.front.data, run.front.len};
	parts[1] = (struct slice){run.texts.data, run.texts.len};
	parts[2] = (struct slice){run.postings.data, run.postings.len};
	if (snapshot_add_search(w, parts, 3, recipe, &fx->err) == -1) {
		fprintf(stderr, "%s\n", fx->err.text);
		abort();
	}
	search_run_free(&run);
}

static void
fx_publish(struct fx *fx, const struct fx *previous)
{
	struct snapshot_writer *w;
	char commit[65] = "";
	size_t i;

	w = snapshot_writer_new(previous != NULL ? previous->snapshot : NULL,
				previous != NULL ? previous->fds : NULL,
				previous != NULL ? previous->nfds : 0);
	fx_search(fx, w);
	for (i = 0; i < site_npages(fx->site); i++)
		fx_add(fx, w, i);
	for (i = 0; i < 20; i++)
		snprintf(commit + 2 * i, 3, "%02x", fx->source.head->commit[i]);
	if (snapshot_finish(w, commit, site_root(fx->site), fx->fds, &fx->nfds,
			    &fx->err) == -1 ||
	    (fx->snapshot = snapshot_open(fx->fds, fx->nfds, &fx->err)) ==
		NULL) {
		fprintf(stderr, "%s\n", fx->err.text);
		abort();
	}
	snapshot_writer_free(w);
	site_catalogue(fx->site, &fx->catalogue);
}

/* fx->site is NULL afterwards when the source was refused (fx->err). */
static void
fx_build(struct fx *fx, const struct fx_file *files, size_t n,
	 const struct fx *previous)
{
	static uint8_t commit[OID_MAX];
	struct slice catalogue = {NULL, 0};

	commit[0]++;
	fx_source(fx, files, n, commit, 1700000000);
	if (previous != NULL)
		catalogue = (struct slice){previous->catalogue.data,
					   previous->catalogue.len};
	fx->site = site_new(&fx->set, &fx->source,
			    previous != NULL ? previous->snapshot : NULL,
			    catalogue, fx_report, fx, &fx->err);
	if (fx->site == NULL)
		return;
	fx_texts(fx);
	if (site_link(fx->site, &fx->err) == -1) {
		site_free(fx->site);
		fx->site = NULL;
		return;
	}
	fx_publish(fx, previous);
	buf_cstr(&fx->problems);
}

/* The pages alone, none of them composed: for sites of many. */
static void __attribute__((unused))
fx_plan(struct fx *fx, const struct fx_file *files, size_t n)
{
	static const uint8_t commit[OID_MAX];

	fx_source(fx, files, n, commit, 1700000000);
	fx->site = site_new(&fx->set, &fx->source, NULL, slice_of(""),
			    fx_report, fx, &fx->err);
	if (fx->site == NULL || site_link(fx->site, &fx->err) == -1)
		abort();
}

static void
fx_free(struct fx *fx)
{
	unsigned i;

	site_free(fx->site);
	source_close(&fx->source);
	snapshot_unref(fx->snapshot);
	for (i = 0; i < fx->nfds; i++)
		close(fx->fds[i]);
	buf_free(&fx->problems);
	buf_free(&fx->catalogue);
	buf_free(&fx->body);
}

static const struct site_page *
fx_page(const struct fx *fx, const char *path)
{
	size_t i;

	for (i = 0; i < site_npages(fx->site); i++)
		if (slice_is(site_page(fx->site, i)->path, path))
			return site_page(fx->site, i);
	return NULL;
}

/* The body as it is in the snapshot, NUL-terminated; NULL: no such page. */
static const char *
fx_body(struct fx *fx, const char *path)
{
	const struct snapshot_entry *e;
	struct snapshot_run run;

	e = *path != '\0' ? snapshot_find(fx->snapshot, path, strlen(path))
			  : snapshot_not_found(fx->snapshot);
	if (e == NULL || !snapshot_run(fx->snapshot, e, ENC_IDENTITY, &run))
		return NULL;
	buf_clear(&fx->body);
	buf_add(&fx->body, run.body, run.body_len);
	return buf_cstr(&fx->body);
}

static int __attribute__((unused)) fx_said(struct fx *fx, const char *problem)
{
	return strstr(buf_cstr(&fx->problems), problem) != NULL;
}

static int __attribute__((unused))
fx_has(struct fx *fx, const char *path, const char *text)
{
	const char *body = fx_body(fx, path);

	return body != NULL && strstr(body, text) != NULL;
}

static int __attribute__((unused))
fx_location_is(const struct fx *fx, const char *path, const char *location)
{
	const struct site_page *p = fx_page(fx, path);

	return p != NULL && p->status == 301 && slice_is(p->location, location);
}

#endif
