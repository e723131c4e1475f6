/* SPDX-License-Identifier: ISC */
#include "../../daemon/source.h"
#include "fuzz.h"

static void
check_slice(const struct source *s, struct slice part)
{
	if (part.data == NULL)
		return;
	CHECK(part.data >= s->map && part.len <= s->size);
	CHECK((size_t)(part.data - s->map) <= s->size - part.len);
}

static void
check_files(const struct source *s)
{
	struct slice last = {"", 0};

	for (uint32_t i = 0; i < s->head->nfiles; i++) {
		const struct source_file *f = &s->files[i];
		struct slice path = source_path(s, f);

		check_slice(s, path);
		CHECK(source_path_valid(path) && slice_cmp(last, path) < 0);
		check_slice(s, source_data(s, f));
		last = path;
	}
}

static void
read_source(struct slice bytes)
{
	int fd = fuzz_memfd(bytes);
	struct source s;
	struct err err;

	if (source_open(&s, fd, &err) == 0) {
		check_files(&s);
		source_close(&s);
	}
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice bytes = {(const char *)data, len};
	struct buf b = {0};

	read_source(bytes);
	/* And with the size made true. */
	if (len >= sizeof(struct source_head)) {
		struct source_head head;

		memcpy(&head, data, sizeof(head));
		head.size = len;
		buf_add(&b, &head, sizeof(head));
		buf_add(&b, data + sizeof(head), len - sizeof(head));
		read_source((struct slice){b.data, b.len});
	}
	buf_free(&b);
	return 0;
}
