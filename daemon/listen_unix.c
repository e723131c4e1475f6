/* SPDX-License-Identifier: ISC */
#include "listen_unix.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Is it a socket that nobody listens on?  A full queue is somebody's. */
static int
is_stale(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, refused;

	if (lstat(sun->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return 0;
	fd = new_socket();
	if (fd == -1)
		return 0;
	refused =
	    connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return refused;
}

/* The mode counts from the first moment on. */
static int
bind_with_mode(int fd, const struct sockaddr_un *sun, mode_t mode)
{
	mode_t mask = umask(~mode & 0777);
	int e = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));

	umask(mask);
	return e;
}

static const char *
reason(int error)
{
	switch (error) {
	case EADDRINUSE:
		return " (another process answers there, or it is another "
		       "file)";
	case ENOENT:
		return " (make its directory, for \"user\")";
	case EACCES:
	case EROFS:
		return " (its directory has to be writable for \"user\")";
	default:
		return "";
	}
}

static int
bind_and_listen(int fd, const struct sockaddr_un *sun, mode_t mode, int backlog,
		struct unix_file *file)
{
	struct stat st;

	if (bind_with_mode(fd, sun, mode) == -1 || listen(fd, backlog) == -1 ||
	    lstat(sun->sun_path, &st) == -1)
		return -1;
	*file = (struct unix_file){st.st_dev, st.st_ino};
	return 0;
}

int
listen_unix(const char *path, mode_t mode, int backlog, struct unix_file *file,
	    struct err *err)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd = new_socket();

	if (fd == -1)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (len < sizeof(sun.sun_path)) {
		memcpy(sun.sun_path, path, len + 1);
		if (is_stale(&sun))
			unlinkat(AT_FDCWD, path, 0);
		if (bind_and_listen(fd, &sun, mode, backlog, file) == 0)
			return fd;
	} else {
		errno = ENAMETOOLONG;
	}
	err_set(err, "%s: %s%s", path, strerror(errno), reason(errno));
	close(fd);
	return -1;
}

void
unlisten_unix(const char *path, const struct unix_file *file)
{
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_dev == file->dev &&
	    st.st_ino == file->ino)
		unlinkat(AT_FDCWD, path, 0);
}
