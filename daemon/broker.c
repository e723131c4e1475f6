/* SPDX-License-Identifier: ISC */
/*
 * The broker: one question of the parent's after another, until the parent is
 * gone.  It has the rights that the parent had after root was given up, and the
 * filter that everything inherits.
 */
#include <signal.h>
#include <unistd.h>

#include "../sandbox/sandbox.h"
#include "broker.h"
#include "counters.h"
#include "log.h"
#include "spawn.h"

static void
answer(const struct ipc *parent, const struct ipc_msg *msg)
{
	static struct msg_answer a;
	int fd = broker_do((const void *)msg->data, msg->fds, msg->nfds, &a);

	if (ipc_send(parent, MSG_ANSWER, &a, sizeof(a), &fd, fd != -1) == -1)
		fatal("answer to the parent");
	if (fd != -1)
		close(fd);
}

void
broker_main(void)
{
	static struct ipc_msg msg;
	struct ipc parent = {CONTROL_FD, ROLE_BROKER, ROLE_PARENT};
	int n;

	log_init(LOG_TO_PARENT, 1);
	/* Sent to all of blogd: the parent needs it to the end. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	counters_unmap(); /* the parent's to write */
	sandbox_broker();
	spawn_as_sibling();
	broker_confine();
	ipc_send_text(&parent, MSG_READY, sandbox_report());
	while ((n = ipc_recv(&parent, &msg)) == 1) {
		if (msg.type == MSG_ASK)
			answer(&parent, &msg);
		while (msg.nfds > 0)
			close(msg.fds[--msg.nfds]);
	}
	if (n == -1)
		fatal("question of the parent");
	_exit(0);
}
