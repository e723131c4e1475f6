/* SPDX-License-Identifier: ISC */
#include "sans.h"

#include <openssl/x509v3.h>

static void
tell(const GENERAL_NAME *name, void (*each)(void *arg, struct slice name),
     void *arg)
{
	const ASN1_STRING *text;
	int type;

	text = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_DNS && ASN1_STRING_length(text) > 0)
		each(arg,
		     (struct slice){(const char *)ASN1_STRING_get0_data(text),
				    (size_t)ASN1_STRING_length(text)});
}

void
sans_each(const struct x509_st *certificate,
	  void (*each)(void *arg, struct slice name), void *arg)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		tell(sk_GENERAL_NAME_value(names, i), each, arg);
	GENERAL_NAMES_free(names);
}
