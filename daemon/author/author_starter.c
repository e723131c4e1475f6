/* SPDX-License-Identifier: ISC */
#include "author_starter.h"

#define README                                                               \
	"# @NAME@\n"                                                         \
	"\n"                                                                 \
	"The files of a blog, published by blogd.\n"                         \
	"\n"                                                                 \
	"    blogd preview        shows it at http://localhost:8080/ while " \
	"you write\n"                                                        \
	"    blogd new \"A title\"  begins an article\n"                     \
	"    blogd check          says what is wrong with it\n"              \
	"\n"                                                                 \
	"Articles are Markdown files with a header; their address is their " \
	"path without\n"                                                     \
	"`.md`. Pictures and downloads are in `static/`. What is in "        \
	"`.config/` holds for\n"                                             \
	"the whole blog:\n"                                                  \
	"\n"                                                                 \
	"| | |\n"                                                            \
	"|---|---|\n"                                                        \
	"| `blog_name` | the name at the top of each page |\n"               \
	"| `index_page` | the page or directory that is shown first |\n"     \
	"| `root` | the address where it will be published |\n"              \
	"| `author` | who wrote what does not say so |\n"                    \
	"| `uuid` | what makes the entries of the feed yours: keep it |\n"   \
	"\n"                                                                 \
	"This file has no header, so it is not published.\n"

#define ABOUT                                                              \
	"---\n"                                                            \
	"title: About\n"                                                   \
	"---\n"                                                            \
	"Who writes here, and what about. The file is called `About.md`, " \
	"so the page is at\n"                                              \
	"`/About`, and because it is in no directory, it is in the menu.\n"

#define FIRST                                                                 \
	"---\n"                                                               \
	"title: The first article\n"                                          \
	"date: @DATE@\n"                                                      \
	"tags: meta, writing\n"                                               \
	"abstract: What an article looks like, explained in one.\n"           \
	"---\n"                                                               \
	"The lines above, between two lines of `---`, are the header. Only "  \
	"the title is\n"                                                      \
	"needed; `date` is when the article appears (without one it is the "  \
	"day it was\n"                                                        \
	"committed), and a line `draft: true` keeps it to yourself.\n"        \
	"\n"                                                                  \
	"## Text\n"                                                           \
	"\n"                                                                  \
	"Below it is Markdown, as GitHub knows it: *emphasis*, **more of "    \
	"it**, `code`,\n"                                                     \
	"a footnote[^1], and a [link to another file](../About.md) by its "   \
	"name.\n"                                                             \
	"\n"                                                                  \
	"| a table | of two |\n"                                              \
	"|---------|-------:|\n"                                              \
	"| with    |      4 |\n"                                              \
	"| cells   |        |\n"                                              \
	"\n"                                                                  \
	"> [!TIP]\n"                                                          \
	"> `blogd preview` shows this page while you change it.\n"            \
	"\n"                                                                  \
	"## A picture\n"                                                      \
	"\n"                                                                  \
	"![Hills below a rising sun](../static/hills.svg)\n"                  \
	"\n"                                                                  \
	"It is in `static/`. The words in brackets are for those who cannot " \
	"see it.\n"                                                           \
	"\n"                                                                  \
	"[^1]: Which is down here.\n"

#define HILLS                                                               \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" "          \
	"height=\"240\" viewBox=\"0 0 640 240\">\n"                         \
	"<title>Hills below a rising sun</title>\n"                         \
	"<path fill=\"#fbe3c0\" d=\"M0 0h640v240H0z\"/>\n"                  \
	"<circle cx=\"430\" cy=\"120\" r=\"52\" fill=\"#f2a65a\"/>\n"       \
	"<path fill=\"#8aa68a\" d=\"M0 170q120-80 260-20t380-30v120H0z\"/>" \
	"\n"                                                                \
	"<path fill=\"#4c6b5b\" d=\"M0 200q180-60 330-10t310-20v70H0z\"/>"  \
	"\n"                                                                \
	"</svg>\n"

const struct author_starter_file author_starter[] = {
    {"README.md", README},
    {"About.md", ABOUT},
    {"Posts/first-article.md", FIRST},
    {"static/hills.svg", HILLS},
    {".config/blog_name", "@NAME@\n"},
    {".config/index_page", "Posts\n"},
    {".config/root", "https://blog.example.org\n"},
    {".config/author", "@AUTHOR@\n"},
    {".config/uuid", "@UUID@\n"}};

const size_t author_nstarter =
    sizeof(author_starter) / sizeof(author_starter[0]);
