/* SPDX-License-Identifier: ISC */
#include "signing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "buf.h"
#include "log.h"
#include "restart.h"

struct signing {
	const struct conf *conf;
	int certificate[CERTS_MAX], key[CERTS_MAX];
	int channel[PROCESSES_MAX][2]; /* serve's end, keys' end */
	struct child keys;
	struct restart restart;
};

/* --------------------------------------------------- files and channels -- */

static int
open_secret(const char *path, const char *what, struct err *err)
{
	int fd = broker_open(BROKER_READ, path);

	if (fd == -1)
		err_set(err, "cannot read the %s %s: %s", what, path,
			strerror(errno));
	return fd;
}

static int
open_files(struct signing *s, struct err *err)
{
	const struct conf_site *site = &s->conf->site;

	for (unsigned i = 0; i < site->ncerts; i++) {
		s->certificate[i] =
		    open_secret(site->cert[i].certificate, "certificate", err);
		if (s->certificate[i] == -1)
			return -1;
		s->key[i] = open_secret(site->cert[i].key, "key", err);
		if (s->key[i] == -1)
			return -1;
	}
	return 0;
}

static int
make_channels(struct signing *s, struct err *err)
{
	if (!s->conf->serve.tls)
		return 0;
	for (unsigned i = 0; i < s->conf->processes; i++)
		if (ipc_pair(s->channel[i]) == -1)
			return err_set(err, "socketpair: %s", strerror(errno));
	return 0;
}

void
signing_give(const struct signing *s, struct child *serve, unsigned number)
{
	for (unsigned i = 0; i < s->conf->site.ncerts; i++)
		child_give(serve, SLOT_CERTIFICATE, s->certificate[i]);
#ifdef BLOGD_KEY_IN_SERVE
	for (unsigned i = 0; i < s->conf->site.ncerts; i++)
		child_give(serve, SLOT_KEY, s->key[i]);
#endif
	child_give(serve, SLOT_KEYS, s->channel[number][0]);
}

/* ---------------------------------------------------------- the process -- */

void
signing_start(struct signing *s)
{
	const struct conf *conf = s->conf;
	struct err err;

	if (!conf->serve.tls)
		return;
	restart_began(&s->restart);
	if (child_start(&s->keys, ROLE_KEYS, &err) == -1) {
		log_err("cannot start keys: %s", err.text);
		restart_plan(&s->restart);
		return;
	}
	for (unsigned i = 0; i < conf->site.ncerts; i++)
		child_give(&s->keys, SLOT_KEY, s->key[i]);
	for (unsigned i = 0; i < conf->processes; i++)
		child_give(&s->keys, SLOT_KEYS, s->channel[i][1]);
	child_settings(&s->keys, &conf->keys, sizeof(conf->keys));
}

static void
start_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	signing_start(arg);
}

void
signing_again(struct signing *s)
{
	restart_plan(&s->restart);
}

void
signing_not_again(struct signing *s)
{
	event_del(s->restart.timer);
}

void
signing_end(struct signing *s)
{
	child_ask_to_end(&s->keys);
}

int
signing_is_ready(const struct signing *s)
{
	return !s->conf->serve.tls || s->keys.ready;
}

int
signing_is_running(const struct signing *s)
{
	return s->keys.pid != 0;
}

/* --------------------------------------------------------- life and end -- */

int
signing_new(struct signing **made, const struct conf *conf,
	    struct event_base *base, const struct child_ops *ops, void *owner,
	    struct err *err)
{
	struct signing *s = xcalloc(1, sizeof(*s));

	*made = s;
	s->conf = conf;
	for (unsigned i = 0; i < CERTS_MAX; i++)
		s->certificate[i] = s->key[i] = -1;
	for (unsigned i = 0; i < PROCESSES_MAX; i++)
		s->channel[i][0] = s->channel[i][1] = -1;
	s->keys.ops = ops;
	s->keys.owner = owner;
	restart_init(&s->restart, base, start_again, s);
	if (open_files(s, err) == -1)
		return -1;
	return make_channels(s, err);
}

static void
close_fd(int fd)
{
	if (fd != -1)
		close(fd);
}

void
signing_free(struct signing *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < CERTS_MAX; i++) {
		close_fd(s->certificate[i]);
		close_fd(s->key[i]);
	}
	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		close_fd(s->channel[i][0]);
		close_fd(s->channel[i][1]);
	}
	restart_free(&s->restart);
	free(s);
}
