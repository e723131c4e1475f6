/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "hpack_text.h"

#define LIST_MAX 8192

static struct hpack_scratch scratch;

static int
set_up(void **state)
{
	(void)state;
	hpack_scratch_init(&scratch, LIST_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	hpack_scratch_free(&scratch);
	return 0;
}

/* From a heap block of just its size, so that ASan sees any byte read behind
 * it. */
static enum hpack_result
decode(struct hpack *h, const void *data, size_t len, struct buf *fields)
{
	char *block = malloc(len > 0 ? len : 1);
	enum hpack_result result;

	if (len > 0)
		memcpy(block, data, len);
	buf_clear(fields);
	result = hpack_decode(h, (struct slice){block, len}, &scratch, collect,
			      fields);
	free(block);
	return result;
}

static unsigned
hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Pairs of digits, with spaces anywhere between them. */
static void
unhex(const char *hex, struct buf *out)
{
	buf_clear(out);
	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		buf_char(out,
			 (char)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
		hex++;
	}
}

static enum hpack_result
decode_hex(struct hpack *h, const char *hex, struct buf *fields)
{
	struct buf block = {0};
	enum hpack_result result;

	unhex(hex, &block);
	result = decode(h, block.data, block.len, fields);
	buf_free(&block);
	return result;
}

struct example {
	const char *hex, *fields;
	unsigned table_size; /* after it */
};

/* Blocks of one connection, one after the other. */
static void
check_examples(const struct example *e, size_t n)
{
	struct buf fields = {0};
	struct hpack h = {0};

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(decode_hex(&h, e[i].hex, &fields), HPACK_OK);
		assert_string_equal(buf_cstr(&fields), e[i].fields);
		assert_int_equal(h.size, e[i].table_size);
	}
	hpack_free(&h);
	buf_free(&fields);
}
#define CHECK_EXAMPLES(e) check_examples(e, sizeof(e) / sizeof((e)[0]))

/* RFC 7541 appendix C.2. */
static void
single_fields(void **state)
{
	static const struct example examples[] = {
	    {"400a 6375 7374 6f6d 2d6b 6579 0d63 7573"
	     "746f 6d2d 6865 6164 6572",
	     "custom-key: custom-header\n", 55},
	    {"040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path\n", 55},
	    {"1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret\n",
	     55},
	    {"82", ":method: GET\n", 55},
	};

	(void)state;
	CHECK_EXAMPLES(examples);
}

#define REQUEST_1                                 \
	":method: GET\n:scheme: http\n:path: /\n" \
	":authority: www.example.com\n"
#define REQUEST_2 REQUEST_1 "cache-control: no-cache\n"
#define REQUEST_3                                            \
	":method: GET\n:scheme: https\n:path: /index.html\n" \
	":authority: www.example.com\ncustom-key: custom-value\n"

/* RFC 7541 appendix C.3 and C.4. */
static void
requests(void **state)
{
	static const struct example plain[] = {
	    {"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", REQUEST_1,
	     57},
	    {"8286 84be 5808 6e6f 2d63 6163 6865", REQUEST_2, 110},
	    {"8287 85bf 400a 6375 7374 6f6d 2d6b 6579"
	     "0c63 7573 746f 6d2d 7661 6c75 65",
	     REQUEST_3, 164},
	};
	static const struct example coded[] = {
	    {"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", REQUEST_1, 57},
	    {"8286 84be 5886 a8eb 1064 9cbf", REQUEST_2, 110},
	    {"8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
	     REQUEST_3, 164},
	};

	(void)state;
	CHECK_EXAMPLES(plain);
	CHECK_EXAMPLES(coded);
}

#define RESPONSE_END(second)                            \
	"cache-control: private\n"                      \
	"date: Mon, 21 Oct 2013 20:13:" second " GMT\n" \
	"location: https://www.example.com\n"
#define RESPONSE_3                                                             \
	":status: 200\n" RESPONSE_END("22") "content-encoding: gzip\n"         \
					    "set-cookie: foo=ASDJKHQKBZXOQWEO" \
					    "PIUAXQWEOIU; "                    \
					    "max-age=3600; version=1\n"

/* RFC 7541 appendix C.5 and C.6: a table of 256 bytes, which is what the first
 * three bytes say. */
