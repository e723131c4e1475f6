/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <netinet/in.h>

#include <linux/capability.h>
#include <linux/securebits.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "linux.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/*
 * Rights that a process tries to get back once it has given them up.  Nothing
 * here is killed by the filter that a child inherits (calls that are in none,
 * such as ptrace or chroot, need no proof), and what succeeds does no harm
 * before the process dies of it.
 */

/* 1 when it succeeds. */
#define ATTEMPT(name, call)          \
	static int name(void)        \
	{                            \
		return (call) != -1; \
	}

/* ---- to be somebody else ---- */

/* Root without capabilities (no user to become) may not change to another,
 * others not to root. */
#define OTHER(id) ((id) == 0 ? 1 : 0)

ATTEMPT(set_uid, setuid(OTHER(getuid())))
ATTEMPT(set_saved_uid, setresuid((uid_t)-1, (uid_t)-1, OTHER(getuid())))
ATTEMPT(set_gid, setgid(OTHER(getgid())))
ATTEMPT(set_saved_gid, setresgid((gid_t)-1, (gid_t)-1, OTHER(getgid())))
ATTEMPT(set_groups, setgroups(0, NULL))
ATTEMPT(raise_capabilities, caps_keep(CAP_BIT(CAP_SYS_ADMIN), 0))
ATTEMPT(raise_ambient,
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0))
ATTEMPT(keep_as_root, prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS, 0, 0, 0))

static int
new_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

static int
any_capability(void)
{
	return (caps_effective() | caps_permitted()) != 0;
}

/* ---- other namespaces, another root ---- */

ATTEMPT(unshare_mounts, unshare(CLONE_NEWNS))
ATTEMPT(unshare_network, unshare(CLONE_NEWNET))
ATTEMPT(unshare_ipc, unshare(CLONE_NEWIPC))
ATTEMPT(unshare_names, unshare(CLONE_NEWUTS))
ATTEMPT(unshare_processes, unshare(CLONE_NEWPID))
ATTEMPT(unshare_groups, unshare(CLONE_NEWCGROUP))
ATTEMPT(unshare_time, unshare(CLONE_NEWTIME))
ATTEMPT(unshare_users, unshare(CLONE_NEWUSER))
ATTEMPT(mount_another, mount("none", "/", "tmpfs", 0, NULL))
ATTEMPT(mount_writable, mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL))
ATTEMPT(unmount_root, umount2("/", MNT_DETACH))
ATTEMPT(another_root, (int)syscall(SYS_pivot_root, ".", "."))

/* ---- files ---- */

ATTEMPT(list_root, open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
ATTEMPT(read_program, open("/bin/sh", O_RDONLY | O_CLOEXEC))
ATTEMPT(write_file, open("/etc/hostname", O_WRONLY | O_CLOEXEC))
ATTEMPT(read_memory_of_init, open("/proc/1/mem", O_RDONLY | O_CLOEXEC))
ATTEMPT(make_directory, mkdir("/sandbox", 0700))

static int
read_memory_of_parent(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%ld/mem", (long)getppid());
	return open(path, O_RDONLY | O_CLOEXEC) != -1;
}

/* It would end this process just as well. */
static int
run_program(void)
{
	char name[] = "sh", option[] = "-c", end[] = "exit 1";
	char *argv[] = {name, option, end, NULL}, *envp[] = {NULL};

	return execve("/bin/sh", argv, envp) != -1;
}

/* ---- the network, other processes ---- */

static int
send_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) != -1;
}

/* A port that nobody has configured: it is Landlock that has to refuse it, not
 * the host. */
static uint16_t elsewhere = 1;

static int
use_port(int (*use)(int fd, const struct sockaddr_in *sin))
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons(elsewhere)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int refused;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1)
		return 0; /* there is no TCP at all */
	refused = use(fd, &sin) == -1 && errno == EACCES;
	close(fd);
	return !refused;
}

static int
connecting(int fd, const struct sockaddr_in *sin)
{
	return connect(fd, (const struct sockaddr *)sin, sizeof(*sin));
}

