/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "lang.h"
#include "model.h"
#include "say.h"
#include "url.h"
#include "uuid.h"

enum setting {
	BLOG_NAME,
	INDEX_PAGE,
	ROOT,
	UUID,
	AUTHOR,
	DESCRIPTION,
	LANG,
	PER_PAGE,
	WORDS,
	SETTING__MAX
};

/* The files, and what is when they are not there. */
static const struct {
	const char *path, *otherwise;
} settings[] = {
    [BLOG_NAME] = {".config/blog_name", "Canopy"},
    [INDEX_PAGE] = {".config/index_page", "Index"},
    [ROOT] = {".config/root", "http://localhost"},
    [UUID] = {".config/uuid", ""},
    [AUTHOR] = {".config/author", ""},
    [DESCRIPTION] = {".config/description", ""},
    [LANG] = {".config/lang", "en"},
    [PER_PAGE] = {".config/per_page", "20"},
    [WORDS] = {".config/words", ""},
};

#define PER_PAGE_MAX 1000

int
dotconfig_is_setting(struct slice path)
{
	size_t i;

	for (i = 0; i < SETTING__MAX; i++)
		if (slice_is(path, settings[i].path))
			return 1;
	return 0;
}

/* The operator's word, else the repository's, else the default. */
static struct slice
setting(const struct site *s, const char *configured, enum setting which)
{
	size_t i;

	if (configured[0] != '\0')
		return slice_of(configured);
	for (i = 0; i < s->nfiles; i++)
		if (s->files[i].kind == FILE_SETTING &&
		    slice_is(s->files[i].path, settings[which].path) &&
		    s->files[i].value.len > 0)
			return s->files[i].value;
	return slice_of(settings[which].otherwise);
}

/* What is said of a setting's file. */
static void
complain(struct site *s, enum setting which, const char *message)
{
	model_notice(s, SEVERITY_WARNING, slice_of(settings[which].path), "%s",
		     message);
}

static void
read_root(struct site *s)
{
	struct slice root = setting(s, s->set.url, ROOT);
	struct buf b = {0};

	while (root.len > 0 && root.data[root.len - 1] == '/')
		root.len--;
	if (!url_is_root(root)) {
		complain(s, ROOT,
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
	if (s->set.preview) /* its address is nobody's */
		return;
	if (slice_is(s->root, settings[ROOT].otherwise)) {
		complain(s, UUID,
			 "missing, so the feed's ids come from the address of "
			 "the site, which is not known here: write it into "
			 ".config/root");
		return;
	}
	model_notice(
	    s, SEVERITY_WARNING, slice_of(".config/uuid"),
	    "missing, so the feed's ids come from the address of the site; to "
	    "keep them when that changes, write %s into this file",
	    text);
}

static void
read_index(struct site *s)
{
	s->index = setting(s, s->set.index_page, INDEX_PAGE);
	s->index_optional = s->index.data == settings[INDEX_PAGE].otherwise;
	if (s->dialect != DIALECT_CANOPY && s->index_optional)
		s->index = slice_of("index");
	while (s->index.len > 0 && s->index.data[0] == '/') {
		s->index.data++;
		s->index.len--;
	}
	while (s->index.len > 0 && s->index.data[s->index.len - 1] == '/')
		s->index.len--;
}

static void
read_uuid(struct site *s)
{
	s->uuid = setting(s, "", UUID);
	if (s->uuid.len == 0)
		derive_uuid(s);
	else if (!uuid_is_text(s->uuid))
		complain(s, UUID,
			 "not a UUID; the feed's own id is derived from it");
}

static void
read_lang(struct site *s)
{
	s->lang = setting(s, "", LANG);
	if (lang_is_tag(s->lang))
		return;
	complain(s, LANG,
		 "not a language tag such as \"en\" or \"pt-BR\"; using en");
	s->lang = slice_of(settings[LANG].otherwise);
}

static void
read_per_page(struct site *s)
{
	struct slice text = setting(s, "", PER_PAGE);
	size_t i, n = 0;

	for (i = 0; i < text.len && n <= PER_PAGE_MAX; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			break;
		n = 10 * n + (size_t)(text.data[i] - '0');
	}
	if (i < text.len || n < 1 || n > PER_PAGE_MAX) {
		complain(s, PER_PAGE, "not a number from 1 to 1000; using 20");
		n = 20;
	}
	s->per_page = n;
}

void
dotconfig_read(struct site *s)
{
	s->name = setting(s, s->set.name, BLOG_NAME);
	s->author = items_split(&s->region, setting(s, "", AUTHOR), '\n');
	s->description = setting(s, "", DESCRIPTION);
	read_root(s);
	read_index(s);
	read_uuid(s);
	read_lang(s);
	read_per_page(s);
	say_read(s, setting(s, "", WORDS));
}
