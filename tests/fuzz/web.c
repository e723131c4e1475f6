/* SPDX-License-Identifier: ISC */
#include "web.h"

#include "fuzz.h"

const struct serve_settings fuzz_serve = {.https_url = "https://a.example",
					  .hook = "/push",
					  .max_header_bytes = 2048,
					  .max_headers = 20,
					  .max_target = 512,
					  .max_body = 100,
					  .body_ms = 60000,
					  .max_streams = 4,
					  .max_control_frames = 10,
					  .max_resets = 1};
const struct request_limits fuzz_limits = {2048, 512, 20};

static void
add(struct snapshot_writer *w, const char *path, uint16_t status, int zipped)
{
	struct snapshot_page p = {.path = slice_of(path), .status = status};
	struct err err;

	p.modified = status == 200 ? 784111777 : 0;
	for (unsigned enc = zipped ? ENC_BROTLI : ENC_IDENTITY; enc < ENC__MAX;
	     enc++) {
		p.variant[enc].present = 1;
		p.variant[enc].common = slice_of("ETag: \"x\"\r\n");
		p.variant[enc].typed = slice_of("Content-Type: a/b\r\n");
		p.variant[enc].body = slice_of("body");
	}
	CHECK(snapshot_add(w, &p, &err) == 0);
}

struct snapshot *
fuzz_snapshot(void)
{
	struct snapshot_writer *w = snapshot_writer_new(NULL, NULL, 0);
	int fds[1 + SEGMENTS_MAX];
	struct snapshot *s;
	struct err err;
	unsigned n;

	add(w, "", 404, 0);
	add(w, "/", 200, 1);
	add(w, "/a/b c", 200, 0);
	add(w, "/old", 301, 0);
	CHECK(snapshot_finish(w, "0", "https://a.example", fds, &n, &err) == 0);
	snapshot_writer_free(w);
	s = snapshot_open(fds, n, &err);
	CHECK(s != NULL);
	while (n > 0)
		close(fds[--n]);
	return s;
}
