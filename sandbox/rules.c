/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include "rules.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <linux/futex.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#define ANY_GIT (GIT | SSH | LOCAL)
#define EACH	(DIAL | ANY_GIT | RENDER | WORKER | KEYS | SERVE | LOG)
#define LIBC	(DIAL | ANY_GIT | RENDER)
#ifdef BLOGD_SANITIZE
/* AddressSanitizer replaces malloc, watches signals and stacks, and reads
 * /proc before it reports. */
#define ASAN (EACH | PARENT | INIT)
#else
#define ASAN 0
#endif

#define MAY(jails, call, why, ...)       \
	{                                \
		jails, call, ALLOW, why, \
		{                        \
			__VA_ARGS__      \
		}                        \
	}
#define GETS(jails, call, error, why, ...) \
	{                                  \
		jails, call, error, why,   \
		{                          \
			__VA_ARGS__        \
		}                          \
	}

/* Conditions: an argument by number, and its name for the listing.  IS compares
 * all 64 bits, INT the 32 the kernel reads of an int. */
#define IS(n, name, v)                                 \
	{                                              \
#name " == " #v, UINT64_MAX, (v), n, 0 \
	}
#define INT(n, name, v)                                          \
	{                                                        \
#name " == " #v, 0xffffffff, (uint32_t)(v), n, 0 \
	}
#define UPTO(n, name, v)                      \
	{                                     \
#name " <= " #v, 0, (v), n, 1 \
	}
#define BITS(n, name, m, v)                                                    \
	{                                                                      \
#name " & (" #m ") == " #v, (uint32_t)(m), (uint32_t)(v), n, 0 \
	}

#define PROT_RW	   (PROT_READ | PROT_WRITE)
#define MAP_MEMORY (MAP_PRIVATE | MAP_ANONYMOUS)
#define O_CHANGING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)
#define MFD_KINDS  (~8U) /* all flags but MFD_NOEXEC_SEAL, Linux 6.3 */
#define FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)
#define ACCEPTED   (SOCK_NONBLOCK | SOCK_CLOEXEC)
#define POLLED	   (MSG_DONTWAIT | MSG_CMSG_CLOEXEC) /* ipc_recv_nowait */
#define SENT	   (MSG_NOSIGNAL | MSG_EOR)	     /* ipc_send */

/* The broker starts processes for the parent. */
#define SIBLING_FLAGS (CLONE_PARENT | SIGCHLD)

/* Rows in the order of roles; a call that several need stands where it is
 * needed most. */
