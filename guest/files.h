/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GUEST_FILES_H
#define BLOGD_GUEST_FILES_H

#include <stddef.h>

/* Small files of /proc and /etc, in one read or write. */

/* Reads up to size - 1 bytes and ends them with a zero; -1 with errno. */
int file_read(const char *path, char *text, size_t size);

/* The same with a file that is open, from its beginning. */
int file_read_again(int fd, char *text, size_t size);

/* Writes to a file that is there; -1 with errno. */
int file_write(const char *path, const char *text);

#endif
