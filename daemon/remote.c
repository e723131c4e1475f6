/* SPDX-License-Identifier: ISC */
#include "remote.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "log.h"

/* ---------------------------------------------------------------- files -- */

static int
open_named(const char *path, enum broker_file how, const char *what, int *fd,
	   struct err *err)
{
	*fd = -1;
	if (path[0] == '\0' && how != BROKER_CA)
		return 0;
	*fd = broker_open(how, path);
	if (*fd == -1)
		return err_set(err, "cannot open the %s %s: %s", what, path,
			       strerror(errno));
	return 0;
}

static int
open_ca(const struct conf_site *s, int *fd, struct err *err)
{
	*fd = -1;
	if (s->git.transport != GIT_OVER_HTTPS)
		return 0;
	return open_named(s->ca, BROKER_CA, "trusted certificates", fd, err);
}

static void
close_named(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
files_close(struct remote *r)
{
	close_named(&r->files.ca);
	close_named(&r->files.ssh_key);
	close_named(&r->files.password);
	close_named(&r->files.repository);
}

/* Fills r->files, which must be closed or copied before. */
static int
files_open(struct remote *r, const struct conf_site *s, struct err *err)
{
	const char *dir = s->git.transport == GIT_LOCAL ? s->git.path : "";

	r->files.ca = r->files.ssh_key = -1;
	r->files.password = r->files.repository = -1;
	if (open_ca(s, &r->files.ca, err) == 0 &&
	    open_named(s->ssh_key, BROKER_READ, "ssh key", &r->files.ssh_key,
		       err) == 0 &&
	    open_named(s->password, BROKER_READ, "password file",
		       &r->files.password, err) == 0 &&
	    open_named(dir, BROKER_DIRECTORY, "repository",
		       &r->files.repository, err) == 0)
		return 0;
	files_close(r);
	return -1;
}

/* ------------------------------------------------------------ processes -- */

static void
start_git(struct remote *r)
{
	struct child *c = &r->git;
	struct err err;

	restart_began(&r->git_restart);
	if (child_start(c, ROLE_GIT, &err) == -1) {
		log_err("cannot start git: %s", err.text);
		restart_plan(&r->git_restart);
		return;
	}
	child_give(c, SLOT_DIAL, r->channel[0]);
	child_give(c, SLOT_CA, r->files.ca);
	child_give(c, SLOT_SSH_KEY, r->files.ssh_key);
	child_give(c, SLOT_PASSWORD, r->files.password);
	child_give(c, SLOT_REPOSITORY, r->files.repository);
	child_settings(c, &r->site.git, sizeof(r->site.git));
}

static void
start_dial(struct remote *r)
{
	struct err err;

	if (r->site.git.transport == GIT_LOCAL)
		return;
	if (r->site.dial_socket[0] != '\0') {
		dialport_start(&r->port, r->channel[1], r->site.dial_socket);
		return;
	}
	restart_began(&r->dial_restart);
	if (child_start(&r->dial, ROLE_DIAL, &err) == -1) {
		log_err("cannot start dial: %s", err.text);
		restart_plan(&r->dial_restart);
		return;
	}
	child_give(&r->dial, SLOT_DIAL, r->channel[1]);
	child_settings(&r->dial, &r->site.dial, sizeof(r->site.dial));
}

static void
git_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_git(arg);
}

static void
dial_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_dial(arg);
}

static void
git_message(struct child *c, struct ipc_msg *msg)
{
	struct remote *r = c->owner;

	if (msg->type != MSG_DISTRUST)
		r->ops->message(r->owner, msg);
	else
		child_distrusted(&r->dial, msg);
}

static void
dial_message(struct child *c, struct ipc_msg *msg)
{
	struct remote *r = c->owner;

	if (msg->type == MSG_FAILED)
		r->ops->dial_failed(r->owner, msg->data);
}

static void
git_gone(struct child *c, int status)
{
	struct remote *r = c->owner;

	(void)status;
	if (r->stopping)
		return;
	restart_plan(&r->git_restart);
	r->ops->gone(r->owner);
}

static void
dial_gone(struct child *c, int status)
{
	struct remote *r = c->owner;

	(void)status;
	if (!r->stopping)
		restart_plan(&r->dial_restart);
}

static const struct child_ops git_ops = {git_message, git_gone};
static const struct child_ops dial_ops = {dial_message, dial_gone};

/* ---------------------------------------------------------- life and end -- */

int
remote_init(struct remote *r, const struct conf_site *site,
	    struct event_base *base, const struct remote_ops *ops, void *owner,
	    struct err *err)
{
	r->site = *site;
	r->ops = ops;
	r->owner = owner;
	r->git.ops = &git_ops;
	r->dial.ops = &dial_ops;
	r->git.owner = r->dial.owner = r;
	if (files_open(r, site, err) == -1)
		return -1;
	if (ipc_pair(r->channel) == -1) {
		files_close(r);
		return err_set(err, "socketpair: %s", strerror(errno));
	}
	restart_init(&r->git_restart, base, git_again, r);
	restart_init(&r->dial_restart, base, dial_again, r);
	dialport_init(&r->port, base);
	return 0;
}

void
remote_launch(struct remote *r)
{
	start_dial(r);
	start_git(r);
}

int
remote_same(const struct conf_site *a, const struct conf_site *b)
{
	return memcmp(&a->git, &b->git, sizeof(a->git)) == 0 &&
	       memcmp(&a->dial, &b->dial, sizeof(a->dial)) == 0 &&
	       strcmp(a->dial_socket, b->dial_socket) == 0 &&
	       strcmp(a->ca, b->ca) == 0 &&
	       strcmp(a->ssh_key, b->ssh_key) == 0 &&
	       strcmp(a->password, b->password) == 0;
}

int
remote_change(struct remote *r, const struct conf_site *site, struct err *err)
{
	struct remote old = *r;

	if (files_open(r, site, err) == -1) {
		r->files = old.files;
		return -1;
	}
	files_close(&old);
	r->site = *site;
	dialport_stop(&r->port);
	child_end(&r->git);
	child_end(&r->dial);
	if (r->dial.pid == 0) { /* a local repository had none */
		event_del(r->dial_restart.timer);
		start_dial(r);
	}
	return 0;
}

void
remote_stop(struct remote *r)
{
	r->stopping = 1;
	event_del(r->git_restart.timer);
	event_del(r->dial_restart.timer);
	dialport_stop(&r->port);
	child_end(&r->git);
	child_end(&r->dial);
}
