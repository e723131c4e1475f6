/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

static struct probe probe;

const struct probe *
parent_probe(void)
{
	return &probe;
}

static int
write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, len);
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

/* Maps the user and group onto themselves and nothing else: user_namespaces(7)
 * lets a process do that for its own ids once setgroups is given up.  The files
 * in /proc belong to root while the process is not dumpable. */
static int
map_ids(uid_t uid, gid_t gid)
{
	char map[64];

	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ||
	    write_file("/proc/self/setgroups", "deny") == -1)
		return -1;
	snprintf(map, sizeof(map), "%lu %lu 1", (unsigned long)gid,
		 (unsigned long)gid);
	if (write_file("/proc/self/gid_map", map) == -1)
		return -1;
	snprintf(map, sizeof(map), "%lu %lu 1", (unsigned long)uid,
		 (unsigned long)uid);
	return write_file("/proc/self/uid_map", map);
}

static int
enter_user_namespace(uid_t uid, gid_t gid)
{
	if (unshare(CLONE_NEWUSER) == -1)
		return -1;
	return map_ids(uid, gid);
}

/* A process that makes a user namespace has every right in it, and with that
 * reaches parts of the kernel that it otherwise would not.  Children make none:
 * this is counted by namespace, and the one they live in allows no other.
 * Where /proc/sys is read-only, as in some containers, the filters have to do.
 */
static void
make_it_the_last(void)
{
	write_file("/proc/sys/user/max_user_namespaces", "0");
}

/* In a process of its own.  Returns what it could not do, with errno. */
static enum probe_step
try_namespaces(uid_t uid, gid_t gid)
{
	unsigned jail;

	if (enter_user_namespace(uid, gid) == -1)
		return PROBE_USERS;
	errno = 0;
	jail = root_enter(ROLE_PARENT, -1);
	if (!(jail & JAIL_NO_NETWORK))
		return PROBE_OTHERS;
	return jail & JAIL_EMPTY_ROOT ? PROBE_FULL : PROBE_ROOT;
}

/* Step and errno fit in an exit status' eight bits only one at a time. */
static int
probe_in(pid_t pid, const struct probe *shared)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		probe.step = PROBE_ROOT; /* it died of it */
		probe.error = EPERM;
		return 0;
	}
	probe.step = shared->step;
	probe.error = shared->error;
	return 0;
}

/* Some hosts let a namespace be made and take its rights away (AppArmor), which
 * is seen too late for a way back: so another process tries first. */
static int
look(uid_t uid, gid_t gid)
{
	struct probe *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int rc;

	if (shared == MAP_FAILED)
		return -1;
	pid = fork();
	if (pid == 0) {
		shared->step = try_namespaces(uid, gid);
		shared->error = errno;
		_exit(0);
	}
	rc = pid == -1 ? -1 : probe_in(pid, shared);
	munmap(shared, sizeof(*shared));
	return rc;
}

/* Becomes the user for good, keeping for a moment the right to make a user
 * namespace even where only root may. */
static int
drop_root(const struct passwd *pw, struct err *err)
{
	uint64_t keep = CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_SETPCAP);

	keep &= caps_permitted();
	if (setgroups(0, NULL) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1 ||
	    caps_keep(keep, 0) == -1)
		return err_set(err, "cannot become the user %s: %s",
			       pw->pw_name, strerror(errno));
	return 0;
}

static int
become(const char *user, struct err *err)
{
	const struct passwd *pw;

	if (user == NULL || *user == '\0')
		return err_set(err, "will not run as root: set \"user\" in "
				    "blogd.conf to an ordinary user");
	errno = 0;
	pw = getpwnam(user);
	if (pw == NULL)
		return err_set(
		    err,
		    "there is no user %s: create it, or set \"user\" in "
		    "blogd.conf",
		    user);
	if (pw->pw_uid == 0)
		return err_set(
		    err,
		    "the user %s is root: set \"user\" in blogd.conf to an "
		    "ordinary user",
		    user);
	return drop_root(pw, err);
}

/* Children start with the one right to make their own namespaces.  A capability
 * has to be inheritable before the bounding set loses it; after that the set
 * limits nothing that is ambient. */
static int
keep_least(int userns, struct err *err)
{
	uint64_t least = userns ? CAP_BIT(CAP_SYS_ADMIN) : 0;
	uint64_t drop = caps_permitted() & CAP_BIT(CAP_SETPCAP);
	int e = caps_keep(least | drop, userns);

	caps_empty_bounding();
	if (e == -1 || caps_keep(least, userns) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_set(err, "cannot drop capabilities: %s",
			       strerror(errno));
	return 0;
}

static int
prove(int was_root, struct err *err)
{
	int fd = was_root ? open("/etc/shadow", O_RDONLY | O_CLOEXEC) : -1;

	if (fd != -1) {
		close(fd);
		return err_set(err, "root is not gone: /etc/shadow opens");
	}
	if (setresuid((uid_t)-1, 0, (uid_t)-1) == 0 || setuid(0) == 0 ||
	    (getegid() != 0 && setgid(0) == 0) || setgroups(0, NULL) == 0)
		return err_set(err, "root is not gone: it can be had back");
	return 0;
}

int
parent_enter(const char *user, struct err *err)
{
	int userns;
	uid_t uid;
	gid_t gid;

	probe.was_root = geteuid() == 0;
	probe.was_filtered =
	    prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
	if (probe.was_root && become(user, err) == -1)
		return -1;
	uid = geteuid();
	gid = getegid();
	if (look(uid, gid) == -1)
		return err_set(err, "cannot try the sandbox: %s",
			       strerror(errno));
	userns = probe.step == PROBE_FULL || probe.step == PROBE_ROOT;
	if (userns && enter_user_namespace(uid, gid) == -1)
		return err_set(err, "user namespace: %s", strerror(errno));
	if (userns)
		make_it_the_last();
	if (keep_least(userns, err) == -1)
		return -1;
	return prove(probe.was_root, err);
}

#endif
