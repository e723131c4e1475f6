/* SPDX-License-Identifier: ISC */
#include <sys/mman.h>

#include <openssl/evp.h>

#include "../log.h"
#include "../memfd.h"
#include "author_once.h"

static EVP_MD *sha256;

/* The library looks for its configuration the first time. */
static void
warm_up(void)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256 == NULL || EVP_Digest("", 0, hash, NULL, sha256, NULL) != 1)
		fatalx("libcrypto has no SHA-256");
}

static void
add(EVP_MD_CTX *c, const void *data, size_t len)
{
	if (EVP_DigestUpdate(c, data, len) != 1)
		fatalx("SHA-256 failed");
}

/* Each part with its length, so that two cannot look like one. */
static void
add_part(EVP_MD_CTX *c, int fd)
{
	struct err err;
	size_t size;
	const void *map = memfd_map(fd, &size, &err);
	unsigned char length[8];

	if (map == NULL)
		fatalx("the snapshot: %s", err.text);
	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)size >> (56 - 8 * i));
	add(c, length, sizeof(length));
	add(c, map, size);
	munmap((void *)(uintptr_t)map, size);
}

/* Index and segments: all that readers can get. */
static void
print_digest(const struct published *p)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned len;

	if (c == NULL || EVP_DigestInit_ex(c, sha256, NULL) != 1)
		fatalx("SHA-256 failed");
	for (unsigned i = 0; i < p->nfds; i++)
		add_part(c, p->fds[i]);
	if (EVP_DigestFinal_ex(c, hash, &len) != 1)
		fatalx("SHA-256 failed");
	for (unsigned i = 0; i < len; i++)
		printf("%02x", hash[i]);
	putchar('\n');
	EVP_MD_CTX_free(c);
}

int
author_hash(const struct author_options *o)
{
	static struct conf conf;
	struct author_once once = {0};

	if (author_conf(&conf, o) == -1)
		return 2;
	warm_up();
	author_once(&once, &conf, o, NOW_SOURCE, NULL);
	if (once.shallow) {
		fputs("blogd hash: this is a shallow repository, whose dates "
		      "are not known (git fetch --unshallow)\n",
		      stderr);
		return 1;
	}
	if (once.made == NULL)
		author_problems_print(&once.problems, FORMAT_TEXT, 0, stderr);
	else
		print_digest(once.made);
	return once.made != NULL && fflush(stdout) == 0 ? 0 : 1;
}
