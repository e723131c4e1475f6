/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MODEL_H
#define BLOGD_MODEL_H

#include "date.h"
#include "digest.h"
#include "items.h"
#include "region.h"
#include "site.h"
#include "uuid.h"

/*
 * What site/ knows while it builds one site.  Slices point into the source, the
 * previous catalogue or snapshot, or the site's region; all live as long as the
 * site.  Bytes from the repository are kept as they are and escaped where they
 * are written.
 */

/* To be raised whenever the same input would make other pages than before; the
 * package's version counts as well. */
#define SITE_FORMAT 9

struct spoken;

enum file_kind {
	FILE_HIDDEN,   /* a name that begins with a dot: none of our business */
	FILE_SETTING,  /* .config/... */
	FILE_TEMPLATE, /* .templates/... */
	FILE_STATIC,
	FILE_ARTICLE,
	FILE_REDIRECT,
	FILE_LEFT_OUT,
	FILE_RULES,   /* _redirects, _headers */
	FILE_SECTION, /* _index.md: of a directory, title and description */
	FILE__MAX
};

struct file {
	const struct source_file *src;
	struct slice path; /* in the repository */
	enum file_kind kind;
	struct slice value;  /* the text of a setting, a template or of rules,
				a redirect's target, a section's title and
				description with a line break between */
	struct buf problems; /* reported lines, for the catalogue: "0" or "1"
				for the severity before each */
	struct article *article;
	uint32_t width, height; /* of an image; 0: not known */
	struct slice place;	/* its path within the site */
	struct slice exact;	/* "/" place */
	struct slice address;	/* where it is served; empty: nowhere */
	struct slice *others;	/* addresses that lead there */
	size_t nothers;
	struct slice known; /* where the previous snapshot has it, or empty */
};

enum article_text { TEXT_BODY, TEXT_ABSTRACT, TEXT_AUTHOR, TEXT__MAX };

#define RELATED_MAX 3

struct article {
	struct file *file;
	int64_t created, updated; /* as pages show them: git's, unless the
				     header says otherwise */
	int64_t said_created, said_updated; /* by the header, or DATE_NONE */
	int64_t created_zone, updated_zone; /* seconds ahead of UTC: the days
					       that pages show are theirs */
	int64_t publish, expires;	    /* DATE_NONE: at once, never */
	int64_t draft;			    /* 1: never shown */
	int64_t toc;			    /* 0, 1, or -1: not said */
	int64_t weight; /* 0: not said; those that have one come first */
	struct slice title, author_url, abstract;
	struct slice said_authors; /* by the header, or empty */
	struct slice authors;	   /* a list (items.h): one is Markdown, several
				      are names */
	struct slice tag_line;	   /* a list, categories too */
	struct slice permalink;	   /* an address that the header gives, or "" */
	struct slice slug;	   /* the last element of it, or "" */
	struct slice aliases;	   /* a list of further addresses */
	struct slice jekyll;	   /* the address Jekyll gives to it, or "" */
	struct slice implied;  /* a list: others that it may have had there */
	struct slice lang;     /* BCP 47, or "" */
	struct slice image;    /* a reference, as in the text, or "" */
	int mark;	       /* of the preview: see preview.h */
	struct slice unmarked; /* the title without it */
	int hidden;	       /* a draft, not yet or no longer to be shown */
	struct slice source; /* of the body; empty when it is known rendered */
	struct slice html[TEXT__MAX];
	struct slice notes; /* what the worker noticed in the body, beside its
			       HTML: see markdown.h */
	struct slice abstract_html;  /* as the worker wrote it; in html[] its
					references are resolved */
	struct slice abstract_notes; /* what it noticed in it */
	uint64_t author_flags;	     /* enum of notes.h, of the author's text */
	struct slice tokens;	   /* the body's words, as the worker told them
				      (searchtokens.h); empty when it did not */
	uint8_t result[TEXT__MAX]; /* enum markdown_result */
	struct slice *tags;	   /* the items of tag_line */
	size_t ntags;
	uint64_t body_line;   /* of the file, from 1 */
	struct slice spliced; /* lengths of references, see resolve.h */
	char *own_body;	      /* the memory of html[TEXT_BODY], or NULL */
	uint8_t references[DIGEST_LEN]; /* of what they lead to */
	struct slice picture; /* the image for where it is shown small, as it
				 stands in HTML: absolute, or a path with the
				 prefix; empty: none */
	uint64_t body_off; /* of html[TEXT_BODY] in the article's page; 0: it is
			      not there, or not known yet */
	struct uuid id;	   /* of its entry in feeds */
	int body_sought;   /* it is known */
	uint8_t digest[DIGEST_LEN];

