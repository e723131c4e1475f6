/* SPDX-License-Identifier: ISC */
#include "machine.h"

#include <ctype.h>
#include <string.h>

#define BRIDGE_MAX 15 /* IFNAMSIZ of the host's kernel, without the NUL */

/* A decimal number without sign.  -1 when it is none or out of range. */
static int
read_number(const char *text, unsigned least, unsigned most, unsigned *n)
{
	unsigned value = 0;

	if (text[0] == '\0' || strlen(text) > 8)
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (unsigned)(*text - '0');
	if (*text != '\0' || value < least || value > most)
		return -1;
	*n = value;
	return 0;
}

static void
read_type(struct machine *m, const char *type, struct faults *faults)
{
	if (type == NULL || strcmp(type, "pvh") == 0)
		return;
	if (strcmp(type, "pv") == 0)
		m->pv = 1;
	else
		fault(faults,
		      "--type: \"%s\": write pvh, or pv where the processor "
		      "has no virtualisation%s",
		      type,
		      strcmp(type, "hvm") == 0
			  ? " (hvm would need firmware and a device model)"
			  : "");
}

static void
read_size(struct machine *m, const struct image_options *o,
	  struct faults *faults)
{
	m->memory = 64;
	m->vcpus = 1;
	if (o->memory != NULL &&
	    read_number(o->memory, MEMORY_LEAST, MEMORY_MOST, &m->memory) == -1)
		fault(faults,
		      "--memory: \"%s\": write a number of megabytes, %d to "
		      "%d",
		      o->memory, MEMORY_LEAST, MEMORY_MOST);
	if (o->vcpus != NULL &&
	    read_number(o->vcpus, 1, VCPUS_MOST, &m->vcpus) == -1)
		fault(faults,
		      "--vcpus: \"%s\": write 1 to %d, the most that the "
		      "guest's kernel uses",
		      o->vcpus, VCPUS_MOST);
}

/* What stands in a vif, where "," and "=" mean something. */
static int
is_plain(const char *text, const char *more)
{
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) &&
		    strchr(more, *text) == NULL)
			return 0;
	return 1;
}

static void
read_vif(struct machine *m, const struct image_options *o,
	 struct faults *faults)
{
	int routed = o->script != NULL && strstr(o->script, "route") != NULL;

	m->script = o->script;
	m->bridge = o->bridge != NULL ? o->bridge : routed ? NULL : "xenbr0";
	if (o->script != NULL && !is_plain(o->script, "-_./"))
		fault(faults,
		      "--script: \"%s\": write the name of a script in "
		      "/etc/xen/scripts, such as vif-route",
		      o->script);
	if (o->bridge != NULL &&
	    (strlen(o->bridge) > BRIDGE_MAX || !is_plain(o->bridge, "-_.")))
		fault(faults,
		      "--bridge: \"%s\" is no name of a bridge: at most %d "
		      "letters, digits, \"-\", \"_\" and \".\"",
		      o->bridge, BRIDGE_MAX);
	if (routed && o->bridge != NULL)
		fault(faults,
		      "--bridge: a routed interface (--script %s) is "
		      "on no bridge",
		      o->script);
	if (routed && o->dhcp != NULL && o->ip == NULL && o->ip6 == NULL)
		fault(faults, "--script: a routed interface needs a fixed "
			      "address, for the host's route: give --ip "
			      "instead of --dhcp");
	if (routed && o->ip6 != NULL)
		caution(faults,
			"--script: Xen's vif-route sets the route to an IPv4 "
			"address alone: on the host, ip -6 route add the one "
			"of --ip6 to the guest's vif");
	if (o->script != NULL && o->xml != NULL && strcmp(o->xml, "kvm") == 0)
		fault(faults, "--script: is Xen's, and libvirt's driver of "
			      "KVM knows none: give --bridge");
}

static int
is_mac(const char *text)
{
	for (int i = 0; i < 6; i++, text += 3)
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return 0;
	return 1;
}

static void
read_mac(struct machine *m, const char *mac, struct faults *faults)
{
	m->mac = mac;
	if (mac == NULL)
		return;
	if (!is_mac(mac))
		fault(faults,
		      "--mac: \"%s\" is no hardware address: write it as in "
		      "00:16:3e:12:34:56 (00:16:3e is Xen's)",
		      mac);
	else if (strchr("13579bdfBDF", mac[1]) != NULL)
		fault(faults,
		      "--mac: %s is a multicast address: the second "
		      "digit is even in one of a host",
		      mac);
	else if (strcmp(mac, "00:00:00:00:00:00") == 0)
		fault(faults, "--mac: %s stands for none", mac);
}

static void
read_xml(struct machine *m, const char *xml, struct faults *faults)
{
	if (xml == NULL)
		return;
	if (strcmp(xml, "xen") == 0)
		m->xml = XML_XEN;
	else if (strcmp(xml, "kvm") == 0)
		m->xml = XML_KVM;
	else
		fault(faults,
		      "--xml: \"%s\": write xen or kvm, libvirt's "
		      "driver",
		      xml);
}

void
machine_read(struct machine *m, const struct image_options *o,
	     struct faults *faults)
{
	memset(m, 0, sizeof(*m));
	read_type(m, o->type, faults);
	read_size(m, o, faults);
	read_vif(m, o, faults);
	read_mac(m, o->mac, faults);
	read_xml(m, o->xml, faults);
}
