/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_MEMORY_H
#define BLOGD_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/*
 * How much memory the guest has and needs: read from /proc/iomem at the start,
 * and from /proc/meminfo and /proc/vmstat again and again, as the kernel keeps
 * no record of its least free memory.  Sizes are in KiB.
 */
struct memory {
	uint64_t given; /* by the hypervisor; 0: not known */
	uint64_t free;	/* or soon to be had: MemAvailable */
	uint64_t least; /* least of it so far */
	uint64_t told;	/* least when it was told last; 0: never */
	uint64_t kills; /* processes that had to end for want of it */
	uint64_t kills_told;
	int64_t often_until; /* on the clock of the looks */
};

/* Opens what is looked at later. */
void memory_start(struct memory *m);

/* Looks; nothing but pread is needed. */
void memory_look(struct memory *m, int64_t now_ms);

/* Something has begun that takes memory. */
void memory_expect(struct memory *m, int64_t now_ms);

/* Is `least` lower by so much, since it was told, that it is worth a line? */
int memory_is_news(const struct memory *m);

/* "memory: 64 MiB given, ..."; m->told is what is told now. */
void memory_tell(struct memory *m);

/* If there are new ones. */
void memory_tell_kills(struct memory *m);

/* ---- the pure parts ---- */

/* A look has shown so much that is free. */
void memory_note(struct memory *m, uint64_t free, int64_t now_ms);

/* Milliseconds to the next look: few while what is free changes and a while
 * after, else many, as each of them wakes an idle guest. */
int memory_pause(const struct memory *m, int64_t now_ms);

/* The number behind "name" at the start of a line, 0 when there is none. */
uint64_t memory_number(const char *text, const char *name);

/* What the hypervisor gave, from /proc/iomem. */
uint64_t memory_given(const char *iomem);

/* The least "memory =", in MiB; more than was given once that ran out. */
uint64_t memory_wanted(const struct memory *m);

/* The line of memory_tell. */
void memory_text(const struct memory *m, char *text, size_t size);

#endif
