/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SELFTEST_H
#define BLOGD_SELFTEST_H

#include <stddef.h>

/*
 * blogd -T: does this build work on this host, with its libraries and kernel,
 * and do its jails hold?  One line for each check, and the count at the end.
 *
 *	report.c	the lines and the count
 *	forbidden.c	what must fail in each role's jail
 *	work.c		what must work: whole daemons, from clone to page
 *	repository.c	the blog they publish, by libgit2
 *	server.c	a Git server for it: git, http, https
 *	ssh.c		and ssh, where there is an sshd
 *	pair.c		certificates and keys of each kind
 *	client.c	handshakes and requests
 */

/* Runs all; exit status 0, or 1 when a check failed. */
int selftest(void);

/* ---- report.c ---- */

/* Before all others, and before a fork: the count is of all processes. */
void check_begin(void);

/* A line, and one more that passed or failed. */
void check(int passed, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A line for what this host cannot show; counted neither way. */
void check_left_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The last line: 0, or 1 when something failed. */
int check_count(void);

/* ---- the parts; dir is a directory of their own ---- */

void check_forbidden(const char *dir);
void check_work(const char *dir);

/* ---- what they use; fatal when the host refuses the means ---- */

/* Makes the repository DIR/blog.git, or adds a commit; the page /Posts/One then
 * says word.  Its commit in hexadecimal goes to commit[41]. */
void repository_commit(const char *dir, const char *word, char commit[41]);

enum serving { SERVING_GIT, SERVING_HTTP, SERVING_HTTPS, SERVING_SSH };

/* Starts a process that serves DIR/blog.git on a port of 127.0.0.1, which goes
 * to *port; it ends with this one.  https wants the files of pair_write. */
void server_start(const char *dir, enum serving how, unsigned *port);

/* What sshd starts: a fetch from DIR/blog.git over standard input and output.
 */
int selftest_upload_pack(const char *dir);

/* Why no sshd can be had here, or NULL. */
const char *ssh_missing(void);
/* Makes the keys and the configuration of an sshd in dir: DIR/ssh_user logs in,
 * host_key is how blogd.conf names the other. */
void ssh_prepare(const char *dir, char host_key[64]);
/* Becomes sshd, for one connection. */
void ssh_serve(const char *dir, int fd) __attribute__((noreturn));

enum pair_kind { PAIR_P256, PAIR_P384, PAIR_ED25519, PAIR_RSA, PAIR__MAX };

const char *pair_name(enum pair_kind kind);
/* Writes DIR/cert.pem, for localhost, and DIR/key.pem. */
void pair_write(const char *dir, enum pair_kind kind);

/* Handshakes of each kind with 127.0.0.1, and a page that must hold word. */
void client_check(unsigned port, const char *what, const char *word);
/* Does /Posts/One hold word? */
int client_sees(unsigned port, const char *word);

#endif
