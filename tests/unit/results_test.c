/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/http/rank.h"
#include "../../daemon/http/response.h"
#include "site_fixture.h"

#define ARTICLE(title, more, body) \
	"---\ntitle: " title "\nauthor: hannes\n" more "---\n" body "\n"

static const struct fx_file files[] = {
    {"Index", ARTICLE("First page", "", "Welcome."), 0, 10, 10, 0},
    {"a",
     ARTICLE("Operating systems", "tags: kernel, \xc3\x84rger\n",
	     "About *operat*ing systems and unikernels."),
     0, 20, 20, 0},
    {"b",
     ARTICLE("Cooking", "abstract: With **pepper**\n",
	     "## Soup\n\nAn operating table is no cooker. Unikernel."),
     0, 30, 30, 0},
    {"c", ARTICLE("Pepper <script>", "", "Salt & systems"), 0, 40, 40, 0},
    {"static/x.txt", "x", 0, 10, 10, 0},
};
#define NFILES (sizeof(files) / sizeof(files[0]))

/* ---- asking ---- */

struct asked {
	struct serve_settings set;
	struct plan_memory memory;
	struct plan plan;
	struct buf body, fields;
	size_t cap; /* of the memory, before */
};

static void
ask_as(struct asked *a, const struct fx *fx, enum method method,
       const char *target)
{
	struct site_view view = {.settings = &a->set, .snapshot = fx->snapshot};
	struct request r;

	memset(a, 0, sizeof(*a));
	a->set.max_target = 8192;
	plan_memory_init(&a->memory, &a->set);
	a->cap = a->memory.lines.cap;
	request_clear(&r);
	r.method = method;
	r.target = slice_of(target);
	plan_response(&a->plan, &view, &r, &a->memory);
	for (unsigned i = 0; i < a->plan.nparts; i++) {
		assert_true(a->plan.part[i].len > 0);
		buf_add(&a->body, a->plan.part[i].data, a->plan.part[i].len);
	}
	for (int i = 0; i < 2; i++)
		buf_add(&a->fields, a->plan.fields[i].data,
			a->plan.fields[i].len);
	buf_cstr(&a->body);
	buf_cstr(&a->fields);
}

static void
forget(struct asked *a)
{
	plan_memory_free(&a->memory);
	buf_free(&a->body);
	buf_free(&a->fields);
}

static void
ask(struct asked *a, const struct fx *fx, const char *target)
{
	ask_as(a, fx, METHOD_GET, target);
}

/* The addresses of the results, each followed by a space. */
static void
results(struct buf *out, const char *body)
{
	static const char mark[] =
	    "<h2 class=\"p-name\"><a class=\"u-url\" href=\"";
	const char *at = body;

	while ((at = strstr(at, mark)) != NULL) {
		at += sizeof(mark) - 1;
		buf_add(out, at, strcspn(at, "\""));
		buf_char(out, ' ');
	}
	buf_cstr(out);
}

static void
finds(const struct fx *fx, const char *query, const char *expected)
{
	struct asked a;
	struct buf found = {0}, target = {0};

	buf_printf(&target, "/search?q=%s", query);
	ask(&a, fx, buf_cstr(&target));
	assert_int_equal(a.plan.status, 200);
	results(&found, a.body.data);
	assert_string_equal(found.data != NULL ? found.data : "", expected);
	buf_free(&found);
	buf_free(&target);
	forget(&a);
}

static void
answer_has(const struct fx *fx, const char *target, unsigned status,
	   const char *text)
{
	struct asked a;

	ask(&a, fx, target);
	assert_int_equal(a.plan.status, status);
	if (strstr(a.body.data, text) == NULL)
		fail_msg("%s: no \"%s\" in: %s", target, text, a.body.data);
	forget(&a);
}

static int
setup(void **state)
{
	static struct fx fx;

	fx_defaults(&fx);
	fx_build(&fx, files, NFILES, NULL);
	*state = &fx;
	return 0;
}

