/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include <git2/sys/odb_backend.h>
#include <git2/sys/refdb_backend.h>
#include <git2/sys/refs.h>
#include <git2/sys/repository.h>

#include "store_int.h"

/*
 * The store as libgit2 sees it: an object database backend, a reference
 * database with at most one reference, and an empty configuration.
 */
#define TIP_NAME "refs/heads/tip"

/* libgit2's own cache only serves its negotiation of what to fetch. */
#define LIBGIT2_CACHE ((ssize_t)1 << 20)

struct odb_backend {
	git_odb_backend base;
	struct store *s;
};

struct refdb_backend {
	git_refdb_backend base;
	struct store *s;
};

struct ref_iterator {
	git_reference_iterator base;
	struct store *s;
	int done;
};

/* A pack on its way in. */
struct writepack {
	git_odb_writepack base;
	struct store *s;
	struct buf bytes;
	uint32_t count; /* entries; 0 until the header is there */
	git_indexer_progress_cb progress;
	void *progress_ctx;
};

static int
libgit2_error(struct err *err, const char *what)
{
	const git_error *e = git_error_last();

	return err_set(err, "%s: %s", what,
		       e != NULL && e->message != NULL ? e->message
						       : "unknown error");
}

int
store_library_init(struct err *err)
{
	static const int levels[] = {
	    GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
	    GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
	/* Extensions that say nothing about objects and references. */
	static const char *extensions[] = {"preciousobjects", "worktreeconfig"};

	if (git_libgit2_init() < 0)
		return libgit2_error(err, "libgit2 cannot start");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, LIBGIT2_CACHE);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			 sizeof(extensions) / sizeof(extensions[0]));
	return 0;
}

/* ---- objects ---- */

static struct store *
store_of(git_odb_backend *b)
{
	return ((struct odb_backend *)(void *)b)->s;
}

/* Tells libgit2 and remembers. */
static int
refuse(struct store *s, const struct err *err)
{
	s->failure = *err;
	git_error_set_str(GIT_ERROR_ODB, err->text);
	return -1;
}

static int
odb_read(void **data, size_t *len, git_object_t *type, git_odb_backend *b,
	 const git_oid *id)
{
	struct store *s = store_of(b);
	struct err err = {{0}};
	struct object *o;

	if (!store_has(s, id))
		return GIT_ENOTFOUND;
	o = store_get(s, id, GIT_OBJECT_ANY, &err);
	if (o == NULL)
		return refuse(s, &err);
	*data = git_odb_backend_data_alloc(b, o->len + 1);
	if (*data != NULL) {
		memcpy(*data, o->data, o->len + 1);
		*len = o->len;
		*type = o->type;
	}
	object_unref(o);
	return *data != NULL ? 0 : -1;
}

static int
odb_read_header(size_t *len, git_object_t *type, git_odb_backend *b,
		const git_oid *id)
{
	uint64_t size;

	if (store_info(store_of(b), id, type, &size) == -1)
		return GIT_ENOTFOUND;
	*len = (size_t)size;
	return 0;
}

static int
odb_exists(git_odb_backend *b, const git_oid *id)
{
	return store_has(store_of(b), id);
}

static void
odb_free(git_odb_backend *b)
{
	free(b);
}

/* ---- packs ---- */

static int
tell(struct writepack *w, git_indexer_progress *stats, struct err *err)
{
	struct store_progress p = {w->bytes.len, 0, w->count};

	stats->received_bytes = w->bytes.len;
	stats->total_objects = w->count;
	if (w->progress != NULL && w->progress(stats, w->progress_ctx) != 0)
		return err_set(err, "the fetch was stopped");
	return store_tell(w->s, &p, err);
}

/* The number of entries is known as soon as the header is there. */
static int
check_header(struct writepack *w, struct err *err)
{
	if (w->count > 0 || w->bytes.len < PACK_HEADER)
		return 0;
	if (pack_header((uint8_t *)w->bytes.data, w->bytes.len, &w->count,
			err) == -1)
		return -1;
	return store_allow_count(w->s, w->count, err);
}

