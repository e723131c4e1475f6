/* SPDX-License-Identifier: ISC */
#include "selftest.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "../clock.h"
#include "../log.h"

/*
 * Whole daemons, this binary started as an operator would: each clones over
 * another transport and has a certificate of another kind.  What a page needs
 * to be served from a new commit is the work of all roles.
 */
#define PATIENCE_MS 60000

struct daemon {
	pid_t pid;
	int lines; /* what it logs */
	struct buf log;
	unsigned port;
};

/* ---- starting and ending ---- */

static void
write_conf(const char *dir, const char *repository, const char *extra)
{
	char path[PATH_MAX];
	const struct passwd *pw = getpwuid(getuid());
	FILE *f;

	snprintf(path, sizeof(path), "%s/blogd.conf", dir);
	f = fopen(path, "w");
	if (f == NULL)
		fatal("%s", path);
	fprintf(f,
		"user = \"%s\"\ncontrol = \"off\"\nsandbox = \"available\"\n"
		"http = {}\nhttps = {\"127.0.0.1:0\"}\n"
		"serve {\n\tprocesses = 1\n}\n"
		"site \"https://localhost\" {\n\trepository = \"%s\"\n"
		"\tcertificate = \"%s/cert.pem\"\n\tkey = \"%s/key.pem\"\n"
		"%s}\n",
		getuid() == 0 || pw == NULL ? "nobody" : pw->pw_name,
		repository, dir, dir, extra);
	fclose(f);
}

static void __attribute__((noreturn)) be_daemon(const char *dir, int lines)
{
	char path[PATH_MAX], name[] = "blogd", d[] = "-d", f[] = "-f";
	char *argv[] = {name, d, f, path, NULL};

	snprintf(path, sizeof(path), "%s/blogd.conf", dir);
	dup2(lines, STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	unsetenv("NOTIFY_SOCKET");
#ifdef __linux__
	execv("/proc/self/exe", argv);
#else
	execvp(name, argv);
#endif
	_exit(127);
}

static void
start(struct daemon *d, const char *dir, const char *repository,
      const char *extra)
{
	int fds[2];

	memset(d, 0, sizeof(*d));
	write_conf(dir, repository, extra);
	if (pipe2(fds, O_CLOEXEC) == -1)
		fatal("pipe");
	d->pid = fork();
	if (d->pid == 0)
		be_daemon(dir, fds[1]);
	if (d->pid == -1)
		fatal("fork");
	close(fds[1]);
	d->lines = fds[0];
}

static int
end(struct daemon *d)
{
	int status;

	kill(d->pid, SIGTERM);
	close(d->lines);
	buf_free(&d->log);
	return waitpid(d->pid, &status, 0) == d->pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

/* ---- its log ---- */

/* Waits for more.  0 when there is none any more, or none in time. */
static int
read_more(struct daemon *d, int64_t until)
{
	struct pollfd p = {.fd = d->lines, .events = POLLIN};
	char piece[4096];
	int64_t left = until - clock_ms();
	ssize_t n;

	if (left <= 0 || poll(&p, 1, (int)left) != 1)
		return 0;
	n = read(d->lines, piece, sizeof(piece));
	if (n <= 0)
		return 0;
	buf_add(&d->log, piece, (size_t)n);
	return 1;
}

static const char *
find(const struct daemon *d, const char *text)
{
	return d->log.len == 0
		   ? NULL
		   : memmem(d->log.data, d->log.len, text, strlen(text));
}

static int
wait_for(struct daemon *d, const char *text)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (find(d, text) == NULL)
		if (!read_more(d, until))
			return 0;
	return 1;
}

/* Serving that commit; the reader of a failed check wants to know why not. */
static int
serves(struct daemon *d, const char commit[41])
{
	char text[80];

	snprintf(text, sizeof(text), "serving commit %s", commit);
	if (wait_for(d, text))
		return 1;
	fprintf(stderr, "%.*s", (int)d->log.len,
		d->log.data != NULL ? d->log.data : "");
	return 0;
}

static void
find_port(struct daemon *d)
{
	static const char text[] = "listening on https://127.0.0.1:";
	const char *at = find(d, text);

	if (at != NULL)
		d->port = (unsigned)atoi(at + sizeof(text) - 1);
}

/* ---- one daemon ---- */

static void
check_daemon(const char *dir, const char *transport, const char *repository,
	     const char *extra, enum pair_kind kind)
{
	char commit[41], what[80];
	struct daemon d;

	repository_commit(dir, "before", commit);
	start(&d, dir, repository, extra);
	check(serves(&d, commit), "%s: a clone, a render", transport);
	find_port(&d);
	snprintf(what, sizeof(what), "%s", pair_name(kind));
	client_check(d.port, what, "before");
	repository_commit(dir, "afterwards", commit);
	kill(d.pid, SIGUSR2);
	check(serves(&d, commit) && client_sees(d.port, "afterwards"),
	      "%s: a fetch, a swap", transport);
	check(find(&d, "was ended by signal") == NULL,
	      "%s: no process was ended by its filter", transport);
	check(end(&d), "%s: ended in order", transport);
}

static int
has_localhost(void)
{
	struct addrinfo hints = {.ai_family = AF_INET}, *list;

	if (getaddrinfo("localhost", NULL, &hints, &list) != 0)
		return 0;
	freeaddrinfo(list);
	return 1;
}

static void
check_remote(const char *dir, enum serving how, enum pair_kind kind)
{
	static const char *const schemes[] = {[SERVING_GIT] = "git",
					      [SERVING_HTTP] = "http",
					      [SERVING_HTTPS] = "https"};
	const char *host =
	    how == SERVING_GIT && has_localhost() ? "localhost" : "127.0.0.1";
	char url[128], extra[PATH_MAX + 16] = "";
	unsigned port;

	if (how == SERVING_HTTPS)
		snprintf(extra, sizeof(extra), "\tca = \"%s/cert.pem\"\n", dir);
	server_start(dir, how, &port);
	snprintf(url, sizeof(url), "%s://%s:%u/blog.git", schemes[how], host,
		 port);
	check_daemon(dir, schemes[how], url, extra, kind);
}

static void
check_ssh(const char *dir)
{
	const struct passwd *pw = getpwuid(geteuid());
	const char *missing = ssh_missing();
	char url[128], host_key[64], extra[PATH_MAX + 128];
	unsigned port;

	if (missing != NULL) {
		check_left_out("a clone over ssh: %s", missing);
		return;
	}
	ssh_prepare(dir, host_key);
	server_start(dir, SERVING_SSH, &port);
	snprintf(url, sizeof(url), "ssh://%s@127.0.0.1:%u/blog.git",
		 pw->pw_name, port);
	snprintf(extra, sizeof(extra),
		 "\tssh-key = \"%s/ssh_user\"\n\thost-key = \"%s\"\n", dir,
		 host_key);
	check_daemon(dir, "ssh", url, extra, PAIR_RSA);
}

void
check_work(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/blog.git", dir);
	check_daemon(dir, "directory", path, "", PAIR_P256);
	pair_write(dir, PAIR_P384);
	if (!has_localhost())
		check_left_out("a name look-up: this host does not know "
			       "localhost");
	check_remote(dir, SERVING_GIT, PAIR_P384);
	pair_write(dir, PAIR_ED25519);
	check_remote(dir, SERVING_HTTP, PAIR_ED25519);
	pair_write(dir, PAIR_RSA);
	check_remote(dir, SERVING_HTTPS, PAIR_RSA);
	check_ssh(dir);
}
