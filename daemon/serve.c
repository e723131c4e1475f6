/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "../sandbox/sandbox.h"
#include "answers.h"
#include "buf.h"
#include "clock.h"
#include "err.h"
#include "heap.h"
#include "http/conn.h"
#ifdef BLOGD_KEY_IN_SERVE
#include "http/key_here.h"
#endif
#include "http/keyprov.h"
#include "http/metrics.h"
#include "http/tls.h"
#include "http/tls_memory.h"
#include "ipc.h"
#include "little.h"
#include "log.h"
#include "proc.h"
#include "settings.h"
#include "sockets.h"
#include "trim.h"

/*
 * serve: answers readers from the snapshot.  It holds listening sockets, the
 * snapshot (read-only) and channels to parent and keys: no key, no file, and
 * nothing it could connect to.
 */
#define HOOK_INTERVAL_MS 100
#define OTHER_FDS	 32 /* beside connections and listeners */

/* The most that serve may ever take, snapshots aside.  A connection takes 14 kB
 * when idle, and some 200 while its handshake has a long ClientHello. */
#define MEMORY		      ((size_t)128 << 20)
#define MEMORY_PER_CONNECTION ((size_t)256 << 10)

struct serve {
	struct serve_settings settings;
	struct ipc parent;
	struct event_base *base;
	struct event control;
	struct answers answers;
	struct tls *tls;		 /* NULL: none configured */
	struct serve_counters *counters; /* its slot of what is shared */
	struct metrics metrics;
	struct http_env env;
	struct access_log access;
	struct conn_pool pool;
	struct sockets sockets;
	struct event hook_timer; /* a hook is to be told */
	int64_t hook_sent;	 /* ms; 0: none yet */
	struct trim trim;
};

/* The end of a start that cannot succeed: the operator reads why. */
static void __attribute__((noreturn))
give_up(const struct serve *s, const char *text)
{
	ipc_send_text(&s->parent, MSG_FAILED, text);
	exit(1);
}

/* ------------------------------------------------------------ messages -- */

static void
tell_parent(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd, (void)what;
	s->hook_sent = clock_ms();
	if (ipc_send(&s->parent, MSG_HOOK, NULL, 0, NULL, 0) == -1 &&
	    errno != EAGAIN)
		log_warn("cannot tell the parent of an update: %s",
			 strerror(errno));
}

/* However many ask: the parent is told now and then, and decides.  The last of
 * them is always told, for what it is about may have come after the others. */
static void
on_hook(void *arg)
{
	struct serve *s = arg;
	int64_t due = s->hook_sent + HOOK_INTERVAL_MS - clock_ms();
	struct timeval later = {0, due * 1000};

	if (evtimer_pending(&s->hook_timer, NULL))
		return;
	if (s->hook_sent == 0 || due <= 0)
		tell_parent(-1, 0, s);
	else
		evtimer_add(&s->hook_timer, &later);
}

/* Responses under way hold the old snapshot until they are done. */
static void
take_snapshot(struct serve *s, const struct ipc_msg *m)
{
	const struct msg_snapshot *told = (const void *)m->data;
	struct snapshot *next;
	struct err err;

	s->settings.site_follows = 0;
	next = snapshot_open_sized(m->fds, told->size, m->nfds, &err);
	for (unsigned i = 0; i < m->nfds; i++)
		close(m->fds[i]);
	if (next == NULL) {
		answers_send(&s->answers, MSG_FAILED, err.text);
		return;
	}
	snapshot_unref(s->env.snapshot);
	s->env.snapshot = next;
	answers_send(&s->answers, MSG_SWAPPED, "");
}

static void
adopt(struct serve *s, const struct ipc_msg *m)
{
	const struct msg_adopt *adopted = (const void *)m->data;

	for (unsigned i = 0; i < m->nfds; i++)
		sockets_open(&s->sockets, m->fds[i], adopted->slot,
			     adopted->owner);
}

static void
end_if_drained(struct serve *s)
{
	if (s->env.draining && s->pool.n == 0)
		event_base_loopbreak(s->base);
}

static void
connection_closed(void *arg)
{
	struct serve *s = arg;

	trim_left(&s->trim, s->pool.n);
	end_if_drained(s);
}

static void
drain(struct serve *s, const struct msg_drain *m)
{
	s->env.draining = 1;
	s->env.closing_idle = m->idle_too != 0;
	sockets_close(&s->sockets);
	conn_drain(&s->pool);
	end_if_drained(s);
}

