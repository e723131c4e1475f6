/* SPDX-License-Identifier: ISC */
/*
 * The parent: reads the configuration, binds and opens while it is root, gives
 * root up, and then only has processes started, passes descriptors on and
 * waits.  What needs a file, a name or a new process it asks the broker for. It
 * never reads a byte that a peer sent.
 */
#include <sys/mman.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "../sandbox/demand.h"
#include "../sandbox/sandbox.h"
#include "activation.h"
#include "background.h"
#include "broker.h"
#include "child.h"
#include "control.h"
#include "counters.h"
#include "fdstore.h"
#include "hostile.h"
#include "log.h"
#include "log_server.h"
#include "notify.h"
#include "parent_parts.h"
#include "proc.h"
#include "progress.h"
#include "record.h"
#include "watchdog.h"

/* How long serve may finish what it writes when blogd is stopped. */
#define STOP_MS 3000

struct parent parent = {.launcher = -1};

/* -------------------------------------------------------------- signals -- */

static void
stop(void)
{
	if (parent.stopping) { /* asked twice: at once */
		if (parent.front != NULL)
			front_kill(parent.front, NULL);
		return;
	}
	parent.stopping = 1;
	log_notice("stopping");
	notify("STOPPING=1");
	update_stop(parent.update);
	if (parent.next != NULL)
		front_kill(parent.next, parent.front);
	if (parent.draining != NULL)
		front_kill(parent.draining, NULL);
	front_drain(parent.front, NULL, 1, STOP_MS);
}

static void
reopen_logs(void)
{
	struct front *fronts[] = {parent.front, parent.next, parent.draining};

	for (size_t i = 0; i < 3; i++)
		if (fronts[i] != NULL)
			front_reopen(fronts[i]);
}

static void
on_signal(evutil_socket_t signal, short what, void *arg)
{
	(void)what, (void)arg;
	if (signal == SIGCHLD)
		child_reap();
	else if (parent.stopping && signal != SIGTERM && signal != SIGINT)
		return;
	else if (signal == SIGHUP)
		parent_reload();
	else if (signal == SIGUSR1)
		reopen_logs();
	else if (signal == SIGUSR2)
		update_request(parent.update, "SIGUSR2");
	else
		stop();
}

static void
catch_signals(void)
{
	static const int caught[] = {SIGTERM, SIGINT,  SIGHUP,
				     SIGUSR1, SIGUSR2, SIGCHLD};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		struct event *e =
		    evsignal_new(parent.base, caught[i], on_signal, NULL);

		/* Never freed: they last as long as blogd. */
		if (e == NULL || event_add(e, NULL) == -1)
			fatalx("cannot catch signal %d", caught[i]);
	}
}

/* -------------------------------------------------------------- the run -- */

static void
finish(void)
{
	control_end();
	watchdog_stop();
	log_notice("stopped");
	exit(0);
}

/* For blogctl, once root is gone.  A socket that was asked for must be; without
 * the default's one blogd serves all the same, for another blogd may have it,
 * or there is no directory for it. */
static void
open_control(const struct conf *conf)
{
	struct err err;

	if (control_bind(conf->control, &err) == 0) {
		control_start(parent.base);
		return;
	}
	if (strcmp(conf->control, CONTROL_PATH) != 0)
		fatalx("%s", err.text);
	log_warn("%s: blogctl cannot ask; name another socket with "
		 "\"control\", or turn it off",
		 err.text);
}

/* Gives root up, then, to the broker, all that one message from a child could
 * be worth. */
static void
confine(const struct conf *conf)
{
	struct err err;

	tzset(); /* libc asks for the time zone even where UTC is wanted */
	if (sandbox_parent(conf->user, &err) == -1 ||
	    sandbox_demand(parent.strict, &err) == -1)
		fatalx("%s", err.text);
	open_control(conf);
	/* The filter that every process inherits. */
	sandbox_filter(ROLE_BROKER, VARIANT_PLAIN);
	if (broker_start(parent.options, conf, &err) == -1)
		fatalx("%s", err.text);
	sandbox_enter(ROLE_PARENT, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_PARENT, VARIANT_PLAIN);
	log_info("%s", sandbox_report());
}

/* What systemd passed is sorted before anything is bound. */
static int
take_passed(struct err *err)
{
	if (activation_init(err) == -1 || activation_expects(0, err) == -1)
		return -1;
	fdstore_init();
	return 0;
}

static int
is_well(void *arg)
{
	(void)arg;
	return parent.stopping || front_is_well(parent.front);
}

static void
launch(const struct conf *conf)
{
	parent_show_kept(conf);
	fdstore_keep_listeners(front_listeners(parent.front));
	front_launch(parent.front);
	update_launch(parent.update);
	watchdog_start(parent.base, is_well, NULL);
}

static void
remember(const struct conf *conf, const struct conf_options *opt,
	 int foreground)
{
	parent.options = opt;
	parent.foreground = foreground;
	parent.sandbox = conf->sandbox;
	parent.strict = demand_is_strict(conf->sandbox);
}

/* What shows at once that another start is needed: what cannot be bound. */
static void
bind_all(const struct conf *conf, struct listeners *l)
{
	struct err err;

	notify_init();
	if (take_passed(&err) == -1 ||
	    parent_check_access_log(conf, &err) == -1 ||
	    listeners_open(l, conf, NULL, &err) == -1)
		fatalx("%s", err.text);
}

/* What is made once, and needs files or root. */
static void
prepare(const struct conf *conf)
{
	struct err err;

	if (counters_init(&err) == -1)
		fatalx("%s", err.text);
	record_start();
	progress_init();
	control_prepare(conf->control, conf->user);
	if (!parent.foreground)
		parent.launcher = background_enter();
	mlock(&parent.tickets,
	      sizeof(parent.tickets)); /* the keys come later */
	parent.base = event_base_new();
	if (parent.base == NULL)
		fatalx("no event base");
	if (child_init(parent.base, "/usr/sbin/blogd", &err) == -1)
		fatalx("%s", err.text);
	catch_signals();
}

static void
make_site(const struct conf *conf, struct listeners *l)
{
	struct err err;

	parent.front = front_new(conf, l, parent.base, &parent_front_ops, &err);
	if (parent.front == NULL)
		fatalx("%s", err.text);
	parent.update =
	    update_new(&conf->site, parent.base, &parent_update_ops, &err);
	if (parent.update == NULL)
		fatalx("%s", err.text);
}

void
parent_main(struct conf *conf, const struct conf_options *opt, int foreground,
	    int verbose)
{
	struct listeners l;

	log_init(foreground ? log_sink_of_stderr() : LOG_TO_SYSLOG, verbose);
	log_system(broker_syslog);
	log_server_use(conf->syslog, broker_syslog_server);
	hostile_warn();
	remember(conf, opt, foreground);
	bind_all(conf, &l);
	prepare(conf);
	make_site(conf, &l);
	confine(conf);
	parent_make_tickets();
	launch(conf);
	event_base_dispatch(parent.base);
	finish();
	abort();
}
