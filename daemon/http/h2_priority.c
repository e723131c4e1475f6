/* SPDX-License-Identifier: ISC */
#include "h2_priority.h"

#include <string.h>

/* Takes what stands before the next comma, without white space around it and
 * without parameters (RFC 8941 section 3.2). */
static struct slice
next_member(struct slice *value)
{
	const char *comma = memchr(value->data, ',', value->len);
	size_t n = comma != NULL ? (size_t)(comma - value->data) : value->len;
	struct slice s = {value->data, n};
	const char *parameters = memchr(s.data, ';', s.len);

	n += comma != NULL;
	value->data += n;
	value->len -= n;
	if (parameters != NULL)
		s.len = (size_t)(parameters - s.data);
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
		s.data++, s.len--;
	while (s.len > 0 &&
	       (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

struct h2_priority
h2_priority_parse(struct slice value)
{
	struct h2_priority p = H2_PRIORITY_DEFAULT;

	while (value.len > 0) {
		struct slice m = next_member(&value);

		if (m.len == 3 && memcmp(m.data, "u=", 2) == 0 &&
		    m.data[2] >= '0' && m.data[2] <= '7')
			p.urgency = (uint8_t)(m.data[2] - '0');
		else if (slice_is(m, "i") || slice_is(m, "i=?1"))
			p.incremental = 1;
		else if (slice_is(m, "i=?0"))
			p.incremental = 0;
	}
	return p;
}
