/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "spoken.h"
#include "view.h"

/* The name of each word that templates get. */
static const enum template_name names[] = {
#define SAY_NAME(word) [WORD_##word] = NAME_##word,
    WORDS_OF_TEMPLATES(SAY_NAME)};

/* What they get as `say`. */
void
view_say(struct view *v, const void *object, enum template_name name,
	 struct mustache_value *out)
{
	const struct spoken *w = object;

	(void)v;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] == name)
			view_text(out, w->text[i]);
}
