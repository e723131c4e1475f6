/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "author_once.h"

static void
print(const struct author_once *once, enum author_format format, int colour)
{
	size_t articles = once->made != NULL ? once->counts.articles : 0;

	if (format == FORMAT_JSON) {
		author_problems_json(&once->problems, articles, stdout);
		return;
	}
	author_problems_print(&once->problems, format,
			      format == FORMAT_TEXT && colour, stdout);
	author_problems_summary(&once->problems, articles, stdout);
}

int
author_check(const struct author_options *o)
{
	static struct conf conf;
	struct author_once once = {0};
	int bad, colour = author_colour(stdout); /* asked before the jail */

	if (author_conf(&conf, o) == -1)
		return 2;
	author_once(&once, &conf, o, NOW_CLOCK, NULL);
	print(&once, o->format, colour);
	bad = author_problems_count(&once.problems, SEVERITY_ERROR) > 0;
	author_once_free(&once);
	return fflush(stdout) == 0 && !bad ? 0 : 1;
}
