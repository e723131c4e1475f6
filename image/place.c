/* SPDX-License-Identifier: ISC */
#include "place.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/conf_remote.h"
#include "bake.h"

#define KERNEL_NAME  "blogd.xen"
#define RAMDISK_NAME "site.cpio"

static void
read_output(struct place *p, const char *output, struct faults *faults)
{
	char *whole = realpath(output, NULL);
	struct stat st;

	if (whole == NULL)
		fault(faults, "--output: %s: %s", output, strerror(errno));
	else if (stat(whole, &st) == 0 && !S_ISDIR(st.st_mode))
		fault(faults, "--output: %s is no directory", output);
	else if (strlen(whole) >= sizeof(p->output))
		fault(faults, "--output: the path is too long");
	else
		memcpy(p->output, whole, strlen(whole) + 1);
	free(whole);
}

/* Relative to where the files will be, or, if that is here, to where we are. */
static void
set_kernel(struct place *p, const struct image_options *o, const char *host,
	   struct faults *faults)
{
	char cwd[PATH_LEN];
	const char *base = host;
	const char *name = o->bake != NULL ? BAKED_NAME : KERNEL_NAME;

	if (o->kernel != NULL && o->host_dir == NULL) {
		if (getcwd(cwd, sizeof(cwd)) == NULL)
			fault(faults,
			      "--kernel: cannot tell the working "
			      "directory: %s",
			      strerror(errno));
		else
			base = cwd;
	}
	if (conf_path(p->kernel, sizeof(p->kernel), base,
		      o->kernel != NULL ? o->kernel : name) == -1)
		fault(faults, "--kernel: the path is too long");
	else if (o->host_dir == NULL && o->bake == NULL && faults->n == 0 &&
		 access(p->kernel, R_OK) == -1)
		caution(faults,
			"--kernel: %s: %s; copy blogd.xen there before the "
			"domain is created",
			p->kernel, strerror(errno));
}

void
place_read(struct place *p, const struct image_options *o,
	   struct faults *faults)
{
	const char *host;

	memset(p, 0, sizeof(*p));
	read_output(p, o->output != NULL ? o->output : ".", faults);
	host = o->host_dir != NULL ? o->host_dir : p->output;
	if (host[0] != '/' && host[0] != '\0')
		fault(faults,
		      "--host-dir: \"%s\" is no absolute path: xl looks from "
		      "wherever it is started",
		      host);
	set_kernel(p, o, host, faults);
	if (o->bake == NULL &&
	    conf_path(p->ramdisk, sizeof(p->ramdisk), host, RAMDISK_NAME) == -1)
		fault(faults, "--host-dir: the path is too long");
}
