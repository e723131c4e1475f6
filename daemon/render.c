/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "clock.h"
#include "ipc.h"
#include "little.h"
#include "log.h"
#include "memfd.h"
#include "page_writer.h"
#include "polish.h"
#include "proc.h"
#include "search_writer.h"
#include "workers.h"

/*
 * render: (source, previous snapshot, settings) -> the next snapshot.  One
 * update, then it ends; whatever an earlier post did to its memory is gone.
 *
 * Its workers are forked when there is work, after sandbox_enter and render's
 * own filter: so none of them was ever outside the jail, starting the first
 * is no other case than replacing one that died, and their own filter can only
 * take away from render's.  What it costs is that render's filter lists what a
 * worker does before its own (fork, close_range, one anonymous mmap, seccomp).
 */
struct render {
	struct start start;
	struct render_settings set;
	struct source source;
	struct snapshot *previous; /* NULL: none */
	struct slice catalogue;
	int fds[1 + SEGMENTS_MAX]; /* of the previous snapshot */
	unsigned nfds;
	struct site *site;
	struct snapshot_writer *writer;
	struct pages_count count;
	struct buf said; /* what was reported, for a preview */
	int distrusts;	 /* the source is not as git promises */
};

/* What goes to the parent. */
struct outcome {
	int fds[2 + SEGMENTS_MAX]; /* index, segments, catalogue */
	unsigned nfds;
	struct msg_rendered told;
};

/* How long a step took, for the log; nothing rendered depends on it. */
static void
log_step(const char *step, int64_t *since)
{
	int64_t now = clock_us();

	log_debug("%s: %" PRId64 ".%03" PRId64 " ms", step,
		  (now - *since) / 1000, (now - *since) % 1000);
	*since = now;
}

/* A worker that does not even end itself; far beyond its own CPU timer, for a
 * machine may be busy. */
static uint32_t
wall_ms(const struct render_settings *set)
{
	uint64_t ms = (uint64_t)set->post_cpu_ms * 10 + 5000;

	return ms < INT32_MAX ? (uint32_t)ms : INT32_MAX;
}

/* --------------------------------------------------------------- opening -- */

static int
source_is_full(const struct source *s)
{
	uint32_t i;

	for (i = 0; i < s->head->nfiles; i++)
		if (!source_has_data(&s->files[i]))
			return 0;
	return 1;
}

static int
open_previous(struct render *r, struct err *err)
{
	size_t size;
	int fd;

	r->fds[0] = start_fd(&r->start, SLOT_INDEX, 0);
	for (r->nfds = 1; r->nfds <= SEGMENTS_MAX; r->nfds++) {
		fd = start_fd(&r->start, SLOT_SEGMENT, r->nfds - 1);
		if (fd == -1)
			break;
		r->fds[r->nfds] = fd;
	}
	r->previous = snapshot_open(r->fds, r->nfds, err);
	if (r->previous == NULL)
		return -1;
	r->catalogue.data =
	    memfd_map(start_fd(&r->start, SLOT_CATALOGUE, 0), &size, err);
	if (r->catalogue.data == NULL) {
		snapshot_unref(r->previous);
		r->previous = NULL;
		return err_prefix(err, "the last catalogue");
	}
	r->catalogue.len = size;
	return 0;
}

static int
open_input(struct render *r, struct err *err)
{
	if (source_open(&r->source, start_fd(&r->start, SLOT_SOURCE, 0), err) ==
	    -1) {
		r->distrusts = 1;
		return -1;
	}
	if (start_fd(&r->start, SLOT_INDEX, 0) == -1 ||
	    open_previous(r, err) == 0)
		return 0;
	if (!source_is_full(&r->source))
		return -1;
	log_warn("the last snapshot is not used: %s", err->text);
	r->nfds = 0;
	return 0;
}

/* ----------------------------------------------------------------- texts -- */

struct texts {
	struct site *site;
	size_t next;
};

static int
next_text(void *ctx, size_t *id, struct slice *in)
{
	struct texts *t = ctx;

	if (t->next >= site_ntexts(t->site))
		return 0;
	*id = t->next++;
	*in = site_text(t->site, *id);
	return 1;
}

/* The worker's word counts only as far as it can be checked. */
static enum markdown_result
result_of(const struct pool_result *r)
{
	if (r->status == POOL_TOO_LONG)
		return MARKDOWN_OUTPUT;
	if (r->status == POOL_CRASHED || r->result >= MARKDOWN__MAX)
		return MARKDOWN_CRASHED;
	return (enum markdown_result)r->result;
}

