/* SPDX-License-Identifier: ISC */
#include "hostile.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "memfd.h"
#include "pool_worker.h"
#include "site/catalogue.h"
#include "snapshot/snapshot.h"
#include "source.h"

#define FDS_MOST    200
#define LEN_MOST    (IPC_DATA_MAX + 4096)
#define FLOOD	    20000
#define SPARSE_SIZE ((off_t)1 << 30) /* what a site may have */
#define HUGE_SIZE   ((off_t)1 << 42)

/* ---- which attack ---- */

static char role_text[16], attack[64];
static unsigned long nth; /* 0: none */
static unsigned long seen;
static int armed = 1;

static void
choose(void)
{
	const char *text = getenv(HOSTILE_VARIABLE);
	static int chosen;

	if (chosen++)
		return;
	if (text == NULL ||
	    sscanf(text, "%15s %63s %lu", role_text, attack, &nth) != 3)
		nth = 0;
}

static int
begins(const char *name)
{
	return strncmp(attack, name, strlen(name)) == 0;
}

/* Those are done when memory is sealed, and not when something is sent. */
static int
is_of_memory(void)
{
	return begins("source-") || begins("index-") || begins("catalogue-");
}

static int
plays(enum role role)
{
	choose();
	return nth > 0 && strcmp(role_text, role_name(role)) == 0;
}

static int
is(const char *name)
{
	return strcmp(attack, name) == 0;
}

/* Is it the Nth time? */
static int
now(void)
{
	if (!armed || ++seen != nth)
		return 0;
	log_notice("being hostile: %s", attack);
	return 1;
}

void
hostile_warn(void)
{
	log_warn("this build has hostile children (configure "
		 "--enable-hostile-children): for tests, never to serve");
}

/* render is a new process each time: what it is given tells it when. */
void
hostile_given(enum slot slot, int fd)
{
	const char *map;
	struct err err;
	size_t size;

	if (!plays(ROLE_RENDER) && strcmp(role_text, "worker") != 0)
		return;
	if (slot != SLOT_SOURCE)
		return;
	map = memfd_map(fd, &size, &err);
	armed = map != NULL &&
		memmem(map, size, HOSTILE_WORDS, strlen(HOSTILE_WORDS)) != NULL;
	if (map != NULL)
		munmap((void *)(uintptr_t)map, size);
}

/* ---- messages ---- */

/* A message as it was meant, and where the hostile one goes. */
struct shot {
	int fd;
	enum role self;
	uint32_t type;
	const char *data;
	size_t len;
	const int *fds;
	unsigned nfds;
};

/* No rule of ipc.c holds here; serve's filter has write alone. */
static void
shoot_bytes(const struct shot *s, const void *bytes, size_t len, const int *fds,
	    unsigned nfds)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * FDS_MOST)];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {(void *)(uintptr_t)bytes, len};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cm;

	if (s->self == ROLE_SERVE) {
		while (write(s->fd, bytes, len) == -1 && errno == EAGAIN)
			continue;
		return;
	}
	if (nfds > 0) {
		mh.msg_control = control.space;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(cm), fds, sizeof(int) * nfds);
	}
	sendmsg(s->fd, &mh, MSG_NOSIGNAL | MSG_EOR);
}

static void
shoot(const struct shot *s, uint32_t type, const void *data, size_t len,
      const int *fds, unsigned nfds)
{
	static char packet[sizeof(type) + LEN_MOST];

	memcpy(packet, &type, sizeof(type));
	if (len > 0)
		memcpy(packet + sizeof(type), data, len);
	shoot_bytes(s, packet, sizeof(type) + len, fds, nfds);
}

static void
with_payload(const struct shot *s, const char *data)
{
	shoot(s, s->type, data, s->len, s->fds, s->nfds);
}

static void
flood(const struct shot *s, uint32_t type, const char *text)
{
	for (int i = 0; i < FLOOD; i++)
		shoot(s, type, text, strlen(text), NULL, 0);
}

