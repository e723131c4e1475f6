/* SPDX-License-Identifier: ISC */
/*
 * blogd preview: the working tree, served on this machine to the one who
 * writes.  The processes are the daemon's, in the daemon's jails; only the
 * files come from elsewhere.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../conf_url.h"
#include "../counters.h"
#include "../front.h"
#include "../log.h"
#include "author_problems.h"
#include "author_site.h"

#define PORT	    8080
#define PORTS_MAX   100 /* tried when none is named */
#define STOP_MS	    500
#define MORE_RIGHTS "; script-src 'self'"

static struct {
	struct conf conf;
	struct event_base *base;
	struct author_site *site;
	struct front *front;
	unsigned port;
	struct published *shown, *next;
	struct msg_rendered counts; /* of next */
	int64_t ms;
	struct author_problems problems, told;
	int colour;
	int greeted;
	int failed; /* the last one could not be rendered at all */
	int stopping;
} p;

/* --------------------------------------------------------- on the screen -- */

static int
same_problems(void)
{
	if (p.problems.n != p.told.n)
		return 0;
	for (size_t i = 0; i < p.told.n; i++) {
		const struct author_problem *a = &p.problems.list[i];
		const struct author_problem *b = &p.told.list[i];

		if (strcmp(a->file, b->file) != 0 || a->line != b->line ||
		    a->column != b->column ||
		    strcmp(a->message, b->message) != 0)
			return 0;
	}
	return 1;
}

/* One line for each change; the problems when they are others. */
static void
tell(void)
{
	size_t n;

	author_problems_sort(&p.problems);
	n = p.problems.n;
	printf("rendered %u article%s in %" PRId64 " ms, %zu problem%s\n",
	       p.counts.articles, p.counts.articles == 1 ? "" : "s", p.ms, n,
	       n == 1 ? "" : "s");
	if (!same_problems())
		author_problems_print(&p.problems, FORMAT_TEXT, p.colour,
				      stdout);
	author_problems_clear(&p.told);
	p.told = p.problems;
	memset(&p.problems, 0, sizeof(p.problems));
	if (!p.greeted)
		printf("http://localhost:%u/ shows it; Ctrl-C ends it\n",
		       p.port);
	p.greeted = 1;
	fflush(stdout);
}

/* ------------------------------------------------------------- the cycle -- */

/* A page that says why there is no site is nothing to take pages over from. */
static void
wait_for_change(void)
{
	author_site_make(p.site, p.counts.articles > 0 ? p.shown : NULL, 1);
}

static void
on_problem(void *ctx, enum severity severity, const char *text)
{
	(void)ctx;
	author_problems_add(&p.problems, severity, text);
}

static void
on_rendered(void *ctx, struct published *made,
	    const struct msg_rendered *counts, int64_t ms)
{
	(void)ctx;
	p.next = made;
	p.counts = *counts;
	p.ms = ms;
	if (p.failed)
		p.counts.articles = 0;
	p.failed = 0;
	front_show(p.front, made);
}

/* Even then there is a page, which says so. */
static void
on_failed(void *ctx, const char *why)
{
	(void)ctx;
	if (p.failed)
		fatalx("%s", why);
	p.failed = 1;
	author_problems_add(&p.problems, SEVERITY_ERROR, why);
	author_site_make_failure(p.site, why);
}

static void
on_shallow(void *ctx)
{
	(void)ctx;
}

static const struct author_site_ops site_ops = {on_problem, on_rendered,
						on_failed, on_shallow};

/* --------------------------------------------------------------- serving -- */

static void
front_is_ready(struct front *f)
{
	(void)f;
}

static void
front_has_failed(struct front *f, const char *text)
{
	(void)f;
	fatalx("%s", text);
}

static void
front_has_shown(struct front *f, int result)
{
	(void)f;
	if (p.next == NULL || p.stopping)
		return;
	if (result == -1)
		fatalx("serve refused the site");
	published_free(p.shown);
	p.shown = p.next;
	p.next = NULL;
	tell();
	wait_for_change();
}

static void
front_hook(struct front *f)
{
	(void)f;
}

