/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_NOTES_RECORD_H
#define BLOGD_NOTES_RECORD_H

#include <stdint.h>

/* A record, and behind it len bytes of text; those of a heading begin with
 * id_len bytes of its id. */
struct record {
	uint32_t type, number, line, column, id_len, len;
};

#endif
