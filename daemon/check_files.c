/* SPDX-License-Identifier: ISC */
#include "check_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "keyload.h"

/* The descriptor, -1 when there is none; counts what cannot be read. */
static int
open_file(const char *path, const char *what, int *problems, FILE *out)
{
	int fd;

	if (path[0] == '\0')
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1) {
		fprintf(out, "cannot read the %s %s: %s\n", what, path,
			strerror(errno));
		(*problems)++;
	}
	return fd;
}

static void
close_file(int fd)
{
	if (fd != -1)
		close(fd);
}

static int
check_pair(const struct conf_cert *c, FILE *out)
{
	struct err err;
	int problems = 0;
	int cert = open_file(c->certificate, "certificate", &problems, out);
	int key = open_file(c->key, "key", &problems, out);

	if (problems == 0) {
		EVP_PKEY *pkey = keyload(key, cert, &err);

		if (pkey == NULL) {
			fprintf(out, "%s: %s\n", c->key, err.text);
			problems++;
		}
		EVP_PKEY_free(pkey);
	}
	close_file(cert);
	close_file(key);
	return problems;
}

int
check_files(const struct conf *conf, FILE *out)
{
	const struct conf_site *s = &conf->site;
	int problems = 0;

	if (s->git.transport == GIT_OVER_HTTPS)
		close_file(
		    open_file(s->ca, "trusted certificates", &problems, out));
	if (s->git.transport == GIT_LOCAL)
		close_file(
		    open_file(s->git.path, "repository", &problems, out));
	close_file(open_file(s->ssh_key, "ssh key", &problems, out));
	close_file(open_file(s->password, "password file", &problems, out));
	for (unsigned i = 0; i < s->ncerts; i++)
		problems += check_pair(&s->cert[i], out);
	return problems;
}