static int
binding(int fd, const struct sockaddr_in *sin)
{
	return bind(fd, (const struct sockaddr *)sin, sizeof(*sin));
}

static int
connect_elsewhere(void)
{
	return use_port(connecting);
}

static int
listen_somewhere(void)
{
	return use_port(binding);
}

/* No interface is up in a new network namespace, not even loopback.  Connecting
 * a datagram socket sends nothing. */
static int
reach_network(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), reached;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1)
		return 0;
	reached = connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0;
	close(fd);
	return reached;
}

ATTEMPT(signal_parent, kill(getppid(), 0))

static int
fork_another(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid != -1;
}

/* ---- memory and limits ---- */

static int
raise_limit(void)
{
	struct rlimit rl = {1, 1};

	return setrlimit(RLIMIT_CORE, &rl) != -1;
}

static int
write_and_run(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int
write_then_run(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int gained;

	if (page == MAP_FAILED)
		return 0;
	gained = mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
	munmap(page, 4096);
	return gained;
}

/* ---- the table ---- */

#define ALWAYS 0

const struct attempt attempts[] = {
    {"become another user", set_uid, ALWAYS},
    {"become another user later", set_saved_uid, ALWAYS},
    {"become another group", set_gid, ALWAYS},
    {"become another group later", set_saved_gid, ALWAYS},
    {"change groups", set_groups, ALWAYS},
    {"have a capability", any_capability, ALWAYS},
    {"raise a capability", raise_capabilities, ALWAYS},
    {"raise an ambient capability", raise_ambient, ALWAYS},
    {"keep capabilities", keep_as_root, ALWAYS},
    {"get privileges from a program", new_privileges, ALWAYS},
    {"make a mount namespace", unshare_mounts, ALWAYS},
    {"make a network namespace", unshare_network, ALWAYS},
    {"make an IPC namespace", unshare_ipc, ALWAYS},
    {"make a host name namespace", unshare_names, ALWAYS},
    {"make a process namespace", unshare_processes, ALWAYS},
    {"make a cgroup namespace", unshare_groups, ALWAYS},
    {"make a time namespace", unshare_time, ALWAYS},
    {"make a user namespace", unshare_users, JAIL_LAST_USER_NAMESPACE},
    {"mount a file system", mount_another, ALWAYS},
    {"make the root writable", mount_writable, ALWAYS},
    {"unmount the root", unmount_root, ALWAYS},
    {"change the root", another_root, ALWAYS},
    {"list the root", list_root, JAIL_LANDLOCK},
    {"read a program", read_program, JAIL_NO_FILES},
    {"run a program", run_program, JAIL_NO_FILES},
    {"write a file", write_file, JAIL_NO_FILES},
    {"make a directory", make_directory, JAIL_NO_FILES},
    {"read the memory of init", read_memory_of_init, JAIL_NO_FILES},
    {"read the memory of its parent", read_memory_of_parent, JAIL_NO_FILES},
    {"send raw packets", send_packets, ALWAYS},
    {"reach the network", reach_network, JAIL_NO_NETWORK},
    {"connect to another port", connect_elsewhere, JAIL_PORTS},
    {"listen", listen_somewhere, JAIL_PORTS},
    {"signal its parent", signal_parent, JAIL_NO_SIGNALS},
    {"fork", fork_another, JAIL_NO_FORK},
    {"raise a limit", raise_limit, ALWAYS},
    {"map memory to write and run", write_and_run, JAIL_NO_NEW_CODE},
    {"run what it wrote", write_then_run, JAIL_NO_NEW_CODE},
};
const size_t nattempts = sizeof(attempts) / sizeof(attempts[0]);

unsigned
prove_jail(enum role role, unsigned jail, uint16_t remote_port)
{
	unsigned n = 0;

	elsewhere = remote_port == 1 ? 2 : 1;
	for (const struct attempt *a = attempts; a < attempts + nattempts;
	     a++) {
		if ((a->jail & jail) != a->jail)
			continue;
		if (a->succeeds())
			fatalx("the sandbox leaks: %s can %s", role_name(role),
			       a->what);
		n++;
	}
	return n;
}

#endif
