/* SPDX-License-Identifier: ISC */
#include "credentials.h"

#include <string.h>

#include <openssl/evp.h>

#include "readfd.h"

#define KEY_MAX	     (64U << 10)
#define PASSWORD_MAX (4U << 10)

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	buf_free(b);
}

static char *
load_text(int fd, size_t max, const char *setting, struct err *err)
{
	struct buf b = {0};
	char *text = NULL;

	/* At once, so that no growing leaves a copy behind. */
	buf_reserve(&b, max + 65536 * 2);
	if (readfd(&b, fd, max, err) == -1)
		err_prefix(err, "`%s`", setting);
	else if (b.len == 0 || memchr(b.data, '\0', b.len) != NULL)
		err_set(err, "`%s` is %s", setting,
			b.len == 0 ? "an empty file" : "not a text file");
	else
		text = xstrndup(b.data, b.len);
	wipe(&b);
	return text;
}

static int
load_key(struct credentials *c, int fd, struct err *err)
{
	c->ssh_key = load_text(fd, KEY_MAX, "ssh-key", err);
	if (c->ssh_key == NULL)
		return -1;
	if (strstr(c->ssh_key, "PRIVATE KEY-----") == NULL)
		return err_set(err, "`ssh-key` holds no private key");
	return 0;
}

static int
load_password(struct credentials *c, int fd, struct err *err)
{
	c->password = load_text(fd, PASSWORD_MAX, "password", err);
	if (c->password == NULL)
		return -1;
	c->password[strcspn(c->password, "\r\n")] = '\0';
	if (c->password[0] == '\0')
		return err_set(err, "`password-file` has an empty first line");
	return 0;
}

static int
check(const struct credentials *c, const struct git_settings *s,
      struct err *err)
{
	int any = s->user[0] != '\0' || c->password != NULL;

	switch (s->transport) {
	case GIT_OVER_HTTP:
		if (any)
			return err_set(
			    err,
			    "%s: user and password are not sent over plain "
			    "http, where anybody can read them; use https",
			    s->url);
		break;
	case GIT_OVER_GIT:
		if (any)
			return err_set(
			    err,
			    "%s: the git protocol knows no user and password; "
			    "use https or ssh",
			    s->url);
		break;
	case GIT_OVER_SSH:
		if (c->ssh_key == NULL && c->password == NULL)
			return err_set(
			    err, "%s: ssh needs a key; set `ssh-key`", s->url);
		break;
	default:
		break;
	}
	return 0;
}

int
credentials_load(struct credentials *c, const struct git_settings *s,
		 int key_fd, int password_fd, struct err *err)
{
	*c = (struct credentials){0};
	if (key_fd != -1 && load_key(c, key_fd, err) == -1)
		return -1;
	if (password_fd != -1 && load_password(c, password_fd, err) == -1)
		return -1;
	return check(c, s, err);
}

const char *
credentials_user(const struct git_settings *s)
{
	return s->user[0] != '\0' ? s->user : "git";
}

void
credentials_header(const struct credentials *c, const struct git_settings *s,
		   struct buf *out)
{
	struct buf pair = {0};

	if (s->user[0] == '\0' && c->password == NULL)
		return;
	buf_printf(&pair, "%s:%s", credentials_user(s),
		   c->password != NULL ? c->password : "");
	buf_str(out, "Authorization: Basic ");
	buf_reserve(out, pair.len / 3 * 4 + 5);
	out->len += (size_t)EVP_EncodeBlock(
	    (unsigned char *)out->data + out->len,
	    (const unsigned char *)pair.data, (int)pair.len);
	wipe(&pair);
}
