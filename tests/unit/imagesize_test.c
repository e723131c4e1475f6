/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/site/imagesize.h"
#include "imagesize_files.h"

/* The expected sizes are those that Chromium shows (naturalWidth,
 * naturalHeight), but where a comment says otherwise. */

#define FILE_OF(name)                            \
	{                                        \
		(const char *)name, sizeof(name) \
	}

static const struct {
	struct slice bytes;
	uint32_t width, height;
} files[] = {
    {FILE_OF(file_png), 7, 5},
    {FILE_OF(file_png_exif), 5, 7},
    {FILE_OF(file_png_exif_late), 7, 5},
    {FILE_OF(file_jpeg), 7, 5},
    {FILE_OF(file_jpeg_progressive), 7, 5},
    {FILE_OF(file_jpeg_exif_be), 5, 7},
    {FILE_OF(file_jpeg_exif_le), 5, 7},
    {FILE_OF(file_gif), 7, 5},
    {FILE_OF(file_webp_lossy), 7, 5},
    {FILE_OF(file_webp_lossless), 7, 5},
    {FILE_OF(file_webp_extended), 7, 5},
    {FILE_OF(file_avif), 70, 50},
    {FILE_OF(file_avif_irot), 50, 70},
    {FILE_OF(file_avif_clap_irot), 20, 30},
    {FILE_OF(file_avif_clap_middle), 70, 50},
};

#define NFILES (sizeof(files) / sizeof(files[0]))

static void
expect(struct slice bytes, uint32_t width, uint32_t height)
{
	struct image_size size = {1234, 4321};
	int found = image_size(bytes, &size);

	if (width == 0) {
		assert_int_equal(found, 0);
		assert_int_equal(size.width, 1234);
		assert_int_equal(size.height, 4321);
		return;
	}
	assert_int_equal(found, 1);
	assert_int_equal(size.width, width);
	assert_int_equal(size.height, height);
}

static void
test_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NFILES; i++)
		expect(files[i].bytes, files[i].width, files[i].height);
}

/* A copy that ends where its memory ends, for the sanitizer to see. */
static char *
copy_of(struct slice s, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, s.data, len);
	return copy;
}

/* Whatever is cut off, the size is the right one or not known; of JPEG and GIF
 * what comes late may change it. */
static void
test_cut(void **state)
{
	struct image_size size;
	size_t i, n;
	char *copy;

	(void)state;
	for (i = 0; i < NFILES; i++)
		for (n = 0; n < files[i].bytes.len; n++) {
			copy = copy_of(files[i].bytes, n);
			if (image_size((struct slice){copy, n}, &size)) {
				assert_int_equal(size.width * size.height,
						 files[i].width *
						     files[i].height);
				assert_true(n >= 13);
			}
			free(copy);
		}
	expect((struct slice){NULL, 0}, 0, 0);
}

static void
test_changed(void **state)
{
	static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
	struct image_size size;
	size_t i, n, v;
	char *copy;

	(void)state;
	for (i = 0; i < NFILES; i++)
		for (n = 0; n < files[i].bytes.len; n++)
			for (v = 0; v < sizeof(values); v++) {
				copy =
				    copy_of(files[i].bytes, files[i].bytes.len);
				copy[n] = (char)values[v];
				size.width = size.height = 1;
				image_size(
				    (struct slice){copy, files[i].bytes.len},
				    &size);
				assert_true(size.width > 0 && size.height > 0);
				free(copy);
			}
}

static void
test_orientations(void **state)
{
	static const char entry[] = "\x01\x12\0\3\0\0\0\1\0\6";
	size_t len = sizeof(file_jpeg_exif_be), at = 0;
	char *copy =
	    copy_of((struct slice){(const char *)file_jpeg_exif_be, len}, len);
	char o;

	(void)state;
	while (memcmp(copy + at, entry, 10) != 0)
		at++;
	for (o = 0; o <= 9; o++) {
		copy[at + 9] = o;
		if (o >= 5 && o <= 8)
			expect((struct slice){copy, len}, 5, 7);
		else
			expect((struct slice){copy, len}, 7, 5);
	}
	free(copy);
}

/* Every kind of frame; 0xc4, 0xc8 and 0xcc begin something else. */
static void
test_frames(void **state)
{
	size_t len = sizeof(file_jpeg), at = 0;
	char *copy = copy_of((struct slice){(const char *)file_jpeg, len}, len);
	int marker;

	(void)state;
	while (memcmp(copy + at, "\xff\xc0\0", 3) != 0)
		at++;
	for (marker = 0xc0; marker <= 0xcf; marker++) {
		copy[at + 1] = (char)marker;
		if (marker == 0xc4 || marker == 0xc8 || marker == 0xcc)
			expect((struct slice){copy, len}, 0, 0);
		else
			expect((struct slice){copy, len}, 7, 5);
	}
	free(copy);
}

