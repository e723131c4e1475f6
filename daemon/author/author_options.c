/* SPDX-License-Identifier: ISC */
#include "author.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../pool.h"
#include "../rewind.h"
#include "author_source.h"

const char author_help[] =
    "and for authors:\n"
    "  blogd preview [DIR]        serve the files of DIR on this machine, and\n"
    "                             reload pages when they change\n"
    "  blogd check [DIR]          say what would be dropped, broken links...\n"
    "  blogd init [DIR]           make a blog to begin with\n"
    "  blogd new [DIR] TITLE      begin an article\n"
    "  blogd export TO            write the site as files\n"
    "  blogd hash [DIR]           print the site's digest\n"
    "                             (blogd check -h and so on: their options)\n";

enum {
	LONG_GIT = 256,
	LONG_FORMAT,
	LONG_PORT,
	LONG_FROM,
	LONG_WORKERS,
	LONG_STAGED
};

/* Which of them a command has. */
enum {
	HAS_CONF = 1,
	HAS_GIT = 2,
	HAS_FORMAT = 4,
	HAS_PORT = 8,
	HAS_FROM = 16,
	HAS_WORKERS = 32,
	HAS_STAGED = 64
};

static const struct option options[] = {
    {"git", required_argument, NULL, LONG_GIT},
    {"staged", no_argument, NULL, LONG_STAGED},
    {"format", required_argument, NULL, LONG_FORMAT},
    {"port", required_argument, NULL, LONG_PORT},
    {"from", required_argument, NULL, LONG_FROM},
    {"workers", required_argument, NULL, LONG_WORKERS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

static const struct usage {
	const char *name, *line, *text;
	int has, words; /* that it may have; the first is DIR unless said */
} usages[] = {
    {"check",
     "blogd check [DIR] [--staged | --git REV] [--format text|json|github]",
     "Reports what would not be published, broken links and more; ends with 1\n"
     "when there are errors.\n",
     HAS_CONF | HAS_GIT | HAS_STAGED | HAS_FORMAT | HAS_WORKERS, 1},
    {"preview", "blogd preview [DIR] [--port N]",
     "Serves the files of DIR at http://localhost:N/ and reloads pages when\n"
     "they change.\n",
     HAS_CONF | HAS_PORT | HAS_WORKERS, 1},
    {"init", "blogd init [DIR]",
     "Makes the files of a new blog, and a Git repository of them.\n", 0, 1},
    {"new", "blogd new [DIR] TITLE", "Begins an article.\n", 0, 2},
    {"export", "blogd export TO [--from DIR | --git REV]",
     "Writes the site as files to the directory TO.\n",
     HAS_CONF | HAS_GIT | HAS_FROM | HAS_WORKERS, 1},
    {"hash", "blogd hash [DIR | --git REV]",
     "Prints SHA-256 of all that would be published.\n",
     HAS_CONF | HAS_GIT | HAS_WORKERS, 1}};

struct reading {
	struct author_options *o;
	const struct usage *usage;
	FILE *complain;
};

static int
bad(const struct reading *r, const char *what, const char *word)
{
	fprintf(r->complain, "blogd %s: %s%s%s\nusage: %s\n", r->usage->name,
		what, word != NULL ? " " : "", word != NULL ? word : "",
		r->usage->line);
	return -1;
}

static int
help(const struct reading *r, FILE *out)
{
	int has = r->usage->has;

	fprintf(out, "usage: %s\n%s", r->usage->line, r->usage->text);
	if (has & HAS_CONF)
		fputs("  -f FILE        with the settings of this blogd.conf\n",
		      out);
	if (has & HAS_GIT)
		fputs("  --git REV      of this commit, not of the files\n",
		      out);
	if (has & HAS_STAGED)
		fputs(
		    "  --staged       of what `git commit` would commit now\n",
		    out);
	if (has & HAS_FORMAT)
		fputs("  --format F     text, json, or github for its "
		      "annotations\n",
		      out);
	if (has & HAS_PORT)
		fputs("  --port N       instead of 8080\n", out);
	if (has & HAS_FROM)
		fputs("  --from DIR     where the site is, instead of \".\"\n",
		      out);
	if (has & HAS_WORKERS)
		fputs("  --workers N    processes that render\n", out);
	return 1;
}

static int
number(const char *text, unsigned long max, unsigned *n)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || v < 1 || v > max)
		return -1;
	*n = (unsigned)v;
	return 0;
}

