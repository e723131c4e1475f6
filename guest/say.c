/* SPDX-License-Identifier: ISC */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

#include "../daemon/log.h"

void
say(const char *fmt, ...)
{
	char line[LOG_LINE] = "<5>";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + 3, sizeof(line) - 3, fmt, ap);
	va_end(ap);
	log_child_line("init", line);
}
