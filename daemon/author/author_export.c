/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "author_once.h"
#include "author_writer.h"

static const struct author_options *options;
static struct event_base *base;
static int result = 1;

static void
written(void)
{
	result = 0;
	event_base_loopbreak(base);
}

static void
not_written(const char *why)
{
	fprintf(stderr, "blogd export: %s\n", why);
	event_base_loopbreak(base);
}

static void
start_writer(struct event_base *b)
{
	static const struct author_writer_ops ops = {written, not_written};

	base = b;
	author_writer_start(options->output, &ops);
}

int
author_export(const struct author_options *o)
{
	static struct conf conf;
	struct author_once once = {0};
	int colour = author_colour(stderr); /* asked before the jail */

	if (author_conf(&conf, o) == -1)
		return 2;
	conf.site.render.files = 1;
	options = o;
	author_once(&once, &conf, o, NOW_CLOCK, start_writer);
	author_problems_print(&once.problems, FORMAT_TEXT, colour, stderr);
	if (once.shallow)
		fputs("blogd export: this is a shallow repository: articles "
		      "have the date of its one commit\n",
		      stderr);
	if (once.made == NULL)
		return 1;
	author_writer_write(once.made);
	event_base_dispatch(base);
	if (result == 0)
		printf("%u articles, %u addresses in %s\n",
		       once.counts.articles, once.counts.pages, o->output);
	author_once_free(&once);
	return fflush(stdout) == 0 ? result : 1;
}
