/* SPDX-License-Identifier: ISC */
#include "rewind.h"

#include <getopt.h>

void
rewind_getopt(void)
{
	opterr = 0;
#ifdef __GLIBC__
	optind = 0;
#else
	optind = 1;
	optreset = 1;
#endif
}
