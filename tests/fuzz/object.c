/* SPDX-License-Identifier: ISC */
#include "../../daemon/git/object.h"

#include "../../daemon/git/history.h"
#include "../../daemon/git/tree.h"
#include "fuzz.h"
#include "store.h"

/* Bytes as a commit, and bytes as a tree whose entries lead somewhere: their
 * ids are replaced by those of objects there are. */

static git_oid
put(struct store *s, git_object_t type, const void *data, size_t len)
{
	struct err err;
	git_oid id;

	data = len > 0 ? data : "";
	CHECK(git_odb_hash(&id, data, len, type) == 0);
	store_begin(s);
	CHECK(store_put(s, &id, type, data, len, NULL, &err) == 0);
	store_commit(s);
	return id;
}

static void
check_commit(const uint8_t *data, size_t len)
{
	struct commit_head head;
	struct err err;
	git_oid id;

	if (commit_parse(data, len, &head, &err) == -1)
		return;
	for (size_t i = 0; i < head.nparents; i++)
		CHECK(commit_parent(&head, i, &id) == 0);
}

static void
check_order(const struct tree_entry *a, const struct tree_entry *b)
{
	int there = tree_entry_cmp(a, b), back = tree_entry_cmp(b, a);

	CHECK((there < 0) == (back > 0));
	CHECK((there > 0) == (back < 0));
	CHECK(tree_entry_cmp(a, a) == 0);
}

/* Every second entry gets the other object. */
static void
link_entries(struct buf *tree, const git_oid *blob, const git_oid *sub)
{
	const uint8_t *p = (const uint8_t *)tree->data;
	const uint8_t *end = tree->len > 0 ? p + tree->len : p;
	struct tree_entry e, last = {.name = "", .size = 0};

	for (; tree_entry(p, end, &e) == 1; p += e.size) {
		const git_oid *id = e.id[0] & 1 ? sub : blob;

		CHECK(e.size <= (size_t)(end - p));
		if (last.size > 0)
			check_order(&last, &e);
		memcpy(tree->data + (e.id - (const uint8_t *)tree->data),
		       id->id, OID_LEN);
		last = e;
	}
}

static void
report(void *ctx, const char *line)
{
	(void)ctx;
	CHECK(strstr(line, ": left out: ") != NULL);
}

static void
walk(struct store *s, const git_oid *commit)
{
	struct history *h = history_new(&fuzz_git);
	struct file_list list = {0};
	int64_t created, updated;
	struct err err = {{0}};

	if (file_list_read(&list, s, commit, &fuzz_git, report, NULL, &err) ==
		-1 ||
	    history_update(h, s, commit, &err) == -1)
		CHECK(err.text[0] != '\0');
	else
		for (size_t i = 0; i < list.n; i++) {
			CHECK(source_path_valid(list.items[i].path));
			CHECK(history_dates(h, list.items[i].path, &created,
					    &updated) == 0);
		}
	file_list_free(&list);
	history_free(h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct slice first = fuzz_take(&rest, fuzz_byte(&rest));
	struct store *s = fuzz_store();
	struct buf tree = {0}, text = {0};
	git_oid blob, id;

	check_commit(data, len);
	blob = put(s, GIT_OBJECT_BLOB, "text", 4);
	buf_add(&tree, first.data, first.len);
	link_entries(&tree, &blob, &blob);
	id = put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	buf_clear(&tree);
	buf_add(&tree, rest.data, rest.len);
	link_entries(&tree, &blob, &id);
	id = put(s, GIT_OBJECT_TREE, tree.data, tree.len);
	buf_printf(&text, "tree %s\n", git_oid_tostr_s(&id));
	buf_add(&text, data, len);
	check_commit((const uint8_t *)text.data, text.len);
	id = put(s, GIT_OBJECT_COMMIT, text.data, text.len);
	walk(s, &id);
	buf_free(&tree);
	buf_free(&text);
	store_free(s);
	return 0;
}
