/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>

#include <stdio.h>
#include <string.h>

#include "bake.h"
#include "file.h"
#include "machine.h"
#include "network.h"
#include "options.h"
#include "place.h"
#include "site.h"
#include "xl.h"

/*
 * blogd-image(8): options and files in, site.cpio and blogd.xl out.  All checks
 * come before the first byte is written.  Exits 0, 1 when something is wrong,
 * 2 when the command line is not understood.
 */
struct deployment {
	struct image_options options;
	struct network network;
	struct machine machine;
	struct place place;
	struct site site;
	struct buf archive, xl, xml;
};

/* A core file would hold the keys. */
static void
no_core(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
}

static void
make(struct deployment *d, struct faults *faults)
{
	struct xl x = {.machine = &d->machine,
		       .network = &d->network,
		       .kernel = d->place.kernel,
		       .ramdisk = d->place.ramdisk};

	network_read(&d->network, &d->options, faults);
	machine_read(&d->machine, &d->options, faults);
	place_read(&d->place, &d->options, faults);
	bake_check(&d->options, faults);
	site_read(&d->site, &d->options, faults);
	site_check(&d->site, &d->network, faults);
	if (faults->n > 0)
		return;
	site_archive(&d->site, &d->network, &d->archive);
	xl_write(&x, &d->xl, faults);
	if (d->machine.xml != XML_NONE)
		xl_write_xml(&x, &d->xml, faults);
}

static int
write_one(const struct deployment *d, const char *name, mode_t mode,
	  const struct buf *data, struct faults *faults)
{
	struct err err;

	if (data->len == 0)
		return 0;
	if (file_write(d->place.output, name, mode, data, &err) == -1) {
		fault(faults, "%s", err.text);
		return -1;
	}
	printf("%s/%s\n", d->place.output, name);
	return 0;
}

/* The archive on its own, or in an image. */
static int
write_site(const struct deployment *d, struct faults *faults)
{
	if (d->options.bake == NULL)
		return write_one(d, "site.cpio", 0600, &d->archive, faults);
	if (bake(&d->options, d->place.output, &d->archive, faults) == -1)
		return -1;
	printf("%s/%s\n", d->place.output, BAKED_NAME);
	return 0;
}

/* The site first: a domain without its keys does not start. */
static void
write_files(const struct deployment *d, struct faults *faults)
{
	if (write_site(d, faults) == 0 &&
	    write_one(d, "blogd.xl", 0644, &d->xl, faults) == 0)
		write_one(d, "blogd.xml", 0644, &d->xml, faults);
}

static void
show(const struct deployment *d)
{
	fwrite(d->xl.data, 1, d->xl.len, stdout);
	fwrite(d->xml.data, 1, d->xml.len, stdout);
}

static int
run(struct deployment *d, struct faults *faults)
{
	make(d, faults);
	if (faults->n == 0 && d->options.check)
		show(d);
	else if (faults->n == 0)
		write_files(d, faults);
	site_free(&d->site);
	file_forget(&d->archive);
	buf_free(&d->xl);
	buf_free(&d->xml);
	if (fflush(stdout) != 0)
		fault(faults, "cannot write to standard output");
	return faults->n == 0 ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	static struct deployment d;
	struct faults faults = {.out = stderr};

	no_core();
	switch (image_options_read(&d.options, argc, argv, stdout, &faults)) {
	case IMAGE_USAGE:
		return 2;
	case IMAGE_DONE:
		return fflush(stdout) == 0 ? 0 : 1;
	default:
		/* The rest is looked at as well when one option is bad. */
		return run(&d, &faults);
	}
}