/* clang-format off */
const struct rule rules[] = {
    /* ---- every process ---- */
    MAY(EACH, "exit_group", "ends"),
    MAY(EACH, "clock_gettime", "where the vDSO has no clock"),
    MAY(EACH, "gettimeofday", "where the vDSO has no clock"),
    MAY(EACH, "time", "where the vDSO has no clock"),
    MAY(EACH & ~SERVE, "write", "log lines", INT(0, fd, STDERR_FILENO)),
    MAY(ANY_GIT, "recvmsg", "orders from parent", INT(0, fd, CONTROL_FD),
	INT(2, flags, MSG_CMSG_CLOEXEC)),
    MAY(ANY_GIT | DIAL, "recvmsg", "messages, with a connection",
	INT(2, flags, POLLED)),
    MAY(ANY_GIT | RENDER, "recvmsg", "what the remote sends; workers",
	INT(2, flags, MSG_DONTWAIT)),
    MAY(DIAL, "recvmsg", "netlink", INT(2, flags, 0)),
    MAY(LIBC, "sendmsg", "messages, with descriptors", INT(2, flags, SENT)),
    MAY(LOG, "sendmsg", "messages to parent", INT(0, fd, CONTROL_FD),
	INT(2, flags, SENT)),
    MAY(ANY_GIT | RENDER, "sendmsg", "to the remote; to workers",
	INT(2, flags, MSG_DONTWAIT | MSG_NOSIGNAL)),
    MAY(LIBC, "close", "descriptors that came with messages"),
    MAY(KEYS, "recvmsg", "what is to be signed", INT(2, flags, POLLED)),
    MAY(KEYS, "sendmsg", "signatures", INT(2, flags, SENT)),

    /* ---- memory: never executable ---- */
    MAY(LIBC, "brk", "malloc"),
    MAY(LIBC, "mmap", "malloc", IS(0, addr, 0),
	IS(2, prot, PROT_RW), IS(3, flags, MAP_MEMORY)),
    MAY(LIBC, "munmap", "malloc, memfds"),
    MAY(LIBC, "mremap", "realloc", IS(3, flags, MREMAP_MAYMOVE)),
    MAY(DIAL | SSH | LOCAL, "futex", "locks in libraries",
	BITS(1, op, FUTEX_CMD_MASK, FUTEX_WAIT)),
    MAY(DIAL | SSH | LOCAL, "futex", "locks in libraries",
	BITS(1, op, FUTEX_CMD_MASK, FUTEX_WAKE)),
    MAY(DIAL | ANY_GIT | KEYS | SERVE, "getrandom", "reseeds",
	UPTO(1, len, 256), INT(2, flags, 0)),

    /* ---- serve ---- */
    MAY(SERVE, "accept4", "readers", INT(3, flags, ACCEPTED)),
    MAY(SERVE, "close", "readers who are gone, a snapshot's descriptors"),
    MAY(SERVE, "recvmsg", "messages from parent, with descriptors",
	INT(0, fd, CONTROL_FD), INT(2, flags, POLLED)),
    MAY(SERVE, "recvmsg", "signatures from keys",
	INT(2, flags, MSG_CMSG_CLOEXEC)),
    MAY(SERVE, "recvmsg", "what readers send", INT(2, flags, 0)),
    MAY(SERVE, "recvmsg", "a balancer's word on the reader",
	INT(2, flags, MSG_PEEK)),
    MAY(SERVE, "write", "answers; messages without descriptors; log lines"),
    MAY(SERVE, "shutdown", "the end of the last answer", INT(1, how, SHUT_WR)),
    MAY(SERVE, "epoll_wait", "libevent"),
    MAY(SERVE, "epoll_ctl", "libevent: add, change, remove",
	UPTO(1, op, EPOLL_CTL_MOD)),
    MAY(SERVE, "mmap", "the new snapshot", IS(0, addr, 0),
	IS(2, prot, PROT_READ), IS(3, flags, MAP_SHARED)),
    MAY(SERVE, "munmap", "the old snapshot"),
    MAY(SERVE, "madvise", "memory of readers who are gone",
	INT(2, advice, MADV_DONTNEED)),

    /* ---- git: what it says and hears is a message's, recvmsg and sendmsg --- */
    MAY(ANY_GIT, "ppoll", "waits for peers"),
    MAY(ANY_GIT, "madvise", "memory of a fetch that is over",
	INT(2, advice, MADV_DONTNEED)),
    MAY(ANY_GIT | RENDER, "memfd_create", "source, snapshot",
	BITS(1, flags, MFD_KINDS, MFD_CLOEXEC | MFD_ALLOW_SEALING)),
    MAY(ANY_GIT | RENDER, "ftruncate", "size of a new memfd"),
    MAY(ANY_GIT | RENDER, "mmap", "fills a memfd", IS(0, addr, 0),
	IS(2, prot, PROT_RW), IS(3, flags, MAP_SHARED)),
    MAY(ANY_GIT | RENDER, "fcntl", "seals a memfd", INT(1, cmd, F_ADD_SEALS)),

    /* ---- git over ssh: libssh2 has its own ways with a socket, and looks for
     * ~/.ssh/known_hosts ---- */
    MAY(SSH, "sendto", "libssh2: send"),
    MAY(SSH, "recvfrom", "libssh2: recv"),
    MAY(SSH, "fcntl", "libssh2: blocking or not", INT(1, cmd, F_GETFL)),
    MAY(SSH, "fcntl", "libssh2: blocking or not", INT(1, cmd, F_SETFL)),
    MAY(SSH, "poll", "libssh2 waits"),
    MAY(SSH, "restart_syscall", "poll after SIGCONT"),
    MAY(SSH, "setitimer", "the deadline", INT(0, which, ITIMER_REAL)),
    MAY(SSH, "shutdown", "the deadline is over", INT(1, how, SHUT_RDWR)),
    MAY(SSH, "rt_sigreturn", "the deadline's handler ends"),
    GETS(SSH, "openat", ENOENT, "libssh2: known_hosts"),
    GETS(SSH, "newfstatat", ENOENT, "libssh2: known_hosts",
	BITS(3, flags, AT_EMPTY_PATH, 0)),
    GETS(SSH, "readlink", ENOENT, "libssh2: known_hosts"),
    GETS(SSH, "access", ENOENT, "libssh2: known_hosts"),

    /* ---- git from a directory, read-only ---- */
    MAY(LOCAL, "openat", "the repository",
	BITS(2, flags, O_CHANGING, O_RDONLY)),
    MAY(LOCAL, "newfstatat", "the repository"),
    MAY(LOCAL, "fstat", "the repository, in glibc from 2.39"),
    MAY(LOCAL, "getdents64", "the repository"),
    MAY(LOCAL, "read", "the repository"),
    MAY(LOCAL, "pread64", "packs"),
    MAY(LOCAL, "lseek", "packs"),
    MAY(LOCAL, "mmap", "packs",
	IS(2, prot, PROT_READ), INT(3, flags, MAP_SHARED)),
    MAY(LOCAL, "mmap", "packs",
	IS(2, prot, PROT_READ), INT(3, flags, MAP_PRIVATE)),
    MAY(LOCAL, "access", "the repository"),
    MAY(LOCAL, "readlink", "the repository"),
    MAY(LOCAL, "getcwd", "libgit2: realpath"),
    MAY(LOCAL, "geteuid", "libgit2: whose repository"),
    MAY(LOCAL, "getuid", "libgit2: whose repository"),

    /* ---- render: starts and ends the workers that run cmark ---- */
    MAY(RENDER, "fstat", "size of a memfd, in glibc from 2.39"),
    MAY(RENDER, "newfstatat", "size of a memfd", INT(3, flags, AT_EMPTY_PATH)),
    MAY(RENDER, "fcntl", "is a memfd sealed?", INT(1, cmd, F_GET_SEALS)),
    MAY(RENDER, "mmap", "source, previous snapshot", IS(0, addr, 0),
	IS(2, prot, PROT_READ), IS(3, flags, MAP_SHARED)),
    MAY(RENDER, "write", "fills a snapshot's segment"),
    MAY(RENDER, "ppoll", "waits for workers"),
    MAY(RENDER, "clone", "fork", IS(0, flags, FORK_FLAGS)),
    MAY(RENDER, "set_robust_list", "fork"),
    MAY(RENDER, "rt_sigprocmask", "fork"),
    MAY(RENDER, "wait4", "workers"),
    MAY(RENDER, "kill", "a worker over budget", INT(1, sig, SIGKILL)),
    MAY(RENDER, "socketpair", "channel to a worker",
	INT(0, domain, AF_UNIX), INT(1, type, SOCK_SEQPACKET | SOCK_CLOEXEC)),
    MAY(RENDER, "fcntl", "a worker's channel, a segment kept",
	INT(1, cmd, F_DUPFD_CLOEXEC), INT(2, least, 0)),
    MAY(RENDER, "close_range", "a worker keeps its channel only"),
    MAY(RENDER, "rt_sigaction", "a worker's clock", INT(0, sig, SIGPROF)),
    MAY(RENDER, "rt_sigaction", "a worker's limits", INT(0, sig, SIGXFSZ)),
    MAY(RENDER, "prlimit64", "a worker's limits", INT(0, pid, 0)),
    MAY(RENDER | WORKER, "setitimer", "a post's processor time",
	INT(0, which, ITIMER_PROF)),
    MAY(RENDER, "prctl", "a worker ends with render",
	INT(0, option, PR_SET_PDEATHSIG)),
    MAY(RENDER, "seccomp", "a worker's own filter",
	INT(0, op, SECCOMP_SET_MODE_FILTER)),
    MAY(RENDER | WORKER, "read", "texts and pages to work on",
	INT(0, fd, STDIN_FILENO)),
    MAY(WORKER, "write", "answers",
	INT(0, fd, STDIN_FILENO)),

    /* ---- dial: what getaddrinfo and connect do ---- */
    MAY(DIAL, "socket", "addresses", INT(0, domain, AF_INET)),
    MAY(DIAL, "socket", "addresses", INT(0, domain, AF_INET6)),
    MAY(DIAL, "socket", "addresses of this host", INT(0, domain, AF_NETLINK)),
    GETS(DIAL, "socket", EAFNOSUPPORT, "nscd and others: not asked",
	INT(0, domain, AF_UNIX)),
    MAY(DIAL, "connect", "the remote; name servers"),
    MAY(PORT, "accept4", "blogd-serve", INT(3, flags, ACCEPTED)),
    MAY(DIAL, "bind", "netlink"),
    MAY(DIAL, "getsockname", "netlink; source address selection"),
    MAY(DIAL, "getpeername", "name servers"),
    MAY(DIAL, "getsockopt", "how connect went", INT(1, level, SOL_SOCKET),
	INT(2, name, SO_ERROR)),
    MAY(DIAL, "setsockopt", "no delay", INT(1, level, IPPROTO_TCP),
	INT(2, name, TCP_NODELAY)),
    MAY(DIAL, "setsockopt", "name servers: errors are told",
	INT(1, level, SOL_IP), INT(2, name, IP_RECVERR)),
    MAY(DIAL, "setsockopt", "name servers: errors are told",
	INT(1, level, SOL_IPV6), INT(2, name, IPV6_RECVERR)),
    MAY(DIAL, "fcntl", "blocking or not", INT(1, cmd, F_GETFL)),
    MAY(DIAL, "fcntl", "blocking or not", INT(1, cmd, F_SETFL)),
    MAY(DIAL, "poll", "waits for peers"),
    MAY(DIAL, "restart_syscall", "poll after SIGCONT"),
    MAY(DIAL, "sendto", "name servers, netlink"),
    MAY(DIAL, "sendmmsg", "name servers: A and AAAA together"),
    MAY(DIAL, "writev", "name servers by TCP, when an answer is long"),
    MAY(DIAL, "recvfrom", "name servers"),
    MAY(DIAL, "ioctl", "name servers: answer's size", INT(1, req, FIONREAD)),
    MAY(DIAL, "openat", "resolv.conf, hosts, nsswitch.conf",
	BITS(2, flags, O_CHANGING, O_RDONLY)),
    MAY(DIAL, "read", "resolv.conf, hosts; name servers by TCP"),
    MAY(DIAL, "newfstatat", "has resolv.conf changed?"),
    MAY(DIAL, "fstat", "has resolv.conf changed?  In glibc from 2.39"),
    MAY(DIAL, "lseek", "stdio"),
    MAY(DIAL, "readlink", "gai.conf, resolv.conf"),
    MAY(DIAL, "access", "name service modules"),
    MAY(DIAL, "uname", "own host name"),
    MAY(DIAL, "mmap", "ld.so.cache, name service modules",
	BITS(2, prot, PROT_WRITE | PROT_EXEC, 0)),
    GETS(DIAL, "mmap", EACCES, "name service modules: no new code",
	BITS(2, prot, PROT_EXEC, PROT_EXEC)),

    /* ---- log ---- */
    MAY(LOG, "read", "lines from serve"),
    MAY(LOG, "write", "the access log", INT(0, fd, STDOUT_FILENO)),
    MAY(KEYS, "ppoll", "waits for requests",
	IS(2, timeout, 0), IS(3, sigmask, 0)),
    MAY(LOG, "ppoll", "waits for lines"),

    /* ---- init: PID 1 of a guest, once it has started the daemon ---- */
    MAY(INIT, "exit_group", "the daemon crashed: the kernel panics"),
    MAY(INIT, "clock_gettime", "where the vDSO has no clock"),
    MAY(INIT, "gettimeofday", "where the vDSO has no clock"),
    MAY(INIT, "time", "where the vDSO has no clock"),
    MAY(INIT, "write", "lines on the console", INT(0, fd, STDERR_FILENO)),
    MAY(INIT, "poll", "waits; does the console take a line?"),
    MAY(INIT, "restart_syscall", "poll after SIGCONT"),
    MAY(INIT, "read", "signals"),
    MAY(INIT, "recvfrom", "the daemon to its service manager",
	INT(3, flags, MSG_DONTWAIT)),
    MAY(INIT, "pread64", "how much memory is left"),
    MAY(INIT, "wait4", "processes that have ended",
	INT(2, options, WNOHANG)),
    MAY(INIT, "kill", "the daemon is to stop", INT(1, sig, SIGTERM)),
    MAY(INIT, "kill", "all that is left", INT(1, sig, SIGKILL)),
    MAY(INIT, "reboot", "power off", INT(2, cmd, LINUX_REBOOT_CMD_POWER_OFF)),
    MAY(INIT, "reboot", "reboot", INT(2, cmd, LINUX_REBOOT_CMD_RESTART)),

    /* ---- builds with AddressSanitizer only ---- */
    MAY(ASAN, "read", "ASan"),
    MAY(ASAN, "write", "ASan"),
    MAY(ASAN, "close", "ASan"),
    MAY(ASAN, "brk", "ASan"),
    MAY(ASAN, "mmap", "ASan", BITS(2, prot, PROT_EXEC, 0)),
    MAY(ASAN, "munmap", "ASan"),
    MAY(ASAN, "mremap", "ASan"),
    MAY(ASAN, "mprotect", "ASan", BITS(2, prot, PROT_EXEC, 0)),
    MAY(ASAN, "madvise", "ASan"),
    MAY(ASAN, "futex", "ASan"),
    MAY(ASAN, "sched_yield", "ASan"),
    MAY(ASAN, "gettid", "ASan"),
    MAY(ASAN, "sigaltstack", "ASan"),
    MAY(ASAN, "rt_sigaction", "ASan"),
    MAY(ASAN, "rt_sigprocmask", "ASan"),
    MAY(ASAN, "rt_sigreturn", "ASan"),
    MAY(ASAN, "prlimit64", "ASan"),
    MAY(ASAN, "getrusage", "ASan"),
    MAY(ASAN, "set_robust_list", "ASan"),

    /* ---- parent: what it has given to the broker is not here ---- */
    MAY(PARENT, "exit_group", "ends"),
    MAY(PARENT, "clock_gettime", "where the vDSO has no clock"),
    MAY(PARENT, "gettimeofday", "where the vDSO has no clock"),
    MAY(PARENT, "time", "where the vDSO has no clock"),
    MAY(PARENT, "brk", "malloc"),
    MAY(PARENT, "mmap", "malloc",
	IS(2, prot, PROT_RW), IS(3, flags, MAP_MEMORY)),
    MAY(PARENT, "mmap", "the configuration that the broker has read",
	IS(2, prot, PROT_READ), IS(3, flags, MAP_SHARED)),
    MAY(PARENT, "munmap", "malloc, a configuration"),
    MAY(PARENT, "mremap", "realloc", IS(3, flags, MREMAP_MAYMOVE)),
    MAY(PARENT, "madvise", "free", INT(2, advice, MADV_DONTNEED)),
    MAY(PARENT, "futex", "locks in libraries",
	BITS(1, op, FUTEX_CMD_MASK, FUTEX_WAKE)),
    MAY(PARENT, "epoll_wait", "libevent"),
    MAY(PARENT, "epoll_ctl", "libevent"),
    MAY(PARENT, "rt_sigreturn", "end of a signal handler"),
    MAY(PARENT, "recvfrom", "libevent: signals"),
    MAY(PARENT, "sendto", "libevent: signals; supervisor; the log",
	IS(4, to, 0)),
    MAY(PARENT, "read", "log lines of children"),
    MAY(PARENT, "write", "log lines; blogctl"),
    MAY(PARENT, "poll", "does standard error take a line?"),
    MAY(PARENT, "recvmsg", "messages of children"),
    MAY(PARENT, "sendmsg", "messages to children"),
    MAY(PARENT, "close", "descriptors"),
    MAY(PARENT, "waitid", "children that have ended"),
    MAY(PARENT, "wait4", "children that have ended"),
    MAY(PARENT, "kill", "children", INT(1, sig, SIGKILL)),
    MAY(PARENT, "kill", "keys, which wipes its memory", INT(1, sig, SIGTERM)),
    MAY(PARENT, "accept4", "blogctl", INT(3, flags, ACCEPTED)),
    MAY(PARENT, "socketpair", "channels", INT(0, domain, AF_UNIX)),
    MAY(PARENT, "pipe2", "log lines of a child",
	INT(1, flags, O_CLOEXEC | O_NONBLOCK)),
    MAY(PARENT, "setsockopt", "room in a channel; a shared address",
	INT(1, level, SOL_SOCKET)),
    MAY(PARENT, "getsockname", "which port has it become?"),
    MAY(PARENT, "fcntl", "is a memfd sealed?", INT(1, cmd, F_GET_SEALS)),
    MAY(PARENT, "fstat", "size of a memfd"),
    MAY(PARENT, "newfstatat", "size of a memfd",
	INT(3, flags, AT_EMPTY_PATH)),
    MAY(PARENT, "getrandom", "ticket keys",
	UPTO(1, len, 256), INT(2, flags, 0)),

    /* ---- broker, and what each child does before its own filter ---- */
    MAY(BROKER, "clone", "fork", IS(0, flags, FORK_FLAGS)),
    MAY(BROKER, "clone", "fork of a sibling", IS(0, flags, SIBLING_FLAGS)),
    GETS(BROKER, "clone3", ENOSYS, "libc falls back to clone"),
    MAY(BROKER, "execve", "itself, with a role"),
    MAY(BROKER, "execveat", "itself, with a role"),
    MAY(BROKER, "wait4", "children"),
    MAY(BROKER, "waitid", "children"),
    MAY(BROKER, "kill", "children"),
    MAY(BROKER, "pidfd_open", "children"),
    MAY(BROKER, "pidfd_send_signal", "children"),
    MAY(BROKER, "close_range", "a child gets no other descriptor"),
    MAY(BROKER, "setpgid", "Ctrl-C is not for children"),
    MAY(BROKER, "setpriority", "a child gives way to others",
	INT(0, which, PRIO_PROCESS), IS(1, who, 0)),
    MAY(BROKER, "sched_setscheduler", "a child waits for others",
	IS(0, pid, 0), INT(1, policy, SCHED_BATCH)),
    MAY(BROKER, "dup", "a child's descriptors"),
    MAY(BROKER, "dup2", "a child's descriptors"),
    MAY(BROKER, "dup3", "a child's descriptors"),
    MAY(BROKER, "pipe", "libevent, log lines"),
    MAY(BROKER, "pipe2", "log lines"),
    MAY(BROKER, "socketpair", "channels", INT(0, domain, AF_UNIX)),
    MAY(BROKER, "socket", "supervisor, listeners after a reload"),
    MAY(BROKER, "connect", "supervisor; dial's warm-up"),
    MAY(BROKER, "bind", "listeners after a reload"),
    MAY(BROKER, "listen", "listeners after a reload"),
    MAY(BROKER, "getsockopt", "listeners"),
    MAY(BROKER, "recvmsg", "messages, and those of a child's start"),
    MAY(BROKER, "sendmsg", "messages, with descriptors"),
    MAY(BROKER, "memfd_create", "a child's filter"),
    MAY(BROKER, "setsockopt", "listeners after a reload; a child's channels"),
    MAY(BROKER, "getsockname", "listeners"),
    MAY(BROKER, "fcntl", "descriptors"),
    MAY(BROKER, "ioctl", "is it a terminal?", INT(1, req, TCGETS)),
    MAY(BROKER, "ioctl", "how wide is it?", INT(1, req, TIOCGWINSZ)),
    MAY(BROKER, "ioctl", "blocking or not", INT(1, req, FIONBIO)),
    MAY(BROKER, "epoll_create", "libevent"),
    MAY(BROKER, "epoll_create1", "libevent"),
    MAY(BROKER, "epoll_wait", "libevent"),
    MAY(BROKER, "epoll_pwait", "libevent"),
    MAY(BROKER, "epoll_ctl", "libevent"),
    MAY(BROKER, "eventfd2", "libevent"),
    MAY(BROKER, "timerfd_create", "libevent"),
    MAY(BROKER, "timerfd_settime", "libevent"),
    MAY(BROKER, "select", "waits"),
    MAY(BROKER, "nanosleep", "waits"),
    MAY(BROKER, "clock_nanosleep", "waits"),
    MAY(BROKER, "clock_getres", "libevent"),
    MAY(BROKER, "pause", "waits"),
    MAY(BROKER, "alarm", "deadlines"),
    MAY(BROKER, "rt_sigaction", "signals"),
    MAY(BROKER, "rt_sigprocmask", "signals"),
    MAY(BROKER, "rt_sigreturn", "signals"),
    MAY(BROKER, "rt_sigtimedwait", "signals"),
    MAY(BROKER, "rt_sigsuspend", "signals"),
    MAY(BROKER, "sigaltstack", "signals"),
    MAY(BROKER, "tgkill", "abort"),
    MAY(BROKER, "open", "configuration, certificates, libraries"),
    MAY(BROKER, "openat", "configuration, certificates, libraries"),
    MAY(BROKER, "readv", "files"),
    MAY(BROKER, "writev", "files"),
    MAY(BROKER, "pread64", "files"),
    MAY(BROKER, "lseek", "files"),
    MAY(BROKER, "stat", "files"),
    MAY(BROKER, "lstat", "files"),
    MAY(BROKER, "newfstatat", "files"),
    MAY(BROKER, "statx", "files"),
    MAY(BROKER, "statfs", "libraries"),
    MAY(BROKER, "fstatfs", "libraries"),
    MAY(BROKER, "access", "files"),
    MAY(BROKER, "faccessat", "files"),
    MAY(BROKER, "faccessat2", "files"),
    MAY(BROKER, "readlink", "files"),
    MAY(BROKER, "readlinkat", "files"),
    MAY(BROKER, "getdents64", "directories of certificates"),
    MAY(BROKER, "getcwd", "files"),
    MAY(BROKER, "chdir", "a child's root"),
    MAY(BROKER, "fchdir", "a child's root"),
    MAY(BROKER, "mkdir", "a child's root"),
    MAY(BROKER, "mkdirat", "a child's root"),
    MAY(BROKER, "umask", "a child's root, Unix sockets"),
    /* The kernel cannot look at the path, and an absolute one makes every
     * other dirfd mean the same: what bounds it is that root is gone, so that
     * it removes no more than "user" may, and no directories. */
    MAY(BROKER, "unlinkat", "its Unix sockets, as \"user\"; no directories",
	INT(0, dirfd, AT_FDCWD), INT(2, flags, 0)),
    MAY(BROKER, "mount", "a child's root"),
    MAY(BROKER, "umount2", "a child's root"),
    MAY(BROKER, "mount_setattr", "a child's root"),
    MAY(BROKER, "pivot_root", "a child's root"),
    MAY(BROKER, "unshare", "a child's namespaces"),
    MAY(BROKER, "landlock_create_ruleset", "a child's Landlock"),
    MAY(BROKER, "landlock_add_rule", "a child's Landlock"),
    MAY(BROKER, "landlock_restrict_self", "a child's Landlock"),
    MAY(BROKER, "prctl", "a child's rights"),
    MAY(BROKER, "capget", "a child's rights"),
    MAY(BROKER, "capset", "a child's rights"),
    MAY(BROKER, "seccomp", "a child's filter"),
    MAY(BROKER, "prlimit64", "a child's limits"),
    MAY(BROKER, "getrlimit", "a child's limits"),
    MAY(BROKER, "setrlimit", "a child's limits"),
    MAY(BROKER, "setuid", "proves that root is gone"),
    MAY(BROKER, "setgid", "proves that root is gone"),
    MAY(BROKER, "setresuid", "proves that root is gone"),
    MAY(BROKER, "setresgid", "proves that root is gone"),
    MAY(BROKER, "setgroups", "proves that root is gone"),
    MAY(BROKER, "getpid", "who am I"),
    MAY(BROKER, "getppid", "who am I"),
    MAY(BROKER, "gettid", "who am I"),
    MAY(BROKER, "getuid", "who am I"),
    MAY(BROKER, "geteuid", "who am I"),
    MAY(BROKER, "getgid", "who am I"),
    MAY(BROKER, "getegid", "who am I"),
    MAY(BROKER, "getresuid", "who am I"),
    MAY(BROKER, "getresgid", "who am I"),
    MAY(BROKER, "getgroups", "who am I"),
    MAY(BROKER, "uname", "which system"),
    MAY(BROKER, "sysinfo", "libraries"),
    MAY(BROKER, "sched_getaffinity", "how many processors"),
    MAY(BROKER, "sched_yield", "libraries"),
    MAY(BROKER, "getrusage", "statistics"),
    MAY(BROKER, "times", "statistics"),
    MAY(BROKER, "arch_prctl", "start of a program"),
    MAY(BROKER, "set_tid_address", "start of a program"),
    MAY(BROKER, "set_robust_list", "start of a program"),
    MAY(BROKER, "rseq", "start of a program"),
    MAY(BROKER, "mmap", "libraries"),
    MAY(BROKER, "mprotect", "libraries"),
    MAY(BROKER, "mremap", "libraries"),
    MAY(BROKER, "madvise", "key memory"),
    MAY(BROKER, "mlock", "key memory"),
    MAY(BROKER, "mlock2", "key memory"),
    MAY(BROKER, "munlock", "key memory"),
    MAY(BROKER, "futex", "libraries"),
    MAY(BROKER, "getrandom", "libraries"),
};
/* clang-format on */
const size_t nrules = sizeof(rules) / sizeof(rules[0]);

#endif
