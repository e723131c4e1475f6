/* SPDX-License-Identifier: ISC */
#include "selftest.h"

#include <sys/stat.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../log.h"

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

int
selftest(void)
{
	char dir[] = "/tmp/blogd-selftest.XXXXXX", commit[41];

	signal(SIGPIPE, SIG_IGN);
	/* The daemon's git is another user than root, and may look into it. */
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		fatal("%s", dir);
	check_begin();
	pair_write(dir, PAIR_P256);
	repository_commit(dir, "before", commit);
	check_forbidden(dir);
	check_work(dir);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return check_count();
}