static int
teardown(void **state)
{
	fx_free(*state);
	return 0;
}

/* ---- tests ---- */

static void
finding(void **state)
{
	const struct fx *fx = *state;

	finds(fx, "operating", "/a /b ");
	finds(fx, "oper", "/a /b ");
	finds(fx, "OPERATING+Systems", "/a ");
	finds(fx, "arger", "/a ");
	finds(fx, "%C3%84RGER", "/a ");
	finds(fx, "soup", "/b ");
	finds(fx, "pepper", "/c /b ");
	finds(fx, "kernel", "/a ");
	finds(fx, "unikernel", "/b /a ");
	finds(fx, "hannes", "/Index /c /a /b ");
	finds(fx, "nothing", "");
	finds(fx, "%2C%2B", "");
	/* no article has both: those with one */
	finds(fx, "soup+salt", "/b /c ");
	/* not what only markup says */
	finds(fx, "href", "");
	finds(fx, "strong", "");
	/* static files and settings are no articles */
	finds(fx, "x", "");
}

static void
pages(void **state)
{
	const struct fx *fx = *state;
	struct asked a;

	answer_has(fx, "/search", 200, "value=\"\"");
	answer_has(fx, "/search?", 200, "value=\"\"");
	answer_has(fx, "/search?x=y&q=", 200, "value=\"\"");
	answer_has(fx, "/search?q=soup", 200, "<p>1 result</p>");
	answer_has(fx, "/search?a=b&q=pepper&q=soup", 200, "2 results");
	answer_has(fx, "/search?q=zzz", 200, "No article has any");
	answer_has(fx, "/search?q=soup+salt", 200, "with 1 of 2:");
	answer_has(fx, "/search?q=%2B%2B", 200, "There are no words");
	ask(&a, fx, "/search");
	assert_null(strstr(a.body.data, "result</p>"));
	assert_non_null(strstr(a.fields.data, "Content-Type: text/html\r\n"));
	forget(&a);
	ask(&a, fx, "/search/?q=x");
	assert_int_equal(a.plan.status, 301);
	assert_non_null(strstr(a.fields.data, "Location: /search?q=x\r\n"));
	forget(&a);
	ask_as(&a, fx, METHOD_POST, "/search?q=x");
	assert_int_equal(a.plan.status, 405);
	forget(&a);
}

static void
heads(void **state)
{
	struct asked get, head;

	ask(&get, *state, "/search?q=pepper");
	ask_as(&head, *state, METHOD_HEAD, "/search?q=pepper");
	assert_int_equal(head.plan.status, 200);
	assert_int_equal(head.plan.nparts, 0);
	assert_string_equal(head.fields.data, get.fields.data);
	forget(&get);
	forget(&head);
}

static void
encodings(void **state)
{
	static const char *const bad[] = {
	    "%",	 "%4",	  "%zz",	  "a%00b", "%C3", "%C0%AF",
	    "%ED%A0%80", "a%ffb", "%F5%80%80%80", "\xff",  "%a%"};
	struct buf target = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&target);
		buf_printf(&target, "/search?q=%s", bad[i]);
		answer_has(*state, buf_cstr(&target), 400, "cannot be read");
	}
	/* what nobody looks at need not be encoded well */
	answer_has(*state, "/search?y=%zz&q=soup", 200, "1 result");
	buf_free(&target);
}

static void
reflected(void **state)
{
	struct asked a;
	const char *body;

	ask(&a, *state,
	    "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E'%26amp;"
	    "%0d%0aX:y%1b%7f");
	assert_int_equal(a.plan.status, 200);
	body = a.body.data;
	assert_non_null(strstr(body,
			       "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/"
			       "script&gt;&#39;&amp;amp;  X:y  \""));
	assert_null(strstr(body, "<script"));
	assert_null(strstr(a.fields.data, "X:y"));
	forget(&a);
	/* An article's own title is escaped as well. */
	ask(&a, *state, "/search?q=pepper");
	assert_null(strstr(a.body.data, "<script"));
	forget(&a);
}

