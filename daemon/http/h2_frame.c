/* SPDX-License-Identifier: ISC */
#include "h2_frame.h"

uint16_t
h2_get16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
h2_get32(const unsigned char *p)
{
	return (uint32_t)h2_get16(p) << 16 | h2_get16(p + 2);
}

void
h2_set16(char *p, uint16_t n)
{
	p[0] = (char)(n >> 8);
	p[1] = (char)n;
}

void
h2_set32(char *p, uint32_t n)
{
	h2_set16(p, (uint16_t)(n >> 16));
	h2_set16(p + 2, (uint16_t)n);
}

void
h2_frame_read(const char *data, struct h2_frame *f)
{
	const unsigned char *p = (const unsigned char *)data;

	f->length = h2_get32(p) >> 8;
	f->type = p[3];
	f->flags = p[4];
	/* The first bit is reserved and ignored (section 4.1). */
	f->id = h2_get32(p + 5) & H2_ID_MAX;
	f->payload = p + H2_HEAD_LEN;
}

void
h2_frame_head(char head[H2_HEAD_LEN], size_t length, enum h2_type type,
	      unsigned flags, uint32_t id)
{
	h2_set32(head, (uint32_t)length << 8);
	head[3] = (char)type;
	head[4] = (char)flags;
	h2_set32(head + 5, id);
}

void
h2_put_frame(struct output *o, enum h2_type type, unsigned flags, uint32_t id,
	     const void *payload, size_t len)
{
	char head[H2_HEAD_LEN];

	h2_frame_head(head, len, type, flags, id);
	output_put(o, head, sizeof(head));
	output_put(o, payload, len);
}

void
h2_put_number(struct output *o, enum h2_type type, uint32_t id, uint32_t number)
{
	char payload[4];

	h2_set32(payload, number);
	h2_put_frame(o, type, 0, id, payload, sizeof(payload));
}

void
h2_put_goaway(struct output *o, uint32_t last_id, enum h2_error error)
{
	char payload[8];

	h2_set32(payload, last_id);
	h2_set32(payload + 4, error);
	h2_put_frame(o, H2_GOAWAY, 0, 0, payload, sizeof(payload));
}