static void
take_tickets(struct serve *s, struct ipc_msg *m)
{
	if (s->tls != NULL)
		tls_set_tickets(s->tls, (const void *)m->data);
	explicit_bzero(m->data, m->len);
}

static void
handle(struct serve *s, struct ipc_msg *m)
{
	const struct msg_disown *disown = (const void *)m->data;

	if (m->type == MSG_SNAPSHOT)
		take_snapshot(s, m);
	else if (m->type == MSG_TICKETS)
		take_tickets(s, m);
	else if (m->type == MSG_ADOPT)
		adopt(s, m);
	else if (m->type == MSG_DISOWN)
		sockets_disown(&s->sockets, disown->owner);
	else if (m->type == MSG_PING)
		answers_send(&s->answers, MSG_PONG, "");
	else if (m->type == MSG_DRAIN)
		drain(s, (const void *)m->data);
	else
		fatalx("unexpected message %d", (int)m->type);
}

static void
on_control(evutil_socket_t fd, short what, void *arg)
{
	static struct ipc_msg m;
	struct serve *s = arg;
	int n;

	(void)fd, (void)what;
	n = ipc_recv_nowait(&s->parent, &m);
	if (n == 0)
		_exit(0); /* the parent is gone */
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1)
		fatal("control channel");
	handle(s, &m);
}

/* --------------------------------------------------------------- start -- */

static void
new_tls(struct serve *s)
{
	static struct ipc_msg m;
	struct err err;

	if (ipc_recv(&s->parent, &m) != 1 || m.type != MSG_TICKETS)
		fatalx("no keys for tickets from the parent");
	s->tls = tls_new(s->settings.ticket_s, (const void *)m.data, &err);
	if (s->tls == NULL)
		give_up(s, err.text);
	explicit_bzero(m.data, m.len);
}

static void
open_tls(struct serve *s, const struct start *start)
{
	struct ipc keys = {start_fd(start, SLOT_KEYS, 0), ROLE_SERVE,
			   ROLE_KEYS};
	struct err err;
	int fd;

	if (!s->settings.tls)
		return;
	if (keys.fd == -1)
		give_up(s, "no channel to the keys process was given");
	if (keyprov_init(&keys, &err) == -1)
		give_up(s, err.text);
#ifdef BLOGD_KEY_IN_SERVE
	for (unsigned i = 0; (fd = start_fd(start, SLOT_KEY, i)) != -1; i++)
		key_here_add(fd);
#endif
	new_tls(s);
	if (s->settings.http2)
		tls_offer_h2(s->tls);
	for (unsigned i = 0; (fd = start_fd(start, SLOT_CERTIFICATE, i)) != -1;
	     i++) {
		if (tls_add_chain(s->tls, fd, &err) == -1) {
			err_prefix(&err, "certificate %u", i + 1);
			give_up(s, err.text);
		}
		close(fd);
	}
	if (tls_warm_up(s->tls, &err) == -1)
		give_up(s, err.text);
}

static void
open_counters(struct serve *s, const struct start *start)
{
	const struct counters *all;
	struct err err;

	if (counters_open(start_fd(start, SLOT_COUNTERS, 0), s->settings.slot,
			  &all, &s->counters, &err) == -1)
		give_up(s, err.text);
	metrics_init(&s->metrics, all);
}

static void
open_listeners(struct serve *s, const struct start *start, enum slot slot)
{
	int fd;

	for (unsigned i = 0; (fd = start_fd(start, slot, i)) != -1; i++)
		sockets_open(&s->sockets, fd, slot, SOCKET_OWN);
}

static uint32_t
connections_possible(const struct serve_settings *set)
{
	rlim_t others = OTHER_FDS + (rlim_t)set->sockets, possible;
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	possible = rl.rlim_max > others ? rl.rlim_max - others : 1;
	if (set->max_connections <= possible)
		return set->max_connections;
	log_warn("%u connections are configured, but the limit of open files "
		 "allows for %llu only",
		 (unsigned)set->max_connections, (unsigned long long)possible);
	return (uint32_t)possible;
}

static void
add_name(void *arg, struct slice name)
{
	names_add(arg, name);
}

/* Whatever the configuration or a certificate names. */
static struct names *
collect_names(const struct serve *s)
{
	struct names *names = names_new();

	for (uint32_t i = 0; i < s->settings.nnames; i++)
		names_add(names, slice_of(s->settings.names[i]));
	if (s->tls != NULL)
		tls_names(s->tls, add_name, names);
	return names;
}

