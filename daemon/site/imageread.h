/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_IMAGEREAD_H
#define BLOGD_IMAGEREAD_H

#include "imagesize.h"

/*
 * What the readers of picture files share.  A reader walks over bytes that it
 * does not own.  Beyond the end it gives zeros and nothing, and `bad` is set
 * for good, so it need only be looked at in the end.
 */
struct image_reader {
	const unsigned char *p;
	size_t left;
	int bad;
};

/* A number of 1 to 4 bytes, the most (be) or least (le) significant first. */
uint32_t image_be(struct image_reader *r, unsigned bytes);
uint32_t image_le(struct image_reader *r, unsigned bytes);
void image_skip(struct image_reader *r, size_t n);
/* The next n bytes, as a reader of their own. */
struct image_reader image_part(struct image_reader *r, size_t n);
/* Do these bytes come next?  Then they are skipped. */
int image_match(struct image_reader *r, const char *bytes, size_t n);

/* Does the Exif data (a TIFF file) turn the picture by a quarter? */
int image_exif_turns(struct image_reader exif);
void image_turn(struct image_size *size);

/* One format each; 0 when the size is not found. */
int image_jpeg(struct image_reader r, struct image_size *size);
int image_avif(struct image_reader r, struct image_size *size);
int image_svg(struct slice text, struct image_size *size);

#endif