static void
responses_evict(void **state)
{
	static const struct example plain[] = {
	    {"3fe101 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032"
	     "3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e"
	     "1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
	     ":status: 302\n" RESPONSE_END("21"), 222},
	    {"4803 3330 37c1 c0bf", ":status: 307\n" RESPONSE_END("21"), 222},
	    {"88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a"
	     "3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153"
	     "444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49"
	     "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e"
	     "3d31",
	     RESPONSE_3, 215},
	};
	static const struct example coded[] = {
	    {"3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8"
	     "2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b"
	     "97c8 e9ae 82ae 43d3",
	     ":status: 302\n" RESPONSE_END("21"), 222},
	    {"4883 640e ffc1 c0bf", ":status: 307\n" RESPONSE_END("21"), 222},
	    {"88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d"
	     "1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b"
	     "3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed"
	     "4ee5 b106 3d50 07",
	     RESPONSE_3, 215},
	};

	(void)state;
	CHECK_EXAMPLES(plain);
	CHECK_EXAMPLES(coded);
}

static void
refused(void **state)
{
	static const char *const blocks[] = {
	    "80",			   /* index 0 */
	    "be",			   /* nothing there yet */
	    "ffff7f",			   /* far beyond */
	    "7e 0161",			   /* the same as a name */
	    "0f30 0161",		   /* the same, not indexed */
	    "ff",			   /* integer without end */
	    "ff80",			   /* the same */
	    "ff8080808000",		   /* longer than any use */
	    "ffff ffff ffff ffff ffff 01", /* 2^63 */
	    "40",			   /* no name */
	    "4003 6162",		   /* a name cut short */
	    "4001 61",			   /* no value */
	    "4001 6103 6263",		   /* a value cut short */
	    "0001 617f ffff ffff 07",	   /* a length of 2^31 */
	    "0001 6181 00",	   /* padding of zeros: '0' takes five bits */
	    "0001 6182 07ff",	   /* '0' and eleven bits of padding */
	    "0001 6182 1fff",	   /* 'a' and eleven: longer than 7 */
	    "0001 6181 ff",	   /* eight bits of padding alone */
	    "0001 6184 ffff fffc", /* EOS, with zeros behind */
	    "0001 6184 ffff ffff", /* EOS */
	    "0001 6185 1fff ffff ff", /* 'a', EOS */
	    "82 20",		      /* a size update behind a field */
	    "3fe21f",		      /* to 4097 */
	    "3fff ffff 0f",	      /* to very much */
	    "20 20 20",		      /* three of them */
	    "3f",		      /* one cut short */
	};
	struct buf fields = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct hpack h = {0};

		if (decode_hex(&h, blocks[i], &fields) != HPACK_ERROR)
			fail_msg("%s: taken as %s", blocks[i],
				 buf_cstr(&fields));
		hpack_free(&h);
	}
	buf_free(&fields);
}

/* Unusual, but as the RFC has it. */
static void
taken(void **state)
{
	static const struct example examples[] = {
	    {"", "", 0},
	    {"20 3fe11f", "", 0},    /* a table of 0 bytes, then of 4096 */
	    {"00 00 00", ": \n", 0}, /* that names are tokens is for others */
	    {"40 00 00", ": \n", 32},
	    {"0001 6180", "a: \n", 32},
	    {"0001 6181 1f", "a: a\n", 32},	 /* three bits of padding */
	    {"0001 6183 fffe1f", "a: \\\n", 32}, /* codes longer than 8 */
	    {"3f 8000", "", 0},			 /* 31, in three bytes */
	};

	(void)state;
	CHECK_EXAMPLES(examples);
}

/* -------------------------------------------------- limits and memory -- */

/* 0x40: to be added to the table. */
static void
put_literal(struct buf *block, unsigned kind, const char *name, size_t value)
{
	buf_char(block, (char)kind);
	buf_char(block, (char)strlen(name));
	buf_str(block, name);
	assert_in_range(value, 127, 16384 + 126);
	buf_char(block, 0x7f);
	buf_char(block, (char)(0x80 | ((value - 127) & 0x7f)));
	buf_char(block, (char)((value - 127) >> 7));
	buf_reserve(block, value);
	memset(block->data + block->len, 'v', value);
	block->len += value;
}

static void
too_large(void **state)
{
	struct buf block = {0}, fields = {0};
	struct hpack h = {0};

	(void)state;
	/* The last one goes beyond the list, and to the table. */
	put_literal(&block, 0x00, "a", LIST_MAX - 34);
	put_literal(&block, 0x40, "b", 200);
	assert_int_equal(decode(&h, block.data, block.len, &fields),
			 HPACK_TOO_LARGE);
	assert_int_equal(fields.len, LIST_MAX - 34 + 4);
	assert_int_equal(decode_hex(&h, "be", &fields), HPACK_OK);
	assert_int_equal(fields.len, 204);
	/* A field alone that is larger than the list, coded or not. */
	buf_clear(&block);
	put_literal(&block, 0x40, "a", 16000);
	buf_char(&block, (char)0x82);
	assert_int_equal(decode(&h, block.data, block.len, &fields),
			 HPACK_TOO_LARGE);
	assert_int_equal(fields.len, 0);
	assert_int_equal(h.size, 0);
	block.data[3] = (char)0xff;
	memset(block.data + 6, 0, 16000); /* '0' in 5 bits each */
	assert_int_equal(decode(&h, block.data, block.len, &fields),
			 HPACK_TOO_LARGE);
	assert_int_equal(fields.len, 0);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&fields);
}

