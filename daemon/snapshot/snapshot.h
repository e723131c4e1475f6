/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SNAPSHOT_H
#define BLOGD_SNAPSHOT_H

#include <stdint.h>

#include "../buf.h"
#include "../err.h"
#include "searchindex.h"

/*
 * The snapshot: an immutable image of ready-made HTTP responses, written by
 * render, read by serve.  One index memfd and 1..SEGMENTS_MAX segment memfds,
 * all sealed.
 *
 * Index:   struct snapshot_head, struct snapshot_entry [nentries] sorted by
 *          path (memcmp, then length), then the strings they point at.
 * Segment: runs of bytes.  A variant of a response is one run:
 *
 *	common fields | fields of the content | Content-Length | CRLF | body
 *	0 ............. common ............... typed .......... head ...
 *body_len
 *
 * "common" is what 304 also carries (ETag, Vary, Cache-Control, security
 * fields), "typed" adds Content-Type, Content-Encoding and Last-Modified, which
 * a 304 with an ETag should not have (RFC 9110 section 15.4.5).  All are
 * complete "Name: value\r\n" lines.  200 = run[0, head) + body; 304 =
 * run[0, common) + CRLF; 206 = run[0, typed) + what serve adds.  The status
 * line, Date and Connection are serve's.
 *
 * One more run is no response but what searches are answered from
 * (searchindex.h); a snapshot may have none.
 *
 * Both sides are the same binary, so integers are in the host's order.  The
 * reader trusts nothing: every offset is checked once, when it is opened.
 */
#define SNAPSHOT_MAGIC "blogdsn4"
#define SEGMENTS_MAX   8
#define SEGMENT_NONE   UINT32_MAX

enum encoding { /* in the order of preference when q-values tie */
		ENC_BROTLI,
		ENC_ZSTD,
		ENC_GZIP,
		ENC_IDENTITY,
		ENC__MAX
};

struct snapshot_variant {
	uint32_t segment; /* SEGMENT_NONE: there is no such variant */
	uint32_t common;  /* lengths in bytes, see above */
	uint32_t typed;
	uint32_t head;
	uint64_t offset; /* of the run in the segment */
	uint64_t body_len;
};

/* Every encoding was tried; what is missing is not worth it.  Of a large site
 * that is new only gzip is made at first. */
#define ENTRY_COMPRESSED 1
/* Its gzip variant was made in a hurry, and is other bytes than it would be
 * else: it has another entity tag. */
#define ENTRY_QUICK 2

struct snapshot_entry {
	uint64_t path_off; /* decoded path: "/", "/Posts/A b", or "*" before a
			      directory's, see snapshot_find_below */
	uint32_t path_len;
	uint16_t status;  /* 200, 404, or a redirect: 301, 302, 303, 307, 308 */
	uint16_t flags;	  /* ENTRY_... */
	int64_t modified; /* Last-Modified, Unix time; 0: none */
	uint8_t etag[16]; /* of the identity body; see snapshot_etag */
	uint8_t recipe[32];
	struct snapshot_variant variant[ENC__MAX];
};

struct snapshot_search {
	uint32_t segment; /* SEGMENT_NONE: there is no index */
	uint32_t reserved;
	uint64_t offset, len;
	uint8_t recipe[32];
};

struct snapshot_head {
	char magic[8];
	uint64_t size; /* of the index */
	uint32_t nentries;
	uint32_t nsegments;
	uint64_t segment_size[SEGMENTS_MAX];
	struct snapshot_search search;
	char commit[65];
	char root[1024]; /* public base URL the site was made for */
	char pad[7];
};

/* ------------------------------------------------------------ reading -- */

struct snapshot; /* counted: each holder has one reference */

/* Maps and checks; fds[0] is the index, the rest are segments.  The
 * descriptors stay the caller's and may be closed.  NULL with err. */
struct snapshot *snapshot_open(const int *fds, unsigned nfds, struct err *err);
/* The same where the system may not be asked for sizes: with them in bytes, as
 * somebody found them who is trusted. */
struct snapshot *snapshot_open_sized(const int *fds, const uint64_t *sizes,
				     unsigned nfds, struct err *err);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL allowed */

const struct snapshot_head *snapshot_head(const struct snapshot *s);

/* Exact match of the decoded path, or NULL. */
const struct snapshot_entry *snapshot_find(const struct snapshot *s,
					   const char *path, size_t len);
/* The redirect for all addresses below a directory, the closest one, or NULL.
 * It is kept under "*" and the directory's path with a slash, where no request
 * finds it by itself.  Its body, if it has one, is a base, to which *rest, what
 * the path has behind the directory, is to be appended to make the location. */
