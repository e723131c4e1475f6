/* SPDX-License-Identifier: ISC */
#include "conf_remote.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf_url.h"
#include "utf8.h"

struct scheme {
	const char *name;
	enum remote_transport transport;
	const char *port;
};

static const struct scheme schemes[] = {
    {"https", GIT_OVER_HTTPS, "443"}, {"http", GIT_OVER_HTTP, "80"},
    {"git", GIT_OVER_GIT, "9418"},    {"ssh", GIT_OVER_SSH, "22"},
    {"file", GIT_LOCAL, ""},
};

/* ----------------------------------------------------------- the branch -- */

/* git-check-ref-format(1), for a branch. */
static int
branch_ok(const char *b)
{
	size_t len = strlen(b);

	if (len == 0 || b[0] == '-' || b[0] == '/' || b[len - 1] == '/' ||
	    b[len - 1] == '.' || strcmp(b, "@") == 0 || !utf8_valid(b, len))
		return 0;
	if (len >= 5 && strcmp(b + len - 5, ".lock") == 0)
		return 0;
	for (const char *p = b; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || strchr("~^:?*[\\\x7f", *p))
			return 0;
	return b[0] != '.' && strstr(b, "..") == NULL &&
	       strstr(b, "//") == NULL && strstr(b, "/.") == NULL &&
	       strstr(b, "@{") == NULL;
}

static int
set_branch(struct git_settings *git, const char *branch, struct err *err)
{
	if (strncmp(branch, "refs/heads/", 11) == 0)
		branch += 11;
	if (strlen(branch) >= sizeof(git->branch) || !branch_ok(branch))
		return err_set(err,
			       "\"%.128s\" behind \"#\" is no name of a branch",
			       branch);
	snprintf(git->branch, sizeof(git->branch), "%s", branch);
	return 0;
}

/* -------------------------------------------------------------- a path -- */

int
conf_path(char *out, size_t room, const char *base, const char *path)
{
	int n;

	while (strncmp(path, "./", 2) == 0)
		path += 2 + strspn(path + 2, "/");
	if (path[0] == '/')
		n = snprintf(out, room, "%s", path);
	else if (strcmp(path, ".") == 0 || path[0] == '\0')
		n = snprintf(out, room, "%s", base);
	else
		n = snprintf(out, room, "%s%s%s", base,
			     strcmp(base, "/") == 0 ? "" : "/", path);
	return n >= 0 && (size_t)n < room ? 0 : -1;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes %XX in place; -1 for a broken one or %00. */
static int
decode(char *s)
{
	char *to = s;

	while (*s != '\0') {
		if (*s != '%') {
			*to++ = *s++;
			continue;
		}
		if (hex(s[1]) == -1 || hex(s[2]) == -1)
			return -1;
		*to = (char)(hex(s[1]) << 4 | hex(s[2]));
		if (*to++ == '\0')
			return -1;
		s += 3;
	}
	*to = '\0';
	return 0;
}

static int
set_local(struct git_settings *git, const char *path, const char *base,
	  struct err *err)
{
	if (path[0] == '~')
		return err_set(err,
			       "\"%.128s\": write the path out, \"~\" is "
			       "not known here",
			       path);
	if (conf_path(git->path, sizeof(git->path), base, path) == -1)
		return err_set(err, "the path is too long: at most %d bytes",
			       URL_MAX - 1);
	git->transport = GIT_LOCAL;
	memcpy(git->url, git->path, sizeof(git->url));
	return 0;
}

static int
set_file_url(struct git_settings *git, const char *rest, struct err *err)
{
	char path[URL_MAX];

	if (strncmp(rest, "localhost/", 10) == 0)
		rest += 9;
	if (rest[0] != '/')
		return err_set(err, "a file URL has three slashes, as in "
				    "\"file:///srv/git/blog.git\"");
	snprintf(path, sizeof(path), "%s", rest);
	if (decode(path) == -1)
		return err_set(err, "a \"%%\" is not followed by two "
				    "hexadecimal digits");
	return set_local(git, path, "/", err);
}

/* ---------------------------------------------------------- over a net -- */

/* What may stand in a URL, RFC 3986 section 2, without the quote that ssh
 * servers would take for the end of the path. */
static int
check_url_chars(const char *s, struct err *err)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f ||
		    strchr("\"'<>\\^`{|}", *s))
			return err_set(err,
				       "a URL cannot hold the byte 0x%02x: "
				       "write %%%02X",
				       (unsigned char)*s, (unsigned char)*s);
	return 0;
}

static int
refuse_password(const struct authority *a, const char *scheme, struct err *err)
{
	if (!a->password)
		return 0;
	return err_set(
	    err,
	    "no password in the URL, which everybody may read: "
	    "write %s and put it into a file named by \"%s\"",
	    strcmp(scheme, "ssh") == 0 ? "the key of the user" : "\"username\"",
	    strcmp(scheme, "ssh") == 0 ? "ssh-key" : "password-file");
}

/* The parts of a URL without user; port "" is the scheme's own. */
static int
set_net(struct git_settings *git, struct dial_settings *dial,
	const struct scheme *s, const struct authority *a, const char *path,
	struct err *err)
{
	int six = strchr(a->host, ':') != NULL, n;
	const char *port = a->port[0] != '\0' ? a->port : s->port;

