/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/frontmatter.h"
#include "fuzz.h"

struct context {
	struct slice text;
	size_t reports;
};

static void
report(void *arg, enum severity severity, size_t line, size_t column,
       const char *message)
{
	struct context *c = arg;

	c->reports++;
	CHECK(severity == SEVERITY_ERROR || severity == SEVERITY_WARNING);
	CHECK(line >= 1 && line <= c->text.len + 1);
	CHECK(column >= 1 && column <= c->text.len + 1);
	CHECK(message[0] != '\0');
}

static void
check_list(struct slice list)
{
	struct slice item;

	CHECK(list.len <= ITEMS_BYTES_MAX);
	while (items_next(&list, &item))
		CHECK(item.len > 0);
}

static void
check_body(const struct context *c, struct slice s)
{
	CHECK(s.len == 0 ||
	      (s.data >= c->text.data && s.len <= c->text.len &&
	       (size_t)(s.data - c->text.data) <= c->text.len - s.len));
}

static void
check_address(struct slice s)
{
	CHECK(s.len == 0 || (s.data[0] == '/' && s.len > 1));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct frontmatter_name name = {.title = {"", 0},
					      .jekyll = (int)(len % 2),
					      .markdown = (int)(len % 3 == 0)};
	struct context c = {{(const char *)data, len}, 0};
	struct region region = {0};
	struct frontmatter f;
	enum frontmatter_kind kind;

	kind = frontmatter_parse(&region, c.text, &name, &f, report, &c);
	CHECK(kind != FRONTMATTER_NONE || c.reports > 0);
	CHECK(kind != FRONTMATTER_ARTICLE || f.title.len > 0);
	CHECK(kind != FRONTMATTER_ARTICLE || f.fenced || f.authors.len > 0);
	CHECK(kind != FRONTMATTER_REDIRECT || f.redirect.len > 0);
	CHECK(memchr(f.title.data, '\n', f.title.len) == NULL);
	check_list(f.authors);
	check_list(f.tags);
	check_list(f.aliases);
	check_address(f.permalink);
	check_address(f.aliases);
	check_body(&c, f.body);
	frontmatter_lint(c.text, &f, report, &c);
	region_free(&region);
	return 0;
}
