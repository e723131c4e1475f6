/* SPDX-License-Identifier: ISC */
#include "certlook.h"

#include <stdio.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

X509 *
certlook_next(BIO *pem)
{
	X509 *x = PEM_read_bio_X509(pem, NULL, NULL, NULL);

	ERR_clear_error();
	return x;
}

void
certlook_date(const ASN1_TIME *date, char text[32])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(date, &tm) != 1 ||
	    strftime(text, 32, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(text, 32, "a date that cannot be read");
}

int
certlook_dates(X509 *leaf, char text[128])
{
	const ASN1_TIME *from = X509_get0_notBefore(leaf);
	const ASN1_TIME *to = X509_get0_notAfter(leaf);
	int early = X509_cmp_time(from, NULL) >= 0;
	char date[32];

	if (!early && X509_cmp_time(to, NULL) > 0)
		return 0;
	certlook_date(early ? from : to, date);
	snprintf(text, 128, "%s %s: %s",
		 early ? "is not valid before" : "has expired at", date,
		 early ? "is this machine's clock right?" : "have it renewed");
	return 1;
}

void
certlook_chain(X509 *leaf, BIO *rest, void (*say)(void *ctx, const char *text),
	       void *ctx)
{
	X509 *below = leaf, *x;
	char text[160];
	unsigned n = 1;

	for (; (x = certlook_next(rest)) != NULL; below = x, n++) {
		snprintf(text, sizeof(text),
			 "certificate %u has not issued the one before it: put "
			 "them in the order site, issuer, issuer's issuer",
			 n + 1);
		if (X509_check_issued(x, below) != X509_V_OK)
			say(ctx, text);
		snprintf(text, sizeof(text),
			 "certificate %u, an issuer's, has expired", n + 1);
		if (X509_cmp_time(X509_get0_notAfter(x), NULL) <= 0)
			say(ctx, text);
		if (below != leaf)
			X509_free(below);
	}
	if (n == 1 && X509_check_issued(leaf, leaf) != X509_V_OK)
		say(ctx, "it holds the site's certificate alone: browsers need "
			 "its issuer's behind it (fullchain.pem)");
	if (below != leaf)
		X509_free(below);
}

int
certlook_covers(X509 *leaf, const char *host)
{
	return X509_check_host(leaf, host, 0,
			       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
			       NULL) == 1 ||
	       X509_check_ip_asc(leaf, host, 0) == 1;
}