static void
lengths(const struct shot *s)
{
	static char zeros[LEN_MOST];
	int fds[FDS_MOST];

	for (int i = 0; i < FDS_MOST; i++)
		fds[i] = STDERR_FILENO;
	if (is("parent-empty") || is("peer-empty"))
		shoot_bytes(s, "", 0, NULL, 0);
	else if (is("parent-empty-with-fds") || is("peer-empty-with-fds"))
		shoot_bytes(s, "", 0, fds, IPC_FDS_MAX);
	else if (is("parent-runt") || is("peer-runt"))
		shoot_bytes(s, "abc", 3, NULL, 0);
	else if (is("parent-short") || is("peer-short"))
		shoot(s, s->type, s->len > 0 ? s->data : zeros,
		      s->len > 0 ? s->len - 1 : 1, s->fds, s->nfds);
	else if (is("parent-long") || is("peer-long"))
		shoot(s, s->type, zeros, LEN_MOST, s->fds, s->nfds);
}

static void
types(const struct shot *s)
{
	static char zeros[1024];

	if (is("parent-unknown") || is("peer-unknown"))
		shoot(s, UINT32_MAX, zeros, 16, NULL, 0);
	else if (is("parent-beyond") || is("peer-beyond"))
		shoot(s, MSG__MAX, zeros, 16, NULL, 0);
	else if (is("parent-foreign") || is("peer-foreign"))
		shoot(s, MSG_START, zeros, sizeof(zeros), NULL, 0);
}

static void
descriptors(const struct shot *s)
{
	int many[FDS_MOST];

	for (int i = 0; i < FDS_MOST; i++)
		many[i] = STDERR_FILENO;
	if (is("parent-no-fds") || is("peer-no-fds"))
		shoot(s, s->type, s->data, s->len, NULL, 0);
	else if (is("parent-extra-fd") || is("peer-extra-fd"))
		shoot(s, MSG_READY, "x", 1, many, 1);
	else if (is("parent-many-fds") || is("peer-many-fds"))
		shoot(s, s->type, s->data, s->len, many, FDS_MOST);
}

static void
floods(const struct shot *s)
{
	if (is("parent-ready-flood"))
		flood(s, MSG_READY, "\033[2J again\nblogd: parent: forged");
	else if (is("parent-failed-flood"))
		flood(s, MSG_FAILED, "\033[2J again\nblogd: parent: forged");
	else if (is("parent-hook-flood"))
		flood(s, MSG_HOOK, "");
	else if (is("parent-swapped-flood"))
		flood(s, MSG_SWAPPED, "");
	else if (is("parent-pong-flood"))
		flood(s, MSG_PONG, "");
	else if (is("parent-unchanged-flood"))
		flood(s, MSG_UNCHANGED, "");
	else if (is("peer-flood"))
		for (int i = 0; i < FLOOD; i++)
			with_payload(s, s->data);
}

/* The right length, and the wrong words. */
static void
payloads(const struct shot *s)
{
	static char data[LEN_MOST];

	memcpy(data, s->data, s->len);
	if (is("ones")) {
		memset(data, 0xff, s->len);
		with_payload(s, data);
	} else if (is("zeros")) {
		memset(data, 0, s->len);
		with_payload(s, data);
	} else if (is("process-one")) {
		int32_t pid = 1;

		memcpy(data + offsetof(struct msg_answer, pid), &pid,
		       sizeof(pid));
		with_payload(s, data);
	} else if (is("other-sequence")) {
		data[0] ^= 1;
		with_payload(s, data);
	} else if (is("same-sequence")) { /* and noise behind it */
		memset(data + 8, 0xa5, s->len - 8);
		with_payload(s, data);
	} else if (is("wrong-signature")) {
		data[offsetof(struct msg_signature, signature) + 20] ^= 1;
		with_payload(s, data);
	} else if (is("long-signature")) {
		uint32_t len = SIGNATURE_MAX + 1;

		memcpy(data + offsetof(struct msg_signature, len), &len,
		       sizeof(len));
		with_payload(s, data);
	}
}

/* ---- descriptors of the wrong kind ---- */

static int
new_memfd(off_t size, int seals)
{
	struct err err;
	int fd = memfd_new("hostile", &err);

	if (fd == -1 || ftruncate(fd, size) == -1 ||
	    (seals != 0 && fcntl(fd, F_ADD_SEALS, seals) == -1))
		fatal("hostile memory");
	return fd;
}

