/* SPDX-License-Identifier: ISC */
#include "mounts.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HARMLESS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static const struct {
	const char *path, *type;
	unsigned long flags;
	const char *data;
} mounts[] = {
    {"/proc", "proc", HARMLESS, "hidepid=2"},
    {"/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "size=4k,nr_inodes=8,mode=0755"},
    {"/run", "tmpfs", HARMLESS, "size=1m,nr_inodes=64,mode=0755"},
};
#define NMOUNTS (sizeof(mounts) / sizeof(mounts[0]))

static const struct {
	const char *path;
	unsigned major, minor;
	mode_t mode;
} nodes[] = {
    {"/dev/null", 1, 3, 0666},
    {"/dev/zero", 1, 5, 0444},
    {"/dev/random", 1, 8, 0444},
    {"/dev/urandom", 1, 9, 0444},
};

/* The initramfs cannot be pivoted away from, and every child's empty root is
 * made that way.  The same files mounted over it can. */
static int
move_root(struct err *err)
{
	static const char hold[] = "/run";

	if (mount("/", hold, NULL, MS_BIND, NULL) == -1 || chdir(hold) == -1 ||
	    mount(".", "/", NULL, MS_MOVE, NULL) == -1 || chroot(".") == -1 ||
	    chdir("/") == -1)
		return err_set(err, "cannot move the root: %s",
			       strerror(errno));
	return 0;
}

/* Nobody makes devices in a user namespace, where the tests run this: there
 * they are those that its /dev was given. */
static int
bind_node(int given, const char *path)
{
	char from[64];
	int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	close(fd);
	snprintf(from, sizeof(from), "/proc/self/fd/%d/%s", given,
		 path + strlen("/dev/"));
	return mount(from, path, NULL, MS_BIND, NULL);
}

static int
make_nodes(int given, struct err *err)
{
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		int rc = mknod(nodes[i].path, S_IFCHR | nodes[i].mode,
			       makedev(nodes[i].major, nodes[i].minor));

		if (rc == -1 && errno == EPERM)
			rc = bind_node(given, nodes[i].path);
		if (rc == -1)
			return err_set(err, "cannot make %s: %s", nodes[i].path,
				       strerror(errno));
	}
	return 0;
}

/* The archive that the kernel unpacked need not have them. */
static void
make_directories(void)
{
	for (size_t i = 0; i < NMOUNTS; i++)
		mkdir(mounts[i].path, 0755);
}

static int
mount_all(struct err *err)
{
	for (size_t i = 0; i < NMOUNTS; i++)
		if (mount("none", mounts[i].path, mounts[i].type,
			  mounts[i].flags, mounts[i].data) == -1)
			return err_set(err, "cannot mount %s: %s",
				       mounts[i].path, strerror(errno));
	return 0;
}

int
mounts_make(struct err *err)
{
	int dev, rc = -1;

	umask(0);
	make_directories();
	dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (move_root(err) == 0 && mount_all(err) == 0)
		rc = make_nodes(dev, err);
	if (dev != -1)
		close(dev);
	umask(022);
	return rc;
}

int
mounts_seal(struct err *err)
{
	if (mount(NULL, "/dev", NULL,
		  MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL) == -1)
		return err_set(err, "/dev stays writable: %s", strerror(errno));
	if (mount(NULL, "/", NULL,
		  MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
		  NULL) == -1)
		return err_set(err, "the root stays writable: %s",
			       strerror(errno));
	return 0;
}
