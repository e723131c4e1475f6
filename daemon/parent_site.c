/* SPDX-License-Identifier: ISC */
/* What becomes of an update: who is told, and who keeps the site. */
#include <stdio.h>

#include "background.h"
#include "fdstore.h"
#include "log.h"
#include "notify.h"
#include "parent_parts.h"

static void
tell_started(const char *status)
{
	notify_status(!parent.told, status);
	if (parent.told)
		return;
	parent.told = 1;
	background_started(&parent.launcher);
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
	const struct msg_rendered *r = update_counts(parent.update);
	struct stored_site counts = {.articles = r->articles,
				     .pages = r->pages,
				     .problems = r->problems};

	fdstore_keep_site(&front_conf(parent.front)->site, s, &counts);
}

void
parent_show_kept(const struct conf *conf)
{
	struct stored_site s;
	struct published *kept = fdstore_site(&conf->site, &s);
	struct msg_rendered counts = {0};

	if (kept == NULL)
		return;
	counts.articles = s.articles;
	counts.pages = s.pages;
	counts.problems = s.problems;
	update_keep(parent.update, kept, &counts);
}

static void
update_done(int result, const char *text)
{
	const struct published *s = update_published(parent.update);

	if (result == 0)
		keep_site(s);

	if (result == -1)
		tell_started(text);
	else if (s != NULL)
		tell_started(serving(s));
	/* One that is about to take over must not do so with the old site. */
	if (parent.next != NULL && !front_shows(parent.next, s))
		front_show(parent.next, s);
}

static void
show(const struct published *s)
{
	front_show(parent.front, s);
}

static void
update_failed(const char *text)
{
	if (parent.told)
		log_err("%s", text);
	else
		fatalx("%s", text);
}

const struct update_ops parent_update_ops = {show, update_done, update_failed};
