/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "author/author.h"
#include "rewind.h"

#ifdef BLOGD_KEY_IN_SERVE
#define MEASURED " with private keys in serve, for measurements alone"
#else
#define MEASURED ""
#endif

#define SHORT ":dnvVhSTf:r:i:p:"

enum { LONG_NAME = 256, LONG_TLS, LONG_HOOK, LONG_DIAL };

static const struct option long_options[] = {
    {"remote", required_argument, NULL, 'r'},
    {"index", required_argument, NULL, 'i'},
    {"name", required_argument, NULL, LONG_NAME},
    {"port", required_argument, NULL, 'p'},
    {"tls", required_argument, NULL, LONG_TLS},
    {"hook", required_argument, NULL, LONG_HOOK},
    {"dial", no_argument, NULL, LONG_DIAL},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "usage: blogd [-dnSTVhv] [-f blogd.conf] [-r URL[#branch]] [-i page]\n"
    "             [--name name] [-p port] [--tls port] [--hook name] "
    "[--dial]\n";

static const char help[] =
    "  -f FILE            read this configuration\n"
    "  -n                 check it and end\n"
    "  -d                 stay in the foreground, log to standard error\n"
    "  -v                 log more\n"
    "  -S                 print what each process may ask of the system\n"
    "  -T                 test this build on this host\n"
    "  -V                 print the version\n"
    "      --dial             connect to the repository's host for another "
    "blogd,\n"
    "                         on a socket that systemd passes\n"
    "and instead of, or over, a configuration:\n"
    "  -r, --remote URL[#branch]  the blog's Git repository\n"
    "  -i, --index PAGE           what / shows\n"
    "      --name NAME            name of the blog\n"
    "  -p, --port PORT            plain HTTP on this port\n"
    "      --tls PORT             HTTPS, with tls/server.pem and "
    "tls/server.key\n"
    "      --hook NAME            address that asks for an update\n";

static int
set_flag(struct options *o, int c)
{
	switch (c) {
	case 'd':
		o->foreground = 1;
		break;
	case 'n':
		o->check_only = 1;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case 'S':
		o->print_sandbox = 1;
		break;
	case LONG_DIAL:
		o->conf.dial = 1;
		break;
	case 'T':
		o->test_self = 1;
		break;
	default:
		return -1;
	}
	return 0;
}

static int
set_value(struct conf_options *conf, int c, const char *value)
{
	switch (c) {
	case 'f':
		conf->file = value;
		break;
	case 'r':
		conf->remote = value;
		break;
	case 'i':
		conf->index = value;
		break;
	case 'p':
		conf->port = value;
		break;
	case LONG_NAME:
		conf->name = value;
		break;
	case LONG_TLS:
		conf->tls = value;
		break;
	case LONG_HOOK:
		conf->hook = value;
		break;
	default:
		return -1;
	}
	return 0;
}

static enum options_result
bad(FILE *complain, const char *what, const char *word)
{
	fprintf(complain, "blogd: %s%s%s", what, word != NULL ? " " : "",
		word != NULL ? word : "");
	fprintf(complain, "\n%s", usage);
	return OPTIONS_BAD;
}

/* getopt's ':' and '?': optopt is a letter, or 0 for an unknown long option,
 * which then is the word before optind. */
static enum options_result
bad_option(FILE *complain, int c, char **argv)
{
	char letter[3] = {'-', (char)optopt, '\0'};
	int is_long = strncmp(argv[optind - 1], "--", 2) == 0;

	return bad(complain,
		   c == ':' ? "an argument is missing behind"
			    : "unknown option",
		   is_long ? argv[optind - 1] : letter);
}

enum options_result
options_read(struct options *o, int argc, char **argv, FILE *out,
	     FILE *complain)
{
	int c;

	memset(o, 0, sizeof(*o));
	rewind_getopt();
	while ((c = getopt_long(argc, argv, SHORT, long_options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return bad_option(complain, c, argv);
		if (c == 'h') {
			fprintf(out, "%s%s%s", usage, help, author_help);
			return OPTIONS_HELP;
		}
		if (c == 'V') {
			fprintf(out, "blogd %s%s\n", PACKAGE_VERSION, MEASURED);
			return OPTIONS_VERSION;
		}
		if (set_flag(o, c) == -1)
			set_value(&o->conf, c, optarg);
	}
	if (optind < argc)
		return bad(complain, "unexpected argument", argv[optind]);
	return OPTIONS_OK;
}

void
options_parse(struct options *o, int argc, char **argv)
{
	switch (options_read(o, argc, argv, stdout, stderr)) {
	case OPTIONS_BAD:
		exit(2);
	case OPTIONS_HELP:
	case OPTIONS_VERSION:
		exit(fflush(stdout) == 0 ? 0 : 1);
	default:
		break;
	}
}
