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
/* The slices live until the scratch is used again, or the block's bytes
 * change. */
typedef void hpack_field_fn(void *arg, struct slice name, struct slice value);

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
