/* SPDX-License-Identifier: ISC */
/* blogd-image's command line, a word in each line: what is taken must come out
 * as it went in, and nothing may end a string or a line that holds it. */
#include "../../image/confwrite.h"
#include "../../image/xl.h"
#include "fuzz.h"

#define WORDS_MAX 24

/* Splits the text in place. */
static int
split(char *text, char **argv)
{
	int argc = 1;

	while (text != NULL && argc < WORDS_MAX) {
		char *end = strchr(text, '\n');

		argv[argc++] = text;
		if (end != NULL)
			*end++ = '\0';
		text = end;
	}
	argv[argc] = NULL;
	return argc;
}

static unsigned
lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		CHECK((unsigned char)*text >= 0x20 || *text == '\n' ||
		      *text == '\t');
		n += *text == '\n';
	}
	return n;
}

/* Each line of blogd.xl has whole strings in it. */
static void
check_strings(const char *p)
{
	int comment = 0, string = 0;

	for (char last = '\n'; *p != '\0'; last = *p++) {
		if (*p == '\n') {
			CHECK(!string);
			comment = 0;
		} else if (last == '\n' && *p == '#')
			comment = 1;
		else if (string && *p == '\\')
			p++;
		else if (!comment && *p == '"')
			string = !string;
	}
}

static void
check_domain(const struct image_options *o, struct faults *faults)
{
	struct machine machine;
	struct network network;
	struct xl x = {
	    .machine = &machine, .network = &network, .ramdisk = "/site.cpio"};
	struct buf xl = {0}, xml = {0};
	static unsigned usual;

	network_read(&network, o, faults);
	machine_read(&machine, o, faults);
	if (faults->n > 0)
		return;
	x.kernel = o->kernel != NULL ? o->kernel : "/blogd.xen";
	xl_write(&x, &xl, faults);
	if (usual == 0)
		usual = lines(buf_cstr(&xl));
	CHECK(lines(buf_cstr(&xl)) == usual);
	check_strings(buf_cstr(&xl));
	if (machine.xml != XML_NONE)
		xl_write_xml(&x, &xml, faults);
	lines(buf_cstr(&xml));
	buf_free(&xl);
	buf_free(&xml);
}

static void
check_conf(const struct image_options *o, struct faults *faults)
{
	struct conf_parts parts = {.options = o, .url = ""};
	static struct conf conf;
	struct buf text = {0};

	confwrite(&parts, &text);
	if (confwrite_check(&parts, &text, &conf, faults) == 0) {
		CHECK(strcmp(conf.site.render.name,
			     o->name != NULL ? o->name : "") == 0);
		CHECK(strcmp(conf.site.render.index_page,
			     o->index != NULL ? o->index : "") == 0);
	}
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *copy = xstrndup((const char *)data, len), *told = NULL;
	char name[] = "blogd-image", *argv[WORDS_MAX + 1] = {name};
	static struct image_options o;
	struct faults faults = {0};
	size_t size;

	faults.out = open_memstream(&told, &size);
	CHECK(faults.out != NULL);
	if (image_options_read(&o, split(copy, argv), argv, faults.out,
			       &faults) == IMAGE_GO) {
		check_domain(&o, &faults);
		check_conf(&o, &faults);
	}
	fclose(faults.out);
	lines(told);
	free(told);
	free(copy);
	return 0;
}
