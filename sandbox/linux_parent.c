/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

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

/* Some hosts let a namespace be made and take its rights away (AppArmor), which
 * is seen too late for a way back: so another process tries first.  Returns 0,
 * or the errno. */
static int
try_user_namespace(uid_t uid, gid_t gid)
{
	int status;
	pid_t pid = fork();

	if (pid == -1)
		return errno;
	if (pid == 0) {
		if (enter_user_namespace(uid, gid) == -1 ||
		    unshare(CLONE_NEWNS) == -1)
			_exit(errno > 0 && errno < 256 ? errno : EPERM);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
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
parent_enter(const char *user, int *userns_error, struct err *err)
{
	int was_root = geteuid() == 0;
	uid_t uid;
	gid_t gid;

	if (was_root && become(user, err) == -1)
		return -1;
	uid = geteuid();
	gid = getegid();
	*userns_error = try_user_namespace(uid, gid);
	if (*userns_error == 0 && enter_user_namespace(uid, gid) == -1)
		return err_set(err, "user namespace: %s", strerror(errno));
	if (*userns_error == 0)
		make_it_the_last();
	if (keep_least(*userns_error == 0, err) == -1)
		return -1;
	return prove(was_root, err);
}

#endif
