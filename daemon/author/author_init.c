/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../log.h"
#include "author.h"
#include "author_begin.h"
#include "author_repo.h"
#include "author_starter.h"

struct words {
	struct buf name, author;
	char date[11], uuid[37];
};

/* ---- what goes into the texts ---- */

/* RFC 9562 section 5.4. */
static void
make_uuid(char out[37])
{
	unsigned char b[16];
	char *p = out;

	if (RAND_bytes(b, sizeof(b)) != 1)
		fatalx("no random numbers");
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		snprintf(p, 3, "%02x", b[i]);
		p += 2;
	}
}

/* "/home/me/my-blog" is "My blog". */
static void
name_after(const char *dir, struct buf *out)
{
	char whole[PATH_MAX];
	const char *p;

	if (realpath(dir, whole) == NULL || (p = strrchr(whole, '/')) == NULL ||
	    p[1] == '\0')
		p = "/My blog";
	for (p++; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			buf_char(out, *p == '-' || *p == '_' ? ' ' : *p);
	if (out->len == 0)
		buf_str(out, "My blog");
	out->data[0] = (char)toupper((unsigned char)out->data[0]);
}

static void
fill(const char *text, const struct words *w, struct buf *out)
{
	const struct {
		const char *mark;
		struct slice value;
	} all[] = {{"@NAME@", {w->name.data, w->name.len}},
		   {"@AUTHOR@", {w->author.data, w->author.len}},
		   {"@DATE@", slice_of(w->date)},
		   {"@UUID@", slice_of(w->uuid)}};

	while (*text != '\0') {
		size_t i = 0, n = sizeof(all) / sizeof(all[0]);

		while (i < n &&
		       strncmp(text, all[i].mark, strlen(all[i].mark)) != 0)
			i++;
		if (i == n) {
			buf_char(out, *text++);
			continue;
		}
		buf_add(out, all[i].value.data, all[i].value.len);
		text += strlen(all[i].mark);
	}
}

/* ---- files ---- */

static int
complain(const struct err *err)
{
	fprintf(stderr, "blogd init: %s\n", err->text);
	return -1;
}

/* Nothing is overwritten, and nothing begun that cannot be ended. */
static int
check_empty(const char *dir)
{
	struct err err;

	for (size_t i = 0; i < author_nstarter; i++) {
		if (!author_begin_there(dir, author_starter[i].path))
			continue;
		err_set(&err, "%s/%s is there already; nothing was changed",
			dir, author_starter[i].path);
		return complain(&err);
	}
	return 0;
}

static int
write_files(const char *dir, const struct words *w)
{
	struct buf text = {0};
	struct err err;
	int r = 0;

	for (size_t i = 0; r == 0 && i < author_nstarter; i++) {
		buf_clear(&text);
		fill(author_starter[i].text, w, &text);
		r = author_begin_file(dir, author_starter[i].path,
				      (struct slice){text.data, text.len},
				      &err);
	}
	buf_free(&text);
	return r == 0 ? 0 : complain(&err);
}

/* ---- the repository ---- */

static int
git_failed(const char *what)
{
	const git_error *e = git_error_last();
	struct err err;

	err_set(&err, "%s: %s", what,
		e != NULL && e->message != NULL ? e->message : "failed");
	return complain(&err);
}

static int
add_all(git_repository *repo, git_oid *tree)
{
	git_index *index;
	int r = git_repository_index(&index, repo);

	if (r < 0)
		return -1;
	for (size_t i = 0; r == 0 && i < author_nstarter; i++)
		r = git_index_add_bypath(index, author_starter[i].path);
	if (r == 0)
		r = git_index_write(index);
	if (r == 0)
		r = git_index_write_tree(tree, index);
	git_index_free(index);
	return r;
}

/* 1; 0 when git does not know who commits; -1. */
static int
commit(git_repository *repo, const git_oid *id)
{
	git_signature *who;
	git_tree *tree;
	git_oid made;
	int r = git_signature_default(&who, repo);

	if (r < 0)
		return 0;
	r = git_tree_lookup(&tree, repo, id);
	if (r == 0) {
		r = git_commit_create_v(&made, repo, "HEAD", who, who, NULL,
					"Begin a blog", tree, 0);
		git_tree_free(tree);
	}
	git_signature_free(who);
	return r < 0 ? -1 : 1;
}

/* 1: committed; 0: not, for want of a name; -1. */
static int
make_repository(const char *dir)
{
	git_repository_init_options o;
	git_repository *repo;
	git_oid tree;
	int r;

	git_repository_init_options_init(&o,
					 GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	o.flags = GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
	o.initial_head = "main";
	if (git_repository_init_ext(&repo, dir, &o) < 0)
		return git_failed("a repository");
	r = add_all(repo, &tree) < 0 ? git_failed("git add") : 0;
	if (r == 0 && (r = commit(repo, &tree)) == -1)
		git_failed("git commit");
	git_repository_free(repo);
	return r;
}

static int
is_in_repository(const char *dir)
{
	git_repository *repo;

	if (git_repository_open_ext(&repo, dir, 0, NULL) < 0)
		return 0;
	git_repository_free(repo);
	return 1;
}

/* ---- the command ---- */

static void
say_next(const char *dir, int in_repository, int committed)
{
	printf("A blog of %zu files is in %s", author_nstarter, dir);
	puts(committed ? ", with a first commit." : ".");
	puts("Next:");
	if (strcmp(dir, ".") != 0)
		printf("  cd %s\n", dir);
	if (in_repository)
		puts("  git add . && git commit -m \"Begin a blog\"");
	else if (!committed)
		puts("  git config user.name \"Your name\"\n"
		     "  git config user.email you@example.org\n"
		     "  git commit -m \"Begin a blog\"");
	puts("  blogd preview            and open http://localhost:8080/\n"
	     "  blogd new \"A title\"      begins an article\n"
	     "Then write the address it will have into .config/root, and push "
	     "it to where\nblogd fetches it from.");
}

static int
begin(const char *dir)
{
	struct words w = {0};
	int r, in;

	if (mkdir(dir, 0777) == -1 && errno != EEXIST) {
		fprintf(stderr, "blogd init: %s: %s\n", dir, strerror(errno));
		return -1;
	}
	author_begin_who(dir, &w.author); /* starts libgit2 */
	if (check_empty(dir) == -1)
		return -1;
	name_after(dir, &w.name);
	author_begin_today(w.date);
	make_uuid(w.uuid);
	in = is_in_repository(dir);
	r = write_files(dir, &w);
	buf_free(&w.name);
	buf_free(&w.author);
	if (r == -1)
		return -1;
	r = in ? 0 : make_repository(dir);
	if (r != -1)
		say_next(dir, in, r);
	return r == -1 ? -1 : 0;
}

int
author_init(const struct author_options *o)
{
	return begin(o->dir) == 0 && fflush(stdout) == 0 ? 0 : 1;
}
