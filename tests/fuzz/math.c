/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/math.h"

#include "fuzz.h"
#include "html.h"

#define ARENA (16u << 20)
#define ROOM  (4u << 20)

static void
full(void)
{
	CHECK(!"the arena is full");
}

/* A formula: what is written is balanced, and nothing is when it is refused. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena arena;
	static char *room;
	struct htmlout o;
	struct slice tex = {(const char *)data, len};
	int display;

	if (room == NULL) {
		CHECK(arena_map(&arena, ARENA, full) == 0);
		room = xmalloc(ROOM);
	}
	for (display = 0; display <= 1; display++) {
		arena_reset(&arena);
		html_start(&o, &arena, room, ROOM);
		if (math_write(&o, tex, display))
			html_check((struct slice){o.data, o.len});
		else
			CHECK(o.len == 0);
		CHECK(math_unknown(tex).len < 64);
		CHECK(!o.full);
	}
	return 0;
}
