/* SPDX-License-Identifier: ISC */
#include "refs.h"

#include <stdio.h>
#include <string.h>

#define BRANCHES "refs/heads/"
#define SHOWN	 8

static const git_remote_head *
find(const git_remote_head *const *heads, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(heads[i]->name, name) == 0)
			return heads[i];
	return NULL;
}

/* Appends "main, drafts and 3 more" to the message. */
static void
list_branches(const git_remote_head *const *heads, size_t n, struct err *err)
{
	size_t used = strlen(err->text), shown = 0, left = 0;
	const size_t prefix = strlen(BRANCHES);

	for (size_t i = 0; i < n; i++) {
		const char *name = heads[i]->name;
		size_t room = sizeof(err->text) - used;

		if (strncmp(name, BRANCHES, prefix) != 0)
			continue;
		if (shown == SHOWN || strlen(name + prefix) + 32 > room) {
			left++;
			continue;
		}
		used +=
		    (size_t)snprintf(err->text + used, room, "%s%s",
				     shown++ > 0 ? ", " : "", name + prefix);
	}
	if (left > 0)
		snprintf(err->text + used, sizeof(err->text) - used,
			 " and %zu more", left);
	else if (shown == 0)
		snprintf(err->text + used, sizeof(err->text) - used, "none");
}

static const git_remote_head *
find_branch(const git_remote_head *const *heads, size_t n, const char *branch,
	    struct err *err)
{
	const git_remote_head *found;
	char full[sizeof(BRANCHES) + 256];

	snprintf(full, sizeof(full), "%s%s",
		 strncmp(branch, "refs/", 5) == 0 ? "" : BRANCHES, branch);
	found = find(heads, n, full);
	if (found == NULL) {
		err_set(err,
			"the remote has no branch \"%s\"; it has: ", branch);
		list_branches(heads, n, err);
	}
	return found;
}

static const git_remote_head *
find_head(const git_remote_head *const *heads, size_t n, struct err *err)
{
	const git_remote_head *head = find(heads, n, "HEAD"), *target = NULL;

	if (head == NULL) {
		err_set(err, "the remote's HEAD stands for no branch; choose "
			     "one by #NAME after the address; it has: ");
		list_branches(heads, n, err);
		return NULL;
	}
	if (head->symref_target != NULL)
		target = find(heads, n, head->symref_target);
	return target != NULL ? target : head;
}

const git_remote_head *
refs_choose(const git_remote_head *const *heads, size_t n, const char *branch,
	    struct err *err)
{
	if (n == 0) {
		err_set(err, "the repository is empty; push a first commit");
		return NULL;
	}
	return branch[0] != '\0' ? find_branch(heads, n, branch, err)
				 : find_head(heads, n, err);
}
