/* SPDX-License-Identifier: ISC */
#include "polish.h"

#include "log.h"
#include "workers.h"

/* Entries under way; the next waits until the first of them is done, so that
 * the order of bytes does not depend on whose worker is quick. */
#define WINDOW 64

struct pending {
	int ready;
	struct buf body[ENC__MAX];
};

struct polish {
	struct snapshot *snapshot;
	struct snapshot_writer *writer;
	uint32_t first, next;		/* entries */
	struct pending pending[WINDOW]; /* first to next, modulo */
	int failed;
	struct err *err;
};

static void
extend(struct polish *p, const struct snapshot_entry *e, struct pending *done)
{
	struct slice body[ENC__MAX] = {0};

	for (int i = 0; i < ENC__MAX; i++)
		body[i] = (struct slice){done->body[i].data, done->body[i].len};
	if (!p->failed && snapshot_extend(p->writer, e, body, p->err) == -1)
		p->failed = 1;
	for (int i = 0; i < ENC__MAX; i++)
		buf_free(&done->body[i]);
}

static void
extend_ready(struct polish *p)
{
	struct pending *done = &p->pending[p->first % WINDOW];

	while (p->first < p->next && done->ready) {
		extend(p, snapshot_at(p->snapshot, p->first), done);
		done->ready = 0;
		done = &p->pending[++p->first % WINDOW];
	}
}

static int
next_body(void *ctx, size_t *id, struct slice *in)
{
	const struct snapshot_entry *e;
	struct polish *p = ctx;
	struct snapshot_run run;

	while (p->next - p->first < WINDOW &&
	       (e = snapshot_at(p->snapshot, p->next)) != NULL) {
		*id = p->next++;
		if (!(e->flags & ENTRY_COMPRESSED) &&
		    snapshot_run(p->snapshot, e, ENC_IDENTITY, &run)) {
			*in = (struct slice){run.body, (size_t)run.body_len};
			return 1;
		}
		p->pending[*id % WINDOW].ready = 1;
		extend_ready(p);
	}
	return 0;
}

static void
body_done(void *ctx, const struct pool_result *r)
{
	static const enum encoding outputs[POOL_OUTPUTS] = {
	    ENC_GZIP, ENC_BROTLI, ENC_ZSTD};
	struct polish *p = ctx;
	struct pending *done = &p->pending[r->id % WINDOW];

	for (int i = 0; i < POOL_OUTPUTS && r->status == POOL_DONE; i++)
		buf_add(&done->body[outputs[i]], r->out[i].data, r->out[i].len);
	done->ready = 1;
	extend_ready(p);
}

int
polish_run(struct snapshot *s, const struct render_settings *set,
	   struct snapshot_writer *writer, uint32_t wall_ms, struct err *err)
{
	struct polish p = {.snapshot = s, .writer = writer, .err = err};
	struct pool_caller caller = {next_body, body_done, &p};
	struct pool_work work = workers_compress(COMPRESS_REST);
	struct pool *pool = pool_new(&work, set->workers, wall_ms);
	int result;

	snapshot_reuse_search(writer, snapshot_head(s)->search.recipe);
	result = pool_run(pool, &caller, err);
	pool_free(pool);
	return result == -1 || p.failed ? -1 : 0;
}