static int
set_format(const struct reading *r, const char *word)
{
	static const char *const words[] = {[FORMAT_TEXT] = "text",
					    [FORMAT_JSON] = "json",
					    [FORMAT_GITHUB] = "github"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0) {
			r->o->format = (enum author_format)i;
			return 0;
		}
	return bad(r, "--format is text, json or github, not", word);
}

static int
set_revision(const struct reading *r, const char *revision)
{
	if (r->o->revision != NULL && strcmp(r->o->revision, revision) != 0 &&
	    (strcmp(r->o->revision, AUTHOR_STAGED) == 0 ||
	     strcmp(revision, AUTHOR_STAGED) == 0))
		return bad(r, "--staged and --git exclude each other", NULL);
	r->o->revision = revision;
	return 0;
}

static int
set(const struct reading *r, int c, const char *value)
{
	struct author_options *o = r->o;

	switch (c) {
	case 'f':
		o->conf = value;
		return 0;
	case LONG_GIT:
		return set_revision(r, value);
	case LONG_STAGED:
		return set_revision(r, AUTHOR_STAGED);
	case LONG_FROM:
		o->dir = value;
		return 0;
	case LONG_FORMAT:
		return set_format(r, value);
	case LONG_PORT:
		return number(value, 65535, &o->port) == 0
			   ? 0
			   : bad(r, "--port is 1 to 65535, not", value);
	default:
		return number(value, POOL_WORKERS_MAX, &o->workers) == 0
			   ? 0
			   : bad(r, "--workers is 1 to 64, not", value);
	}
}

static int
has_option(const struct usage *u, int c)
{
	static const struct {
		int c, has;
	} all[] = {{'f', HAS_CONF},	      {LONG_GIT, HAS_GIT},
		   {LONG_FORMAT, HAS_FORMAT}, {LONG_PORT, HAS_PORT},
		   {LONG_FROM, HAS_FROM},     {LONG_WORKERS, HAS_WORKERS},
		   {LONG_STAGED, HAS_STAGED}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].c == c)
			return (u->has & all[i].has) != 0;
	return 0;
}

/* DIR, TITLE, TO. */
static int
take_words(const struct reading *r, int n, char **words)
{
	struct author_options *o = r->o;

	if (n > r->usage->words)
		return bad(r, "unexpected argument", words[r->usage->words]);
	if (strcmp(r->usage->name, "new") == 0) {
		if (n == 0 ||
		    words[n - 1][strspn(words[n - 1], " \t\r\n")] == '\0')
			return bad(r, "TITLE is missing", NULL);
		o->title = words[n - 1];
		o->dir = n == 2 ? words[0] : o->dir;
	} else if (strcmp(r->usage->name, "export") == 0) {
		if (n == 0)
			return bad(r, "TO is missing", NULL);
		o->output = words[0];
	} else if (n == 1) {
		o->dir = words[0];
	}
	return 0;
}

static int
read_all(const struct reading *r, int argc, char **argv, FILE *out)
{
	int c;

	while ((c = getopt_long(argc, argv, ":hf:", options, NULL)) != -1) {
		if (c == ':')
			return bad(r, "an argument is missing behind",
				   argv[optind - 1]);
		if (c == 'h')
			return help(r, out);
		if (c == '?' || !has_option(r->usage, c))
			return bad(r, "unknown option", argv[optind - 1]);
		if (set(r, c, optarg) == -1)
			return -1;
	}
	return take_words(r, argc - optind, argv + optind);
}

int
author_options_read(struct author_options *o, int argc, char **argv, FILE *out,
		    FILE *complain)
{
	struct reading r = {.o = o, .complain = complain};

	memset(o, 0, sizeof(*o));
	o->dir = ".";
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
		if (strcmp(usages[i].name, argv[1]) == 0)
			r.usage = &usages[i];
	if (r.usage == NULL)
		return -1;
	rewind_getopt();
	return read_all(&r, argc - 1, argv + 1, out);
}