	git->transport = s->transport;
	memcpy(git->host, a->host, sizeof(git->host));
	memcpy(git->user, a->user, sizeof(git->user));
	snprintf(git->port, sizeof(git->port), "%s", port);
	memcpy(dial->host, git->host, sizeof(dial->host));
	memcpy(dial->port, git->port, sizeof(dial->port));
	n = snprintf(git->url, sizeof(git->url), "%s://%s%s%s%s%s%s", s->name,
		     six ? "[" : "", a->host, six ? "]" : "",
		     strcmp(port, s->port) == 0 ? "" : ":",
		     strcmp(port, s->port) == 0 ? "" : port, path);
	if (n < 0 || (size_t)n >= sizeof(git->url))
		return err_set(err, "the URL is too long: at most %d bytes",
			       URL_MAX - 1);
	return 0;
}

static int
set_url(struct git_settings *git, struct dial_settings *dial,
	const struct scheme *s, const char *rest, struct err *err)
{
	size_t len = strcspn(rest, "/?");
	struct authority a;

	if (check_url_chars(rest, err) == -1 ||
	    conf_authority(rest, len, &a, err) == -1 ||
	    refuse_password(&a, s->name, err) == -1)
		return -1;
	if (strchr(rest, '?') != NULL)
		return err_set(err, "a repository's URL has no \"?\"");
	if (rest[len] == '\0' || strcmp(rest + len, "/") == 0)
		return err_set(err, "the URL names a host but no repository");
	if (a.user[0] != '\0' && s->transport == GIT_OVER_GIT)
		return err_set(err,
			       "the git protocol knows no users: take out "
			       "\"%s@\"",
			       a.user);
	return set_net(git, dial, s, &a, rest + len, err);
}

/* Where the path of "host:path" starts, or NULL for a path of this system. */
static const char *
scp_path(const char *text)
{
	const char *p = text, *at = strchr(text, '@');

	if (at != NULL && at < text + strcspn(text, "/:"))
		p = at + 1;
	if (*p == '[')
		p += strcspn(p, "]");
	p += strcspn(p, "/:");
	return *p == ':' && p != text ? p + 1 : NULL;
}

/*
 * libgit2 takes "host:path" as git does: a path that does not start with "/" is
 * relative to the user's home, and for forges it is a name.  No ssh:// URL
 * means the same to all servers, so such a path stays in this form.
 */
static int
set_scp(struct git_settings *git, struct dial_settings *dial, const char *text,
	const char *path, struct err *err)
{
	const struct scheme *ssh = &schemes[3];
	struct authority a;
	int n;

	if (check_url_chars(text, err) == -1 ||
	    conf_authority(text, (size_t)(path - 1 - text), &a, err) == -1 ||
	    refuse_password(&a, "ssh", err) == -1)
		return -1;
	if (path[0] == '\0')
		return err_set(err, "there is no path behind \":\"");
	if (set_net(git, dial, ssh, &a, path[0] == '/' ? path : "", err) == -1)
		return -1;
	if (path[0] == '/')
		return 0;
	n = snprintf(git->url, sizeof(git->url), "%s%s%s:%s",
		     strchr(a.host, ':') ? "[" : "", a.host,
		     strchr(a.host, ':') ? "]" : "", path);
	if (n < 0 || (size_t)n >= sizeof(git->url))
		return err_set(err, "the URL is too long: at most %d bytes",
			       URL_MAX - 1);
	return 0;
}

/* ------------------------------------------------------------ together -- */

static const struct scheme *
find_scheme(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].name) == len &&
		    strncasecmp(schemes[i].name, text, len) == 0)
			return &schemes[i];
	return NULL;
}

static int
parse(const char *text, const char *base, struct git_settings *git,
      struct dial_settings *dial, struct err *err)
{
	const char *colon = strstr(text, "://"), *path;
	const struct scheme *s;

	if (colon != NULL && colon < text + strcspn(text, "/")) {
		s = find_scheme(text, (size_t)(colon - text));
		if (s == NULL)
			return err_set(
			    err,
			    "\"%.*s\" is no transport: use "
			    "https, ssh, http, git or file",
			    (int)(colon - text < 32 ? colon - text : 32), text);
		if (s->transport == GIT_LOCAL)
			return set_file_url(git, colon + 3, err);
		return set_url(git, dial, s, colon + 3, err);
	}
	path = scp_path(text);
	if (path != NULL)
		return set_scp(git, dial, text, path, err);
	return set_local(git, text, base, err);
}

int
conf_remote(const char *text, const char *base, struct git_settings *git,
	    struct dial_settings *dial, struct err *err)
{
	size_t len = strcspn(text, "#");
	char location[URL_MAX];

	if (len == 0)
		return err_set(err,
			       "the location of the repository is missing");
	if (len >= sizeof(location))
		return err_set(err,
			       "the location is too long: at most %d bytes",
			       URL_MAX - 1);
	memcpy(location, text, len);
	location[len] = '\0';
	git->branch[0] = git->path[0] = git->host[0] = git->port[0] = '\0';
	git->user[0] = dial->host[0] = dial->port[0] = '\0';
	if (text[len] == '#' && set_branch(git, text + len + 1, err) == -1)
		return -1;
	return parse(location, base, git, dial, err);
}
