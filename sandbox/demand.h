/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_DEMAND_H
#define BLOGD_DEMAND_H

#include <stdint.h>

/* How much confinement a start insists on: "sandbox" of blogd.conf, in the
 * order of its words. */
enum demand {
	DEMAND_AUTO,	 /* strict for who is root or started by systemd */
	DEMAND_STRICT,	 /* all there is, or no start */
	DEMAND_AVAILABLE /* what the host has */
};
#define DEMAND_WORDS "auto|strict|available"

/* Is it strict, for this process?  To be asked before root is given up, and
 * before a fork. */
int demand_is_strict(uint32_t demand);

/* Was it systemd that started this process? */
int demand_by_systemd(void);

#endif
