/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <openssl/rand.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/log.h"
#include "../../sandbox/linux.h"
#include "../../sandbox/roles.h"
#include "jails.h"

/* The filters: what each kills, answers and lets through. */

/* ---- what no role may do ---- */

#define TRY(name, ...)                                       \
	static int name(void)                                \
	{                                                    \
		return syscall(__VA_ARGS__) == -1 ? 98 : 97; \
	}

TRY(try_open_write, SYS_openat, AT_FDCWD, "/tmp", O_RDWR | O_CREAT, 0600)
TRY(try_openat2, SYS_openat2, AT_FDCWD, "/", NULL, 0)
TRY(try_socket, SYS_socket, AF_PACKET, SOCK_RAW, 0)
TRY(try_listen, SYS_listen, 0, 1)
TRY(try_execve, SYS_execve, "/bin/true", NULL, NULL)
TRY(try_vfork, SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0)
TRY(try_clone3, SYS_clone3, NULL, 0)
TRY(try_ptrace, SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)
TRY(try_process_vm, SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0)
TRY(try_mprotect, SYS_mprotect, 0x1000, 4096, PROT_READ | PROT_EXEC)
TRY(try_kill, SYS_kill, 1, 0)
TRY(try_io_uring, SYS_io_uring_setup, 1, NULL)
TRY(try_bpf, SYS_bpf, 0, NULL, 0)
TRY(try_userfaultfd, SYS_userfaultfd, 0)
TRY(try_unshare, SYS_unshare, CLONE_NEWUSER)
TRY(try_mount, SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)
TRY(try_keyctl, SYS_keyctl, 0, 0, 0, 0, 0)
TRY(try_setuid, SYS_setuid, 0)
TRY(try_perf, SYS_perf_event_open, NULL, 0, -1, -1, 0)
TRY(try_chroot, SYS_chroot, "/")
TRY(try_unlink, SYS_unlinkat, AT_FDCWD, "/tmp/none", 0)
TRY(try_rmdir, SYS_unlinkat, AT_FDCWD, "/tmp/none", AT_REMOVEDIR)
TRY(try_symlink, SYS_symlinkat, "/", AT_FDCWD, "/tmp/none")
TRY(try_mmap_exec, SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
#ifdef __x86_64__
TRY(try_x32, SYS_getpid | 0x40000000)

static int
try_compat(void)
{
	long n = 20; /* getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(n) : : "memory");
	return 97;
}
#endif

static const struct {
	const char *name;
	action what;
} forbidden[] = {
    {"open for writing", try_open_write},
    {"openat2", try_openat2},
    {"socket", try_socket},
    {"listen", try_listen},
    {"execve", try_execve},
    {"vfork", try_vfork},
    {"clone3", try_clone3},
    {"ptrace", try_ptrace},
    {"process_vm_readv", try_process_vm},
    {"mprotect executable", try_mprotect},
    {"mmap executable", try_mmap_exec},
    {"kill", try_kill},
    {"io_uring_setup", try_io_uring},
    {"bpf", try_bpf},
    {"userfaultfd", try_userfaultfd},
    {"unshare", try_unshare},
    {"mount", try_mount},
    {"keyctl", try_keyctl},
    {"setuid", try_setuid},
    {"perf_event_open", try_perf},
    {"chroot", try_chroot},
    {"unlinkat", try_unlink},
    {"symlinkat", try_symlink},
#ifdef __x86_64__
    {"x32", try_x32},
    {"compat", try_compat},
#endif
};
#define NFORBIDDEN (sizeof(forbidden) / sizeof(forbidden[0]))

/* Answered rather than killed: then the try exits with 98. */
static int
refused_softly(const struct jail *j, action what)
{
	return (j->role == ROLE_DIAL && what == try_mmap_exec) ||
	       (j->variant == VARIANT_SSH && what == try_open_write);
}

static void
forbidden_calls_are_fatal(void **state)
{
	(void)state;
	for (size_t i = 0; i < njails; i++) {
		current = &jails[i];
		for (size_t k = 0; k < NFORBIDDEN; k++) {
			int st = run(filter_only, forbidden[k].what);

			if (refused_softly(current, forbidden[k].what)
				? !WIFEXITED(st) || WEXITSTATUS(st) != 98
				: !killed(st))
				fail_msg("%s in %s: status %#x",
					 forbidden[k].name, current->name, st);
		}
	}
}

static void
the_broker_dies_of_these_too(void **state)
{
	static const action tries[] = {
	    try_openat2, try_ptrace,	  try_process_vm, try_io_uring,
	    try_bpf,	 try_userfaultfd, try_keyctl,	  try_perf,
	    try_chroot,	 try_rmdir,	  try_symlink,	  try_vfork};

	(void)state;
	current = &jail_of_broker;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (!killed(run(filter_only, tries[i])))
			fail_msg("try %zu does not kill the broker", i);
}

/* ---- conditions on arguments ---- */

#ifndef BLOGD_SANITIZE /* which may write and map as it likes */
/* So that nothing mapped can be replaced. */
static int
git_maps_where_it_likes(void)
{
	mmap((void *)0x10000, 4096, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return 97;
}

static int
keys_writes_elsewhere(void)
{
	return write(STDOUT_FILENO, "", 0) == -1 ? 98 : 97;
}

static int
worker_reads_elsewhere(void)
{
	char c;

	return read(CONTROL_FD, &c, 1) == -1 ? 98 : 97;
}

static int
worker_writes_elsewhere(void)
{
	return write(STDOUT_FILENO, "", 0) == -1 ? 98 : 97;
}

static int
worker_wants_memory(void)
{
	return sbrk(4096) == (void *)-1 ? 98 : 97;
}

static int
keys_maps(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	     -1, 0);
	return 97;
}

static int
log_writes_elsewhere(void)
{
	return write(CONTROL_FD, "", 1) == -1 ? 98 : 97;
}

static int
serve_maps_writable(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	     0);
	return 97;
}
#endif

#ifndef BLOGD_SANITIZE
static int
serve_wants_memory(void)
{
	return sbrk(4096) == (void *)-1 ? 98 : 97;
}

static int
serve_reads(void)
{
	char c;

	return read(STDIN_FILENO, &c, 1) == -1 ? 98 : 97;
}
#endif

/* As messages of the parent come, which alone bring descriptors. */
static int
serve_polls_others(void)
{
	struct msghdr mh = {0};

	return recvmsg(STDIN_FILENO, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == -1
		   ? 98
		   : 97;
}

static int
serve_stops_reading(void)
{
	return shutdown(STDIN_FILENO, SHUT_RD) == -1 ? 98 : 97;
}

static int
keys_waits_to_receive(void)
{
	struct msghdr mh = {.msg_flags = 0};

	return recvmsg(CONTROL_FD, &mh, MSG_CMSG_CLOEXEC) == -1 ? 98 : 97;
}

static int
keys_sends_otherwise(void)
{
	struct msghdr mh = {.msg_flags = 0};

	return sendmsg(CONTROL_FD, &mh, MSG_OOB) == -1 ? 98 : 97;
}

static int
keys_sleeps(void)
{
	struct timespec moment = {0};

	return ppoll(NULL, 0, &moment, NULL) == -1 ? 98 : 97;
}

static int
serve_accepts_inheritable(void)
{
	return accept4(0, NULL, NULL, 0) == -1 ? 98 : 97;
}

static int
git_stats(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == -1 ? 98 : 97;
}

static int
git_reads_elsewhere(void)
{
	char c;

	return recv(STDIN_FILENO, &c, 1, 0) == -1 ? 98 : 97;
}

/* Marks decide which way packets take. */
static int
dial_marks(void)
{
	int mark = 1;

	return setsockopt(STDIN_FILENO, SOL_SOCKET, SO_MARK, &mark,
			  sizeof(mark)) == -1
		   ? 98
		   : 97;
}

static int
git_makes_files_that_run(void)
{
	return memfd_create("t", 0) == -1 ? 98 : 97;
}

static int
dial_waits_to_send(void)
{
	struct msghdr mh = {0};

	return sendmsg(STDIN_FILENO, &mh, 0) == -1 ? 98 : 97;
}

static int
git_duplicates(void)
{
	return fcntl(0, F_DUPFD, 0) == -1 ? 98 : 97;
}

static int
render_terminates(void)
{
	return kill(getppid(), SIGTERM) == -1 ? 98 : 97;
}

static int
render_traces(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ? 98 : 97;
}

static int
broker_removes_with_flags(void)
{
	return unlinkat(AT_FDCWD, "none", AT_REMOVEDIR) == -1 ? 98 : 97;
}

static int
broker_removes_elsewhere(void)
{
	return unlinkat(STDERR_FILENO, "none", 0) == -1 ? 98 : 97;
}

/* Before all others on the machine. */
static int
broker_comes_first(void)
{
	struct sched_param param = {.sched_priority = 1};

	return sched_setscheduler(0, SCHED_FIFO, &param) == -1 ? 98 : 97;
}

static int
broker_schedules_others(void)
{
	struct sched_param param = {0};

	return sched_setscheduler(getppid(), SCHED_BATCH, &param) == -1 ? 98
									: 97;
}

/* A datagram to somebody else than the syslog server. */
static int
parent_sends_elsewhere(void)
{
	struct sockaddr to = {.sa_family = AF_UNSPEC};

	return sendto(STDERR_FILENO, "", 0, 0, &to, sizeof(to)) == -1 ? 98 : 97;
}

static int
worker_sets_real_timer(void)
{
	struct itimerval never = {0};

	return setitimer(ITIMER_REAL, &never, NULL) == -1 ? 98 : 97;
}

static int
worker_forks(void)
{
	return fork() == -1 ? 98 : 97;
}

static void
conditions_hold(void **state)
{
	static const struct {
		const char *jail;
		action what;
	} cases[] = {
#ifndef BLOGD_SANITIZE
	    {"keys", keys_writes_elsewhere},
	    {"keys", keys_maps},
	    {"log", log_writes_elsewhere},
	    {"serve", serve_maps_writable},
	    {"serve", serve_wants_memory},
	    {"serve", serve_reads},
	    {"worker", worker_reads_elsewhere},
	    {"worker", worker_writes_elsewhere},
	    {"worker", worker_wants_memory},
	    {"git", git_maps_where_it_likes},
#endif
	    {"keys", keys_waits_to_receive},
	    {"keys", keys_sends_otherwise},
	    {"keys", keys_sleeps},
	    {"serve", serve_accepts_inheritable},
	    {"serve", serve_polls_others},
	    {"serve", serve_stops_reading},
	    {"git", git_duplicates},
	    {"git", git_stats},
	    {"git", git_makes_files_that_run},
	    {"dial", dial_waits_to_send},
	    {"git", git_reads_elsewhere},
	    {"dial", dial_marks},
	    {"render", render_terminates},
	    {"render", render_traces},
	    {"parent", parent_sends_elsewhere},
	    {"worker", worker_forks},
	    {"worker", worker_sets_real_timer},
	};

	(void)state;
	current = &jail_of_broker;
	assert_true(killed(run(filter_only, broker_removes_with_flags)));
	assert_true(killed(run(filter_only, broker_removes_elsewhere)));
	assert_true(killed(run(filter_only, broker_comes_first)));
	assert_true(killed(run(filter_only, broker_schedules_others)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		current = jail_named(cases[i].jail);
		if (!killed(run(filter_only, cases[i].what)))
			fail_msg("case %zu in %s", i, cases[i].jail);
	}
}

/* ---- what is answered ---- */

static int
ssh_finds_nothing(void)
{
	struct stat st;

	if (open("/etc/passwd", O_RDONLY) != -1 || errno != ENOENT)
		return 1;
	if (stat("/etc/passwd", &st) != -1 || errno != ENOENT)
		return 2;
	return 0;
}

static int
dial_has_no_unix_sockets(void)
{
	if (socket(AF_UNIX, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
		return 1;
	return socket(AF_INET, SOCK_DGRAM, 0) == -1;
}

static int
broker_removes_its_socket(void)
{
	return unlinkat(AT_FDCWD, "/none", 0) == -1 && errno == ENOENT ? 0 : 1;
}

/* As libc's resolver asks by TCP after an answer that was too long for UDP. */
static int
dial_sends_two_parts(void)
{
	struct iovec parts[2] = {{NULL, 0}, {NULL, 0}};

	return writev(STDERR_FILENO, parts, 2) != 0;
}

static void
answers_come_back(void **state)
{
	static const struct {
		const char *jail;
		action what;
	} cases[] = {
	    {"ssh", ssh_finds_nothing},
	    {"dial", dial_has_no_unix_sockets},
	    {"dial", dial_sends_two_parts},
	};

	(void)state;
	current = &jail_of_broker;
	assert_int_equal(run(filter_only, broker_removes_its_socket), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		current = jail_named(cases[i].jail);
		assert_int_equal(run(filter_only, cases[i].what), 0);
	}
}

/* ---- the number of the process, remembered ---- */

static int
libraries_find_ours(void)
{
	return dlsym(RTLD_DEFAULT, "getpid") == (void *)getpid ? 0 : 1;
}

static int
random_without_asking(void)
{
	unsigned char bytes[16];

	for (int i = 0; i < 1000; i++)
		if (RAND_priv_bytes(bytes, sizeof(bytes)) != 1)
			return 1;
	return 0;
}

static int
seed_then_filter(void)
{
	unsigned char byte;

	return RAND_priv_bytes(&byte, 1) == 1 ? filter_only() : 1;
}

static int
asks_the_kernel(void)
{
	return syscall(SYS_getpid) == -1 ? 98 : 97;
}

static int
is_who_the_kernel_says(void)
{
	return getpid() == (pid_t)syscall(SYS_getpid) ? 0 : 1;
}

static int
knows_itself_after_a_fork(void)
{
	pid_remember();
	if (is_who_the_kernel_says() != 0)
		return 1;
	return run(NULL, is_who_the_kernel_says);
}

static void
pid_is_remembered(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, libraries_find_ours), 0);
	current = jail_named("keys");
	assert_int_equal(run(seed_then_filter, random_without_asking), 0);
	assert_true(killed(run(filter_only, asks_the_kernel)));
	current = jail_named("serve");
	assert_true(killed(run(filter_only, asks_the_kernel)));
	assert_int_equal(run(NULL, knows_itself_after_a_fork), 0);
}

/* ---- what is allowed ---- */

static int
common_work(void)
{
	log_info("%s is at work", current->name);
	return 0;
}

static int
memory_work(void)
{
	for (size_t size = 1; size < 8 << 20; size *= 3) {
		char *p = malloc(size), *q;

		if (p == NULL)
			return 1;
		p[size - 1] = 1;
		q = realloc(p, size * 2);
		if (q == NULL)
			return 2;
		q[size * 2 - 1] = 1;
		free(q);
	}
	return common_work();
}

static int
render_work(void)
{
	int status, fd;
	pid_t pid;
	char *p;

	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1 || ftruncate(fd, 4096) == -1)
		return 3;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 4;
	*p = 1;
	munmap(p, 4096);
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1)
		return 5;
	pid = fork();
	if (pid == -1)
		return 6;
	if (pid == 0) {
		sandbox_filter(ROLE_RENDER, VARIANT_WORKER);
		syscall(SYS_getdents64, 0, NULL, 0);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !killed(status))
		return 7;
	return memory_work();
}

static int
prepare_render(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return 99;
	sandbox_enter(ROLE_RENDER, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_RENDER, VARIANT_PLAIN);
	return 0;
}

/* May it ask for more memory than it had before the filter? */
static int
has_heap(const struct jail *j)
{
	const struct rule *r = NULL;

	while ((r = roles_next(r, j->role, j->variant)) != NULL)
		if (strcmp(r->call, "brk") == 0 && r->answer == ALLOW)
			return 1;
	return 0;
}

static void
real_work_goes_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < njails; i++) {
		current = &jails[i];
		assert_int_equal(run(filter_only, has_heap(current)
						      ? memory_work
						      : common_work),
				 0);
	}
	assert_int_equal(run(prepare_render, render_work), 0);
}

