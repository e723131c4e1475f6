/* SPDX-License-Identifier: ISC */
#include "answers.h"

#include <errno.h>
#include <string.h>

#include "log.h"

static void
try(struct answers *a)
{
	if (ipc_send_text(a->parent, a->type, a->text.text) == 0) {
		event_add(a->questions, NULL);
	} else if (errno == EAGAIN) {
		event_del(a->questions);
		event_add(&a->room, NULL);
	} else {
		log_warn("cannot answer the parent: %s", strerror(errno));
		event_add(a->questions, NULL); /* which sees its end */
	}
}

static void
is_room(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	try(arg);
}

void
answers_init(struct answers *a, struct event_base *base,
	     const struct ipc *parent, struct event *questions)
{
	a->parent = parent;
	a->questions = questions;
	event_assign(&a->room, base, parent->fd, EV_WRITE, is_room, a);
}

void
answers_send(struct answers *a, enum msg_type type, const char *text)
{
	a->type = type;
	err_set(&a->text, "%s", text);
	try(a);
}
