/* SPDX-License-Identifier: ISC */
#include "fdnames.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const words[PASSED_NONE] = {
    [PASSED_HTTPS] = "https",	   [PASSED_HTTP] = "http",
    [PASSED_METRICS] = "metrics",  [PASSED_CONTROL] = "control",
    [PASSED_DIAL] = "dial",	   [PASSED_LISTEN] = "listen.",
    [PASSED_SEGMENT] = "segment.", [PASSED_SITE] = "site."};

const char *
passed_name(enum passed_kind kind)
{
	return words[kind];
}

/* -------------------------------------------------------------- numbers -- */

static int
digit(char c, unsigned base)
{
	int d = -1;

	if (c >= '0' && c <= '9')
		d = c - '0';
	else if (c >= 'a' && c <= 'f')
		d = c - 'a' + 10;
	return d >= 0 && (unsigned)d < base ? d : -1;
}

/* Digits up to `end`, without sign, space or leading zero; *text goes behind
 * `end`, or to the end of the string when that is the end. */
static int
take_number(const char **text, char end, unsigned base, uint64_t max,
	    uint64_t *n)
{
	const char *p = *text;

	if (*p == '0' && p[1] != end)
		return -1;
	for (*n = 0; *p != end; p++) {
		int d = digit(*p, base);

		if (d == -1 || *n > (max - (uint64_t)d) / base)
			return -1;
		*n = *n * base + (uint64_t)d;
	}
	if (p == *text)
		return -1;
	*text = end == '\0' ? p : p + 1;
	return 0;
}

static int
take_u32(const char **text, char end, uint32_t *n)
{
	uint64_t wide;

	if (take_number(text, end, 10, STORED_LAST, &wide) == -1)
		return -1;
	*n = (uint32_t)wide;
	return 0;
}

/* The characters up to the next dot, into out[room]. */
static int
take_word(const char **text, const char *of, char *out, size_t room)
{
	size_t len = strspn(*text, of);

	if (len == 0 || len >= room || (*text)[len] != '.')
		return -1;
	memcpy(out, *text, len);
	out[len] = '\0';
	*text += len + 1;
	return 0;
}

/* -------------------------------------------------------- the variables -- */

unsigned
fdnames_count(const char *text, struct err *err)
{
	uint64_t n;

	if (take_number(&text, '\0', 10, PASSED_MAX, &n) == 0 && n > 0)
		return (unsigned)n;
	err_set(err, "LISTEN_FDS: \"%.32s\" is no number of 1 to %d", text,
		PASSED_MAX);
	return 0;
}

/* systemd's fdname_is_valid. */
static int
name_ok(const char *name)
{
	size_t len = strlen(name);

	for (const char *p = name; *p != '\0'; p++)
		if (*p < ' ' || *p >= 127)
			return 0;
	return len > 0 && len <= FDNAME_MAX;
}

int
fdnames_split(char *text, const char *names[PASSED_MAX], unsigned n,
	      struct err *err)
{
	unsigned found = 0;
	char *name;

	while ((name = strsep(&text, ":")) != NULL) {
		if (found == n || !name_ok(name))
			return err_set(err,
				       "LISTEN_FDNAMES: %u names are expected, "
				       "of 1 to %d printable characters",
				       n, FDNAME_MAX);
		names[found++] = name;
	}
	if (found == n)
		return 0;
	return err_set(err, "LISTEN_FDNAMES: %u names for %u descriptors",
		       found, n);
}

enum passed_kind
fdnames_kind(const char *name)
{
	unsigned kind = 0;

	for (; kind < PASSED_KINDS; kind++)
		if (strcmp(name, words[kind]) == 0)
			return kind;
	for (; kind < PASSED_NONE; kind++)
		if (strncmp(name, words[kind], strlen(words[kind])) == 0)
			return kind;
	return PASSED_NONE;
}

/* ------------------------------------------------------- what was kept -- */

/* The rest of a name of this kind, or NULL. */
static const char *
rest_of(const char *name, enum passed_kind kind)
{
	return fdnames_kind(name) == kind ? name + strlen(words[kind]) : NULL;
}

int
stored_listen_read(const char *name, struct stored_listen *l)
{
	const char *p = rest_of(name, PASSED_LISTEN);
	char word[16];

	if (p == NULL || take_word(&p, "abcdefghijklmnopqrstuvwxyz", word,
				   sizeof(word)) == -1)
		return -1;
	l->kind = fdnames_kind(word);
	if (l->kind > PASSED_METRICS)
		return -1;
	return take_u32(&p, '\0', &l->number);
}

void
stored_listen_write(char name[FDNAME_MAX + 1], const struct stored_listen *l)
{
	snprintf(name, FDNAME_MAX + 1, "%s%s.%" PRIu32, words[PASSED_LISTEN],
		 words[l->kind], l->number);
}

int
stored_segment_read(const char *name, uint32_t *number)
{
	const char *p = rest_of(name, PASSED_SEGMENT);

	return p == NULL ? -1 : take_u32(&p, '\0', number);
}

void
stored_segment_write(char name[FDNAME_MAX + 1], uint32_t number)
{
	snprintf(name, FDNAME_MAX + 1, "%s%" PRIu32, words[PASSED_SEGMENT],
		 number);
}

/* "3.4.9": each once, or two descriptors would be one. */
static int
take_segments(const char *p, struct stored_site *s)
{
	for (s->nsegments = 0; *p != '\0'; s->nsegments++) {
		char end = strchr(p, '.') != NULL ? '.' : '\0';
		uint32_t n;

		if (s->nsegments == SEGMENTS_MAX ||
		    take_u32(&p, end, &n) == -1 || (end == '.' && *p == '\0'))
			return -1;
		for (unsigned i = 0; i < s->nsegments; i++)
			if (s->segment[i] == n)
				return -1;
		s->segment[s->nsegments] = n;
	}
	return s->nsegments > 0 ? 0 : -1;
}

int
stored_site_read(const char *name, struct stored_site *s)
{
	const char *p = rest_of(name, PASSED_SITE);

	memset(s, 0, sizeof(*s));
	if (p == NULL || take_u32(&p, '.', &s->number) == -1 ||
	    take_word(&p, "abcdefghijklmnopqrstuvwxyz0123456789", s->format,
		      sizeof(s->format)) == -1 ||
	    take_number(&p, '.', 16, UINT64_MAX, &s->settings) == -1 ||
	    take_word(&p, "0123456789abcdef", s->commit, sizeof(s->commit)) ==
		-1 ||
	    take_u32(&p, '.', &s->articles) == -1 ||
	    take_u32(&p, '.', &s->pages) == -1 ||
	    take_u32(&p, '.', &s->problems) == -1)
		return -1;
	return take_segments(p, s);
}

void
stored_site_write(char name[FDNAME_MAX + 1], const struct stored_site *s)
{
	size_t room = FDNAME_MAX + 1;
	int n = snprintf(name, room,
			 "%s%" PRIu32 ".%s.%" PRIx64 ".%s.%" PRIu32 ".%" PRIu32
			 ".%" PRIu32,
			 words[PASSED_SITE], s->number, s->format, s->settings,
			 s->commit, s->articles, s->pages, s->problems);

	for (unsigned i = 0; i < s->nsegments && n > 0 && (size_t)n < room; i++)
		n += snprintf(name + n, room - (size_t)n, ".%" PRIu32,
			      s->segment[i]);
}
