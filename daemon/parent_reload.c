/* SPDX-License-Identifier: ISC */
/*
 * A reload: another front is made of the new configuration and takes over once
 * it has the site; whatever fails before, the old one stays.
 */
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "control.h"
#include "fdstore.h"
#include "log.h"
#include "log_server.h"
#include "notify.h"
#include "parent_parts.h"
#include "record.h"

/* How long the processes of one reload may finish what they write, once there
 * is another. */
#define HURRY_MS 3000

static void
reload_ended(int good)
{
	record_reload(good);
	if (good)
		log_notice("reloaded");
	if (parent.told)
		notify("READY=1");
	if (parent.reload_again) {
		parent.reload_again = 0;
		parent_reload();
	}
}

static void
reload_failed(const char *text)
{
	log_err("reload failed, the old configuration stays: %s", text);
	reload_ended(0);
}

/* The new front has the site (or there is none yet): it takes over. */
static void
take_over(void)
{
	const struct conf *conf = front_conf(parent.next);
	struct err err;

	if (update_reconfigure(parent.update, &conf->site, &err) == -1) {
		struct front *bad = parent.next;

		parent.next = NULL;
		front_kill(bad, parent.front);
		reload_failed(err.text);
		return;
	}
	parent.draining = parent.front;
	parent.front = parent.next;
	parent.next = NULL;
	front_drain(parent.draining, parent.front, 0,
		    (long long)conf->drain_s * 1000);
	fdstore_keep_listeners(front_listeners(parent.front));
	update_show_again(parent.update);
	log_server_use(front_conf(parent.front)->syslog, broker_syslog_server);
	parent_renew_tickets(); /* they may live shorter now */
	reload_ended(1);
}

static void
front_is_ready(struct front *f)
{
	if (f == parent.next && update_published(parent.update) == NULL)
		front_show(f, NULL); /* nothing to wait for */
}

static void
front_has_failed(struct front *f, const char *text)
{
	if (f != parent.next)
		fatalx("%s", text);
	parent.next = NULL;
	front_kill(f, parent.front); /* its addresses may be wanted at once */
	reload_failed(text);
}

static void
front_has_shown(struct front *f, int result)
{
	if (f == parent.front)
		update_shown(parent.update, result);
	else if (f == parent.next && front_is_running(f) &&
		 front_shows(f, update_published(parent.update)))
		take_over();
}

static void
front_hook(struct front *f)
{
	(void)f;
	update_hook(parent.update);
}

/* The reload that waited for a front which has gone now. */
static void
reload_after_draining(void)
{
	if (!parent.reload_waits || parent.draining != NULL || parent.stopping)
		return;
	parent.reload_waits = 0;
	parent_reload();
}

static void
front_is_gone(struct front *f)
{
	if (f == parent.draining)
		parent.draining = NULL;
	if (f == parent.next)
		parent.next = NULL;
	if (f == parent.front)
		parent.front = NULL;
	front_free(f);
	reload_after_draining();
	if (parent.stopping && parent.front == NULL && parent.draining == NULL)
		event_base_loopexit(parent.base, NULL);
}

const struct front_ops parent_front_ops = {front_is_ready, front_has_failed,
					   front_has_shown, front_hook,
					   front_is_gone};

/* Logs every problem of the configuration. */
static int
load(struct conf *conf)
{
	char *text, *line, *rest;
	struct err err;
	int problems = broker_load(conf, &text, &err);

	if (problems == -1) {
		log_err("%s", err.text);
		return -1;
	}
	for (rest = text; (line = strsep(&rest, "\n")) != NULL;)
		if (*line != '\0')
			log_err("%s", line);
	free(text);
	return problems;
}

int
parent_check_access_log(const struct conf *conf, struct err *err)
{
	if (parent.foreground || conf->access.to != ACCESS_STDERR)
		return 0;
	return err_set(err, "access: nobody reads \"stderr\" in the "
			    "background: name a file, or start blogd with -d");
}

/* No more than three fronts at a time, however often one reloads: the one of
 * the reload before is to go first, and may finish what it writes. */
static void
wait_for_draining(void)
{
	if (parent.reload_waits)
		return;
	parent.reload_waits = 1;
	log_info("the reload waits for those who read from before the last "
		 "one, %d s at most",
		 HURRY_MS / 1000);
	front_drain(parent.draining, parent.front, 0, HURRY_MS);
}

static void
start_next(void)
{
	static struct conf conf;
	struct listeners l;
	struct err err;

	if (parent.told)
		notify_reloading();
	memset(&conf, 0, sizeof(conf));
	if (load(&conf) != 0) {
		reload_failed("see the errors above");
		return;
	}
	if (!control_is(conf.control))
		log_warn("control: another socket takes a new start");
	if (conf.sandbox != parent.sandbox)
		log_warn("sandbox: another demand takes a new start");
	if (parent_check_access_log(&conf, &err) == -1 ||
	    listeners_open(&l, &conf, front_listeners(parent.front), &err) ==
		-1) {
		reload_failed(err.text);
		return;
	}
	parent.next =
	    front_new(&conf, &l, parent.base, &parent_front_ops, &err);
	if (parent.next == NULL) {
		listeners_close(&l, front_listeners(parent.front));
		reload_failed(err.text);
		return;
	}
	front_tickets(parent.next, &parent.tickets.keys);
	front_show(parent.next, update_published(parent.update));
	front_launch(parent.next);
}

void
parent_reload(void)
{
	if (parent.next != NULL)
		parent.reload_again = 1;
	else if (parent.draining != NULL)
		wait_for_draining();
	else
		start_next();
}
