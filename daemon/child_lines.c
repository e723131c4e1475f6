/* SPDX-License-Identifier: ISC */
#include "child_lines.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

/* Lines of one process that are logged in a time; what is wrong with the files
 * of a large repository fits. */
#define LINES_MAX 20000
#define LINES_MS  60000

void
child_lines_init(struct child_lines *l, enum role role, int fd)
{
	l->role = role;
	l->fd = fd;
	l->logged = 0;
	l->since_ms = clock_ms();
	l->len = 0;
}

void
child_line(struct child_lines *l, const char *line)
{
	const char *role = role_name(l->role);

	if (clock_ms() - l->since_ms >= LINES_MS) {
		if (l->logged > LINES_MAX)
			log_warn("%s: %u lines were not logged", role,
				 l->logged - LINES_MAX);
		l->logged = 0;
		l->since_ms = clock_ms();
	}
	if (l->logged < UINT_MAX)
		l->logged++;
	if (l->logged <= LINES_MAX)
		log_child_line(role, line);
	else if (l->logged == LINES_MAX + 1)
		log_warn("%s logs more than %d lines a minute: left out", role,
			 LINES_MAX);
}

static void
log_whole_lines(struct child_lines *l)
{
	char *start = l->text, *end;
	size_t left = l->len;

	while ((end = memchr(start, '\n', left)) != NULL) {
		*end = '\0';
		child_line(l, start);
		left -= (size_t)(end + 1 - start);
		start = end + 1;
	}
	if (left == sizeof(l->text) - 1) {
		start[left] = '\0';
		child_line(l, start);
		left = 0;
	}
	memmove(l->text, start, left);
	l->len = left;
}

int
child_lines_read(struct child_lines *l)
{
	ssize_t n = read(l->fd, l->text + l->len, sizeof(l->text) - 1 - l->len);

	if (n <= 0)
		return n == -1 && errno == EAGAIN ? 0 : -1;
	l->len += (size_t)n;
	log_whole_lines(l);
	return 1;
}

void
child_lines_end(struct child_lines *l)
{
	if (l->len == 0)
		return;
	l->text[l->len] = '\0';
	child_line(l, l->text);
	l->len = 0;
}
