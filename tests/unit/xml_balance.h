/* SPDX-License-Identifier: ISC */
#ifndef XML_BALANCE_H
#define XML_BALANCE_H

#include <string.h>

#include "daemon/buf.h"

#define XML_DEPTH 1024

/* Moves s to behind the next c; what stood before it. */
static inline struct slice
xml_until(struct slice *s, char c)
{
	const char *p = s->len > 0 ? memchr(s->data, c, s->len) : NULL;
	struct slice before = {s->data, s->len};

	if (p != NULL)
		before.len = (size_t)(p - s->data);
	s->data += before.len + (p != NULL);
	s->len -= before.len + (p != NULL);
	return before;
}

/* Is every element closed in its turn, and no "<" left over?  There are no
 * comments, and no ">" in attributes. */
static inline int
xml_balanced(struct slice s)
{
	struct slice open[XML_DEPTH], tag, name;
	size_t n = 0;

	for (xml_until(&s, '<'); s.len > 0; xml_until(&s, '<')) {
		tag = xml_until(&s, '>');
		name = xml_until(&tag, ' ');
		if (name.len == 0 || memchr(name.data, '<', name.len) != NULL)
			return 0;
		if (name.data[0] != '/') {
			if (n == XML_DEPTH)
				return 0;
			open[n++] = name;
			continue;
		}
		name.data++;
		name.len--;
		if (n == 0 || slice_cmp(open[--n], name) != 0)
			return 0;
	}
	return n == 0;
}

#endif
