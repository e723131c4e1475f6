/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../snapshot/format.h"
#include "escape.h"
#include "frontmatter.h"
#include "lines.h"
#include "url.h"

#define MESSAGE_MAX 256
#define WORDS_MAX   8

void
rules_problem(const struct rules_report *at, struct slice part, const char *fmt,
	      ...)
{
	char message[MESSAGE_MAX];
	size_t offset = (size_t)(part.data - at->text.data);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	at->report(at->ctx, SEVERITY_ERROR, at->line,
		   lines_column(at->text, offset), message);
}

/* ---- paths ---- */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%XX" decoded; -1 for controls, "%" without digits, "?" and "#". */
static int
decode(struct slice written, char *out, size_t *n)
{
	size_t i = 0;
	int high, low, c;

	*n = 0;
	while (i < written.len) {
		c = (unsigned char)written.data[i++];
		if (c == '?' || c == '#')
			return -1;
		if (c == '%') {
			if (written.len - i < 2)
				return -1;
			high = hex_value(written.data[i]);
			low = hex_value(written.data[i + 1]);
			if (high == -1 || low == -1)
				return -1;
			c = high << 4 | low;
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return -1;
		out[(*n)++] = (char)c;
	}
	return 0;
}

/* Clients and serve take ".", ".." and empty elements away, so that nobody can
 * ask for a path that has them. */
static int
has_odd_element(struct slice path)
{
	size_t start = 1, i, n;

	for (i = 1; i <= path.len; i++) {
		if (i < path.len && path.data[i] != '/')
			continue;
		n = i - start;
		if (n == 0 || (n == 1 && path.data[start] == '.') ||
		    (n == 2 && memcmp(path.data + start, "..", 2) == 0))
			return path.len > 1;
		start = i + 1;
	}
	return 0;
}

int
rules_path(struct region *r, struct slice written, struct slice *path)
{
	char *out;
	size_t n;

	if (written.len == 0 || written.data[0] != '/')
		return -1;
	out = region_alloc(r, written.len, 1);
	if (decode(written, out, &n) == -1)
		return -1;
	if (n > 1 && out[n - 1] == '/')
		n--;
	*path = (struct slice){out, n};
	return utf8_check(*path) < n || has_odd_element(*path) ? -1 : 0;
}

/* ---- words of a line ---- */

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Up to WORDS_MAX; "#" at the beginning of one begins a comment. */
static size_t
split(struct slice line, struct slice words[WORDS_MAX])
{
	size_t n = 0, i = 0, start;

	while (n < WORDS_MAX) {
		while (i < line.len && is_blank(line.data[i]))
			i++;
		if (i == line.len || line.data[i] == '#')
			break;
		start = i;
		while (i < line.len && !is_blank(line.data[i]))
			i++;
		words[n++] = (struct slice){line.data + start, i - start};
	}
	return n;
}

static int
ends_with(struct slice s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && memcmp(s.data + s.len - n, end, n) == 0;
}

static int
has(struct slice s, const char *part)
{
	return memmem(s.data, s.len, part, strlen(part)) != NULL;
}

static size_t
count_slashes(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += s.data[i] == '/';
	return n;
}

/* ---- one rule ---- */

static int
read_from(const struct rules_report *at, struct region *r, struct slice word,
	  struct redirect_rule *rule)
{
	struct slice path = word;

	if (ends_with(path, "/*")) {
		rule->below = 1;
		path.len -= path.len > 2 ? 2 : 1;
	}
	if (path.data[0] != '/' || has(path, "/:") || has(path, "*")) {
		rules_problem(at, word,
			      "the first address must be a path of this site, "
			      "exact or with \"/*\" at its end");
		return -1;
	}
	if (has(path, "?") || has(path, "#")) {
		rules_problem(at, word,
			      "the first address is a path alone: rules do "
			      "not look at what \"?\" or \"#\" begins");
		return -1;
	}
	if (rules_path(r, path, &rule->from) == -1) {
		rules_problem(at, word, "nobody can ask for such a path");
		return -1;
	}
	if (rule->below && count_slashes(rule->from) > REDIRECT_DEPTH) {
		rules_problem(at, word, "more than %d elements before \"/*\"",
			      REDIRECT_DEPTH);
		return -1;
	}
	return 0;
}

/* A path of this site, or a web address with a host. */
static int
is_target(struct slice to)
{
	size_t i;

	for (i = 0; i < to.len; i++)
		if ((unsigned char)to.data[i] < 0x20 || to.data[i] == 0x7f)
			return 0;
	if (to.len > 0 && to.data[0] == '/')
		return to.len == 1 || (to.data[1] != '/' && to.data[1] != '\\');
	return url_has_scheme(to) && url_allowed(to, URL_MEDIA) &&
	       has(to, "://");
}

static struct slice
encoded(struct region *r, struct slice url)
{
	struct buf b = {0};
	struct slice result;

	escape_add(&b, ESCAPE_URL, url);
	result = region_take(r, &b);
	buf_free(&b);
	return result;
}

static int
read_to(const struct rules_report *at, struct region *r, struct slice word,
	struct redirect_rule *rule)
{
	struct slice to = word;

	if (ends_with(to, "/:splat")) {
		rule->splat = 1;
		to.len -= strlen(":splat");
	}
	if (has(to, "/:") || has(to, ":splat")) {
		rules_problem(at, word,
			      "of placeholders only \"/:splat\" at the end is "
			      "supported");
		return -1;
	}
	if (rule->splat && (!rule->below || has(to, "?") || has(to, "#"))) {
		rules_problem(at, word,
			      "\":splat\" needs a first address that ends "
			      "with \"/*\", and a path before it");
		return -1;
	}
	rule->to = encoded(r, to);
	if (!is_target(to) || (rule->splat && !snapshot_base_ok(rule->to))) {
		rules_problem(at, word,
			      "the second address must be a path that begins "
			      "with \"/\", or an http or https address");
		return -1;
	}
	return 0;
}

static int
read_status(const struct rules_report *at, struct slice word,
	    struct redirect_rule *rule)
{
	static const struct {
		const char *text;
		unsigned status;
	} known[] = {{"301", 301},
		     {"302", 302},
		     {"303", 303},
		     {"307", 307},
		     {"308", 308}};
	struct slice status = word;
	size_t i;

	if (ends_with(status, "!"))
		status.len--;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_is(status, known[i].text)) {
			rule->status = known[i].status;
			return 0;
		}
	rules_problem(at, word,
		      "only redirects are supported: 301, 302, 303, 307 and "
		      "308");
	return -1;
}