static void
long_queries(void **state)
{
	struct buf target = {0};
	struct asked a;
	char *value;

	buf_str(&target, "/search?q=soup");
	for (int i = 0; i < 13; i++)
		buf_printf(&target, "+z%d", i);
	answer_has(*state, buf_cstr(&target), 200, "12 words");
	buf_clear(&target);
	buf_str(&target, "/search?q=soup+");
	while (target.len < 7000)
		buf_str(&target, "%E6%97%A5");
	ask(&a, *state, buf_cstr(&target));
	assert_int_equal(a.plan.status, 200);
	/* cut between two characters: 5 bytes and 65 times 3 */
	value = strstr(a.body.data, "value=\"");
	assert_non_null(value);
	assert_int_equal(strcspn(value + 7, "\""), 200);
	forget(&a);
	/* bad bytes behind what is used are bad all the same */
	buf_str(&target, "%zz");
	answer_has(*state, buf_cstr(&target), 400, "cannot be read");
	/* nothing in it makes the plan's memory grow */
	buf_clear(&target);
	buf_str(&target, "/search?page=7&q=");
	while (target.len < 1000)
		buf_str(&target, "%22");
	ask(&a, *state, buf_cstr(&target));
	assert_int_equal(a.memory.lines.cap, a.cap);
	assert_true(a.memory.lines.len <= 8192);
	forget(&a);
	buf_free(&target);
}

/* ---- many articles, and changes ---- */

#define MANY 130

static void
many(void **state)
{
	static struct fx_file posts[MANY];
	static char names[MANY][16], texts[MANY][128];
	struct asked a;
	struct buf found = {0};
	struct fx fx;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "p%d", i);
		snprintf(texts[i], sizeof(texts[i]),
			 ARTICLE("Post", "", "Same words"));
		posts[i] = (struct fx_file){names[i], texts[i], 0,
					    1000 + i, 1000 + i, 0};
	}
	fx_defaults(&fx);
	fx_build(&fx, posts, MANY, NULL);
	ask(&a, &fx, "/search?q=s%26ame&page=2");
	results(&found, a.body.data);
	forget(&a);
	buf_clear(&found);
	ask(&a, &fx, "/search?q=same&page=2");
	results(&found, a.body.data);
	assert_int_equal(strncmp(found.data, "/p109 /p108 ", 12), 0);
	assert_non_null(strstr(a.body.data, "start=\"21\""));
	assert_non_null(strstr(a.body.data, "href=\"?q=same&amp;page=1\""));
	assert_non_null(strstr(a.body.data, "href=\"?q=same&amp;page=3\""));
	assert_true(a.plan.from_snapshot);
	forget(&a);
	answer_has(&fx, "/search?q=same&page=7", 200, "rel=\"prev\"");
	ask(&a, &fx, "/search?q=same&page=7");
	assert_null(strstr(a.body.data, "rel=\"next\""));
	forget(&a);
	answer_has(&fx, "/search?q=same&page=99999999999", 200, "130 results");
	answer_has(&fx, "/search?q=same&page=-1", 200, "start=\"1\"");
	buf_free(&found);
	fx_free(&fx);
}

static struct slice
run_of(const struct fx *fx)
{
	return snapshot_search_run(fx->snapshot);
}

