/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGESIZE_H
#define BLOGD_IMAGESIZE_H

#include <stdint.h>

#include "../buf.h"

/*
 * How large a picture is, in CSS pixels, as a browser shows it: read from the
 * file's first structures, without decoding anything.
 *
 *   PNG   PNG, third edition (W3C 2025): IHDR, eXIf before IDAT
 *   JPEG  ITU-T T.81 Annex B, every kind of frame; Exif 2.32: orientation
 *   GIF   GIF89a: logical screen, enlarged to hold the first picture
 *   WebP  RFC 9649: VP8 (RFC 6386 section 9.1), VP8L, VP8X
 *   AVIF  AV1 Image File Format 1.1; ISO/IEC 14496-12 and 23008-12: ispe, irot
 *         and a clap at the upper left, of the primary item
 *   SVG   SVG 2 section 8.2: width and height in absolute units, the missing
 *         ones from viewBox
 *
 * The bytes come from a stranger's repository.  Nothing is allocated; what is
 * looked at is bounded, however long the file.
 */
struct image_size {
	uint32_t width, height; /* neither is 0 */
};

/* 1 and the size, or 0 when the bytes do not tell it. */
int image_size(struct slice bytes, struct image_size *size);

#endif
