/* SPDX-License-Identifier: ISC */
/* The keys of session tickets, which all fronts have from the parent. */
#include "clock.h"
#include "log.h"
#include "parent_parts.h"
#include "restart.h"

/* Of the front at work; a new one begins with the keys there are. */
static uint32_t
ticket_lifetime(void)
{
	return front_conf(parent.front)->serve.ticket_s;
}

void
parent_renew_tickets(void)
{
	int64_t now = clock_ms();

	if (tickets_rotate(&parent.tickets, ticket_lifetime(), now)) {
		front_tickets(parent.front, &parent.tickets.keys);
		if (parent.next != NULL)
			front_tickets(parent.next, &parent.tickets.keys);
	}
	timer_set(parent.tickets_timer,
		  tickets_due(&parent.tickets, ticket_lifetime(), now));
}

static void
on_tickets_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	if (!parent.stopping)
		parent_renew_tickets();
}

void
parent_make_tickets(void)
{
	parent.tickets_timer = evtimer_new(parent.base, on_tickets_timer, NULL);
	if (parent.tickets_timer == NULL)
		fatalx("out of memory (timer)");
	parent_renew_tickets();
}
