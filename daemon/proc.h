/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_PROC_H
#define BLOGD_PROC_H

#include "conf.h"

/* The entry points of the processes: one file each.  None returns. */
void parent_main(struct conf *conf, const struct conf_options *opt,
		 int foreground, int verbose) __attribute__((noreturn));
void dial_main(void) __attribute__((noreturn));
/* blogd --dial */
void dial_port_main(const struct conf *conf, int verbose)
    __attribute__((noreturn));
void git_main(void) __attribute__((noreturn));
void render_main(void) __attribute__((noreturn));
void keys_main(void) __attribute__((noreturn));
void serve_main(void) __attribute__((noreturn));
void logger_main(void) __attribute__((noreturn));

#endif
