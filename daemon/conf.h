/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_CONF_H
#define BLOGD_CONF_H

#include <stdint.h>
#include <stdio.h>

#include "control.h"
#include "settings.h"
#include "syslog_address.h"

/*
 * blogd.conf(5) and the command line, as the parent holds them.  conf_load
 * parses and checks; it opens none of the files it names, unless asked to.  The
 * role structs are complete and are sent to the processes as they are.
 */
#define PATH_LEN      1024
#define LISTEN_MAX    16
#define CERTS_MAX     8
#define PROCESSES_MAX 64

struct conf_listen {
	char text[HOST_MAX + 8]; /* as written, for messages */
	char host[HOST_MAX];	 /* "*": any, IPv6 and IPv4; or a path */
	char port[8];		 /* "0": any free one (logged); "": Unix */
	int tls;
	int metrics; /* for Prometheus: readers find nothing there */
};

enum access_to { ACCESS_OFF, ACCESS_STDERR, ACCESS_FILE };

struct conf_access {
	uint32_t to; /* enum access_to */
	char path[PATH_LEN];
};

struct conf_cert {
	char certificate[PATH_LEN];
	char key[PATH_LEN];
};

struct conf_site {
	char title[URL_MAX]; /* of the section, for messages */
	struct dial_settings dial;
	struct git_settings git;
	struct render_settings render;
	char ca[PATH_LEN];		    /* "": the system's bundle */
	char ssh_key[PATH_LEN];		    /* "": none */
	char password[PATH_LEN];	    /* file; "": none */
	char dial_socket[CONTROL_PATH_LEN]; /* of blogd --dial; "": a process
					       of its own */
	struct conf_cert cert[CERTS_MAX];
	uint32_t ncerts;
	uint32_t poll_s;	  /* 0: never */
	uint32_t hook_interval_s; /* least time between fetches by hook */
};

struct conf {
	char file[PATH_LEN]; /* "": command line only */
	char user[64];	     /* whom root becomes */
	struct conf_listen listen[LISTEN_MAX];
	uint32_t nlisten;
	char control[CONTROL_PATH_LEN]; /* blogctl's socket; "": none */
	uint32_t socket_mode;		/* of Unix sockets for readers */
	uint32_t sandbox;		/* enum demand */
	uint32_t processes;		/* serve: 1 to PROCESSES_MAX */
	uint32_t drain_s;		/* how long an old serve may finish */
	struct conf_access access;
	char syslog[SYSLOG_ADDRESS_MAX]; /* of a server; "": none */
	struct keys_settings keys;
	struct serve_settings serve;
	struct conf_site site; /* one for now; the grammar has room for more */
};

/* The command line's overrides; NULL or -1: not given. */
struct conf_options {
	const char *file;   /* -f */
	const char *remote; /* -r, --remote URL[#branch] */
	const char *index;  /* -i, --index PAGE */
	const char *name;   /* --name NAME */
	const char *hook;   /* --hook NAME */
	const char *port;   /* -p, --port PORT */
	const char *tls;    /* --tls PORT */
	int dial;  /* --dial: no file but the configuration is opened */
	int files; /* -n: those that it names are looked at as well */
};

/* Parses and checks.  Every problem found is printed to `out` as
 * "file:line: message" (or "command line: message"); returns how many there
 * were, 0 when *conf is good. */
int conf_load(struct conf *conf, const struct conf_options *opt, FILE *out);

/* What holds when nothing is configured, but for what a site must say. */
void conf_standard(struct conf *conf);

#endif
