/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SEVERITY_H
#define BLOGD_SEVERITY_H

/* What a reported problem means for the one who wrote the file. */
enum severity {
	SEVERITY_ERROR,	 /* something that was meant to be shown is not, or
			    a reference leads to nothing */
	SEVERITY_WARNING /* all is shown, but perhaps not as it was meant */
};

#endif
