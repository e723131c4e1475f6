/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_UNIX_FILE_H
#define BLOGD_UNIX_FILE_H

#include <sys/types.h>

/* The file of a Unix socket: what is removed is what was made. */
struct unix_file {
	dev_t dev;
	ino_t ino;
};

#endif