static int
wrong_kind(void)
{
	int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

	if (strstr(attack, "-socket") != NULL)
		return CONTROL_FD;
	if (strstr(attack, "-pipe") != NULL)
		return STDERR_FILENO;
	if (strstr(attack, "-null") != NULL)
		return 0;
	if (strstr(attack, "-unsealed") != NULL)
		return new_memfd(1 << 20, 0);
	if (strstr(attack, "-half-sealed") != NULL)
		return new_memfd(1 << 20, seals);
	if (strstr(attack, "-nothing") != NULL)
		return new_memfd(0, seals | F_SEAL_WRITE);
	if (strstr(attack, "-huge") != NULL)
		return new_memfd(HUGE_SIZE, seals | F_SEAL_WRITE);
	if (strstr(attack, "-sparse") != NULL)
		return new_memfd(SPARSE_SIZE, seals | F_SEAL_WRITE);
	return new_memfd(1 << 20, seals | F_SEAL_WRITE); /* zeros */
}

/* fdN-...: the Nth descriptor is another. */
static int
replace_descriptor(const struct shot *s)
{
	unsigned which;
	int fds[IPC_FDS_MAX];

	if (sscanf(attack, "fd%u-", &which) != 1 || s->nfds == 0 ||
	    s->nfds > IPC_FDS_MAX)
		return 0;
	memcpy(fds, s->fds, s->nfds * sizeof(fds[0]));
	fds[which < s->nfds ? which : s->nfds - 1] = wrong_kind();
	shoot(s, s->type, s->data, s->len, fds, s->nfds);
	return 1;
}

/* ---- when ---- */

/* The message of each role at which it attacks. */
static int
is_time(enum role self, enum msg_type type)
{
	switch (self) {
	case ROLE_GIT:
		return type == MSG_SOURCE;
	case ROLE_RENDER:
		return type == MSG_RENDERED;
	case ROLE_SERVE:
		return type == (begins("parent-") ? MSG_SWAPPED : MSG_SIGN);
	case ROLE_KEYS:
		return type == MSG_SIGNATURE;
	case ROLE_DIAL:
		return type == MSG_CONNECTED;
	case ROLE_BROKER:
		return type == MSG_ANSWER;
	default:
		return 0;
	}
}

/* What the broker says of a process that it has started. */
static int
is_spawned(enum msg_type type, const void *data)
{
	struct msg_answer a;

	if (type != MSG_ANSWER)
		return 1;
	memcpy(&a, data, sizeof(a));
	return a.pid > 0;
}

static void
fire(const struct shot *s)
{
	lengths(s);
	types(s);
	descriptors(s);
	floods(s);
	payloads(s);
}

void
hostile_line(struct slice line)
{
	struct shot s = {.fd = CONTROL_FD,
			 .self = ROLE_LOG,
			 .type = MSG_READY,
			 .data = "x",
			 .len = 1};

	if (plays(ROLE_LOG) &&
	    memmem(line.data, line.len, HOSTILE_WORDS, strlen(HOSTILE_WORDS)) !=
		NULL &&
	    now())
		fire(&s);
}

int
hostile_send(const struct ipc *c, enum msg_type type, const void *data,
	     size_t len, const int *fds, unsigned nfds)
{
	struct shot s = {c->fd, c->self, type, data, len, fds, nfds};

	if (!plays(c->self) || is_of_memory() || !is_time(c->self, type) ||
	    !is_spawned(type, data) || !now())
		return 0;
	if (begins("parent-"))
		s.fd = CONTROL_FD;
	if (replace_descriptor(&s))
		return 1;
	fire(&s);
	/* What follows a flood is as usual, if anybody listens still. */
	return strstr(attack, "flood") == NULL;
}

/* ---- memory ---- */

