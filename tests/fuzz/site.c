/* SPDX-License-Identifier: ISC */
#include "../unit/site_fixture.h"
#include "fuzz.h"

/*
 * A repository made from bytes: files are set apart by 0xff, each a line "PATH
 * DATE" and the text.  Built twice: the second time all files but the first are
 * unchanged, so catalogue and previous snapshot are read.
 */
#define FILES 12

struct tree {
	struct fx_file file[FILES];
	char *path[FILES], *text[FILES];
	size_t n;
};

static int
known(const struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->path[i], path) == 0)
			return 1;
	return 0;
}

static void
add_file(struct tree *t, struct slice file)
{
	struct slice line = fuzz_until(&file, '\n');
	struct slice path = fuzz_until(&line, ' ');
	char *name = xstrndup(path.data, path.len);
	char *date = xstrndup(line.data, line.len);

	if (source_path_valid(slice_of(name)) && !known(t, name)) {
		t->path[t->n] = name;
		t->text[t->n] = xstrndup(file.data, file.len);
		t->file[t->n] = (struct fx_file){
		    .path = name, .text = t->text[t->n], .len = file.len};
		t->file[t->n].created = strtoll(date, NULL, 10);
		t->n++;
	} else {
		free(name);
	}
	free(date);
}

/* Nothing has changed, so nothing is made again. */
static void
build_again(struct tree *t, const struct fx *first)
{
	struct fx fx;

	for (size_t i = 1; i < t->n; i++)
		t->file[i].same = 1;
	fx_defaults(&fx);
	fx_build(&fx, t->file, t->n, first);
	CHECK(fx.site != NULL && fx.composed == 0);
	fx_free(&fx);
}

static void
build(struct tree *t)
{
	struct fx fx;

	fx_defaults(&fx);
	fx_build(&fx, t->file, t->n, NULL);
	CHECK(fx.site != NULL || fx.err.text[0] != '\0');
	if (fx.site != NULL)
		build_again(t, &fx);
	fx_free(&fx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice rest = {(const char *)data, len};
	struct tree t = {.n = 0};

	while (rest.len > 0 && t.n < FILES)
		add_file(&t, fuzz_until(&rest, (char)0xff));
	build(&t);
	while (t.n > 0) {
		free(t.path[--t.n]);
		free(t.text[t.n]);
	}
	return 0;
}
