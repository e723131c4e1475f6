/* SPDX-License-Identifier: ISC */
#include "syslog_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_url.h"

#define PORT "514"

static void
set4(struct msg_address *address, const struct in_addr *ip, in_port_t port)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&address->to;

	sin->sin_family = AF_INET;
	sin->sin_addr = *ip;
	sin->sin_port = port;
	address->len = sizeof(*sin);
}

static void
set6(struct msg_address *address, const struct in6_addr *ip, in_port_t port)
{
	struct sockaddr_in6 *sin = (struct sockaddr_in6 *)&address->to;

	sin->sin6_family = AF_INET6;
	sin->sin6_addr = *ip;
	sin->sin6_port = port;
	address->len = sizeof(*sin);
}

int
syslog_address(const char *text, struct msg_address *address, struct err *err)
{
	struct authority a;
	struct in6_addr six;
	struct in_addr four;
	in_port_t port;

	memset(address, 0, sizeof(*address));
	if (conf_authority(text, strlen(text), &a, err) == -1)
		return -1;
	port = htons(
	    (in_port_t)strtoul(a.port[0] != '\0' ? a.port : PORT, NULL, 10));
	if (a.user[0] == '\0' && inet_pton(AF_INET6, a.host, &six) == 1)
		set6(address, &six, port);
	else if (a.user[0] == '\0' && inet_pton(AF_INET, a.host, &four) == 1)
		set4(address, &four, port);
	else
		return err_set(err,
			       "\"%.128s\" is no address: write "
			       "\"192.0.2.1:514\" or \"[2001:db8::1]:514\", "
			       "names are not looked up here",
			       text);
	return 0;
}

void
syslog_address_text(const struct msg_address *address,
		    char text[SYSLOG_ADDRESS_MAX])
{
	const struct sockaddr_in6 *six = (const void *)&address->to;
	const struct sockaddr_in *four = (const void *)&address->to;
	char ip[INET6_ADDRSTRLEN] = "";

	if (address->to.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &six->sin6_addr, ip, sizeof(ip));
		snprintf(text, SYSLOG_ADDRESS_MAX, "[%s]:%u", ip,
			 (unsigned)ntohs(six->sin6_port));
	} else {
		inet_ntop(AF_INET, &four->sin_addr, ip, sizeof(ip));
		snprintf(text, SYSLOG_ADDRESS_MAX, "%s:%u", ip,
			 (unsigned)ntohs(four->sin_port));
	}
}
