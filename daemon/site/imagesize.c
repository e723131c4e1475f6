/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "imagesize.h"

#include "imageread.h"

#define PARTS_MAX 256 /* chunks or blocks that are walked over in one file */

static struct image_reader
image_reader(struct slice bytes)
{
	struct image_reader r = {(const unsigned char *)bytes.data, bytes.len,
				 0};

	return r;
}

struct image_reader
image_part(struct image_reader *r, size_t n)
{
	struct image_reader part = {r->p, n, 0};

	if (n > r->left) {
		part.left = r->left;
		part.bad = r->bad = 1;
		n = r->left;
	}
	if (n > 0)
		r->p += n; /* NULL stays NULL */
	r->left -= n;
	return part;
}

void
image_skip(struct image_reader *r, size_t n)
{
	image_part(r, n);
}

uint32_t
image_be(struct image_reader *r, unsigned bytes)
{
	struct image_reader part = image_part(r, bytes);
	uint32_t v = 0;

	if (part.bad)
		return 0;
	while (bytes-- > 0)
		v = v << 8 | *part.p++;
	return v;
}

uint32_t
image_le(struct image_reader *r, unsigned bytes)
{
	struct image_reader part = image_part(r, bytes);
	uint32_t v = 0;

	if (part.bad)
		return 0;
	while (bytes-- > 0)
		v = v << 8 | part.p[bytes];
	return v;
}

int
image_match(struct image_reader *r, const char *bytes, size_t n)
{
	if (r->left < n || memcmp(r->p, bytes, n) != 0)
		return 0;
	image_skip(r, n);
	return 1;
}

void
image_turn(struct image_size *size)
{
	uint32_t width = size->width;

	size->width = size->height;
	size->height = width;
}

/* ---- PNG ---- */

/* Exif data counts before the pixels only: a browser has shown them by then. */
static int
png_turns(struct image_reader *r)
{
	struct image_reader body, type;
	uint32_t n;
	int i;

	for (i = 0; i < PARTS_MAX && !r->bad; i++) {
		n = image_be(r, 4);
		type = image_part(r, 4);
		if (image_match(&type, "IDAT", 4))
			return 0;
		body = image_part(r, n);
		if (image_match(&type, "eXIf", 4))
			return image_exif_turns(body);
		image_skip(r, 4);
	}
	return 0;
}

static int
read_png(struct image_reader r, struct image_size *size)
{
	if (!image_match(&r, "\0\0\0\rIHDR", 8))
		return 0;
	size->width = image_be(&r, 4);
	size->height = image_be(&r, 4);
	image_skip(&r, 9);
	if (r.bad || size->width > INT32_MAX || size->height > INT32_MAX)
		return 0;
	if (png_turns(&r))
		image_turn(size);
	return 1;
}

/* ---- GIF ---- */

static void
gif_skip_blocks(struct image_reader *r, int *parts)
{
	uint32_t n;

	while ((n = image_le(r, 1)) > 0 && (*parts)++ < PARTS_MAX)
		image_skip(r, n);
}

/* To behind the separator of the first picture; 0 when there is none. */
static int
gif_first_picture(struct image_reader *r)
{
	int parts = 0;

	while (image_match(r, "!", 1)) {
		image_skip(r, 1);
		gif_skip_blocks(r, &parts);
		if (parts++ >= PARTS_MAX)
			return 0;
	}
	return image_match(r, ",", 1);
}

static int
read_gif(struct image_reader r, struct image_size *size)
{
	uint32_t flags, right, bottom;

	size->width = image_le(&r, 2);
	size->height = image_le(&r, 2);
	flags = image_le(&r, 1);
	image_skip(&r, 2);
	if (r.bad)
		return 0;
	if (flags & 0x80)
		image_skip(&r, (size_t)3 << ((flags & 7) + 1));
	if (!gif_first_picture(&r))
		return 1;
	right = image_le(&r, 2);
	bottom = image_le(&r, 2);
	right += image_le(&r, 2);
	bottom += image_le(&r, 2);
	if (r.bad)
		return 1;
	if (right > size->width)
		size->width = right;
	if (bottom > size->height)
		size->height = bottom;
	return 1;
}

/* ---- WebP ---- */

static int
webp_lossy(struct image_reader *r, struct image_size *size)
{
	uint32_t tag = image_le(r, 3);

	if ((tag & 1) != 0 || !image_match(r, "\x9d\x01\x2a", 3))
		return 0;
	size->width = image_le(r, 2) & 0x3fff;
	size->height = image_le(r, 2) & 0x3fff;
	return !r->bad;
}

static int
webp_lossless(struct image_reader *r, struct image_size *size)
{
	uint32_t bits;

	if (!image_match(r, "\x2f", 1))
		return 0;
	bits = image_le(r, 4);
	size->width = (bits & 0x3fff) + 1;
	size->height = (bits >> 14 & 0x3fff) + 1;
	return !r->bad;
}

static int
webp_extended(struct image_reader *r, struct image_size *size)
{
	image_skip(r, 4);
	size->width = image_le(r, 3) + 1;
	size->height = image_le(r, 3) + 1;
	return !r->bad;
}

static int
read_webp(struct image_reader r, struct image_size *size)
{
	struct image_reader type, body;

	type = image_part(&r, 4);
	body = image_part(&r, image_le(&r, 4));
	body.bad = 0; /* the size is in its first bytes */
	if (image_match(&type, "VP8 ", 4))
		return webp_lossy(&body, size);
	if (image_match(&type, "VP8L", 4))
		return webp_lossless(&body, size);
	if (image_match(&type, "VP8X", 4))
		return webp_extended(&body, size);
	return 0;
}

/* ---- all ---- */

static int
read_any(struct slice bytes, struct image_size *size)
{
	struct image_reader r = image_reader(bytes);

	if (image_match(&r, "\x89PNG\r\n\x1a\n", 8))
		return read_png(r, size);
	if (image_match(&r, "\xff\xd8", 2))
		return image_jpeg(r, size);
	if (image_match(&r, "GIF87a", 6) || image_match(&r, "GIF89a", 6))
		return read_gif(r, size);
	if (image_match(&r, "RIFF", 4)) {
		image_skip(&r, 4);
		return image_match(&r, "WEBP", 4) && read_webp(r, size);
	}
	if (r.left >= 8 && memcmp(r.p + 4, "ftyp", 4) == 0)
		return image_avif(r, size);
	return image_svg(bytes, size);
}

int
image_size(struct slice bytes, struct image_size *size)
{
	struct image_size found = {0, 0};

	if (!read_any(bytes, &found) || found.width == 0 || found.height == 0)
		return 0;
	*size = found;
	return 1;
}