static int
writepack_append(git_odb_writepack *base, const void *data, size_t len,
		 git_indexer_progress *stats)
{
	struct writepack *w = (struct writepack *)(void *)base;
	struct err err = {{0}};
	uint64_t total = w->bytes.len;

	if (__builtin_add_overflow(total, len, &total))
		total = UINT64_MAX;
	if (store_allow_fetch(w->s, total, &err) == -1 ||
	    store_allow_pack(w->s, total, &err) == -1 ||
	    store_charge(w->s, len, &err) == -1)
		return refuse(w->s, &err);
	buf_add(&w->bytes, data, len);
	if (check_header(w, &err) == -1 || tell(w, stats, &err) == -1)
		return refuse(w->s, &err);
	return 0;
}

static int
writepack_commit(git_odb_writepack *base, git_indexer_progress *stats)
{
	struct writepack *w = (struct writepack *)(void *)base;
	struct store *s = w->s;
	struct err err = {{0}};

	store_begin(s);
	s->packs[s->npacks - 1] = w->bytes;
	w->bytes = (struct buf){0};
	if (index_pack(s, &err) == -1) {
		store_abort(s);
		return refuse(s, &err);
	}
	store_commit(s);
	stats->received_objects = stats->indexed_objects = w->count;
	return 0;
}

static void
writepack_free(git_odb_writepack *base)
{
	struct writepack *w = (struct writepack *)(void *)base;

	buf_free(&w->bytes);
	free(w);
}

static int
odb_writepack(git_odb_writepack **out, git_odb_backend *b, git_odb *odb,
	      git_indexer_progress_cb progress, void *ctx)
{
	struct writepack *w = xcalloc(1, sizeof(*w));

	(void)odb;
	w->base.backend = b;
	w->base.append = writepack_append;
	w->base.commit = writepack_commit;
	w->base.free = writepack_free;
	w->s = store_of(b);
	w->progress = progress;
	w->progress_ctx = ctx;
	w->s->failure.text[0] = '\0';
	w->s->full = 0;
	*out = &w->base;
	return 0;
}

/* ---- the one reference ---- */

static struct store *
store_of_refdb(git_refdb_backend *b)
{
	return ((struct refdb_backend *)(void *)b)->s;
}

static int
is_tip(const struct store *s, const char *name)
{
	return s->has_tip && strcmp(name, TIP_NAME) == 0;
}

static int
make_tip(git_reference **out, const struct store *s)
{
	*out = git_reference__alloc(TIP_NAME, &s->tip, NULL);
	return *out != NULL ? 0 : -1;
}

static int
ref_exists(int *exists, git_refdb_backend *b, const char *name)
{
	*exists = is_tip(store_of_refdb(b), name);
	return 0;
}

static int
ref_lookup(git_reference **out, git_refdb_backend *b, const char *name)
{
	*out = NULL;
	if (!is_tip(store_of_refdb(b), name))
		return GIT_ENOTFOUND;
	return make_tip(out, store_of_refdb(b));
}

static int
iterator_next(git_reference **out, git_reference_iterator *base)
{
	struct ref_iterator *it = (struct ref_iterator *)(void *)base;

	if (it->done)
		return GIT_ITEROVER;
	it->done = 1;
	return make_tip(out, it->s);
}

static int
iterator_next_name(const char **out, git_reference_iterator *base)
{
	struct ref_iterator *it = (struct ref_iterator *)(void *)base;

	if (it->done)
		return GIT_ITEROVER;
	it->done = 1;
	*out = TIP_NAME;
	return 0;
}

static void
iterator_free(git_reference_iterator *base)
{
	free(base);
}

static int
ref_iterator(git_reference_iterator **out, git_refdb_backend *b,
	     const char *glob)
{
	struct ref_iterator *it = xcalloc(1, sizeof(*it));

	(void)glob; /* libgit2 asks for all when it negotiates */
	it->base.next = iterator_next;
	it->base.next_name = iterator_next_name;
	it->base.free = iterator_free;
	it->s = store_of_refdb(b);
	it->done = !it->s->has_tip;
	*out = &it->base;
	return 0;
}

/* The rest of what libgit2 demands: nothing is ever written here. */

static int
read_only(void)
{
	git_error_set_str(GIT_ERROR_REFERENCE, "this repository is read-only");
	return GIT_ERROR;
}

