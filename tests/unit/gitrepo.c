/* SPDX-License-Identifier: ISC */
#include "gitrepo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* A user's own settings must not change what the tests see. */
static void
clean_environment(const struct gitrepo *r)
{
	setenv("R", r->path, 1);
	setenv("HOME", r->dir, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_AUTHOR_NAME", "A", 1);
	setenv("GIT_AUTHOR_EMAIL", "a@example.org", 1);
	setenv("GIT_COMMITTER_NAME", "C", 1);
	setenv("GIT_COMMITTER_EMAIL", "c@example.org", 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
}

int
gitrepo_begin(struct gitrepo *r)
{
	const char *tmp = getenv("TMPDIR");

	if (system("git --version >/dev/null 2>&1") != 0)
		return -1;
	snprintf(r->dir, sizeof(r->dir), "%s/blogd-test-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->path, sizeof(r->path), "%s/bare.git", r->dir);
	clean_environment(r);
	gitrepo_run(r, NULL,
		    "git init -q --bare \"$R\" && "
		    "git -C \"$R\" symbolic-ref HEAD refs/heads/main");
	return 0;
}

void
gitrepo_end(struct gitrepo *r)
{
	gitrepo_run(r, NULL, "rm -rf \"$(dirname \"$R\")\"");
}

void
gitrepo_run(const struct gitrepo *r, struct buf *out, const char *fmt, ...)
{
	struct buf command = {0};
	char part[4096], text[4096];
	va_list ap;
	FILE *f;
	size_t n;

	va_start(ap, fmt);
	n = (size_t)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_true(n < sizeof(text));
	buf_printf(&command, "cd '%s' && { %s ; }", r->dir, text);
	if (out != NULL)
		buf_clear(out);
	f = popen(buf_cstr(&command), "r");
	assert_non_null(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		if (out != NULL)
			buf_add(out, part, n);
	if (pclose(f) != 0)
		fail_msg("failed: %s", command.data);
	buf_free(&command);
}

void
gitrepo_import(const struct gitrepo *r, const struct buf *stream)
{
	char name[300];
	FILE *f;

	snprintf(name, sizeof(name), "%s/stream", r->dir);
	f = fopen(name, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(stream->data, 1, stream->len, f), stream->len);
	assert_int_equal(fclose(f), 0);
	gitrepo_run(r, NULL,
		    "git -C \"$R\" fast-import --quiet --force < stream");
}
