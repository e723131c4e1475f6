/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "site_fixture.h"

#include "daemon/site/preview.h"

#define POST(title, text) "---\ntitle: " title "\nauthor: a\n---\n" text

static const struct fx_file files[] = {
    {"Index", POST("Home", "The *home*.\n"), 0, 100, 0, 0},
    {"Posts/One", POST("One", "Body of **one**.\n"), 0, 200, 0, 0},
    {"Posts/Two", POST("Two", "##Slip\n"), 0, 300, 0, 0}};

static void
preview(struct fx *fx)
{
	fx_defaults(fx);
	fx->set.preview = 1;
	strcpy(fx->set.url, "http://localhost:8080/blog");
}

static void
nothing_of_it_without_being_asked(void **state)
{
	static const char *const traces[] = {"preview", "<script src", "<aside"};
	static const char *const paths[] = {"/", "/Posts/One", "/Posts",
					    "/tags", ""};
	struct fx fx;

	(void)state;
	fx_defaults(&fx);
	fx_build(&fx, files, 3, NULL);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 3; k++)
			assert_false(fx_has(&fx, paths[i], traces[k]));
	assert_null(fx_page(&fx, "/.blogd/preview.js"));
	assert_null(fx_page(&fx, "/.blogd/preview.css"));
	assert_null(fx_page(&fx, "/.blogd/generation"));
	fx_free(&fx);
}

static void
adds_to_every_page(void **state)
{
	static const char *const paths[] = {"/", "/Posts/One", "/Posts",
					    "/tags", ""};
	struct fx fx;

	(void)state;
	preview(&fx);
	fx_build(&fx, files, 3, NULL);
	for (size_t i = 0; i < 5; i++)
		assert_true(fx_has(&fx, paths[i],
				   "<script src=\"/blog/.blogd/preview.js\" "
				   "defer></script>\n</head>"));
	assert_false(fx_has(&fx, "/atom", "preview"));
	assert_true(fx_has(&fx, "/.blogd/preview.js", "location.reload"));
	fx_free(&fx);
}

/* What is added moves the bodies that the next run looks for in the pages. */
static void
finds_bodies_again(void **state)
{
	struct fx_file same[3];
	struct fx a, b, c;

	(void)state;
	preview(&a);
	fx_build(&a, files, 3, NULL);
	memcpy(same, files, sizeof(files));
	same[1].same = same[2].same = 1;
	same[0].text = POST("Home", "Another home.\n");
	preview(&b);
	fx_build(&b, same, 3, &a);
	assert_non_null(b.site);
	assert_int_equal(b.rendered, 1);
	assert_true(fx_has(&b, "/atom", "Body of &lt;strong&gt;one"));
	assert_true(
	    fx_has(&b, "/Posts/One", "<p>Body of <strong>one</strong>"));
	assert_string_not_equal(fx_body(&a, "/.blogd/generation"),
				fx_body(&b, "/.blogd/generation"));
	/* Also those that the run before has not made, but taken over. */
	preview(&c);
	fx_build(&c, same, 3, &b);
	assert_non_null(c.site);
	assert_true(fx_has(&c, "/atom", "Body of &lt;strong&gt;one"));
	fx_free(&c);
	fx_free(&b);
	fx_free(&a);
}

static void
says_why_there_is_no_site(void **state)
{
	struct render_settings set = {.preview = 1};
	struct buf said = {0}, out = {0};
	struct site *s;

	(void)state;
	buf_str(&said, "0a<b:1:2: left out\n1no place\n");
	s = site_new_failure(&set, &said, "it is <so>");
	for (size_t i = 0; i < site_npages(s); i++)
		if (slice_is(site_page(s, i)->path, "/"))
			site_compose(s, i, &out);
	assert_non_null(strstr(buf_cstr(&out), "it is &lt;so&gt;"));
	assert_non_null(strstr(out.data,
			       "<li class=\"error\"><code>a&lt;b:1:2</code> "
			       "<b>error:</b> left out</li>"));
	assert_non_null(strstr(out.data, "<li class=\"warning\"><b>warning:"
					 "</b> no place</li>"));
	assert_non_null(strstr(out.data, "2 problems"));
	site_free(s);
	buf_free(&said);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_of_it_without_being_asked),
	    cmocka_unit_test(adds_to_every_page),
	    cmocka_unit_test(finds_bodies_again),
	    cmocka_unit_test(says_why_there_is_no_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
