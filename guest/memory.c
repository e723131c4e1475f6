/* SPDX-License-Identifier: ISC */
#include "memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "say.h"

#define MIB  1024 /* in KiB */
#define STEP 4	  /* MiB, between sizes that are told */
#define NEWS MIB

#define OFTEN_MS     250
#define RARELY_MS    5000
#define OFTEN_FOR_MS 10000

/* MiB that an update may have taken between two looks. */
#define UNSEEN 4

/* Below it the kernel itself does not fit: it is loaded at 16 MiB. */
#define FLOOR 32

static int meminfo = -1, vmstat = -1;

/* ---- the pure parts ---- */

uint64_t
memory_number(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, name, len) == 0 && text[len] == ' ')
			return strtoull(text + len, NULL, 10);
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return 0;
}

void
memory_expect(struct memory *m, int64_t now_ms)
{
	m->often_until = now_ms + OFTEN_FOR_MS;
}

void
memory_note(struct memory *m, uint64_t free, int64_t now_ms)
{
	if (free + MIB <= m->free || m->free + MIB <= free)
		memory_expect(m, now_ms);
	m->free = free;
	if (m->least == 0 || free < m->least)
		m->least = free;
}

int
memory_pause(const struct memory *m, int64_t now_ms)
{
	return now_ms < m->often_until ? OFTEN_MS : RARELY_MS;
}

/* "00100000-03ffdfff : System RAM"; what lies within is indented. */
uint64_t
memory_given(const char *iomem)
{
	uint64_t bytes = 0;

	while (iomem != NULL && *iomem != '\0') {
		uint64_t first, last;
		int at = 0;

		if (*iomem != ' ' &&
		    sscanf(iomem, "%" SCNx64 "-%" SCNx64 " : %n", &first, &last,
			   &at) == 2 &&
		    at > 0 && strncmp(iomem + at, "System RAM\n", 11) == 0 &&
		    last > first)
			bytes += last - first + 1;
		iomem = strchr(iomem, '\n');
		if (iomem != NULL)
			iomem++;
	}
	/* Firmware has a little of it. */
	return (bytes / 1024 + MIB - 1) / MIB * MIB;
}

uint64_t
memory_wanted(const struct memory *m)
{
	uint64_t used = m->given > m->least ? m->given - m->least : 0;
	uint64_t mib = (used + MIB - 1) / MIB + UNSEEN;

	if (m->kills > 0 && mib <= m->given / MIB)
		mib = m->given / MIB + 1; /* which was too little */
	mib = (mib + STEP - 1) / STEP * STEP;
	return mib < FLOOR ? FLOOR : mib;
}

void
memory_text(const struct memory *m, char *text, size_t size)
{
	snprintf(text, size,
		 "memory: %" PRIu64 " MiB given, %" PRIu64
		 " MiB free, least free so far %" PRIu64
		 " MiB; this site needs at least memory = %" PRIu64,
		 m->given / MIB, m->free / MIB, m->least / MIB,
		 memory_wanted(m));
}

/* ---- of this machine ---- */

static uint64_t
given(void)
{
	char text[8192];

	if (file_read("/proc/iomem", text, sizeof(text)) == -1)
		return 0;
	return memory_given(text);
}

/* All that is opened: the filter allows no more of it.  What was given may be
 * unknown, and stays it. */
void
memory_start(struct memory *m)
{
	m->given = given();
	meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	vmstat = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
}

void
memory_look(struct memory *m, int64_t now_ms)
{
	static char text[16384];

	if (file_read_again(meminfo, text, sizeof(text)) == 0)
		memory_note(m, memory_number(text, "MemAvailable:"), now_ms);
	if (file_read_again(vmstat, text, sizeof(text)) == 0)
		m->kills = memory_number(text, "oom_kill");
}

int
memory_is_news(const struct memory *m)
{
	return m->told != 0 && m->least + NEWS <= m->told;
}

void
memory_tell(struct memory *m)
{
	char text[256];

	m->told = m->least > 0 ? m->least : 1;
	memory_text(m, text, sizeof(text));
	say("%s", text);
}

void
memory_tell_kills(struct memory *m)
{
	if (m->kills <= m->kills_told)
		return;
	say("memory ran out, and %" PRIu64
	    " processes had to end for it: an update fails, and the site "
	    "stays as it was; give the guest more than memory = %" PRIu64,
	    m->kills - m->kills_told, m->given / MIB);
	m->kills_told = m->kills;
}