const struct snapshot_entry *snapshot_find_below(const struct snapshot *s,
						 struct slice path,
						 struct slice *rest);
/* The search index, or NULL. */
const struct search_index *snapshot_search(const struct snapshot *s);
/* Its bytes; none when there is none. */
struct slice snapshot_search_run(const struct snapshot *s);
/* The page for everything that is not found (path ""), or NULL. */
const struct snapshot_entry *snapshot_not_found(const struct snapshot *s);
/* Entry i in path order, NULL beyond the end: for render and tests. */
const struct snapshot_entry *snapshot_at(const struct snapshot *s, uint32_t i);
struct slice snapshot_path(const struct snapshot *s,
			   const struct snapshot_entry *e);

struct snapshot_run {
	const char *start; /* the run: headers, then body at start + head */
	uint32_t common, typed, head;
	const char *body;
	uint64_t body_len;
};

/* 1 and *run when the entry has this variant, else 0.  Pointers live as long
 * as the reference. */
int snapshot_run(const struct snapshot *s, const struct snapshot_entry *e,
		 enum encoding enc, struct snapshot_run *run);

/* The strong entity tag of a variant with its quotes, as the ETag field says
 * it: the first 12 bytes of entry->etag in base64url (RFC 4648 section 5), and
 * "-br", "-zs", "-gz" or "-gq" (ENTRY_QUICK) before the closing quote.  Clients
 * send it back with each request, so it is short. */
#define ETAG_MAX 24
void snapshot_etag(const struct snapshot_entry *e, enum encoding enc,
		   char out[ETAG_MAX]);

/* ------------------------------------------------------------ writing -- */

/*
 * The writer builds the next snapshot from the previous one.  A page whose
 * recipe (hash of all it was made from) is unchanged keeps its run in its old
 * segment; the rest goes to one new segment.  When SEGMENTS_MAX would be
 * passed, or over half of the old segments' bytes are no longer used, all runs
 * are copied into one new segment.
 */
struct snapshot_writer;

/* previous and its descriptors may be NULL/0.  They must outlive the writer. */
struct snapshot_writer *snapshot_writer_new(struct snapshot *previous,
					    const int *fds, unsigned nfds);
void snapshot_writer_free(struct snapshot_writer *w);

/* Has the previous snapshot the path with this recipe? */
int snapshot_has(const struct snapshot_writer *w, struct slice path,
		 const uint8_t recipe[32]);
/* The same, and if so it is taken over. */
int snapshot_reuse(struct snapshot_writer *w, struct slice path,
		   const uint8_t recipe[32]);

/* A page to add.  All slices are copied. */
struct snapshot_page {
	struct slice path;
	uint16_t status;
	int64_t modified;
	uint8_t recipe[32];
	uint8_t etag[16]; /* first half of SHA-256 of the identity body */
	uint16_t flags;	  /* ENTRY_... */
	struct {
		int present;
		struct slice common, typed; /* complete field lines */
		struct slice body; /* Content-Length is made from its len */
	} variant[ENC__MAX];
};

/* -1 with err when the path is there already or a size is out of range. */
int snapshot_add(struct snapshot_writer *w, const struct snapshot_page *page,
		 struct err *err);

/* Takes an entry of the previous snapshot over, with more variants: bodies
 * whose len is not 0, made from the entry's own.  They are the last it gets
 * (ENTRY_COMPRESSED).  -1 with err as snapshot_add. */
int snapshot_extend(struct snapshot_writer *w, const struct snapshot_entry *e,
		    const struct slice body[ENC__MAX], struct err *err);

/* How many entries are there that lack ENTRY_COMPRESSED. */
size_t snapshot_unfinished(const struct snapshot_writer *w);
/* The same for the search index, of which there is one: taken over, or copied
 * from n parts that are one behind the other. */
int snapshot_reuse_search(struct snapshot_writer *w, const uint8_t recipe[32]);
int snapshot_add_search(struct snapshot_writer *w, const struct slice *parts,
			unsigned n, const uint8_t recipe[32], struct err *err);

/* Sorts, writes and seals.  fds[0..*nfds) are index and segments: old segments
 * that are still used are dup'ed.  The caller owns all.  fds has room for
 * 1 + SEGMENTS_MAX. */
int snapshot_finish(struct snapshot_writer *w, const char *commit,
		    const char *root, int *fds, unsigned *nfds,
		    struct err *err);

#endif
