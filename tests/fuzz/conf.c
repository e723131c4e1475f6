/* SPDX-License-Identifier: ISC */
#include "../../daemon/conf_draft.h"
#include "fuzz.h"

static char path[] = "/tmp/blogd-fuzz-XXXXXX";

static void
remove_file(void)
{
	unlink(path);
}

/* The one file, with other bytes each time. */
static void
write_file(const uint8_t *data, size_t len)
{
	static int fd = -1;

	if (fd == -1) {
		fd = mkstemp(path);
		CHECK(fd != -1 && atexit(remove_file) == 0);
	}
	CHECK(ftruncate(fd, 0) == 0);
	CHECK(pwrite(fd, data, len, 0) == (ssize_t)len);
}

/* Messages are for a terminal or a log: foreign bytes must be harmless. */
static void
check_messages(const char *text, size_t len, int problems)
{
	int lines = 0;

	for (size_t i = 0; i < len; i++) {
		lines += text[i] == '\n';
		CHECK(text[i] == '\n' || (unsigned char)text[i] >= 0x20);
	}
	CHECK(lines == problems);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct conf conf;
	struct conf_options opt = {.file = path};
	char *text = NULL;
	size_t text_len = 0;
	FILE *out = open_memstream(&text, &text_len);
	int problems;

	CHECK(out != NULL);
	write_file(data, len);
	problems = conf_load_from(&conf, &opt, "/nonexistent", out);
	fclose(out);
	check_messages(text, text_len, problems);
	free(text);
	return 0;
}
