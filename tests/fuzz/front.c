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
check_inside(const struct context *c, struct slice s)
{
	CHECK(s.len == 0 ||
	      (s.data >= c->text.data && s.len <= c->text.len &&
	       (size_t)(s.data - c->text.data) <= c->text.len - s.len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct context c = {{(const char *)data, len}, 0};
	struct frontmatter f;
	enum frontmatter_kind kind = frontmatter_parse(c.text, &f, report, &c);

	CHECK(kind != FRONTMATTER_NONE || c.reports > 0);
	CHECK(kind != FRONTMATTER_ARTICLE ||
	      (f.title.len > 0 && f.author.len > 0));
	CHECK(kind != FRONTMATTER_REDIRECT || f.redirect.len > 0);
	check_inside(&c, f.title);
	check_inside(&c, f.author);
	check_inside(&c, f.author_url);
	check_inside(&c, f.tags);
	check_inside(&c, f.abstract);
	check_inside(&c, f.redirect);
	check_inside(&c, f.body);
	frontmatter_lint(c.text, &f, report, &c);
	return 0;
}
