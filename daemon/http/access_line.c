/* SPDX-License-Identifier: ISC */
#include "access_line.h"

#include <string.h>

#include "../utf8.h"
#include "peer.h"

#define ESCAPE_MAX 6 /* \u0000 */

static const char hex[] = "0123456789abcdef";

static char *
put(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

static char *
put_number(char *at, uint64_t n)
{
	char digits[20];
	size_t len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (len > 0)
		*at++ = digits[--len];
	return at;
}

#define EACH	UINT64_C(0x0101010101010101)
#define HIGH	(0x80 * EACH)
#define ZERO(w) (((w)-EACH) & ~(w)&HIGH) /* is one of the bytes zero? */

/* Are these eight bytes printable ASCII that means nothing else between quotes?
 * Nearly all of what clients send is. */
static int
plain8(const char *p)
{
	uint64_t w, other;

	memcpy(&w, p, sizeof(w));
	other = w | (w - 0x20 * EACH) | ZERO(w ^ 0x7f * EACH) |
		ZERO(w ^ '"' * EACH) | ZERO(w ^ '\\' * EACH);
	return (other & HIGH) == 0;
}

static int
plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* As nginx and Apache do. */
static size_t
escape_combined(char *at, const unsigned char *p, size_t left)
{
	(void)left;
	at[0] = '\\';
	at[1] = 'x';
	at[2] = "0123456789ABCDEF"[*p >> 4];
	at[3] = "0123456789ABCDEF"[*p & 15];
	return 4;
}

static size_t
escape_unicode(char *at, unsigned code)
{
	at[0] = '\\';
	at[1] = 'u';
	for (int i = 0; i < 4; i++)
		at[2 + i] = hex[code >> (12 - 4 * i) & 15];
	return 6;
}

static size_t
escape_json(char *at, const unsigned char *p, size_t len)
{
	if (*p == '"' || *p == '\\') {
		at[0] = '\\';
		at[1] = (char)*p;
		return 2;
	}
	if (len == 0) /* no UTF-8: the replacement character */
		return escape_unicode(at, 0xfffd);
	if (len == 1)
		return escape_unicode(at, *p);
	if (len == 2 && p[0] == 0xc2 && p[1] < 0xa0)
		return escape_unicode(at, p[1]); /* the other control codes */
	memcpy(at, p, len);
	return len;
}

/* What a client sent, with what cannot stand in a quoted string escaped, and
 * nothing cut in halves. */
static char *
put_escaped(char *at, struct slice s, size_t max, enum access_format format)
{
	const unsigned char *p = (const unsigned char *)s.data;
	const unsigned char *end = p + s.len;
	const char *stop = at + max - ESCAPE_MAX;

	while (p < end && at <= stop) {
		size_t len = 1;

		if (end - p >= 8 && stop - at >= 8 && plain8((const char *)p)) {
			memcpy(at, p, 8);
			at += 8;
			p += 8;
			continue;
		}
		if (plain(*p)) {
			*at++ = (char)*p++;
			continue;
		}
		if (format == ACCESS_JSON) {
			len = utf8_char_len(p, (size_t)(end - p));
			at += escape_json(at, p, len);
		} else {
			at += escape_combined(at, p, len);
		}
		p += len > 0 ? len : 1;
	}
	return at;
}

static char *
put_address(char *at, const struct http_peer *peer, enum access_address how)
{
	struct http_peer p = *peer;

	if (how == ACCESS_NONE)
		return at;
	if (how == ACCESS_TRUNCATED)
		peer_truncate(&p);
	return at + peer_text(&p, at);
}

/* Empty when nothing can be told. */
static struct slice
protocol(const struct access *a)
{
	static const struct slice h2 = SLICE_INIT("HTTP/2.0"),
				  h1[] = {SLICE_INIT("HTTP/1.0"),
					  SLICE_INIT("HTTP/1.1")};
	int minor = a->request->framing.minor;

	if (a->protocol == COUNTED_H2)
		return h2;
	return minor == UNREAD_MINOR ? a->request->version : h1[minor != 0];
}

/* ------------------------------------------------------------- combined -- */

/* "Sun, 06 Nov 1994 08:49:37 GMT" becomes 06/Nov/1994:08:49:37 +0000. */
static char *
put_time(char *at, const char *date)
{
	memcpy(at, date + 5, 20);
	at[2] = at[6] = '/';
	at[11] = ':';
	return put(at + 20, " +0000");
}

static char *
put_word(char *at, struct slice s, size_t max)
{
	if (s.len == 0)
		return put(at, "-");
	return put_escaped(at, s, max, ACCESS_COMBINED);
}

static char *
put_field(char *at, struct slice s)
{
	at = put(at, " \"");
	at = put_word(at, s, ACCESS_FIELD_MAX);
	*at++ = '"';
	return at;
}

/* Three words, or one when not even the method is known. */
static char *
put_request(char *at, const struct access *a)
{
	const struct request *r = a->request;

	at = put_word(at, r->method_name, ACCESS_METHOD_MAX);
	if (r->method_name.len == 0)
		return at;
	*at++ = ' ';
	at = put_word(at, r->target, ACCESS_FIELD_MAX);
	*at++ = ' ';
	return put_word(at, protocol(a), ACCESS_METHOD_MAX);
}

static char *
combined(char *at, const struct access *a, enum access_address how)
{
	char *start = at;

	at = put_address(at, a->peer, how);
	if (at == start)
		*at++ = '-';
	at = put(at, " - - [");
	at = put_time(at, a->date);
	at = put(at, "] \"");
	at = put_request(at, a);
	at = put(at, "\" ");
	at = put_number(at, a->status);
	*at++ = ' ';
	at = put_number(at, a->bytes);
	at = put_field(at, a->request->referer);
	return put_field(at, a->request->agent);
}

/* ----------------------------------------------------------------- JSON -- */

static unsigned
month(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned m = 0;

	while (m < 11 && memcmp(names + 3 * m, name, 3) != 0)
		m++;
	return m + 1;
}

/* RFC 3339: 1994-11-06T08:49:37Z. */
static char *
put_rfc3339(char *at, const char *date)
{
	unsigned m = month(date + 8);

	memcpy(at, date + 12, 4);
	at[4] = at[7] = '-';
	at[5] = (char)('0' + m / 10);
	at[6] = (char)('0' + m % 10);
	memcpy(at + 8, date + 5, 2);
	at[10] = 'T';
	memcpy(at + 11, date + 17, 8);
	at[19] = 'Z';
	return at + 20;
}

static char *
put_member(char *at, const char *name, struct slice value, size_t max)
{
	at = put(at, name);
	if (value.len == 0)
		return put(at, "null");
	*at++ = '"';
	at = put_escaped(at, value, max, ACCESS_JSON);
	*at++ = '"';
	return at;
}

static char *
json(char *at, const struct access *a, enum access_address how)
{
	const struct request *r = a->request;
	char address[PEER_TEXT_MAX];
	size_t len = (size_t)(put_address(address, a->peer, how) - address);

	at = put(at, "{\"time\":\"");
	at = put_rfc3339(at, a->date);
	at = put_member(at, "\",\"address\":", (struct slice){address, len},
			sizeof(address));
	at = put_member(at, ",\"method\":", r->method_name, ACCESS_METHOD_MAX);
	at = put_member(at, ",\"target\":", r->target, ACCESS_FIELD_MAX);
	at = put_member(at, ",\"protocol\":", protocol(a), ACCESS_METHOD_MAX);
	at = put(at, ",\"status\":");
	at = put_number(at, a->status);
	at = put(at, ",\"bytes\":");
	at = put_number(at, a->bytes);
	at = put_member(at, ",\"referer\":", r->referer, ACCESS_FIELD_MAX);
	at = put_member(at, ",\"agent\":", r->agent, ACCESS_FIELD_MAX);
	*at++ = '}';
	return at;
}

size_t
access_line(char out[ACCESS_LINE_MAX], const struct access *a,
	    enum access_format format, enum access_address address)
{
	char *at = format == ACCESS_JSON ? json(out, a, address)
					 : combined(out, a, address);

	*at++ = '\n';
	return (size_t)(at - out);
}
