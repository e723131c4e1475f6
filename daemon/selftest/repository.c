/* SPDX-License-Identifier: ISC */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <git2.h>

#include "../log.h"
#include "selftest.h"

static void
must(int rc, const char *what)
{
	const git_error *e = git_error_last();

	if (rc < 0)
		fatalx("%s: %s", what, e != NULL ? e->message : "failed");
}

static git_repository *
open_or_make(const char *dir)
{
	char path[PATH_MAX];
	git_repository *repo;

	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	snprintf(path, sizeof(path), "%s/blog.git", dir);
	if (git_repository_open_bare(&repo, path) < 0)
		must(git_repository_init(&repo, path, 1), "a repository");
	must(git_repository_set_head(repo, "refs/heads/main"), "its HEAD");
	return repo;
}

static void
add_file(git_repository *repo, git_treebuilder *tree, const char *name,
	 const char *text)
{
	git_oid id;

	must(git_blob_create_from_buffer(&id, repo, text, strlen(text)),
	     "a blob");
	must(git_treebuilder_insert(NULL, tree, name, &id, GIT_FILEMODE_BLOB),
	     "a file");
}

/* A tree with Posts/One in it. */
static void
make_tree(git_repository *repo, const char *word, git_oid *root)
{
	git_treebuilder *posts, *all;
	git_oid id;
	char text[256];

	snprintf(text, sizeof(text),
		 "---\ntitle: One\nauthor: blogd\n---\nIt says *%s*.\n", word);
	must(git_treebuilder_new(&posts, repo, NULL), "a tree");
	add_file(repo, posts, "One", text);
	must(git_treebuilder_write(&id, posts), "a tree");
	must(git_treebuilder_new(&all, repo, NULL), "a tree");
	must(git_treebuilder_insert(NULL, all, "Posts", &id, GIT_FILEMODE_TREE),
	     "a directory");
	must(git_treebuilder_write(root, all), "a tree");
	git_treebuilder_free(posts);
	git_treebuilder_free(all);
}

void
repository_commit(const char *dir, const char *word, char commit[41])
{
	git_repository *repo = open_or_make(dir);
	git_commit *parent = NULL;
	git_signature *who;
	git_oid root, tip, id;
	git_tree *tree;

	make_tree(repo, word, &root);
	must(git_tree_lookup(&tree, repo, &root), "a tree");
	must(git_signature_now(&who, "blogd", "blogd@localhost"), "an author");
	if (git_reference_name_to_id(&tip, repo, "refs/heads/main") == 0)
		must(git_commit_lookup(&parent, repo, &tip), "a commit");
	must(git_commit_create_v(&id, repo, "refs/heads/main", who, who, NULL,
				 word, tree, parent != NULL ? 1 : 0, parent),
	     "a commit");
	git_oid_tostr(commit, 41, &id);
	git_commit_free(parent);
	git_signature_free(who);
	git_tree_free(tree);
	git_repository_free(repo);
}
