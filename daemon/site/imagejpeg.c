/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "imageread.h"

#define MARKERS_MAX 1024 /* looked at in one file, fill bytes counted too */
#define ENTRIES_MAX 512	 /* of the first directory of the Exif data */

enum { SOI_TO_RST = 0xd0, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, TEM = 0x01 };

typedef uint32_t number_fn(struct image_reader *r, unsigned bytes);

/* The orientation (tag 274, one SHORT) in a directory of n entries. */
static uint32_t
orientation(struct image_reader *r, number_fn *number)
{
	uint32_t i, tag, type, count, value;
	uint32_t n = number(r, 2);

	for (i = 0; i < n && i < ENTRIES_MAX && !r->bad; i++) {
		tag = number(r, 2);
		type = number(r, 2);
		count = number(r, 4);
		value = number(r, 2);
		image_skip(r, 2);
		if (tag == 274)
			return type == 3 && count == 1 && !r->bad ? value : 0;
	}
	return 0;
}

int
image_exif_turns(struct image_reader exif)
{
	number_fn *number;
	uint32_t offset, found;

	exif.bad = 0;
	if (image_match(&exif, "II*\0", 4))
		number = image_le;
	else if (image_match(&exif, "MM\0*", 4))
		number = image_be;
	else
		return 0;
	offset = number(&exif, 4);
	if (offset < 8)
		return 0;
	image_skip(&exif, offset - 8);
	found = orientation(&exif, number);
	return found >= 5 && found <= 8;
}

/* Start of a frame: 0xc0 to 0xcf, but for DHT, JPG and DAC. */
static int
is_frame(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	       marker != 0xc8 && marker != 0xcc;
}

/* The next marker; 0 when there is none. */
static unsigned
next_marker(struct image_reader *r, int *looked)
{
	unsigned marker;

	if (!image_match(r, "\xff", 1))
		return 0;
	do
		marker = image_be(r, 1);
	while (marker == 0xff && (*looked)++ < MARKERS_MAX);
	return marker == 0xff ? 0 : marker;
}

static int
stands_alone(unsigned marker)
{
	return marker == TEM || (marker >= SOI_TO_RST && marker < EOI);
}

int
image_jpeg(struct image_reader r, struct image_size *size)
{
	struct image_reader body;
	int looked = 0, turns = -1, framed = 0;
	unsigned marker;
	uint32_t n;

	while (looked++ < MARKERS_MAX && (marker = next_marker(&r, &looked)) &&
	       marker != SOS && marker != EOI) {
		if (stands_alone(marker))
			continue;
		n = image_be(&r, 2);
		body = image_part(&r, n >= 2 ? n - 2 : 0);
		if (n < 2 || body.bad)
			break;
		if (marker == APP1 && turns == -1 &&
		    image_match(&body, "Exif\0", 5)) {
			image_skip(&body, 1);
			turns = image_exif_turns(body);
		} else if (is_frame(marker) && !framed) {
			image_skip(&body, 1);
			size->height = image_be(&body, 2);
			size->width = image_be(&body, 2);
			framed = !body.bad;
		}
	}
	if (turns == 1)
		image_turn(size);
	return framed;
}
