/* SPDX-License-Identifier: ISC */
#include "manager.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/notify.h"

/* Longer than notify.c writes; the rest of a longer one is cut off. */
#define LONGEST 1024
/* At once: signals need their turn too. */
#define MOST 16

static unsigned
word(const char *line, size_t len)
{
	static const struct {
		const char *text;
		unsigned is;
	} words[] = {{"READY=1", MANAGER_READY},
		     {"STOPPING=1", MANAGER_STOPPING},
		     {"WATCHDOG=1", MANAGER_WATCHDOG},
		     {NOTIFY_UPDATING, MANAGER_UPDATING}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len == strlen(words[i].text) &&
		    memcmp(line, words[i].text, len) == 0)
			return words[i].is;
	return 0;
}

unsigned
manager_parse(const char *text, size_t len)
{
	unsigned said = 0;

	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end != NULL ? (size_t)(end - text) : len;

		said |= word(text, n);
		if (end == NULL)
			break;
		text += n + 1;
		len -= n + 1;
	}
	return said;
}

int
manager_open(struct err *err)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX,
				  .sun_path = MANAGER_SOCKET};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd == -1)
		return err_set(err, "no socket: %s", strerror(errno));
	umask(0177);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		err_set(err, "%s: %s", MANAGER_SOCKET, strerror(errno));
		close(fd);
		fd = -1;
	}
	umask(022);
	return fd;
}

unsigned
manager_read(int fd)
{
	char text[LONGEST];
	unsigned said = 0;
	ssize_t n;

	for (int i = 0; i < MOST; i++) {
		n = recvfrom(fd, text, sizeof(text), MSG_DONTWAIT, NULL, NULL);
		if (n == -1)
			break;
		said |= manager_parse(text, (size_t)n);
	}
	return said;
}
