/* SPDX-License-Identifier: ISC */
#include "fdstore.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "activation.h"
#include "buf.h"
#include "log.h"
#include "memfd.h"
#include "notify.h"

/* One that is in the store. */
struct stored {
	enum passed_kind kind; /* PASSED_LISTEN and above */
	char name[FDNAME_MAX + 1];
	int fd; /* -1: what came back has a new owner, or it is from here */
	dev_t dev;
	ino_t ino;
	int keep; /* while it is decided which stay */
};

static struct stored store[PASSED_MAX];
static unsigned nstore;
static uint32_t last; /* number given to one */

static uint32_t
next_number(void)
{
	last = last % STORED_LAST + 1;
	return last;
}

static void
note_number(uint32_t n)
{
	if (n > last)
		last = n;
}

/* ------------------------------------------------------ one descriptor -- */

static void
give_up(unsigned i)
{
	notify("FDSTOREREMOVE=1\nFDNAME=%s", store[i].name);
	if (store[i].fd != -1)
		close(store[i].fd);
	store[i] = store[--nstore];
}

static void
give_up_unkept(enum passed_kind kind)
{
	for (unsigned i = nstore; i-- > 0;)
		if (store[i].kind == kind && !store[i].keep)
			give_up(i);
}

static void
keep_none(enum passed_kind kind)
{
	for (unsigned i = 0; i < nstore; i++)
		if (store[i].kind == kind)
			store[i].keep = 0;
}

/* NULL when there is no room, or no such descriptor. */
static struct stored *
add(enum passed_kind kind, const char *name, int fd)
{
	struct stored *s = &store[nstore];
	struct stat st;

	if (nstore == PASSED_MAX || fstat(fd, &st) == -1)
		return NULL;
	*s = (struct stored){
	    .kind = kind, .fd = -1, .dev = st.st_dev, .ino = st.st_ino};
	snprintf(s->name, sizeof(s->name), "%s", name);
	nstore++;
	return s;
}

static struct stored *
find_fd(enum passed_kind kind, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return NULL;
	for (unsigned i = 0; i < nstore; i++)
		if (store[i].kind == kind && store[i].dev == st.st_dev &&
		    store[i].ino == st.st_ino)
			return &store[i];
	return NULL;
}

static struct stored *
put(enum passed_kind kind, const char *name, int fd)
{
	char text[FDNAME_MAX + 64];
	struct stored *s = add(kind, name, fd);

	if (s == NULL) {
		log_warn("no room to keep %s over a restart", name);
		return NULL;
	}
	s->keep = 1;
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	if (notify_fd(text, fd) == 0)
		return s;
	log_warn("systemd does not take %s, to keep it over a restart: %s",
		 name, strerror(errno));
	nstore--;
	return NULL;
}

/* A manager that keeps nothing may say so; the variable is systemd's. */
static int
is_store(void)
{
	const char *room = getenv("FDSTORE");

	return notify_is_on() && (room == NULL || strcmp(room, "0") != 0);
}

/* ------------------------------------------------------------- the start -- */

static int
is_ours(const struct passed *p)
{
	struct stored_listen l;
	struct stored_site s;
	uint32_t n;

	if (stored_listen_read(p->name, &l) == 0)
		n = l.number;
	else if (stored_site_read(p->name, &s) == 0)
		n = s.number;
	else if (stored_segment_read(p->name, &n) == -1)
		return 0;
	note_number(n);
	return 1;
}

static void
take_back(const struct passed *p)
{
	struct stored *s = add(p->kind, p->name, p->fd);

	if (s == NULL) {
		close(p->fd);
		return;
	}
	s->fd = p->fd;
	if (is_ours(p))
		return;
	log_warn("systemd kept \"%s\", which is no name that this blogd gives: "
		 "it is thrown away",
		 p->name);
	give_up(nstore - 1);
}

void
fdstore_init(void)
{
	const struct passed *p;

	for (unsigned i = 0; (p = activation_at(i)) != NULL; i++)
		if (p->kind >= PASSED_KINDS)
			take_back(p);
}

/* ------------------------------------------------------------- listeners -- */

static int
fits(const struct stored *s, const struct conf_listen *address)
{
	struct stored_listen l;

	return s->kind == PASSED_LISTEN && s->fd != -1 &&
	       stored_listen_read(s->name, &l) == 0 &&
	       l.kind == activation_kind(address) &&
	       activation_fits(s->fd, address);
}

unsigned
fdstore_listener(const struct conf_listen *address, int *fds, unsigned max)
{
	char where[FDNAME_MAX] = "";
	unsigned n = 0;

	for (unsigned i = 0; i < nstore && n < max; i++) {
		struct stored *s = &store[i];

		if (!fits(s, address))
			continue;
		if (n == 0)
			snprintf(where, sizeof(where), "%s",
				 activation_where(s->fd));
		if (strcmp(where, activation_where(s->fd)) != 0)
			continue;
		fds[n++] = s->fd;
		s->fd = -1;
	}
	return n;
}

static void
keep_socket(const struct listener *l, int fd)
{
	struct stored *s = find_fd(PASSED_LISTEN, fd);
	struct stored_listen name;
	char text[FDNAME_MAX + 1];

	if (s != NULL) {
		s->keep = 1;
		return;
	}
	name.kind = activation_kind(&l->address);
	name.number = next_number();
	stored_listen_write(text, &name);
	put(PASSED_LISTEN, text, fd);
}

