/* SPDX-License-Identifier: ISC */
#include "h1.h"

#include <string.h>

#include "metrics.h"
#include "served.h"
#include "unread.h"

static void
put(struct output *out, const char *text)
{
	output_put(out, text, strlen(text));
}

static void
write_head(struct http_env *env, const struct plan *p, int minor, int last,
	   struct output *out)
{
	put(out, "HTTP/1.1 ");
	put(out, status_text(p->status));
	put(out, "\r\nDate: ");
	output_put(out, http_env_date(env), HTTP_DATE_LEN);
	put(out, "\r\n");
	if (last)
		put(out, "Connection: close\r\n");
	else if (minor == 0)
		put(out, "Connection: keep-alive\r\n");
	for (size_t i = 0; i < sizeof(p->fields) / sizeof(p->fields[0]); i++)
		output_put(out, p->fields[i].data, p->fields[i].len);
	put(out, "\r\n");
}

/* What the output has no room for stays for later. */
static void
write_body(struct h1 *h, struct http_env *env, const struct plan *p,
	   struct output *out)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < p->nparts; i++) {
		size_t n = output_body(out, p->part[i].data, p->part[i].len);

		done += n;
		if (n == p->part[i].len)
			continue;
		rest_keep(&h->rest, p, done, env->snapshot);
		return;
	}
}

/* left: input behind this request. */
static void
write_plan(struct h1 *h, struct http_env *env, const struct http_peer *peer,
	   const struct plan *p, const struct request *r, size_t left,
	   struct output *out)
{
	int last = p->close || env->draining || !r->framing.keep_alive;

	h->answered = 1;
	write_head(env, p, r->framing.minor, last, out);
	if (last)
		h->ending = p->close || env->draining || left > 0 ? WANT_LINGER
								  : WANT_CLOSE;
	write_body(h, env, p, out);
	served(env, peer, COUNTED_H1, r, p);
}

/* However little of it was understood: HEAD gets no body. */
static void
refuse(struct h1 *h, struct http_env *env, const struct http_peer *peer,
       const struct input *in, unsigned status, struct output *out)
{
	struct site_view view = http_env_view(env, peer->plain);
	struct request r;
	struct plan p;

	unread_request(&r, in->data, in->len);
	plan_error(&p, status, &view, r.method, &env->memory);
	write_plan(h, env, peer, &p, &r, 0, out);
}

void
h1_timeout(struct h1 *h, struct http_env *env, const struct http_peer *peer,
	   const struct input *in, struct output *out)
{
	refuse(h, env, peer, in, 408, out);
}

static void
plan(struct plan *p, struct http_env *env, const struct http_peer *peer,
     const struct request *r)
{
	struct site_view view = http_env_view(env, peer->plain);

	if (peer->metrics) {
		plan_metrics(p, env->metrics, r);
		return;
	}
	plan_response(p, &view, r, &env->memory);
}

/* Answers the request whose head is at the start of the input. */
static void
answer(struct h1 *h, struct http_env *env, const struct http_peer *peer,
       const struct request *r, size_t head_len, struct input *in,
       struct output *out)
{
	struct plan p;

	plan(&p, env, peer, r);
	in->data += head_len;
	in->len -= head_len;
	memset(&h->scan, 0, sizeof(h->scan));
	if (p.hook)
		env->hook(env->hook_arg);
	write_plan(h, env, peer, &p, r, in->len, out);
}

/* RFC 9110 section 10.1.1: the client waits to be told to send the body.  When
 * the answer will be a refusal it is given at once. */
static void
answer_expectation(struct h1 *h, struct http_env *env,
		   const struct http_peer *peer, const struct request *r,
		   struct output *out)
{
	struct plan p;

	if (h->body.left > h->body.room)
		return;
	plan(&p, env, peer, r);
	if (p.status < 300) {
		put(out, "HTTP/1.1 100 Continue\r\n\r\n");
		return;
	}
	p.close = 1;
	write_plan(h, env, peer, &p, r, 0, out);
}

/* 0: more input is needed. */
static int
take_head(struct h1 *h, struct http_env *env, const struct http_peer *peer,
	  struct input *in, struct output *out)
{
	struct request r;
	size_t head_len;
	int status;

	if (in->len == 0)
		return 0;
	status = h1_request_read(in->data, in->len, &env->limits, &h->scan, &r,
				 &head_len);
	if (status == REQUEST_INCOMPLETE)
		return 0;
	if (status != REQUEST_OK) {
		refuse(h, env, peer, in, (unsigned)status, out);
		return 1;
	}
	if (!body_begin(&h->body, &r.framing, env->settings->max_body)) {
		answer(h, env, peer, &r, head_len, in, out);
		return 1;
	}
	h->in_body = 1;
	h->head_len = head_len;
	if ((r.framing.expect_continue || r.expects_other) &&
	    in->len == head_len)
		answer_expectation(h, env, peer, &r, out);
	return 1;
}

/* Throws body bytes away behind the head.  The head is read a second time when
 * they are all gone: that is rare, and nothing but the head had to be kept. */
static int
take_body(struct h1 *h, struct http_env *env, const struct http_peer *peer,
	  struct input *in, struct output *out)
{
	char *body = in->data + h->head_len;
	size_t used, len = in->len - h->head_len;
	struct request r;
	int status = body_take(&h->body, body, len, &used);

	memmove(body, body + used, len - used);
	in->len -= used;
	if (status == BODY_MORE)
		return 0;
	h->in_body = 0;
	memset(&h->scan, 0, sizeof(h->scan));
	if (status == BODY_DONE)
		status = h1_request_read(in->data, in->len, &env->limits,
					 &h->scan, &r, &h->head_len);
	if (status == REQUEST_OK)
		answer(h, env, peer, &r, h->head_len, in, out);
	else
		refuse(h, env, peer, in, (unsigned)status, out);
	return 1;
}

static void
send_rest(struct h1 *h, struct output *out)
{
	while (h->rest.now.len > 0 && !output_full(out))
		rest_skip(&h->rest,
			  output_body(out, h->rest.now.data, h->rest.now.len));
}

/* Nothing is left to do with the input. */
static enum http_want
rest(const struct h1 *h, const struct http_env *env, const struct input *in)
{
	/* A response that had begun before promised nothing of the kind, but
	 * its client can come again: to another process. */
	if (env->closing_idle && h->answered && !h->in_body && in->len == 0)
		return WANT_CLOSE;
	return WANT_READ;
}

enum http_want
h1_run(struct h1 *h, struct http_env *env, const struct http_peer *peer,
       struct input *in, struct output *out)
{
	for (;;) {
		if (h->rest.now.len > 0)
			send_rest(h, out);
		if (output_full(out) || h->rest.now.len > 0)
			return WANT_WRITE;
		if (h->ending)
			return h->ending;
		if (!(h->in_body ? take_body(h, env, peer, in, out)
				 : take_head(h, env, peer, in, out)))
			return rest(h, env, in);
	}
}

void
h1_free(struct h1 *h)
{
	rest_free(&h->rest);
}
