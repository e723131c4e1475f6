/* SPDX-License-Identifier: ISC */
/*
 * PID 1.  It never ends but with the guest: by powering off, by a reset, or,
 * when the daemon crashed, by an exit, which the kernel answers with a panic
 * and the hypervisor with on_crash.
 */
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/clock.h"
#include "../daemon/log.h"
#include "../daemon/watchdog.h"
#include "../sandbox/sandbox.h"
#include "guest.h"
#include "manager.h"
#include "memory.h"
#include "mounts.h"
#include "network.h"
#include "say.h"
#include "sysctls.h"

#define CONFIGURATION SYSCONFDIR "/blogd/blogd.conf"

/* While the daemon starts or stops. */
#define LOOK_MS 250
/* A site that is changing is told of once. */
#define CALM_MS 5000
/* More than the daemon takes to drain its connections. */
#define STOP_MS 20000
/* Before a guest that cannot work powers off: for who watches the console. */
#define READ_MS 10000
/* The daemon is dead when it says nothing for so long.  The kernel makes a word
 * "WATCHDOG_USEC=NUMBER" of its command line a variable of PID 1, which says
 * another time. */
#define WATCHDOG_MS 120000

static struct {
	pid_t daemon;
	int notify, signals;
	int ready;
	int stop;	    /* RB_POWER_OFF, RB_AUTOBOOT; 0: not asked for */
	int64_t stop_until; /* then it is ended */
	int64_t alive_until;
	int64_t watchdog_ms;
	int64_t calm_at;
	struct memory memory;
} g;

/* ---- the end ---- */

static void __attribute__((noreturn)) leave(int how)
{
	kill(-1, SIGKILL);
	say("%s", how == RB_POWER_OFF ? "power off" : "reboot");
	reboot(how);
	_exit(1); /* a panic, if that failed */
}

static void __attribute__((noreturn)) give_up(void)
{
	say("powering off in %d seconds: another start would change nothing",
	    READ_MS / 1000);
	poll(NULL, 0, READ_MS);
	leave(RB_POWER_OFF);
}

static void __attribute__((noreturn)) give_up_for(const struct err *err)
{
	say("%s", err->text);
	give_up();
}

/* ---- the start ---- */

static void
choose_watchdog(void)
{
	long long half = watchdog_interval(getenv("WATCHDOG_USEC"), NULL);

	g.watchdog_ms = half > 0 ? 2 * half : WATCHDOG_MS;
}

static void
need_configuration(void)
{
	if (access(CONFIGURATION, R_OK) == 0)
		return;
	say("there is no %s in this guest: make a site's archive with "
	    "blogd-image(8), and give it to the guest as its ramdisk:",
	    CONFIGURATION);
	say("  blogd-image --remote https://git.example.org/me/blog.git "
	    "--name \"My blog\" ...");
	say("  ramdisk = \"/path/site.cpio\" in blogd.xl (qemu: -initrd "
	    "site.cpio)");
	give_up();
}

/* The kernel has opened the console, unless the archive lacks the device. */
static void
need_console(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}

/* Before anything that takes a while: one that asks for the end meanwhile is
 * heard when the daemon was started. */
static void
catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_SETMASK, &set, NULL);
	g.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g.signals == -1)
		fatal("signalfd");
	reboot(RB_DISABLE_CAD); /* a signal instead */
}

static void __attribute__((noreturn)) become_daemon(void)
{
	static char name[] = "blogd", flag[] = "-d";
	char watchdog[48], pid[32], *argv[] = {name, flag, NULL};
	static char notify[] = "NOTIFY_SOCKET=" MANAGER_SOCKET;
	static char store[] = "FDSTORE=0"; /* no daemon comes after this one */
	char *environment[] = {notify, store, watchdog, pid, NULL};
	char self[PATH_MAX] = "";
	sigset_t none;

	/* Under its own name, where the process is to be called so. */
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1)
		fatal("/proc/self/exe");
	snprintf(watchdog, sizeof(watchdog), "WATCHDOG_USEC=%" PRId64 "000",
		 g.watchdog_ms);
	snprintf(pid, sizeof(pid), "WATCHDOG_PID=%ld", (long)getpid());
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	execve(self, argv, environment);
	fatal("start the daemon");
}

static void
start_daemon(void)
{
	g.daemon = fork();
	if (g.daemon == -1)
		fatal("fork");
	if (g.daemon == 0)
		become_daemon();
}

/* What a host's service manager gives (LimitNOFILE=): serve takes as many as
 * its connections want. */
#define FILES_MOST 16384

static void
allow_files(void)
{
	struct rlimit rl = {1024, FILES_MOST};

	setrlimit(RLIMIT_NOFILE, &rl);
}

