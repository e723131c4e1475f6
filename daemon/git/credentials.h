/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_GIT_CREDENTIALS_H
#define BLOGD_GIT_CREDENTIALS_H

#include "../buf.h"
#include "../err.h"
#include "../settings.h"

/* What this process shows to the remote.  Read once, before the filter. */
struct credentials {
	char *ssh_key;	/* the file's text; NULL: none */
	char *password; /* first line of its file; NULL: none */
};

/* Reads both (a descriptor of -1 is none) and refuses what does not fit the
 * transport: nothing secret ever goes over http or git.  0, or -1 with err. */
int credentials_load(struct credentials *c, const struct git_settings *s,
		     int key_fd, int password_fd, struct err *err);

/* The user, or what forges expect where none is given. */
const char *credentials_user(const struct git_settings *s);

/* https: the request header "Authorization: Basic ..." (RFC 7617) is appended;
 * nothing if there is neither user nor password. */
void credentials_header(const struct credentials *c,
			const struct git_settings *s, struct buf *out);

#endif
