/* SPDX-License-Identifier: ISC */
#include "fault.h"

#include <stdarg.h>
#include <string.h>

#include "../daemon/utf8.h"

#define LINE_BYTES 2048 /* longer ones are cut */

static void print(struct faults *f, const char *kind, const char *fmt,
		  va_list ap) __attribute__((format(printf, 3, 0)));

static void
print(struct faults *f, const char *kind, const char *fmt, va_list ap)
{
	char line[LINE_BYTES];

	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(f->out, "blogd-image: %s", kind);
	utf8_print(f->out, line);
	putc('\n', f->out);
}

void
fault(struct faults *f, const char *fmt, ...)
{
	va_list ap;

	f->n++;
	va_start(ap, fmt);
	print(f, "", fmt, ap);
	va_end(ap);
}

void
caution(struct faults *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(f, "warning: ", fmt, ap);
	va_end(ap);
}
