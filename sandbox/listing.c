/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <stddef.h>
#include <string.h>

#include "roles.h"

static void
dump_rule(const struct rule *r, FILE *out)
{
	char conditions[256] = "";
	size_t len = 0;

	for (int i = 0; i < CONDITIONS_MAX; i++) {
		if (r->conditions[i].text == NULL)
			break;
		len += (size_t)snprintf(
		    conditions + len, sizeof(conditions) - len, "%s%s",
		    i == 0 ? "" : ", ", r->conditions[i].text);
		if (len >= sizeof(conditions))
			break;
	}
	fprintf(out, "\t%-16s %s", r->call, conditions);
	if (r->answer != ALLOW)
		fprintf(out, "%sanswered with %s", len == 0 ? "" : ", ",
			r->answer == 0 ? "0" : strerror(r->answer));
	fprintf(out, "%s# %s\n", len == 0 && r->answer == ALLOW ? "" : " ",
		r->why);
}

static void
dump_filter(const char *name, enum role role, enum sandbox_variant variant,
	    FILE *out)
{
	const struct rule *r = NULL;

	fprintf(out, "%s: %u system calls\n", name, roles_count(role, variant));
	while ((r = roles_next(r, role, variant)) != NULL)
		dump_rule(r, out);
	fputc('\n', out);
}

int
sandbox_dump(FILE *out)
{
	dump_filter("parent", ROLE_PARENT, VARIANT_PLAIN, out);
	dump_filter("broker", ROLE_BROKER, VARIANT_PLAIN, out);
	dump_filter("dial", ROLE_DIAL, VARIANT_PLAIN, out);
	dump_filter("dial (--dial)", ROLE_DIAL, VARIANT_PORT, out);
	dump_filter("git", ROLE_GIT, VARIANT_PLAIN, out);
	dump_filter("git (ssh)", ROLE_GIT, VARIANT_SSH, out);
	dump_filter("git (directory)", ROLE_GIT, VARIANT_LOCAL, out);
	dump_filter("render", ROLE_RENDER, VARIANT_PLAIN, out);
	dump_filter("render worker", ROLE_RENDER, VARIANT_WORKER, out);
	dump_filter("keys", ROLE_KEYS, VARIANT_PLAIN, out);
	dump_filter("serve", ROLE_SERVE, VARIANT_PLAIN, out);
	dump_filter("log", ROLE_LOG, VARIANT_PLAIN, out);
	dump_filter("init (of a guest)", ROLE_INIT, VARIANT_PLAIN, out);
	return ferror(out) || fflush(out) == EOF;
}

#endif