static void
front_is_gone(struct front *f)
{
	front_free(f);
	event_base_loopbreak(p.base);
}

static const struct front_ops front_ops = {front_is_ready, front_has_failed,
					   front_has_shown, front_hook,
					   front_is_gone};

/* --------------------------------------------------------------- the run -- */

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (p.stopping++)
		return;
	author_site_stop(p.site);
	front_drain(p.front, NULL, 1, STOP_MS);
}

static void
catch_signals(void)
{
	static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		struct event *e =
		    evsignal_new(p.base, caught[i], on_stop, NULL);

		if (e == NULL || event_add(e, NULL) == -1)
			fatalx("cannot catch signal %d", caught[i]);
	}
}

static int
has_ipv6(void)
{
	struct sockaddr_in6 here = {.sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), yes;

	if (fd == -1)
		return 0;
	yes = bind(fd, (struct sockaddr *)&here, sizeof(here)) == 0;
	close(fd);
	return yes;
}

static void
set_address(const char *host, unsigned port)
{
	char text[64];

	snprintf(text, sizeof(text), "%s:%u", host, port);
	conf_listen_address(text, 0, &p.conf.listen[p.conf.nlisten++], NULL);
}

static int
listen_on(unsigned port, struct listeners *l, struct err *err)
{
	p.conf.nlisten = 0;
	set_address("127.0.0.1", port);
	if (has_ipv6())
		set_address("[::1]", port);
	p.port = port;
	return listeners_open(l, &p.conf, NULL, err);
}

static void
find_port(const struct author_options *o, struct listeners *l)
{
	unsigned first = o->port > 0 ? o->port : PORT, n = 0;
	unsigned most = o->port > 0 ? 1 : PORTS_MAX;
	struct err err;

	while (listen_on(first + n, l, &err) == -1)
		if (++n == most) {
			fprintf(stderr,
				"blogd preview: %s (--port names another)\n",
				err.text);
			exit(1);
		}
}

/* What a preview has not: TLS, a hook, names, logs. */
static void
simplify(struct conf *conf)
{
	conf->processes = 1;
	conf->site.ncerts = conf->keys.certificates = 0;
	conf->access.to = ACCESS_OFF;
	conf->serve.tls = 0;
	conf->serve.https_url[0] = '\0';
	conf->serve.nnames = conf->serve.nproxy_from = 0;
	conf->serve.hsts_s = 0;
	conf->serve.hook[0] = conf->site.render.hook[0] = '\0';
}

static void
set_render(struct render_settings *set)
{
	size_t len = strlen(set->csp);

	set->preview = 1;
	snprintf(set->url, sizeof(set->url), "http://localhost:%u", p.port);
	if (len + sizeof(MORE_RIGHTS) <= sizeof(set->csp))
		memcpy(set->csp + len, MORE_RIGHTS, sizeof(MORE_RIGHTS));
}

static void
launch(const struct author_options *o)
{
	struct listeners l;
	struct err err;

	if (counters_init(&err) == -1)
		fatalx("%s", err.text);
	p.base = author_loop();
	catch_signals();
	find_port(o, &l);
	set_render(&p.conf.site.render);
	p.front = front_new(&p.conf, &l, p.base, &front_ops, &err);
	if (p.front == NULL)
		fatalx("%s", err.text);
	p.site = author_site_new(&p.conf.site, o->dir, NULL, &site_ops, NULL);
	author_jail(&p.conf);
	front_launch(p.front);
	author_site_make(p.site, NULL, 0);
}

/* Later it may come and go. */
static int
check_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1) {
		fprintf(stderr, "blogd preview: %s: %s\n", dir,
			strerror(errno));
		return -1;
	}
	close(fd);
	return 0;
}

int
author_preview(const struct author_options *o)
{
	if (author_conf(&p.conf, o) == -1)
		return 2;
	if (check_directory(o->dir) == -1)
		return 1;
	p.colour = author_colour(stdout);
	simplify(&p.conf);
	launch(o);
	event_base_dispatch(p.base);
	return 0;
}
