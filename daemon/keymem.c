/* SPDX-License-Identifier: ISC */
#include "keymem.h"

#include <sys/mman.h>

#include <openssl/crypto.h>

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define STACK	  (128U << 10) /* of it, from keymem_init downwards */
#define ALT_STACK (32U << 10)  /* a handler's, with all wide registers */
#define BINS	  20	       /* of blocks, 32 bytes to 16 MiB with head */
#define SMALLEST  32

#ifdef MADV_DONTDUMP
#define NOT_DUMPED MADV_DONTDUMP
#else
#define NOT_DUMPED MADV_NOCORE /* FreeBSD */
#endif

/* Stands before each allocation; its size keeps what follows aligned. */
struct block {
	size_t room;
	struct block *next; /* of the free ones */
};

static struct {
	char *start; /* KEYMEM_SIZE bytes, then ALT_STACK */
	size_t used;
	struct block *unused[BINS];
	char *stack; /* STACK bytes */
} m;

/* --------------------------------------------------------- allocating -- */

/* The least bin whose blocks have room for size bytes. */
static unsigned
bin_of(size_t size)
{
	unsigned bin = 0;

	while (((size_t)SMALLEST << bin) - sizeof(struct block) < size)
		bin++;
	return bin;
}

static struct block *
take_unused(unsigned bin)
{
	for (; bin < BINS; bin++) {
		struct block *b = m.unused[bin];

		if (b == NULL)
			continue;
		m.unused[bin] = b->next;
		return b;
	}
	return NULL;
}

static struct block *
take_new(unsigned bin)
{
	size_t whole = (size_t)SMALLEST << bin;
	struct block *b;

	if (whole > KEYMEM_SIZE - m.used)
		return NULL;
	b = (struct block *)(void *)(m.start + m.used);
	m.used += whole;
	b->room = whole - sizeof(*b);
	return b;
}

static void *
allocate(size_t size, const char *file, int line)
{
	struct block *b;
	unsigned bin;

	(void)file, (void)line;
	if (size == 0 || size > KEYMEM_SIZE)
		return NULL;
	bin = bin_of(size);
	b = m.unused[bin] == NULL ? take_new(bin) : NULL;
	if (b == NULL)
		b = take_unused(bin);
	return b == NULL ? NULL : b + 1;
}

static void
release(void *p, const char *file, int line)
{
	struct block *b = p;
	unsigned bin;

	(void)file, (void)line;
	if (p == NULL)
		return;
	b--;
	explicit_bzero(p, b->room);
	bin = bin_of(b->room);
	b->next = m.unused[bin];
	m.unused[bin] = b;
}

static void *
reallocate(void *p, size_t size, const char *file, int line)
{
	size_t room;
	void *q;

	if (p == NULL)
		return allocate(size, file, line);
	if (size == 0) {
		release(p, file, line);
		return NULL;
	}
	room = ((struct block *)p - 1)->room;
	if (size <= room)
		return p;
	q = allocate(size, file, line);
	if (q == NULL)
		return NULL;
	memcpy(q, p, room);
	release(p, file, line);
	return q;
}

/* ------------------------------------------------------------- set up -- */

/* Each page is locked as soon as there is one: what nobody has used is none. */
static int
lock_pages(void *start, size_t len)
{
#ifdef MLOCK_ONFAULT
	if (mlock2(start, len, MLOCK_ONFAULT) == 0)
		return 0;
#endif
	return mlock(start, len);
}

/* 0 when it cannot be locked. */
static int
protect(void *start, size_t len)
{
	if (madvise(start, len, NOT_DUMPED) == -1)
		fatal("keep key memory out of core files");
	return lock_pages(start, len) == 0;
}

/* Between two pages that nothing can use. */
static char *
map_guarded(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, len + 2 * page, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + page, len, PROT_READ | PROT_WRITE) == -1)
		fatal("key memory");
	return p + page;
}

/* The part of the stack that the caller's later calls will use, in whole pages.
 * Writing to it makes it exist. */
static char *__attribute__((noinline)) find_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	char room[STACK];

	explicit_bzero(room, sizeof(room));
	return (char *)(((uintptr_t)room + STACK + page - 1) & ~(page - 1)) -
	       STACK;
}

void
keymem_init(void)
{
	m.start = map_guarded(KEYMEM_SIZE + ALT_STACK);
	m.stack = find_stack();
	if (!protect(m.start, KEYMEM_SIZE + ALT_STACK) ||
	    !protect(m.stack, STACK))
		log_notice("the memory of private keys may be swapped out: %s "
			   "(raise the limit of locked memory to 4 MiB)",
			   strerror(errno));
	if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1)
		fatalx("libcrypto was used before its memory was set up");
}

/* -------------------------------------------------------------- wiping -- */

void __attribute__((noinline)) keymem_wipe_stack(void)
{
	char room[STACK];

	explicit_bzero(room, sizeof(room));
}

void
keymem_end(int status)
{
	if (m.start != NULL)
		explicit_bzero(m.start, m.used);
	keymem_wipe_stack();
	_exit(status);
}

/* AddressSanitizer lets nobody write between variables of frames that are in
 * use, and asks the system where the stack is before a process ends. */
#define UNCHECKED __attribute__((noinline, no_sanitize_address))

static void UNCHECKED
wipe_frames(void *start, size_t len)
{
	volatile char *p = start;

	while (len-- > 0)
		*p++ = 0;
}

/* On a stack of its own: the one that was interrupted is wiped as well, and the
 * registers that the kernel has put down above the context. */
static void UNCHECKED
on_sigterm(int sig, siginfo_t *info, void *context)
{
	char *end = m.start + KEYMEM_SIZE + ALT_STACK;

	(void)sig, (void)info;
	explicit_bzero(m.start, m.used);
	wipe_frames(m.stack, STACK);
	wipe_frames(context, (size_t)(end - (char *)context));
	_exit(0);
}

void
keymem_end_on_sigterm(void)
{
	stack_t alt = {.ss_sp = m.start + KEYMEM_SIZE, .ss_size = ALT_STACK};
	struct sigaction sa = {.sa_sigaction = on_sigterm,
			       .sa_flags = SA_ONSTACK | SA_SIGINFO};

	if (sigaltstack(&alt, NULL) == -1 ||
	    sigaction(SIGTERM, &sa, NULL) == -1)
		fatal("SIGTERM");
}
