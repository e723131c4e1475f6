/* SPDX-License-Identifier: ISC */
#include "workers.h"

#include "../sandbox/sandbox.h"
#include "compress.h"
#include "site/markdown.h"

static struct compressor *compressor; /* a worker's own */

static void
markdown_start(const void *arg)
{
	const struct render_settings *set = arg;

	markdown_init(set->post_memory);
	sandbox_filter(ROLE_RENDER, VARIANT_WORKER);
}

static uint64_t
max_output(const struct render_settings *set, uint64_t input)
{
	uint64_t n;

	if (__builtin_mul_overflow(input, set->post_output_factor, &n) ||
	    __builtin_add_overflow(n, set->post_output_constant, &n))
		return UINT64_MAX;
	return n;
}

_Static_assert(MARKDOWN_OUTPUTS <= POOL_OUTPUTS, "outputs are the pool's");

static void
markdown_run(const void *arg, struct slice in, char *out, size_t room,
	     struct pool_output *output)
{
	const struct render_settings *set = arg;
	struct markdown_limits limits = {.cpu_ms = set->post_cpu_ms,
					 .max_output = max_output(set, in.len)};

	output->result =
	    markdown_render(&limits, in, out, room, output->len);
}

struct pool_work
workers_markdown(const struct render_settings *set)
{
	return (struct pool_work){markdown_start, markdown_run, set};
}

static void
compress_start(const void *arg)
{
	(void)arg;
	compressor = compressor_new();
	sandbox_filter(ROLE_RENDER, VARIANT_WORKER);
}

static void
compress_run(const void *arg, struct slice in, char *out, size_t room,
	     struct pool_output *output)
{
	size_t *len = output->len;

	(void)arg;
	len[0] = compress_gzip(compressor, in, out, room);
	out += len[0];
	room -= len[0];
	len[1] = compress_brotli(compressor, in, out, room);
	out += len[1];
	room -= len[1];
	len[2] = compress_zstd(compressor, in, out, room);
}

struct pool_work
workers_compress(void)
{
	return (struct pool_work){compress_start, compress_run, NULL};
}
