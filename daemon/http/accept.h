/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_ACCEPT_H
#define BLOGD_ACCEPT_H

#include "../snapshot/snapshot.h"
#include "request.h"

/*
 * Content negotiation by Accept-Encoding, RFC 9110 section 12.5.3.  available
 * has the bit (1U << encoding) of each variant there is.  The highest q-value
 * wins, ties go to the first in enum encoding; what the client did not name
 * comes last.  When nothing is acceptable the answer is still one of those that
 * are available (identity if it is): 406 helps nobody.
 */
enum encoding accept_encoding(const struct request *r, unsigned available);

#endif
