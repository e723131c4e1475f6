/* SPDX-License-Identifier: ISC */
/*
 * The parent: reads the configuration, binds and opens while it is root, gives
 * root up, and then only has processes started, passes descriptors on and
 * waits.  What needs a file, a name or a new process it asks the broker for. It
 * never reads a byte that a peer sent.
 */
#include <sys/mman.h>

#include <signal.h>
#include <stdio.h>
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
#include "clock.h"
#include "control.h"
#include "counters.h"
#include "fdstore.h"
#include "front.h"
#include "hostile.h"
#include "log.h"
#include "log_server.h"
#include "notify.h"
#include "proc.h"
#include "progress.h"
#include "record.h"
#include "restart.h"
#include "tickets.h"
#include "update.h"
#include "watchdog.h"

/* How long serve may finish what it writes when blogd is stopped. */
#define STOP_MS 3000

static struct {
	struct event_base *base;
	const struct conf_options *options;
	struct update *update;
	struct front *front;	/* at work */
	struct front *next;	/* of a reload, starting */
	struct front *draining; /* of the last reload */
	struct tickets tickets;
	struct event *tickets_timer;
	int launcher; /* see background.h; -1: nobody waits */
	int told;     /* systemd knows that we are ready */
	int reload_again;
	int stopping;
	int foreground;
	uint32_t sandbox; /* what the start was asked for */
	int strict;
} p = {.launcher = -1};

/* -------------------------------------------------------------- started -- */

static void
tell_started(const char *status)
{
	notify_status(!p.told, status);
	if (p.told)
		return;
	p.told = 1;
	background_started(&p.launcher);
}

static const char *
serving(const struct published *s)
{
	static char status[96];

	snprintf(status, sizeof(status), "serving commit %s", s->commit);
	return status;
}

/* For systemd to hand over to the next blogd. */
static void
keep_site(const struct published *s)
{
	const struct msg_rendered *r = update_counts(p.update);
	struct stored_site counts = {.articles = r->articles,
				     .pages = r->pages,
				     .problems = r->problems};

	fdstore_keep_site(&front_conf(p.front)->site, s, &counts);
}

static void
update_done(int result, const char *text)
{
	const struct published *s = update_published(p.update);

	if (result == 0)
		keep_site(s);

	if (result == -1)
		tell_started(text);
	else if (s != NULL)
		tell_started(serving(s));
	/* One that is about to take over must not do so with the old site. */
	if (p.next != NULL && !front_shows(p.next, s))
		front_show(p.next, s);
}

static void
show(const struct published *s)
{
	front_show(p.front, s);
}

static void
update_failed(const char *text)
{
	if (p.told)
		log_err("%s", text);
	else
		fatalx("%s", text);
}

static const struct update_ops update_ops = {show, update_done, update_failed};

/* -------------------------------------------------------------- tickets -- */

/* Of the front at work; a new one begins with the keys there are. */
static uint32_t
ticket_lifetime(void)
{
	return front_conf(p.front)->serve.ticket_s;
}

static void
renew_tickets(void)
{
	int64_t now = clock_ms();

	if (tickets_rotate(&p.tickets, ticket_lifetime(), now)) {
		front_tickets(p.front, &p.tickets.keys);
		if (p.next != NULL)
			front_tickets(p.next, &p.tickets.keys);
	}
	timer_set(p.tickets_timer,
		  tickets_due(&p.tickets, ticket_lifetime(), now));
}

static void
on_tickets_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (!p.stopping)
		renew_tickets();
}

static void
make_tickets(void)
{
	p.tickets_timer = evtimer_new(p.base, on_tickets_timer, NULL);
	if (p.tickets_timer == NULL)
		fatalx("out of memory (timer)");
	renew_tickets();
}

/* --------------------------------------------------------------- reload -- */

static void reload(void);

