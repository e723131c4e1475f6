/* SPDX-License-Identifier: ISC */
#include "../../daemon/http/h1_request.h"

#include "../../daemon/http/target.h"
#include "fuzz.h"
#include "web.h"

/* One request head: read at once and byte by byte, its target, its answer. */

static void
check_target(struct slice raw)
{
	struct buf path = {0}, out = {0}, again = {0};
	struct target t, u;

	if (target_parse(raw, &path, &t) == 0) {
		target_write(&out, &t);
		for (size_t i = 0; i < out.len; i++)
			CHECK(out.data[i] > 0x20 && out.data[i] < 0x7f);
		CHECK(target_parse((struct slice){out.data, out.len}, &again,
				   &u) == 0);
		CHECK(u.canonical && slice_cmp(t.path, u.path) == 0);
	}
	buf_free(&path);
	buf_free(&out);
	buf_free(&again);
}

/* Every line ends, and nothing else is a control byte. */
static void
check_fields(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == '\r')
			CHECK(i + 1 < s.len && s.data[++i] == '\n');
		else
			CHECK((unsigned char)s.data[i] >= 0x20);
	CHECK(s.len == 0 || s.data[s.len - 1] == '\n');
}

/* What Content-Length says is what comes. */
static void
check_parts(const struct plan *p)
{
	static const char name[] = "Content-Length: ";

	CHECK(p->nparts <= PLAN_PARTS);
	for (int i = 0; i < 2 && p->nparts > 0; i++) {
		struct slice f = p->fields[i];
		const char *at =
		    f.len > 0 ? memmem(f.data, f.len, name, sizeof(name) - 1)
			      : NULL;

		if (at != NULL)
			CHECK(strtoull(at + sizeof(name) - 1, NULL, 10) ==
			      plan_length(p));
	}
}

static void
check_plan(const struct request *r, int plain)
{
	static struct snapshot *snapshot;
	struct site_view view = {.settings = &fuzz_serve, .plain = plain};
	struct plan_memory m = {0};
	struct plan p;

	if (snapshot == NULL)
		snapshot = fuzz_snapshot();
	view.snapshot = snapshot;
	plan_memory_init(&m, &fuzz_serve);
	plan_response(&p, &view, r, &m);
	CHECK(strncmp(status_text(p.status), "", 1) != 0);
	check_fields(p.fields[0]);
	check_fields(p.fields[1]);
	check_parts(&p);
	CHECK(p.nparts == 0 || r->method != METHOD_HEAD);
	plan_memory_free(&m);
}

static int
read_bytewise(const char *data, size_t len, size_t *head_len)
{
	struct h1_scan scan = {0};
	struct request r;
	int status = REQUEST_INCOMPLETE;

	for (size_t n = 1; n <= len && status == REQUEST_INCOMPLETE; n++)
		status =
		    h1_request_read(data, n, &fuzz_limits, &scan, &r, head_len);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct h1_scan scan = {0};
	size_t head_len, bytewise_len;
	struct request r;
	int status, bytewise;

	check_target((struct slice){text, len});
	if (len == 0)
		return 0;
	status = h1_request_read(text, len, &fuzz_limits, &scan, &r, &head_len);
	bytewise = read_bytewise(text, len, &bytewise_len);
	if (status != REQUEST_OK) {
		/* Of several things that are wrong the first to come counts. */
		CHECK(bytewise != REQUEST_OK);
		CHECK((bytewise == REQUEST_INCOMPLETE) ==
		      (status == REQUEST_INCOMPLETE));
		return 0;
	}
	CHECK(bytewise == REQUEST_OK);
	CHECK(head_len == bytewise_len && head_len <= len);
	check_target(r.target);
	check_plan(&r, 0);
	check_plan(&r, 1);
	return 0;
}
