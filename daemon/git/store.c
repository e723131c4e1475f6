/* SPDX-License-Identifier: ISC */
#include "store_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../buf.h"
#include "../clock.h"

/* How many bytes of work lie between two looks at the clock. */
#define WORK_STEP (UINT64_C(1) << 20)

struct store *
store_new(const struct git_settings *settings, struct err *err)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->set = *settings;
	s->inflate = libdeflate_alloc_decompressor();
	s->deflate = libdeflate_alloc_compressor(1);
	s->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	s->hash = EVP_MD_CTX_new();
	if (s->inflate == NULL || s->deflate == NULL || s->sha1 == NULL ||
	    s->hash == NULL) {
		err_set(err, "libcrypto or libdeflate cannot start");
		store_free(s);
		return NULL;
	}
	if (backend_open(s, err) == -1) {
		store_free(s);
		return NULL;
	}
	return s;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	git_repository_free(s->repo);
	cache_clear(&s->cache);
	for (uint32_t i = 0; i < s->npacks; i++)
		buf_free(&s->packs[i]);
	free(s->packs);
	free(s->at);
	oidmap_free(&s->map);
	buf_free(&s->scratch);
	libdeflate_free_decompressor(s->inflate);
	libdeflate_free_compressor(s->deflate);
	EVP_MD_CTX_free(s->hash);
	EVP_MD_free(s->sha1);
	free(s);
}

git_repository *
store_repository(struct store *s)
{
	return s->repo;
}

const git_oid *
store_tip(const struct store *s)
{
	return s->has_tip ? &s->tip : NULL;
}

void
store_set_tip(struct store *s, const git_oid *tip)
{
	s->has_tip = tip != NULL;
	if (tip != NULL)
		s->tip = *tip;
}

void
store_set_deadline(struct store *s, int64_t monotonic_ms)
{
	s->failure.text[0] = '\0';
	s->full = 0;
	s->deadline = monotonic_ms;
	s->work = WORK_STEP; /* look at the clock at once */
}

void
store_on_progress(struct store *s, store_progress_fn *fn, void *ctx)
{
	s->progress = fn;
	s->progress_ctx = ctx;
}

const char *
store_failure(const struct store *s)
{
	return s->failure.text;
}

int
store_is_full(const struct store *s)
{
	return s->full;
}

int
store_is_incomplete(const struct store *s)
{
	return s->incomplete;
}

int
store_missing(struct store *s, const git_oid *id, struct err *err)
{
	s->incomplete = 1;
	return err_set(err, "object %s is missing in what the remote sent",
		       git_oid_tostr_s(id));
}

uint64_t
store_bytes(const struct store *s)
{
	return s->bytes;
}

uint32_t
store_objects(const struct store *s)
{
	return s->map.n;
}

int
store_tell(struct store *s, const struct store_progress *p, struct err *err)
{
	if (s->progress != NULL && s->progress(s->progress_ctx, p) != 0)
		return err_set(err, "the fetch was stopped");
	return 0;
}

int
store_charge(struct store *s, size_t bytes, struct err *err)
{
	if (__builtin_add_overflow(s->work, bytes, &s->work))
		s->work = WORK_STEP;
	if (s->deadline == 0 || s->work < WORK_STEP)
		return 0;
	s->work = 0;
	if (clock_ms() < s->deadline)
		return 0;
	s->work = WORK_STEP; /* whoever asks again hears it again */
	return err_set(err,
		       "the fetch takes longer than %u seconds ("
		       "`fetch.deadline`)",
		       s->set.deadline_s);
}

int
store_allow_size(const struct store *s, uint64_t size, struct err *err)
{
	if (size <= s->set.max_object_size)
		return 0;
	return err_set(err,
		       "an object has %" PRIu64 " bytes, more than %" PRIu64
		       " (`fetch.max-object-size`)",
		       size, s->set.max_object_size);
}

int
store_allow_count(struct store *s, uint64_t count, struct err *err)
{
	uint32_t max = s->set.max_objects;
	uint32_t had = s->open ? s->mark : s->map.n;

	if (count > max)
		return err_set(err,
			       "the pack holds more than %u objects ("
			       "`fetch.max-objects`)",
			       max);
	if (count <= max - (had < max ? had : max))
		return 0;
	s->full = 1;
	return err_set(err,
		       "with what older fetches brought, the repository "
		       "has more than %u objects (`fetch.max-objects`)",
		       max);
}

int
store_allow_fetch(const struct store *s, uint64_t bytes, struct err *err)
{
	if (bytes <= s->set.max_bytes)
		return 0;
	return err_set(err,
		       "the fetch has more than %" PRIu64 " bytes ("
		       "`fetch.max-bytes`)",
		       s->set.max_bytes);
}

int
store_allow_pack(struct store *s, uint64_t bytes, struct err *err)
{
	uint64_t max = s->set.max_store, had = s->bytes;

	if (bytes > max)
		return err_set(err,
			       "the repository needs more than %" PRIu64
			       " bytes of memory (`fetch.max-store`)",
			       max);
	if (bytes <= max - (had < max ? had : max))
		return 0;
	s->full = 1;
	return err_set(err,
		       "with what older fetches brought, the repository "
		       "needs more than %" PRIu64 " bytes of memory ("
		       "`fetch.max-store`)",
		       max);
}

int
store_digest(struct store *s, const void *data, size_t len, uint8_t digest[20],
	     struct err *err)
{
	if (EVP_DigestInit_ex2(s->hash, s->sha1, NULL) != 1 ||
	    EVP_DigestUpdate(s->hash, data, len) != 1 ||
	    EVP_DigestFinal_ex(s->hash, digest, NULL) != 1)
		return err_set(err, "libcrypto cannot compute SHA-1");
	return 0;
}

