/* SPDX-License-Identifier: ISC */
#include "notify.h"
#include "clock.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int sock = -1;

void
notify_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len = path != NULL ? strlen(path) : 0;

	if (len == 0 || len >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, len);
	if (sun.sun_path[0] == '@') /* the abstract name space */
		sun.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock == -1)
		return;
	if (connect(sock, (struct sockaddr *)&sun,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len)) == -1) {
		close(sock);
		sock = -1;
	}
}

void
notify(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	if (sock == -1)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		(void)!send(sock, text, strlen(text),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
notify_status(int ready, const char *text)
{
	notify("%sSTATUS=%.*s", ready ? "READY=1\n" : "",
	       (int)strcspn(text, "\n"), text);
}

void
notify_reloading(void)
{
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
}
