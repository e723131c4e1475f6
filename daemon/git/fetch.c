/* SPDX-License-Identifier: ISC */
#include "fetch.h"

#include <stdio.h>
#include <string.h>

#include "../clock.h"
#include "explain.h"
#include "hostkey.h"
#include "refs.h"
#include "tls_stream.h"
#include "watch.h"

int
fetch_init(struct fetcher *f, const struct git_settings *settings, int dial_fd,
	   int ca_fd, int key_fd, int password_fd, struct err *err)
{
	*f = (struct fetcher){.settings = settings};
	f->net.settings = settings;
	dialer_init(&f->net.dialer, dial_fd);
	if (credentials_load(&f->credentials, settings, key_fd, password_fd,
			     err) == -1 ||
	    stream_init(&f->net, err) == -1)
		return -1;
	if (settings->transport == GIT_OVER_HTTPS && ca_fd == -1)
		return err_set(err, "https needs trusted certificates; set "
				    "`ca`");
	return tls_stream_init(ca_fd, err);
}

/* ---- what libgit2 asks and tells ---- */

static int
ssh_credentials(struct fetcher *f, git_credential **out, const char *user,
		unsigned allowed)
{
	const struct credentials *c = &f->credentials;

	if (allowed & GIT_CREDENTIAL_USERNAME)
		return git_credential_username_new(
		    out, credentials_user(f->settings));
	if (c->ssh_key != NULL && (allowed & GIT_CREDENTIAL_SSH_MEMORY) &&
	    !f->tried_key++)
		return git_credential_ssh_key_memory_new(out, user, NULL,
							 c->ssh_key, NULL);
	if (c->password != NULL &&
	    (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) &&
	    !f->tried_password++)
		return git_credential_userpass_plaintext_new(out, user,
							     c->password);
	if (!f->tried_key && !f->tried_password)
		return stream_give_up(
		    "the server lets user \"%s\" log in "
		    "neither by `ssh-key` nor `password-file`",
		    user);
	return stream_give_up(
	    "the server does not let user \"%s\" in with %s", user,
	    f->tried_key ? "this `ssh-key` (many servers refuse RSA keys; "
			   "Ed25519 works)"
			 : "this `password-file`");
}

static int
on_credentials(git_credential **out, const char *url, const char *user,
	       unsigned allowed, void *ctx)
{
	struct fetcher *f = ctx;

	(void)url;
	stream_alive(&f->net);
	if (f->settings->transport == GIT_OVER_SSH)
		return ssh_credentials(f, out, user, allowed);
	/* User and password were in the request already, if there are any. */
	if (f->settings->user[0] != '\0' || f->credentials.password != NULL)
		return stream_give_up("the server refuses this `username` and "
				      "`password-file`");
	return stream_give_up(
	    "the server asks for a user and password; check "
	    "the address, or set `username` and `password-file`");
}

static const char *
key_kind(git_cert_ssh_raw_type_t type)
{
	switch (type) {
	case GIT_CERT_SSH_RAW_TYPE_RSA:
		return "RSA";
	case GIT_CERT_SSH_RAW_TYPE_KEY_ED25519:
		return "ED25519";
	case GIT_CERT_SSH_RAW_TYPE_KEY_ECDSA_256:
	case GIT_CERT_SSH_RAW_TYPE_KEY_ECDSA_384:
	case GIT_CERT_SSH_RAW_TYPE_KEY_ECDSA_521:
		return "ECDSA";
	default:
		return "other";
	}
}

static int
on_certificate(git_cert *cert, int valid, const char *host, void *ctx)
{
	struct fetcher *f = ctx;
	const git_cert_hostkey *key = (const git_cert_hostkey *)cert;
	struct err why;

	stream_alive(&f->net);
	if (cert->cert_type == GIT_CERT_X509) /* tls.c has checked it */
		return valid ? 0
			     : stream_give_up("the certificate of %s is "
					      "not valid",
					      host);
	if (cert->cert_type != GIT_CERT_HOSTKEY_LIBSSH2 ||
	    !(key->type & GIT_CERT_SSH_SHA256))
		return stream_give_up("%s shows no host key that could be "
				      "checked",
				      host);
	if (hostkey_check(f->settings->host_key, host, key_kind(key->raw_type),
			  key->hash_sha256, &why) == -1)
		return stream_give_up("%s", why.text);
	return 0;
}

static int
on_transfer(const git_indexer_progress *p, void *ctx)
{
	struct fetcher *f = ctx;
	struct err why;

	stream_alive(&f->net);
	if (limits_pack_size(&f->net.limits, p->received_bytes, &why) == -1 ||
	    limits_deadline(&f->net.limits, clock_ms(), &why) == -1)
		return stream_give_up("%s", why.text);
	return 0;
}

static int
on_message(const char *text, int len, void *ctx)
{
	struct fetcher *f = ctx;

	(void)text;
	(void)len;
	stream_alive(&f->net);
	return 0;
}

