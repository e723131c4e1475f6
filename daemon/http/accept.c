/* SPDX-License-Identifier: ISC */
#include "accept.h"

#include "field.h"

#define Q_UNNAMED -1

/* "0" or "1" with up to three decimals, in thousandths; -1: malformed. */
static int
parse_q(struct slice s)
{
	int q, scale = 100;

	if (s.len == 0 || s.len > 5 || s.data[0] < '0' || s.data[0] > '1' ||
	    (s.len > 1 && s.data[1] != '.'))
		return -1;
	q = (s.data[0] - '0') * 1000;
	for (size_t i = 2; i < s.len; i++, scale /= 10) {
		if (!field_is(s.data[i], CLASS_DIGIT))
			return -1;
		q += (s.data[i] - '0') * scale;
	}
	return q <= 1000 ? q : -1;
}

/* "coding" or "coding;q=0.5"; -1 for anything else, which is ignored. */
static int
parse_element(struct slice element, struct slice *coding)
{
	struct slice weight, name;

	if (!field_cut(element, ';', coding, &weight))
		return 1000;
	*coding = field_trim(*coding);
	weight = field_trim(weight);
	if (!field_cut(weight, '=', &name, &weight) || !field_same(name, "q"))
		return -1;
	return parse_q(weight);
}

struct weights {
	int q[ENC__MAX];
	int star;
};

static void
weigh(struct weights *w, struct slice coding, int q)
{
	if (field_same(coding, "gzip") || field_same(coding, "x-gzip"))
		w->q[ENC_GZIP] = q;
	else if (field_same(coding, "br"))
		w->q[ENC_BROTLI] = q;
	else if (field_same(coding, "zstd"))
		w->q[ENC_ZSTD] = q;
	else if (field_same(coding, "identity"))
		w->q[ENC_IDENTITY] = q;
	else if (slice_is(coding, "*"))
		w->star = q;
}

/* Comparable weights: refused 0, identity by default 1, named 2 and more. */
static int
rank(const struct weights *w, enum encoding enc)
{
	int q = w->q[enc] != Q_UNNAMED ? w->q[enc] : w->star;

	if (q == Q_UNNAMED)
		return enc == ENC_IDENTITY;
	return q > 0 ? q + 1 : 0;
}

static enum encoding
best(const struct weights *w, unsigned available)
{
	enum encoding found = ENC_IDENTITY;
	int top = 0;

	for (int enc = 0; enc < ENC__MAX; enc++) {
		int r = available & 1U << enc ? rank(w, enc) : 0;

		if (r > top) {
			top = r;
			found = enc;
		}
	}
	if (top > 0 || available & 1U << ENC_IDENTITY)
		return found;
	for (int enc = 0; enc < ENC__MAX; enc++)
		if (available & 1U << enc)
			return enc;
	return found;
}

enum encoding
accept_encoding(const struct request *r, unsigned available)
{
	struct weights w = {.star = Q_UNNAMED};
	struct slice list, element, coding;
	unsigned iter = 0;

	for (int enc = 0; enc < ENC__MAX; enc++)
		w.q[enc] = Q_UNNAMED;
	while (request_value(r, FIELD_ACCEPT_ENCODING, &iter, &list))
		while (field_list_next(&list, &element)) {
			int q = parse_element(element, &coding);

			if (q != -1)
				weigh(&w, coding, q);
		}
	return best(&w, available);
}
