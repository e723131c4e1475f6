/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_MACHINE_H
#define BLOGD_IMAGE_MACHINE_H

#include "options.h"

/*
 * The virtual machine around the guest, as far as the operator decides it.
 * Texts stay argv's.
 */
#define MEMORY_LEAST 48 /* MB; a small site runs in it */
#define MEMORY_MOST  1048576
#define VCPUS_MOST   8 /* NR_CPUS of the guest's kernel */

enum machine_xml { XML_NONE, XML_XEN, XML_KVM };

struct machine {
	int pv;		 /* else PVH */
	unsigned memory; /* MB */
	unsigned vcpus;
	const char *bridge; /* NULL: routed */
	const char *script; /* NULL: the host's own */
	const char *mac;    /* NULL: whatever the host gives it */
	enum machine_xml xml;
};

/* Checks what is said about the machine; all that is wrong goes to faults. */
void machine_read(struct machine *m, const struct image_options *o,
		  struct faults *faults);

#endif
