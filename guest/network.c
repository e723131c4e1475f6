/* SPDX-License-Identifier: ISC */
#include "network.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmdline.h"
#include "files.h"
#include "say.h"

#define DEVICE "eth0"
#define CONF6  "/proc/sys/net/ipv6/conf/" DEVICE

/* struct in6_ifreq of linux/ipv6.h */
struct address_request {
	struct in6_addr address;
	uint32_t prefix;
	int index;
};

/* ---- links ---- */

/* 1: it is up; 0: there is none; -1. */
static int
bring_up(const char *name, struct err *err)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = -1;

	if (fd == -1)
		return err_set(err, "no socket: %s", strerror(errno));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request) == -1) {
		rc = 0;
	} else {
		request.ifr_flags |= IFF_UP;
		rc = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 1 : -1;
	}
	if (rc == -1)
		err_set(err, "cannot bring up %s: %s", name, strerror(errno));
	close(fd);
	return rc;
}

/* ---- the IPv6 address ---- */

/* Forgets what routers have told so far, too. */
static int
stop_listening_to_routers(void)
{
	return file_write(CONF6 "/accept_ra", "0") == -1 ||
		       file_write(CONF6 "/disable_ipv6", "1") == -1 ||
		       file_write(CONF6 "/disable_ipv6", "0") == -1
		   ? -1
		   : 0;
}

static int
set_address(int fd, int index, const struct ip6 *ip)
{
	struct address_request r = {ip->address, ip->prefix, index};

	return ioctl(fd, SIOCSIFADDR, &r);
}

static int
add_route(int fd, int index, const struct in6_addr *to, unsigned prefix,
	  const struct in6_addr *gateway)
{
	struct in6_rtmsg r = {.rtmsg_metric = 1,
			      .rtmsg_flags = RTF_UP,
			      .rtmsg_ifindex = index,
			      .rtmsg_dst_len = (uint16_t)prefix};

	if (to != NULL)
		r.rtmsg_dst = *to;
	if (gateway != NULL) {
		r.rtmsg_gateway = *gateway;
		r.rtmsg_flags |= RTF_GATEWAY;
	}
	return ioctl(fd, SIOCADDRT, &r);
}

static int
set_routes(int fd, int index, const struct ip6 *ip)
{
	if (!ip->has_gateway)
		return 0;
	if (!ip6_gateway_is_near(ip) &&
	    add_route(fd, index, &ip->gateway, 128, NULL) == -1)
		return -1;
	return add_route(fd, index, NULL, 0, &ip->gateway);
}

/* The flags that /proc/net/if_inet6 shows for it, or -1. */
static long
flags_of(const struct in6_addr *address)
{
	char text[4096], want[33], has[33], *line, *rest = text;
	unsigned flags;

	for (size_t i = 0; i < 16; i++)
		snprintf(want + 2 * i, 3, "%02x", address->s6_addr[i]);
	if (file_read("/proc/net/if_inet6", text, sizeof(text)) == -1)
		return -1;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (sscanf(line, "%32s %*x %*x %*x %x", has, &flags) == 2 &&
		    strcmp(has, want) == 0)
			return (long)flags;
	return -1;
}

/* RFC 4862 section 5.4: it is nobody's until the neighbours were asked, and
 * nothing can be bound to it; a second, and more on a slow machine. */
#define TENTATIVE 0x40
#define DUPLICATE 0x08
#define WAIT_MS	  10000
#define STEP_MS	  50

static int
await_address(const struct in6_addr *address, struct err *err)
{
	long flags = flags_of(address);

	for (int ms = 0; ms < WAIT_MS && flags > 0 && (flags & TENTATIVE) &&
			 !(flags & DUPLICATE);
	     ms += STEP_MS) {
		poll(NULL, 0, STEP_MS);
		flags = flags_of(address);
	}
	if (flags == -1)
		return err_set(err, "the address is gone");
	if (flags & DUPLICATE)
		return err_set(err, "another machine has this address");
	if (flags & TENTATIVE)
		say("%s: nobody could be asked whether the address is free",
		    CMDLINE_IP6);
	return 0;
}

static int
use_ip6(const struct ip6 *ip, struct err *err)
{
	int index = (int)if_nametoindex(DEVICE);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = -1;

	if (fd == -1)
		return err_set(err, "no IPv6 in this kernel: %s",
			       strerror(errno));
	if (stop_listening_to_routers() == -1)
		err_set(err, "cannot turn router advertisements off: %s",
			strerror(errno));
	else if (set_address(fd, index, ip) == -1)
		err_set(err, "cannot set the address: %s", strerror(errno));
	else if (set_routes(fd, index, ip) == -1)
		err_set(err, "cannot set the default route: %s",
			strerror(errno));
	else
		rc = await_address(&ip->address, err);
	close(fd);
	return rc;
}

