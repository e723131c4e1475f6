/* SPDX-License-Identifier: ISC */
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <git2.h>
#include <openssl/ssl.h>

#include "../buf.h"
#include "../log.h"
#include "selftest.h"

/*
 * What git's upload-pack does, as far as a fetch needs it: it tells the tip of
 * the one branch, and sends all there is as a pack, whatever the other side
 * has.
 */
struct peer {
	int fd, to; /* to read, to write: the same, but for sshd's command */
	SSL *ssl;   /* NULL: plain */
};

static const char *directory;
static enum serving serving;
static SSL_CTX *context;

/* ---- bytes ---- */

static int
take(struct peer *p, void *data, size_t len)
{
	if (p->ssl != NULL)
		return SSL_read(p->ssl, data, (int)len);
	return (int)read(p->fd, data, len);
}

static void
put(struct peer *p, const struct buf *b)
{
	size_t at = 0;

	while (at < b->len) {
		int n =
		    p->ssl != NULL
			? SSL_write(p->ssl, b->data + at, (int)(b->len - at))
			: (int)write(p->to, b->data + at, b->len - at);

		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

static void
add_line(struct buf *b, const char *text, size_t len)
{
	buf_printf(b, "%04zx", len + 4);
	buf_add(b, text, len);
}

/* ---- the repository ---- */

static git_repository *
open_repository(git_oid *tip)
{
	char path[PATH_MAX];
	git_repository *repo;

	snprintf(path, sizeof(path), "%s/blog.git", directory);
	if (git_repository_open_bare(&repo, path) < 0 ||
	    git_reference_name_to_id(tip, repo, "refs/heads/main") < 0)
		fatalx("the repository cannot be read");
	return repo;
}

static void
advertise(struct buf *b)
{
	char line[256], id[GIT_OID_HEXSZ + 1];
	git_oid tip;
	int n;

	git_repository_free(open_repository(&tip));
	git_oid_tostr(id, sizeof(id), &tip);
	n = snprintf(line, sizeof(line),
		     "%s HEAD%cofs-delta symref=HEAD:refs/heads/main\n", id,
		     '\0');
	add_line(b, line, (size_t)n);
	n = snprintf(line, sizeof(line), "%s refs/heads/main\n", id);
	add_line(b, line, (size_t)n);
	buf_add(b, "0000", 4);
}

static int
add_piece(void *data, size_t len, void *into)
{
	buf_add(into, data, len);
	return 0;
}

static void
add_pack(struct buf *b)
{
	git_packbuilder *pack;
	git_revwalk *walk;
	git_oid tip;
	git_repository *repo = open_repository(&tip);

	add_line(b, "NAK\n", 4);
	if (git_packbuilder_new(&pack, repo) < 0 ||
	    git_revwalk_new(&walk, repo) < 0 ||
	    git_revwalk_push(walk, &tip) < 0 ||
	    git_packbuilder_insert_walk(pack, walk) < 0 ||
	    git_packbuilder_foreach(pack, add_piece, b) < 0)
		fatalx("no pack could be made");
	git_revwalk_free(walk);
	git_packbuilder_free(pack);
	git_repository_free(repo);
}

/* ---- requests ---- */

/* Reads until one of those is there; 0 when the other side ends before. */
static int
read_until(struct peer *p, struct buf *b, const char *end, size_t len)
{
	char piece[4096];
	int n;

	while (b->len == 0 || memmem(b->data, b->len, end, len) == NULL) {
		n = take(p, piece, sizeof(piece));
		if (n <= 0 || b->len > 65536)
			return 0;
		buf_add(b, piece, (size_t)n);
	}
	return 1;
}

static void
serve_git(struct peer *p)
{
	struct buf in = {0}, out = {0};

	advertise(&out);
	put(p, &out);
	buf_clear(&out);
	if (read_until(p, &in, "0009done", 8)) {
		add_pack(&out);
		put(p, &out);
	}
	buf_free(&in);
	buf_free(&out);
}

/* git:// begins with a line that says what is wanted of whom. */
static void
skip_request(struct peer *p)
{
	struct buf in = {0};

	read_until(p, &in, "host=", 5);
	buf_free(&in);
}

static void
add_http(struct buf *b, const char *type, const struct buf *body)
{
	buf_printf(b,
		   "HTTP/1.1 200 OK\r\nContent-Type: application/x-%s\r\n"
		   "Content-Length: %zu\r\nConnection: close\r\n\r\n",
		   type, body->len);
	buf_add(b, body->data, body->len);
}

static void
serve_http(struct peer *p)
{
	static const char service[] = "# service=git-upload-pack\n";
	struct buf in = {0}, out = {0}, body = {0};

	if (!read_until(p, &in, "\r\n\r\n", 4))
		return;
	if (strncmp(in.data, "GET ", 4) == 0) {
		add_line(&body, service, sizeof(service) - 1);
		buf_add(&body, "0000", 4);
		advertise(&body);
		add_http(&out, "git-upload-pack-advertisement", &body);
	} else if (read_until(p, &in, "0009done", 8)) {
		add_pack(&body);
		add_http(&out, "git-upload-pack-result", &body);
	}
	put(p, &out);
	buf_free(&in);
	buf_free(&out);
	buf_free(&body);
}

static void
serve_peer(int fd)
{
	struct peer p = {.fd = fd, .to = fd};

	if (context != NULL) {
		p.ssl = SSL_new(context);
		SSL_set_fd(p.ssl, fd);
		if (SSL_accept(p.ssl) != 1)
			return;
	}
	if (serving == SERVING_GIT) {
		skip_request(&p);
		serve_git(&p);
	} else {
		serve_http(&p);
	}
	if (p.ssl != NULL)
		SSL_shutdown(p.ssl);
}

/* ---- the process ---- */

static void
library_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

int
selftest_upload_pack(const char *dir)
{
	struct peer p = {.fd = STDIN_FILENO, .to = STDOUT_FILENO};

	library_init();
	directory = dir;
	serve_git(&p);
	return 0;
}

static void
serve_by_sshd(int fd)
{
	pid_t pid = fork();

	if (pid == 0)
		ssh_serve(directory, fd);
	if (pid != -1)
		waitpid(pid, NULL, 0);
}

static void
load_pair(void)
{
	char path[PATH_MAX];

	context = SSL_CTX_new(TLS_server_method());
	snprintf(path, sizeof(path), "%s/cert.pem", directory);
	if (SSL_CTX_use_certificate_file(context, path, SSL_FILETYPE_PEM) != 1)
		fatalx("%s cannot be used", path);
	snprintf(path, sizeof(path), "%s/key.pem", directory);
	if (SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) != 1)
		fatalx("%s cannot be used", path);
}

static void __attribute__((noreturn)) serve_for_ever(int fd)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
	library_init();
	if (serving == SERVING_HTTPS)
		load_pair();
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer == -1)
			_exit(1);
		if (serving == SERVING_SSH)
			serve_by_sshd(peer);
		else
			serve_peer(peer);
		close(peer);
	}
}

void
server_start(const char *dir, enum serving how, unsigned *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		fatal("a Git server on 127.0.0.1");
	directory = dir;
	serving = how;
	pid = fork();
	if (pid == 0)
		serve_for_ever(fd);
	if (pid == -1)
		fatal("fork");
	close(fd);
	*port = ntohs(sin.sin_port);
}
