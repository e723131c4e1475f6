/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/h1.h"

#include <strings.h>

#include "fuzz.h"
#include "web.h"

/* A whole connection: what is answered must not depend on how the bytes were
 * cut on their way. */

static void
no_hook(void *arg)
{
	(void)arg;
}

/* Whether the body of a request has come as well makes a difference only when
 * the client wants to be told to send it. */
static int
expects(struct slice text)
{
	for (; text.len >= 6; fuzz_take(&text, 1))
		if (strncasecmp(text.data, "expect", 6) == 0)
			return 1;
	return 0;
}

/* Length of the answers without a last one that refuses a head: when several
 * things are wrong with it, the first to come is told. */
static size_t
before_refusal(const struct buf *said)
{
	static const char begin[] = "HTTP/1.1 ";
	size_t n = strlen(begin), at = said->len;
	struct slice status;

	for (size_t i = 0; i + n + 3 <= said->len; i++)
		if (memcmp(said->data + i, begin, n) == 0)
			at = i;
	if (at == said->len)
		return at;
	status = (struct slice){said->data + at + n, 3};
	return slice_is(status, "400") || slice_is(status, "414") ||
		       slice_is(status, "431") || slice_is(status, "505")
		   ? at
		   : said->len;
}

/* The answers, their dates blanked. */
static void
take_output(struct output *out, struct buf *into)
{
	static const char name[] = "\r\nDate: ";
	struct slice rest;

	buf_add(into, out->wire, out->wire_len);
	rest = (struct slice){into->data, into->len};
	fuzz_take(&rest, into->len - out->wire_len);
	output_begin(out, NULL);
	while (rest.len > 0) {
		char *p = memmem(rest.data, rest.len, name, strlen(name));

		if (p == NULL)
			break;
		p += strlen(name);
		memset(p, '-', HTTP_DATE_LEN);
		fuzz_take(&rest, (size_t)(p - rest.data));
	}
}

static enum http_want
talk(struct http_env *env, struct slice text, size_t piece, struct buf *said)
{
	struct buf now = {0};
	struct http_peer peer = {.plain = 0};
	struct output out;
	struct h1 h = {0};
	enum http_want want = WANT_READ;

	output_init(&out);
	output_begin(&out, NULL);
	while (text.len > 0 && want == WANT_READ) {
		struct slice next = fuzz_take(&text, piece);
		struct input in;

		buf_add(&now, next.data, next.len);
		in = (struct input){now.data, now.len};
		while ((want = h1_run(&h, env, &peer, &in, &out)) == WANT_WRITE)
			take_output(&out, said);
		take_output(&out, said);
		CHECK(in.len <= now.len);
		if (in.len > 0)
			memmove(now.data, in.data, in.len);
		now.len = in.len;
	}
	h1_free(&h);
	output_free(&out);
	buf_free(&now);
	return want;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct serve_counters counters;
	static struct http_env env = {
	    .settings = &fuzz_serve, .counters = &counters, .hook = no_hook};
	struct slice text = {(const char *)data, len};
	struct buf whole = {0}, cut = {0};
	size_t n;

	if (env.snapshot == NULL) {
		env.snapshot = fuzz_snapshot();
		env.limits = fuzz_limits;
		plan_memory_init(&env.memory, &fuzz_serve);
	}
	talk(&env, text, len, &whole);
	talk(&env, text, 1, &cut);
	n = before_refusal(&whole);
	if (!expects(text)) {
		CHECK((n < whole.len) == (before_refusal(&cut) < cut.len));
		CHECK(n == before_refusal(&cut));
		CHECK(n == 0 || memcmp(whole.data, cut.data, n) == 0);
	}
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