/* Is it the directory, or in it? */
static int
is_below(struct slice path, struct slice directory)
{
	if (directory.len == 1)
		return 1;
	if (path.len < directory.len ||
	    memcmp(path.data, directory.data, directory.len) != 0)
		return 0;
	return path.len == directory.len || path.data[directory.len] == '/';
}

/* Would the answer be followed by the same answer, for ever? */
static int
leads_back(struct region *r, const struct redirect_rule *rule)
{
	struct slice path = rule->to;
	size_t i;

	for (i = 0; i < path.len; i++)
		if (path.data[i] == '?' || path.data[i] == '#')
			path.len = i;
	if (path.len == 0 || path.data[0] != '/' ||
	    rules_path(r, path, &path) == -1)
		return 0;
	if (!rule->below)
		return slice_cmp(path, rule->from) == 0;
	return rule->splat && is_below(path, rule->from);
}

/* 1: a rule; 0: an empty line; -1: reported. */
static int
read_rule(const struct rules_report *at, struct region *r,
	  struct redirect_rule *rule)
{
	struct slice words[WORDS_MAX];
	size_t i, n = split(at->text, words);

	memset(rule, 0, sizeof(*rule));
	rule->status = 301;
	rule->line = at->line;
	if (n == 0)
		return 0;
	for (i = 1; i < n; i++)
		if ((i != 1 || n > 2) && has(words[i], "=") &&
		    words[i].data[0] != '/' && !has(words[i], "://")) {
			rules_problem(at, words[i],
				      "conditions are not supported");
			return -1;
		}
	if (n < 2 || n > 3) {
		rules_problem(at, words[0],
			      "a rule is two addresses and perhaps a status");
		return -1;
	}
	for (i = 0; i < 2; i++)
		if (words[i].len > REDIRECT_LEN_MAX) {
			rules_problem(at, words[i],
				      "an address of more than %d bytes",
				      REDIRECT_LEN_MAX);
			return -1;
		}
	if (read_from(at, r, words[0], rule) == -1 ||
	    read_to(at, r, words[1], rule) == -1 ||
	    (n == 3 && read_status(at, words[2], rule) == -1))
		return -1;
	if (leads_back(r, rule)) {
		rules_problem(at, words[1], "it leads back to itself");
		return -1;
	}
	return 1;
}

/* ---- all ---- */

/* Does the earlier rule match whenever this one does? */
static int
covers(const struct redirect_rule *earlier, const struct redirect_rule *rule)
{
	if (earlier->below)
		return is_below(rule->from, earlier->from);
	return !rule->below && slice_cmp(rule->from, earlier->from) == 0;
}

static int
is_covered(const struct rules_report *at, const struct redirect_rule *rules,
	   size_t n, const struct redirect_rule *rule)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (covers(&rules[i], rule)) {
			rules_problem(at, at->text,
				      "never used: the rule in line %zu comes "
				      "first",
				      rules[i].line);
			return 1;
		}
	return 0;
}

size_t
redirects_parse(struct region *r, struct slice text,
		struct redirect_rule **rules, rules_report_fn *report,
		void *ctx)
{
	struct rules_report at = {report, ctx, 0, text};
	struct redirect_rule rule;
	struct lines lines;
	size_t n = 0;

	*rules = region_alloc(r, REDIRECTS_MAX, sizeof(**rules));
	if (text.len > RULES_BYTES_MAX)
		text.len = RULES_BYTES_MAX;
	lines_start(&lines, text);
	while (lines_next(&lines, &at.text)) {
		at.line = lines.number;
		if (read_rule(&at, r, &rule) != 1 ||
		    is_covered(&at, *rules, n, &rule))
			continue;
		if (n == REDIRECTS_MAX) {
			rules_problem(&at, at.text,
				      "more than %d rules; this and all "
				      "further ones are left out",
				      REDIRECTS_MAX);
			break;
		}
		(*rules)[n++] = rule;
	}
	return n;
}
