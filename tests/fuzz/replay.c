/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <errno.h>

#include "fuzz.h"

/*
 * Runs a fuzzing target over its corpus, without libFuzzer: what once went
 * wrong stays tested.  tests/fuzz/NAME_fuzz takes the files in corpus/NAME, or
 * those on its command line.
 */
static void
replay(const char *path)
{
	struct buf b = {0};
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t n;

	if (f == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	do {
		buf_reserve(&b, 65536);
		n = fread(b.data + b.len, 1, 65536, f);
		b.len += n;
	} while (n > 0);
	fclose(f);
	/* Exactly as large as the input, for what watches memory. */
	exact = xmalloc(b.len > 0 ? b.len : 1);
	memcpy(exact, b.data, b.len);
	LLVMFuzzerTestOneInput(exact, b.len);
	free(exact);
	buf_free(&b);
}

static void
corpus_of(const char *program, char *path, size_t room)
{
	const char *srcdir = getenv("srcdir");
	const char *name = strrchr(program, '/');
	const char *end;

	name = name != NULL ? name + 1 : program;
	end = strstr(name, "_fuzz");
	snprintf(path, room, "%s/tests/fuzz/corpus/%.*s",
		 srcdir != NULL ? srcdir : ".",
		 (int)(end != NULL ? (size_t)(end - name) : strlen(name)),
		 name);
}

/* How many files there were. */
static unsigned
replay_directory(const char *directory)
{
	DIR *d = opendir(directory);
	struct dirent *e;
	unsigned n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[8192];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
		replay(path);
		n++;
	}
	if (d != NULL)
		closedir(d);
	return n;
}

int
main(int argc, char **argv)
{
	char directory[4096];

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	corpus_of(argv[0], directory, sizeof(directory));
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	if (replay_directory(directory) > 0)
		return 0;
	fprintf(stderr, "%s: no input there\n", directory);
	return 1;
}