static int
set_ip6(int has_device, struct err *err)
{
	char line[CMDLINE_MAX], text[INET6_ADDRSTRLEN] = "";
	struct ip6 ip;
	int found;

	if (file_read("/proc/cmdline", line, sizeof(line)) == -1)
		return err_set(err, "/proc/cmdline: %s", strerror(errno));
	found = cmdline_find_ip6(line, &ip, err);
	if (found < 1)
		return found;
	if (!has_device)
		return err_set(err, CMDLINE_IP6 ": there is no " DEVICE);
	if (use_ip6(&ip, err) == -1)
		return err_prefix(
		    err, CMDLINE_IP6 "=%s/%u",
		    inet_ntop(AF_INET6, &ip.address, text, sizeof(text)),
		    ip.prefix);
	return 0;
}

/* ---- name servers ---- */

#define RESOLV "/etc/resolv.conf"

/* What ip= or DHCP said.  Taken over into a file, as dial's Landlock reads
 * nothing of /proc. */
static void
keep_name_servers(void)
{
	struct stat st;
	char text[4096];
	int fd;

	if (lstat(RESOLV, &st) == 0 && S_ISREG(st.st_mode))
		return; /* out of the site's archive */
	if (file_read("/proc/net/pnp", text, sizeof(text)) == -1)
		text[0] = '\0';
	unlink(RESOLV);
	fd = open(RESOLV, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		say("%s cannot be written: %s", RESOLV, strerror(errno));
	if (fd != -1)
		close(fd);
}

static int
has_name_server(void)
{
	char text[4096], *line, *rest = text, first[16], second[64];

	if (file_read(RESOLV, text, sizeof(text)) == -1)
		return 0;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (sscanf(line, "%15s %63s", first, second) == 2 &&
		    strcmp(first, "nameserver") == 0)
			return 1;
	return 0;
}

/* ---- what has come of it ---- */

static int
has_ip4(char text[INET_ADDRSTRLEN])
{
	struct ifreq request = {.ifr_name = DEVICE};
	struct sockaddr_in sin;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd == -1)
		return 0;
	rc = ioctl(fd, SIOCGIFADDR, &request);
	close(fd);
	memcpy(&sin, &request.ifr_addr, sizeof(sin));
	return rc == 0 &&
	       inet_ntop(AF_INET, &sin.sin_addr, text, INET_ADDRSTRLEN) != NULL;
}

#define SCOPE_HOST 0x10
#define SCOPE_LINK 0x20

/* Every address that others may use in text, after what is there. */
static void
add_ip6s(char *text, size_t size)
{
	char file[4096], hex[33], shown[INET6_ADDRSTRLEN], *line, *rest = file;
	struct in6_addr a;
	unsigned prefix, scope;

	if (file_read("/proc/net/if_inet6", file, sizeof(file)) == -1)
		return;
	while ((line = strsep(&rest, "\n")) != NULL) {
		size_t len = strlen(text);

		if (sscanf(line, "%32s %*x %x %x", hex, &prefix, &scope) != 3 ||
		    scope == SCOPE_HOST || scope == SCOPE_LINK)
			continue;
		for (size_t i = 0; i < 16; i++)
			if (sscanf(hex + 2 * i, "%2hhx", &a.s6_addr[i]) != 1)
				return;
		if (inet_ntop(AF_INET6, &a, shown, sizeof(shown)) != NULL)
			snprintf(text + len, size - len, " %s/%u", shown,
				 prefix);
	}
}

static void
tell(int has_device)
{
	char text[256] = "", ip4[INET_ADDRSTRLEN];

	if (!has_device) {
		say("network: there is no " DEVICE
		    ": give the guest one (vif of xl.cfg)");
		return;
	}
	if (has_ip4(ip4))
		snprintf(text, sizeof(text), " %s", ip4);
	add_ip6s(text, sizeof(text));
	if (text[0] == '\0')
		say("network: " DEVICE
		    " has no address yet: give ip= or blogd.ip6= on the "
		    "kernel's command line");
	else
		say("network: " DEVICE "%s", text);
	if (!has_name_server())
		say("network: no name server is known: give one with ip=, or "
		    "etc/resolv.conf in the site's archive");
}

int
network_start(struct err *err)
{
	int has_device;

	if (bring_up("lo", err) == -1)
		return -1;
	has_device = bring_up(DEVICE, err);
	if (has_device == -1 || set_ip6(has_device, err) == -1)
		return -1;
	keep_name_servers();
	tell(has_device);
	return 0;
}
