/* SPDX-License-Identifier: ISC */
#include "../../daemon/fdnames.h"

#include "fuzz.h"

/* The input: LISTEN_FDS, a NUL, and LISTEN_FDNAMES.  What a name is read as
 * must be written as that name again, so that no two names are one thing. */

static void
check_stored(const char *name)
{
	char again[FDNAME_MAX + 1] = "";
	struct stored_listen l;
	struct stored_site s;
	uint32_t n;
	int known = 0;

	if (stored_listen_read(name, &l) == 0) {
		CHECK(fdnames_kind(name) == PASSED_LISTEN);
		stored_listen_write(again, &l);
		known++;
	}
	if (stored_segment_read(name, &n) == 0) {
		CHECK(fdnames_kind(name) == PASSED_SEGMENT);
		stored_segment_write(again, n);
		known++;
	}
	if (stored_site_read(name, &s) == 0) {
		CHECK(fdnames_kind(name) == PASSED_SITE);
		CHECK(s.nsegments >= 1 && s.nsegments <= SEGMENTS_MAX);
		stored_site_write(again, &s);
		known++;
	}
	CHECK(known <= 1);
	CHECK(known == 0 || strcmp(name, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *names[PASSED_MAX];
	char *text = xmalloc(len + 1), *list;
	struct err err;
	unsigned n;

	memcpy(text, data, len);
	text[len] = '\0';
	list = text + strlen(text);
	if (list < text + len)
		list++;
	check_stored(list);
	n = fdnames_count(text, &err);
	CHECK(n <= PASSED_MAX);
	if (n > 0 && fdnames_split(list, names, n, &err) == 0)
		for (unsigned i = 0; i < n; i++) {
			CHECK(strlen(names[i]) >= 1);
			CHECK(strlen(names[i]) <= FDNAME_MAX);
			CHECK(fdnames_kind(names[i]) <= PASSED_NONE);
			check_stored(names[i]);
		}
	free(text);
	return 0;
}
