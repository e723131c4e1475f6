/* SPDX-License-Identifier: ISC */
#include "conf_draft.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_HINT 40 /* longer words are no slips of the pen */

/* What other servers, and other minds, call our options. */
static const struct synonym {
	const char *word;
	const char *section, *option;
} synonyms[] = {
    {"access", "site", "repository"},
    {"access-log", "log", "access"},
    {"address", "root", "http"},
    {"alias", "site", "names"},
    {"aliases", "site", "names"},
    {"bind", "root", "http"},
    {"blog", NULL, "site"},
    {"blog-name", "site", "name"},
    {"branch", "site", "repository"},
    {"ca-bundle", "site", "ca"},
    {"ca-file", "site", "ca"},
    {"cafile", "site", "ca"},
    {"cert", "site", "certificate"},
    {"chain", "site", "certificate"},
    {"client-max-body-size", "serve", "max-body"},
    {"csp", "site", "content-security-policy"},
    {"deploy-key", "site", "ssh-key"},
    {"domain", "site", "names"},
    {"entries", "render", "feed-entries"},
    {"fingerprint", "site", "host-key"},
    {"fullchain", "site", "certificate"},
    {"git", "site", "repository"},
    {"group", "root", "user"},
    {"homepage", "site", "index"},
    {"host", NULL, "site"},
    {"identity", "site", "ssh-key"},
    {"identity-file", "site", "ssh-key"},
    {"index-page", "site", "index"},
    {"interval", "site", "poll"},
    {"keepalive-timeout", "serve", "idle-timeout"},
    {"known-hosts", "site", "host-key"},
    {"listen", "root", "http"},
    {"login", "site", "username"},
    {"maxconn", "serve", "max-connections"},
    {"password", "site", "password-file"},
    {"port", "root", "http"},
    {"priv-key", "site", "key"},
    {"private-key", "site", "key"},
    {"privkey", "site", "key"},
    {"prometheus", "root", "metrics"},
    {"refresh", "site", "poll"},
    {"remote", "site", "repository"},
    {"repo", "site", "repository"},
    {"root", "site", "repository"},
    {"run-as", "root", "user"},
    {"secret", "site", "password-file"},
    {"server", NULL, "site"},
    {"server-name", "site", "names"},
    {"socket", "root", "control"},
    {"source", "site", "repository"},
    {"ssl", "root", "https"},
    {"ssl-certificate", "site", "certificate"},
    {"ssl-certificate-key", "site", "key"},
    {"strict-transport-security", "site", "hsts"},
    {"threads", "serve", "processes"},
    {"title", "site", "name"},
    {"tls-cert", "site", "certificate"},
    {"tls-certificate", "site", "certificate"},
    {"tls-key", "site", "key"},
    {"tls-port", "root", "https"},
    {"token", "site", "password-file"},
    {"url", "site", "repository"},
    {"vhost", NULL, "site"},
    {"virtualhost", NULL, "site"},
    {"webhook", "site", "hook"},
    {"webhook-secret", "site", "hook"},
    {"worker-connections", "serve", "max-connections"},
    {"worker-processes", "serve", "processes"},
};

/* Which sections stand in which. */
static const struct {
	const char *section, *parent;
} sections[] = {{"site", "root"},   {"serve", "root"}, {"keys", "root"},
		{"log", "root"},    {"tls", "site"},   {"fetch", "site"},
		{"render", "site"}, {NULL, NULL}};

static int
min3(int a, int b, int c)
{
	int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance; 99 for words too long to be compared. */
static int
distance(const char *a, const char *b)
{
	int row[NAME_MAX_HINT + 1], diagonal, above;
	size_t la = strlen(a), lb = strlen(b);

	if (la > NAME_MAX_HINT || lb > NAME_MAX_HINT)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= lb; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[lb];
}

/* "TLS_Cert" is "tls-cert". */
static void
fold(char *out, size_t room, const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0' && i + 1 < room; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		out[i] = c == '_' ? '-' : c;
	}
	out[i] = '\0';
}

struct guess {
	const char *section; /* NULL: the name is a section's */
	const char *name;
	int distance;
};

static void
offer(struct guess *g, const char *section, const char *name, int d)
{
	if (d < g->distance) {
		g->section = section;
		g->name = name;
		g->distance = d;
	}
}

/* Options in the section at hand win over the same distance elsewhere. */
static void
guess_spelling(struct guess *g, const char *here, const char *word)
{
	for (size_t i = 0; sections[i].section != NULL; i++)
		offer(g, NULL, sections[i].section,
		      2 * distance(word, sections[i].section) + 1);
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		offer(g, o->section, o->name,
		      2 * distance(word, o->name) +
			  (strcmp(o->section, here) != 0));
}

static int
guess_synonym(struct guess *g, const char *word)
{
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (strcmp(word, synonyms[i].word) == 0) {
			g->section = synonyms[i].section;
			g->name = synonyms[i].option;
			return 1;
		}
	return 0;
}

static const char *
parent_of(const char *section)
{
	for (size_t i = 0; sections[i].section != NULL; i++)
		if (strcmp(sections[i].section, section) == 0)
			return sections[i].parent;
	return "";
}

void
conf_hint(char *message, size_t room, const char *section, const char *name)
{
	size_t used = strlen(message);
	char word[NAME_MAX_HINT + 2];
	struct guess g = {.distance = 99};
	int near;

	fold(word, sizeof(word), name);
	near = 2 * (strlen(word) > 5 ? 2 : 1) + 1;
	guess_spelling(&g, section, word);
	/* An exact word in the wrong section is surer than a synonym. */
	if (g.distance > 1 && !guess_synonym(&g, word) && g.distance > near)
		return;
	if (g.section != NULL && strcmp(g.section, section) == 0)
		snprintf(message + used, room - used, " (did you mean \"%s\"?)",
			 g.name);
	else if (g.section == NULL)
		snprintf(message + used, room - used,
			 " (did you mean the section \"%s\"%s?)", g.name,
			 strcmp(parent_of(g.name), section) == 0 ? ""
			 : strcmp(parent_of(g.name), "root") == 0
			     ? ", outside of this one"
			     : ", inside of \"site\"");
	else
		snprintf(message + used, room - used,
			 " (did you mean \"%s\" %s%s?)", g.name,
			 strcmp(g.section, "root") == 0
			     ? "outside of all sections"
			     : "in the section ",
			 strcmp(g.section, "root") == 0 ? "" : g.section);
}
