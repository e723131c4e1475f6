/* SPDX-License-Identifier: ISC */
#include "fault.h"

#include <stdarg.h>
#include <string.h>

#include "../daemon/utf8.h"

#define LINE_BYTES 2048 /* longer ones are cut */

static void print(struct faults *f, const char *kind, const char *fmt,
		  va_list ap) __attribute__((format(printf, 3, 0)));

/* Options and files may hold anything: a terminal must not see it. */
static void
print_safe(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = strlen(text);

	while (left > 0) {
		size_t n = utf8_char_len(p, left);

		if (n == 0 || *p < 0x20 || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0)) {
			fprintf(out, "\\x%02x", *p);
			n = 1;
		} else
			fwrite(p, 1, n, out);
		p += n;
		left -= n;
	}
}

static void
print(struct faults *f, const char *kind, const char *fmt, va_list ap)
{
	char line[LINE_BYTES];

	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(f->out, "blogd-image: %s", kind);
	print_safe(f->out, line);
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