/* One byte for each 4 kB: only what may be reported is copied. */
static void
bomb(void **state)
{
	struct buf block = {0}, fields = {0};
	struct hpack h = {0};

	(void)state;
	put_literal(&block, 0x40, "b", 4000);
	assert_int_equal(decode(&h, block.data, block.len, &fields), HPACK_OK);
	buf_clear(&block);
	buf_reserve(&block, 8192);
	memset(block.data, 0xbe, 8192);
	assert_int_equal(decode(&h, block.data, 8192, &fields),
			 HPACK_TOO_LARGE);
	assert_int_equal(fields.len, 2 * 4004);
	assert_int_equal(decode(&h, block.data, 1, &fields), HPACK_OK);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&fields);
}

/* A long name handed on from entry to entry, two bytes each. */
static void
churn(void **state)
{
	struct buf block = {0}, fields = {0};
	struct hpack h = {0};

	(void)state;
	put_literal(&block, 0x40, "", 127);
	block.data[1] = 0x7f; /* what was the value is the name */
	memmove(block.data + 2, block.data + 3, block.len - 3);
	block.data[block.len - 1] = 0;
	assert_int_equal(decode(&h, block.data, block.len, &fields), HPACK_OK);
	assert_int_equal(h.size, 127 + 32);
	buf_clear(&block);
	for (int i = 0; i < 65536 / 127; i++)
		buf_add(&block, "\x7e", 2);
	assert_int_equal(decode(&h, block.data, block.len, &fields),
			 HPACK_TOO_LARGE);
	buf_add(&block, "\x7e", 2);
	assert_int_equal(decode(&h, block.data, block.len, &fields),
			 HPACK_ERROR);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&fields);
}

/* RFC 7541 section 4.4: the name of an entry that must go to make room. */
static void
name_of_the_evicted(void **state)
{
	struct buf block = {0}, fields = {0};
	struct hpack h = {0};

	(void)state;
	put_literal(&block, 0x40, "name", 3000);
	put_literal(&block, 0x40, "", 2000);
	block.data[block.len - 2000 - 5] = 0x7e;
	memmove(block.data + block.len - 2000 - 4,
		block.data + block.len - 2000 - 3, 2003);
	block.len--;
	assert_int_equal(decode(&h, block.data, block.len, &fields), HPACK_OK);
	assert_int_equal(decode_hex(&h, "be", &fields), HPACK_OK);
	assert_int_equal(fields.len, 4 + 2000 + 3);
	assert_memory_equal(fields.data, "name: vv", 8);
	assert_int_equal(decode_hex(&h, "bf", &fields), HPACK_ERROR);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&fields);
}

/* An idle connection keeps what its table holds, and no more. */
static void
memory(void **state)
{
	struct buf block = {0}, fields = {0};
	struct hpack h = {0};

	(void)state;
	assert_in_range(sizeof(h), 1, 48);
	assert_int_equal(decode_hex(&h, "82 04 01 2f", &fields), HPACK_OK);
	assert_null(h.block);
	put_literal(&block, 0x40, "name", 200);
	assert_int_equal(decode(&h, block.data, block.len, &fields), HPACK_OK);
	assert_int_equal(h.cap, 256);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(decode(&h, block.data, block.len, &fields),
				 HPACK_OK);
	assert_in_range(h.cap, 17 * 204, HPACK_TABLE_MAX);
	assert_int_equal(h.size, 17 * 236);
	/* Of the smallest entries there are the most. */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(decode_hex(&h, "40 00 00", &fields), HPACK_OK);
	assert_int_equal(h.size, 4096);
	assert_int_equal(h.last - h.first, 128);
	assert_int_equal(decode_hex(&h, "20", &fields), HPACK_OK);
	assert_null(h.block);
	hpack_free(&h);
	buf_free(&block);
	buf_free(&fields);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(single_fields),
	    cmocka_unit_test(requests),
	    cmocka_unit_test(responses_evict),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(taken),
	    cmocka_unit_test(too_large),
	    cmocka_unit_test(bomb),
	    cmocka_unit_test(churn),
	    cmocka_unit_test(name_of_the_evicted),
	    cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