/* The first picture of a GIF may be larger than its screen. */
static void
test_gif_screen(void **state)
{
	static const struct {
		char screen[5];
		uint32_t width, height;
	} cases[] = {
	    {"\3\0\2", 7, 5}, {"\0\0\0", 7, 5}, {"\x14\0\x0a", 20, 10}};
	size_t i, len = sizeof(file_gif);
	char *copy = copy_of((struct slice){(const char *)file_gif, len}, len);

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(copy + 6, cases[i].screen, 4);
		expect((struct slice){copy, len}, cases[i].width,
		       cases[i].height);
	}
	free(copy);
}

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\" "

static void
test_svg(void **state)
{
	static const struct {
		const char *text;
		uint32_t width, height;
	} cases[] = {
	    {SVG "width=\"30\" height=\"20\"/>", 30, 20},
	    {SVG "width='30px' height = '20PX'></svg>", 30, 20},
	    {SVG "width=\"80\" viewBox=\"0 0 40 10\"/>", 80, 20},
	    {SVG "height=\"80\" viewBox=\"0,0,40,10\"/>", 320, 80},
	    {SVG "width=\"1in\" height=\"2.54cm\"/>", 96, 96},
	    {SVG "width=\"6pc\" height=\"100Q\"/>", 96, 94},
	    {SVG "width=\"25.4mm\" height=\"72pt\"/>", 96, 96},
	    {SVG "width=\"10.6\" height=\"10.4\"/>", 11, 10},
	    {SVG "width=\" 9 \" height=\"+8\"/>", 9, 8},
	    {"<s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"9\" "
	     "height=\"8\"/>",
	     9, 8},
	    {"\xef\xbb\xbf<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a "
	     "\"]>\"><!-- ]> -->]><!-- <svg> -->" SVG
	     "width=\"9\" height=\"8\">",
	     9, 8},
	    /* Without lengths a browser takes 300 pixels and viewBox's ratio;
	     * here its numbers are taken. */
	    {SVG "viewBox=\"0 0 40 10\"/>", 40, 10},
	    {SVG "viewBox=\"-5 -5.5 40 1e1\"/>", 0, 0},
	    {SVG "width=\"100%\" height=\"100%\" viewBox=\"0 0 40 10\"/>", 40,
	     10},
	    /* They depend on the font. */
	    {SVG "width=\"3em\" height=\"2ex\"/>", 0, 0},
	    {SVG "width=\"80\"/>", 0, 0},
	    {SVG "/>", 0, 0},
	    {SVG "width=\"0\" height=\"3\" viewBox=\"0 0 40 10\"/>", 0, 0},
	    {SVG "width=\"-5\" height=\"3\" viewBox=\"0 0 40 10\"/>", 0, 0},
	    {SVG "width=\"0.3\" height=\"0.3\"/>", 0, 0},
	    {SVG "width=\"9999999999\" height=\"9999999999\"/>", 0, 0},
	    {SVG "width=\"9\" height=\"8 px\"/>", 0, 0},
	    {SVG "width=\"9\" height=\"8\"", 0, 0},
	    {SVG "width=\"9\" height=\"8\" title=\"", 0, 0},
	    {SVG "width=\"9\" height=8/>", 0, 0},
	    {"<!-- " SVG "width=\"9\" height=\"8\"/>", 0, 0},
	    {"<!DOCTYPE svg [" SVG "width=\"9\" height=\"8\"/>", 0, 0},
	    {"<html><svg width=\"9\" height=\"8\"/></html>", 0, 0},
	    {"<svgx width=\"9\" height=\"8\"/>", 0, 0},
	    {"<", 0, 0},
	    {"hello", 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(slice_of(cases[i].text), cases[i].width,
		       cases[i].height);
}

/* The root must begin in the first 64 KiB, so a long file costs no more. */
static void
test_svg_late(void **state)
{
	static const char root[] = "--><svg width='9' height='8'/>";
	size_t len = 65536, at = len - (sizeof(root) - 1);
	char *text = malloc(len + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '-', len + 1);
	memcpy(text, "<!--", 4);
	memcpy(text + at, root, sizeof(root) - 1);
	expect((struct slice){text, len}, 9, 8);
	memmove(text + at + 1, text + at, sizeof(root) - 1);
	text[at] = '-';
	expect((struct slice){text, len + 1}, 0, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files),   cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_changed), cmocka_unit_test(test_orientations),
	    cmocka_unit_test(test_frames),  cmocka_unit_test(test_gif_screen),
	    cmocka_unit_test(test_svg),	    cmocka_unit_test(test_svg_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
