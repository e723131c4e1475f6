/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "uuid.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "../log.h"
#include "date.h"

const struct uuid uuid_dns = {{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
			       0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
const struct uuid uuid_url = {{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
			       0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

struct uuid
uuid_v5(struct uuid space, struct slice name)
{
	struct buf in = {0};
	unsigned char md[EVP_MAX_MD_SIZE];
	struct uuid u;

	buf_add(&in, space.byte, sizeof(space.byte));
	buf_add(&in, name.data, name.len);
	if (EVP_Digest(in.data, in.len, md, NULL, EVP_sha1(), NULL) != 1)
		fatalx("cannot compute SHA-1");
	buf_free(&in);
	memcpy(u.byte, md, sizeof(u.byte));
	u.byte[6] = (uint8_t)((u.byte[6] & 0x0f) | 0x50);
	u.byte[8] = (uint8_t)((u.byte[8] & 0x3f) | 0x80);
	return u;
}

void
uuid_format(struct uuid u, char out[UUID_TEXT + 1])
{
	static const char hex[] = "0123456789abcdef";
	size_t i, n = 0;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = hex[u.byte[i] >> 4];
		out[n++] = hex[u.byte[i] & 15];
	}
	out[n] = '\0';
}

int
uuid_is_text(struct slice text)
{
	size_t i;

	if (text.len != UUID_TEXT)
		return 0;
	for (i = 0; i < UUID_TEXT; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.data[i] != '-')
				return 0;
		} else if (text.data[i] == '\0' ||
			   strchr("0123456789abcdefABCDEF", text.data[i]) ==
			       NULL) {
			return 0;
		}
	}
	return 1;
}

static uint8_t
hex_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

struct uuid
uuid_of_site(struct slice text)
{
	struct uuid u = {{0}};
	size_t i, n = 0;

	if (!uuid_is_text(text))
		return uuid_v5(uuid_url, text);
	for (i = 0; i < UUID_TEXT; i++) {
		if (text.data[i] == '-')
			continue;
		u.byte[n / 2] =
		    (uint8_t)(u.byte[n / 2] << 4 | hex_digit(text.data[i]));
		n++;
	}
	return u;
}

struct uuid
uuid_of_article(int64_t created, struct slice site_uuid)
{
	char when[DATE_LEN + 1];

	date_canopy(created, when);
	return uuid_v5(uuid_v5(uuid_dns, slice_of(when)), site_uuid);
}