	/* What follows from the others, when the site is linked. */
	struct slice url;	  /* absolute, encoded */
	struct slice speaks;	  /* its language */
	const struct spoken *say; /* the words of that */
	struct member *tagged;	  /* by tag, ntags */
	struct member *written;	  /* by author */
	size_t nauthors;
	struct article *previous, *next;
	struct article *related[RELATED_MAX];
	size_t nrelated;
	struct article **translations; /* all of one text, itself too */
	size_t ntranslations;
	uint8_t card[DIGEST_LEN]; /* of what others show of it */
};

/* An article's place in one of the lists that it is in. */
struct member {
	struct tag *tag;
	size_t at;
};

struct text {
	struct article *article;
	enum article_text which;
};

struct menu_item {
	struct slice name, address;
};

enum page_kind {
	PAGE_ARTICLE,
	PAGE_HOME,    /* "/": an article */
	PAGE_LISTING, /* a directory, or "/" with all */
	PAGE_TAGS,
	PAGE_TAG,
	PAGE_FEED, /* Atom */
	PAGE_FEED_JSON,
	PAGE_SITEMAP, /* or the index of several */
	PAGE_ROBOTS,
	PAGE_OPENSEARCH,
	PAGE_ICON,
	PAGE_AUTHORS,
	PAGE_AUTHOR,
	PAGE_ARCHIVE, /* all years, or one */
	PAGE_SEARCH,  /* results are put in by serve */
	PAGE_REDIRECT,
	PAGE_REDIRECT_BELOW, /* of all addresses below one */
	PAGE_STATIC,
	PAGE_STYLE,
	PAGE_NOT_FOUND,
	PAGE_PREVIEW /* see preview.h */
};

/* Whether a page is left out when another has its address. */
enum gives_way {
	STAYS,	       /* a file's, or at an address that is reserved */
	GIVES_WAY,     /* made by blogd, at an address that is not reserved */
	GIVES_WAY_LAST /* even to those */
};

#define ARCHIVE_MAX 500 /* articles; beyond, each year has its own page */

struct page {
	struct site_page pub;
	enum page_kind kind;
	enum gives_way gives_way;
	struct slice name; /* of the directory, tag, author or year; where a
			      PAGE_REDIRECT_BELOW leads */
	const struct file *file;
	struct article **list; /* the articles it shows, in order */
	size_t nlist;
	struct slice of;    /* a feed: the address of the page it belongs to */
	size_t part, parts; /* a feed: page number, from 1, and how many pages;
			       a sitemap: 0 is the only one or the index */
	size_t line;	    /* a redirect: in which line of _redirects; or 0 */
	int whole;	    /* a feed: with the texts */
	struct tag *tag;    /* PAGE_TAG, PAGE_AUTHOR */
	struct slice base;  /* address of a listing's first page */
	size_t number, count;		 /* of the pages of a listing, from 1 */
	const struct directory *section; /* what its _index.md says */
};

/* A tag or an author, and the articles, newest first. */
struct tag {
	struct slice name;
	struct slice address; /* empty: such a name can have no page */
	struct article **list;
	size_t nlist;
};

enum dialect { DIALECT_CANOPY, DIALECT_JEKYLL, DIALECT_HUGO };

#define OWN_STYLE "static/css/style.css"
/* The articles of a year, newest first. */
struct year {
	struct slice name;    /* "2026" */
	struct slice address; /* "/archive/2026" */
	struct article **list;
	size_t nlist;
};

struct site {
	struct render_settings set;
	const struct source *src;
	struct snapshot *previous;
	site_report_fn *report;
	void *ctx;
	size_t nproblems;
	struct region region;
	struct region tokens;  /* of the articles, until the search index is
				  made */
	struct region scratch; /* of the page that is made */
	struct search_doc *search_docs; /* their keys, newest first */
	uint8_t key[DIGEST_LEN]; /* of what the rendered texts depend on */

