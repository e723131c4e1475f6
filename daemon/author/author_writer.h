/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_WRITER_H
#define BLOGD_AUTHOR_WRITER_H

#include "../published.h"

/*
 * The process that writes a site to files, with the author's rights: it takes
 * a snapshot as serve does, and answers in the same way.  Forked before the
 * parent gives those rights up.
 */
struct author_writer_ops {
	void (*done)(void);
	void (*failed)(const char *why);
};

void author_writer_start(const char *dir, const struct author_writer_ops *ops);
void author_writer_write(const struct published *p);

#endif
