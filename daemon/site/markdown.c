/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "../log.h"
#include "htmlout.h"
#include "mdmath.h"
#include "mdnode.h"
#include "notes.h"

#define PARSE_OPTIONS \
	(CMARK_OPT_DEFAULT | CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8)

static struct arena arena;
static sigjmp_buf stopped;

static const char *const extension_names[] = {"table", "strikethrough",
					      "autolink", "tasklist"};
#define NREGISTERED (sizeof(extension_names) / sizeof(extension_names[0]))
#define NEXTENSIONS (NREGISTERED + 1)
static cmark_syntax_extension *extensions[NEXTENSIONS];

/*
 * Why jumping out of cmark is safe.  What it can be interrupted in is
 * computation on the arena, which nobody looks at again before arena_reset.
 * The state that cmark keeps beyond one parse is:
 *  - the table of special characters, to which the extensions add theirs before
 *    inlines are parsed and from which they take them afterwards: an
 *    interrupted parse leaves them added, and as every parse here attaches the
 *    same extensions, the next one adds what is there already;
 *  - the extensions themselves, which parsing does not change but for what ours
 *    remembers of a text, and forgets before the next.
 * cmark takes no lock and opens nothing.  It sorts its reference and footnote
 * maps by qsort, which in glibc before 2.37 takes a temporary array from
 * malloc when it is over 1 kB: markdown_init sees to it that this needs no
 * system call.  A jump out of just that malloc could leave the heap unsound;
 * nobody but the next such qsort uses it in this process, and the worst that
 * happens is that this worker dies and its post shows as source.
 * The signal mask is not saved (no system call): SA_NODEFER keeps SIGPROF
 * unblocked inside its handler instead.  Nor does the handler ever return, for
 * which its filter would need another call: the timer only runs while there is
 * something to jump to.
 */
static void
on_timer(int sig)
{
	(void)sig;
	siglongjmp(stopped, MARKDOWN_TIME);
}

static void
on_full(void)
{
	siglongjmp(stopped, MARKDOWN_MEMORY);
}

static void *
mem_calloc(size_t n, size_t size)
{
	return arena_calloc(&arena, n, size);
}

static void *
mem_realloc(void *p, size_t size)
{
	return arena_realloc(&arena, p, size);
}

static void
mem_free(void *p)
{
	arena_free(&arena, p);
}

static cmark_mem mem = {mem_calloc, mem_realloc, mem_free};

static int
compare_pointers(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(void *));
}

/* Makes every qsort inside cmark work without a system call (see above): each
 * thing it sorts takes over 64 bytes of arena and 8 bytes of the array. */
static void
warm_up_sorting(uint64_t memory)
{
	void *array[256] = {0};
#ifdef __GLIBC__
	void *volatile heap;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
	heap = xmalloc(memory / 8);
	free(heap);
#else
	(void)memory;
#endif
	qsort(array, sizeof(array) / sizeof(array[0]), sizeof(array[0]),
	      compare_pointers);
}

void
markdown_init(uint64_t memory)
{
	struct sigaction sa;
	size_t i;

	if (memory > SIZE_MAX / 2 ||
	    arena_map(&arena, (size_t)memory, on_full) == -1)
		fatal("cannot map %llu bytes for Markdown",
		      (unsigned long long)memory);
	cmark_gfm_core_extensions_ensure_registered();
	for (i = 0; i < NREGISTERED; i++) {
		extensions[i] = cmark_find_syntax_extension(extension_names[i]);
		if (extensions[i] == NULL)
			fatalx("cmark-gfm has no extension \"%s\"",
			       extension_names[i]);
	}
	extensions[NREGISTERED] = mdmath_extension(&mem);
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_timer;
	sa.sa_flags = SA_NODEFER;
	if (sigaction(SIGPROF, &sa, NULL) == -1)
		fatal("cannot install the handler of SIGPROF");
	warm_up_sorting(memory);
}

/* One shot of processor time, user and system; 0 disarms. */
static void
timer_set(uint32_t ms)
{
	struct itimerval timer = {0};

	timer.it_value.tv_sec = ms / 1000;
	timer.it_value.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	if (setitimer(ITIMER_PROF, &timer, NULL) == -1)
		fatal("cannot set the timer of processor time");
}

static cmark_node *
parse(struct slice text)
{
	cmark_parser *parser = cmark_parser_new_with_mem(PARSE_OPTIONS, &mem);
	size_t i;

	for (i = 0; i < NEXTENSIONS; i++)
		cmark_parser_attach_syntax_extension(parser, extensions[i]);
	cmark_parser_feed(parser, text.data, text.len);
	return cmark_parser_finish(parser);
}

/* Where a rendering goes. */
struct room {
	char *out;
	size_t len;  /* of out */
	size_t html; /* how much of it HTML may take */
	size_t *lens;
};

static enum markdown_result
render(struct slice text, const struct room *room)
{
	struct notes_writer w;
	struct htmlout o;
	struct slice notes;

	arena_reset(&arena);
	notes_write_start(&w, &arena);
	html_start(&o, &arena, room->out, room->html);
	o.notes = &w;
	mdmath_reset();
	mdnode_write(&o, parse(text), text);
	notes = notes_write_end(&w);
	if (o.full || w.full || notes.len > room->len - o.len)
		return MARKDOWN_OUTPUT;
	memcpy(room->out + o.len, notes.data, notes.len);
	room->lens[MARKDOWN_HTML] = o.len;
	room->lens[MARKDOWN_NOTES] = notes.len;
	return MARKDOWN_OK;
}

/* The timer is disarmed before this frame ends, so whenever it fires there is
 * something to jump to.  Fired in between, it only makes the result TIME. */
static enum markdown_result
render_in_budget(uint32_t cpu_ms, struct slice text, const struct room *room)
{
	volatile enum markdown_result result;
	int why = sigsetjmp(stopped, 0);

	if (why == 0) {
		timer_set(cpu_ms > 0 ? cpu_ms : 1);
		result = render(text, room);
	} else {
		result = (enum markdown_result)why;
	}
	timer_set(0);
	return result;
}

enum markdown_result
markdown_render(const struct markdown_limits *limits, struct slice text,
		char *out, size_t room, size_t len[MARKDOWN_OUTPUTS])
{
	struct room r = {.out = out, .len = room, .html = room, .lens = len};
	enum markdown_result result;

	memset(len, 0, MARKDOWN_OUTPUTS * sizeof(*len));
	if (room > limits->max_output)
		r.html = (size_t)limits->max_output;
	/* cmark counts in int, and aborts where a buffer passes half of it. */
	if (text.len > INT32_MAX / 4)
		return MARKDOWN_MEMORY;
	result = render_in_budget(limits->cpu_ms, text, &r);
	if (result != MARKDOWN_OK)
		memset(len, 0, MARKDOWN_OUTPUTS * sizeof(*len));
	return result;
}
