/* SPDX-License-Identifier: ISC */
#include "check_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "certlook.h"
#include "keyload.h"

/* The descriptor, or -1, which is told of. */
static int
open_file(struct draft *d, int line, const char *setting, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1)
		draft_problem(d, line, "%s: cannot read %s: %s", setting, path,
			      strerror(errno));
	return fd;
}

static void
close_file(int fd)
{
	if (fd != -1)
		close(fd);
}

static void
check_file(struct draft *d, const char *setting, const char *path)
{
	int line = draft_line(d, "site", setting);

	if (path[0] != '\0')
		close_file(open_file(d, line, setting, path));
}

/* ---------------------------------------------------------- certificates -- */

/* A certificate that has been read. */
struct look {
	struct draft *d;
	const struct draft_pair *pair;
	X509 *leaf;
};

static void
warn_of_chain(void *ctx, const char *text)
{
	const struct look *l = ctx;

	draft_warning(l->d, l->pair->certificate_line, "certificate: %s: %s",
		      l->pair->certificate, text);
}

static void
check_dates(const struct look *l)
{
	char text[128];

	if (certlook_dates(l->leaf, text))
		draft_warning(l->d, l->pair->certificate_line,
			      "certificate: %s %s", l->pair->certificate, text);
}

static X509 *
check_certificate(struct draft *d, const struct draft_pair *pair, int fd)
{
	BIO *pem = BIO_new_fd(fd, BIO_NOCLOSE);
	struct look l = {d, pair, pem != NULL ? certlook_next(pem) : NULL};

	if (l.leaf == NULL)
		draft_problem(d, pair->certificate_line,
			      "certificate: %s holds no certificate in PEM "
			      "form",
			      pair->certificate);
	else {
		check_dates(&l);
		certlook_chain(l.leaf, pem, warn_of_chain, &l);
	}
	BIO_free(pem);
	return l.leaf;
}

/* The certificate, for the caller to free, or NULL. */
static X509 *
check_pair(struct draft *d, const struct draft_pair *pair)
{
	int cert = open_file(d, pair->certificate_line, "certificate",
			     pair->certificate);
	int key = open_file(d, pair->key_line, "key", pair->key);
	X509 *leaf = cert != -1 ? check_certificate(d, pair, cert) : NULL;
	struct err err;

	if (key != -1) {
		EVP_PKEY *pkey = keyload(key, leaf != NULL ? cert : -1, &err);

		if (pkey == NULL)
			draft_problem(d, pair->key_line, "key: %s: %s",
				      pair->key, err.text);
		EVP_PKEY_free(pkey);
	}
	close_file(cert);
	close_file(key);
	return leaf;
}

/* Each name of the site has to stand in one of them. */
static void
check_names(struct draft *d, X509 *const *leaf, unsigned n)
{
	const struct serve_settings *s = &d->conf.serve;
	int names = draft_line(d, "site", "names");
	int titled = d->conf.site.title[0] != '\0';

	for (uint32_t i = 0; i < s->nnames; i++) {
		unsigned j = 0;

		while (j < n && !certlook_covers(leaf[j], s->names[i]))
			j++;
		if (j == n)
			draft_warning(d,
				      i == 0 && titled ? d->site_line : names,
				      "no certificate is for %s: readers will "
				      "be warned off",
				      s->names[i]);
	}
}

static void
check_certificates(struct draft *d)
{
	X509 *leaf[CERTS_MAX + 1];
	unsigned n = 0, bad = 0;

	for (unsigned i = 0; i <= CERTS_MAX; i++) {
		if (d->pair[i].certificate[0] == '\0')
			continue;
		leaf[n] = check_pair(d, &d->pair[i]);
		if (leaf[n] == NULL)
			bad++;
		else
			n++;
	}
	if (n > 0 && bad == 0)
		check_names(d, leaf, n);
	while (n > 0)
		X509_free(leaf[--n]);
}

void
check_files(struct draft *d, int repository_line)
{
	const struct conf_site *s = &d->conf.site;

	if (s->git.transport == GIT_LOCAL)
		close_file(
		    open_file(d, repository_line, "repository", s->git.path));
	if (s->git.transport == GIT_OVER_HTTPS)
		check_file(d, "ca", s->ca);
	check_file(d, "ssh-key", s->ssh_key);
	check_file(d, "password-file", s->password);
	check_certificates(d);
}
