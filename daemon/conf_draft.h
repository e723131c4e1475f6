/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_DRAFT_H
#define BLOGD_CONF_DRAFT_H

#include <stddef.h>

#include <stdio.h>

#include "conf.h"
#include "err.h"

/*
 * What is shared by the parts of the configuration reader: conf.c (in and out),
 * conf_file.c (libconfuse), conf_table.c (the options), conf_set.h (how each is
 * set), conf_hint.c (what an unknown word was meant to be), conf_check.c (what
 * fits together).
 */

#define CONF_OPTIONS_MAX 96
#define LINE_NONE	 0    /* about the file as a whole */
#define LINE_COMMAND	 (-1) /* about the command line */

struct conf_problem {
	int line;
	char text[512];
};

struct conf_problems {
	struct conf_problem *list;
	size_t n, warnings; /* of the n, those that stop nothing */
};

struct draft_pair {
	char certificate[PATH_LEN], key[PATH_LEN];
	int certificate_line, key_line;
};

/* The configuration while it is read: conf itself, and what conf_check.c turns
 * into the rest of it. */
struct draft {
	struct conf conf;
	char base[PATH_LEN]; /* what relative paths start from */
	int opens_none;	     /* of the files: where they are does not matter */
	char repository[URL_MAX];
	struct conf_listen http[LISTEN_MAX], https[LISTEN_MAX];
	uint32_t nhttp, nhttps;
	struct conf_listen metrics;
	int metrics_set;
	int http_set, https_set; /* lists given, if only empty ones */
	char names[NAMES_MAX][HOST_MAX];
	uint32_t nnames;
	/* 0: the site's own options, others: its tls sections in order. */
	struct draft_pair pair[CERTS_MAX + 1];
	unsigned tls;	/* sections begun so far, and the one open */
	unsigned sites; /* site sections closed so far */
	int site_line;
	int line[CONF_OPTIONS_MAX]; /* where each option is set; 0: default */
	int repeated[CONF_OPTIONS_MAX]; /* its duplicate has been reported */
	struct conf_problems problems;
};

struct conf_option;

/* Parses value and stores it in d.  -1 with err, without the option's name. */
typedef int conf_setter(struct draft *d, const struct conf_option *o,
			const char *value, struct err *err);

struct conf_option {
	const char *section; /* "root", "site", "tls", ... */
	const char *name;
	conf_setter *set;
	size_t offset, size;  /* of the field in struct draft */
	const char *fallback; /* in the language of the file; NULL: none */
	const char *min, *max;
	int flags;
};

#define OPTION_LIST 1 /* several values */
#define OPTION_ZERO 2 /* 0 is allowed below min: "off" */

/* The table of all options; ends with a NULL name. */
extern const struct conf_option conf_options[];

/* The option, or NULL. */
const struct conf_option *conf_option_find(const char *section,
					   const char *name);

/* Parses value into its field.  -1 with err, without the option's name. */
int conf_option_set(struct draft *d, const struct conf_option *o,
		    const char *value, struct err *err);

/* Zero-fills all but base, opens_none and problems and sets every default. */
void draft_reset(struct draft *d);

/* The line where an option of the table was set; 0 for a default. */
int draft_line(const struct draft *d, const char *section, const char *name);

void draft_problem(struct draft *d, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void draft_warning(struct draft *d, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void conf_problems_free(struct conf_problems *p);

/* Appends to message what was probably meant by an unknown name, or nothing. */
void conf_hint(char *message, size_t room, const char *section,
	       const char *name);

/* Reads text (which it changes) into d.  Problems go to d; returns how many of
 * them were of the kind that hides options: then nothing can be said about
 * what is missing. */
int conf_file_parse(struct draft *d, char *text);

/* Overrides by the command line.  Its paths start from cwd. */
void conf_override(struct draft *d, const struct conf_options *opt,
		   const char *cwd);

/* What depends on several options: fills the rest of d->conf. */
void conf_check(struct draft *d, const struct conf_options *opt,
		const char *cwd);

/* conf_load, with the file to be read when there is no -f. */
int conf_load_from(struct conf *conf, const struct conf_options *opt,
		   const char *standard, FILE *out);

#endif
