/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/buf.h"

/* The colours of code in theme/highlight.css can be read: 4.5 to 1 on the
 * ground of code in theme/style.css (WCAG 2.2, 1.4.3). */

static void
read_source(struct buf *b, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *f;
	int c;

	buf_clear(b);
	snprintf(path, sizeof(path), "%s/%s", srcdir != NULL ? srcdir : ".",
		 name);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		buf_char(b, (char)c);
	fclose(f);
	buf_cstr(b);
}

/* The value of a property behind `from`: "#rrggbb" as a number. */
static long
colour(const char *from, const char *property)
{
	char name[32];
	const char *p;

	snprintf(name, sizeof(name), "%s: #", property);
	p = strstr(from, name);
	if (p == NULL)
		fail_msg("no colour %s", property);
	return strtol(p + strlen(name), NULL, 16);
}

/* sRGB to linear light (IEC 61966-2-1). */
static double
linear(long c)
{
	double x = ((double)c / 255 + 0.055) / 1.055, root = x, y;
	int i;

	if (c <= 10)
		return (double)c / 255 / 12.92;
	/* x to the power of 2.4 is x squared times x^0.4; the fifth root of x
	 * squared by Newton's method */
	for (i = 0; i < 60; i++) {
		y = root * root * root * root;
		root -= (y * root - x * x) / (5 * y);
	}
	return x * x * root;
}

static double
luminance(long rgb)
{
	return 0.2126 * linear(rgb >> 16 & 255) +
	       0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

/* WCAG 2.2, "contrast ratio" */
static double
contrast(long a, long b)
{
	double x = luminance(a), y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void
test_colours(void **state)
{
	static const char dark[] = "prefers-color-scheme: dark";
	struct buf style = {0}, css = {0};
	const char *ground, *colours, *c;
	int scheme;
	char name[8];

	(void)state;
	assert_true(contrast(0, 0xffffff) > 20.99);
	assert_true(contrast(0x777777, 0xffffff) < 4.5);
	assert_true(contrast(0x767676, 0xffffff) > 4.5);
	read_source(&style, "daemon/site/theme/style.css");
	read_source(&css, "daemon/site/theme/highlight.css");
	for (scheme = 0; scheme < 2; scheme++) {
		ground = scheme ? strstr(style.data, dark) : style.data;
		colours = scheme ? strstr(css.data, dark) : css.data;
		assert_true(ground != NULL && colours != NULL);
		for (c = "ktsncfavdi"; *c != '\0'; c++) {
			snprintf(name, sizeof(name), "--hl-%c", *c);
			if (contrast(colour(colours, name),
				     colour(ground, "--wash")) < 4.5)
				fail_msg("%s is too pale (scheme %d)", name,
					 scheme);
		}
	}
	/* every class has a rule */
	for (c = "ktsncfbavpdih"; *c != '\0'; c++) {
		snprintf(name, sizeof(name), "pre .%c", *c);
		assert_non_null(strstr(css.data, name));
	}
	buf_free(&style);
	buf_free(&css);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
