/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HOSTILE_H
#define BLOGD_HOSTILE_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "buf.h"
#include "ipc.h"

struct pool_answer;

/*
 * A child that was taken over, for tests/compromised: with its filter on, it
 * sends its neighbours what they must refuse.  Built by configure
 * --enable-hostile-children, and never otherwise; then all of this does nothing
 * and takes no space.
 *
 * Chosen by the environment: BLOGD_HOSTILE="ROLE ATTACK N", where ROLE behaves
 * until the Nth time that it could attack; hostile.c has the attacks.  render
 * and its workers attack only when a file says HOSTILE_WORDS, log when a line
 * does.
 */
#define HOSTILE_VARIABLE "BLOGD_HOSTILE"
#define HOSTILE_WORDS	 "now-be-hostile"

#ifdef BLOGD_HOSTILE_CHILDREN

/* The parent: says in the log what this build is. */
void hostile_warn(void);

/* A descriptor was given at start. */
void hostile_given(enum slot slot, int fd);

/* A message is about to be sent; 1: something else was sent in its place. */
int hostile_send(const struct ipc *c, enum msg_type type, const void *data,
		 size_t len, const int *fds, unsigned nfds);

/* log: lines of a serve have come. */
void hostile_line(struct slice line);

/* Memory is about to be sealed; 1: it is to be left as it is. */
int hostile_seal(void *map, size_t size);

/* A worker is about to answer to this text on the channel fd. */
void hostile_answer(int fd, struct slice text, struct pool_answer *a);

#else

static inline void
hostile_warn(void)
{
}

static inline void
hostile_given(enum slot slot, int fd)
{
	(void)slot, (void)fd;
}

static inline int
hostile_send(const struct ipc *c, enum msg_type type, const void *data,
	     size_t len, const int *fds, unsigned nfds)
{
	(void)c, (void)type, (void)data, (void)len, (void)fds, (void)nfds;
	return 0;
}

static inline void
hostile_line(struct slice line)
{
	(void)line;
}

static inline int
hostile_seal(void *map, size_t size)
{
	(void)map, (void)size;
	return 0;
}

static inline void
hostile_answer(int fd, struct slice text, struct pool_answer *a)
{
	(void)fd, (void)text, (void)a;
}

#endif
#endif
