/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "dialect.h"

#include <string.h>
#include <strings.h>

#include "media.h"
#include "path.h"
#include "template.h"

/* ---- which dialect ---- */

static int
is_one_of(struct slice path, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_is(path, names[i]))
			return 1;
	return 0;
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
is_jekyll_setting(struct slice path)
{
	static const char *const names[] = {"_config.toml", "_config.yaml",
					    "_config.yml"};

	return is_one_of(path, names, COUNT(names));
}

static int
is_hugo_setting(struct slice path)
{
	static const char *const names[] = {
	    "config.json", "config.toml", "config.yaml",
	    "config.yml",  "hugo.json",	  "hugo.toml",
	    "hugo.yaml",   "hugo.yml",	  "zola.toml"};

	return is_one_of(path, names, COUNT(names)) ||
	       slice_begins(path, "config/_default/");
}

void
dialect_find(struct site *s)
{
	struct slice setting = slice_of("");
	int content = 0, posts = 0, layouts = 0;
	size_t i;

	for (i = 0; i < s->nfiles; i++) {
		struct slice path = s->files[i].path;

		content |= slice_begins(path, "content/");
		if (is_hugo_setting(path) && setting.len == 0)
			setting = path;
		posts |= slice_begins(path, "_posts/");
		layouts |= slice_begins(path, "_layouts/");
		if (is_jekyll_setting(path))
			s->dialect = DIALECT_JEKYLL;
	}
	if (posts && layouts)
		s->dialect = DIALECT_JEKYLL;
	if (content && setting.len > 0) {
		s->dialect = DIALECT_HUGO;
		model_notice(s, SEVERITY_WARNING, setting,
			     "a repository for Hugo or Zola: of its files only "
			     "those below content/ and static/ are published");
	}
}

/* ---- what a file is ---- */

static int
is_jekyll_furniture(struct slice path)
{
	static const char *const below[] = {
	    "_data/", "_drafts/", "_includes/",	   "_layouts/", "_plugins/",
	    "_sass/", "_site/",	  "node_modules/", "vendor/"};
	static const char *const names[] = {"Gemfile", "Gemfile.lock",
					    "Rakefile"};
	size_t i;

	for (i = 0; i < COUNT(below); i++)
		if (slice_begins(path, below[i]))
			return 1;
	return is_one_of(path, names, COUNT(names)) ||
	       (path.data[0] == '_' &&
		memchr(path.data, '/', path.len) == NULL) ||
	       slice_ends(path, ".gemspec");
}

int
dialect_is_for_people(struct slice path)
{
	static const char *const stems[] = {
	    "AUTHORS",	    "CHANGELOG",    "CODEOWNERS",     "CODE_OF_CONDUCT",
	    "CONTRIBUTING", "CONTRIBUTORS", "COPYING",	      "COPYRIGHT",
	    "LICENCE",	    "LICENSE",	    "LICENSE-APACHE", "LICENSE-MIT",
	    "MAINTAINERS",  "NOTICE",	    "README",	      "SECURITY"};
	static const char *const names[] = {
	    "CNAME",	    "Containerfile",	  "Dockerfile",
	    "GNUmakefile",  "Justfile",		  "Makefile",
	    "compose.yaml", "docker-compose.yml", "flake.lock",
	    "flake.nix",    "netlify.toml",	  "package-lock.json",
	    "package.json"};
	const char *dot = memchr(path.data, '.', path.len);
	size_t i, n = dot != NULL ? (size_t)(dot - path.data) : path.len;

	for (i = 0; i < COUNT(stems); i++)
		if (strlen(stems[i]) == n &&
		    strncasecmp(stems[i], path.data, n) == 0)
			return memchr(path.data, '/', path.len) == NULL;
	return is_one_of(path, names, COUNT(names));
}

static int
is_furniture(enum dialect dialect, struct slice path)
{
	switch (dialect) {
	case DIALECT_HUGO:
		return !slice_begins(path, "content/") &&
		       !slice_begins(path, "static/");
	case DIALECT_JEKYLL:
		return is_jekyll_furniture(path);
	default:
		return 0;
	}
}

