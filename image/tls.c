/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../daemon/certlook.h"
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
check_dates(const struct tls_pair *p, const char *path, struct faults *faults)
{
	const ASN1_TIME *to = X509_get0_notAfter(p->leaf);
	time_t soon = time(NULL) + TLS_SOON_DAYS * 86400;
	char text[128], date[32];

	if (certlook_dates(p->leaf, text)) {
		fault(faults, "--tls-dir: %s %s", path, text);
	} else if (X509_cmp_time(to, &soon) <= 0) {
		certlook_date(to, date);
		caution(faults,
			"--tls-dir: %s expires at %s: the guest needs a new "
			"archive and a restart before",
			path, date);
	}
}

/* What is to be told, and about which file. */
struct warned {
	struct faults *faults;
	const char *path;
};

static void
warn_of_chain(void *ctx, const char *text)
{
	const struct warned *w = ctx;

	caution(w->faults, "--tls-dir: %s: %s", w->path, text);
}

static void
read_certificate(struct tls_pair *p, const char *path, struct faults *faults)
{
	struct warned warned = {faults, path};
	BIO *bio;

	if (file_read(path, &certificate_kind, &p->certificate, faults) == -1)
		return;
	bio = BIO_new_mem_buf(p->certificate.data, (int)p->certificate.len);
	p->leaf = bio != NULL ? certlook_next(bio) : NULL;
	if (p->leaf == NULL)
		fault(faults, "--tls-dir: %s holds no certificate in PEM form",
		      path);
	else {
		sans_each(p->leaf, first_name, p);
		check_dates(p, path, faults);
		certlook_chain(p->leaf, bio, warn_of_chain, &warned);
	}
	BIO_free(bio);
}

unsigned
tls_count(const struct buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	unsigned n = 0;
	X509 *x;

	while (bio != NULL && (x = certlook_next(bio)) != NULL) {
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

void
tls_check_host(const struct tls_pair *p, const char *host,
	       struct faults *faults)
{
	if (p->leaf == NULL || certlook_covers(p->leaf, host))
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