static int
ref_write(git_refdb_backend *b, const git_reference *ref, int force,
	  const git_signature *who, const char *message, const git_oid *old,
	  const char *old_target)
{
	(void)b, (void)ref, (void)force, (void)who, (void)message, (void)old;
	(void)old_target;
	return read_only();
}

static int
ref_rename(git_reference **out, git_refdb_backend *b, const char *from,
	   const char *to, int force, const git_signature *who,
	   const char *message)
{
	(void)out, (void)b, (void)from, (void)to, (void)force, (void)who;
	(void)message;
	return read_only();
}

static int
ref_del(git_refdb_backend *b, const char *name, const git_oid *old,
	const char *old_target)
{
	(void)b, (void)name, (void)old, (void)old_target;
	return read_only();
}

static int
ref_has_log(git_refdb_backend *b, const char *name)
{
	(void)b, (void)name;
	return 0;
}

static int
ref_ensure_log(git_refdb_backend *b, const char *name)
{
	(void)b, (void)name;
	return 0;
}

static int
reflog_read(git_reflog **out, git_refdb_backend *b, const char *name)
{
	(void)out, (void)b, (void)name;
	return GIT_ENOTFOUND;
}

static int
reflog_write(git_refdb_backend *b, git_reflog *log)
{
	(void)b, (void)log;
	return read_only();
}

static int
reflog_rename(git_refdb_backend *b, const char *from, const char *to)
{
	(void)b, (void)from, (void)to;
	return read_only();
}

static int
reflog_delete(git_refdb_backend *b, const char *name)
{
	(void)b, (void)name;
	return read_only();
}

static void
refdb_free(git_refdb_backend *b)
{
	free(b);
}

/* ---- putting it together ---- */

static int
open_odb(struct store *s)
{
	struct odb_backend *b = xcalloc(1, sizeof(*b));
	git_odb *odb;
	int r;

	b->s = s;
	git_odb_init_backend(&b->base, GIT_ODB_BACKEND_VERSION);
	b->base.read = odb_read;
	b->base.read_header = odb_read_header;
	b->base.exists = odb_exists;
	b->base.writepack = odb_writepack;
	b->base.free = odb_free;
	if (git_odb_new(&odb) < 0) {
		free(b);
		return -1;
	}
	r = git_odb_add_backend(odb, &b->base, 1);
	if (r < 0)
		free(b);
	else
		r = git_repository_wrap_odb(&s->repo, odb);
	git_odb_free(odb); /* the repository has its own reference */
	return r;
}

static struct refdb_backend *
new_refdb_backend(struct store *s)
{
	struct refdb_backend *b = xcalloc(1, sizeof(*b));

	b->s = s;
	git_refdb_init_backend(&b->base, GIT_REFDB_BACKEND_VERSION);
	b->base.exists = ref_exists;
	b->base.lookup = ref_lookup;
	b->base.iterator = ref_iterator;
	b->base.write = ref_write;
	b->base.rename = ref_rename;
	b->base.del = ref_del;
	b->base.has_log = ref_has_log;
	b->base.ensure_log = ref_ensure_log;
	b->base.reflog_read = reflog_read;
	b->base.reflog_write = reflog_write;
	b->base.reflog_rename = reflog_rename;
	b->base.reflog_delete = reflog_delete;
	b->base.free = refdb_free;
	return b;
}

static int
open_refdb(struct store *s)
{
	struct refdb_backend *b = new_refdb_backend(s);
	git_refdb *refdb;
	int r;

	if (git_refdb_new(&refdb, s->repo) < 0) {
		free(b);
		return -1;
	}
	r = git_refdb_set_backend(refdb, &b->base);
	if (r < 0)
		free(b);
	else
		r = git_repository_set_refdb(s->repo, refdb);
	git_refdb_free(refdb);
	return r;
}

static int
open_config(struct store *s)
{
	git_config *config;
	int r;

	if (git_config_new(&config) < 0)
		return -1;
	r = git_repository_set_config(s->repo, config);
	git_config_free(config);
	return r;
}

int
backend_open(struct store *s, struct err *err)
{
	if (open_odb(s) < 0 || open_refdb(s) < 0 || open_config(s) < 0)
		return libgit2_error(err, "libgit2 cannot make a repository");
	return 0;
}
