/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_RULES_H
#define BLOGD_RULES_H

#include "region.h"
#include "severity.h"

/*
 * The files _redirects and _headers at the root of a repository: the subset of
 * Netlify's that other servers of static sites share.
 *
 *	/old/page     /new/page             301
 *	/blog/(star)  https://new.example/:splat
 *
 *	/static/(star).pdf
 *	  X-Robots-Tag: noindex
 *
 * where (star) is an asterisk.  "#" begins a comment.  Of what is not
 * understood only that rule is left out, with a message.
 */
#define RULES_BYTES_MAX	 65536 /* of such a file; what follows is not read */
#define REDIRECTS_MAX	 1000  /* rules */
#define REDIRECT_DEPTH	 16    /* elements before an asterisk */
#define REDIRECT_LEN_MAX 2048  /* bytes of an address */
#define FIELD_RULES_MAX	 200   /* patterns */
#define FIELDS_MAX	 400   /* fields of all patterns */
#define FIELDS_BYTES_MAX 8192  /* of them together */

typedef void rules_report_fn(void *ctx, enum severity severity, size_t line,
			     size_t column, const char *message);

/* Where problems go. */
struct rules_report {
	rules_report_fn *report;
	void *ctx;
	size_t line;
	struct slice text; /* of the line, for columns */
};

/* fmt's first argument is the part of the line that is wrong. */
void rules_problem(const struct rules_report *at, struct slice part,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Decodes a path as a client may ask for it: 0 and the canonical form, without
 * a slash at its end, or -1 if there is none. */
int rules_path(struct region *r, struct slice written, struct slice *path);

/* ---- _redirects ---- */

struct redirect_rule {
	struct slice from; /* decoded */
	struct slice to;   /* a path or URL, encoded; without :splat, but with
			      the slash before it */
	unsigned status;
	int below; /* of everything below `from`, not of `from` */
	int splat; /* what is below is appended to `to` */
	size_t line;
};

/* In the order of the file.  No rule is left that an earlier one covers, so
 * the most specific one is the first that matches. */
size_t redirects_parse(struct region *r, struct slice text,
		       struct redirect_rule **rules, rules_report_fn *report,
		       void *ctx);

/* ---- _headers ---- */

enum field_use {
	FIELD_LIST,	/* values of several rules are joined */
	FIELD_SINGLE,	/* the last one counts */
	FIELD_LINES,	/* each is a field of its own */
	FIELD_CACHE,	/* instead of blogd's own Cache-Control */
	FIELD_REFERRER, /* and of these */
	FIELD_OPENER,
	FIELD_TYPE, /* Content-Type of a file */
	FIELD_SENT  /* by blogd anyway */
};

struct field_name {
	const char *name;
	enum field_use use;
	const char *const *values; /* only these; NULL: any */
};

struct field {
	const struct field_name *name;
	struct slice value;
};

struct field_rule {
	struct slice pattern; /* decoded; "*" matches any bytes */
	struct field *fields;
	size_t nfields;
};

size_t fields_parse(struct region *r, struct slice text,
		    struct field_rule **rules, rules_report_fn *report,
		    void *ctx);
int fields_match(struct slice pattern, struct slice path);

#endif
