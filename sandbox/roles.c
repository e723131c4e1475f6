/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <stddef.h>
#include <string.h>

#include "rules.h"

static unsigned
jail_of(enum role role, enum sandbox_variant variant)
{
	switch (role) {
	case ROLE_PARENT:
		return PARENT;
	case ROLE_BROKER:
		return BROKER;
	case ROLE_DIAL:
		return variant == VARIANT_PORT ? DIAL | PORT : DIAL;
	case ROLE_GIT:
		return variant == VARIANT_SSH	  ? SSH
		       : variant == VARIANT_LOCAL ? LOCAL
						  : GIT;
	case ROLE_RENDER:
		return variant == VARIANT_WORKER ? WORKER : RENDER;
	case ROLE_KEYS:
		return KEYS;
	case ROLE_SERVE:
		return SERVE;
	case ROLE_LOG:
		return LOG;
	case ROLE_INIT:
		return INIT;
	case ROLE__MAX:
		break;
	}
	return 0;
}

static int
applies(const struct rule *r, unsigned jail)
{
	if (r->jails & jail)
		return 1;
	/* PID 1 of a guest is above the broker. */
	return jail == BROKER && (r->jails & ~(unsigned)INIT) != 0 &&
	       r->answer == ALLOW;
}

const struct rule *
roles_next(const struct rule *prev, enum role role,
	   enum sandbox_variant variant)
{
	unsigned jail = jail_of(role, variant);
	const struct rule *r = prev == NULL ? rules : prev + 1;

	for (; r < rules + nrules; r++)
		if (applies(r, jail))
			return r;
	return NULL;
}

const char *
roles_successor(const char *call)
{
	static const char *const heirs[][2] = {
	    {"access", "faccessat"},
	    {"alarm", "setitimer"},
	    {"dup2", "dup3"},
	    {"epoll_create", "epoll_create1"},
	    {"epoll_wait", "epoll_pwait"},
	    {"lstat", "newfstatat"},
	    {"mkdir", "mkdirat"},
	    {"open", "openat"},
	    {"pause", "ppoll"},
	    {"pipe", "pipe2"},
	    {"poll", "ppoll"},
	    {"readlink", "readlinkat"},
	    {"select", "pselect6"},
	    {"stat", "newfstatat"},
	    {"time", "gettimeofday"}};

	for (size_t i = 0; i < sizeof(heirs) / sizeof(heirs[0]); i++)
		if (strcmp(heirs[i][0], call) == 0)
			return heirs[i][1];
	return NULL;
}

static int
is_clock(const char *call)
{
	return strcmp(call, "clock_gettime") == 0 ||
	       strcmp(call, "gettimeofday") == 0 || strcmp(call, "time") == 0;
}

/* Has no earlier rule of the same filter named this call? */
static int
first_of_call(const struct rule *rule, enum role role,
	      enum sandbox_variant variant)
{
	const struct rule *r = NULL;

	while ((r = roles_next(r, role, variant)) != rule)
		if (strcmp(r->call, rule->call) == 0)
			return 0;
	return 1;
}

unsigned
roles_count(enum role role, enum sandbox_variant variant)
{
	const struct rule *r = NULL;
	unsigned n = 0;

	while ((r = roles_next(r, role, variant)) != NULL)
		n += !is_clock(r->call) && first_of_call(r, role, variant);
	return n;
}

#endif
