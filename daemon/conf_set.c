/* SPDX-License-Identifier: ISC */
#include "conf_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_remote.h"
#include "conf_units.h"
#include "little.h"
#include "utf8.h"

void *
conf_option_field(struct draft *d, const struct conf_option *o)
{
	return (char *)d + o->offset;
}

typedef int parse_fn(const char *, uint64_t *, struct err *);

static int
parse_in_range(const struct conf_option *o, parse_fn *parse, const char *value,
	       uint64_t *n, struct err *err)
{
	uint64_t min = 0, max = 0;

	if (parse(value, n, err) == -1)
		return -1;
	parse(o->min, &min, NULL);
	parse(o->max, &max, NULL);
	if (*n > max)
		return err_set(err, "\"%s\" is too large: at most %s", value,
			       o->max);
	if (*n < min && !(*n == 0 && (o->flags & OPTION_ZERO)))
		return err_set(err, "\"%s\" is too small: at least %s%s", value,
			       o->min, o->flags & OPTION_ZERO ? ", or 0" : "");
	return 0;
}

/* The table's ranges keep every 32-bit field from overflowing. */
static void
store(struct draft *d, const struct conf_option *o, uint64_t n)
{
	uint32_t small = (uint32_t)n;

	if (o->size == sizeof(n))
		memcpy(conf_option_field(d, o), &n, sizeof(n));
	else
		memcpy(conf_option_field(d, o), &small, sizeof(small));
}

static int
set_number(struct draft *d, const struct conf_option *o, parse_fn *parse,
	   const char *value, struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, parse, value, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}

int
conf_set_count(struct draft *d, const struct conf_option *o, const char *value,
	       struct err *err)
{
	return set_number(d, o, conf_count, value, err);
}

int
conf_set_processes(struct draft *d, const struct conf_option *o,
		   const char *value, struct err *err)
{
	uint64_t max = 1;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (strcmp(value, "auto") != 0)
		return conf_set_count(d, o, value, err);
	conf_count(o->max, &max, NULL);
	little_look();
	if (n < 1 || little_is())
		n = 1;
	store(d, o, (uint64_t)n < max ? (uint64_t)n : max);
	return 0;
}

int
conf_set_switch(struct draft *d, const struct conf_option *o, const char *value,
		struct err *err)
{
	int on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return err_set(err, "\"%.128s\" is neither \"on\" nor \"off\"",
			       value);
	store(d, o, (uint64_t)on);
	return 0;
}

int
conf_set_size(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	return set_number(d, o, conf_size, value, err);
}

int
conf_set_ms(struct draft *d, const struct conf_option *o, const char *value,
	    struct err *err)
{
	return set_number(d, o, conf_duration, value, err);
}

int
conf_set_seconds(struct draft *d, const struct conf_option *o,
		 const char *value, struct err *err)
{
	uint64_t n;

	if (parse_in_range(o, conf_duration, value, &n, err) == -1)
		return -1;
	if (n % 1000 != 0)
		return err_set(err, "\"%s\" is no whole number of seconds",
			       value);
	store(d, o, n / 1000);
	return 0;
}

int
conf_set_text(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	size_t len = strlen(value);

	if (len >= o->size)
		return err_set(err, "too long: at most %zu bytes", o->size - 1);
	if (!utf8_valid(value, len))
		return err_set(err, "this is not valid UTF-8");
	memcpy(conf_option_field(d, o), value, len + 1);
	return 0;
}

/* "credential:NAME": a file that systemd has put into a directory of this
 * service's alone, systemd.exec(5). */
#define CREDENTIAL "credential:"

static int
is_credential_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")] ==
		   '\0';
}

static int
store_credential(const struct draft *d, char *to, const char *name,
		 struct err *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (!is_credential_name(name))
		return err_set(err,
			       "\"%.64s\" is no name of a credential: write "
			       "letters, digits, \"-\", \".\" and \"_\"",
			       name);
	if (d->opens_none)
		directory = "/";
	if (directory == NULL || directory[0] != '/')
		return err_set(
		    err,
		    "there are no credentials here: let the unit have "
		    "LoadCredential=%.64s:FILE (by hand, set "
		    "CREDENTIALS_DIRECTORY to a directory with a file "
		    "\"%.64s\")",
		    name, name);
	n = snprintf(to, PATH_LEN, "%s/%s", directory, name);
	if (n < 0 || n >= PATH_LEN)
		return err_set(err, "the path is too long: at most %d bytes",
			       PATH_LEN - 1);
	return 0;
}

int
conf_store_path(struct draft *d, char *to, const char *value, struct err *err)
{
	if (strncmp(value, CREDENTIAL, strlen(CREDENTIAL)) == 0)
		return store_credential(d, to, value + strlen(CREDENTIAL), err);
	if (value[0] == '~')
		return err_set(err,
			       "\"%.128s\": write the path out, \"~\" is "
			       "not known here",
			       value);
	if (value[0] == '\0')
		to[0] = '\0';
	else if (conf_path(to, PATH_LEN, d->base, value) == -1)
		return err_set(err, "the path is too long: at most %d bytes",
			       PATH_LEN - 1);
	return 0;
}

int
conf_set_path(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	return conf_store_path(d, conf_option_field(d, o), value, err);
}

int
conf_set_mode(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	uint64_t mode;

	if (conf_mode(value, &mode, err) == -1)
		return -1;
	store(d, o, mode);
	return 0;
}

int
conf_set_word(struct draft *d, const struct conf_option *o, const char *value,
	      struct err *err)
{
	uint64_t n;

	if (conf_word(value, o->min, &n, err) == -1)
		return -1;
	store(d, o, n);
	return 0;
}
