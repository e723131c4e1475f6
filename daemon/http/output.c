/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../buf.h"
#include "tls.h"

/* OUTPUT_FULL_FAST, the longest head, a handshake's certificates. */
#define WIRE_CAP (448 * 1024)

void
output_init(struct output *o)
{
	*o = (struct output){.wire = xmalloc(WIRE_CAP),
			     .stage = xmalloc(OUTPUT_RECORD)};
}

void
output_free(struct output *o)
{
	free(o->wire);
	free(o->stage);
}

void
output_begin(struct output *o, struct ssl_st *tls)
{
	o->wire_len = o->stage_len = 0;
	o->full = OUTPUT_FULL;
	o->tls = tls;
	o->failed = 0;
}

int
output_full(const struct output *o)
{
	return o->wire_len + o->stage_len >= o->full;
}

size_t
output_room(const struct output *o)
{
	return OUTPUT_RECORD - o->stage_len;
}

int
output_wire(struct output *o, const void *data, size_t len)
{
	if (len > WIRE_CAP - o->wire_len) {
		o->failed = 1;
		return -1;
	}
	memcpy(o->wire + o->wire_len, data, len);
	o->wire_len += len;
	return 0;
}

static void
record(struct output *o, const char *data, size_t len)
{
	if (!o->failed && tls_write(o->tls, data, len) == -1)
		o->failed = 1;
}

static void
flush_stage(struct output *o)
{
	if (o->stage_len > 0)
		record(o, o->stage, o->stage_len);
	o->stage_len = 0;
}

/* At most a record's worth: straight from where it is when it fills one. */
static size_t
add_record(struct output *o, const char *data, size_t len)
{
	size_t room = OUTPUT_RECORD - o->stage_len;
	size_t n = len < room ? len : room;

	if (n == OUTPUT_RECORD) {
		record(o, data, n);
		return n;
	}
	memcpy(o->stage + o->stage_len, data, n);
	o->stage_len += n;
	if (o->stage_len == OUTPUT_RECORD)
		flush_stage(o);
	return n;
}

void
output_put(struct output *o, const void *data, size_t len)
{
	const char *at = data;

	if (len == 0)
		return;
	if (o->tls == NULL) {
		output_wire(o, data, len);
		return;
	}
	while (len > 0) {
		size_t n = add_record(o, at, len);

		at += n;
		len -= n;
	}
}

size_t
output_body(struct output *o, const char *data, size_t len)
{
	size_t done = 0;

	while (done < len && !output_full(o)) {
		size_t n = len - done;

		if (o->tls != NULL) {
			done += add_record(o, data + done, n);
			continue;
		}
		if (n > OUTPUT_RECORD)
			n = OUTPUT_RECORD;
		output_wire(o, data + done, n);
		done += n;
	}
	return done;
}

int
output_flush(struct output *o, int fd, const char **rest, size_t *rest_len)
{
	ssize_t n;

	o->sent = 0;
	flush_stage(o);
	if (o->failed)
		return -1;
	if (o->wire_len == 0)
		return 0;
	do
		n = write(fd, o->wire, o->wire_len);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno != EAGAIN)
		return -1;
	if (n == -1)
		n = 0;
	o->sent = (size_t)n;
	*rest = o->wire + n;
	*rest_len = o->wire_len - (size_t)n;
	o->wire_len = 0;
	return *rest_len > 0;
}
