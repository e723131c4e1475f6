/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_H
#define BLOGD_HPACK_H

#include <stdint.h>

#include "../buf.h"

/*
 * Field compression of HTTP/2 (RFC 7541).
 *
 * A connection's decoder owns its dynamic table alone, in one block that is
 * only as large as its entries; what decoding takes otherwise is shared by all
 * connections.  The encoder keeps no table: it names what the static table has
 * and writes the rest as it is; hpack_common.h adds what pays off.
 */
#define HPACK_TABLE_MAX 4096 /* SETTINGS_HEADER_TABLE_SIZE, its default */

/* The decoder of one connection.  All zero: an empty table. */
struct hpack {
	char *block;
	uint16_t cap;	      /* bytes of the block */
	uint16_t end;	      /* where the next entry's bytes go */
	uint16_t first, last; /* entries: the oldest, behind the newest */
	uint16_t size;	      /* as RFC 7541 section 4.1 counts it */
	uint16_t lowered;     /* by so much the peer lowered the maximum */
};
void hpack_free(struct hpack *h);

/* What one block is decoded with. */
struct hpack_scratch {
	char *data;
	size_t list_max;
};
/* list_max: the most bytes of all fields of a block, each counted with its name
 * and 32 more (RFC 9113 section 6.5.2, SETTINGS_MAX_HEADER_LIST_SIZE). */
void hpack_scratch_init(struct hpack_scratch *s, size_t list_max);
void hpack_scratch_free(struct hpack_scratch *s);

enum hpack_result {
	HPACK_OK,
	/* The fields come to more than list_max.  What went beyond was not
	 * reported, but the table is right: the connection can go on. */
	HPACK_TOO_LARGE,
	/* COMPRESSION_ERROR: the connection is lost (RFC 9113 section 4.3). */
	HPACK_ERROR
};
/* Names that requests have, by their first place in the static table. */
enum hpack_name {
	HPACK_OTHER = 0, /* not in the table at all */
	HPACK_AUTHORITY = 1,
	HPACK_METHOD = 2,
	HPACK_PATH = 4,
	HPACK_SCHEME = 6,
	HPACK_STATUS = 8,
	HPACK_ACCEPT_ENCODING = 16,
	HPACK_CONTENT_LENGTH = 28,
	HPACK_EXPECT = 35,
	HPACK_HOST = 38,
	HPACK_IF_MATCH = 39,
	HPACK_IF_MODIFIED_SINCE = 40,
	HPACK_IF_NONE_MATCH = 41,
	HPACK_IF_RANGE = 42,
	HPACK_IF_UNMODIFIED_SINCE = 43,
	HPACK_RANGE = 50,
	HPACK_REFERER = 51,
	HPACK_TRANSFER_ENCODING = 57,
	HPACK_USER_AGENT = 58,
	HPACK__NAMES = 62
};

/* What is known of a field that a peer sends again and again needs not be found
 * out again: it stays in the table. */
struct hpack_field {
	struct slice name, value;
	uint8_t known; /* enum hpack_name, or another place of a name */
	uint8_t valid; /* RFC 9113 section 8.2.1: its characters, and those that
			  HTTP/1.1 forbids */
};
/* One that is in no table. */
void hpack_field_set(struct hpack_field *f, struct slice name,
		     struct slice value);

/* The slices live until the scratch is used again, or the block's bytes
 * change. */
typedef void hpack_field_fn(void *arg, const struct hpack_field *f);

/* Decodes a whole field block, HEADERS and CONTINUATION put together, and
 * reports its fields in order. */
enum hpack_result hpack_decode(struct hpack *h, struct slice block,
			       struct hpack_scratch *s, hpack_field_fn *fn,
			       void *arg);

/* Each of these appends to a field block. */
void hpack_put_status(struct buf *out, unsigned status); /* 100 to 999 */
/* Complete "Name: value\r\n" lines. */
void hpack_put_lines(struct buf *out, struct slice lines);
/* One such line, which goes into the peer's dynamic table, and from then on the
 * number of its place there (below 127). */
void hpack_put_kept(struct buf *out, struct slice line);
void hpack_put_index(struct buf *out, unsigned index);
void hpack_put_date(struct buf *out, const char *date, size_t len);

#endif
