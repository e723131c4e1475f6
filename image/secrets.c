/* SPDX-License-Identifier: ISC */
#include "secrets.h"

#include <string.h>

#include "file.h"
#include "tls.h"

/* The limits are the daemon's, git/credentials.c and blogd.conf(5). */
static const struct file_kind ssh_kind = {"--ssh-key", 64 << 10, 1};
static const struct file_kind password_kind = {"--password-file", 4 << 10, 1};
static const struct file_kind ca_kind = {"--ca", 1 << 20, 0};
static const struct file_kind hook_kind = {"--hook-file", 256, 1};

#define HOOK_MAX 127

/* Base64 of the beginning of an OpenSSH key that no cipher protects: its
 * magic, then "none" (PROTOCOL.key in the source of OpenSSH). */
#define OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_PLAIN "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"

static int
is_text(const char *path, const struct file_kind *kind, const struct buf *b,
	struct faults *faults)
{
	if (b->len == 0)
		fault(faults, "%s: %s is empty", kind->option, path);
	else if (memchr(b->data, '\0', b->len) != NULL)
		fault(faults, "%s: %s is no text file", kind->option, path);
	else
		return 1;
	return 0;
}

static int
needs_passphrase(const char *text)
{
	const char *openssh = strstr(text, OPENSSH_BEGIN);

	if (openssh != NULL) {
		openssh += strlen(OPENSSH_BEGIN);
		openssh += strspn(openssh, "\r\n");
		return strncmp(openssh, OPENSSH_PLAIN, strlen(OPENSSH_PLAIN)) !=
		       0;
	}
	return strstr(text, "ENCRYPTED") != NULL;
}

void
secrets_ssh_key(const char *path, struct buf *out, struct faults *faults)
{
	const char *text;

	if (file_read(path, &ssh_kind, out, faults) == -1 ||
	    !is_text(path, &ssh_kind, out, faults))
		return;
	text = buf_cstr(out);
	if (strstr(text, "PRIVATE KEY-----") == NULL)
		fault(faults, "--ssh-key: %s holds no private key%s", path,
		      strncmp(text, "ssh-", 4) == 0
			  ? ": this is its public half, for the forge"
			  : "");
	else if (needs_passphrase(text))
		fault(faults,
		      "--ssh-key: %s has a passphrase, which nobody could "
		      "give in the guest: make a key for it alone "
		      "(ssh-keygen -t ed25519 -N '' -f FILE)",
		      path);
}

void
secrets_password(const char *path, struct buf *out, struct faults *faults)
{
	if (file_read(path, &password_kind, out, faults) == 0 &&
	    is_text(path, &password_kind, out, faults) &&
	    strchr("\r\n", out->data[0]) != NULL)
		fault(faults, "--password-file: the first line of %s is empty",
		      path);
}

void
secrets_ca(const char *path, struct buf *out, struct faults *faults)
{
	if (file_read(path, &ca_kind, out, faults) == 0 && tls_count(out) == 0)
		fault(faults, "--ca: %s holds no certificate in PEM form",
		      path);
}

/* It may come without its first slash. */
static int
is_hook(const char *text)
{
	size_t len = strlen(text) + (text[0] != '/');

	return text[0] != '\0' && len <= HOOK_MAX &&
	       text[strspn(
		   text, "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")] == '\0';
}

/* What is wrong is not shown: it is secret. */
void
secrets_hook(const char *path, struct buf *out, struct faults *faults)
{
	struct buf line = {0};

	if (file_read(path, &hook_kind, &line, faults) == -1)
		return;
	line.len = strcspn(buf_cstr(&line), "\r\n");
	if (!is_hook(buf_cstr(&line)))
		fault(faults,
		      "--hook-file: the first line of %s is no path of "
		      "letters, digits, \"-\", \"_\" and \"/\", at most %d "
		      "bytes with its first \"/\"",
		      path, HOOK_MAX);
	else {
		if (line.data[0] != '/')
			buf_char(out, '/');
		buf_add(out, line.data, line.len);
	}
	file_forget(&line);
}
