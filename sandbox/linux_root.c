/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "linux.h"

/* Linux 5.12; headers may lack it. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
struct attributes {
	uint64_t set, clear, propagation, userns_fd;
};
#define ATTR_RDONLY 0x01
#define ATTR_NOSUID 0x02
#define ATTR_NODEV  0x04
#define ATTR_NOEXEC 0x08

#define HARMLESS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* The mount point for the new root: which directory it hides does not matter,
 * since the old root goes away with it.  /proc was needed to make the user
 * namespace, so it is there. */
#define MOUNT_POINT "/proc"

/* A copied mount keeps the flags that the outer namespace locked, so flags can
 * only be added, which mount_setattr does and a remount does not.  Landlock and
 * the filter forbid writing as well. */
static void
mount_read_only(const char *path)
{
	struct attributes a = {.set = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV |
				      ATTR_NOEXEC};

	syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &a, sizeof(a));
}

/* The working directory is the repository: unlike a descriptor from the old
 * namespace, it has moved to the new one with the process. */
static int
mount_repository(void)
{
	static const char target[] = MOUNT_POINT SANDBOX_REPOSITORY;

	if (mkdir(target, 0555) == -1 ||
	    mount(".", target, NULL, MS_BIND | MS_REC, NULL) == -1)
		return -1;
	mount_read_only(target);
	return 0;
}

static int
empty_root(int repository)
{
	if (mount("none", MOUNT_POINT, "tmpfs", HARMLESS,
		  "size=4k,nr_inodes=3,mode=0755") == -1)
		return -1;
	if (repository && mount_repository() == -1)
		return -1;
	/* pivot_root(2), NOTES: "." over "." needs no place for the old. */
	if (chdir(MOUNT_POINT) == -1 || syscall(SYS_pivot_root, ".", ".") == -1)
		return -1;
	if (umount2(".", MNT_DETACH) == -1 || chdir("/") == -1)
		fatal("detach the old root");
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | HARMLESS,
		  NULL) == -1)
		fatal("make the empty root read-only");
	return 0;
}

/* A kernel without System V IPC and message queues has no namespace for them,
 * and needs none. */
static int
unshare_all(int flags)
{
	int rc = unshare(flags);

	if (rc == -1 && errno == EINVAL)
		rc = unshare(flags & ~CLONE_NEWIPC);
	return rc;
}

unsigned
root_enter(enum role role, int repository_fd)
{
	int flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
	unsigned jail = 0;

	if (!(caps_effective() & CAP_BIT(CAP_SYS_ADMIN)))
		return 0;
	if (repository_fd >= 0 && fchdir(repository_fd) == -1)
		fatal("enter the repository");
	if (role != ROLE_DIAL)
		flags |= CLONE_NEWNET;
	if (unshare_all(flags) == -1)
		return 0;
	if (getuid() != 0)
		jail |= JAIL_USER_NAMESPACE;
	if (role == ROLE_DIAL)
		return jail; /* resolv.conf, hosts: Landlock guards the rest */
	jail |= JAIL_NO_NETWORK;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    empty_root(repository_fd >= 0) == 0)
		jail |= JAIL_EMPTY_ROOT | JAIL_NO_FILES;
	return jail;
}

#endif
