/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/http/metrics.h"
#include "../../daemon/status.h"

static struct status s;
static struct buf out;

static const char *
form(void (*write)(struct buf *, const struct status *))
{
	buf_clear(&out);
	write(&out, &s);
	return buf_cstr(&out);
}

#define assert_has(text, part) assert_non_null(strstr((text), (part)))
#define assert_not(text, part) assert_null(strstr((text), (part)))

static int
fill(void **state)
{
	static const struct status_process one = {.role = ROLE_SERVE,
						  .pid = 77,
						  .ready = 1,
						  .age_s = 3661,
						  .jail = "empty root"};

	(void)state;
	memset(&s, 0, sizeof(s));
	s.now = 1700000000;
	s.failure = "";
	s.site.started = s.now - 90061;
	s.site.generation = 3;
	s.site.published = s.site.updated = s.now - 61;
	s.site.result = UPDATE_OK;
	s.site.updates[UPDATE_OK] = 2;
	s.site.updates[UPDATE_UNCHANGED] = 5;
	s.site.fetch_ms = 1234;
	s.site.update_ms = 60001;
	s.site.articles = 12;
	memcpy(s.site.commit, "0123abcd", 9);
	s.site.restarts[ROLE_GIT] = 4;
	s.serve.requests[COUNTED_H1][200 - STATUS_MIN] = 10;
	s.serve.requests[COUNTED_H2][304 - STATUS_MIN] = 11;
	s.serve.open = 6;
	s.serve.body_bytes = UINT64_MAX;
	s.process = &one;
	s.nprocesses = 1;
	return 0;
}

static void
good_or_not(void **state)
{
	(void)state;
	assert_true(status_good(&s));
	s.site.result = UPDATE_UNCHANGED;
	assert_true(status_good(&s));
	s.site.result = UPDATE_RENDER_FAILED;
	assert_false(status_good(&s));
	s.site.result = UPDATE_OK;
	s.site.published = 0;
	assert_false(status_good(&s));
}

static void
for_people(void **state)
{
	const char *t = form(status_write_text);

	(void)state;
	assert_has(t, "running for 1 d 1 h, generation 3");
	assert_has(t, "site        12 articles, ");
	assert_has(t, "commit      0123abcd\n");
	assert_has(t, "published   2023-11-14 22:12:19 UTC, 1 min 1 s ago\n");
	assert_has(t, "last update ok, 1 min 1 s ago, fetched in 1234 ms, done "
		      "in 60001 ms\n");
	assert_not(t, "reason");
	assert_has(t, "updates     7, 2 new, 5 unchanged, ");
	assert_has(t, "connections 6 open, ");
	assert_has(t, "bodies      18446744073709551615 bytes\n");
	assert_has(t, "h1          10 requests, 200: 10\n");
	assert_has(t, "h2          11 requests, 304: 11\n");
	assert_has(t, "restarts    4, git: 4\n");
	assert_has(t, "serve       77, 1 h 1 min: empty root\n");
}

static void
before_the_first_site(void **state)
{
	(void)state;
	memset(&s.site, 0, sizeof(s.site));
	s.failure = "no route";
	s.site.result = UPDATE_FETCH_FAILED;
	s.site.updated = s.now + 100; /* the clock was set back */
	assert_has(form(status_write_text), "site        none yet\n");
	assert_has(form(status_write_text),
		   "last update fetch-failed, 0 s ago, ");
	assert_has(form(status_write_text), "reason      no route\n");
	assert_has(form(status_write_json), "\"commit\":\"\",\"published\":0,"
					    "\"age_s\":0,");
	assert_not(form(status_write_prometheus), "blogd_snapshot_");
	assert_has(form(status_write_prometheus),
		   "\nblogd_last_update_success 0\n");
}

