/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "../daemon/conf_url.h"
#include "../daemon/http/sans.h"
#include "../daemon/keyload.h"
#include "../daemon/memfd.h"
#include "file.h"

static const struct file_kind certificate_kind = {"--tls-dir", 128 * 1024, 0};
static const struct file_kind key_kind = {"--tls-dir", 65536, 1};

/* ---------------------------------------------------------- certificate -- */

static void
first_name(void *arg, struct slice name)
{
	struct tls_pair *p = arg;

	if (p->name[0] == '\0' && conf_is_host(name.data, name.len))
		snprintf(p->name, sizeof(p->name), "%.*s", (int)name.len,
			 name.data);
}

static void
date_text(const ASN1_TIME *date, char out[32])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(date, &tm) != 1 ||
	    strftime(out, 32, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(out, 32, "a date that cannot be read");
}

static void
check_dates(const struct tls_pair *p, const char *path, struct faults *faults)
{
	const ASN1_TIME *from = X509_get0_notBefore(p->leaf);
	const ASN1_TIME *to = X509_get0_notAfter(p->leaf);
	time_t soon = time(NULL) + TLS_SOON_DAYS * 86400;
	char text[32];

	if (X509_cmp_time(from, NULL) >= 0) {
		date_text(from, text);
		fault(faults,
		      "--tls-dir: %s is not valid before %s: is this machine's "
		      "clock right?",
		      path, text);
	}
	date_text(to, text);
	if (X509_cmp_time(to, NULL) <= 0)
		fault(faults,
		      "--tls-dir: %s has expired at %s: have it "
		      "renewed",
		      path, text);
	else if (X509_cmp_time(to, &soon) <= 0)
		caution(faults,
			"--tls-dir: %s expires at %s: the guest needs a new "
			"archive and a restart before",
			path, text);
}

/* The next certificate of the file, if there is one. */
static X509 *
next(BIO *bio)
{
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	ERR_clear_error();
	return x;
}

/* Each one has to be issued by what follows it (RFC 8446 section 4.4.2). */
static void
check_chain(X509 *leaf, BIO *bio, const char *path, struct faults *faults)
{
	X509 *below = leaf, *x;
	unsigned n = 1;

	for (; (x = next(bio)) != NULL; below = x, n++) {
		if (X509_check_issued(x, below) != X509_V_OK)
			caution(faults,
				"--tls-dir: %s: certificate %u has not issued "
				"the one before it: put them in the order "
				"site, issuer, issuer's issuer",
				path, n + 1);
		if (X509_cmp_time(X509_get0_notAfter(x), NULL) <= 0)
			caution(faults,
				"--tls-dir: %s: certificate %u, an issuer's, "
				"has expired",
				path, n + 1);
		if (below != leaf)
			X509_free(below);
	}
	if (n == 1 && X509_check_issued(leaf, leaf) != X509_V_OK)
		caution(faults,
			"--tls-dir: %s holds the site's certificate alone: "
			"browsers need its issuer's behind it (fullchain.pem)",
			path);
	if (below != leaf)
		X509_free(below);
}

static void
read_certificate(struct tls_pair *p, const char *path, struct faults *faults)
{
	BIO *bio;

	if (file_read(path, &certificate_kind, &p->certificate, faults) == -1)
		return;
	bio = BIO_new_mem_buf(p->certificate.data, (int)p->certificate.len);
	p->leaf = bio != NULL ? next(bio) : NULL;
	if (p->leaf == NULL)
		fault(faults, "--tls-dir: %s holds no certificate in PEM form",
		      path);
	else {
		sans_each(p->leaf, first_name, p);
		check_dates(p, path, faults);
		check_chain(p->leaf, bio, path, faults);
	}
	BIO_free(bio);
}

unsigned
tls_count(const struct buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	unsigned n = 0;
	X509 *x;

	while (bio != NULL && (x = next(bio)) != NULL) {
		X509_free(x);
		n++;
	}
	BIO_free(bio);
	return n;
}

/* ------------------------------------------------------------------ key -- */

/* The rules read from a descriptor; what is checked has to be what is written,
 * whatever happens to the file meanwhile. */
static int
as_file(const struct buf *data, struct faults *faults)
{
	struct err err;
	int fd = memfd_new("pem", &err);

	if (fd == -1)
		fault(faults, "--tls-dir: %s", err.text);
	else if (write(fd, data->data, data->len) != (ssize_t)data->len) {
		fault(faults, "--tls-dir: out of memory");
		close(fd);
		fd = -1;
	}
	return fd;
}

/* By the daemon's own rules. */
static void
check_key(const struct tls_pair *p, const char *path, struct faults *faults)
{
	int key = as_file(&p->key, faults);
	int certificate =
	    p->leaf != NULL ? as_file(&p->certificate, faults) : -1;
	struct err err;
	EVP_PKEY *pkey = key != -1 ? keyload(key, certificate, &err) : NULL;

	if (key != -1 && pkey == NULL)
		fault(faults, "--tls-dir: %s: %s", path, err.text);
	EVP_PKEY_free(pkey);
	if (key != -1)
		close(key);
	if (certificate != -1)
		close(certificate);
}

void
tls_read(struct tls_pair *p, const char *directory, struct faults *faults)
{
	char path[2 * PATH_LEN], key_path[2 * PATH_LEN];

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "%s/server.pem", directory);
	snprintf(key_path, sizeof(key_path), "%s/server.key", directory);
	read_certificate(p, path, faults);
	if (file_read(key_path, &key_kind, &p->key, faults) == 0)
		check_key(p, key_path, faults);
}

/* A subject is no name of a host: browsers look for others (RFC 9525). */
void
tls_check_host(const struct tls_pair *p, const char *host,
	       struct faults *faults)
{
	if (p->leaf == NULL ||
	    X509_check_host(p->leaf, host, 0,
			    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1 ||
	    X509_check_ip_asc(p->leaf, host, 0) == 1)
		return;
	fault(faults,
	      "--url: the certificate is not for %s%s%s: readers would be "
	      "warned off",
	      host, p->name[0] != '\0' ? ", but for " : "", p->name);
}

void
tls_free(struct tls_pair *p)
{
	X509_free(p->leaf);
	buf_free(&p->certificate);
	file_forget(&p->key);
}
