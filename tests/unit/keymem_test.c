/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/keyload.h"
#include "../../daemon/keymem.h"

/*
 * What is tested runs in this program started again, since libcrypto takes its
 * memory functions once; the key comes to it as a descriptor.  This process
 * looks into its memory, while it runs and at its last moment.
 */

static EVP_PKEY *key;
static uint8_t number[32]; /* the private one, most significant byte first */
static int pem_fd;
static char pem[512];

static int
make_key(void **state)
{
	BIGNUM *bn = NULL;
	FILE *f;

	(void)state;
	key = EVP_EC_gen("P-256");
	pem_fd = memfd_create("pem", 0);
	f = fdopen(dup(pem_fd), "w");
	if (key == NULL || f == NULL ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &bn) != 1 ||
	    BN_bn2binpad(bn, number, 32) != 32 ||
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
		return -1;
	BN_free(bn);
	fclose(f);
	return pread(pem_fd, pem, sizeof(pem) - 1, 0) > 0 ? 0 : -1;
}

/* ---- in the other process ---- */

static EVP_PKEY *
load(const char *fd)
{
	struct err err;
	EVP_PKEY *mine = keyload(atoi(fd), -1, &err);

	if (mine == NULL) {
		fprintf(stderr, "%s\n", err.text);
		_exit(90);
	}
	return mine;
}

static int
sign(EVP_PKEY *mine)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char out[256];
	size_t len = sizeof(out);
	int ok = ctx != NULL &&
		 EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, mine) == 1 &&
		 EVP_DigestSign(ctx, out, &len, (const void *)"text", 4) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

static void
tell_ready(void)
{
	if (write(STDOUT_FILENO, "", 1) != 1)
		_exit(91);
}

static int
be_busy(EVP_PKEY *mine)
{
	tell_ready();
	while (sign(mine))
		continue;
	return 1;
}

static int
be_idle(EVP_PKEY *mine)
{
	if (!sign(mine))
		return 1;
	tell_ready();
	for (;;)
		pause();
}

static int
be_told(EVP_PKEY *mine)
{
	char byte;

	if (!sign(mine))
		return 1;
	keymem_wipe_stack();
	tell_ready();
	keymem_end(read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1);
}

static int
be_out_of_memory(EVP_PKEY *mine)
{
	static void *blocks[1 << 16];
	int n = 0;

	if (!sign(mine))
		return 1;
	for (size_t size = 65536; size > 0; size /= 2)
		while (n < 1 << 16 && (blocks[n] = OPENSSL_malloc(size)))
			n++;
	if (sign(mine) || EVP_MD_CTX_new() != NULL)
		return 2;
	while (n > 0)
		OPENSSL_free(blocks[--n]);
	return sign(mine) ? 0 : 3;
}

static int
is_zero(const char *p, size_t len)
{
	while (len > 0 && *p == 0)
		p++, len--;
	return len == 0;
}

static int
be_wiping(EVP_PKEY *mine)
{
	char *p = OPENSSL_malloc(100), *q;

	(void)mine;
	memset(p, 'x', 100);
	q = OPENSSL_realloc(p, 5000);
	if (q == NULL || q == p || !is_zero(p + 16, 80) || q[99] != 'x')
		return 1;
	memset(q, 'y', 5000);
	OPENSSL_free(q);
	if (!is_zero(q, 5000))
		return 2;
	if (OPENSSL_malloc(KEYMEM_SIZE) != NULL ||
	    OPENSSL_malloc(SIZE_MAX) != NULL)
		return 3;
	p = OPENSSL_malloc(1);
	return (uintptr_t)p % 16 == 0 ? 0 : 4;
}

static const struct {
	const char *name;
	int (*be)(EVP_PKEY *mine);
} modes[] = {{"busy", be_busy},
	     {"idle", be_idle},
	     {"told", be_told},
	     {"out of memory", be_out_of_memory},
	     {"wiping", be_wiping}};

static int
other_main(const char *mode, const char *fd)
{
	EVP_PKEY *mine;

	keymem_init();
	keymem_end_on_sigterm();
	mine = load(fd);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, mode) == 0)
			return modes[i].be(mine);
	return 92;
}

/* ---- in this process ---- */

struct other {
	pid_t pid;
	int in, out; /* its standard input and output */
};