static void
init_env(struct serve *s)
{
	const struct serve_settings *set = &s->settings;

	s->env.settings = set;
	s->env.counters = s->counters;
	s->env.metrics = &s->metrics;
	s->env.limits = (struct request_limits){.head = set->max_header_bytes,
						.target = set->max_target,
						.fields = set->max_headers};
	s->env.names = collect_names(s);
	plan_memory_init(&s->env.memory, set);
	h2_shared_init(&s->env.h2, set);
	s->env.hook = on_hook;
	s->env.hook_arg = s;
}

static void
lines_lost(uint64_t lines)
{
	log_warn("%llu lines of the access log were dropped: it is written too "
		 "slowly",
		 (unsigned long long)lines);
}

static void
open_access_log(struct serve *s, const struct start *start)
{
	int fd = start_fd(start, SLOT_ACCESS, 0);

	if (fd == -1)
		return;
	access_log_init(&s->access, s->base, fd, &s->settings,
			&s->counters->log_dropped, lines_lost);
	s->env.access = &s->access;
}

static struct event_base *
new_base(void)
{
	struct event_config *cfg = event_config_new();
	struct event_base *base = NULL;

	if (cfg != NULL) {
		event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
		base = event_base_new_with_config(cfg);
		event_config_free(cfg);
	}
	if (base == NULL)
		fatalx("cannot set up libevent");
	return base;
}

/* Which sum overflows is more than there is: then it is halved until it is
 * not. */
static void
reserve_memory(const struct serve_settings *set)
{
	size_t all;

	if (__builtin_mul_overflow((size_t)set->max_connections,
				   MEMORY_PER_CONNECTION, &all) ||
	    __builtin_add_overflow(all, MEMORY, &all))
		all = SIZE_MAX / 2;
	little_look(); /* the kernel's log has a line for each refusal */
	all = little_bound(all);
	log_debug("%zu MiB of memory at most", heap_reserve(all) >> 20);
}

static void
set_up(struct serve *s, const struct start *start)
{
	reserve_memory(&s->settings);
	if (tls_memory_init() == -1)
		log_debug("OpenSSL keeps its own memory");
	signal(SIGPIPE, SIG_IGN);
	s->parent = start->parent;
	open_tls(s, start);
	/* A parent that does not read must not stop readers. */
	if (evutil_make_socket_nonblocking(s->parent.fd) == -1)
		fatal("control channel");
	open_counters(s, start);
	s->base = new_base();
	init_env(s);
	open_access_log(s, start);
	conn_pool_init(&s->pool, s->base, &s->env, s->tls,
		       connections_possible(&s->settings));
	s->sockets.pool = &s->pool;
	s->pool.closed = connection_closed;
	s->pool.arg = s;
	evtimer_assign(&s->hook_timer, s->base, tell_parent, s);
	event_assign(&s->control, s->base, s->parent.fd, EV_READ | EV_PERSIST,
		     on_control, s);
	event_add(&s->control, NULL);
	answers_init(&s->answers, s->base, &s->parent, &s->control);
}

/* Whoever waits in a queue while a process is started again is not told that
 * there is no site. */
static void
wait_for_site(struct serve *s)
{
	while (s->settings.site_follows && !s->env.draining)
		event_base_loop(s->base, EVLOOP_ONCE);
}

static void
answer_readers(struct serve *s, const struct start *start)
{
	if (s->env.draining)
		return;
	open_listeners(s, start, SLOT_LISTEN_PLAIN);
	open_listeners(s, start, SLOT_LISTEN_METRICS);
	if (s->tls != NULL)
		open_listeners(s, start, SLOT_LISTEN_TLS);
	event_base_dispatch(s->base);
}

void
serve_main(void)
{
	static struct serve s;
	static struct start start;

	start_recv(&start, ROLE_SERVE, &s.settings, sizeof(s.settings));
	set_up(&s, &start);
	sandbox_enter(ROLE_SERVE, VARIANT_PLAIN, -1);
	sandbox_filter(ROLE_SERVE, VARIANT_PLAIN);
	ipc_send_text(&s.parent, MSG_READY, sandbox_report());
	wait_for_site(&s);
	answer_readers(&s, &start);
	if (s.env.access != NULL)
		access_log_flush(s.env.access);
	_exit(0); /* drained */
}
