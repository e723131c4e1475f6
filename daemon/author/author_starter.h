/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_STARTER_H
#define BLOGD_AUTHOR_STARTER_H

#include <stddef.h>

/* The files of a blog to begin with, in the program itself.  In their texts
 * @NAME@ is the blog's name, @AUTHOR@ who writes, @DATE@ today, @UUID@ a new
 * one. */
struct author_starter_file {
	const char *path, *text;
};

extern const struct author_starter_file author_starter[];
extern const size_t author_nstarter;

#endif