	enum dialect dialect;
	int index_optional; /* nobody said what the first page is */
	struct file *files;
	size_t nfiles;
	struct article **articles; /* by path */
	size_t narticles;
	struct text *texts;
	size_t ntexts, captexts;

	struct slice name, index, uuid;
	struct slice author, description, lang; /* defaults; may be empty, but
						   lang */
	size_t per_page;			/* articles on a listing page */
	struct slice root;   /* public base, no slash at the end; a NUL
				follows it */
	struct slice prefix; /* its path: "" or "/blog" */

	struct article **shown;	 /* those with an address, by path */
	struct article **newest; /* the same, newest first */
	size_t nshown;
	size_t nhidden;	     /* articles that are not to be shown now */
	int64_t next_change; /* see site_next_change */
	struct menu_item *menu;
	size_t nmenu;
	struct tag *tags; /* by name */
	size_t ntags;
	struct slice icon;	    /* its address */
	struct slice logo;	    /* the same, or empty */
	const struct article *home; /* "/" shows it, or NULL */
	int searchable;		    /* serve answers at /search */
	int own_style;	     /* the repository has static/css/style.css */
	struct tag *authors; /* by name */
	size_t nauthors;
	struct year *years; /* newest first */
	size_t nyears;
	struct saying *saying;	  /* see say.h */
	struct slice said_words;  /* .config/words */
	const struct spoken *say; /* the words of its language */
	struct templates *templates;
	int inline_style;    /* pages hold our style sheet */
	struct slice policy; /* then: the policy that allows it */
	struct page *pages;
	size_t npages, cappages;
	const struct buf *said; /* problems, for the preview; NULL: none */
	struct slice said_list; /* the same as HTML; empty: none */
	uint8_t generation[DIGEST_LEN]; /* of all pages, for the preview */
	uint8_t frame[DIGEST_LEN];	/* of what every HTML page shows */
};

/* Reports "path:line:col: message" and remembers it for the next run. */
void model_problem(struct site *s, struct file *f, enum severity severity,
		   size_t line, size_t column, const char *message);
