/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HTTP_FIXTURE_H
#define BLOGD_HTTP_FIXTURE_H

/* A small site behind HTTP/1.1 without sockets: for response_test and
 * h1_test, each of which includes it once, after cmocka.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/http/h1.h"

#define COMMON	 "ETag: \"AAAAAAAAAAAAAAAA\"\r\nX-Common: 1\r\n"
#define TYPE	 "Content-Type: text/x-test\r\n"
#define HOST	 "Host: a.example\r\n"
#define HSTS	 "Strict-Transport-Security: max-age=77\r\n"
#define MODIFIED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define BIG	 (300 * 1024)

/* Everything an answer needs, and what came out. */
struct fixture {
	struct serve_settings settings;
	struct serve_counters counters;
	struct http_env env;
	struct output output;
	struct buf out;
	unsigned hooks;
	char *big;
};

static inline void
on_hook(void *arg)
{
	((struct fixture *)arg)->hooks++;
}

static inline void
set_variant(struct snapshot_page *p, enum encoding enc, struct slice body)
{
	static const char *const typed[ENC__MAX] = {
	    [ENC_BROTLI] = TYPE "Content-Encoding: br\r\n",
	    [ENC_ZSTD] = TYPE "Content-Encoding: zstd\r\n",
	    [ENC_GZIP] = TYPE "Content-Encoding: gzip\r\n",
	    [ENC_IDENTITY] = TYPE};

	p->variant[enc].present = 1;
	p->variant[enc].common = slice_of(COMMON);
	p->variant[enc].typed = slice_of(typed[enc]);
	p->variant[enc].body = body;
}

static inline void
add(struct snapshot_writer *w, const char *path, uint16_t status,
    struct slice body, int gzip)
{
	struct snapshot_page p = {.path = slice_of(path), .status = status};
	struct err err;

	if (status == 200)
		p.modified = MODIFIED;
	set_variant(&p, ENC_IDENTITY, body);
	if (gzip)
		set_variant(&p, ENC_GZIP, slice_of("zipped"));
	assert_int_equal(snapshot_add(w, &p, &err), 0);
}

static inline struct snapshot *
make_snapshot(struct slice big)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	int fds[1 + SEGMENTS_MAX];
	struct snapshot *s;
	struct err err;
	unsigned n;

	add(w, "", 404, slice_of("nothing here"), 0);
	add(w, "/", 200, slice_of("index"), 1);
	add(w, "/a/b c", 200, slice_of("spaced"), 0);
	add(w, "/empty", 200, slice_of(""), 0);
	add(w, "/old", 301, slice_of(""), 0);
	add(w, "/big", 200, big, 0);
	add(w, "*/moved/", 302, slice_of("https://b.example/x/"), 0);
	add(w, "*/moved/here/", 308, slice_of("/there/"), 0);
	add(w, "*/closed/", 301, slice_of(""), 0);
	assert_int_equal(
	    snapshot_finish(w, "0", "https://a.example", fds, &n, &err), 0);
	snapshot_writer_free(w);
	s = snapshot_open(fds, n, &err);
	assert_non_null(s);
	while (n > 0)
		close(fds[--n]);
	return s;
}

static inline int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct serve_settings *set = &f->settings;

	set->max_header_bytes = 8192;
	set->max_headers = 50;
	set->max_target = 1024;
	set->max_body = 100;
	memcpy(set->hook, "/push", sizeof("/push"));
	set->hsts_s = 77;
	f->big = malloc(BIG);
	for (int i = 0; i < BIG; i++)
		f->big[i] = (char)('a' + i % 23);
	f->env.settings = set;
	f->env.counters = &f->counters;
	f->env.snapshot = make_snapshot((struct slice){f->big, BIG});
	f->env.limits = (struct request_limits){8192, 1024, 50};
	plan_memory_init(&f->env.memory, set);
	h2_shared_init(&f->env.h2, set);
	f->env.hook = on_hook;
	f->env.hook_arg = f;
	output_init(&f->output);
	*state = f;
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *f = *state;

	snapshot_unref(f->env.snapshot);
	plan_memory_free(&f->env.memory);
	h2_shared_free(&f->env.h2);
	output_free(&f->output);
	buf_free(&f->out);
	free(f->big);
	free(f);
	return 0;
}

/* What a socket would do: takes all there is. */
static inline void
collect(struct fixture *f)
{
	buf_add(&f->out, f->output.wire, f->output.wire_len);
	output_begin(&f->output, NULL);
}

/* Hands over the text in pieces, each with what was not used before, and
 * gathers the output until more input is wanted or all is said. */
static inline enum http_want
talk_in_pieces(struct fixture *f, const char *text, size_t piece, int plain)
{
	struct http_peer peer = {.plain = (uint8_t)plain};
	struct h1 h = {0};
	struct buf kept = {0};
	size_t len = strlen(text);
	enum http_want want = WANT_READ;

	buf_clear(&f->out);
	output_begin(&f->output, NULL);
	for (size_t at = 0; at < len && want == WANT_READ; at += piece) {
		struct buf now = {0};
		struct input in;

		buf_add(&now, kept.data, kept.len);
		buf_add(&now, text + at, len - at < piece ? len - at : piece);
		in = (struct input){now.data, now.len};
		while ((want = h1_run(&h, &f->env, &peer, &in, &f->output)) ==
		       WANT_WRITE)
			collect(f);
		collect(f);
		buf_clear(&kept);
		buf_add(&kept, in.data, in.len);
		buf_free(&now);
	}
	h1_free(&h);
	buf_free(&kept);
	return want;
}

static inline const char *
talk(struct fixture *f, const char *text)
{
	talk_in_pieces(f, text, strlen(text), 0);
	return buf_cstr(&f->out);
}

static inline unsigned
status_of(const char *answer)
{
	if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (unsigned)strtoul(answer + 9, NULL, 10);
}

static inline int
has(const char *answer, const char *text)
{
	return strstr(answer, text) != NULL;
}

static inline const char *
body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static inline unsigned
count(const struct fixture *f, const char *text)
{
	unsigned n = 0;

	for (const char *at = f->out.data; (at = strstr(at, text)); at++)
		n++;
	return n;
}

#endif
