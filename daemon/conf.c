/* SPDX-License-Identifier: ISC */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "check_files.h"
#include "conf_draft.h"
#include "conf_remote.h"
#include "utf8.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif

#define FILE_BYTES_MAX (1U << 20)
#define PROBLEMS_MAX   100
#define WARNINGS_MAX   50 /* the rest is for what is more than that */

/* ------------------------------------------------------------- problems -- */

/* Room for one more, or NULL when there are enough. */
static struct conf_problem *
add_problem(struct conf_problems *p, int line)
{
	if (p->n == PROBLEMS_MAX)
		return NULL;
	p->list = xreallocarray(p->list, p->n + 1, sizeof(*p->list));
	p->list[p->n].line = line;
	return &p->list[p->n++];
}

void
draft_problem(struct draft *d, int line, const char *fmt, ...)
{
	struct conf_problem *one = add_problem(&d->problems, line);
	va_list ap;

	if (one == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(one->text, sizeof(one->text), fmt, ap);
	va_end(ap);
}

void
draft_warning(struct draft *d, int line, const char *fmt, ...)
{
	const size_t before = strlen("warning: ");
	struct conf_problem *one = NULL;
	va_list ap;

	if (d->problems.warnings < WARNINGS_MAX)
		one = add_problem(&d->problems, line);
	if (one == NULL)
		return;
	memcpy(one->text, "warning: ", before);
	va_start(ap, fmt);
	vsnprintf(one->text + before, sizeof(one->text) - before, fmt, ap);
	va_end(ap);
	d->problems.warnings++;
}

void
conf_problems_free(struct conf_problems *p)
{
	free(p->list);
	*p = (struct conf_problems){0};
}

/* By line; what is about the whole comes last.  Insertion keeps the order of
 * problems on one line. */
static void
sort_problems(struct conf_problems *p)
{
	for (size_t i = 1; i < p->n; i++) {
		struct conf_problem one = p->list[i];
		size_t j = i;

		for (; j > 0 && (unsigned)p->list[j - 1].line - 1 >
				    (unsigned)one.line - 1;
		     j--)
			p->list[j] = p->list[j - 1];
		p->list[j] = one;
	}
}

/* Returns how many of them are more than warnings. */
static int
print_problems(struct conf_problems *p, const char *file, FILE *out)
{
	sort_problems(p);
	for (size_t i = 0; i < p->n; i++) {
		if (p->list[i].line == LINE_COMMAND)
			fputs("command line", out);
		else
			utf8_print(out, file);
		if (p->list[i].line > 0)
			fprintf(out, ":%d", p->list[i].line);
		fputs(": ", out);
		utf8_print(out, p->list[i].text);
		putc('\n', out);
	}
	return (int)(p->n - p->warnings);
}

/* ------------------------------------------------------------- the file -- */

static int
read_all(int fd, struct buf *text)
{
	ssize_t n;

	do {
		buf_reserve(text, 4096);
		n = read(fd, text->data + text->len, 4096);
		if (n > 0)
			text->len += (size_t)n;
	} while ((n > 0 && text->len <= FILE_BYTES_MAX) ||
		 (n == -1 && errno == EINTR));
	return n == -1 ? -1 : 0;
}

static void
report_unreadable(struct draft *d, int error, int chosen)
{
	if (error == ENOENT && !chosen)
		draft_problem(
		    d, LINE_NONE,
		    "there is no such file: write it "
		    "(blogd.conf(5) begins with an example), or name another "
		    "with -f, or a repository with --remote");
	else
		draft_problem(
		    d, LINE_NONE, "cannot be read: %s%s", strerror(error),
		    error == ENOENT
			? ": give the path of a configuration behind -f"
			: "");
}

/* The text of the file; -1 with a problem in d. */
static int
read_file(struct draft *d, int chosen, struct buf *text)
{
	int fd = open(d->conf.file, O_RDONLY | O_CLOEXEC), rc;

	rc = fd == -1 ? -1 : read_all(fd, text);
	if (rc == -1)
		report_unreadable(d, errno, chosen);
	else if (text->len > FILE_BYTES_MAX) {
		draft_problem(d, LINE_NONE,
			      "is larger than 1 MiB: this is no "
			      "configuration");
		rc = -1;
	} else if (text->len > 0 && memchr(text->data, '\0', text->len)) {
		draft_problem(d, LINE_NONE,
			      "holds a NUL byte: this is no text "
			      "file");
		rc = -1;
	}
	if (fd != -1)
		close(fd);
	return rc;
}

/* Absolute path of the file, and of its directory as the base of others. */
static int
set_file(struct draft *d, const char *cwd, const char *file)
{
	const char *slash;

	if (conf_path(d->conf.file, sizeof(d->conf.file), cwd, file) == -1) {
		draft_problem(d, LINE_NONE, "the path is too long");
		return -1;
	}
	slash = strrchr(d->conf.file, '/');
	snprintf(d->base, sizeof(d->base), "%.*s",
		 slash > d->conf.file ? (int)(slash - d->conf.file) : 1,
		 d->conf.file);
	return 0;
}

/* -1 when so much is wrong that nothing can be said about the whole. */
static int
load_file(struct draft *d, const char *file, int chosen, const char *cwd)
{
	struct buf text = {0};
	char path[PATH_LEN];
	int rc = -1;

	if (set_file(d, cwd, file) == 0 && read_file(d, chosen, &text) == 0) {
		memcpy(path, d->conf.file, sizeof(path));
		rc = conf_file_parse(d, buf_cstr(&text)) > 0 ? -1 : 0;
		memcpy(d->conf.file, path, sizeof(path));
	}
	buf_free(&text);
	return rc;
}

/* ---------------------------------------------------------------- whole -- */

/* What relative paths of the command line start from, also when they are read
 * again after the daemon has gone to "/". */
static const char *
started_in(void)
{
	static char directory[PATH_LEN];

	if (directory[0] == '\0' &&
	    getcwd(directory, sizeof(directory)) == NULL)
		memcpy(directory, "/", 2);
	return directory;
}

int
conf_load_from(struct conf *conf, const struct conf_options *opt,
	       const char *standard, FILE *out)
{
	struct draft *d = xcalloc(1, sizeof(*d));
	const char *file = opt->file != NULL ? opt->file : standard;
	const char *cwd = started_in();
	int rc = 0, n;

	memcpy(d->base, cwd, strlen(cwd) + 1);
	d->opens_none = opt->dial;
	draft_reset(d);
	if (opt->file != NULL || opt->remote == NULL || access(file, F_OK) == 0)
		rc = load_file(d, file, opt->file != NULL, cwd);
	conf_override(d, opt, cwd);
	if (rc == 0)
		conf_check(d, opt, cwd);
	if (opt->files && d->problems.n == 0)
		check_files(d, opt->remote != NULL
				   ? LINE_COMMAND
				   : draft_line(d, "site", "repository"));
	n = print_problems(&d->problems, file, out);
	if (n == 0)
		memcpy(conf, &d->conf, sizeof(*conf));
	conf_problems_free(&d->problems);
	free(d);
	return n;
}

int
conf_load(struct conf *conf, const struct conf_options *opt, FILE *out)
{
	return conf_load_from(conf, opt, SYSCONFDIR "/blogd/blogd.conf", out);
}

void
conf_standard(struct conf *conf)
{
	struct draft *d = xcalloc(1, sizeof(*d));

	draft_reset(d);
	*conf = d->conf;
	free(d);
}
