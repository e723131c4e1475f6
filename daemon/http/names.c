/* SPDX-License-Identifier: ISC */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "field.h"

#define NAME_LEN_MAX 256 /* more than any DNS name has */

struct names {
	char **name; /* lower case, sorted */
	size_t n;
	char last[NAME_LEN_MAX]; /* an authority that was found good */
	size_t last_len;
};

struct names *
names_new(void)
{
	return xcalloc(1, sizeof(struct names));
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n; i++)
		free(n->name[i]);
	free(n->name);
	free(n);
}

/* Without the dot that a fully qualified name may end in.  -1: too long. */
static int
copy_lower(char out[NAME_LEN_MAX], struct slice s)
{
	if (s.len > 0 && s.data[s.len - 1] == '.')
		s.len--;
	if (s.len >= NAME_LEN_MAX)
		return -1;
	for (size_t i = 0; i < s.len; i++)
		out[i] = field_lower(s.data[i]);
	out[s.len] = '\0';
	return 0;
}

/* The place of the name, or the one where it belongs. */
static size_t
find(const struct names *n, const char *name, int *found)
{
	size_t low = 0, high = n->n;

	*found = 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(name, n->name[mid]);

		if (c == 0) {
			*found = 1;
			return mid;
		}
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

void
names_add(struct names *n, struct slice name)
{
	char text[NAME_LEN_MAX];
	size_t at;
	int found;

	if (copy_lower(text, name) == -1 || strlen(text) == 0)
		return;
	at = find(n, text, &found);
	if (found)
		return;
	n->name = xreallocarray(n->name, n->n + 1, sizeof(*n->name));
	memmove(n->name + at + 1, n->name + at, (n->n - at) * sizeof(*n->name));
	n->name[at] = xstrndup(text, strlen(text));
	n->n++;
}

static int
is_address(const char *host)
{
	size_t n = strspn(host, "0123456789.");

	return host[0] == '[' || (n > 0 && host[n] == '\0');
}

static int
is_listed(const struct names *n, char *host)
{
	char *dot;
	int found;

	find(n, host, &found);
	dot = strchr(host, '.');
	if (found || dot == NULL || dot == host)
		return found;
	dot[-1] = '*'; /* a wildcard is for one label (RFC 6125, 6.4.3) */
	find(n, dot - 1, &found);
	return found;
}

int
names_has(struct names *n, struct slice authority)
{
	struct slice host = authority, port;
	char text[NAME_LEN_MAX];

	if (n->n == 0 || authority.len == 0 ||
	    (authority.len == n->last_len &&
	     memcmp(authority.data, n->last, n->last_len) == 0))
		return 1;
	if (authority.data[0] != '[')
		field_cut(authority, ':', &host, &port);
	if (copy_lower(text, host) == -1 ||
	    !(is_address(text) || strcmp(text, "localhost") == 0 ||
	      is_listed(n, text)))
		return 0;
	if (authority.len <= sizeof(n->last)) {
		memcpy(n->last, authority.data, authority.len);
		n->last_len = authority.len;
	}
	return 1;
}