static void
updates(void **state)
{
	struct fx_file now[NFILES + 1];
	struct fx first, second, third, whole;

	(void)state;
	memcpy(now, files, sizeof(files));
	fx_defaults(&first);
	fx_build(&first, now, NFILES, NULL);
	assert_false(first.search_reused);
	/* a picture changes: the index does not */
	for (size_t i = 0; i < NFILES; i++)
		now[i].same = 1;
	now[4].text = "y";
	now[4].same = 0;
	fx_defaults(&second);
	fx_build(&second, now, NFILES, &first);
	assert_true(second.search_reused);
	finds(&second, "soup", "/b ");
	/* an article goes, one comes, one changes */
	now[4].same = 1;
	now[1] = (struct fx_file){
	    "aa", ARTICLE("New", "", "soup of kernels"), 0, 50, 50, 0};
	now[2].text = ARTICLE("Cooking", "", "No more of it");
	now[2].same = 0;
	fx_defaults(&third);
	fx_build(&third, now, NFILES, &second);
	assert_int_equal(third.rendered, 2);
	assert_false(third.search_reused);
	finds(&third, "soup", "/aa ");
	finds(&third, "operating", "");
	finds(&third, "pepper", "/c ");
	/* the same bytes as from nothing */
	for (size_t i = 0; i < NFILES; i++)
		now[i].same = 0;
	fx_defaults(&whole);
	fx_build(&whole, now, NFILES, NULL);
	assert_int_equal(slice_cmp(run_of(&third), run_of(&whole)), 0);
	fx_free(&whole);
	fx_free(&third);
	fx_free(&second);
	fx_free(&first);
}

static void
own_page(void **state)
{
	struct fx_file now[NFILES + 1];
	struct fx fx;

	(void)state;
	memcpy(now, files, sizeof(files));
	now[NFILES] = (struct fx_file){
	    "search", ARTICLE("Mine", "", "my own"), 0, 60, 60, 0};
	fx_defaults(&fx);
	fx_build(&fx, now, NFILES + 1, NULL);
	answer_has(&fx, "/search?q=soup", 200, "my own");
	assert_true(fx_said(&fx, "no page to search from"));
	fx_free(&fx);
}

/* ---- what is said ---- */

static void
say_in(const char *words, const char *target, const char *text)
{
	struct fx_file own[NFILES + 1];
	struct fx fx;
	struct asked a;

	memcpy(own, files, sizeof(files));
	own[NFILES] = (struct fx_file){".config/words", words, 0, 1, 1, 0};
	fx_defaults(&fx);
	fx_build(&fx, own, NFILES + 1, NULL);
	ask(&a, &fx, target);
	if (strstr(a.body.data, text) == NULL)
		fail_msg("no %s in %s", text, a.body.data);
	assert_int_equal(a.memory.lines.cap, a.cap);
	forget(&a);
	fx_free(&fx);
}

/* A repository's words, as hostile as they may be. */
static void
said(void **state)
{
	char words[4096];
	size_t n;

	(void)state;
	say_in("one_result = <{n}> \"{x}{m}{\n", "/search?q=soup",
	       "<p>&lt;1&gt; &quot;{x}1{</p>");
	say_in("one_result = {n}{n}{n}{n}\n", "/search?q=soup",
	       "<p>111{n}</p>");
	/* Too long altogether: English. */
	n = (size_t)snprintf(words, sizeof(words), "one_result = ");
	memset(words + n, '<', 290);
	n += 290;
	n +=
	    (size_t)snprintf(words + n, sizeof(words) - n, "\nmore_results = ");
	memset(words + n, '&', 290);
	n += 290;
	n += (size_t)snprintf(words + n, sizeof(words) - n,
			      "\nprevious_results = ");
	memset(words + n, '"', 290);
	words[n + 290] = '\0';
	say_in(words, "/search?q=soup", "<p>1 result</p>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(finding, setup, teardown),
	    cmocka_unit_test_setup_teardown(pages, setup, teardown),
	    cmocka_unit_test_setup_teardown(heads, setup, teardown),
	    cmocka_unit_test_setup_teardown(encodings, setup, teardown),
	    cmocka_unit_test_setup_teardown(reflected, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_queries, setup, teardown),
	    cmocka_unit_test(many),
	    cmocka_unit_test(updates),
	    cmocka_unit_test(own_page),
	    cmocka_unit_test(said)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