static void
set_callbacks(struct fetcher *f, git_remote_callbacks *c)
{
	c->version = GIT_REMOTE_CALLBACKS_VERSION;
	c->credentials = on_credentials;
	c->certificate_check = on_certificate;
	c->transfer_progress = on_transfer;
	c->sideband_progress = on_message;
	c->payload = f;
}

/* ---- the steps of a fetch ---- */

/* The likeliest cause of a failure is the one found nearest to it. */
static int
failed(struct fetcher *f, const struct store *store, struct err *err)
{
	const git_error *last = git_error_last();
	const char *url = f->settings->url;

	if (f->net.cause.text[0] != '\0')
		return err_set(err, "%s: %s", url, f->net.cause.text);
	if (f->settings->transport == GIT_OVER_SSH && watch_fired()) {
		limits_timed_out(&f->net.limits, clock_ms(), err);
		return err_prefix(err, "%s", url);
	}
	if (store_failure(store)[0] != '\0')
		return err_set(err, "%s: %s", url, store_failure(store));
	return explain(
	    f->settings,
	    last != NULL && last->message != NULL ? last->message : "", err);
}

static int
connect_remote(struct fetcher *f, git_remote *remote, git_strarray *headers)
{
	git_remote_connect_options o = {
	    .version = GIT_REMOTE_CONNECT_OPTIONS_VERSION,
	    .proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION,
			   .type = GIT_PROXY_NONE},
	    .follow_redirects = GIT_REMOTE_REDIRECT_NONE,
	    .custom_headers = *headers};

	set_callbacks(f, &o.callbacks);
	return git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &o);
}

static int
download(struct fetcher *f, git_remote *remote, const git_remote_head *head,
	 git_strarray *headers)
{
	git_fetch_options o = {
	    .version = GIT_FETCH_OPTIONS_VERSION,
	    .prune = GIT_FETCH_NO_PRUNE,
	    .download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE,
	    .proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION,
			   .type = GIT_PROXY_NONE},
	    .follow_redirects = GIT_REMOTE_REDIRECT_NONE,
	    .custom_headers = *headers};
	char spec[512], *specs[1] = {spec};
	git_strarray list = {specs, 1};

	if ((size_t)snprintf(spec, sizeof(spec), "+%s:refs/blogd/tip",
			     head->name) >= sizeof(spec))
		return stream_give_up("a branch name is too long");
	set_callbacks(f, &o.callbacks);
	limits_pack(&f->net.limits);
	return git_remote_download(remote, &list, &o);
}

static int
choose(struct fetcher *f, git_remote *remote, const git_remote_head **chosen)
{
	const git_remote_head **heads;
	struct err why;
	size_t n;

	if (git_remote_ls(&heads, &n, remote) < 0)
		return -1;
	*chosen = refs_choose(heads, n, f->settings->branch, &why);
	return *chosen != NULL ? 0 : stream_give_up("%s", why.text);
}

static int
check_tip(struct store *store, const git_remote_head *head)
{
	git_object_t type;

	if (store_info(store, &head->oid, &type, NULL) == -1)
		return stream_give_up("the remote did not send %s", head->name);
	if (type != GIT_OBJECT_COMMIT)
		return stream_give_up("%s is not a commit", head->name);
	return 0;
}

static int
converse(struct fetcher *f, struct store *store, git_remote *remote,
	 git_strarray *headers, git_oid *tip)
{
	const git_remote_head *head;

	if (connect_remote(f, remote, headers) < 0 ||
	    choose(f, remote, &head) == -1)
		return -1;
	stream_alive(&f->net);
	if (!store_has(store, &head->oid) &&
	    download(f, remote, head, headers) < 0)
		return -1;
	if (check_tip(store, head) == -1)
		return -1;
	*tip = head->oid;
	return 0;
}

int
fetch(struct fetcher *f, struct store *store, int64_t began_ms, git_oid *tip,
      struct err *err)
{
	struct buf authorization = {0};
	char *strings[1];
	git_strarray headers = {strings, 0};
	git_remote *remote = NULL;
	int rc = -1;

	git_error_clear();
	stream_begin(&f->net, began_ms);
	f->tried_key = f->tried_password = 0;
	if (f->settings->transport == GIT_OVER_HTTPS)
		credentials_header(&f->credentials, f->settings,
				   &authorization);
	strings[0] = buf_cstr(&authorization);
	headers.count = authorization.len > 0;
	if (git_remote_create_anonymous(&remote, store_repository(store),
					f->settings->url) == 0)
		rc = converse(f, store, remote, &headers, tip);
	if (rc < 0)
		failed(f, store, err);
	git_remote_free(remote);
	explicit_bzero(authorization.data, authorization.cap);
	buf_free(&authorization);
	return rc < 0 ? -1 : 0;
}
