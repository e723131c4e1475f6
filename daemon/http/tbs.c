/* SPDX-License-Identifier: ISC */
#include "tbs.h"

#include <string.h>

/* RFC 8446, section 4.4.3: padding, context and its NUL, transcript hash. */
#define PADDING 64
static const char context[] = "TLS 1.3, server CertificateVerify";

_Static_assert(TBS_PROBE_LEN == PADDING + sizeof(context) + 32, "SHA-256");

static int
is_verify(const uint8_t *tbs, size_t len)
{
	const size_t head = PADDING + sizeof(context);

	if (len != head + 32 && len != head + 48) /* SHA-256, SHA-384 */
		return 0;
	for (size_t i = 0; i < PADDING; i++)
		if (tbs[i] != ' ')
			return 0;
	return memcmp(tbs + PADDING, context, sizeof(context)) == 0;
}

/* RFC 8422, section 5.4: two randoms, then ECParameters and ECPoint. */
#define RANDOMS	    64
#define NAMED_CURVE 3
static const struct curve {
	uint8_t id; /* NamedCurve; the high byte is 0 */
	uint8_t point_len;
	uint8_t first; /* 4: uncompressed; 0: any */
} curves[] = {
    {23, 65, 4}, /* secp256r1 */
    {24, 97, 4}, /* secp384r1 */
    {29, 32, 0}, /* x25519 */
};

static int
is_key_exchange(const uint8_t *tbs, size_t len)
{
	const uint8_t *p = tbs + RANDOMS;

	if (len < RANDOMS + 5 || p[0] != NAMED_CURVE || p[1] != 0)
		return 0;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		const struct curve *c = &curves[i];

		if (p[2] == c->id)
			return p[3] == c->point_len &&
			       len == RANDOMS + 4 + (size_t)c->point_len &&
			       (c->first == 0 || p[4] == c->first);
	}
	return 0;
}

enum tbs_kind
tbs_kind(const uint8_t *tbs, size_t len)
{
	if (is_verify(tbs, len))
		return TBS_VERIFY;
	if (is_key_exchange(tbs, len))
		return TBS_KEY_EXCHANGE;
	return TBS_OTHER;
}

void
tbs_probe(uint8_t out[TBS_PROBE_LEN])
{
	memset(out, ' ', PADDING);
	memcpy(out + PADDING, context, sizeof(context));
	memset(out + PADDING + sizeof(context), 0, 32);
}
