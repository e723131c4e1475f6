/* SPDX-License-Identifier: ISC */
#include "network.h"

#include <string.h>
#include <strings.h>

#define HOSTNAME_MAX 63 /* a label, RFC 1035; the kernel has room for 64 */
#define IP_DNS_MAX   2	/* name servers that "ip=" carries */

/* 0 or 1; -1 when it is neither. */
static int
read_bool(const char *text)
{
	static const char *const words[] = {"false", "true", "no", "yes",
					    "off",   "on",   "0",  "1"};

	for (int i = 0; i < 8; i++)
		if (strcasecmp(text, words[i]) == 0)
			return i % 2;
	return -1;
}

/* ----------------------------------------------------------------- IPv4 -- */

static void
read_mask(struct network *n, const char *netmask, int bits,
	  struct faults *faults)
{
	if (bits != -1 && netmask != NULL)
		fault(faults,
		      "--netmask: --ip names the mask already, by "
		      "\"/%d\"",
		      bits);
	else if (bits != -1)
		n->four.mask = net4_mask((unsigned)bits);
	else if (netmask == NULL)
		fault(faults, "--netmask: is missing beside --ip, such as "
			      "255.255.255.0");
	else if (net4_parse(netmask, &n->four.mask) == -1)
		fault(faults,
		      "--netmask: \"%s\" is no mask: write it as in "
		      "255.255.255.0",
		      netmask);
}

static void
read_gateway(struct network *n, const char *gateway, struct faults *faults)
{
	if (strpbrk(gateway, ", ") != NULL)
		fault(faults, "--gateways: the guest has one route out: give "
			      "one address");
	else if (net4_parse(gateway, &n->four.gateway) == -1)
		fault(faults, "--gateways: \"%s\" is no IPv4 address", gateway);
	else
		n->four.has_gateway = 1;
}

static void
read4(struct network *n, const struct image_options *o, struct faults *faults)
{
	unsigned before = faults->n;
	int bits;

	n->has4 = 1;
	if (net4_parse_prefix(o->ip, &n->four.address, &bits) == -1)
		fault(faults, "--ip: \"%s\" is no IPv4 address%s", o->ip,
		      strchr(o->ip, ':') != NULL ? ": use --ip6" : "");
	if (faults->n == before || o->netmask != NULL)
		read_mask(n, o->netmask, bits, faults);
	/* The rest is measured by these two. */
	before = faults->n - before;
	if (o->gateways != NULL)
		read_gateway(n, o->gateways, faults);
	else
		caution(faults, "without --gateways only the guest's own IPv4 "
				"net reaches it");
	if (before == 0)
		net4_check(&n->four, faults);
}

static void
refuse_with_dhcp(const char *option, const char *given, struct faults *faults)
{
	if (given != NULL)
		fault(faults,
		      "%s: comes from the DHCP server (--dhcp true): "
		      "leave out one of the two",
		      option);
}

static void
read_family4(struct network *n, const struct image_options *o,
	     struct faults *faults)
{
	int dhcp = o->dhcp != NULL ? read_bool(o->dhcp) : 0;

	if (dhcp == -1)
		fault(faults, "--dhcp: \"%s\" is neither true nor false",
		      o->dhcp);
	n->dhcp = dhcp == 1;
	if (n->dhcp) {
		refuse_with_dhcp("--ip", o->ip, faults);
		refuse_with_dhcp("--netmask", o->netmask, faults);
		refuse_with_dhcp("--gateways", o->gateways, faults);
	} else if (o->ip != NULL)
		read4(n, o, faults);
	else if (o->netmask != NULL || o->gateways != NULL)
		fault(faults, "%s: --ip is missing beside it",
		      o->netmask != NULL ? "--netmask" : "--gateways");
	else if (o->ip6 == NULL && dhcp != -1)
		fault(faults, "--ip: the guest needs an address: give --ip, "
			      "--netmask and --gateways, or --ip6, or --dhcp "
			      "true");
}

/* ----------------------------------------------------------------- IPv6 -- */

static void
read6(struct network *n, const struct image_options *o, struct faults *faults)
{
	unsigned before = faults->n;
	struct err err;

	n->has6 = 1;
	if (net6_parse_prefix(o->ip6, &n->six, &err) == -1)
		fault(faults, "--ip6: %s", err.text);
	if (o->gateway6 != NULL) {
		n->six.has_gateway = 1;
		if (strchr(o->gateway6, '%') != NULL)
			fault(faults,
			      "--gateway6: leave out \"%s\": the guest "
			      "has one interface",
			      strchr(o->gateway6, '%'));
		else if (net6_parse(o->gateway6, n->six.gateway) == -1)
			fault(faults, "--gateway6: \"%s\" is no IPv6 address",
			      o->gateway6);
	}
	if (faults->n == before)
		net6_check(&n->six, faults);
}

/* --------------------------------------------------------- name servers -- */

