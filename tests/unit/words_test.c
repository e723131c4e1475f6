/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/site/searchtokens.h"

static void
gather(void *ctx, struct slice word)
{
	struct buf *out = ctx;

	assert_true(word.len > 0 && word.len <= WORD_MAX);
	if (out->len > 0)
		buf_char(out, ' ');
	buf_add(out, word.data, word.len);
}

static void
words_are(struct slice text, int query, const char *expected)
{
	struct buf out = {0};
	struct words w;

	words_begin(&w, gather, &out, query);
	words_text(&w, text);
	words_end(&w);
	assert_string_equal(buf_cstr(&out), expected);
	buf_free(&out);
}

static void
is(const char *text, const char *expected)
{
	words_are(slice_of(text), 0, expected);
}

static void
folding(void **state)
{
	(void)state;
	is("Hello, World 42!", "hello world 42");
	is("\xc3\x84rger \xc3\xa4RGER A\xcc\x88rger", "arger arger arger");
	is("Stra\xc3\x9f"
	   "e STRASSE",
	   "strasse strasse");
	is("\xc5\x81\xc3\xb3"
	   "d\xc5\xba \xc3\x98l \xc3\x86ther",
	   "lodz ol aether");
	is("\xce\x86\xce\xbb\xcf\x86\xce\xb1 \xce\xb1\xce\xbb\xcf\x86\xce\xb1",
	   "\xce\xb1\xce\xbb\xcf\x86\xce\xb1 \xce\xb1\xce\xbb\xcf\x86\xce\xb1");
	/* a final sigma is a sigma */
	is("\xce\xa3\xce\x9f\xce\xa3 \xcf\x83\xce\xbf\xcf\x82",
	   "\xcf\x83\xce\xbf\xcf\x83 \xcf\x83\xce\xbf\xcf\x83");
	/* short i is i with a mark in Cyrillic; capital and small are one */
	is("\xd0\x99\xd0\x9e\xd0\x93\xd0\x90 \xd0\xb9\xd0\xbe\xd0\xb3\xd0\xb0",
	   "\xd0\xb8\xd0\xbe\xd0\xb3\xd0\xb0 \xd0\xb8\xd0\xbe\xd0\xb3\xd0\xb0");
	/* full width, a ligature, a superscript, a mathematical capital */
	is("\xef\xbc\xa1\xef\xbc\xa2 \xef\xac\x81sh x\xc2\xb2 "
	   "\xf0\x9d\x90\x80",
	   "ab fish x2 a");
	/* a soft hyphen is nothing */
	is("soft\xc2\xadly", "softly");
}

static void
separating(void **state)
{
	(void)state;
	is("", "");
	is(" ... \xe2\x80\x94 \xf0\x9f\x98\x80 ", "");
	is("foo_bar foo-bar don't 3.14", "foo bar foo bar don t 3 3.14 14");
	is("a\xe2\x80\x94"
	   "b a\xc2\xa0"
	   "b",
	   "a b a b");
	/* bytes that are no UTF-8: overlong, surrogate, cut off */
	is("a\xc0\xaf"
	   "b \xed\xa0\x80 c\xff"
	   "d e\xc3",
	   "a b c d e");
	words_are((struct slice){"a\0b", 3}, 0, "a b");
	/* marks of scripts that need them stay, alone they are nothing */
	is("\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\x82",
	   "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\x82");
	is("\xe0\xa4\xbf \xcc\x88", "");
}

/* Japanese: pairs, and the last character alone unless it is a query. */
static void
without_spaces(void **state)
{
	const char *text = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e";

	(void)state;
	is(text, "\xe6\x97\xa5\xe6\x9c\xac \xe6\x9c\xac\xe8\xaa\x9e "
		 "\xe8\xaa\x9e");
	words_are(slice_of(text), 1,
		  "\xe6\x97\xa5\xe6\x9c\xac \xe6\x9c\xac\xe8\xaa\x9e");
	is("\xe6\x97\xa5", "\xe6\x97\xa5");
	words_are(slice_of("\xe6\x97\xa5"), 1, "\xe6\x97\xa5");
	is("2024\xe5\xb9\xb4x", "2024 \xe5\xb9\xb4 x");
	/* a kana with its mark is one character */
	words_are(slice_of("\xe3\x81\x8c\xe3\x81\x8d"), 1,
		  "\xe3\x81\x8b\xe3\x82\x99\xe3\x81\x8d");
}

