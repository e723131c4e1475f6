/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_OPTIONS_H
#define BLOGD_OPTIONS_H

#include <stdio.h>

#include "conf.h"

/* The command line, blogd(8). */
struct options {
	struct conf_options conf; /* points into argv */
	int foreground;		  /* -d */
	int check_only;		  /* -n */
	int verbose;		  /* -v */
	int print_sandbox;	  /* -S */
	int test_self;		  /* -T */
};

enum options_result {
	OPTIONS_OK,
	OPTIONS_BAD,	/* what is wrong was printed, and the usage */
	OPTIONS_HELP,	/* -h: the help was printed */
	OPTIONS_VERSION /* -V: the version was printed */
};

/* Reads argv; help and version go to out, complaints to complain. */
enum options_result options_read(struct options *o, int argc, char **argv,
				 FILE *out, FILE *complain);

/* The same with standard output and error; exits 2 when something is wrong,
 * and 0 after -h and -V. */
void options_parse(struct options *o, int argc, char **argv);

#endif
