/* SPDX-License-Identifier: ISC */
#include "../sandbox/sandbox.h"
#include "clock.h"
#include "git/fetch.h"
#include "git/local.h"
#include "git/publish.h"
#include "git/reports.h"
#include "git/store.h"
#include "heap.h"
#include "ipc.h"
#include "log.h"
#include "proc.h"
#include "settings.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

/*
 * git: fetches from the one remote into memory and hands each new commit's
 * files to the parent.  Lives for ever, so that a fetch brings only what is
 * new.  It parses what a server sends, so it can neither open nor connect: dial
 * connects, and all files were opened by the parent.
 */

#define PROGRESS_MS 200 /* at most one message in that time */

struct git {
	struct git_settings settings;
	struct ipc parent;
	struct fetcher fetcher;
	struct store *store;
	struct publisher *publisher;
	struct reports reports;
	git_oid sent; /* the commit of the last source */
	int any_sent;
	int64_t last_progress_ms;
};

/* ---- start ---- */

static void give_up(const struct git *g, const struct err *err)
    __attribute__((noreturn));

static void
give_up(const struct git *g, const struct err *err)
{
	ipc_send_text(&g->parent, MSG_FAILED, err->text);
	_exit(1);
}

static enum sandbox_variant
variant_of(const struct git_settings *s)
{
	switch (s->transport) {
	case GIT_OVER_SSH:
		return VARIANT_SSH;
	case GIT_LOCAL:
		return VARIANT_LOCAL;
	default:
		return VARIANT_PLAIN;
	}
}

