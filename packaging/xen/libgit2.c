/* SPDX-License-Identifier: ISC */
/*
 * Parts of libgit2 that the static program (--enable-static-program) goes
 * without.
 *
 * Debian's libgit2.a asks for Kerberos, of which there is no static library,
 * and for Mbed TLS, which blogd has no use for: its own stream does TLS
 * (daemon/git/tls_stream.c).  The names below are all that libgit2 wants of
 * those two; as the linker finds them here, it takes neither libgit2's members
 * that define them nor the libraries behind them.  So the program has Debian's
 * own objects, with Debian's security updates, and no second TLS.
 *
 * The names are private to libgit2; src/libgit2/transports/auth_negotiate.h,
 * src/libgit2/streams/mbedtls.h and src/util/hash/sha.h of 1.5 declare them,
 * and configure takes 1.5 alone.
 */
#include <git2.h>
#include <git2/sys/stream.h>

struct git_http_auth_context;
struct git_net_url;

int git_http_auth_negotiate(struct git_http_auth_context **out,
			    const struct git_net_url *url);
int git_mbedtls_stream_global_init(void);
int git_mbedtls__set_cert_location(const char *file, const char *path);
int git_mbedtls_stream_new(git_stream **out, const char *host,
			   const char *port);
int git_mbedtls_stream_wrap(git_stream **out, git_stream *in, const char *host);
int git_hash_sha256_global_init(void);
int git_hash_sha256_ctx_init(void *ctx);
void git_hash_sha256_ctx_cleanup(void *ctx);
int git_hash_sha256_init(void *ctx);
int git_hash_sha256_update(void *ctx, const void *data, size_t len);
int git_hash_sha256_final(unsigned char *out, void *ctx);

static int
missing(const char *what)
{
	git_error_set_str(GIT_ERROR_INVALID, what);
	return -1;
}

/* libgit2 tries the server's next kind of login. */
int
git_http_auth_negotiate(struct git_http_auth_context **out,
			const struct git_net_url *url)
{
	(void)url;
	*out = NULL;
	return GIT_PASSTHROUGH;
}

int
git_mbedtls_stream_global_init(void)
{
	return 0;
}

int
git_mbedtls__set_cert_location(const char *file, const char *path)
{
	(void)file;
	(void)path;
	return missing("this program's TLS is not libgit2's");
}

int
git_mbedtls_stream_new(git_stream **out, const char *host, const char *port)
{
	(void)host;
	(void)port;
	*out = NULL;
	return missing("this program's TLS is not libgit2's");
}

int
git_mbedtls_stream_wrap(git_stream **out, git_stream *in, const char *host)
{
	(void)in;
	(void)host;
	*out = NULL;
	return missing("this program's TLS is not libgit2's");
}

/* Repositories of libgit2 1.5 have SHA-1 alone: none of these is reached. */
int
git_hash_sha256_global_init(void)
{
	return 0;
}

int
git_hash_sha256_ctx_init(void *ctx)
{
	(void)ctx;
	return missing("this program has no SHA-256 for libgit2");
}

void
git_hash_sha256_ctx_cleanup(void *ctx)
{
	(void)ctx;
}

int
git_hash_sha256_init(void *ctx)
{
	(void)ctx;
	return missing("this program has no SHA-256 for libgit2");
}

int
git_hash_sha256_update(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return missing("this program has no SHA-256 for libgit2");
}

int
git_hash_sha256_final(unsigned char *out, void *ctx)
{
	(void)out;
	(void)ctx;
	return missing("this program has no SHA-256 for libgit2");
}