/* ---- the table ---- */

static void
every_call_has_a_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < njails; i++) {
		const struct rule *r = NULL;

		while ((r = roles_next(r, jails[i].role, jails[i].variant)))
			if (seccomp_syscall_resolve_name(r->call) ==
			    __NR_SCMP_ERROR)
				fail_msg("no system call %s", r->call);
	}
}

static void
the_listing_counts(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	char line[64];

	(void)state;
	assert_int_equal(sandbox_dump(f), 0);
	fclose(f);
	for (size_t i = 0; i < njails; i++) {
		snprintf(line, sizeof(line), ": %u system calls\n",
			 roles_count(jails[i].role, jails[i].variant));
		assert_non_null(strstr(text, line));
	}
	assert_non_null(strstr(text, "keys: "));
#ifndef BLOGD_SANITIZE
	assert_true(roles_count(ROLE_LOG, VARIANT_PLAIN) <= 6);
	assert_true(roles_count(ROLE_RENDER, VARIANT_WORKER) <= 6);
	assert_true(roles_count(ROLE_INIT, VARIANT_PLAIN) <= 10);
	assert_true(roles_count(ROLE_SERVE, VARIANT_PLAIN) <= 12);
	assert_true(roles_count(ROLE_GIT, VARIANT_PLAIN) <= 15);
	assert_true(roles_count(ROLE_DIAL, VARIANT_PLAIN) <= 40);
#endif
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_call_has_a_number),
	    cmocka_unit_test(the_listing_counts),
	    cmocka_unit_test(forbidden_calls_are_fatal),
	    cmocka_unit_test(the_broker_dies_of_these_too),
	    cmocka_unit_test(conditions_hold),
	    cmocka_unit_test(answers_come_back),
	    cmocka_unit_test(pid_is_remembered),
	    cmocka_unit_test(real_work_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
