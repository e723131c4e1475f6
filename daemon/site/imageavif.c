/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "imageread.h"

#define BOXES_MAX    256   /* looked at side by side */
#define ENTRIES_MAX  1024  /* of ipma: items with properties */
#define PROPERTY_MAX 64	   /* of the primary item */
#define FRACTION_MAX 65536 /* the largest denominator that makes sense */

/* The body of the next box, and its type; 0 at the end. */
static int
next_box(struct image_reader *r, struct image_reader *body, char type[4])
{
	struct image_reader name;
	uint32_t n = image_be(r, 4);
	size_t head = 8;

	name = image_part(r, 4);
	if (r->bad)
		return 0;
	memcpy(type, name.p, 4);
	if (n == 1) { /* the size has 8 bytes */
		if (image_be(r, 4) != 0)
			return 0;
		n = image_be(r, 4);
		head = 16;
	} else if (n == 0) { /* to the end */
		*body = image_part(r, r->left);
		return 1;
	}
	if (n < head)
		return 0;
	*body = image_part(r, n - head);
	return !body->bad;
}

/* The body of the first box of a type; 0 when there is none. */
static int
find_box(struct image_reader r, const char *type, struct image_reader *body)
{
	char found[4];
	int i;

	for (i = 0; i < BOXES_MAX && next_box(&r, body, found); i++)
		if (memcmp(found, type, 4) == 0)
			return 1;
	return 0;
}

/* Is one of the file's brands AVIF's? */
static int
is_avif(struct image_reader r)
{
	struct image_reader ftyp;
	int i;

	if (!find_box(r, "ftyp", &ftyp))
		return 0;
	for (i = 0; i < BOXES_MAX && ftyp.left >= 4; i++)
		if (image_match(&ftyp, "avif", 4) ||
		    image_match(&ftyp, "avis", 4))
			return 1;
		else
			image_skip(&ftyp, 4);
	return 0;
}

/* The numbers of the item's properties, in the order in which they apply. */
static size_t
properties(struct image_reader ipma, uint32_t item, uint32_t out[PROPERTY_MAX])
{
	uint32_t flags = image_be(&ipma, 4);
	uint32_t i, id, n, entries = image_be(&ipma, 4);
	unsigned index = flags & 1 ? 2 : 1;
	uint32_t essential = flags & 1 ? 0x8000 : 0x80;

	for (i = 0; i < entries && i < ENTRIES_MAX && !ipma.bad; i++) {
		id = image_be(&ipma, flags >> 24 == 0 ? 2 : 4);
		n = image_be(&ipma, 1);
		if (id != item) {
			image_skip(&ipma, (size_t)n * index);
			continue;
		}
		if (n > PROPERTY_MAX || n * index > ipma.left)
			return 0;
		for (i = 0; i < n; i++)
			out[i] = image_be(&ipma, index) & ~essential;
		return n;
	}
	return 0;
}

/* The box with this number, counted from 1. */
static int
property(struct image_reader ipco, uint32_t number, struct image_reader *body,
	 char type[4])
{
	if (number == 0 || number > BOXES_MAX)
		return 0;
	while (number-- > 0)
		if (!next_box(&ipco, body, type))
			return 0;
	return 1;
}

/* A clean aperture: as browsers do, only one of whole pixels that begins at the
 * upper left; its offset is that of the centres. */
static void
apply_clap(struct image_reader r, struct image_size *size)
{
	uint32_t n[8];
	int64_t x, y, width, height;
	size_t i;

	for (i = 0; i < 8; i++)
		n[i] = image_be(&r, 4);
	if (r.bad || n[1] != 1 || n[3] != 1 || n[5] > FRACTION_MAX ||
	    n[7] > FRACTION_MAX)
		return;
	width = n[0];
	height = n[2];
	x = (int64_t)(int32_t)n[4] * 2 + (size->width - width) * n[5];
	y = (int64_t)(int32_t)n[6] * 2 + (size->height - height) * n[7];
	if (x != 0 || y != 0 || width == 0 || height == 0 ||
	    width > size->width || height > size->height)
		return;
	size->width = (uint32_t)width;
	size->height = (uint32_t)height;
}

static int
apply(struct image_reader ipco, uint32_t number, struct image_size *size)
{
	struct image_reader body;
	char type[4];

	if (!property(ipco, number, &body, type))
		return 0;
	if (memcmp(type, "ispe", 4) == 0) {
		image_skip(&body, 4);
		size->width = image_be(&body, 4);
		size->height = image_be(&body, 4);
		return !body.bad && size->width <= INT32_MAX &&
		       size->height <= INT32_MAX;
	}
	if (memcmp(type, "clap", 4) == 0)
		apply_clap(body, size);
	else if (memcmp(type, "irot", 4) == 0 && (image_be(&body, 1) & 1) != 0)
		image_turn(size);
	return 1;
}

/* A meta box holds the number of the primary item (pitm), the properties of all
 * items (iprp: ipco), and which item has which (iprp: ipma). */
int
image_avif(struct image_reader r, struct image_size *size)
{
	struct image_reader meta, pitm, iprp, ipco, ipma;
	uint32_t numbers[PROPERTY_MAX], item;
	size_t i, n;

	if (!is_avif(r) || !find_box(r, "meta", &meta))
		return 0;
	image_skip(&meta, 4);
	if (!find_box(meta, "pitm", &pitm) || !find_box(meta, "iprp", &iprp) ||
	    !find_box(iprp, "ipco", &ipco) || !find_box(iprp, "ipma", &ipma))
		return 0;
	item = image_be(&pitm, 4) >> 24 == 0 ? image_be(&pitm, 2)
					     : image_be(&pitm, 4);
	n = pitm.bad ? 0 : properties(ipma, item, numbers);
	for (i = 0; i < n; i++)
		if (!apply(ipco, numbers[i], size))
			return 0;
	return n > 0;
}
