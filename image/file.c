/* SPDX-License-Identifier: ISC */
#include "file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../daemon/conf.h"

void
file_forget(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->cap);
	buf_free(b);
}

/* -------------------------------------------------------------- reading -- */

static void
warn_of_readers(int fd, const char *path, const struct file_kind *kind,
		struct faults *faults)
{
	struct stat st;

	if (kind->secret && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & S_IROTH))
		caution(faults,
			"%s: %s can be read by every user of this machine: "
			"chmod 600 it, and replace what is in it if others "
			"use this machine",
			kind->option, path);
}

/* At once, so that no growing leaves a copy behind. */
static int
read_all(int fd, size_t max, struct buf *out)
{
	size_t start = out->len;
	ssize_t n;

	buf_reserve(out, max + 2);
	while ((n = read(fd, out->data + out->len,
			 max + 1 - (out->len - start))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		out->len += (size_t)n;
	}
	if (out->len - start > max) {
		errno = EFBIG;
		return -1;
	}
	return 0;
}

int
file_read(const char *path, const struct file_kind *kind, struct buf *out,
	  struct faults *faults)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;

	rc = fd == -1 ? -1 : read_all(fd, kind->max, out);
	if (rc == -1 && fd != -1 && errno == EFBIG)
		fault(faults, "%s: %s has more than %zu bytes", kind->option,
		      path, kind->max);
	else if (rc == -1)
		fault(faults, "%s: cannot read %s: %s", kind->option, path,
		      strerror(errno));
	else
		warn_of_readers(fd, path, kind, faults);
	if (fd != -1)
		close(fd);
	return rc;
}

/* -------------------------------------------------------------- writing -- */

static int
write_all(int fd, const struct buf *data)
{
	size_t done = 0;

	while (done < data->len) {
		ssize_t n = write(fd, data->data + done, data->len - done);

		if (n == -1 && errno != EINTR)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd);
}

/* Whatever is there under the other name was left by one that was killed. */
static int
create(const char *path, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, mode);

	if (fd == -1 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, mode);
	return fd;
}

static int
write_new(const char *new, const char *path, mode_t mode,
	  const struct buf *data)
{
	int fd = create(new, mode), error;

	if (fd == -1)
		return -1;
	if (write_all(fd, data) == 0 && close(fd) == 0 &&
	    rename(new, path) == 0)
		return 0;
	error = errno;
	close(fd);
	unlink(new);
	errno = error;
	return -1;
}

int
file_write(const char *directory, const char *name, mode_t mode,
	   const struct buf *data, struct err *err)
{
	char path[2 * PATH_LEN], new[2 * PATH_LEN + 8];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(new, sizeof(new), "%s/.%s.new", directory, name);
	if (write_new(new, path, mode, data) == -1)
		return err_set(err, "cannot write %s: %s", path,
			       strerror(errno));
	return 0;
}
