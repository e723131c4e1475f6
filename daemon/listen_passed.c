/* SPDX-License-Identifier: ISC */
#include "listen_passed.h"

#include "activation.h"
#include "fdstore.h"

#define ENTRIES_MAX \
	(sizeof(((struct listeners *)0)->at) / sizeof(struct listener))

static int
is_in(const struct listeners *l, int fd)
{
	for (unsigned i = 0; i < l->n; i++)
		for (unsigned k = 0; k < l->at[i].n; k++)
			if (l->at[i].fd[k] == fd)
				return 1;
	return 0;
}

int
listen_passed(struct listeners *l, const struct conf_listen *address,
	      struct err *err)
{
	enum passed_kind kind = activation_kind(address);
	const struct passed *p, *other = NULL;
	int n = 0;

	for (unsigned i = 0; (p = activation_at(i)) != NULL; i++) {
		if (p->kind != kind)
			continue;
		other = p;
		if (l->n == ENTRIES_MAX || is_in(l, p->fd) ||
		    !activation_fits(p->fd, address))
			continue;
		l->at[l->n++] = (struct listener){
		    .address = *address, .n = 1, .fd = {p->fd}};
		n++;
	}
	if (n > 0 || other == NULL)
		return n;
	return err_set(err,
		       "no socket that was passed as %s is at %s, one is at "
		       "%s: let ListenStream= in its unit and \"%s\" in "
		       "blogd.conf say the same",
		       other->name, address->text, activation_where(other->fd),
		       other->name);
}

int
listen_kept(struct listeners *l, const struct conf_listen *address)
{
	int n = 0;

	for (; l->n < ENTRIES_MAX; l->n++, n++) {
		struct listener *one = &l->at[l->n];

		*one = (struct listener){.address = *address};
		one->n = fdstore_listener(address, one->fd, PROCESSES_MAX);
		if (one->n == 0)
			break;
	}
	return n;
}

int
listen_passed_all(const struct listeners *l, struct err *err)
{
	const struct passed *p;

	for (unsigned i = 0; (p = activation_at(i)) != NULL; i++)
		if (p->kind <= PASSED_METRICS && !is_in(l, p->fd))
			return err_set(
			    err,
			    "the socket passed as %s, at %s, is nowhere in "
			    "blogd.conf: name it in \"%s\", or disable its "
			    "socket unit",
			    p->name, activation_where(p->fd), p->name);
	return 0;
}
