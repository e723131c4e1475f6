/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_FUZZ_WEB_H
#define BLOGD_FUZZ_WEB_H

#include "../../daemon/http/response.h"

/* A tiny site, the same each time. */
extern const struct serve_settings fuzz_serve;
extern const struct request_limits fuzz_limits;
struct snapshot *fuzz_snapshot(void);

#endif