/* The same for what depends on other files, or is no file: not remembered. */
void model_notice(struct site *s, enum severity severity, struct slice path,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void model_notice_at(struct site *s, enum severity severity, struct slice path,
		     size_t line, size_t column, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* ---- articles (article.c) ---- */

struct article *article_new(struct site *s, struct file *f);
/* Takes over what the last run knew of the same file. */
void article_recall(struct article *a, const struct article *known);
/* What follows from the fields: the array of tags, the dates. */
void article_complete(struct site *s, struct article *a);
/* The author, should the header have none: once the settings are known. */
void article_authors(struct site *s);
/* Lists the texts that are not known yet; an author without markup is done at
 * once. */
void article_queue(struct site *s, struct article *a);
void article_text_done(struct site *s, struct article *a,
		       enum article_text which, enum markdown_result result,
		       struct slice html, struct slice notes);

/* The body is this memory from now on, which the article frees. */
void article_own_body(struct article *a, char *html, size_t len);

/* Appends HTML's text: tags out, references that we write decoded. */
void html_to_text(struct buf *out, struct slice html);

/* The value of the first href in HTML that we wrote, as it stands in its
 * attribute; may be empty. */
struct slice html_first_href(struct slice html);

/* ---- files (files.c) ---- */

/* Decides what every file is.  -1 with err. */
int files_read(struct site *s, struct slice catalogue, struct err *err);

/* Once addresses are given out: -1 with err when a file is shown of which
 * nobody has the bytes, as it was left out the last time. */
int files_check(const struct site *s, struct err *err);

/* ---- times (when.c) ---- */

/* Decides which articles are hidden now, and when that changes. */
void when_hide(struct site *s);

/* ---- settings (dotconfig.c) ---- */

void dotconfig_read(struct site *s);
int dotconfig_is_setting(struct slice path);

/* ---- addresses and pages (link.c, plan.c, tags.c, recipe.c) ---- */

struct directory {
	struct slice path;		 /* without slashes at its ends */
	size_t first, n;		 /* range of s->shown */
	struct slice title, description; /* of its section, or empty */
};

/* Gives every file its address; what has none was reported.  Fills shown and
 * newest. */
void link_addresses(struct site *s);
/* The same for the files that have an exact one (claims.c). */
void claim_addresses(struct site *s, const struct directory *dirs,
		     size_t ndirs);
/* Directories with articles below, by path; the caller frees it. */
struct directory *link_directories(struct site *s, struct article **list,
				   size_t n, size_t *ndirs);
/* "/" and the path, in the site's region. */
struct slice link_with_slash(struct site *s, struct slice path);
/* Would this address collide with what is always there? */
int link_reserved(const struct site *s, struct slice address);
void link_menu(struct site *s);
/* Tags and authors, and which articles have them. */
void link_tags(struct site *s);
void link_authors(struct site *s);
/* How articles belong together (relate.c, translate.c). */
void relate_urls(struct site *s);
void relate_translations(struct site *s); /* the languages, too */
void relate_neighbours(struct site *s);
void relate_by_tags(struct site *s);
void relate_years(struct site *s);
#define PLAN_HTML "text/html; charset=utf-8"
void plan_pages(struct site *s);
/* Listings, tags, authors, the archive. */
void plan_lists(struct site *s);
/* Adds a page to be filled in; it moves when the next one is added. */
struct page *plan_add(struct site *s, enum page_kind kind, struct slice path,
		      const char *type);
/* Appends the address of a further page of a listing at base. */
void plan_page_address(struct buf *out, struct slice base, size_t number);
/* What it lists, and with it when it was modified. */
void plan_list(struct page *p, struct article **list, size_t n);
/* Shows a file of static/ at another address as well, should that be free. */
void plan_alias(struct site *s, const struct file *f, struct slice path);
/* The address of the file of this name: at the root, or below static/ and shown
 * at the root as well.  Empty: there is none. */
struct slice plan_own_file(struct site *s, const char *name);
/* The file of this path, or NULL. */
const struct file *plan_file(const struct site *s, struct slice path);
/* The page at this address, or NULL: once all are planned. */
const struct page *plan_find(const struct site *s, struct slice address);
/* The repository's own redirects and header fields (plan_rules.c): checks and
 * fields when all pages are planned. */
void plan_redirects(struct site *s);
/* Is what has no page redirected with all of its directory?  path: without its
 * first slash; when all pages are planned. */
int plan_is_redirected(const struct site *s, struct slice path);
/* For a site that becomes files. */
void plan_headers_file(struct site *s);
void plan_check_redirects(struct site *s);
void plan_fields(struct site *s);
void recipe_frame(struct site *s);
void recipe_article(struct article *a);
void recipe_page(struct site *s, struct page *p);
/* Says which articles have the same title (doubles.c). */
void doubles_report(struct site *s);
/* newest first, ties by path */
void articles_sort(struct article **list, size_t n);
/* the same, but before them those with a weight, the lightest first */
void articles_sort_weighted(struct article **list, size_t n);

/* ---- bodies ---- */

/* Our style in sheets, so that a page holds what it needs and no more. */
enum style_sheet {
	STYLE_BASE,   /* every page */
	STYLE_LIST,   /* lists of articles, tags */
	STYLE_TEXT,   /* articles: headings, code, what follows the text */
	STYLE_FIGURE, /* pictures, quotations, rules */
	STYLE_ASIDE,  /* contents, tables, tasks, alerts, footnotes */
	STYLE_CODE,   /* highlighted code */
	STYLE_MATH,
	STYLE__MAX
};
const char *style_sheet(enum style_sheet which);
/* All of them at one address, when pages link to it; and a policy that allows
 * them in pages. */
void style_write(struct buf *out);
struct slice style_address(struct region *r);
struct slice style_policy(struct region *r, const char *policy);

/* The body of a page of HTML.  offset: where the rendered body of an article
 * is in out; SIZE_MAX: nowhere. */
void page_write(struct site *s, const struct page *p, struct buf *out,
		size_t *offset);
/* One article in the list of results of a search. */
void page_write_result(struct site *s, const struct page *p,
		       const struct article *a, struct buf *out);

#endif
