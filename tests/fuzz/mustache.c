/* SPDX-License-Identifier: ISC */
#include "../unit/mustache_json.h"
#include "fuzz.h"

/* Templates, separated by NUL; the first is rendered, the others are the
 * partials "0" to "6". */
#define TEMPLATES 8
#define OUTPUT	  65536

static const char values[] =
    "{\"a\":\"<&>\", \"b\":true, \"c\":false, \"d\":[\"x\",\"y\\nz\"],"
    "\"e\":{\"a\":\"inner\", \"f\":[{\"a\":\"1\"},{\"g\":\"2\"}]},"
    "\"h\":[[\"1\",\"2\"],[]], \"i\":\"\"}";

struct context {
	struct words words;
	struct slice text;
};

static int
name_number(void *arg, struct slice name)
{
	struct context *c = arg;

	CHECK(name.len > 0 && memchr(name.data, '.', name.len) == NULL);
	return name.len > 3 ? -1 : words_number(&c->words, name);
}

static int
partial_number(void *arg, struct slice name)
{
	(void)arg;
	CHECK(name.len > 0);
	return name.len == 1 && name.data[0] >= '0' && name.data[0] < '7'
		   ? name.data[0] - '0'
		   : -1;
}

static void
report(void *arg, int warning, size_t line, size_t column, const char *message)
{
	struct context *c = arg;

	(void)warning;
	CHECK(line >= 1 && line <= c->text.len + 1);
	CHECK(column >= 1 && column <= c->text.len + 1);
	CHECK(message[0] != '\0');
}

static void
render(struct context *c, struct mustache *const *m, const struct json *j)
{
	struct mustache_data data = {json_get, json_item, &c->words};
	struct mustache_render how = {.data = &data,
				      .partials =
					  (const struct mustache *const *)m + 1,
				      .npartials = TEMPLATES - 1,
				      .max_output = OUTPUT,
				      .max_steps = 20000};
	struct mustache_value top = json_value(j);
	struct buf out = {0};

	how.watched = j->values[0].text;
	mustache_run(m[0], &how, &top, 1, &out);
	CHECK(out.len <= OUTPUT);
	CHECK(how.watched_at == SIZE_MAX || how.watched_at <= out.len);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct context c;
	struct slice input = {(const char *)data, len};
	struct mustache_words words = {name_number, partial_number, report, &c};
	struct mustache *m[TEMPLATES];
	struct region r = {0};
	const char *text = values;
	struct json j = json_read(&text, &r);

	c.words.n = 0;
	for (size_t i = 0; i < TEMPLATES; i++) {
		c.text = fuzz_until(&input, '\0');
		m[i] = mustache_compile(c.text, &words);
	}
	if (m[0] != NULL)
		render(&c, m, &j);
	for (size_t i = 0; i < TEMPLATES; i++)
		mustache_free(m[i]);
	region_free(&r);
	return 0;
}