int
store_hash(struct store *s, git_object_t type, const void *data, size_t len,
	   git_oid *id, struct err *err)
{
	char head[64];
	int n = snprintf(head, sizeof(head), "%s %zu",
			 git_object_type2string(type), len);

	if (n < 0 || (size_t)n >= sizeof(head))
		return err_set(err, "cannot hash an object");
	if (EVP_DigestInit_ex2(s->hash, s->sha1, NULL) != 1 ||
	    EVP_DigestUpdate(s->hash, head, (size_t)n + 1) != 1 ||
	    EVP_DigestUpdate(s->hash, data, len) != 1 ||
	    EVP_DigestFinal_ex(s->hash, id->id, NULL) != 1)
		return err_set(err, "libcrypto cannot compute SHA-1");
	return 0;
}

uint32_t
store_add(struct store *s, const git_oid *id, const struct location *at)
{
	int added;
	uint32_t n = oidmap_add(&s->map, id, &added);

	if (!added)
		return n;
	if (s->map.cap != s->at_cap) {
		s->at = xreallocarray(s->at, s->map.cap, sizeof(*s->at));
		s->at_cap = s->map.cap;
	}
	s->at[n] = *at;
	return n;
}

int
store_info(const struct store *s, const git_oid *id, git_object_t *type,
	   uint64_t *size)
{
	uint32_t n = oidmap_find(&s->map, id);

	if (n == OIDMAP_NONE)
		return -1;
	if (type != NULL)
		*type = (git_object_t)s->at[n].type;
	if (size != NULL)
		*size = s->at[n].size;
	return 0;
}

int
store_has(const struct store *s, const git_oid *id)
{
	return oidmap_find(&s->map, id) != OIDMAP_NONE;
}

void
store_trim(struct store *s)
{
	cache_clear(&s->cache);
	buf_free(&s->scratch);
}

void
store_begin(struct store *s)
{
	s->packs =
	    xreallocarray(s->packs, (size_t)s->npacks + 1, sizeof(*s->packs));
	s->packs[s->npacks++] = (struct buf){0};
	s->mark = s->map.n;
	s->open = 1;
	s->full = 0;
	s->failure.text[0] = '\0';
}

void
store_commit(struct store *s)
{
	struct buf *pack = &s->packs[s->npacks - 1];

	if (s->map.n == s->mark) { /* nothing leads to this pack */
		store_abort(s);
		return;
	}
	s->open = 0;
	s->bytes += pack->len;
	/* It will never grow again. */
	pack->data = xreallocarray(pack->data, pack->len, 1);
	pack->cap = pack->len;
}

void
store_abort(struct store *s)
{
	s->open = 0;
	cache_clear(&s->cache);
	buf_free(&s->packs[--s->npacks]);
	oidmap_truncate(&s->map, s->mark);
	if (s->map.cap != s->at_cap) {
		s->at = xreallocarray(s->at, s->map.cap, sizeof(*s->at));
		s->at_cap = s->map.cap;
	}
}

/* The object's number if a delta against it may be kept. */
static uint32_t
usable_base(const struct store *s, const git_oid *base, git_object_t type)
{
	uint32_t n = base != NULL ? oidmap_find(&s->map, base) : OIDMAP_NONE;

	if (n != OIDMAP_NONE &&
	    (s->at[n].type != (uint8_t)type || s->at[n].depth >= DEPTH_WHOLE))
		return OIDMAP_NONE;
	return n;
}

/* Appends data to the last pack, as a delta where that is much smaller. */
static int
append_object(struct store *s, struct location *at, const git_oid *base,
	      const void *data, size_t len, struct err *err)
{
	struct buf *pack = &s->packs[s->npacks - 1];
	uint32_t n = usable_base(s, base, (git_object_t)at->type);
	struct object *o;

	if (n != OIDMAP_NONE) {
		o = read_at(s, s->at[n].pack, s->at[n].off, err);
		if (o == NULL)
			return -1;
		buf_clear(&s->scratch);
		delta_make(&s->scratch, o->data, o->len, data, len);
		object_unref(o);
		if (s->scratch.len < len / 2) {
			at->depth = (uint16_t)(s->at[n].depth + 1);
			pack_append(pack, s->deflate, at->type, base,
				    s->scratch.data, s->scratch.len);
			return 0;
		}
	}
	pack_append(pack, s->deflate, at->type, NULL, data, len);
	return 0;
}

int
store_put(struct store *s, const git_oid *id, git_object_t type,
	  const void *data, size_t len, const git_oid *base, struct err *err)
{
	struct buf *pack = &s->packs[s->npacks - 1];
	struct location at = {pack->len, len, s->npacks - 1, 0, (uint8_t)type};
	struct object *o;
	git_oid real;

	if (store_has(s, id))
		return 0;
	if (store_charge(s, len, err) == -1 ||
	    store_allow_size(s, len, err) == -1 ||
	    store_allow_count(s, (uint64_t)s->map.n - s->mark + 1, err) == -1 ||
	    store_hash(s, type, data, len, &real, err) == -1)
		return -1;
	if (memcmp(real.id, id->id, sizeof(real.id)) != 0)
		return err_set(err, "object %s is damaged",
			       git_oid_tostr_s(id));
	if (append_object(s, &at, base, data, len, err) == -1 ||
	    store_allow_fetch(s, pack->len, err) == -1 ||
	    store_allow_pack(s, pack->len, err) == -1)
		return -1;
	store_add(s, id, &at);
	o = object_new(type, len);
	memcpy(o->data, data, len);
	cache_put(&s->cache, at.pack, at.off, o);
	object_unref(o);
	return 0;
}
