/* SPDX-License-Identifier: ISC */
/* What the parent takes from render. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/memfd.h"
#include "../../daemon/published.h"

#define GIB ((off_t)1 << 30)

/* Memory of this size that nobody has written. */
static int
part(off_t size, int sealed)
{
	struct err err;
	int fd = memfd_new("part", &err);

	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, size), 0);
	if (sealed)
		assert_int_equal(memfd_seal(fd, NULL, 0, &err), 0);
	return fd;
}

static void
prepare(struct ipc_msg *msg, const off_t sizes[3])
{
	struct msg_rendered *r = (void *)msg->data;

	memset(msg, 0, sizeof(*msg));
	r->segments = 1;
	snprintf(r->commit, sizeof(r->commit), "%040d", 1);
	for (msg->nfds = 0; msg->nfds < 3; msg->nfds++)
		msg->fds[msg->nfds] = part(sizes[msg->nfds], 1);
}

/* What is said against it; "" when it is taken.  Closes all. */
static const char *
verdict(struct ipc_msg *msg)
{
	static struct err err;
	struct published *p = published_take(msg, &err);

	if (p != NULL)
		err.text[0] = '\0';
	published_free(p);
	while (msg->nfds > 0)
		assert_int_equal(close(msg->fds[--msg->nfds]), 0);
	return err.text;
}

static struct ipc_msg msg;

static void
whole_sites_are_taken(void **state)
{
	static const off_t small[3] = {4096, 100, 1};
	static const off_t largest[3] = {GIB, 2 * GIB, GIB};

	(void)state;
	prepare(&msg, small);
	assert_string_equal(verdict(&msg), "");
	prepare(&msg, largest);
	assert_string_equal(verdict(&msg), "");
}

static void
no_more_than_4_gib_in_all(void **state)
{
	static const off_t together[3] = {GIB, 2 * GIB, GIB + 1};
	static const off_t index[3] = {1024 * GIB, 1, 1};
	static const off_t catalogue[3] = {1, 1, 4096 * GIB};

	(void)state;
	prepare(&msg, together);
	assert_non_null(strstr(verdict(&msg), "larger than 4 GiB"));
	prepare(&msg, index);
	assert_non_null(strstr(verdict(&msg), "larger than 4 GiB"));
	prepare(&msg, catalogue);
	assert_non_null(strstr(verdict(&msg), "larger than 4 GiB"));
}

static void
every_part_is_sealed(void **state)
{
	static const off_t sizes[3] = {10, 10, 10};

	(void)state;
	for (int i = 0; i < 3; i++) {
		prepare(&msg, sizes);
		close(msg.fds[i]);
		msg.fds[i] = part(10, 0);
		assert_non_null(strstr(verdict(&msg), "not sealed"));
	}
}

static void
counts_and_commit_are_checked(void **state)
{
	static const off_t sizes[3] = {10, 10, 10};
	static const uint32_t wrong[] = {0, 2, 3, UINT32_MAX, UINT32_MAX - 1};
	struct msg_rendered *r = (void *)msg.data;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		prepare(&msg, sizes);
		r->segments = wrong[i];
		assert_non_null(strstr(verdict(&msg), "segments in"));
	}
	prepare(&msg, sizes);
	memset(r->commit, 'a', sizeof(r->commit));
	assert_string_equal(verdict(&msg), "no commit");
	prepare(&msg, sizes);
	memcpy(r->commit, "12\n34", 6);
	assert_string_equal(verdict(&msg), "no commit");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_sites_are_taken),
	    cmocka_unit_test(no_more_than_4_gib_in_all),
	    cmocka_unit_test(every_part_is_sealed),
	    cmocka_unit_test(counts_and_commit_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
