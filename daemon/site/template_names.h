/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TEMPLATE_NAMES_H
#define BLOGD_TEMPLATE_NAMES_H

/*
 * Every name that templates may use, and which object has it: the same list as
 * in blogd-templates(5), which a test compares with this one.  view_*.c give
 * the values.
 */

/* Sorted by bytes. */
/* clang-format off */
#define TEMPLATE_NAMES(X) \
	X(abstract) X(archive) X(article) X(articles) X(author) X(authors) \
	X(before) X(breadcrumbs) X(by) X(content) X(contents) X(count) \
	X(created) X(current) X(date) X(description) X(dir) X(feed) \
	X(feed_json) X(foreign) X(full_title) X(has_articles) \
	X(has_authors) X(has_breadcrumbs) X(has_neighbours) X(has_related) \
	X(has_tags) X(has_translations) X(heading) X(home) X(href) X(html) \
	X(icon) X(image) X(iso) X(json_ld) X(kind) X(lang) X(link) X(menu) \
	X(min_read) X(modified) X(more) X(name) X(neighbours) X(newer) \
	X(next) X(nothing) X(number) X(of) X(older) X(opensearch) X(page) \
	X(pages) X(path) X(previous) X(query) X(reading_time) X(related) \
	X(results) X(say) X(search) X(site) X(skip) X(styles) X(summary) \
	X(tag) X(tags) X(text) X(title) X(toc) X(translations) X(updated) \
	X(url) X(within) X(words) X(year) X(years)

/* VIEW_ARTICLE: the article of the page; VIEW_ENTRY: one in a list of pages;
 * VIEW_CARD: one that another leads to. */
#define TEMPLATE_OBJECTS(X) \
	X(ROOT) X(SITE) X(PAGE) X(ARTICLE) X(ENTRY) X(CARD) X(DATE) X(TAG) \
	X(AUTHOR) X(YEAR) X(LINK) X(SAY)

#define TEMPLATE_FIELDS(X) \
	X(ROOT, site) X(ROOT, page) X(ROOT, heading) X(ROOT, articles) \
	X(ROOT, tag) X(ROOT, author) X(ROOT, tags) X(ROOT, authors) \
	X(ROOT, years) X(ROOT, newer) X(ROOT, older) X(ROOT, number) \
	X(ROOT, count) X(ROOT, query) X(ROOT, summary) X(ROOT, results) \
	X(ROOT, has_articles) X(ROOT, say) X(SITE, name) \
	X(SITE, description) X(SITE, author) X(SITE, lang) X(SITE, dir) \
	X(SITE, url) X(SITE, home) X(SITE, menu) X(SITE, tags) \
	X(SITE, archive) X(SITE, authors) X(SITE, search) X(SITE, feed) \
	X(SITE, feed_json) X(SITE, opensearch) X(SITE, icon) X(SITE, say) \
	X(PAGE, kind) X(PAGE, title) X(PAGE, full_title) \
	X(PAGE, description) X(PAGE, url) X(PAGE, image) X(PAGE, article) \
	X(PAGE, newer) X(PAGE, older) X(PAGE, translations) \
	X(PAGE, breadcrumbs) X(PAGE, feed) X(PAGE, feed_json) \
	X(PAGE, styles) X(PAGE, json_ld) X(PAGE, has_breadcrumbs) \
	X(ARTICLE, title) X(ARTICLE, href) X(ARTICLE, url) X(ARTICLE, path) \
	X(ARTICLE, lang) X(ARTICLE, dir) X(ARTICLE, created) \
	X(ARTICLE, updated) X(ARTICLE, modified) X(ARTICLE, abstract) \
	X(ARTICLE, description) X(ARTICLE, image) X(ARTICLE, tags) \
	X(ARTICLE, authors) X(ARTICLE, words) X(ARTICLE, reading_time) \
	X(ARTICLE, content) X(ARTICLE, toc) X(ARTICLE, previous) \
	X(ARTICLE, next) X(ARTICLE, related) X(ARTICLE, translations) \
	X(ARTICLE, foreign) X(ARTICLE, has_tags) X(ARTICLE, has_authors) \
	X(ARTICLE, has_neighbours) X(ARTICLE, has_related) \
	X(ARTICLE, has_translations) X(ARTICLE, say) X(ENTRY, title) \
	X(ENTRY, href) X(ENTRY, url) X(ENTRY, path) X(ENTRY, lang) \
	X(ENTRY, dir) X(ENTRY, created) X(ENTRY, updated) \
	X(ENTRY, modified) X(ENTRY, abstract) X(ENTRY, description) \
	X(ENTRY, image) X(ENTRY, tags) X(ENTRY, authors) X(ENTRY, words) \
	X(ENTRY, reading_time) X(ENTRY, content) X(ENTRY, foreign) \
	X(ENTRY, has_tags) X(ENTRY, has_authors) X(ENTRY, say) \
	X(CARD, title) X(CARD, href) X(CARD, url) X(CARD, lang) \
	X(CARD, dir) X(CARD, created) X(CARD, abstract) X(CARD, foreign) \
	X(DATE, iso) X(DATE, date) X(DATE, text) X(DATE, year) X(TAG, name) \
	X(TAG, href) X(TAG, url) X(TAG, count) X(AUTHOR, name) \
	X(AUTHOR, href) X(AUTHOR, link) X(AUTHOR, page) X(AUTHOR, html) \
	X(AUTHOR, count) X(AUTHOR, before) X(YEAR, year) X(YEAR, href) \
	X(YEAR, count) X(YEAR, articles) X(YEAR, has_articles) \
	X(LINK, name) X(LINK, href) X(LINK, url) X(LINK, current) \
	X(LINK, within) X(SAY, archive) X(SAY, authors) X(SAY, breadcrumbs) \
	X(SAY, by) X(SAY, contents) X(SAY, feed) X(SAY, home) X(SAY, menu) \
	X(SAY, min_read) X(SAY, more) X(SAY, neighbours) X(SAY, newer) \
	X(SAY, next) X(SAY, nothing) X(SAY, of) X(SAY, older) X(SAY, page) \
	X(SAY, pages) X(SAY, previous) X(SAY, related) X(SAY, search) \
	X(SAY, skip) X(SAY, tags) X(SAY, translations) X(SAY, updated)
/* clang-format on */

#define TEMPLATE_ENUM_NAME(name) NAME_##name,
enum template_name { TEMPLATE_NAMES(TEMPLATE_ENUM_NAME) NAME__MAX };

#define TEMPLATE_ENUM_OBJECT(object) VIEW_##object,
enum view_type { TEMPLATE_OBJECTS(TEMPLATE_ENUM_OBJECT) VIEW__MAX };

#endif
