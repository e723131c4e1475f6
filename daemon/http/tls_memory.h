/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_TLS_MEMORY_H
#define BLOGD_TLS_MEMORY_H

/*
 * OpenSSL's memory.  An idle connection owns no buffers for records
 * (SSL_MODE_RELEASE_BUFFERS): they are taken and given back at each request,
 * which costs malloc more than all else it does.  As one connection is at work
 * at a time, two buffers that stay do for all of them; when those are taken,
 * others come from malloc.
 *
 * For a process with one thread, before anything else of OpenSSL.  -1 when it
 * is too late.
 */
int tls_memory_init(void);

#endif
