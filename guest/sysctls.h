/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_SYSCTLS_H
#define BLOGD_SYSCTLS_H

/* Settings of the guest's kernel; what it does not have is passed by. */
void sysctls_set(void);

#endif
