/* SPDX-License-Identifier: ISC */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int shown;
static int terminal; /* somebody looks on */

void
progress_init(void)
{
	/* The console of a guest is a terminal of no kind. */
	terminal = isatty(STDERR_FILENO) && getenv("TERM") != NULL;
}

void
progress_show(const struct msg_progress *p)
{
	char line[128];
	int n;

	if (!terminal)
		return;
	n = snprintf(line, sizeof(line),
		     "\rfetching: %" PRIu32 " of %" PRIu32 " objects, %" PRIu64
		     " KiB\033[K",
		     p->received_objects, p->total_objects,
		     p->received_bytes / 1024);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) == n)
		shown = 1;
}

void
progress_end(void)
{
	if (shown && write(STDERR_FILENO, "\n", 1) == 1)
		shown = 0;
}
