/* SPDX-License-Identifier: ISC */
#include "author_begin.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <utf8proc.h>

#include "author_repo.h"

#define SLUG_MAX 80 /* bytes of it */

/* ---- who and when ---- */

static void
add_line(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x20 && *text != 0x7f)
			buf_char(out, *text);
}

static int
configured_name(const char *dir, struct buf *out)
{
	git_repository *repo = NULL;
	git_config *config = NULL, *snapshot = NULL;
	size_t before = out->len;
	const char *name;
	struct err err;

	if (author_repo_library(&err) == -1)
		return 0;
	if (git_repository_open_ext(&repo, dir, 0, NULL) == 0)
		git_repository_config(&config, repo);
	else
		git_config_open_default(&config);
	if (config != NULL && git_config_snapshot(&snapshot, config) == 0 &&
	    git_config_get_string(&name, snapshot, "user.name") == 0)
		add_line(out, name);
	git_config_free(snapshot);
	git_config_free(config);
	git_repository_free(repo);
	return out->len > before;
}

void
author_begin_who(const char *dir, struct buf *out)
{
	const struct passwd *pw;

	if (configured_name(dir, out))
		return;
	pw = getpwuid(getuid());
	if (pw != NULL && pw->pw_gecos[0] != '\0' && pw->pw_gecos[0] != ',')
		buf_add(out, pw->pw_gecos, strcspn(pw->pw_gecos, ",\n"));
	else
		add_line(out, pw != NULL ? pw->pw_name : "anonymous");
}

void
author_begin_today(char out[11])
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL || strftime(out, 11, "%F", &tm) != 10)
		memcpy(out, "1970-01-01", 11);
}

void
author_begin_now(char out[BEGIN_NOW_LEN + 1])
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(out, BEGIN_NOW_LEN + 1, "%F %H:%M:00 %z", &tm) != BEGIN_NOW_LEN)
		memcpy(out, "1970-01-01 00:00:00 +0000", BEGIN_NOW_LEN + 1);
}

/* ---- files ---- */

static int
enter(int at, const char *name)
{
	int fd;

	if (mkdirat(at, name, 0777) == -1 && errno != EEXIST)
		fd = -1;
	else
		fd = openat(at, name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(at);
	return fd;
}

static int
open_new(const char *dir, const char *path)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	const char *slash;

	while (at != -1 && (slash = strchr(path, '/')) != NULL) {
		char *name = xstrndup(path, (size_t)(slash - path));

		at = enter(at, name);
		free(name);
		path = slash + 1;
	}
	if (at == -1)
		return -1;
	fd = openat(at, path,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	close(at);
	return fd;
}

int
author_begin_file(const char *dir, const char *path, struct slice text,
		  struct err *err)
{
	int fd = open_new(dir, path), good = 1;

	while (fd != -1 && good && text.len > 0) {
		ssize_t n = write(fd, text.data, text.len);

		good = n > 0;
		text.data += n > 0 ? n : 0;
		text.len -= n > 0 ? (size_t)n : 0;
	}
	if (fd == -1 || close(fd) == -1 || !good)
		return err_set(err, "%s/%s: %s", dir, path, strerror(errno));
	return 0;
}

int
author_begin_there(const char *dir, const char *path)
{
	struct buf whole = {0};
	struct stat st;
	int there;

	buf_printf(&whole, "%s/%s", dir, path);
	there = lstat(buf_cstr(&whole), &st) == 0;
	buf_free(&whole);
	return there;
}

/* ---- names ---- */

static int
is_word(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);

	return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL ||
	       k == UTF8PROC_CATEGORY_LT || k == UTF8PROC_CATEGORY_LM ||
	       k == UTF8PROC_CATEGORY_LO || k == UTF8PROC_CATEGORY_MN ||
	       k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ND;
}

static int
parts(utf8proc_int32_t c)
{
	return c == '-' || c == '_' || c == '/' || c == ':' || c == '.' ||
	       utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ||
	       utf8proc_category(c) == UTF8PROC_CATEGORY_PD;
}

void
author_begin_slug(const char *title, struct buf *out)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)title;
	utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(title), n;
	utf8proc_uint8_t c[4];
	utf8proc_int32_t cp;
	int gap = 0;

	for (; left > 0 && out->len < SLUG_MAX; p += n, left -= n) {
		n = utf8proc_iterate(p, left, &cp);
		if (n <= 0) {
			n = 1;
			continue;
		}
		gap |= parts(cp);
		if (!is_word(cp))
			continue;
		if (gap && out->len > 0)
			buf_char(out, '-');
		gap = 0;
		buf_add(out, c,
			(size_t)utf8proc_encode_char(utf8proc_tolower(cp), c));
	}
	if (out->len == 0)
		buf_str(out, "article");
}