static int
compare_bytes(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* libc, OpenSSL and libssh2 do some things the first time they are needed; the
 * filter would not let them. */
static void
warm_up(void)
{
	unsigned char bytes[2048];

	signal(SIGPIPE, SIG_IGN);
	/* libssh2 looks for known_hosts below HOME and insists that there is a
	 * HOME; the filter says that there is no such file. */
	setenv("HOME", "/", 1);
	tzset();
	RAND_bytes(bytes, sizeof(bytes));
	RAND_priv_bytes(bytes, sizeof(bytes));
	/* glibc asks how much memory there is at the first sort that needs
	 * more than 1 KiB. */
	qsort(bytes, sizeof(bytes), 1, compare_bytes);
}

static int new_store(struct git *g, struct err *err);

/* What has been read: nobody is to read it again. */
static void
close_files(const struct start *start)
{
	static const enum slot slots[] = {SLOT_CA, SLOT_SSH_KEY, SLOT_PASSWORD};

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (start_fd(start, slots[i], 0) != -1)
			close(start_fd(start, slots[i], 0));
}

static int
set_up(struct git *g, const struct start *start, struct err *err)
{
	int rc;

	warm_up();
	if (store_library_init(err) == -1 || new_store(g, err) == -1)
		return -1;
	g->publisher = publisher_new(&g->settings);
	if (g->settings.transport == GIT_LOCAL)
		return 0;
	rc = fetch_init(
	    &g->fetcher, &g->settings, start_fd(start, SLOT_DIAL, 0),
	    start_fd(start, SLOT_CA, 0), start_fd(start, SLOT_SSH_KEY, 0),
	    start_fd(start, SLOT_PASSWORD, 0), err);
	close_files(start);
	return rc;
}

static void
enter_jail(const struct git *g, const struct start *start)
{
	enum sandbox_variant variant = variant_of(&g->settings);

	sandbox_enter(ROLE_GIT, variant, start_fd(start, SLOT_REPOSITORY, 0));
	sandbox_filter(ROLE_GIT, variant);
}

/* ---- a fetch ---- */

static int
on_progress(void *ctx, const struct store_progress *p)
{
	struct git *g = ctx;
	struct msg_progress m = {.received_bytes = p->received_bytes,
				 .received_objects = p->received_objects,
				 .total_objects = p->total_objects};
	int64_t now = clock_ms();

	if (now - g->last_progress_ms < PROGRESS_MS)
		return 0;
	g->last_progress_ms = now;
	ipc_send(&g->parent, MSG_PROGRESS, &m, sizeof(m), NULL, 0);
	return 0;
}

static int
new_store(struct git *g, struct err *err)
{
	struct store *s = store_new(&g->settings, err);

	if (s == NULL)
		return -1;
	g->store = s;
	store_on_progress(s, on_progress, g);
	return 0;
}

/* What a fetch brought, for the log. */
struct fetched {
	git_oid tip;
	int64_t began_ms;
	uint64_t bytes_before;
	uint32_t objects_before;
};

static int
bring_in(struct git *g, struct fetched *got, struct err *err)
{
	const struct git_settings *s = &g->settings;

	store_set_deadline(g->store,
			   got->began_ms + (int64_t)s->deadline_s * 1000);
	got->bytes_before = store_bytes(g->store);
	got->objects_before = store_objects(g->store);
	if (s->transport != GIT_LOCAL)
		return fetch(&g->fetcher, g->store, got->began_ms, &got->tip,
			     err);
	return local_fetch(g->store, sandbox_repository_path(s->path), s->path,
			   s->branch, &got->tip, err);
}

/* What force pushes made unreachable stays in the store; when that fills it,
 * a new one takes what is reachable. */
static int
bring_in_or_renew(struct git *g, struct fetched *got, struct err *err)
{
	struct store *old;

	if (bring_in(g, got, err) == 0)
		return 0;
	if (!store_is_full(g->store))
		return -1;
	log_notice("the store is full of old commits: cloning anew");
	old = g->store;
	g->store = NULL;
	if (new_store(g, err) == 0 && bring_in(g, got, err) == 0) {
		store_free(old);
		return 0;
	}
	store_free(g->store);
	g->store = old;
	return -1;
}

/* A commit that came without all it refers to would never be asked for again.
 * -1 and err stay those of what went wrong. */
static void
drop_incomplete(struct git *g)
{
	struct store *old = g->store;
	struct err err;

	if (!store_is_incomplete(old))
		return;
	log_notice("the remote left objects out: the next fetch clones anew");
	if (new_store(g, &err) == 0)
		store_free(old);
}

static void
on_report(void *ctx, const char *line)
{
	struct git *g = ctx;

	if (reports_add(&g->reports, line))
		log_warn("%s", line);
}

static void
end_reports(struct git *g, int published)
{
	if (g->reports.more > 0)
		log_warn("%zu more files are left out", g->reports.more);
	reports_end(&g->reports, published);
}

static void
send_source(struct git *g, const struct published *p, const git_oid *tip)
{
	struct msg_source m = {.files = p->files, .left_out = p->left_out};

	git_oid_tostr(m.commit, sizeof(m.commit), tip);
	if (ipc_send(&g->parent, MSG_SOURCE, &m, sizeof(m), &p->fd, 1) == -1)
		fatal("cannot hand over the source");
	close(p->fd);
	g->sent = *tip;
	g->any_sent = 1;
}

static void
log_fetch(const struct git *g, const struct fetched *got,
	  const struct published *p)
{
	char commit[GIT_OID_HEXSZ + 1];

	git_oid_tostr(commit, sizeof(commit), &got->tip);
	log_info(
	    "commit %s: %" PRIu32 " files; new: %" PRIu32 " objects, %" PRIu64
	    " bytes; kept: %" PRIu32 " objects, %" PRIu64 " bytes; %" PRId64
	    " ms",
	    commit, p->files, store_objects(g->store) - got->objects_before,
	    store_bytes(g->store) - got->bytes_before, store_objects(g->store),
	    store_bytes(g->store), clock_ms() - got->began_ms);
}

/* Nothing is brought in: what was sent last is here. */
static int
take_last(struct git *g, struct fetched *got, struct err *err)
{
	if (!g->any_sent)
		return err_set(err, "nothing was fetched yet");
	store_set_deadline(
	    g->store, got->began_ms + (int64_t)g->settings.deadline_s * 1000);
	got->tip = g->sent;
	got->bytes_before = store_bytes(g->store);
	got->objects_before = store_objects(g->store);
	return 0;
}

/* 0 when there is a commit to be published, 1 when that was already, or -1. */
static int
find_commit(struct git *g, const struct msg_fetch *request, struct fetched *got,
	    struct err *err)
{
	if (request->again)
		return take_last(g, got, err);
	if (bring_in_or_renew(g, got, err) == -1)
		return -1;
	store_set_tip(g->store, &got->tip);
	return g->any_sent && !request->full &&
	       git_oid_equal(&got->tip, &g->sent);
}

static int
update(struct git *g, const struct msg_fetch *request, struct err *err)
{
	struct fetched got = {.began_ms = clock_ms()};
	struct published p;
	int full = request->full != 0, rc;

	rc = find_commit(g, request, &got, err);
	if (rc == 1)
		ipc_send(&g->parent, MSG_UNCHANGED, NULL, 0, NULL, 0);
	if (rc != 0)
		return rc == 1 ? 0 : -1;
	rc = publish(g->publisher, g->store, &got.tip, full, on_report, g, &p,
		     err);
	end_reports(g, rc == 0);
	if (rc == -1) {
		drop_incomplete(g);
		return -1;
	}
	log_fetch(g, &got, &p);
	send_source(g, &p, &got.tip);
	return 0;
}

/* Its channel outlives it: the next dial begins afresh. */
static void
tell_of_dial(struct git *g)
{
	struct dialer *d = &g->fetcher.net.dialer;

	if (d->broken)
		ipc_distrust(&g->parent, 0, "git cannot read its answer");
	d->broken = 0;
}

/* However it went: what a hostile remote made this process take is not kept
 * until the next fetch. */
static void
let_go(struct git *g)
{
	store_trim(g->store);
	heap_give_back();
}

void
git_main(void)
{
	static struct git g;
	static struct ipc_msg m;
	struct start start;
	struct err err;
	int n;

	start_recv(&start, ROLE_GIT, &g.settings, sizeof(g.settings));
	g.parent = start.parent;
	if (set_up(&g, &start, &err) == -1)
		give_up(&g, &err);
	enter_jail(&g, &start);
	ipc_send_text(&g.parent, MSG_READY, sandbox_report());
	while ((n = ipc_recv(&g.parent, &m)) == 1) {
		const struct msg_fetch *request = (const void *)m.data;

		if (m.type != MSG_FETCH)
			fatalx("unexpected message %d", (int)m.type);
		if (update(&g, request, &err) == -1)
			ipc_send_text(&g.parent, MSG_FAILED, err.text);
		tell_of_dial(&g);
		let_go(&g);
	}
	if (n == -1)
		fatal("control channel");
	_exit(0); /* no clean-up: it would want more than the filter allows */
}