static void
for_programs(void **state)
{
	const char *t = form(status_write_json);

	(void)state;
	assert_has(t, "{\"version\":\"" PACKAGE_VERSION "\",\"good\":true,");
	assert_has(t, "\"age_s\":61,\"articles\":12,");
	assert_has(t, "\"requests\":{\"h1\":{\"200\":10},\"h2\":{\"304\":11}}");
	assert_has(t, "\"body_bytes\":18446744073709551615,");
	assert_has(t, "{\"role\":\"serve\",\"pid\":77,\"age_s\":3661,"
		      "\"ready\":true,\"ending\":false,"
		      "\"jail\":\"empty root\"}]}\n");
}

static void
for_prometheus(void **state)
{
	const char *t = form(status_write_prometheus);

	(void)state;
	assert_has(t, "# TYPE blogd_requests_total counter\n"
		      "blogd_requests_total{protocol=\"h1\",status=\"200\"} "
		      "10\n"
		      "blogd_requests_total{protocol=\"h2\",status=\"304\"} "
		      "11\n#");
	assert_has(t, "# TYPE blogd_connections_open gauge\n"
		      "blogd_connections_open 6\n");
	assert_has(t, "\nblogd_snapshot_info{commit=\"0123abcd\"} 1\n");
	assert_has(t, "\nblogd_last_fetch_duration_seconds 1.234\n");
	assert_has(t, "\nblogd_last_update_duration_seconds 60.001\n");
	assert_has(t, "\nblogd_process_restarts_total{role=\"git\"} 4\n");
	assert_has(t, "\nblogd_process_restarts_total{role=\"keys\"} 0\n");
}

/* Texts of a process that was taken over, and numbers that cannot be. */
static void
hostile_texts(void **state)
{
	static const char bad[] =
	    "a\"b\\c\nsite        good\r\x1b[2J\x7f\xff\xc3\xa4{}";
	static const struct status_process p = {
	    .role = (enum role)99, .pid = -1, .jail = bad};

	(void)state;
	s.failure = bad;
	s.process = &p;
	memcpy(s.site.commit, "ab\"} 1\nx 2\n\\", 13);
	s.site.result = 4711;
	for (int i = 0; i < 3; i++) {
		const char *t = form(i == 0   ? status_write_text
				     : i == 1 ? status_write_json
					      : status_write_prometheus);

		assert_not(t, "\nsite        good");
		assert_not(t, "\nx 2");
		for (; *t != '\0'; t++)
			assert_true((*t >= 0x20 && *t < 0x7f) || *t == '\n');
	}
	assert_has(form(status_write_json),
		   "\"reason\":\"a\\\"b\\\\c?site        good??[2J????{}\"");
	assert_has(form(status_write_prometheus),
		   "{commit=\"ab???1???2??\"} 1\n");
}

/* A process that was taken over can count what it likes: the text stays within
 * what was taken for it at start. */
static void
every_number_at_its_greatest(void **state)
{
	struct metrics m;
	size_t room;

	(void)state;
	memset(&s.serve, 0xff, sizeof(s.serve));
	memset(&s.site, 0xff, sizeof(s.site));
	memset(s.site.commit, 'f', sizeof(s.site.commit) - 1);
	s.site.commit[sizeof(s.site.commit) - 1] = '\0';
	metrics_init(&m, NULL);
	room = m.text.cap;
	status_write_prometheus(&m.text, &s);
	assert_true(m.text.len + 512 < room);
	assert_int_equal(m.text.cap, room);
	buf_free(&m.text);
	form(status_write_text);
	form(status_write_json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(good_or_not, fill),
	    cmocka_unit_test_setup(for_people, fill),
	    cmocka_unit_test_setup(before_the_first_site, fill),
	    cmocka_unit_test_setup(for_programs, fill),
	    cmocka_unit_test_setup(for_prometheus, fill),
	    cmocka_unit_test_setup(hostile_texts, fill),
	    cmocka_unit_test_setup(every_number_at_its_greatest, fill),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_free(&out);
	return failed;
}
