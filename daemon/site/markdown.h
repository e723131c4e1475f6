/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MARKDOWN_H
#define BLOGD_MARKDOWN_H

#include <stdint.h>

#include "../buf.h"

/* How the link beside a heading begins; its id follows. */
#define MARKDOWN_ANCHOR "<a class=\"anchor\" href=\"#"

/*
 * Markdown to HTML, within a budget, in a process that may be killed.  The
 * parser works in an arena that is dropped whole, whatever happens inside; CPU
 * time is watched by a timer whose handler jumps out.  After markdown_init
 * nothing here allocates from libc or needs a system call but setitimer.
 */
enum markdown_result {
	MARKDOWN_OK,
	MARKDOWN_TIME,	  /* used more than cpu_ms */
	MARKDOWN_MEMORY,  /* wanted more than the arena holds */
	MARKDOWN_OUTPUT,  /* HTML longer than max_output, or than the room */
	MARKDOWN_CRASHED, /* the worker died (set by the pool, never here) */
	MARKDOWN__MAX
};

/* What comes out, one behind the other. */
enum markdown_output {
	MARKDOWN_HTML,
	MARKDOWN_NOTES, /* what else there is to know of it: see notes.h */
	MARKDOWN_OUTPUTS
};

struct markdown_limits {
	uint32_t cpu_ms;
	uint64_t max_output; /* of HTML; notes have their own limit */
};

/* Once per process, before its filter: maps the arena (bytes), registers the
 * GFM extensions, installs the timer's handler.  fatal when it cannot. */
void markdown_init(uint64_t memory);

/* Renders GFM with tables, strikethrough, autolinks, task lists, footnotes and
 * heading ids.  Raw HTML passes an allowlist; other tags show as text;
 * dangerous URLs are emptied.  Writes at most room bytes to out, and how long
 * each output is to len. */
enum markdown_result markdown_render(const struct markdown_limits *limits,
				     struct slice text, char *out, size_t room,
				     size_t len[MARKDOWN_OUTPUTS]);

#endif
