/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/rawhtml.h"
#include "fuzz.h"
#include "html.h"

#define ARENA (4u << 20)
#define ROOM  (1u << 20)

static struct arena arena;

/* An arena this large is never full, whatever is put into the room. */
static void
full(void)
{
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char *room;
	struct slice all = {(const char *)data, len};
	struct htmlout o;

	if (room == NULL) {
		CHECK(arena_map(&arena, ARENA, full) == 0);
		room = xmalloc(ROOM);
	}
	if (len > ROOM / 16)
		return 0;
	arena_reset(&arena);
	html_start(&o, &arena, room, ROOM);
	/* Pieces, as Markdown hands them over: a tag may end in the next. */
	html_barrier(&o);
	while (all.len > 0) {
		struct slice piece = fuzz_until(&all, (char)0xff);

		rawhtml_begins_allowed(piece);
		rawhtml_write(&o, piece);
	}
	html_leave(&o);
	CHECK(!o.full);
	html_check((struct slice){room, o.len});
	return 0;
}
