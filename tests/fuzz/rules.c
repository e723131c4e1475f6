/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/rules.h"

#include "../../daemon/snapshot/format.h"
#include "../../daemon/snapshot/headers.h"
#include "fuzz.h"

/* The first byte decides which file it is: _redirects or _headers. */

static void
report(void *arg, enum severity severity, size_t line, size_t column,
       const char *message)
{
	const struct slice *text = arg;

	CHECK(severity == SEVERITY_ERROR);
	CHECK(line >= 1 && line <= text->len + 1);
	CHECK(column >= 1 && column <= text->len + 1);
	CHECK(message[0] != '\0');
}

static void
check_redirect(const struct redirect_rule *r)
{
	CHECK(r->from.len > 0 && snapshot_path_ok(r->from));
	CHECK(r->from.len == 1 || r->from.data[r->from.len - 1] != '/');
	CHECK(header_value_ok(r->from) && header_value_ok(r->to));
	CHECK(snapshot_is_redirect(r->status));
	CHECK(r->to.len > 0);
	CHECK(r->to.data[0] != '/' || r->to.len == 1 ||
	      (r->to.data[1] != '/' && r->to.data[1] != '\\'));
	CHECK(!r->splat || (r->below && snapshot_base_ok(r->to)));
}

static void
try_redirects(struct slice text)
{
	struct region region = {NULL};
	struct redirect_rule *rules;
	size_t i, n = redirects_parse(&region, text, &rules, report, &text);

	CHECK(n <= REDIRECTS_MAX);
	for (i = 0; i < n; i++)
		check_redirect(&rules[i]);
	region_free(&region);
}

static void
try_fields(struct slice text)
{
	struct region region = {NULL};
	struct field_rule *rules;
	size_t i, j, bytes = 0;
	size_t n = fields_parse(&region, text, &rules, report, &text);

	CHECK(n <= FIELD_RULES_MAX);
	for (i = 0; i < n; i++) {
		CHECK(rules[i].pattern.len > 0);
		fields_match(rules[i].pattern, text);
		for (j = 0; j < rules[i].nfields; j++) {
			const struct field *f = &rules[i].fields[j];

			CHECK(header_name_ok(slice_of(f->name->name)));
			CHECK(header_value_ok(f->value) && f->value.len > 0);
			bytes += f->value.len;
		}
	}
	CHECK(bytes <= FIELDS_BYTES_MAX);
	region_free(&region);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice text = {(const char *)data, len};
	size_t kind = fuzz_byte(&text);

	if (kind % 2 == 0)
		try_redirects(text);
	else
		try_fields(text);
	return 0;
}
