/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGE_XL_H
#define BLOGD_IMAGE_XL_H

#include "../daemon/buf.h"
#include "fault.h"
#include "machine.h"
#include "network.h"

/*
 * The files that describe the domain: packaging/xen/blogd.xl.in and its
 * siblings for libvirt, filled in.  They hold no secret.
 */

/* The least of what takes the command line: Xen gives a PV guest 1024 bytes
 * (xen/include/public/xen.h, MAX_GUEST_CMDLINE), Linux itself takes 2048. */
#define CMDLINE_MAX 1023

struct xl {
	const struct machine *machine;
	const struct network *network;
	const char *kernel, *ramdisk; /* paths on the host; "": no ramdisk */
};

/* blogd.xl, and blogd.xml as machine->xml says. */
void xl_write(const struct xl *x, struct buf *out, struct faults *faults);
void xl_write_xml(const struct xl *x, struct buf *out, struct faults *faults);

/* Appends the text as it stands between double quotes of xl.cfg(5), or in XML
 * (content and attributes). */
void xl_quote(struct buf *out, const char *text);
void xl_escape(struct buf *out, const char *text);

struct xl_value {
	const char *word; /* without its "@" */
	const char *text;
	int raw; /* as it is, it was quoted before */
};

/* Appends the template with each @WORD@ replaced; -1 when a word is not among
 * the values, which end with a NULL word. */
int xl_fill(struct buf *out, const char *template,
	    const struct xl_value *values,
	    void (*quote)(struct buf *, const char *));

#endif