static void
long_words(void **state)
{
	struct buf text = {0}, expected = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_char(&text, 'a');
	buf_str(&text, " b");
	for (int i = 0; i < WORD_MAX; i++)
		buf_char(&expected, 'a');
	buf_str(&expected, " b");
	is(buf_cstr(&text), buf_cstr(&expected));
	/* marks without end on two characters of a script without spaces */
	buf_clear(&text);
	for (int k = 0; k < 3; k++) {
		buf_str(&text, "\xe3\x81\x8b");
		for (int i = 0; i < 100; i++)
			buf_str(&text, "\xe3\x82\x99");
	}
	buf_clear(&expected);
	{
		struct words w;

		words_begin(&w, gather, &expected, 0);
		words_text(&w, (struct slice){text.data, text.len});
		words_end(&w);
	}
	assert_true(expected.len > 0);
	buf_free(&text);
	buf_free(&expected);
}

static void
signs(void **state)
{
	char longest[WORD_MAX + 3];

	(void)state;
	is("C++, C#; C++20 F#", "c c++ c c# c c++ 20 f f#");
	is("i++ g++: a+b a+ +b ++ # #b ab#c C+++", "i i++ g g++ a b a b b ab c "
						   "c c++");
	is("\xc3\xa9# \xe6\x97\xa5++", "e e# \xe6\x97\xa5");
	is("1.31 v2.0.1. 3. x.5", "1 1.31 31 v2 0 v2.0.1 1 3 x 5");
	is("1..2 .5 \xe6\x97\xa5.5 1.5\xe6\x97\xa5",
	   "1 2 5 \xe6\x97\xa5 5 1 1.5 5 \xe6\x97\xa5");
	words_are(slice_of("1.31 v2.0.1. 3."), 1, "1.31 v2.0.1 3");
	words_are(slice_of("C++ c# C"), 1, "c++ c# c");
	memset(longest, 'a', WORD_MAX - 1);
	longest[WORD_MAX - 2] = '1';
	memcpy(longest + WORD_MAX - 1, ".2", 3);
	is(longest, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaa1 2");
	longest[WORD_MAX - 2] = 'a';
	memcpy(longest + WORD_MAX - 1, "++", 3);
	longest[WORD_MAX + 1] = '\0';
	words_are(slice_of(longest), 1,
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaa");
}

/* Any bytes, in any pieces: the same words. */
static void
pieces(void **state)
{
	char text[48];

	(void)state;
	srand(7);
	for (int round = 0; round < 3000; round++) {
		struct buf whole = {0}, parts = {0};
		struct words w;
		size_t len = (size_t)rand() % sizeof(text), cut;

		for (size_t i = 0; i < len; i++)
			text[i] = (char)("abZ \xc3\xa4\xe6\x97\xa5\xe3\x81\x8b"
					 "9-"[rand() % 14]);
		cut = len > 0 ? (size_t)rand() % len : 0;
		/* not within a character */
		while (cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
			cut--;
		words_begin(&w, gather, &whole, 0);
		words_text(&w, (struct slice){text, len});
		words_end(&w);
		words_begin(&w, gather, &parts, 0);
		words_text(&w, (struct slice){text, cut});
		words_text(&w, (struct slice){text + cut, len - cut});
		words_end(&w);
		if (len == 0 || cut == 0 || (unsigned char)text[cut] < 0x80 ||
		    ((unsigned char)text[cut] & 0xc0) == 0xc0)
			assert_string_equal(buf_cstr(&whole), buf_cstr(&parts));
		buf_free(&whole);
		buf_free(&parts);
	}
}

/* ---- tokens of HTML ---- */

static void
tokens_are(const char *html, const char *expected)
{
	static char out[65536];
	struct slice tokens = {out, 0};
	struct buf text = {0};
	struct token t;

	tokens.len = tokens_write(slice_of(html), out, sizeof(out));
	buf_printf(&text, "%u", tokens_length(&tokens));
	while (tokens_next(&tokens, &t))
		buf_printf(&text, " %.*s:%u/%u", (int)t.text.len, t.text.data,
			   t.in_text, t.in_headings);
	assert_int_equal(tokens.len, 0);
	assert_string_equal(buf_cstr(&text), expected);
	buf_free(&text);
}

static void
html(void **state)
{
	(void)state;
	tokens_are("", "0");
	tokens_are("<h2 id=\"no\">One two</h2>\n<p>Two <em>th</em>ree</p>",
		   "4 one:0/1 two:1/1 three:1/0");
	tokens_are("<p>a</p><p>b<br>c</p>d<li>e", "5 a:1/0 b:1/0 c:1/0 d:1/0 "
						  "e:1/0");
	tokens_are("AT&amp;T &lt;x&gt; &quot;q&quot;&#39;s &",
		   "5 at:1/0 t:1/0 x:1/0 q:1/0 s:1/0");
	tokens_are("<p>a <math><semantics><mrow><mi>\xce\xb1</mi><mo>+</mo>"
		   "<mi>b</mi></mrow><annotation encoding=\"application/"
		   "x-tex\">\\alpha + b</annotation></semantics></math> b</p>",
		   "4 a:1/0 alpha:1/0 b:2/0");
	tokens_are("<semantics>a<annotation x>b<semantics>c<semantics>d",
		   "3 b:1/0 c:1/0 d:1/0");
	tokens_are("<a href=\"/no\" title=\"no\">yes</a", "1 yes:1/0");
	tokens_are("x x x x x x x x x x x x x x x x", "16 x:12/0");
	tokens_are("<h1>x x x x x x</h1><hr>y", "7 x:0/4 y:1/0");
}

static void
room(void **state)
{
	char out[64];
	struct slice tokens;
	struct token t;
	size_t n;

	(void)state;
	for (size_t room = 0; room < sizeof(out); room++) {
		memset(out, 0x55, sizeof(out));
		n = tokens_write(slice_of("alpha beta gamma delta"), out, room);
		assert_true(n <= room);
		for (size_t i = room; i < sizeof(out); i++)
			assert_int_equal(out[i], 0x55);
		tokens = (struct slice){out, n};
		tokens_length(&tokens);
		while (tokens_next(&tokens, &t))
			;
		assert_int_equal(tokens.len, 0);
	}
}

/* More different words than are kept. */
static void
many_words(void **state)
{
	struct buf text = {0};
	char *out = malloc(4 << 20);
	struct slice tokens;
	struct token t;
	unsigned n = 0;

	(void)state;
	for (int i = 0; i < 3 * TOKENS_MAX; i++)
		buf_printf(&text, "w%d ", i % (2 * TOKENS_MAX));
	tokens = (struct slice){
	    out,
	    tokens_write((struct slice){text.data, text.len}, out, 4 << 20)};
	assert_int_equal(tokens_length(&tokens), 3 * TOKENS_MAX);
	while (tokens_next(&tokens, &t))
		assert_int_equal(t.in_text, ++n <= TOKENS_MAX ? 2 : 1);
	assert_int_equal(n, TOKENS_MAX);
	buf_free(&text);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folding),	      cmocka_unit_test(separating),
	    cmocka_unit_test(without_spaces), cmocka_unit_test(long_words),
	    cmocka_unit_test(signs),	      cmocka_unit_test(pieces),
	    cmocka_unit_test(html),	      cmocka_unit_test(room),
	    cmocka_unit_test(many_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
