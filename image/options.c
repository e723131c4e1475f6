/* SPDX-License-Identifier: ISC */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "../daemon/rewind.h"
#include "../daemon/utf8.h"

enum kind {
	TEXT,
	LIST, /* --dns alone */
	FLAG,
	REFUSED, /* what would stand where everybody can read it */
	HELP,
	VERSION
};

struct entry {
	const char *heading; /* of those that follow; then nothing else */
	const char *name;
	char letter; /* 0: none */
	enum kind kind;
	size_t offset;
	const char *argument; /* as the help calls it */
	const char *help;     /* of REFUSED: what to do instead */
};

#define AT(field) offsetof(struct image_options, field)
#define GROUP(heading)                                \
	{                                             \
		heading, NULL, 0, TEXT, 0, NULL, NULL \
	}
#define OPTION(name, field, argument, help)                    \
	{                                                      \
		NULL, name, 0, TEXT, AT(field), argument, help \
	}
#define LETTER(letter, name, field, argument, help)                 \
	{                                                           \
		NULL, name, letter, TEXT, AT(field), argument, help \
	}
#define SWITCH(name, field, help)                          \
	{                                                  \
		NULL, name, 0, FLAG, AT(field), NULL, help \
	}
#define SECRET(name, instead)                            \
	{                                                \
		NULL, name, 0, REFUSED, 0, NULL, instead \
	}

#define USE_FILE(option)                                                   \
	"all users of this machine can read command lines: put it into a " \
	"file of mode 600 and name that with " option

/* clang-format off */
static const struct entry table[] = {
	GROUP("the repository"),
	LETTER('r', "remote", remote, "URL[#branch]",
	    "the blog's Git repository (https, ssh, http, git)"),
	OPTION("username", username, "NAME", "whom it knows"),
	OPTION("password-file", password_file, "FILE",
	    "password or token for https, on the first line"),
	OPTION("ssh-key", ssh_key, "FILE", "private key for ssh"),
	OPTION("host-key", host_key, "SHA256:...",
	    "fingerprint of the ssh server's key"),
	OPTION("ca", ca, "FILE", "certificates to trust instead of the usual"),
	SECRET("password", USE_FILE("--password-file")),
	SECRET("token", USE_FILE("--password-file")),

	GROUP("the site"),
	LETTER('n', "name", name, "NAME", "name of the blog"),
	LETTER('i', "index", index, "PAGE", "what / shows"),
	OPTION("url", url, "URL",
	    "public address (else the certificate's first name)"),
	OPTION("hook", hook, "PATH", "address that asks for an update"),
	OPTION("hook-file", hook_file, "FILE",
	    "the same from a file, if it is secret"),
	LETTER('p', "port", port, "PORT", "plain HTTP on this port (80)"),
	OPTION("tls", tls, "PORT", "HTTPS on this port (443)"),
	OPTION("tls-dir", tls_dir, "DIR",
	    "where server.pem and server.key are (tls)"),
	OPTION("config", config, "FILE",
	    "more of blogd.conf(5), or all of it"),
	SECRET("hook-secret", USE_FILE("--hook-file")),
	SECRET("tls-key", "keys stay in files: name the directory of "
	    "server.pem and server.key with --tls-dir"),
	SECRET("key", "keys stay in files: name the directory of "
	    "server.pem and server.key with --tls-dir"),

	GROUP("the network"),
	OPTION("dhcp", dhcp, "BOOL", "true: ask for an IPv4 address"),
	OPTION("ip", ip, "ADDR[/BITS]", "the guest's IPv4 address"),
	OPTION("netmask", netmask, "MASK", "its mask"),
	OPTION("gateways", gateways, "ADDR", "its router"),
	OPTION("ip6", ip6, "ADDR/BITS", "the guest's IPv6 address"),
	OPTION("gateway6", gateway6, "ADDR", "its router"),
	{NULL, "dns", 0, LIST, 0, "ADDR", "name server; up to three times"},
	OPTION("hostname", hostname, "NAME",
	    "of the guest and the domain (blogd)"),
	OPTION("syslog", syslog, "ADDR", "server for the log, over UDP"),

	GROUP("the guest"),
	OPTION("type", type, "pvh|pv", "kind of domain (pvh)"),
	OPTION("memory", memory, "MB", "its memory (64)"),
	OPTION("vcpus", vcpus, "N", "its processors (1)"),
	OPTION("bridge", bridge, "NAME", "bridge it is on (xenbr0)"),
	OPTION("script", script, "NAME", "vif-route: routed, no bridge"),
	OPTION("mac", mac, "MAC", "its hardware address"),
	OPTION("kernel", kernel, "PATH",
	    "the image (blogd.xen beside blogd.xl)"),
	OPTION("host-dir", host_dir, "DIR",
	    "where the files will be on the host (--output)"),
	OPTION("xml", xml, "xen|kvm", "a domain for libvirt as well"),

	GROUP("what is done"),
	OPTION("output", output, "DIR", "where files are written (.)"),
	OPTION("bake", bake, "DIR",
	    "one image with all of it inside, by blogd's source in DIR"),
	OPTION("build-dir", build_dir, "DIR",
	    "for --bake: where that was built (DIR/build)"),
	SWITCH("check", check, "write nothing, show what would be"),
	{NULL, "help", 'h', HELP, 0, NULL, "this text"},
	{NULL, "version", 'V', VERSION, 0, NULL, "the version"},
};
/* clang-format on */