static void
prepare(void)
{
	struct err err;

	if (mounts_make(&err) == -1)
		give_up_for(&err);
	need_console();
	catch_signals();
	choose_watchdog();
	say("blogd %s is this guest's PID 1", PACKAGE_VERSION);
	sysctls_set();
	if (network_start(&err) == -1 || mounts_seal(&err) == -1)
		give_up_for(&err);
	need_configuration();
	g.notify = manager_open(&err);
	if (g.notify == -1)
		give_up_for(&err);
	allow_files();
	memory_start(&g.memory);
	memory_look(&g.memory, clock_ms());
}

/* ---- the daemon's end ---- */

/* It has said why, or been ended.  What was so before it was ready once will be
 * so again, but for a crash. */
static void __attribute__((noreturn)) daemon_ended(int status)
{
	memory_look(&g.memory, clock_ms());
	memory_tell_kills(&g.memory);
	if (g.stop != 0)
		leave(g.stop);
	if (WIFSIGNALED(status))
		say("the daemon was ended by signal %d (%s)", WTERMSIG(status),
		    sigdescr_np(WTERMSIG(status)));
	else
		say("the daemon has ended with status %d", WEXITSTATUS(status));
	if (!g.ready && (WIFEXITED(status) || g.memory.kills > 0))
		give_up();
	say("a crash: what follows is up to the hypervisor (on_crash)");
	_exit(1);
}

static void
reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == g.daemon)
			daemon_ended(status);
}

/* ---- what comes ---- */

static void
stop(int how)
{
	if (g.stop == 0) {
		say("%s: stopping the daemon",
		    how == RB_POWER_OFF ? "power off" : "reboot");
		g.stop_until = clock_ms() + STOP_MS;
	}
	g.stop = how;
	kill(g.daemon, SIGTERM);
}

static void
take_signals(void)
{
	struct signalfd_siginfo s;

	while (read(g.signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGTERM)
			stop(RB_POWER_OFF);
		else if (s.ssi_signo == SIGINT)
			stop(RB_AUTOBOOT);
		else
			reap();
	}
}

static void
listen_to_daemon(void)
{
	unsigned said = manager_read(g.notify);

	int64_t now = clock_ms();

	if (said != 0)
		g.alive_until = now + g.watchdog_ms;
	if (said & MANAGER_UPDATING)
		memory_expect(&g.memory, now);
	if ((said & MANAGER_READY) && !g.ready) {
		g.ready = 1;
		memory_look(&g.memory, now);
		memory_tell(&g.memory);
	}
}

/* ---- what time brings ---- */

static void
watch_memory(int64_t now)
{
	memory_look(&g.memory, now);
	memory_tell_kills(&g.memory);
	if (!memory_is_news(&g.memory))
		g.calm_at = now + CALM_MS;
	else if (now >= g.calm_at)
		memory_tell(&g.memory);
}

static void
watch_daemon(int64_t now)
{
	if (g.stop != 0 && now >= g.stop_until) {
		say("the daemon takes too long");
		leave(g.stop);
	}
	if (g.stop != 0 || !g.ready || now < g.alive_until)
		return;
	say("the daemon has said nothing for %" PRId64 " seconds",
	    g.watchdog_ms / 1000);
	kill(g.daemon, SIGKILL);
	g.alive_until = now + g.watchdog_ms;
}

static int
pause_ms(void)
{
	return g.ready && g.stop == 0 ? memory_pause(&g.memory, clock_ms())
				      : LOOK_MS;
}

static void __attribute__((noreturn)) supervise(void)
{
	struct pollfd p[] = {{.fd = g.signals, .events = POLLIN},
			     {.fd = g.notify, .events = POLLIN}};

	for (;;) {
		int64_t now;

		poll(p, 2, pause_ms());
		listen_to_daemon();
		take_signals();
		now = clock_ms();
		watch_memory(now);
		watch_daemon(now);
	}
}

static void __attribute__((noreturn)) be_init(void)
{
	log_init(LOG_TO_TERMINAL, 0);
	prepare();
	start_daemon();
	sandbox_init();
	supervise();
}

/* ---- which of them ---- */

static void __attribute__((noreturn)) ask_init(int signal_number)
{
	if (kill(1, signal_number) == 0)
		exit(0);
	perror("blogd: PID 1");
	exit(1);
}

void
guest_begin(const char *argv0)
{
	const char *slash = argv0 != NULL ? strrchr(argv0, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : argv0;

	if (name == NULL)
		return;
	if (strcmp(name, "init") == 0 && getpid() == 1)
		be_init();
	if (strcmp(name, "poweroff") == 0)
		ask_init(SIGTERM);
	if (strcmp(name, "reboot") == 0)
		ask_init(SIGINT);
}
