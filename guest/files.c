/* SPDX-License-Identifier: ISC */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Files of /proc may come in pieces. */
int
file_read_again(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(fd, text + len, size - 1 - len, (off_t)len);
		if (n == -1)
			return -1;
		len += (size_t)n;
	} while (n > 0 && len < size - 1);
	text[len] = '\0';
	return 0;
}

int
file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc, saved;

	if (fd == -1)
		return -1;
	rc = file_read_again(fd, text, size);
	saved = errno;
	close(fd);
	errno = saved;
	return rc;
}

int
file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), saved;
	size_t len = strlen(text);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, len);
	saved = errno;
	close(fd);
	errno = saved;
	return n == (ssize_t)len ? 0 : -1;
}