/* What readers get as it is, beside the article that shows it. */
static int
is_asset(struct slice path)
{
	static const char *const classes[] = {"image/", "audio/", "video/",
					      "font/"};
	static const char *const types[] = {
	    "application/epub+zip",
	    "application/gzip",
	    "application/java-archive",
	    "application/pdf",
	    "application/postscript",
	    "application/vnd.android.package-archive",
	    "application/vnd.debian.binary-package",
	    "application/vnd.ms-fontobject",
	    "application/x-7z-compressed",
	    "application/x-bzip2",
	    "application/x-tar",
	    "application/x-xz",
	    "application/zip",
	    "application/zstd"};
	const char *type = media_by_path(path)->type;
	size_t i;

	for (i = 0; i < COUNT(classes); i++)
		if (strncmp(type, classes[i], strlen(classes[i])) == 0)
			return 1;
	return is_one_of(slice_of(type), types, COUNT(types));
}

/* _index.md, and _index.fr.md */
static int
is_section(struct slice path)
{
	struct slice base = path_base(path);

	return slice_begins(base, "_index.") &&
	       (slice_ends(base, ".md") || slice_ends(base, ".markdown"));
}

/* Files that must be at the root of a site to be of use there, and are served
 * as they are; RFC 8615 has a directory for more of them. */
static int
is_wellknown(struct slice path)
{
	static const char *const names[] = {
	    "apple-touch-icon.png", "favicon.ico", "favicon.png",
	    "favicon.svg",	    "humans.txt",  "robots.txt"};

	return is_one_of(path, names, COUNT(names)) ||
	       slice_begins(path, ".well-known/");
}

/* Copies that editors and version control leave beside an article. */
static int
is_leftover(struct slice path)
{
	static const char *const endings[] = {"~", ".bak", ".orig", ".rej"};
	struct slice base = path_base(path);
	size_t i;

	for (i = 0; i < COUNT(endings); i++)
		if (slice_ends(base, endings[i]))
			return 1;
	return base.len > 1 && base.data[0] == '#' && slice_ends(base, "#");
}

static int
is_hidden(struct slice path)
{
	return (slice_begins(path, ".") &&
		!slice_begins(path, ".well-known/")) ||
	       memmem(path.data, path.len, "/.", 2) != NULL;
}

enum file_kind
dialect_kind(const struct site *s, struct slice path)
{
	struct slice place = dialect_place(s, path);

	if (dotconfig_is_setting(path))
		return FILE_SETTING;
	if (slice_is(place, "_redirects") || slice_is(place, "_headers"))
		return FILE_RULES;
	if (template_is_path(path))
		return FILE_TEMPLATE;
	if (is_hidden(place))
		return FILE_HIDDEN;
	if (is_wellknown(place))
		return FILE_STATIC;
	if (is_furniture(s->dialect, path))
		return FILE_HIDDEN;
	if (slice_begins(path, "static/") || is_asset(path) ||
	    (s->dialect == DIALECT_JEKYLL && slice_begins(path, "assets/")))
		return FILE_STATIC;
	if (is_leftover(path))
		return FILE_HIDDEN;
	return is_section(path) ? FILE_SECTION : FILE_ARTICLE;
}

/* Hugo and Zola have what is below content/ and static/ at the top; the style
 * sheet is asked for where Canopy has it. */
struct slice
dialect_place(const struct site *s, struct slice path)
{
	static const char *const tops[] = {"content/", "static/"};
	size_t i, n;

	if (s->dialect != DIALECT_HUGO || slice_is(path, OWN_STYLE))
		return path;
	for (i = 0; i < COUNT(tops); i++) {
		n = strlen(tops[i]);
		if (slice_begins(path, tops[i]))
			return (struct slice){path.data + n, path.len - n};
	}
	return path;
}
