/* SPDX-License-Identifier: ISC */
#include "background.h"

#include <fcntl.h>
#include <unistd.h>

#include "log.h"

int
background_enter(void)
{
	int ends[2], null = open("/dev/null", O_RDWR);
	char byte;

	if (null == -1 || pipe2(ends, O_CLOEXEC) == -1)
		fatal("cannot go to the background");
	switch (fork()) {
	case -1:
		fatal("fork");
	case 0:
		break;
	default:
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(ends[0]);
	setsid();
	(void)!chdir("/");
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
	return ends[1];
}

void
background_started(int *launcher)
{
	if (*launcher == -1)
		return;
	(void)!write(*launcher, "", 1);
	close(*launcher);
	*launcher = -1;
}
