/* SPDX-License-Identifier: ISC */
#include "store.h"

#include <git2/sys/odb_backend.h>

#include "fuzz.h"

const struct git_settings fuzz_git = {.deadline_s = 60,
				      .max_bytes = 1 << 20,
				      .max_store = 1 << 20,
				      .max_objects = 1000,
				      .max_object_size = 1 << 20,
				      .max_files = 1000,
				      .max_source = 1 << 20,
				      .max_path = 200,
				      .max_depth = 8};

struct store *
fuzz_store(void)
{
	static int initialised;
	struct err err;
	struct store *s;

	if (!initialised)
		CHECK(store_library_init(&err) == 0);
	initialised = 1;
	s = store_new(&fuzz_git, &err);
	CHECK(s != NULL);
	return s;
}

static int
write_pack(struct store *s, const struct buf *pack)
{
	git_indexer_progress stats = {0};
	size_t half = pack->len / 2;
	git_odb_writepack *w;
	git_odb *odb;
	int taken;
	CHECK(git_repository_odb(&odb, store_repository(s)) == 0);
	CHECK(git_odb_write_pack(&w, odb, NULL, NULL) == 0);
	taken =
	    w->append(w, pack->data, half, &stats) == 0 &&
	    w->append(w, pack->data + half, pack->len - half, &stats) == 0 &&
	    w->commit(w, &stats) == 0;
	w->free(w);
	git_odb_free(odb);
	return taken;
}

int
fuzz_feed(struct store *s, const struct buf *pack)
{
	uint32_t before = store_objects(s);
	int taken = write_pack(s, pack);
	struct err err;

	if (!taken) {
		CHECK(store_objects(s) == before);
		CHECK(store_failure(s)[0] != '\0');
	}
	store_trim(s);
	for (uint32_t i = 0; i < s->map.n; i++) {
		git_oid id = s->map.ids[i];
		struct object *o = store_get(s, &id, GIT_OBJECT_ANY, &err);

		CHECK(o != NULL && o->data[o->len] == '\0');
		object_unref(o);
	}
	return taken;
}

void
fuzz_sign(struct buf *pack)
{
	size_t body = pack->len - PACK_TRAILER;
	unsigned char digest[EVP_MAX_MD_SIZE];

	CHECK(EVP_Digest(pack->data, body, digest, NULL, EVP_sha1(), NULL));
	memcpy(pack->data + body, digest, PACK_TRAILER);
}
