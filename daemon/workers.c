/* SPDX-License-Identifier: ISC */
#include "workers.h"

#include "../sandbox/sandbox.h"
#include "compress.h"
#include "little.h"
#include "site/markdown.h"
#include "site/searchtokens.h"

static struct compressor *compressor; /* a worker's own */

static void
markdown_start(const void *arg)
{
	const struct render_settings *set = arg;

	markdown_init(set->post_memory < SIZE_MAX
			  ? little_bound((size_t)set->post_memory)
			  : set->post_memory);
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

_Static_assert(MARKDOWN_OUTPUTS == POOL_OUTPUTS - 1,
	       "outputs are the pool's, and one for the words");

/* The words of the HTML, behind all other output. */
static void
add_tokens(char *out, size_t room, struct pool_output *output)
{
	size_t used = 0;

	for (int i = 0; i < MARKDOWN_OUTPUTS; i++)
		used += output->len[i];
	output->len[MARKDOWN_OUTPUTS] =
	    tokens_write((struct slice){out, output->len[MARKDOWN_HTML]},
			 out + used, room - used);
}

static void
markdown_run(const void *arg, struct slice in, char *out, size_t room,
	     struct pool_output *output)
{
	const struct render_settings *set = arg;
	struct markdown_limits limits = {.cpu_ms = set->post_cpu_ms,
					 .max_output = max_output(set, in.len)};

	output->result = markdown_render(&limits, in, out, room, output->len);
	if (output->result == MARKDOWN_OK)
		add_tokens(out, room, output);
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

typedef size_t compress_fn(struct compressor *c, struct slice in, char *out,
			   size_t room);

static void
compress_run(const void *arg, struct slice in, char *out, size_t room,
	     struct pool_output *output)
{
	compress_fn *const *with = arg;

	for (unsigned i = 0; i < POOL_OUTPUTS; i++) {
		if (with[i] == NULL)
			continue;
		output->len[i] = with[i](compressor, in, out, room);
		out += output->len[i];
		room -= output->len[i];
	}
}

struct pool_work
workers_compress(enum compress_what what)
{
	static compress_fn *const with[][POOL_OUTPUTS] = {
	    [COMPRESS_ALL] = {compress_gzip, compress_brotli, compress_zstd},
	    [COMPRESS_FIRST] = {compress_gzip_quick, NULL, NULL},
	    [COMPRESS_REST] = {NULL, compress_brotli, compress_zstd}};

	return (struct pool_work){compress_start, compress_run, with[what]};
}
