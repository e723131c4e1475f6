/* SPDX-License-Identifier: ISC */
#include "bake.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/conf.h"
#include "file.h"

#define ARCHIVE_NAME ".site.cpio.bake"
#define PATHS	     (3 * PATH_LEN)

static void
script_of(const struct image_options *o, char path[PATHS])
{
	snprintf(path, PATHS, "%s/packaging/xen/build", o->bake);
}

void
bake_check(const struct image_options *o, struct faults *faults)
{
	char script[PATHS];

	if (o->bake == NULL) {
		if (o->build_dir != NULL)
			fault(faults, "--build-dir: is for --bake alone");
		return;
	}
	script_of(o, script);
	if (access(script, X_OK) == -1)
		fault(faults,
		      "--bake: %s: %s: name the directory of blogd's source",
		      script, strerror(errno));
	if (o->kernel != NULL)
		fault(faults, "--kernel: --bake makes the image: leave out one "
			      "of the two");
}

/* What ends a build, and what we did about it before. */
static const int ends[] = {SIGHUP, SIGINT, SIGTERM};
#define ENDS (sizeof(ends) / sizeof(ends[0]))
static void (*heard[ENDS])(int);

/* Its environment is ours; of the site's it knows the archive's path. */
static pid_t
start(char *const argv[])
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (size_t i = 0; i < ENDS; i++)
		signal(ends[i], heard[i]);
	execv(argv[0], argv);
	fprintf(stderr, "blogd-image: --bake: %s: %s\n", argv[0],
		strerror(errno));
	_exit(127);
}

static int
run(char *const argv[], struct faults *faults)
{
	int status = 0;
	pid_t pid;

	/* Who interrupts the build wants the archive to be removed. */
	for (size_t i = 0; i < ENDS; i++)
		heard[i] = signal(ends[i], SIG_IGN);
	pid = start(argv);
	if (pid == -1) {
		fault(faults, "--bake: cannot start %s: %s", argv[0],
		      strerror(errno));
		return -1;
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fault(faults, "--bake: the build has failed: what it said is above");
	return -1;
}

/* packaging/xen/build [-o DIRECTORY] --bake SITE.cpio OUT */
static int
build(const struct image_options *o, char *archive, char *image,
      struct faults *faults)
{
	char script[PATHS], directory[PATHS], o_flag[] = "-o",
					      bake_flag[] = "--bake";
	char *argv[7] = {script};
	int n = 1;

	script_of(o, script);
	if (o->build_dir != NULL) {
		snprintf(directory, sizeof(directory), "%s/xen", o->build_dir);
		argv[n++] = o_flag;
		argv[n++] = directory;
	}
	argv[n++] = bake_flag;
	argv[n++] = archive;
	argv[n++] = image;
	return run(argv, faults);
}

int
bake(const struct image_options *o, const char *directory,
     const struct buf *archive, struct faults *faults)
{
	char path[PATHS], image[PATHS];
	struct err err;
	int rc;

	if (file_write(directory, ARCHIVE_NAME, 0600, archive, &err) == -1) {
		fault(faults, "%s", err.text);
		return -1;
	}
	snprintf(path, sizeof(path), "%s/" ARCHIVE_NAME, directory);
	snprintf(image, sizeof(image), "%s/" BAKED_NAME, directory);
	fflush(stdout);
	rc = build(o, path, image, faults);
	unlink(path);
	return rc;
}
