/* SPDX-License-Identifier: ISC */
#include "author.h"

#include <string.h>
#include <unistd.h>

#include "../log.h"

static const struct command {
	const char *name;
	int (*run)(const struct author_options *o);
} commands[] = {{"check", author_check},   {"preview", author_preview},
		{"init", author_init},	   {"new", author_new},
		{"export", author_export}, {"hash", author_hash}};

static const struct command *
find(const char *word)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
	return NULL;
}

int
author_is_command(const char *word)
{
	return find(word) != NULL;
}

/* Else libc would ask about standard output when it is first written to, which
 * may be where nothing can be asked any more. */
static void
give_buffer(void)
{
	static char buffer[BUFSIZ];

	setvbuf(stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF,
		sizeof(buffer));
}

int
author_main(int argc, char **argv)
{
	struct author_options o;
	int r;

	give_buffer();
	r = author_options_read(&o, argc, argv, stdout, stderr);
	if (r != 0)
		return r == -1 ? 2 : fflush(stdout) == 0 ? 0 : 1;
	log_init(LOG_TO_TERMINAL, 0);
	log_patiently();
	log_least(LOG_LEVEL_WARNING);
	return find(argv[1])->run(&o);
}

int
author_conf(struct conf *conf, const struct author_options *o)
{
	struct conf_options file = {.file = o->conf};

	if (o->conf == NULL)
		conf_standard(conf);
	else if (conf_load(conf, &file, stderr) != 0)
		return -1;
	if (o->workers > 0)
		conf->site.render.workers = o->workers;
	return 0;
}
