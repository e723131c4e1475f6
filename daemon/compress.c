/* SPDX-License-Identifier: ISC */
#include "compress.h"

#include <sys/mman.h>

#include <brotli/encode.h>
#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>

/* The part of zstd's interface that works in memory given to it; FreeBSD's
 * and Debian's shared libraries have it. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "little.h"
#include "log.h"

/*
 * Levels by measurement, HTML pages of 17.6 kB, microseconds of one core and
 * bytes a page:
 *
 *	gzip 6     198  5373     brotli 4    357  5405
 *	gzip 9     378  5327     brotli 5    460  5070
 *	gzip 12   1973  5222     brotli 6    524  5052
 *	                         brotli 9   9897  5038
 *	                         brotli 11 22524  4383
 *
 * Beyond 6 and 5 each further percent costs as much as all before.  Brotli 10
 * and 11 would save a reader 0.6 kB, and make a push of a site of 1,000 pages
 * take ten seconds more.
 *
 * zstd on pages of 14.8 kB, where gzip 6 makes 5775 bytes in 187 and brotli 5
 * makes 5415 in 364:
 *
 *	zstd 3      85  6018     zstd 8     247  5756
 *	zstd 5     163  5831     zstd 12    665  5729
 *	zstd 6     209  5777     zstd 19   2536  5647
 *
 * It is here for what a client takes to unpack, not for its size.
 *
 * Of a large site that is new (see polish.h) gzip comes first and alone.  Pages
 * of 17.1 kB: level 6 makes 5880 bytes in 116, level 4 5980 in 94, level 1
 * 6104 in 50.
 */
#define GZIP_LEVEL     6
#define GZIP_QUICK     1
#define BROTLI_QUALITY 5
#define ZSTD_LEVEL     6

/* What brotli 5 wants for 8 MiB of input is 41 MiB; zstd 6 wants 4. */
#define ARENA_SIZE ((size_t)64 << 20)
#define ALIGN	   ((size_t)16)

#define LEAST_SAVED 64

struct compressor {
	struct libdeflate_compressor *deflate, *quick;
	char *arena; /* of brotli and zstd, forgotten after each body */
	size_t size;
	size_t used;
};

struct compressor *
compressor_new(void)
{
	struct compressor *c = xcalloc(1, sizeof(*c));

	c->deflate = libdeflate_alloc_compressor(GZIP_LEVEL);
	c->quick = libdeflate_alloc_compressor(GZIP_QUICK);
	c->size = little_bound(ARENA_SIZE);
	c->arena = mmap(NULL, c->size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->deflate == NULL || c->quick == NULL || c->arena == MAP_FAILED)
		fatalx("out of memory (compressor)");
	return c;
}

void
compressor_free(struct compressor *c)
{
	libdeflate_free_compressor(c->deflate);
	libdeflate_free_compressor(c->quick);
	munmap(c->arena, c->size);
	free(c);
}

/* The longest output that is worth to be kept. */
static size_t
worth(size_t in, size_t room)
{
	size_t saved = in / 20 > LEAST_SAVED ? in / 20 : LEAST_SAVED;
	size_t most = in > saved ? in - saved : 0;

	return most < room ? most : room;
}

size_t
compress_gzip(struct compressor *c, struct slice in, char *out, size_t room)
{
	return libdeflate_gzip_compress(c->deflate, in.data, in.len, out,
					worth(in.len, room));
}

size_t
compress_gzip_quick(struct compressor *c, struct slice in, char *out,
		    size_t room)
{
	return libdeflate_gzip_compress(c->quick, in.data, in.len, out,
					worth(in.len, room));
}

/* Brotli takes NULL for an error of its own and gives up in order. */
static void *
arena_alloc(void *opaque, size_t size)
{
	struct compressor *c = opaque;
	void *p = c->arena + c->used;

	if (size > c->size - c->used)
		return NULL;
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	c->used += size < c->size - c->used ? size : c->size - c->used;
	return p;
}

static void
arena_free(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

static size_t
brotli_stream(BrotliEncoderState *s, struct slice in, char *out, size_t room)
{
	const uint8_t *next_in = (const uint8_t *)in.data;
	uint8_t *next_out = (uint8_t *)out;
	size_t left = room;

	if (!BrotliEncoderSetParameter(s, BROTLI_PARAM_QUALITY,
				       BROTLI_QUALITY) ||
	    !BrotliEncoderSetParameter(s, BROTLI_PARAM_MODE,
				       BROTLI_MODE_TEXT) ||
	    !BrotliEncoderSetParameter(s, BROTLI_PARAM_SIZE_HINT,
				       (uint32_t)in.len) ||
	    !BrotliEncoderCompressStream(s, BROTLI_OPERATION_FINISH, &in.len,
					 &next_in, &left, &next_out, NULL) ||
	    !BrotliEncoderIsFinished(s))
		return 0;
	return room - left;
}

size_t
compress_brotli(struct compressor *c, struct slice in, char *out, size_t room)
{
	BrotliEncoderState *s;
	size_t len;

	room = worth(in.len, room);
	if (room == 0 || in.len > UINT32_MAX)
		return 0;
	c->used = 0;
	s = BrotliEncoderCreateInstance(arena_alloc, arena_free, c);
	if (s == NULL)
		return 0;
	len = brotli_stream(s, in, out, room);
	BrotliEncoderDestroyInstance(s);
	return len;
}

/* RFC 9659: the window of a content coding must not exceed 8 MiB.  That of this
 * level is 2 MiB, and a frame of a shorter body needs no more than its size. */
size_t
compress_zstd(struct compressor *c, struct slice in, char *out, size_t room)
{
	ZSTD_CCtx *z = ZSTD_initStaticCCtx(c->arena, c->size);
	size_t len;

	room = worth(in.len, room);
	if (z == NULL || room == 0)
		return 0;
	len = ZSTD_compressCCtx(z, out, room, in.data, in.len, ZSTD_LEVEL);
	return ZSTD_isError(len) ? 0 : len;
}