static void
start(struct other *o, const char *mode)
{
	int in[2], out[2];
	char fd[12];

	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	snprintf(fd, sizeof(fd), "%d", pem_fd);
	fflush(stdout);
	o->pid = fork();
	assert_int_not_equal(o->pid, -1);
	if (o->pid == 0) {
		if (dup2(in[0], 0) == 0 && dup2(out[1], 1) == 1)
			execl("/proc/self/exe", "keymem_test", mode, fd, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	o->in = in[1];
	o->out = out[0];
}

static void
done(struct other *o, int status)
{
	int found;

	assert_int_equal(waitpid(o->pid, &found, 0), o->pid);
	assert_int_equal(found, status);
	close(o->in);
	close(o->out);
}

/* Where base64 of the number itself begins, and goes on in the next line: what
 * stands before is the same in every key, and in libraries. */
#define PEM_SECRET 76
#define PEM_SECOND 93

/* Any sixteen bytes of the number in either direction, or of the file. */
static int
is_secret(const uint8_t *p)
{
	int found = memcmp(p, number, 16) == 0 ||
		    memcmp(p, number + 16, 16) == 0 ||
		    memcmp(p, pem + PEM_SECRET, 16) == 0 ||
		    memcmp(p, pem + PEM_SECOND, 16) == 0;

	for (int half = 0; half < 2 && !found; half++) {
		const uint8_t *end = number + 16 * half + 15;
		int i = 0;

		while (i < 16 && p[i] == end[-i])
			i++;
		found = i == 16;
	}
	return found;
}

static int
find_between(int mem, uint64_t from, uint64_t to)
{
	static uint8_t block[1 << 16];
	int found = 0;

	for (uint64_t at = from; at < to; at += sizeof(block) - 16) {
		size_t want = to - at < sizeof(block) ? to - at : sizeof(block);
		ssize_t n = pread(mem, block, want, (off_t)at);

		for (ssize_t i = 0; i + 16 <= n; i++)
			found += is_secret(block + i);
	}
	return found;
}

/* How many pieces of the secret are anywhere in its memory? */
static int
find_secret(pid_t pid)
{
	unsigned long long from, to;
	char path[64], line[512], r;
	int mem, found = 0, seen = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY);
	assert_non_null(maps);
	assert_int_not_equal(mem, -1);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%llx-%llx %c", &from, &to, &r) != 3 ||
		    r != 'r' || to - from > (256U << 20) ||
		    strstr(line, "[v") != NULL)
			continue;
		found += find_between(mem, from, to);
		seen++;
	}
	assert_true(seen > 5);
	fclose(maps);
	close(mem);
	return found;
}

/* Lets it go on until it has done all it does by itself, and only its memory is
 * still there. */
static void
stop_at_exit(pid_t pid)
{
	int status, event = 0;

	while (event != PTRACE_EVENT_EXIT) {
		assert_int_equal(waitpid(pid, &status, __WALL), pid);
		assert_true(WIFSTOPPED(status));
		event = status >> 16;
		if (event == 0)
			ptrace(PTRACE_CONT, pid, NULL,
			       (void *)(uintptr_t)WSTOPSIG(status));
	}
}

static void
ends_without_a_trace(const char *mode, void (*end)(struct other *))
{
	struct other o;
	char byte;

	start(&o, mode);
	assert_int_equal(read(o.out, &byte, 1), 1);
	assert_int_equal(ptrace(PTRACE_SEIZE, o.pid, NULL,
				(void *)(uintptr_t)PTRACE_O_TRACEEXIT),
			 0);
	assert_true(find_secret(o.pid) > 0);
	end(&o);
	stop_at_exit(o.pid);
	assert_int_equal(find_secret(o.pid), 0);
	ptrace(PTRACE_CONT, o.pid, NULL, NULL);
	done(&o, 0);
}

static void
terminate(struct other *o)
{
	assert_int_equal(kill(o->pid, SIGTERM), 0);
}

static void
hang_up(struct other *o)
{
	close(o->in);
	o->in = dup(STDERR_FILENO); /* for done() */
}

static void
nothing_is_left_after_sigterm(void **state)
{
	(void)state;
	ends_without_a_trace("idle", terminate);
}

/* On the stack and in registers as well. */
static void
nothing_is_left_of_a_signature(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		ends_without_a_trace("busy", terminate);
}

static void
nothing_is_left_when_it_ends_itself(void **state)
{
	(void)state;
	ends_without_a_trace("told", hang_up);
}

static void
no_memory_is_an_error(void **state)
{
	struct other o;

	(void)state;
	start(&o, "out of memory");
	done(&o, 0);
}

static void
what_is_freed_is_wiped(void **state)
{
	struct other o;

	(void)state;
	start(&o, "wiping");
	done(&o, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_freed_is_wiped),
	    cmocka_unit_test(no_memory_is_an_error),
	    cmocka_unit_test(nothing_is_left_after_sigterm),
	    cmocka_unit_test(nothing_is_left_of_a_signature),
	    cmocka_unit_test(nothing_is_left_when_it_ends_itself),
	};

	if (argc == 3)
		return other_main(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, make_key, NULL);
}
