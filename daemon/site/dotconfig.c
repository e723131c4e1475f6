/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "model.h"
#include "url.h"
#include "uuid.h"

static const char *const settings[] = {
    ".config/blog_name", ".config/index_page", ".config/root", ".config/uuid"};

int
dotconfig_is_setting(struct slice path)
{
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (slice_is(path, settings[i]))
			return 1;
	return 0;
}

/* The operator's word, else the repository's, else the default. */
static struct slice
setting(const struct site *s, const char *configured, const char *path,
	const char *otherwise)
{
	size_t i;

	if (configured[0] != '\0')
		return slice_of(configured);
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].kind == FILE_SETTING &&
		    slice_is(s->files[i].path, path) &&
		    s->files[i].value.len > 0)
			return s->files[i].value;
	return slice_of(otherwise);
}

static void
read_root(struct site *s)
{
	struct slice root =
	    setting(s, s->set.url, ".config/root", "http://localhost");
	struct buf b = {0};

	while (root.len > 0 && root.data[root.len - 1] == '/')
		root.len--;
	if (!url_is_root(root)) {
		model_notice(
		    s, slice_of(".config/root"),
		    "not an http or https address (scheme://host, perhaps "
		    "with port and path); using http://localhost");
		root = slice_of("http://localhost");
	}
	buf_add(&b, root.data, root.len);
	buf_char(&b, '\0');
	s->root = region_take(&s->region, &b);
	s->root.len--;
	s->prefix = url_root_path(s->root);
	buf_free(&b);
}

static void
derive_uuid(struct site *s)
{
	char text[UUID_TEXT + 1];

	uuid_format(uuid_v5(uuid_url, s->root), text);
	s->uuid = region_copy(&s->region, slice_of(text));
	model_notice(
	    s, slice_of(".config/uuid"),
	    "missing, so the feed's ids come from the address of the site; to "
	    "keep them when that changes, write %s into this file",
	    text);
}

static void
read_index(struct site *s)
{
	s->index = setting(s, s->set.index_page, ".config/index_page", "Index");
	while (s->index.len > 0 && s->index.data[0] == '/') {
		s->index.data++;
		s->index.len--;
	}
	while (s->index.len > 0 && s->index.data[s->index.len - 1] == '/')
		s->index.len--;
}

void
dotconfig_read(struct site *s)
{
	s->name = setting(s, s->set.name, ".config/blog_name", "Canopy");
	read_root(s);
	read_index(s);
	s->uuid = setting(s, "", ".config/uuid", "");
	if (s->uuid.len == 0)
		derive_uuid(s);
	else if (!uuid_is_text(s->uuid))
		model_notice(
		    s, slice_of(".config/uuid"),
		    "not a UUID; the feed's own id is derived from it");
}
