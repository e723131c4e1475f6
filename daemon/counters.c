/* SPDX-License-Identifier: ISC */
#include "counters.h"

#include <sys/mman.h>
#ifdef __FreeBSD__
#include <sys/capsicum.h>
#endif

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "memfd.h"

/* A multiple of every system's page size: each part is mapped by itself. */
#define PART 65536
/* More changes than that while one is read: there are none. */
#define READS_MAX 1000

struct counters {
	union {
		/* site[sequence % 2] is to be read, the other one to be written
		 * next: a reader never waits for a writer. */
		struct {
			uint64_t sequence;
			struct site_counters site[2];
		};
		char room[PART];
	} parent;
	union {
		struct serve_counters serve;
		char room[PART];
	} slot[COUNTERS_SLOTS];
};

_Static_assert(sizeof(struct counters) == PART * (COUNTERS_SLOTS + 1),
	       "every part has room");

/* ----------------------------------------------------------- the parent -- */

static struct counters *shared;
static int shared_fd = -1;
static struct site_counters mine;
static char taken[COUNTERS_SLOTS];

int
counters_init(struct err *err)
{
	void *map;
	int fd = memfd_map_new("counters", sizeof(*shared), &map, err);

	if (fd == -1)
		return -1;
	if (memfd_seal_size(fd, err) == -1) {
		munmap(map, sizeof(*shared));
		close(fd);
		return -1;
	}
	shared = map;
	shared_fd = fd;
	return 0;
}

void
counters_unmap(void)
{
	if (shared != NULL)
		munmap(shared, sizeof(*shared));
	shared = NULL;
}

int
counters_fd(void)
{
	return shared_fd;
}

const struct counters *
counters_shared(void)
{
	return shared;
}

int
counters_take(void)
{
	struct site_counters *site;
	int slot = 0;

	while (slot < COUNTERS_SLOTS && taken[slot])
		slot++;
	if (slot == COUNTERS_SLOTS)
		return -1;
	taken[slot] = 1;
	site = counters_change();
	if (site->slots <= (uint64_t)slot)
		site->slots = (uint64_t)slot + 1;
	counters_changed();
	return slot;
}

void
counters_leave(int slot)
{
	if (slot >= 0)
		taken[slot] = 0;
}

void
counters_ended(int slot)
{
	if (shared != NULL && slot >= 0)
		count_set(&shared->slot[slot].serve.open, 0);
}

struct site_counters *
counters_change(void)
{
	return &mine;
}

/* What was to be read until now is written to next time: not before readers can
 * see that it is old. */
void
counters_changed(void)
{
	uint64_t next;

	if (shared == NULL)
		return;
	next = shared->parent.sequence + 1;
	memcpy(&shared->parent.site[next % 2], &mine, sizeof(mine));
	__atomic_store_n(&shared->parent.sequence, next, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* ------------------------------------------------------------ the others -- */

/* What is mapped to be read can not be made writable any more: on Linux the
 * filter has no mprotect. */
static void
never_write_again(int fd)
{
#ifdef __FreeBSD__
	cap_rights_t rights;

	cap_rights_init(&rights, CAP_MMAP_R);
	cap_rights_limit(fd, &rights);
#else
	(void)fd;
#endif
}

int
counters_open(int fd, uint32_t slot, const struct counters **all,
	      struct serve_counters **own, struct err *err)
{
	void *map;

	if (slot >= COUNTERS_SLOTS)
		return err_set(err, "there is no slot %u for counters", slot);
	map = mmap(NULL, PART, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   (off_t)PART * (1 + (off_t)slot));
	if (map == MAP_FAILED)
		return err_set(err, "cannot map the counters: %s",
			       strerror(errno));
	*own = map;
	never_write_again(fd);
	map = mmap(NULL, sizeof(**all), PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return err_set(err, "cannot map all counters: %s",
			       strerror(errno));
	*all = map;
	close(fd);
	return 0;
}

static void
read_site(const struct counters *c, struct site_counters *site)
{
	for (int i = 0; i < READS_MAX; i++) {
		uint64_t now =
		    __atomic_load_n(&c->parent.sequence, __ATOMIC_ACQUIRE);

		memcpy(site, &c->parent.site[now % 2], sizeof(*site));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (now == count_read(&c->parent.sequence))
			break;
	}
	site->commit[sizeof(site->commit) - 1] = '\0';
}

static void
add_slot(struct serve_counters *sum, const struct serve_counters *slot)
{
	const uint64_t *from = (const void *)slot;
	uint64_t *to = (void *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += count_read(&from[i]);
}

void
counters_read(const struct counters *c, struct serve_counters *sum,
	      struct site_counters *site)
{
	uint64_t n;

	read_site(c, site);
	n = site->slots < COUNTERS_SLOTS ? site->slots : COUNTERS_SLOTS;
	memset(sum, 0, sizeof(*sum));
	for (uint64_t i = 0; i < n; i++)
		add_slot(sum, &c->slot[i].serve);
}
