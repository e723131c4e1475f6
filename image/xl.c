/* SPDX-License-Identifier: ISC */
#include "xl.h"

#include <stdio.h>
#include <string.h>

#include "image/templates.h"

#define WORD_MAX 16

/* xl knows no other escapes that could be needed here: the options hold no
 * control characters. */
void
xl_quote(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_char(out, '\\');
		buf_char(out, *text);
	}
}

void
xl_escape(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			buf_str(out, "&amp;");
			break;
		case '<':
			buf_str(out, "&lt;");
			break;
		case '>':
			buf_str(out, "&gt;");
			break;
		case '"':
			buf_str(out, "&quot;");
			break;
		case '\'':
			buf_str(out, "&#39;");
			break;
		default:
			buf_char(out, *text);
		}
}

/* The length of the word behind an "@", or 0 when it is none. */
static size_t
word_at(const char *p)
{
	size_t len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return len <= WORD_MAX && p[len] == '@' ? len : 0;
}

static const struct xl_value *
find(const struct xl_value *v, const char *word, size_t len)
{
	for (; v->word != NULL; v++)
		if (strlen(v->word) == len && memcmp(v->word, word, len) == 0)
			return v;
	return NULL;
}

int
xl_fill(struct buf *out, const char *template, const struct xl_value *values,
	void (*quote)(struct buf *, const char *))
{
	for (const char *p = template; *p != '\0';) {
		size_t len = *p == '@' ? word_at(p + 1) : 0;
		const struct xl_value *v;

		if (len == 0) {
			buf_char(out, *p++);
			continue;
		}
		v = find(values, p + 1, len);
		if (v == NULL)
			return -1;
		if (v->raw)
			buf_str(out, v->text);
		else
			quote(out, v->text);
		p += len + 2;
	}
	return 0;
}

/* ------------------------------------------------------------- the parts -- */

static void
add_part(struct buf *out, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		buf_printf(out, "%s%s=%s", out->len > 0 ? "," : "", name,
			   value);
}

/* The address is what the host has a route for; vif-route of Xen 4.17 would
 * stumble over one of IPv6. */
static void
vif(const struct xl *x, struct buf *out)
{
	char address[ADDRESS_TEXT] = "";

	if (x->network->has4 && x->machine->bridge == NULL)
		net4_text(x->network->four.address, address);
	add_part(out, "mac", x->machine->mac);
	add_part(out, "bridge", x->machine->bridge);
	add_part(out, "script", x->machine->script);
	add_part(out, "ip", address);
}

static void
interface_xml(const struct xl *x, struct buf *out)
{
	const struct machine *m = x->machine;
	char text[ADDRESS_TEXT];

	/* Names of bridges and scripts hold nothing that means something. */
	if (m->bridge != NULL)
		buf_printf(out, "<source bridge='%s'/>", m->bridge);
	if (m->script != NULL)
		buf_printf(out, "<script path='%s'/>", m->script);
	if (m->mac != NULL)
		buf_printf(out, "<mac address='%s'/>", m->mac);
	if (m->bridge == NULL && x->network->has4) {
		net4_text(x->network->four.address, text);
		buf_printf(out, "<ip address='%s'/>", text);
	}
}

static void
cmdline(const struct xl *x, const char *console, struct buf *out,
	struct faults *faults)
{
	buf_printf(out, "console=%s panic=-1", console);
	network_arguments(x->network, out);
	if (out->len > CMDLINE_MAX)
		fault(faults,
		      "the kernel's command line would have %zu bytes, and "
		      "Xen takes %d: choose a shorter --hostname",
		      out->len, CMDLINE_MAX);
}

/* ------------------------------------------------------------- the files -- */

struct filling {
	struct buf vif, cmdline;
	char memory[16], vcpus[16];
};

static void
fill(const struct xl *x, const char *template, const char *console,
     void (*quote)(struct buf *, const char *), struct buf *out,
     struct faults *faults)
{
	const struct machine *m = x->machine;
	struct filling f = {0};
	int xml = quote == xl_escape;

	(xml ? interface_xml : vif)(x, &f.vif);
	cmdline(x, console, &f.cmdline, faults);
	snprintf(f.memory, sizeof(f.memory), "%u", m->memory);
	snprintf(f.vcpus, sizeof(f.vcpus), "%u", m->vcpus);
	const struct xl_value values[] = {
	    {"NAME", x->network->hostname, 0},
	    {"TYPE", m->pv ? "pv" : "pvh", 0},
	    {"KERNEL", x->kernel, 0},
	    {"RAMDISK", x->ramdisk, 0},
	    {"CMDLINE", buf_cstr(&f.cmdline), 0},
	    {"MEMORY", f.memory, 0},
	    {"VCPUS", f.vcpus, 0},
	    {"VIF", buf_cstr(&f.vif), 0},
	    {"INTERFACE", buf_cstr(&f.vif), 1},
	    {"IFTYPE", m->bridge != NULL ? "bridge" : "ethernet", 0},
	    {"MACHINE", m->pv ? "xenpv" : "xenpvh", 0},
	    {"OSTYPE", m->pv ? "linux" : "xenpvh", 0},
	    {NULL, NULL, 0},
	};
	if (xl_fill(out, template, values, quote) == -1)
		fault(faults, "this build's template of the domain has a word "
			      "that is not known");
	buf_free(&f.vif);
	buf_free(&f.cmdline);
}

/* An image with all of it inside gets no archive, and the line goes. */
static const char *
without_ramdisk(const char *template, const char *begin, const char *end,
		struct buf *out)
{
	const char *line = strstr(template, begin);
	const char *rest = line != NULL ? strstr(line, end) : NULL;

	buf_clear(out);
	if (rest == NULL)
		return template;
	buf_add(out, template, (size_t)(line - template));
	buf_str(out, rest + strlen(end));
	return buf_cstr(out);
}

void
xl_write(const struct xl *x, struct buf *out, struct faults *faults)
{
	struct buf shorter = {0};
	const char *template = xl_template;

	if (x->ramdisk[0] == '\0')
		template =
		    without_ramdisk(template, "ramdisk = ", "\n", &shorter);
	fill(x, template, "hvc0", xl_quote, out, faults);
	buf_free(&shorter);
}

void
xl_write_xml(const struct xl *x, struct buf *out, struct faults *faults)
{
	struct buf shorter = {0};
	int xen = x->machine->xml == XML_XEN;
	const char *template = xen ? xen_xml_template : kvm_xml_template;

	if (x->ramdisk[0] == '\0')
		template = without_ramdisk(template, "    <initrd>",
					   "</initrd>\n", &shorter);
	fill(x, template, xen ? "hvc0" : "ttyS0", xl_escape, out, faults);
	buf_free(&shorter);
}
