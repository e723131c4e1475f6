/* SPDX-License-Identifier: ISC */
#include "../unit/site_fixture.h"
#include "fuzz.h"

/* What render left for its next run comes back with other bytes behind its
 * beginning, which is that of this site.  The bytes of files are not there, so
 * the catalogue is what is believed. */
static const struct fx_file files[] = {
    {.path = "A/one",
     .text = "---\ntitle: One\nauthor: me\ntags: x, y\nabstract: *a*\n"
	     "---\nText\n",
     .created = 1000},
    {.path = "old", .text = "---\nredirect: /A/one\n---\n", .created = 2000},
    {.path = "static/p.txt", .text = "plain", .created = 3000},
};
#define NFILES (sizeof(files) / sizeof(files[0]))
/* Magic, key and commit: see catalogue.h. */
#define BEGINNING (8 + DIGEST_LEN + OID_MAX)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct fx first;
	static struct fx_file same[NFILES];
	struct fx previous, again;
	size_t size = BEGINNING + len;

	if (first.site == NULL) {
		fx_defaults(&first);
		fx_build(&first, files, NFILES, NULL);
		CHECK(first.site != NULL && first.catalogue.len > BEGINNING);
		for (size_t i = 0; i < NFILES; i++) {
			same[i] = files[i];
			same[i].same = 1;
		}
	}
	previous = first;
	previous.catalogue = (struct buf){xmalloc(size), size, size};
	memcpy(previous.catalogue.data, first.catalogue.data, BEGINNING);
	memcpy(previous.catalogue.data + BEGINNING, data, len);
	fx_defaults(&again);
	fx_build(&again, same, NFILES, &previous);
	CHECK(again.site != NULL || again.err.text[0] != '\0');
	fx_free(&again);
	buf_free(&previous.catalogue);
	return 0;
}
