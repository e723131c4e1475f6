/* SPDX-License-Identifier: ISC */
#include "ask.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/rand.h>

#include <errno.h>
#include <string.h>

#include "../log.h"

/* A lost request (keys was being started again) is repeated after WAIT_MS. */
#define WAIT_MS	    250
#define TRIES	    20
#define FIRST_TRIES 240 /* it may be starting, on a machine that is busy */

static struct ipc keys;
static uint64_t sequence; /* of the last question */
static int answered;	  /* at least once */

static int
set_timeouts(int fd)
{
	struct timeval tv = {.tv_usec = WAIT_MS * 1000};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

int
ask_init(const struct ipc *channel, struct err *err)
{
	if (set_timeouts(channel->fd) == -1)
		return err_set(err, "channel to keys: %s", strerror(errno));
	/* A number nobody has asked with: answers to a server process that
	 * used the channel before may still lie in it. */
	if (RAND_bytes((unsigned char *)&sequence, sizeof(sequence)) != 1)
		return err_set(err, "no random numbers");
	keys = *channel;
	return 0;
}

/* Waits for the answer to the last question; older ones are thrown away.  1, or
 * 0 when it is time to ask again. */
static int
await(struct msg_signature *answer)
{
	static struct ipc_msg m;

	for (int stale = 0; stale < TRIES; stale++) {
		int n = ipc_recv(&keys, &m);

		if (n == -1 && errno == EPROTO)
			log_warn("keys sent what it may not, which is ignored");
		if (n != 1)
			return 0;
		memcpy(answer, m.data, sizeof(*answer));
		if (answer->sequence == sequence)
			return 1;
	}
	return 0;
}

int
ask_signature(const uint8_t id[32], uint32_t scheme, const uint8_t *tbs,
	      size_t len, struct msg_signature *answer)
{
	struct msg_sign question;

	if (len > SIGN_MAX)
		return -1;
	memset(&question, 0, sizeof(question));
	question.sequence = ++sequence;
	question.scheme = scheme;
	question.len = (uint32_t)len;
	memcpy(question.key, id, sizeof(question.key));
	memcpy(question.tbs, tbs, len);
	for (int i = 0; i < (answered ? TRIES : FIRST_TRIES); i++) {
		if (ipc_send(&keys, MSG_SIGN, &question, sizeof(question), NULL,
			     0) == -1 &&
		    errno != EAGAIN)
			return -1;
		if (!await(answer))
			continue;
		answered = 1;
		return answer->len <= SIGNATURE_MAX ? 0 : -1;
	}
	return -1;
}
