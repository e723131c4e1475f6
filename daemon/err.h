/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ERR_H
#define BLOGD_ERR_H

/*
 * How library code (git/, site/, snapshot/, http/, conf) reports failure: it
 * returns -1 or NULL and leaves one sentence for the operator in the struct err
 * its caller passed.  Only processes (parent, dial, git, ...) log or exit.
 */
struct err {
	char text[512]; /* NUL-terminated, no newline; may hold foreign bytes,
			   which log.c makes harmless */
};

/* Writes the message (cut to fit) and returns -1, so that a failing function
 * can say: return err_set(err, "...").  err may be NULL. */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the message that is there; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
