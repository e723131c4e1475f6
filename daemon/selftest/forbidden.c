/* SPDX-License-Identifier: ISC */
#include "selftest.h"

#ifdef __linux__

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../sandbox/sandbox.h"
#include "../log.h"
#include "../memfd.h"

/*
 * A process enters a role's jail as the role does, and tries one thing that
 * would be worth something to whoever took it over.
 */
#define PAGE 4096

/* Sets of jails. */
enum {
	BROKER = 1 << 0,
	PARENT = 1 << 1,
	DIAL = 1 << 2,
	GIT = 1 << 3,
	SSH = 1 << 4,
	DIRECTORY = 1 << 5,
	RENDER = 1 << 6,
	SERVE = 1 << 7,
	OTHER = 1 << 8,
	INIT = 1 << 9
};
#define ANY_GIT (GIT | SSH | DIRECTORY)
#ifdef BLOGD_SANITIZE /* which writes and maps as it likes */
#define WRITERS ~0
#define MAPPERS ~0
#else
#define WRITERS (BROKER | PARENT | RENDER | SERVE)
#define MAPPERS (BROKER | ANY_GIT | RENDER)
#endif

static const struct jail {
	const char *name;
	enum role role;
	enum sandbox_variant variant;
	int is;
} jails[] = {
    {"broker", ROLE_BROKER, VARIANT_PLAIN, BROKER},
    {"parent", ROLE_PARENT, VARIANT_PLAIN, PARENT},
    {"dial", ROLE_DIAL, VARIANT_PLAIN, DIAL},
    {"git", ROLE_GIT, VARIANT_PLAIN, GIT},
    {"git (ssh)", ROLE_GIT, VARIANT_SSH, SSH},
    {"git (directory)", ROLE_GIT, VARIANT_LOCAL, DIRECTORY},
    {"render", ROLE_RENDER, VARIANT_PLAIN, RENDER},
    {"render worker", ROLE_RENDER, VARIANT_WORKER, OTHER},
    {"keys", ROLE_KEYS, VARIANT_PLAIN, OTHER},
    {"serve", ROLE_SERVE, VARIANT_PLAIN, SERVE},
    {"log", ROLE_LOG, VARIANT_PLAIN, OTHER},
    {"init (of a guest)", ROLE_INIT, VARIANT_PLAIN, INIT},
};

static char key_path[PATH_MAX];
static int snapshot; /* sealed, as serve has it */
static pid_t parent;
static void *page;

/* ---- what is tried: each returns as a system call does ---- */

static long
try_open(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
}

static long
try_openat2(void)
{
	uint64_t how[3] = {O_RDONLY};

	return syscall(SYS_openat2, AT_FDCWD, "/", how, sizeof(how));
}

static long
try_create(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600);
}

static long
try_key(void)
{
	return syscall(SYS_openat, AT_FDCWD, key_path, O_RDONLY, 0);
}

static long
try_socket(void)
{
	return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static long
try_connect(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX,
				  .sun_path = "/dev/log"};

	return syscall(SYS_connect, CONTROL_FD, &sun, sizeof(sun));
}

static long
try_execve(void)
{
	char *none[] = {NULL};

	return syscall(SYS_execve, "/proc/self/exe", none, none);
}

static long
try_thread(void)
{
	return syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
}

static long
try_clone3(void)
{
	uint64_t args[8] = {[4] = SIGCHLD};

	return syscall(SYS_clone3, args, sizeof(args));
}

static long
try_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long
try_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_SEIZE, parent, 0, 0);
}

static long
try_process_vm(void)
{
	struct iovec iov = {page, PAGE};

	return syscall(SYS_process_vm_readv, parent, &iov, 1, &iov, 1, 0);
}

static long
try_mprotect(void)
{
	return syscall(SYS_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
}

static long
try_mmap(void)
{
	return syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long
try_kill(void)
{
	return syscall(SYS_kill, parent, SIGTERM);
}

static long
try_io_uring(void)
{
	char params[256] = {0};

	return syscall(SYS_io_uring_setup, 1, params);
}

static long
try_bpf(void)
{
	uint32_t attr[32] = {[0] = 2, [1] = 4, [2] = 4, [3] = 1}; /* a map */

	return syscall(SYS_bpf, 0, attr, sizeof(attr));
}

static long
try_userfaultfd(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC);
}

static long
try_keyctl(void)
{
	return syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3, 1);
}

static long
try_perf(void)
{
	uint32_t attr[32] = {[0] = 1, [1] = sizeof(attr)}; /* software */

	return syscall(SYS_perf_event_open, attr, 0, -1, -1, 0);
}

static long
try_chroot(void)
{
	return syscall(SYS_chroot, "/");
}

static long
try_setns(void)
{
	return syscall(SYS_setns, CONTROL_FD, 0);
}

static long
try_pidfd_getfd(void)
{
	return syscall(SYS_pidfd_getfd, CONTROL_FD, 0, 0);
}

static long
try_module(void)
{
	return syscall(SYS_init_module, page, 0, "");
}

static long
try_unshare(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER);
}

static long
try_write_snapshot(void)
{
	return syscall(SYS_write, snapshot, "x", 1);
}

static long
try_map_snapshot(void)
{
	return syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       snapshot, 0);
}

