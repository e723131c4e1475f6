/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __FreeBSD__

#include <sys/types.h>

#include <sys/capsicum.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "freebsd.h"

/* Rights that a process tries to get back once it has given them up; what
 * succeeds does no harm before the process dies of it.  1 when it succeeds. */
#define ATTEMPT(name, call)          \
	static int name(void)        \
	{                            \
		return (call) != -1; \
	}

ATTEMPT(set_uid, setuid(0))
ATTEMPT(set_saved_uid, setresuid((uid_t)-1, (uid_t)-1, 0))
ATTEMPT(set_gid, setgid(0))
ATTEMPT(open_root, open("/", O_RDONLY | O_CLOEXEC))
ATTEMPT(write_file, open("/etc/motd", O_WRONLY | O_CLOEXEC))
ATTEMPT(make_directory, mkdir("/sandbox", 0700))
ATTEMPT(share_memory, shm_open("/sandbox", O_RDWR, 0600))
ATTEMPT(signal_parent, kill(getppid(), 0))
ATTEMPT(trace_parent, ptrace(PT_ATTACH, getppid(), NULL, 0))

static int
run_program(void)
{
	char name[] = "sh", option[] = "-c", end[] = "exit 1";
	char *argv[] = {name, option, end, NULL}, *envp[] = {NULL};

	return execve("/bin/sh", argv, envp) != -1;
}

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

static int
fork_another(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid != -1;
}

static int
raise_limit(void)
{
	struct rlimit rl = {1, 1};

	return setrlimit(RLIMIT_CORE, &rl) != -1;
}

/* It was left no right at all. */
static int
read_standard_input(void)
{
	cap_rights_t rights;

	cap_rights_init(&rights, CAP_READ);
	return cap_rights_limit(STDIN_FILENO, &rights) != -1;
}

static const struct {
	const char *what;
	int (*succeeds)(void);
	unsigned jail;
} attempts[] = {
    {"become root", set_uid, 0},
    {"become root later", set_saved_uid, 0},
    {"join root's group", set_gid, 0},
    {"raise a limit", raise_limit, 0},
    {"fork", fork_another, JAIL_NO_FORK},
    {"open the root", open_root, JAIL_CAPABILITY_MODE},
    {"write a file", write_file, JAIL_CAPABILITY_MODE},
    {"make a directory", make_directory, JAIL_CAPABILITY_MODE},
    {"share memory by name", share_memory, JAIL_CAPABILITY_MODE},
    {"run a program", run_program, JAIL_CAPABILITY_MODE},
    {"reach the network", reach_network, JAIL_CAPABILITY_MODE},
    {"signal its parent", signal_parent, JAIL_CAPABILITY_MODE},
    {"trace its parent", trace_parent, JAIL_CAPABILITY_MODE},
    {"read standard input", read_standard_input, JAIL_NO_INPUT},
};

unsigned
prove_jail(enum role role, unsigned jail)
{
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if ((attempts[i].jail & jail) != attempts[i].jail)
			continue;
		if (attempts[i].succeeds())
			fatalx("the sandbox leaks: %s can %s", role_name(role),
			       attempts[i].what);
		n++;
	}
	return n;
}

#endif
