/* SPDX-License-Identifier: ISC */
#include "range.h"

#include "field.h"

/* Decimal digits; what is beyond any content is as good as the greatest. */
static int
parse_number(struct slice s, uint64_t *n)
{
	*n = 0;
	if (s.len == 0 || field_span(s, CLASS_DIGIT) != s.len)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		if (*n > UINT64_MAX / 10 - 1)
			*n = UINT64_MAX / 10 - 1;
		*n = *n * 10 + (uint64_t)(s.data[i] - '0');
	}
	return 0;
}

/* "-500": the last 500 bytes.  No Content-Range can tell of no bytes, so the
 * last bytes of nothing are sent as the whole of it. */
static enum ranges_result
parse_suffix(struct slice text, uint64_t length, struct range *r)
{
	uint64_t n;

	if (parse_number(text, &n) == -1)
		return RANGES_IGNORED;
	if (n == 0)
		return RANGES_UNSATISFIABLE;
	if (n > length)
		n = length;
	*r = (struct range){length - n, n};
	return n > 0 ? RANGES_FOUND : RANGES_IGNORED;
}

/* "0-499", "500-", "-500". */
static enum ranges_result
parse_spec(struct slice spec, uint64_t length, struct range *r)
{
	struct slice from, to;
	uint64_t first, last = UINT64_MAX;

	if (!field_cut(spec, '-', &from, &to))
		return RANGES_IGNORED;
	if (from.len == 0)
		return parse_suffix(to, length, r);
	if (parse_number(from, &first) == -1 ||
	    (to.len > 0 && parse_number(to, &last) == -1) || last < first)
		return RANGES_IGNORED;
	if (first >= length)
		return RANGES_UNSATISFIABLE;
	if (last >= length)
		last = length - 1;
	*r = (struct range){first, last - first + 1};
	return RANGES_FOUND;
}

static int
follows(const struct ranges *all, const struct range *r)
{
	const struct range *last;

	if (all->n == 0)
		return 1;
	last = &all->range[all->n - 1];
	return r->first >= last->first + last->len;
}

enum ranges_result
ranges_parse(struct slice value, uint64_t length, struct ranges *out)
{
	struct slice unit, set, spec;
	unsigned given = 0;

	out->n = 0;
	if (!field_cut(value, '=', &unit, &set) || !field_same(unit, "bytes"))
		return RANGES_IGNORED;
	while (field_list_next(&set, &spec)) {
		struct range r;
		enum ranges_result result = parse_spec(spec, length, &r);

		if (++given > RANGES_MAX || result == RANGES_IGNORED)
			return RANGES_IGNORED;
		if (result == RANGES_UNSATISFIABLE)
			continue;
		if (!follows(out, &r))
			return RANGES_IGNORED;
		out->range[out->n++] = r;
	}
	if (given == 0)
		return RANGES_IGNORED;
	return out->n > 0 ? RANGES_FOUND : RANGES_UNSATISFIABLE;
}