/* One number in what is sealed; of_size: the size of the memory is added. */
static const struct poke {
	const char *name, *magic;
	size_t at, width;
	uint64_t value;
	int of_size;
} pokes[] = {
#define HEAD(magic, type, field) \
	magic, offsetof(type, field), sizeof(((type *)0)->field)
#define IN_SOURCE(field) HEAD(SOURCE_MAGIC, struct source_head, field)
#define IN_FILE(field)                                                        \
	SOURCE_MAGIC,                                                         \
	    sizeof(struct source_head) + offsetof(struct source_file, field), \
	    sizeof(((struct source_file *)0)->field)
/* Of the sixth file, the new one: others have no data in a later source. */
#define IN_NEW(field)                                                     \
	SOURCE_MAGIC,                                                     \
	    sizeof(struct source_head) + 5 * sizeof(struct source_file) + \
		offsetof(struct source_file, field),                      \
	    sizeof(((struct source_file *)0)->field)
#define IN_INDEX(field) HEAD(SNAPSHOT_MAGIC, struct snapshot_head, field)
/* Of the second: the first has no path. */
#define IN_ENTRY(field)                                                    \
	SNAPSHOT_MAGIC,                                                    \
	    sizeof(struct snapshot_head) + sizeof(struct snapshot_entry) + \
		offsetof(struct snapshot_entry, field),                    \
	    sizeof(((struct snapshot_entry *)0)->field)
    {"source-magic", IN_SOURCE(magic), 0, 0},
    {"source-size", IN_SOURCE(size), 1, 1},
    {"source-count", IN_SOURCE(nfiles), UINT32_MAX, 0},
    {"source-no-files", IN_SOURCE(nfiles), 0, 0},
    {"source-id-length", IN_SOURCE(oid_len), 4096, 0},
    {"source-path-outside", IN_FILE(path_off), 0, 1},
    {"source-path-wraps", IN_FILE(path_off), UINT64_MAX, 0},
    {"source-path-in-table", IN_FILE(path_off), 8, 0},
    {"source-path-long", IN_FILE(path_len), UINT32_MAX, 0},
    {"source-path-empty", IN_FILE(path_len), 0, 0},
    {"source-data-outside", IN_FILE(data_off), 0, 1},
    {"source-data-wraps", IN_FILE(data_off), UINT64_MAX, 0},
    {"source-data-long", IN_NEW(data_len), UINT64_MAX, 0},
    {"source-data-a-byte-long", IN_NEW(data_len), 0, 1},
    {"index-magic", IN_INDEX(magic), 0, 0},
    {"index-size", IN_INDEX(size), 1, 1},
    {"index-count", IN_INDEX(nentries), UINT32_MAX, 0},
    {"index-no-entries", IN_INDEX(nentries), 0, 0},
    {"index-segments", IN_INDEX(nsegments), SEGMENTS_MAX, 0},
    {"index-segment-size", IN_INDEX(segment_size[0]), UINT64_MAX, 0},
    {"index-path-outside", IN_ENTRY(path_off), 0, 1},
    {"index-path-wraps", IN_ENTRY(path_off), UINT64_MAX, 0},
    {"index-path-long", IN_ENTRY(path_len), UINT32_MAX, 0},
    {"index-status", IN_ENTRY(status), 500, 0},
    {"index-no-such-segment", IN_ENTRY(variant[ENC_IDENTITY].segment),
     SEGMENTS_MAX, 0},
    {"index-offset", IN_ENTRY(variant[ENC_IDENTITY].offset), UINT64_MAX, 0},
    {"index-head", IN_ENTRY(variant[ENC_IDENTITY].head), UINT32_MAX, 0},
    {"index-common", IN_ENTRY(variant[ENC_IDENTITY].common), 1, 0},
    {"index-body-wraps", IN_ENTRY(variant[ENC_IDENTITY].body_len), UINT64_MAX,
     0},
    {"index-body-long", IN_ENTRY(variant[ENC_IDENTITY].body_len), 1 << 30, 0},
};

/* Blocks of bytes rather than numbers. */
static const struct fill {
	const char *name, *magic;
	size_t from, to; /* to 0: the end */
	int byte;
} fills[] = {
    {"source-noise", SOURCE_MAGIC, 8, 0, 0xa5},
    {"source-path-control", SOURCE_MAGIC, 0, 0, '\n'},
    {"source-ones", SOURCE_MAGIC, sizeof(struct source_head), 0, 0xff},
    {"index-commit", SNAPSHOT_MAGIC, offsetof(struct snapshot_head, commit),
     offsetof(struct snapshot_head, root), 'a'},
    {"index-root", SNAPSHOT_MAGIC, offsetof(struct snapshot_head, root),
     sizeof(struct snapshot_head), 'a'},
    {"index-noise", SNAPSHOT_MAGIC, sizeof(struct snapshot_head), 0, 0xa5},
    {"index-paths", SNAPSHOT_MAGIC, sizeof(struct snapshot_head), 0, 0},
    {"catalogue-ones", CATALOGUE_MAGIC, 8, 0, 0xff},
    {"catalogue-zeros", CATALOGUE_MAGIC, 0, 0, 0},
    /* Behind the magic, the key and the commit: the number of records. */
    {"catalogue-count", CATALOGUE_MAGIC, 8 + 32 + 32, 8 + 32 + 32 + 8, 0x7f},
    {"catalogue-records", CATALOGUE_MAGIC, 8 + 32 + 32 + 8, 0, 0xff},
};