#define ENTRIES	   (sizeof(table) / sizeof(table[0]))
#define FIRST_CODE 256 /* getopt's number of table[0] */

static const char usage[] =
    "usage: blogd-image --remote URL[#branch] --ip ADDR --netmask MASK\n"
    "                   --gateways ADDR [--tls PORT] [option]...\n"
    "       blogd-image --remote URL[#branch] --dhcp true [option]...\n"
    "       blogd-image -h | -V\n";

/* ---------------------------------------------------------------- help -- */

static void
print_entry(const struct entry *e, FILE *out)
{
	char left[64];

	if (e->heading != NULL) {
		fprintf(out, "\n%s:\n", e->heading);
		return;
	}
	if (e->kind == REFUSED)
		return;
	snprintf(left, sizeof(left), "%c%c%c --%s %s", e->letter ? '-' : ' ',
		 e->letter ? e->letter : ' ', e->letter ? ',' : ' ', e->name,
		 e->argument != NULL ? e->argument : "");
	fprintf(out, "  %-29s %s\n", left, e->help);
}

static void
print_help(FILE *out)
{
	fputs(usage, out);
	fputs("Writes site.cpio (configuration and keys) and blogd.xl for one "
	      "guest.\n",
	      out);
	for (size_t i = 0; i < ENTRIES; i++)
		print_entry(&table[i], out);
}

/* -------------------------------------------------------------- reading -- */

static int
takes_argument(const struct entry *e)
{
	return e->kind == TEXT || e->kind == LIST || e->kind == REFUSED;
}

/* getopt's table, and its letters. */
static void
make_tables(struct option longs[ENTRIES + 1], char letters[3 * ENTRIES])
{
	size_t n = 0, l = 0;

	letters[l++] = ':';
	for (size_t i = 0; i < ENTRIES; i++) {
		const struct entry *e = &table[i];

		if (e->heading != NULL)
			continue;
		longs[n].name = e->name;
		longs[n].has_arg =
		    takes_argument(e) ? required_argument : no_argument;
		longs[n].flag = NULL;
		longs[n++].val = FIRST_CODE + (int)i;
		if (e->letter != 0)
			letters[l++] = e->letter;
		if (e->letter != 0 && takes_argument(e))
			letters[l++] = ':';
	}
	letters[l] = '\0';
	memset(&longs[n], 0, sizeof(longs[n]));
}

static const struct entry *
entry_of(int c)
{
	if (c >= FIRST_CODE)
		return &table[c - FIRST_CODE];
	for (size_t i = 0; i < ENTRIES; i++)
		if (table[i].letter == c)
			return &table[i];
	return NULL;
}