void
fdstore_keep_listeners(const struct listeners *l)
{
	if (!is_store())
		return;
	keep_none(PASSED_LISTEN);
	for (unsigned i = 0; i < l->n; i++)
		for (unsigned k = 0; k < l->at[i].n; k++)
			if (l->at[i].address.port[0] != '\0' &&
			    !activation_owns(l->at[i].fd[k]))
				keep_socket(&l->at[i], l->at[i].fd[k]);
	give_up_unkept(PASSED_LISTEN);
}

/* -------------------------------------------------------------- the site -- */

static void
mix(uint64_t *h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		*h = (*h ^ p[i]) * 1099511628211U; /* FNV-1a */
}

/* What decides whether a site is this one's: nobody who could choose these
 * settings gains by two that have the same sum. */
static uint64_t
settings_of(const struct conf_site *site)
{
	uint64_t h = 14695981039346656037U;

	mix(&h, site->git.url, strlen(site->git.url) + 1);
	mix(&h, site->git.path, strlen(site->git.path) + 1);
	mix(&h, site->git.branch, strlen(site->git.branch) + 1);
	mix(&h, &site->render, sizeof(site->render));
	return h;
}

/* The newest, or NULL. */
static struct stored *
newest_site(struct stored_site *found)
{
	struct stored *newest = NULL;
	struct stored_site s;

	for (unsigned i = 0; i < nstore; i++)
		if (store[i].fd != -1 &&
		    stored_site_read(store[i].name, &s) == 0 &&
		    (newest == NULL || s.number > found->number)) {
			newest = &store[i];
			*found = s;
		}
	return newest;
}

static struct stored *
find_segment(uint32_t number)
{
	uint32_t n;

	for (unsigned i = 0; i < nstore; i++)
		if (store[i].fd != -1 &&
		    stored_segment_read(store[i].name, &n) == 0 && n == number)
			return &store[i];
	return NULL;
}

static int
check_origin(const struct conf_site *site, const struct stored_site *s,
	     struct err *err)
{
	if (strcmp(s->format, SNAPSHOT_MAGIC) != 0)
		return err_set(err, "another version of blogd made it");
	if (s->settings != settings_of(site))
		return err_set(err, "it was made by other settings");
	return 0;
}

/* All or nothing goes over to p. */
static int
collect(struct stored *index, const struct stored_site *s, struct published *p,
	struct err *err)
{
	struct stored *part[1 + SEGMENTS_MAX] = {index};
	size_t size[1 + SEGMENTS_MAX];

	for (unsigned i = 0; i < s->nsegments; i++) {
		part[1 + i] = find_segment(s->segment[i]);
		if (part[1 + i] == NULL)
			return err_set(err, "a part of it is missing");
	}
	for (unsigned i = 0; i < 1 + s->nsegments; i++)
		if (memfd_check(part[i]->fd, &size[i], err) == -1)
			return -1;
	for (unsigned i = 0; i < 1 + s->nsegments; i++) {
		p->fds[i] = part[i]->fd;
		p->size[i] = size[i];
		part[i]->fd = -1;
		part[i]->keep = 1;
	}
	p->nfds = 1 + s->nsegments;
	return 0;
}

struct published *
fdstore_site(const struct conf_site *site, struct stored_site *counts)
{
	struct stored *index = newest_site(counts);
	struct published *p = NULL;
	struct err err;

	keep_none(PASSED_SITE);
	keep_none(PASSED_SEGMENT);
	if (index != NULL) {
		p = xcalloc(1, sizeof(*p));
		p->catalogue = -1;
		memcpy(p->commit, counts->commit, sizeof(p->commit));
		if (check_origin(site, counts, &err) == -1 ||
		    collect(index, counts, p, &err) == -1) {
			log_warn("the site that systemd kept is not served: "
				 "%s; it is fetched anew",
				 err.text);
			free(p);
			p = NULL;
		}
	}
	give_up_unkept(PASSED_SITE);
	give_up_unkept(PASSED_SEGMENT);
	return p;
}

/* 0, or -1 when it is not in the store. */
static int
keep_segment(int fd, uint32_t *number)
{
	struct stored *s = find_fd(PASSED_SEGMENT, fd);
	char name[FDNAME_MAX + 1];

	if (s != NULL) {
		s->keep = 1;
		return stored_segment_read(s->name, number);
	}
	*number = next_number();
	stored_segment_write(name, *number);
	return put(PASSED_SEGMENT, name, fd) == NULL ? -1 : 0;
}

/* Its parts first: an index that came back is complete. */
static int
put_site(const struct conf_site *site, const struct published *p,
	 const struct stored_site *counts)
{
	struct stored_site s = *counts;
	char name[FDNAME_MAX + 1];

	s.settings = settings_of(site);
	memcpy(s.format, SNAPSHOT_MAGIC, sizeof(s.format));
	memcpy(s.commit, p->commit, sizeof(s.commit));
	s.nsegments = p->nfds - 1;
	for (unsigned i = 0; i < s.nsegments; i++)
		if (keep_segment(p->fds[1 + i], &s.segment[i]) == -1)
			return -1;
	s.number = next_number();
	stored_site_write(name, &s);
	return put(PASSED_SITE, name, p->fds[0]) == NULL ? -1 : 0;
}

void
fdstore_keep_site(const struct conf_site *site, const struct published *p,
		  const struct stored_site *counts)
{
	if (!is_store())
		return;
	keep_none(PASSED_SITE);
	keep_none(PASSED_SEGMENT);
	if (p != NULL) {
		if (find_fd(PASSED_SITE, p->fds[0]) != NULL)
			return; /* it is there */
		if (put_site(site, p, counts) == -1)
			return; /* an old one is better than none */
	}
	give_up_unkept(PASSED_SITE);
	give_up_unkept(PASSED_SEGMENT);
}
