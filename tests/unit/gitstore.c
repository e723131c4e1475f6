/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/git/object.h"
#include "gitstore.h"

struct git_settings
gitstore_settings(void)
{
	struct git_settings set = {.deadline_s = 60,
				   .max_bytes = UINT64_C(1) << 30,
				   .max_store = UINT64_C(1) << 30,
				   .max_objects = 1000000,
				   .max_object_size = UINT64_C(64) << 20,
				   .max_files = 100000,
				   .max_source = UINT64_C(1) << 30,
				   .max_path = 1024,
				   .max_depth = 32};

	return set;
}

struct store *
gitstore_new(const struct git_settings *settings)
{
	struct err err = {{0}};
	struct store *s;

	assert_int_equal(store_library_init(&err), 0);
	s = store_new(settings, &err);
	if (s == NULL)
		fail_msg("%s", err.text);
	return s;
}

git_oid
gitstore_id(git_object_t type, const void *data, size_t len)
{
	git_oid id;

	assert_int_equal(git_odb_hash(&id, data, len, type), 0);
	return id;
}

git_oid
gitstore_put(struct store *s, git_object_t type, const void *data, size_t len)
{
	git_oid id = gitstore_id(type, data, len);
	struct err err = {{0}};

	store_begin(s);
	if (store_put(s, &id, type, data, len, NULL, &err) == -1)
		fail_msg("%s", err.text);
	store_commit(s);
	return id;
}

void
tree_add(struct buf *tree, unsigned mode, const char *name, const git_oid *id)
{
	buf_printf(tree, "%o %s", mode, name);
	buf_char(tree, '\0');
	buf_add(tree, id->id, OID_LEN);
}

git_oid
gitstore_commit(struct store *s, const git_oid *tree, const git_oid *parents,
		size_t n, long author)
{
	struct buf b = {0};
	git_oid id;

	buf_printf(&b, "tree %s\n", git_oid_tostr_s(tree));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "parent %s\n", git_oid_tostr_s(&parents[i]));
	buf_printf(&b,
		   "author A > <a@example.org> %ld +0200\n"
		   "committer C <c@example.org> 5 +0000\n\nText\n",
		   author);
	id = gitstore_put(s, GIT_OBJECT_COMMIT, b.data, b.len);
	buf_free(&b);
	return id;
}
