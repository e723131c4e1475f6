/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/memfd.h"
#include "../../daemon/source.h"

static const uint8_t commit[OID_MAX] = {1, 2, 3, 20};

/* The content of an item is its path, doubled. */
static int
read_path_twice(void *ctx, const struct source_item *item, void *into)
{
	int *calls = ctx;

	++*calls;
	assert_int_equal(item->size, 2 * item->path.len);
	memcpy(into, item->path.data, item->path.len);
	memcpy((char *)into + item->path.len, item->path.data, item->path.len);
	return 0;
}

static int
read_fails(void *ctx, const struct source_item *item, void *into)
{
	(void)item, (void)into;
	return err_set(ctx, "no such blob");
}

static struct source_item
item(const char *path, int with_data)
{
	struct source_item it = {.path = slice_of(path),
				 .created = 5,
				 .updated = 6,
				 .size = 2 * strlen(path),
				 .with_data = with_data};

	it.blob[0] = (uint8_t)path[0];
	return it;
}

static int
write_items(struct source_item *items, size_t n, int *calls)
{
	struct err err = {{0}};

	*calls = 0;
	return source_write(items, n, commit, 20, 1234, read_path_twice, calls,
			    &err);
}

static void
test_round_trip(void **state)
{
	struct source_item items[] = {item("z", 1), item("b/c", 0),
				      item("b", 1), item("b.d", 1),
				      item("\xc3\xa9", 1)};
	struct err err = {{0}};
	struct source s;
	struct slice d;
	int fd, calls;

	(void)state;
	fd = write_items(items, 5, &calls);
	assert_int_not_equal(fd, -1);
	assert_int_equal(calls, 4);
	if (source_open(&s, fd, &err) == -1)
		fail_msg("%s", err.text);
	close(fd);
	assert_int_equal(s.head->nfiles, 5);
	assert_int_equal(s.head->oid_len, 20);
	assert_int_equal(s.head->commit_time, 1234);
	assert_memory_equal(s.head->commit, commit, OID_MAX);
	assert_true(slice_is(source_path(&s, &s.files[0]), "b"));
	assert_true(slice_is(source_path(&s, &s.files[1]), "b.d"));
	assert_true(slice_is(source_path(&s, &s.files[2]), "b/c"));
	assert_true(slice_is(source_path(&s, &s.files[4]), "\xc3\xa9"));
	assert_true(slice_is(source_data(&s, &s.files[1]), "b.db.d"));
	assert_true(source_has_data(&s.files[1]));
	assert_false(source_has_data(&s.files[2]));
	d = source_data(&s, &s.files[2]);
	assert_null(d.data);
	assert_int_equal(d.len, 0);
	assert_int_equal(s.files[2].data_len, 6);
	assert_int_equal(s.files[3].blob[0], 'z');
	assert_int_equal(s.files[3].created, 5);
	assert_int_equal(s.files[3].updated, 6);
	source_close(&s);
}

/* Sealed, and the same bytes whatever the order of the items. */
static void
test_sealed_and_equal(void **state)
{
	struct source_item one[] = {item("a", 1), item("b", 1)};
	struct source_item two[] = {item("b", 1), item("a", 1)};
	struct err err = {{0}};
	size_t n1, n2;
	const void *m1, *m2;
	int fd1, fd2, calls;

	(void)state;
	fd1 = write_items(one, 2, &calls);
	fd2 = write_items(two, 2, &calls);
	assert_int_equal(memfd_check(fd1, &n1, &err), 0);
	assert_int_equal(write(fd1, "x", 1), -1);
	assert_int_equal(errno, EPERM);
	m1 = memfd_map(fd1, &n1, &err);
	m2 = memfd_map(fd2, &n2, &err);
	assert_int_equal(n1, n2);
	assert_memory_equal(m1, m2, n1);
	munmap((void *)(uintptr_t)m1, n1);
	munmap((void *)(uintptr_t)m2, n2);
	close(fd1);
	close(fd2);
}

static void
test_empty(void **state)
{
	struct source_item empty = {.path = {"a", 1}, .with_data = 1};
	struct err err = {{0}};
	struct source s;
	int fd, calls = 0;

	(void)state;
	fd = write_items(NULL, 0, &calls);
	assert_int_equal(source_open(&s, fd, &err), 0);
	assert_int_equal(s.head->nfiles, 0);
	source_close(&s);
	close(fd);
	/* A file without bytes is not one that is unchanged. */
	fd = source_write(&empty, 1, commit, 20, 0, read_fails, NULL, &err);
	assert_int_equal(fd, -1);
	empty.size = 0;
	empty.path = (struct slice){"", 0};
	fd = write_items(&empty, 1, &calls);
	assert_int_equal(fd, -1);
}

static int
read_nothing(void *ctx, const struct source_item *it, void *into)
{
	(void)ctx, (void)into;
	assert_int_equal(it->size, 0);
	return 0;
}

static void
test_empty_file(void **state)
{
	struct source_item empty = {.path = {"a", 1}, .with_data = 1};
	struct err err = {{0}};
	struct source s;
	int fd;

	(void)state;
	fd = source_write(&empty, 1, commit, 20, 0, read_nothing, NULL, &err);
	assert_int_equal(source_open(&s, fd, &err), 0);
	assert_true(source_has_data(&s.files[0]));
	assert_non_null(source_data(&s, &s.files[0]).data);
	assert_int_equal(source_data(&s, &s.files[0]).len, 0);
	source_close(&s);
	close(fd);
}