static const struct {
	const char *name;
	long (*what)(void);
	int tasks;   /* of whom it is the task */
	int answers; /* where an error comes back; elsewhere it is SIGSYS */
} tries[] = {
    {"open a file", try_open, BROKER | DIAL, SSH | DIRECTORY},
    {"openat2", try_openat2, 0, 0},
    {"create a file", try_create, BROKER, SSH},
    {"read the key", try_key, BROKER, DIAL | SSH | DIRECTORY},
    {"socket", try_socket, BROKER, DIAL},
    {"connect", try_connect, BROKER | DIAL, 0},
    {"execve", try_execve, BROKER, 0},
    {"vfork", try_thread, 0, 0},
    {"clone3", try_clone3, 0, BROKER},
    {"fork", try_fork, BROKER, 0},
    {"ptrace the parent", try_ptrace, 0, 0},
    {"read the parent's memory", try_process_vm, 0, 0},
    {"make memory executable", try_mprotect, BROKER, 0},
    {"map executable memory", try_mmap, BROKER, DIAL},
    {"end the parent", try_kill, BROKER | PARENT | INIT, 0},
    {"io_uring_setup", try_io_uring, 0, 0},
    {"bpf", try_bpf, 0, 0},
    {"userfaultfd", try_userfaultfd, 0, 0},
    {"keyctl", try_keyctl, 0, 0},
    {"perf_event_open", try_perf, 0, 0},
    {"chroot", try_chroot, 0, 0},
    {"setns", try_setns, 0, 0},
    {"pidfd_getfd", try_pidfd_getfd, 0, 0},
    {"init_module", try_module, 0, 0},
    {"a user namespace", try_unshare, BROKER, 0},
    {"write to the snapshot", try_write_snapshot, 0, WRITERS},
    {"map the snapshot writable", try_map_snapshot, 0, MAPPERS},
};
#define NTRIES (sizeof(tries) / sizeof(tries[0]))

/* ---- one process for each ---- */

/* What the process tells beside its end. */
struct outcome {
	int entered; /* the jail */
	int tried;   /* it came back */
	long result;
	int error;
};

static void
enter(const struct jail *j, const char *dir)
{
	int repository = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/blog.git", dir);
	if (j->variant == VARIANT_LOCAL)
		repository = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->role == ROLE_BROKER) {
		sandbox_broker();
	} else if (j->variant == VARIANT_WORKER) {
		sandbox_enter(j->role, VARIANT_PLAIN, -1);
		sandbox_filter(j->role, VARIANT_PLAIN);
	} else if (j->role != ROLE_INIT) { /* whose rights only PID 1 has */
		sandbox_enter(j->role, j->variant, repository);
	}
	sandbox_filter(j->role, j->variant);
}

static void __attribute__((noreturn))
be_taken_over(const struct jail *j, const char *dir, long (*what)(void),
	      int control, struct outcome *out)
{
	/* Above it only the snapshot stays. */
	if (dup2(control, CONTROL_FD) == -1)
		_exit(2);
	enter(j, dir);
	out->entered = 1;
	out->result = what();
	out->error = errno;
	out->tried = 1;
	_exit(0);
}

static int
named_error(int error)
{
	static const int errors[] = {EACCES,	   EPERM,	ENOENT, ENOSYS,
				     EAFNOSUPPORT, ENETUNREACH, EAGAIN, EFBIG};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i] == error)
			return 1;
	return 0;
}

static void
judge(const struct jail *j, size_t nth, const struct outcome *out, int status)
{
	const char *name = tries[nth].name;
	int sigsys = (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) ||
		     (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGSYS);

	if (!out->entered)
		check(0, "%s: its jail could not be entered", j->name);
	else if (!out->tried)
		check(sigsys, "%s: %s: %s", j->name, name,
		      sigsys ? "SIGSYS" : "it ended, but not by SIGSYS");
	else if (out->result != -1)
		check(0, "%s: %s: IT WORKED", j->name, name);
	else
		check((tries[nth].answers & j->is) && named_error(out->error),
		      "%s: %s: %s", j->name, name, strerror(out->error));
}

static void
attempt(const struct jail *j, const char *dir, size_t nth, struct outcome *out)
{
	int control[2], status;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	if (ipc_pair(control) == -1)
		fatal("socketpair");
	pid = fork();
	if (pid == 0)
		be_taken_over(j, dir, tries[nth].what, control[1], out);
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		fatal("fork");
	close(control[0]);
	close(control[1]);
	judge(j, nth, out, status);
}

static void *
shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fatal("memory");
	return p;
}

static void
prepare(const char *dir)
{
	struct err err;
	void *map;

	parent = getpid();
	page = shared(PAGE);
	snprintf(key_path, sizeof(key_path), "%s/key.pem", dir);
	snapshot = memfd_map_new("snapshot", PAGE, &map, &err);
	if (snapshot == -1 || memfd_seal(snapshot, map, PAGE, &err) == -1)
		fatalx("%s", err.text);
	/* Its number may have been that of the control channel. */
	snapshot = fcntl(snapshot, F_DUPFD_CLOEXEC, CONTROL_FD + 1);
	if (snapshot == -1)
		fatal("the snapshot");
}

/* As the parent, which is not root any more. */
static void __attribute__((noreturn)) all_jails(const char *dir)
{
	struct outcome *out = shared(sizeof(*out));
	struct err err;

	prepare(dir);
	if (sandbox_parent(geteuid() == 0 ? "nobody" : NULL, &err) == -1)
		fatalx("%s", err.text);
	for (size_t j = 0; j < sizeof(jails) / sizeof(jails[0]); j++)
		for (size_t i = 0; i < NTRIES; i++)
			if (!(jails[j].is & tries[i].tasks))
				attempt(&jails[j], dir, i, out);
	_exit(0);
}

void
check_forbidden(const char *dir)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		all_jails(dir);
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		fatal("fork");
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	      "all that is forbidden was tried");
}

#else

void
check_forbidden(const char *dir)
{
	(void)dir;
	check_left_out("what is forbidden: this system has no system-call "
		       "filter");
}

#endif
