/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ANSWERS_H
#define BLOGD_ANSWERS_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "err.h"
#include "ipc.h"

/*
 * What serve answers the parent, over a channel that does not block.  A parent
 * that does not read must not stop readers; but an answer that it never gets
 * has serve killed in the end.  So an answer for which there is no room waits,
 * and what comes after it is not listened to before it is sent.
 */
struct answers {
	const struct ipc *parent;
	struct event *questions; /* the reading event, which pauses meanwhile */
	struct event room;
	enum msg_type type; /* of the one that waits */
	struct err text;
};

/* Borrows parent and the added event questions, which must outlive it. */
void answers_init(struct answers *a, struct event_base *base,
		  const struct ipc *parent, struct event *questions);

/* Sends it now or as soon as there is room.  text may be empty, and is cut as
 * in ipc_send_text. */
void answers_send(struct answers *a, enum msg_type type, const char *text);

#endif
