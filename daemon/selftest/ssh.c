/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "../buf.h"
#include "../log.h"
#include "selftest.h"

/*
 * A clone over ssh wants the system's sshd.  It is started for each connection,
 * with keys made here and this program as the only command.
 */
#define POINT_MAX 128

static const char *const programs[] = {"/usr/sbin/sshd", "/usr/local/sbin/sshd",
				       "/usr/bin/sshd"};

/* ---- keys, RFC 5656 ---- */

static void
add_string(struct buf *b, const void *data, size_t len)
{
	unsigned char head[4] = {(unsigned char)(len >> 24),
				 (unsigned char)(len >> 16),
				 (unsigned char)(len >> 8), (unsigned char)len};

	buf_add(b, head, sizeof(head));
	buf_add(b, data, len);
}

static void
public_half(EVP_PKEY *key, struct buf *b)
{
	unsigned char point[POINT_MAX];
	size_t len;

	if (EVP_PKEY_set_utf8_string_param(
		key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		"uncompressed") != 1 ||
	    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
					    sizeof(point), &len) != 1)
		fatalx("libcrypto does not tell a public key");
	add_string(b, "ecdsa-sha2-nistp256", 19);
	add_string(b, "nistp256", 8);
	add_string(b, point, len);
}

/* Makes DIR/NAME; the public half, as ssh has it, goes to b. */
static void
make_key(const char *dir, const char *name, struct buf *b)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (key == NULL || f == NULL || fchmod(fileno(f), 0600) == -1 ||
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1)
		fatal("%s", path);
	fclose(f);
	public_half(key, b);
	EVP_PKEY_free(key);
}

static void
base64(const void *data, size_t len, char *out)
{
	EVP_EncodeBlock((unsigned char *)out, data, (int)len);
}

/* As ssh-keygen -l prints it. */
static void
fingerprint(const struct buf *public, char out[64])
{
	unsigned char hash[32];

	EVP_Digest(public->data, public->len, hash, NULL, EVP_sha256(), NULL);
	snprintf(out, 64, "SHA256:");
	base64(hash, sizeof(hash), out + strlen(out));
	out[strcspn(out, "=")] = '\0';
}

/* ---- its files ---- */

static FILE *
create(const char *dir, const char *name)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		fatal("%s", path);
	return f;
}

static void
allow_key(const char *dir, const struct buf *public)
{
	char text[4 * POINT_MAX];
	FILE *f = create(dir, "authorized_keys");

	base64(public->data, public->len, text);
	fprintf(f, "ecdsa-sha2-nistp256 %s\n", text);
	fclose(f);
}

static void
write_conf(const char *dir)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	FILE *f = create(dir, "sshd_config");

	self[n > 0 ? n : 0] = '\0';
	fprintf(f,
		"HostKey %s/ssh_host\nAuthorizedKeysFile %s/authorized_keys\n"
		"StrictModes no\nPidFile none\nUsePAM %s\n"
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
		"PermitRootLogin yes\n"
		"ForceCommand '%s' -T upload-pack '%s'\n",
		dir, dir, geteuid() == 0 ? "yes" : "no", self, dir);
	fclose(f);
}

/* ---- the server ---- */

static const char *
program(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

const char *
ssh_missing(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct stat st;

	if (program() == NULL)
		return "there is no sshd";
	if (pw == NULL || strstr(pw->pw_shell, "nologin") != NULL ||
	    strstr(pw->pw_shell, "false") != NULL)
		return "this user may not log in";
	/* Where sshd that root starts shuts up a part of itself. */
	if (geteuid() == 0 && stat("/run/sshd", &st) == -1)
		return "sshd has no /run/sshd";
	if (access("/proc/self/exe", X_OK) == -1)
		return "there is no /proc";
	return NULL;
}

void
ssh_prepare(const char *dir, char host_key[64])
{
	struct buf host = {0}, user = {0};

	make_key(dir, "ssh_host", &host);
	make_key(dir, "ssh_user", &user);
	fingerprint(&host, host_key);
	allow_key(dir, &user);
	write_conf(dir);
	buf_free(&host);
	buf_free(&user);
}

void
ssh_serve(const char *dir, int fd)
{
	char conf[PATH_MAX], log[PATH_MAX], name[PATH_MAX];
	char i[] = "-i", f[] = "-f", e[] = "-E";
	char *argv[] = {name, i, f, conf, e, log, NULL};

	snprintf(name, sizeof(name), "%s", program());
	snprintf(conf, sizeof(conf), "%s/sshd_config", dir);
	snprintf(log, sizeof(log), "%s/sshd.log", dir);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
		_exit(126);
	execv(name, argv);
	_exit(127);
}