static void
test_refused_items(void **state)
{
	static const char *const bad[] = {"/a",	  "a/",	   "a//b", ".",
					  "..",	  "a/..",  "./a",  "a/./b",
					  "a\nb", "a\x7f", "\xff", "a/\xc3"};
	static const char *const good[] = {
	    "a", "a/b", ".a", "..a", "a..", "a/...", "a b", "\xe2\x82\xac"};
	int calls;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct source_item it = item(bad[i], 0);

		assert_false(source_path_valid(slice_of(bad[i])));
		assert_int_equal(write_items(&it, 1, &calls), -1);
	}
	assert_false(source_path_valid((struct slice){"a\0b", 3}));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(source_path_valid(slice_of(good[i])));
	struct source_item twins[] = {item("a", 0), item("b", 0), item("a", 0)};
	assert_int_equal(write_items(twins, 3, &calls), -1);
	struct source_item huge[] = {item("a", 1), item("b", 1)};
	huge[0].size = huge[1].size = UINT64_MAX - 5;
	assert_int_equal(write_items(huge, 2, &calls), -1);
	huge[1].size = 2;
	huge[0].size = (uint64_t)INT64_MAX;
	assert_int_equal(write_items(huge, 2, &calls), -1);
}

/* ---- hostile sources ---- */

/* The bytes of a good source, to be spoilt. */
static char *
good_bytes(size_t *size)
{
	struct source_item items[] = {item("a/b", 1), item("c", 0),
				      item("d", 1)};
	struct err err = {{0}};
	int calls, fd = write_items(items, 3, &calls);
	const void *map = memfd_map(fd, size, &err);
	char *bytes = malloc(*size);

	assert_non_null(map);
	assert_non_null(bytes);
	memcpy(bytes, map, *size);
	munmap((void *)(uintptr_t)map, *size);
	close(fd);
	return bytes;
}

static int
open_bytes(const char *bytes, size_t size)
{
	struct err err = {{0}};
	struct source s;
	void *map;
	int r, fd = memfd_map_new("test", size, &map, &err);

	assert_int_not_equal(fd, -1);
	memcpy(map, bytes, size);
	assert_int_equal(memfd_seal(fd, map, size, &err), 0);
	r = source_open(&s, fd, &err);
	close(fd);
	if (r == 0) {
		unsigned sum = 0;

		/* All that is promised can be read. */
		for (uint32_t i = 0; i < s.head->nfiles; i++) {
			struct slice p = source_path(&s, &s.files[i]);
			struct slice d = source_data(&s, &s.files[i]);

			assert_true(source_path_valid(p));
			for (size_t k = 0; k < d.len; k++)
				sum += (unsigned char)d.data[k];
		}
		assert_true(sum <= UINT8_MAX * size);
		source_close(&s);
	} else {
		assert_true(err.text[0] != '\0');
	}
	return r;
}

static void
test_spoilt(void **state)
{
	size_t size;
	char *bytes = good_bytes(&size);
	struct source_head *head = (struct source_head *)(void *)bytes;
	struct source_file *f = (struct source_file *)(void *)(head + 1);
	const struct source_head good_head = *head;
	const struct source_file good[3] = {f[0], f[1], f[2]};

	(void)state;
	assert_int_equal(open_bytes(bytes, size), 0);
#define BAD(change)                                            \
	do {                                                   \
		change;                                        \
		assert_int_equal(open_bytes(bytes, size), -1); \
		*head = good_head;                             \
		memcpy(f, good, sizeof(good));                 \
	} while (0)
	BAD(head->magic[7]++);
	BAD(head->size++);
	BAD(head->size--);
	BAD(head->nfiles = 1000);
	BAD(head->nfiles = UINT32_MAX);
	BAD(head->oid_len = 0);
	BAD(head->oid_len = 33);
	BAD(f[0].path_off = 0);
	BAD(f[0].path_off = size);
	BAD(f[0].path_off = UINT64_MAX);
	BAD(f[0].path_len = 0);
	BAD(f[0].path_len = UINT32_MAX);
	BAD(f[0].data_off = 1);
	BAD(f[0].data_off = size + 1);
	BAD(f[0].data_len++; f[0].data_off = size - f[0].data_len + 1);
	BAD(f[0].data_len = UINT64_MAX);
	BAD(f[0].path_len = 2);			/* "a/" */
	BAD(f[1].path_off = f[0].path_off + 1); /* "/" */
	BAD(f[1].path_off = f[2].path_off);	/* twice */
	BAD(f[0].path_off = f[2].path_off; f[0].path_len = 1);
#undef BAD
	assert_int_equal(open_bytes(bytes, size), 0);
	free(bytes);
}

static void
test_flipped(void **state)
{
	size_t size;
	char *bytes = good_bytes(&size);

	(void)state;
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		open_bytes(bytes, size);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t n = 1; n < size; n++)
		assert_int_equal(open_bytes(bytes, n), -1);
	free(bytes);
}

/* Memory that could still change is refused. */
static void
test_unsealed(void **state)
{
	size_t size;
	char *bytes = good_bytes(&size);
	struct err err = {{0}};
	struct source s;
	int fd = memfd_new("test", &err);

	(void)state;
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	assert_int_equal(source_open(&s, fd, &err), -1);
	assert_non_null(strstr(err.text, "not sealed"));
	close(fd);
	assert_int_equal(source_open(&s, fd, &err), -1);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_sealed_and_equal),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_empty_file),
	    cmocka_unit_test(test_refused_items),
	    cmocka_unit_test(test_spoilt),
	    cmocka_unit_test(test_flipped),
	    cmocka_unit_test(test_unsealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
