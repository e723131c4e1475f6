/* SPDX-License-Identifier: ISC */
/* What has happened in a directory before it was watched is not missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/author/author_watch.h"

static char directory[] = "/tmp/blogd-watch-XXXXXX";
static char top[] = "", sub[] = "sub", *dirs[] = {top, sub};
static struct author_tree tree = {.dir = directory, .dirs = dirs};
static struct author_watch *watch;
static int parent[2];

static const char *
in_directory(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void
write_file(const char *name)
{
	int fd = open(in_directory(name), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	close(fd);
}

static int
start(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(pipe(parent), 0);
	watch = author_watch_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(in_directory("sub/file"));
	unlink(in_directory("file"));
	rmdir(in_directory("sub"));
	rmdir(directory);
	return 0;
}

static int
update(size_t ndirs)
{
	tree.ndirs = ndirs;
	return author_watch_update(watch, &tree, NULL);
}

static void
looks_again_at_what_is_new(void **state)
{
	(void)state;
	assert_int_equal(update(1), 1);
	assert_int_equal(update(1), 0);
	assert_int_equal(mkdir(in_directory("sub"), 0700), 0);
	assert_int_equal(author_watch_wait(watch, parent[0], 0), 1);
	assert_int_equal(update(2), 1);
	assert_int_equal(update(2), 0);
	assert_int_equal(update(1), 0);
}

static void
is_told_of_a_file(void **state)
{
	(void)state;
	write_file("sub/file");
	assert_int_equal(author_watch_wait(watch, parent[0], 0), 1);
}

/* What has come back is another directory. */
static void
looks_again_at_what_came_back(void **state)
{
	(void)state;
	unlink(in_directory("sub/file"));
	assert_int_equal(rmdir(in_directory("sub")), 0);
	assert_int_equal(author_watch_wait(watch, parent[0], 0), 1);
	assert_int_equal(update(2), 0);
	assert_int_equal(mkdir(in_directory("sub"), 0700), 0);
	assert_int_equal(update(2), 1);
}

static void
looks_from_time_to_time(void **state)
{
	(void)state;
	author_watch_wait(watch, parent[0], 1);
	assert_int_equal(author_watch_wait(watch, parent[0], 1), 1);
}

static void
hears_the_parent(void **state)
{
	(void)state;
	assert_int_equal(write(parent[1], "x", 1), 1);
	assert_int_equal(author_watch_wait(watch, parent[0], 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(looks_again_at_what_is_new),
	    cmocka_unit_test(is_told_of_a_file),
	    cmocka_unit_test(looks_again_at_what_came_back),
	    cmocka_unit_test(looks_from_time_to_time),
	    cmocka_unit_test(hears_the_parent),
	};

	return cmocka_run_group_tests(tests, start, end);
}
