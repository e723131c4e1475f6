/* SPDX-License-Identifier: ISC */
#include "cpio.h"

#include <sys/stat.h>

#include "../daemon/log.h"

/* Names and data start at multiples of 4 bytes. */
static void
pad(struct buf *out)
{
	while (out->len % 4 != 0)
		buf_char(out, '\0');
}

static void
header(struct cpio *c, const char *path, unsigned mode, unsigned owner,
       unsigned links, size_t len)
{
	uint32_t inode = mode == 0 ? 0 : ++c->inode;

	if (len > CPIO_FILE_MAX)
		fatalx("%s: more than %u bytes", path, CPIO_FILE_MAX);
	buf_printf(c->out,
		   "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X"
		   "%08X",
		   inode, mode, owner, owner, links, 0U /* time */,
		   (unsigned)len, 0U, 0U, 0U, 0U, /* devices */
		   (unsigned)strlen(path) + 1, 0U /* checksum */);
	buf_add(c->out, path, strlen(path) + 1);
	pad(c->out);
}

void
cpio_directory(struct cpio *c, const char *path, unsigned mode)
{
	header(c, path, S_IFDIR | mode, 0, 2, 0);
}

void
cpio_file(struct cpio *c, const char *path, unsigned mode, unsigned owner,
	  const void *data, size_t len)
{
	header(c, path, S_IFREG | mode, owner, 1, len);
	buf_add(c->out, data, len);
	pad(c->out);
}

void
cpio_end(struct cpio *c)
{
	header(c, "TRAILER!!!", 0, 0, 1, 0);
}
