/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_H2_FRAME_H
#define BLOGD_H2_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "output.h"

/*
 * Frames of HTTP/2: the names and numbers of RFC 9113, the head of a frame, and
 * the frames that a server writes.
 */
#define H2_PREFACE     "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" /* section 3.4 */
#define H2_PREFACE_LEN 24
#define H2_HEAD_LEN    9
#define H2_FRAME_MAX   16384 /* payload: ours, and no client may take less */
#define H2_WINDOW      65535 /* to begin with; ours stays at that */
#define H2_WINDOW_MAX  0x7fffffff
#define H2_ID_MAX      0x7fffffff

enum h2_type {
	H2_DATA,
	H2_HEADERS,
	H2_PRIORITY,
	H2_RST_STREAM,
	H2_SETTINGS,
	H2_PUSH_PROMISE,
	H2_PING,
	H2_GOAWAY,
	H2_WINDOW_UPDATE,
	H2_CONTINUATION,
	H2_PRIORITY_UPDATE = 0x10, /* RFC 9218 section 7.1 */
	H2__TYPES
};

enum h2_flag {
	H2_ACK = 0x1, /* SETTINGS, PING */
	H2_END_STREAM = 0x1,
	H2_END_HEADERS = 0x4,
	H2_PADDED = 0x8,
	H2_PRIORITIZED = 0x20 /* HEADERS: begins with what PRIORITY holds */
};

enum h2_setting {
	H2_HEADER_TABLE_SIZE = 1,
	H2_ENABLE_PUSH,
	H2_MAX_CONCURRENT_STREAMS,
	H2_INITIAL_WINDOW_SIZE,
	H2_MAX_FRAME_SIZE,
	H2_MAX_HEADER_LIST_SIZE,
	H2_NO_RFC7540_PRIORITIES = 9 /* RFC 9218 section 2.1 */
};

enum h2_error {
	H2_NO_ERROR,
	H2_PROTOCOL_ERROR,
	H2_INTERNAL_ERROR,
	H2_FLOW_CONTROL_ERROR,
	H2_SETTINGS_TIMEOUT,
	H2_STREAM_CLOSED,
	H2_FRAME_SIZE_ERROR,
	H2_REFUSED_STREAM,
	H2_CANCEL,
	H2_COMPRESSION_ERROR,
	H2_CONNECT_ERROR,
	H2_ENHANCE_YOUR_CALM
};

struct h2_frame {
	uint32_t length; /* of the payload */
	uint32_t id;
	uint8_t type, flags;
	const unsigned char *payload;
};

/* Reads the H2_HEAD_LEN bytes at data; the payload is what follows. */
void h2_frame_read(const char *data, struct h2_frame *f);
void h2_frame_head(char head[H2_HEAD_LEN], size_t length, enum h2_type type,
		   unsigned flags, uint32_t id);

/* Numbers of 16 and 32 bits as they stand in frames. */
uint16_t h2_get16(const unsigned char *p);
uint32_t h2_get32(const unsigned char *p);
void h2_set16(char *p, uint16_t n);
void h2_set32(char *p, uint32_t n);

void h2_put_frame(struct output *o, enum h2_type type, unsigned flags,
		  uint32_t id, const void *payload, size_t len);
/* RST_STREAM with an error, WINDOW_UPDATE with an increment. */
void h2_put_number(struct output *o, enum h2_type type, uint32_t id,
		   uint32_t number);
void h2_put_goaway(struct output *o, uint32_t last_id, enum h2_error error);

#endif