static int
poke(const struct poke *p, char *map, size_t size)
{
	uint64_t value = p->value + (p->of_size ? size : 0);

	if (!is(p->name) || memcmp(map, p->magic, 8) != 0 ||
	    size < p->at + p->width || !now())
		return 0;
	memcpy(map + p->at, &value,
	       p->width < sizeof(value) ? p->width : sizeof(value));
	return 1;
}

static int
fill(const struct fill *f, char *map, size_t size)
{
	size_t to = f->to > 0 ? f->to : size;

	if (!is(f->name) || memcmp(map, f->magic, 8) != 0 || size < to ||
	    !now())
		return 0;
	memset(map + f->from, f->byte, to - f->from);
	return 1;
}

/* The first record is there twice, or the first two have changed places. */
static void
swap_records(char *map, size_t size, const char *magic, size_t head,
	     size_t record, int both)
{
	char first[sizeof(struct snapshot_entry)];

	if (memcmp(map, magic, 8) != 0 || size < head + 2 * record || !now())
		return;
	memcpy(first, map + head, record);
	if (both)
		memcpy(map + head, map + head + record, record);
	memcpy(map + head + record, first, record);
}

static void
disorder(char *map, size_t size)
{
	if (is("source-order") || is("source-twice"))
		swap_records(map, size, SOURCE_MAGIC,
			     sizeof(struct source_head),
			     sizeof(struct source_file), is("source-order"));
	else if (is("index-order") || is("index-twice"))
		swap_records(map, size, SNAPSHOT_MAGIC,
			     sizeof(struct snapshot_head),
			     sizeof(struct snapshot_entry), is("index-order"));
}

int
hostile_seal(void *map, size_t size)
{
	choose();
	if (nth == 0 || map == NULL || size < 8)
		return 0;
	for (size_t i = 0; i < sizeof(pokes) / sizeof(pokes[0]); i++)
		poke(&pokes[i], map, size);
	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++)
		fill(&fills[i], map, size);
	disorder(map, size);
	if (is("source-not-sealed") && memcmp(map, SOURCE_MAGIC, 8) == 0)
		return now();
	if (is("index-not-sealed") && memcmp(map, SNAPSHOT_MAGIC, 8) == 0)
		return now();
	return 0;
}

/* ---- workers ---- */

static void
say(int fd, const void *bytes, size_t len)
{
	if (write(fd, bytes, len) == -1)
		_exit(1);
}

void
hostile_answer(int fd, struct slice text, struct pool_answer *a)
{
	char large[4096] = {0};

	choose();
	if (nth == 0 || strcmp(role_text, "worker") != 0 ||
	    memmem(text.data, text.len, HOSTILE_WORDS, strlen(HOSTILE_WORDS)) ==
		NULL)
		return;
	if (is("sequence"))
		a->sequence++;
	else if (is("length"))
		a->len[0] = UINT64_MAX;
	else if (is("lengths-wrap"))
		a->len[0] = a->len[1] = POOL_OUT_MAX;
	else if (is("result"))
		a->result = UINT32_MAX;
	else if (is("runt"))
		say(fd, large, 3);
	else if (is("empty"))
		say(fd, large, 0);
	else if (is("long"))
		say(fd, large, sizeof(large));
	else if (is("twice"))
		say(fd, a, sizeof(*a));
	else if (is("flood"))
		for (int i = 0; i < FLOOD; i++)
			say(fd, a, sizeof(*a));
	else if (is("silent"))
		for (;;)
			continue;
}
