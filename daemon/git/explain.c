/* SPDX-License-Identifier: ISC */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#define HTTP_STATUS "unexpected http status code: "
#define REMOTE_SAYS "remote error: "

/* What libgit2 1.5 and libssh2 say, or the beginning of it, and what it means;
 * where a %s is, their own words are worth showing. */
static const struct {
	const char *starts;
	const char *means;
} meanings[] = {
    {HTTP_STATUS "401", "access is refused (HTTP status 401); check `username` "
			"and `password-file`"},
    {HTTP_STATUS "403", "access is refused (HTTP status 403); check `username` "
			"and `password-file`"},
    {HTTP_STATUS "404",
     "not found (HTTP status 404); check the address and, "
     "for a private repository, `username` and `password-file`"},
    {HTTP_STATUS, "the server answers with an error (%s)"},
    {"server requires authentication", "access needs a kind of log-in other "
				       "than user and password"},
    {"cannot redirect from", "it redirects to another host or scheme (%s); "
			     "configure the address it redirects to"},
    {"unexpected redirect", "it redirects in the middle of a fetch; configure "
			    "the address it redirects to"},
    {"redirect without location", "it redirects to nowhere"},
    {"too many redirects", "it redirects or asks for a password again and "
			   "again; check the address"},
    {"invalid content-type", "there is no Git repository at that address, "
			     "just a web page (%s)"},
    {"no content-type", "there is no Git repository at that address"},
    {"http parser error", "the server does not speak HTTP on that port (%s)"},
    {"early EOF", "the remote ended the connection too early"},
    {"unexpected EOF", "the remote ended the connection too early"},
    {"invalid response", "the server does not speak the Git protocol"},
    {"invalid packet line", "the server does not speak the Git protocol (%s)"},
    {"invalid hex digit", "the server does not speak the Git protocol (%s)"},
    {"Invalid empty packet", "the server does not speak the Git protocol "
			     "(%s)"},
    {"bad packet length", "the server does not speak the Git protocol (%s)"},
    {"failed to start SSH session", "the server does not agree to an ssh "
				    "session (%s)"},
    {"Failed to authenticate SSH session",
     "the ssh log-in failed; is `ssh-key` a private key without "
     "passphrase?"},
    {"fatal: ", "the remote says: %s"},
    {"ERROR: ", "the remote says: %s"},
    {REMOTE_SAYS, "the remote says: %s"},
};

static const char *
meaning(const char *says)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strncmp(says, meanings[i].starts,
			    strlen(meanings[i].starts)) == 0)
			return meanings[i].means;
	return "%s";
}

/* Writes the meaning with the words in place of its %s. */
static void
expand(char *out, size_t size, const char *form, const char *words)
{
	const char *hole = strstr(form, "%s");
	int before = hole != NULL ? (int)(hole - form) : (int)strlen(form);

	snprintf(out, size, "%.*s%s%s", before, form, hole != NULL ? words : "",
		 hole != NULL ? hole + 2 : "");
}

int
explain(const struct git_settings *s, const char *libgit2_says, struct err *err)
{
	char words[200], text[400];
	const char *says = libgit2_says;

	if (strncmp(says, REMOTE_SAYS, strlen(REMOTE_SAYS)) == 0)
		says += strlen(REMOTE_SAYS);
	says += strspn(says, " \r\n"); /* git.c of ssh pads */
	snprintf(words, sizeof(words), "%.*s", (int)strcspn(says, "\r\n"),
		 says);
	expand(text, sizeof(text), meaning(libgit2_says),
	       words[0] != '\0' ? words : "no reason given");
	return err_set(err, "%s: %s", s->url, text);
}
