/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <stddef.h>
#include <time.h>

#define FIELD(f) offsetof(struct serve_counters, f)

/* clang-format off */
const struct status_counter status_counters[] = {
	{"body_bytes", "blogd_response_body_bytes_total",
	    "Bytes of the bodies of all answers, before TLS.",
	    FIELD(body_bytes)},
	{"connections", "blogd_connections_total",
	    "Connections accepted.", FIELD(connections)},
	{"open", "blogd_connections_open",
	    "Connections that are open.", FIELD(open)},
	{"timeouts", "blogd_timeouts_total",
	    "Connections closed by a deadline, other than idle ones.",
	    FIELD(timeouts)},
	{"evicted", "blogd_evictions_total",
	    "Connections closed to make room.", FIELD(evicted)},
	{"abuses", "blogd_abuses_total",
	    "Connections closed for flooding.", FIELD(abuses)},
	{"log_dropped", "blogd_log_dropped_total",
	    "Lines of the access log that were dropped.", FIELD(log_dropped)},
	{"handshakes", "blogd_handshakes_total",
	    "Full TLS handshakes.", FIELD(handshakes)},
	{"resumptions", "blogd_resumptions_total",
	    "TLS handshakes that resumed a session.", FIELD(resumptions)},
	{"handshake_failures", "blogd_handshake_failures_total",
	    "TLS handshakes that failed.", FIELD(handshake_failures)},
	{NULL, NULL, NULL, 0},
};
/* clang-format on */

uint64_t
status_counter(const struct status *s, const struct status_counter *c)
{
	const char *at = (const char *)&s->serve + c->offset;

	return *(const uint64_t *)(const void *)at;
}

const char *
status_protocol(enum counted_protocol protocol)
{
	static const char *const names[COUNTED__PROTOCOLS] = {"h1", "h2"};

	return names[protocol];
}

const char *
status_result(uint32_t result)
{
	static const char *const names[UPDATE__MAX] = {
	    [UPDATE_NONE] = "none",
	    [UPDATE_OK] = "ok",
	    [UPDATE_UNCHANGED] = "unchanged",
	    [UPDATE_FETCH_FAILED] = "fetch-failed",
	    [UPDATE_RENDER_FAILED] = "render-failed",
	    [UPDATE_REFUSED] = "refused"};

	return result < UPDATE__MAX ? names[result] : "unknown";
}

int
status_good(const struct status *s)
{
	return s->site.published != 0 && (s->site.result == UPDATE_OK ||
					  s->site.result == UPDATE_UNCHANGED);
}

void
status_time(struct buf *out, uint64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	/* Not strftime(3), which looks for the time zone's file. */
	if (gmtime_r(&t, &tm) == NULL)
		buf_str(out, "unknown");
	else
		buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d UTC",
			   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			   tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
status_clean(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_char(out, *text >= 0x20 && *text < 0x7f ? *text : '?');
}
