/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/syscall.h>

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "../daemon/log.h"
#include "linux.h"

/* The kernel's interface, as of version 7.  Headers of Debian 12 end at version
 * 2, while the kernel it runs on may well be newer. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif
#define VERSION_ASKED (1U << 0)
#define BENEATH	      1
#define PORT	      2
#define NAME_SERVER   53

struct ruleset { /* shorter versions are the same with zeros at the end */
	uint64_t fs, net, scoped;
};
struct beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

struct port {
	uint64_t allowed, number;
};

#define READ_FILE	(UINT64_C(1) << 2)
#define READ_DIR	(UINT64_C(1) << 3)
#define FS_VERSION_1	((UINT64_C(1) << 13) - 1)
#define FS_REFER	(UINT64_C(1) << 13) /* version 2 */
#define FS_TRUNCATE	(UINT64_C(1) << 14) /* version 3 */
#define FS_IOCTL_DEV	(UINT64_C(1) << 15) /* version 5 */
#define NET_BIND	(UINT64_C(1) << 0)  /* version 4 */
#define NET_CONNECT	(UINT64_C(1) << 1)
#define SCOPED_ABSTRACT (UINT64_C(1) << 0) /* version 6 */
#define SCOPED_SIGNAL	(UINT64_C(1) << 1)

/* What name resolution reads, its libraries included. */
static const char *const dial_reads[] = {"/etc",
					 "/usr/lib",
					 "/usr/lib64",
					 "/lib",
					 "/lib64",
					 "/usr/share/zoneinfo",
					 "/run/systemd/resolve",
					 "/run/resolvconf",
					 "/run/NetworkManager",
					 "/run/connman"};

static struct ruleset
ruleset_for(enum role role, int version)
{
	struct ruleset r = {.fs = FS_VERSION_1};

	if (version >= 2)
		r.fs |= FS_REFER;
	if (version >= 3)
		r.fs |= FS_TRUNCATE;
	if (version >= 4)
		r.net = NET_BIND | NET_CONNECT;
	if (version >= 5)
		r.fs |= FS_IOCTL_DEV;
	if (version >= 6)
		r.scoped = SCOPED_ABSTRACT;
	/* The parent ends processes that it did not start itself. */
	if (version >= 6 && role != ROLE_PARENT)
		r.scoped |= SCOPED_SIGNAL;
	return r;
}

/* A directory that is not there needs no rule. */
static void
allow_reading(int ruleset, const char *path)
{
	struct beneath b = {.allowed = READ_FILE | READ_DIR};

	b.parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (b.parent_fd == -1)
		return;
	if (syscall(SYS_landlock_add_rule, ruleset, BENEATH, &b, 0) == -1)
		fatal("Landlock: %s", path);
	close(b.parent_fd);
}

static void
allow_connecting(int ruleset, uint16_t number)
{
	struct port p = {.allowed = NET_CONNECT, .number = number};

	if (syscall(SYS_landlock_add_rule, ruleset, PORT, &p, 0) == -1)
		fatal("Landlock: port %u", number);
}

static void
allow_dial(int ruleset, int version, uint16_t port)
{
	for (size_t i = 0; i < sizeof(dial_reads) / sizeof(dial_reads[0]); i++)
		allow_reading(ruleset, dial_reads[i]);
	if (version < 4)
		return;
	allow_connecting(ruleset, NAME_SERVER);
	allow_connecting(ruleset, port);
}

int
landlock_version(void)
{
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_ASKED);

	return version > 0 ? (int)version : 0;
}

int
landlock_enter(enum role role, const char *repository, uint16_t port)
{
	int version = landlock_version(), fd;
	struct ruleset r = ruleset_for(role, version);

	if (version == 0)
		return 0;
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, sizeof(r), 0);
	if (fd == -1)
		fatal("Landlock");
	if (repository != NULL)
		allow_reading(fd, repository);
	if (role == ROLE_DIAL)
		allow_dial(fd, version, port);
	if (syscall(SYS_landlock_restrict_self, fd, 0) == -1)
		fatal("Landlock");
	close(fd);
	return version;
}

#endif
