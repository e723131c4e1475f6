/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_TEXT_H
#define BLOGD_HPACK_TEXT_H

#include "../../daemon/http/hpack.h"

/* A hpack_field_fn: appends "name: value\n" to a struct buf. */
static inline void
collect(void *arg, const struct hpack_field *f)
{
	struct buf *out = arg;

	buf_add(out, f->name.data, f->name.len);
	buf_str(out, ": ");
	buf_add(out, f->value.data, f->value.len);
	buf_char(out, '\n');
}

#endif