/* No line of a file that is made of these can be broken by one. */
static int
text_ok(const struct entry *e, const char *text, struct faults *faults)
{
	if (strlen(text) > OPTION_BYTES_MAX)
		fault(faults, "--%s: more than %d bytes", e->name,
		      OPTION_BYTES_MAX);
	else if (!utf8_valid(text, strlen(text)))
		fault(faults, "--%s: \"%s\" is not valid UTF-8", e->name, text);
	else if (text[0] == '\0')
		fault(faults,
		      "--%s: is empty: leave it out, or give it a "
		      "value",
		      e->name);
	else {
		for (const char *p = text; *p != '\0'; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f) {
				fault(faults,
				      "--%s: \"%s\" holds a newline or "
				      "another control character",
				      e->name, text);
				return 0;
			}
		return 1;
	}
	return 0;
}

static void
set_text(struct image_options *o, const struct entry *e, const char *text,
	 struct faults *faults)
{
	const char **field = (const char **)(void *)((char *)o + e->offset);

	if (!text_ok(e, text, faults))
		return;
	if (*field != NULL)
		fault(faults, "--%s: is given twice", e->name);
	*field = text;
}

static void
add_dns(struct image_options *o, const struct entry *e, const char *text,
	struct faults *faults)
{
	if (!text_ok(e, text, faults))
		return;
	if (o->ndns == IMAGE_DNS_MAX)
		fault(faults,
		      "--dns: more than %d name servers: a resolver "
		      "asks no more",
		      IMAGE_DNS_MAX);
	else
		o->dns[o->ndns++] = text;
}

static void
set(struct image_options *o, const struct entry *e, const char *text,
    struct faults *faults)
{
	switch (e->kind) {
	case TEXT:
		set_text(o, e, text, faults);
		break;
	case LIST:
		add_dns(o, e, text, faults);
		break;
	case FLAG:
		*(int *)(void *)((char *)o + e->offset) = 1;
		break;
	case REFUSED:
		fault(faults, "--%s: %s", e->name, e->help);
		break;
	default:
		break;
	}
}

/* How many options a word may mean, as getopt takes beginnings; the last. */
static unsigned
meant(const char *name, size_t len, const struct entry **e)
{
	unsigned n = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		const char *other = table[i].name;

		if (other == NULL || strncmp(other, name, len) != 0)
			continue;
		*e = &table[i];
		if (other[len] == '\0')
			return 1;
		n++;
	}
	return n;
}

/* What stands behind "=" may be what nobody should see. */
static void
report_long(const char *word, struct faults *faults)
{
	size_t len = strcspn(word, "=");
	const struct entry *e = NULL;
	unsigned n = meant(word + 2, len - 2, &e);
	const char *what = "unknown option";

	if (n > 1)
		what = "several options begin with";
	else if (n == 1)
		what = takes_argument(e) ? "an argument is missing behind"
					 : "no argument belongs to";
	fault(faults, "%s %.*s", what, (int)(len < 64 ? len : 64), word);
}

static enum image_result
not_understood(int c, char **argv, struct faults *faults)
{
	if (optopt == 0 || optopt >= FIRST_CODE)
		report_long(argv[optind - 1], faults);
	else
		fault(faults, "%s -%c",
		      c == ':' ? "an argument is missing behind"
			       : "unknown option",
		      optopt);
	fputs(usage, faults->out);
	return IMAGE_USAGE;
}

static enum image_result
finish(int argc, char **argv, struct faults *faults)
{
	(void)argv;
	if (optind < argc) {
		fault(faults,
		      "word %d of the command line belongs to no "
		      "option",
		      optind);
		fputs(usage, faults->out);
		return IMAGE_USAGE;
	}
	return faults->n > 0 ? IMAGE_FAULTY : IMAGE_GO;
}

enum image_result
image_options_read(struct image_options *o, int argc, char **argv, FILE *out,
		   struct faults *faults)
{
	static struct option longs[ENTRIES + 1];
	static char letters[3 * ENTRIES];
	int c;

	memset(o, 0, sizeof(*o));
	make_tables(longs, letters);
	rewind_getopt();
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct entry *e = entry_of(c);

		if (e == NULL)
			return not_understood(c, argv, faults);
		if (e->kind == HELP) {
			print_help(out);
			return IMAGE_DONE;
		}
		if (e->kind == VERSION) {
			fprintf(out, "blogd-image %s\n", PACKAGE_VERSION);
			return IMAGE_DONE;
		}
		set(o, e, optarg, faults);
	}
	return finish(argc, argv, faults);
}
