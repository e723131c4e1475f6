/* SPDX-License-Identifier: ISC */
#include "memfd.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define SIZE_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)
#define ALL_SEALS  (SIZE_SEALS | F_SEAL_WRITE)

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int
memfd_new(const char *name, struct err *err)
{
	/* Linux before 6.3 and FreeBSD do not know MFD_NOEXEC_SEAL. */
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING |
					MFD_NOEXEC_SEAL);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1)
		return err_set(err, "memfd_create: %s", strerror(errno));
	return fd;
}

int
memfd_map_new(const char *name, size_t size, void **map, struct err *err)
{
	int fd = memfd_new(name, err);

	if (fd == -1)
		return -1;
	if (size == 0 || (uint64_t)size > INT64_MAX ||
	    ftruncate(fd, (off_t)size) == -1) {
		err_set(err, "cannot make %zu bytes of shared memory: %s", size,
			strerror(errno));
		close(fd);
		return -1;
	}
	*map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*map == MAP_FAILED) {
		err_set(err, "cannot map %zu bytes of shared memory: %s", size,
			strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

int
memfd_seal_size(int fd, struct err *err)
{
	if (fcntl(fd, F_ADD_SEALS, SIZE_SEALS) == -1)
		return err_set(err, "cannot seal memory: %s", strerror(errno));
	return 0;
}

int
memfd_seal(int fd, void *map, size_t size, struct err *err)
{
	if (hostile_seal(map, size))
		return munmap(map, size);
	/* A writable mapping would make F_SEAL_WRITE fail. */
	if (map != NULL && munmap(map, size) == -1)
		return err_set(err, "munmap: %s", strerror(errno));
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == -1)
		return err_set(err, "cannot seal memory: %s", strerror(errno));
	return 0;
}

int
memfd_check(int fd, size_t *size, struct err *err)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals == -1)
		return err_set(err, "not a memfd: %s", strerror(errno));
	if ((seals & ALL_SEALS) != ALL_SEALS)
		return err_set(err, "memory is not sealed (0x%x)",
			       (unsigned)seals);
	if (fstat(fd, &st) == -1 || st.st_size < 0)
		return err_set(err, "fstat: %s", strerror(errno));
	*size = (size_t)st.st_size;
	return 0;
}

const void *
memfd_map_sized(int fd, size_t size, struct err *err)
{
	void *map;

	if (size == 0) {
		err_set(err, "shared memory is empty");
		return NULL;
	}
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		err_set(err, "cannot map %zu bytes: %s", size, strerror(errno));
		return NULL;
	}
	return map;
}

const void *
memfd_map(int fd, size_t *size, struct err *err)
{
	struct stat st;
	const void *map;

	if (fstat(fd, &st) == -1) {
		err_set(err, "fstat: %s", strerror(errno));
		return NULL;
	}
	map = memfd_map_sized(fd, st.st_size > 0 ? (size_t)st.st_size : 0, err);
	if (map != NULL)
		*size = (size_t)st.st_size;
	return map;
}