static void
reload_ended(int good)
{
	record_reload(good);
	if (good)
		log_notice("reloaded");
	if (p.told)
		notify("READY=1");
	if (p.reload_again) {
		p.reload_again = 0;
		reload();
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
	const struct conf *conf = front_conf(p.next);
	struct err err;

	if (update_reconfigure(p.update, &conf->site, &err) == -1) {
		struct front *bad = p.next;

		p.next = NULL;
		front_kill(bad, p.front);
		reload_failed(err.text);
		return;
	}
	if (p.draining != NULL)
		front_kill(p.draining, NULL);
	p.draining = p.front;
	p.front = p.next;
	p.next = NULL;
	front_drain(p.draining, p.front, 0, (long long)conf->drain_s * 1000);
	fdstore_keep_listeners(front_listeners(p.front));
	update_show_again(p.update);
	log_server_use(front_conf(p.front)->syslog, broker_syslog_server);
	renew_tickets(); /* they may live shorter now */
	reload_ended(1);
}

static void
front_is_ready(struct front *f)
{
	if (f == p.next && update_published(p.update) == NULL)
		front_show(f, NULL); /* nothing to wait for */
}

static void
front_has_failed(struct front *f, const char *text)
{
	if (f != p.next)
		fatalx("%s", text);
	p.next = NULL;
	front_kill(f, p.front); /* its addresses may be wanted at once */
	reload_failed(text);
}

static void
front_has_shown(struct front *f, int result)
{
	if (f == p.front)
		update_shown(p.update, result);
	else if (f == p.next && front_is_running(f) &&
		 front_shows(f, update_published(p.update)))
		take_over();
}

static void
front_hook(struct front *f)
{
	(void)f;
	update_hook(p.update);
}

static void
front_is_gone(struct front *f)
{
	if (f == p.draining)
		p.draining = NULL;
	if (f == p.next)
		p.next = NULL;
	if (f == p.front)
		p.front = NULL;
	front_free(f);
	if (p.stopping && p.front == NULL && p.draining == NULL)
		event_base_loopexit(p.base, NULL);
}

static const struct front_ops front_ops = {front_is_ready, front_has_failed,
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

/* In the background standard error leads nowhere. */
static int
check_access_log(const struct conf *conf, struct err *err)
{
	if (p.foreground || conf->access.to != ACCESS_STDERR)
		return 0;
	return err_set(err, "access: nobody reads \"stderr\" in the "
			    "background: name a file, or start blogd with -d");
}

static void
reload(void)
{
	static struct conf conf;
	struct listeners l;
	struct err err;

	if (p.next != NULL) {
		p.reload_again = 1;
		return;
	}
	if (p.told)
		notify_reloading();
	memset(&conf, 0, sizeof(conf));
	if (load(&conf) != 0) {
		reload_failed("see the errors above");
		return;
	}
	if (!control_is(conf.control))
		log_warn("control: another socket takes a new start");
	if (conf.sandbox != p.sandbox)
		log_warn("sandbox: another demand takes a new start");
	if (check_access_log(&conf, &err) == -1 ||
	    listeners_open(&l, &conf, front_listeners(p.front), &err) == -1) {
		reload_failed(err.text);
		return;
	}
	p.next = front_new(&conf, &l, p.base, &front_ops, &err);
	if (p.next == NULL) {
		listeners_close(&l, front_listeners(p.front));
		reload_failed(err.text);
		return;
	}
	front_tickets(p.next, &p.tickets.keys);
	front_show(p.next, update_published(p.update));
	front_launch(p.next);
}

/* -------------------------------------------------------------- signals -- */

static void
stop(void)
{
	if (p.stopping) { /* asked twice: at once */
		if (p.front != NULL)
			front_kill(p.front, NULL);
		return;
	}
	p.stopping = 1;
	log_notice("stopping");
	notify("STOPPING=1");
	update_stop(p.update);
	if (p.next != NULL)
		front_kill(p.next, p.front);
	if (p.draining != NULL)
		front_kill(p.draining, NULL);
	front_drain(p.front, NULL, 1, STOP_MS);
}

static void
reopen_logs(void)
{
	struct front *fronts[] = {p.front, p.next, p.draining};

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
	else if (p.stopping && signal != SIGTERM && signal != SIGINT)
		return;
	else if (signal == SIGHUP)
		reload();
	else if (signal == SIGUSR1)
		reopen_logs();
	else if (signal == SIGUSR2)
		update_request(p.update, "SIGUSR2");
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
		    evsignal_new(p.base, caught[i], on_signal, NULL);

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
		control_start(p.base);
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
	    sandbox_demand(p.strict, &err) == -1)
		fatalx("%s", err.text);
	open_control(conf);
	/* The filter that every process inherits. */
	sandbox_filter(ROLE_BROKER, VARIANT_PLAIN);
	if (broker_start(p.options, conf, &err) == -1)
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
	return p.stopping || front_is_well(p.front);
}

static void
show_kept(const struct conf *conf)
{
	struct stored_site s;
	struct published *kept = fdstore_site(&conf->site, &s);
	struct msg_rendered counts = {0};

	if (kept == NULL)
		return;
	counts.articles = s.articles;
	counts.pages = s.pages;
	counts.problems = s.problems;
	update_keep(p.update, kept, &counts);
}

static void
launch(const struct conf *conf)
{
	show_kept(conf);
	fdstore_keep_listeners(front_listeners(p.front));
	front_launch(p.front);
	update_launch(p.update);
	watchdog_start(p.base, is_well, NULL);
}

static void
remember(const struct conf *conf, const struct conf_options *opt,
	 int foreground)
{
	p.options = opt;
	p.foreground = foreground;
	p.sandbox = conf->sandbox;
	p.strict = demand_is_strict(conf->sandbox);
}

/* What shows at once that another start is needed: what cannot be bound. */
static void
bind_all(const struct conf *conf, struct listeners *l)
{
	struct err err;

	notify_init();
	if (take_passed(&err) == -1 || check_access_log(conf, &err) == -1 ||
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
	if (!p.foreground)
		p.launcher = background_enter();
	mlock(&p.tickets, sizeof(p.tickets)); /* the keys come later */
	p.base = event_base_new();
	if (p.base == NULL)
		fatalx("no event base");
	if (child_init(p.base, "/usr/sbin/blogd", &err) == -1)
		fatalx("%s", err.text);
	catch_signals();
}

static void
make_site(const struct conf *conf, struct listeners *l)
{
	struct err err;

	p.front = front_new(conf, l, p.base, &front_ops, &err);
	if (p.front == NULL)
		fatalx("%s", err.text);
	p.update = update_new(&conf->site, p.base, &update_ops, &err);
	if (p.update == NULL)
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
	make_tickets();
	launch(conf);
	event_base_dispatch(p.base);
	finish();
	abort();
}