static void
text_done(void *ctx, const struct pool_result *r)
{
	struct texts *t = ctx;
	enum markdown_result result = result_of(r);
	struct slice html = r->out[MARKDOWN_HTML],
		     notes = r->out[MARKDOWN_NOTES];

	if (result != MARKDOWN_OK)
		html = notes = (struct slice){NULL, 0};
	site_text_done(t->site, r->id, result, html, notes);
	if (result == MARKDOWN_OK)
		site_text_tokens(t->site, r->id, r->out[2]);
}

static int
render_texts(struct render *r, struct err *err)
{
	struct texts t = {r->site, 0};
	struct pool_caller caller = {next_text, text_done, &t};
	struct pool_work work = workers_markdown(&r->set);
	struct pool *pool = pool_new(&work, r->set.workers, wall_ms(&r->set));
	int result = pool_run(pool, &caller, err);

	pool_free(pool);
	return result;
}

/* --------------------------------------------------------------- writing -- */

static void
commit_text(const struct source_head *h, char out[2 * OID_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i, n = h->oid_len < OID_MAX ? h->oid_len : OID_MAX;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[h->commit[i] >> 4];
		out[2 * i + 1] = digits[h->commit[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
write_catalogue(struct site *site, struct err *err)
{
	struct buf b = {NULL, 0, 0};
	void *map;
	int fd;

	site_catalogue(site, &b);
	fd = memfd_map_new("catalogue", b.len, &map, err);
	if (fd != -1) {
		memcpy(map, b.data, b.len);
		if (memfd_seal(fd, map, b.len, err) == -1) {
			close(fd);
			fd = -1;
		}
	}
	buf_free(&b);
	return fd;
}

static int
write_outcome(struct render *r, struct outcome *o, struct err *err)
{
	int fd;

	commit_text(r->source.head, o->told.commit);
	if (snapshot_finish(r->writer, o->told.commit, site_root(r->site),
			    o->fds, &o->nfds, err) == -1)
		return -1;
	fd = write_catalogue(r->site, err);
	if (fd == -1)
		return -1;
	o->fds[o->nfds++] = fd;
	o->told.articles = (uint32_t)site_narticles(r->site);
	o->told.pages = (uint32_t)(r->count.made + r->count.reused);
	o->told.problems =
	    (uint32_t)(site_nproblems(r->site) + r->count.left_out);
	o->told.next_change = site_next_change(r->site);
	o->told.unfinished = (uint32_t)snapshot_unfinished(r->writer);
	return 0;
}

/* ------------------------------------------------------------ one update -- */

static void
report(void *ctx, enum severity severity, const char *problem)
{
	struct render *r = ctx;

	if (r->set.preview) {
		buf_char(&r->said, (char)('0' + severity));
		buf_str(&r->said, problem);
		buf_char(&r->said, '\n');
	}
	if (!r->set.report)
		log_warn("%s", problem);
	else if (ipc_problem(&r->start.parent, severity, problem) == -1)
		fatal("a problem could not be told");
}

static int
update(struct render *r, struct outcome *o, struct err *err)
{
	int64_t t = clock_us();

	if (open_input(r, err) == -1)
		return -1;
	r->site = site_new(&r->set, &r->source, r->previous, r->catalogue,
			   report, r, err);
	if (r->site == NULL)
		return -1;
	if (r->set.preview)
		site_preview(r->site, &r->said);
	log_step("files read", &t);
	if (render_texts(r, err) == -1)
		return -1;
	log_step("texts rendered", &t);
	if (site_link(r->site, err) == -1)
		return -1;
	log_step("pages listed", &t);
	r->writer = snapshot_writer_new(r->previous, r->fds, r->nfds);
	if (site_searchable(r->site) &&
	    search_writer_run(r->site, r->writer, err) == -1)
		return -1;
	log_step("search index made", &t);
	if (page_writer_run(r->site, &r->set, r->writer, wall_ms(&r->set),
			    &r->count, err) == -1)
		return -1;
	log_step("pages made", &t);
	if (write_outcome(r, o, err) == -1)
		return -1;
	log_step("snapshot sealed", &t);
	log_debug("%zu texts, %zu pages made, %zu taken over",
		  site_ntexts(r->site), r->count.made, r->count.reused);
	return 0;
}

/* Pages that say why there is no site; only an author sees them. */
static int
show_failure(struct render *r, struct outcome *o, const char *why,
	     struct err *err)
{
	static const struct source_head none = {.oid_len = 20};

	r->site = site_new_failure(&r->set, &r->said, why);
	r->writer = snapshot_writer_new(NULL, NULL, 0);
	if (r->source.head == NULL)
		r->source.head = &none;
	if (page_writer_run(r->site, &r->set, r->writer, wall_ms(&r->set),
			    &r->count, err) == -1 ||
	    write_outcome(r, o, err) == -1)
		return -1;
	o->told.articles = 0;
	return 0;
}

/* For an author a site that cannot be made is a page as well. */
static int
preview(struct render *r, struct outcome *o, struct err *err)
{
	struct err why;
	size_t said;

	if (r->set.failure[0] != '\0')
		return show_failure(r, o, r->set.failure, err);
	if (update(r, o, &why) == 0)
		return 0;
	if (r->source.head != NULL && !source_is_full(&r->source)) {
		*err = why; /* perhaps all bytes help */
		return -1;
	}
	said = r->said.len;
	report(r, SEVERITY_ERROR, why.text);
	r->said.len = said; /* the page says it above the others */
	return show_failure(r, o, why.text, err);
}

/* Not an update: the same site once more, see polish.h.  The catalogue is as
 * good as before. */
static int
polish(struct render *r, struct outcome *o, struct err *err)
{
	const struct snapshot_head *h;
	int64_t t = clock_us();

	if (start_fd(&r->start, SLOT_INDEX, 0) == -1)
		return err_set(err, "no snapshot to compress");
	if (open_previous(r, err) == -1)
		return -1;
	h = snapshot_head(r->previous);
	r->writer = snapshot_writer_new(r->previous, r->fds, r->nfds);
	if (polish_run(r->previous, &r->set, r->writer, wall_ms(&r->set),
		       err) == -1 ||
	    snapshot_finish(r->writer, h->commit, h->root, o->fds, &o->nfds,
			    err) == -1)
		return -1;
	o->fds[o->nfds++] = start_fd(&r->start, SLOT_CATALOGUE, 0);
	snprintf(o->told.commit, sizeof(o->told.commit), "%s", h->commit);
	log_step("compressed further", &t);
	return 0;
}

static int
send_outcome(const struct render *r, struct outcome *o)
{
	o->told.segments = o->nfds - 2;
	return ipc_send(&r->start.parent, MSG_RENDERED, &o->told,
			sizeof(o->told), o->fds, o->nfds);
}

/* ----------------------------------------------------------- the process -- */

static int
cmp_chars(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* What libraries open or ask for once must be done before the filter: glibc's
 * qsort wants to know, with its first larger array, how much memory there
 * is. */
static void
warm_up(void)
{
	char array[4096] = {0};

	qsort(array, sizeof(array), 1, cmp_chars);
	page_writer_warm_up();
}

/* Whoever reads the site meanwhile, or the next update, comes first. */
static void
give_way(void)
{
	if (setpriority(PRIO_PROCESS, 0, 10) == -1)
		log_debug("setpriority failed");
}

void
render_main(void)
{
	static struct render r;
	struct outcome o = {.nfds = 0};
	struct err err;
	int result;

	start_recv(&r.start, ROLE_RENDER, &r.set, sizeof(r.set));
	warm_up();
	little_look(); /* for the workers */
	if (r.set.polish)
		give_way();
	sandbox_enter(ROLE_RENDER, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_RENDER, VARIANT_PLAIN);
	if (ipc_send_text(&r.start.parent, MSG_READY, sandbox_report()) == -1)
		fatal("the parent does not listen");
	if (r.set.preview)
		result = preview(&r, &o, &err);
	else
		result =
		    r.set.polish ? polish(&r, &o, &err) : update(&r, &o, &err);
	if (result == -1) {
		if (r.distrusts)
			ipc_distrust(&r.start.parent, 0, err.text);
		else
			ipc_send_text(&r.start.parent, MSG_FAILED, err.text);
		_exit(1);
	}
	if (send_outcome(&r, &o) == -1)
		fatal("the snapshot could not be sent");
	_exit(0); /* nothing is worth to be freed */
}
