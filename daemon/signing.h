/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SIGNING_H
#define BLOGD_SIGNING_H

#include "child.h"
#include "conf.h"

/*
 * TLS as the parent sees it: the files with the certificates and their keys,
 * the process keys, and a channel to it from each serve process, of which both
 * ends stay open here so that either process can be started again without the
 * other noticing.
 */
struct signing;

/* Opens the files; conf must outlive it.  What keys says, and that it has
 * ended, is told to ops with `owner` as the owner of the child.  -1 with err;
 * *made is to be freed in any case. */
int signing_new(struct signing **made, const struct conf *conf,
		struct event_base *base, const struct child_ops *ops,
		void *owner, struct err *err);
void signing_free(struct signing *s);

/* Starts keys if there is TLS; failures are logged and tried again. */
void signing_start(struct signing *s);

/* keys has ended and is to be started again, in a while. */
void signing_again(struct signing *s);
/* Not any more. */
void signing_not_again(struct signing *s);
void signing_end(struct signing *s);

/* What serve process `number` needs of it: the certificates, its channel. */
void signing_give(const struct signing *s, struct child *serve,
		  unsigned number);

int signing_is_ready(const struct signing *s); /* or there is no TLS */
int signing_is_running(const struct signing *s);

#endif
