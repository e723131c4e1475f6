/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_AUTHOR_H
#define BLOGD_AUTHOR_H

#include <stdio.h>

#include "../conf.h"

/*
 * The commands for authors, blogd(8): `blogd check` and others.  They run on
 * the author's machine with the author's rights and need no configuration.
 */
enum author_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_GITHUB };

struct author_options {
	const char *conf;     /* -f; NULL: what holds by default */
	const char *dir;      /* where the site is; "." by default */
	const char *revision; /* --git, --staged; NULL: the working tree */
	const char *title;    /* of new */
	const char *output;   /* of export */
	enum author_format format;
	unsigned port;	  /* of preview; 0: 8080, or the next that is free */
	unsigned workers; /* 0: as configured */
};

/* Is the word one of the commands? */
int author_is_command(const char *word);

/* Runs argv[1] with the rest; its exit status: 0, 1 for what is wrong with the
 * site, 2 for what is wrong with the command line. */
int author_main(int argc, char **argv);

/* The lines of `blogd -h` about them. */
extern const char author_help[];

/* Reads argv[2...].  0, or -1 when the usage was printed to complain; 1 after
 * -h. */
int author_options_read(struct author_options *o, int argc, char **argv,
			FILE *out, FILE *complain);

/* What the options say, and else the defaults.  -1: problems were printed. */
int author_conf(struct conf *conf, const struct author_options *o);

int author_check(const struct author_options *o);
int author_hash(const struct author_options *o);
int author_export(const struct author_options *o);
int author_preview(const struct author_options *o);
int author_init(const struct author_options *o);
int author_new(const struct author_options *o);

#endif