static void
read_dns(struct network *n, const char *text, struct faults *faults)
{
	struct name_server *d = &n->dns[n->ndns];
	struct err err;
	int bad;

	d->six = strchr(text, ':') != NULL;
	if (d->six ? net6_parse(text, d->address) == -1
		   : net4_parse(text, &d->four) == -1) {
		fault(faults, "--dns: \"%s\" is no IPv4 or IPv6 address", text);
		return;
	}
	bad = d->six ? net6_is_host(d->address, &err)
		     : net4_is_host(d->four, &err);
	if (bad == -1) {
		fault(faults, "--dns: %s %s", text, err.text);
		return;
	}
	if (d->six)
		net6_text(d->address, d->text);
	else
		net4_text(d->four, d->text);
	n->ndns++;
}

/* Is there a way to it?  DHCP may bring any. */
static int
reaches(const struct network *n, const struct name_server *d)
{
	if (!d->six)
		return n->dhcp ||
		       (n->has4 && (n->four.has_gateway ||
				    net4_contains(&n->four, d->four)));
	/* Without --ip6 a router may announce a net all the same. */
	return !n->has6 || n->six.has_gateway ||
	       net6_contains(&n->six, d->address) ||
	       net6_is_link_local(d->address);
}

static void
check_dns(const struct network *n, struct faults *faults)
{
	for (unsigned i = 0; i < n->ndns; i++)
		if (!reaches(n, &n->dns[i]))
			fault(faults,
			      "--dns: the guest has no way to %s: "
			      "give it %s, or a name server in its net",
			      n->dns[i].text,
			      n->dns[i].six ? "--gateway6"
			      : n->has4	    ? "--gateways"
					    : "an IPv4 address (--ip)");
}

/* ------------------------------------------------------------- together -- */

static void
read_hostname(struct network *n, const char *name, struct faults *faults)
{
	size_t len = strlen(name);

	n->hostname = name;
	if (len > HOSTNAME_MAX || name[0] == '-' || name[len - 1] == '-' ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] != '\0')
		fault(faults,
		      "--hostname: \"%s\": write letters, digits and \"-\", "
		      "at most %d of them",
		      name, HOSTNAME_MAX);
}

void
network_read(struct network *n, const struct image_options *o,
	     struct faults *faults)
{
	unsigned before = faults->n;

	memset(n, 0, sizeof(*n));
	read_family4(n, o, faults);
	if (o->ip6 != NULL)
		read6(n, o, faults);
	else if (o->gateway6 != NULL)
		fault(faults, "--gateway6: --ip6 is missing beside it");
	for (unsigned i = 0; i < o->ndns; i++)
		read_dns(n, o->dns[i], faults);
	read_hostname(n, o->hostname != NULL ? o->hostname : "blogd", faults);
	if (faults->n == before)
		check_dns(n, faults);
}

void
network_check_remote(const struct network *n, const char *host,
		     struct faults *faults)
{
	struct name_server d = {.six = strchr(host, ':') != NULL};
	int address = d.six ? net6_parse(host, d.address) == 0
			    : net4_parse(host, &d.four) == 0;

	if (!address && n->ndns == 0 && !n->dhcp)
		fault(faults,
		      "--remote: %s is a name, and the guest has no "
		      "name server to ask: give one with --dns",
		      host);
	if (address && !reaches(n, &d))
		fault(faults,
		      "--remote: the guest has no way to %s: give it "
		      "%s",
		      host, d.six ? "--gateway6" : "--ip and --gateways");
}

/* Do all of them fit into "ip="?  With DHCP it has no room for any. */
static int
dns_in_ip(const struct network *n)
{
	if (!n->has4 || n->ndns > IP_DNS_MAX)
		return 0;
	for (unsigned i = 0; i < n->ndns; i++)
		if (n->dns[i].six)
			return 0;
	return 1;
}

void
network_arguments(const struct network *n, struct buf *out)
{
	char a[ADDRESS_TEXT], m[ADDRESS_TEXT], g[ADDRESS_TEXT] = "";

	if (n->dhcp)
		buf_printf(out, " ip=::::%s:eth0:dhcp", n->hostname);
	if (n->has4) {
		net4_text(n->four.address, a);
		net4_text(n->four.mask, m);
		if (n->four.has_gateway)
			net4_text(n->four.gateway, g);
		buf_printf(out, " ip=%s::%s:%s:%s:eth0:off", a, g, m,
			   n->hostname);
		for (unsigned i = 0; dns_in_ip(n) && i < n->ndns; i++)
			buf_printf(out, ":%s", n->dns[i].text);
	}
	if (n->has6) {
		net6_text(n->six.address, a);
		buf_printf(out, " blogd.ip6=%s/%u", a, n->six.bits);
		net6_text(n->six.gateway, g);
		if (n->six.has_gateway)
			buf_printf(out, ",%s", g);
	}
}

void
network_resolv(const struct network *n, struct buf *out)
{
	if (dns_in_ip(n))
		return;
	for (unsigned i = 0; i < n->ndns; i++)
		buf_printf(out, "nameserver %s\n", n->dns[i].text);
}
