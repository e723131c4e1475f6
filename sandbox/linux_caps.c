/* SPDX-License-Identifier: ISC */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef __linux__

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <string.h>
#include <unistd.h>

#include "linux.h"

#define SETS _LINUX_CAPABILITY_U32S_3

static int
get(struct __user_cap_data_struct data[SETS])
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};

	memset(data, 0, sizeof(*data) * SETS);
	return (int)syscall(SYS_capget, &head, data);
}

uint64_t
caps_effective(void)
{
	struct __user_cap_data_struct data[SETS];

	if (get(data) == -1)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

uint64_t
caps_permitted(void)
{
	struct __user_cap_data_struct data[SETS];

	if (get(data) == -1)
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* Nothing is held that could be dropped. */
static int
has_none(void)
{
	struct __user_cap_data_struct data[SETS];

	if (get(data) == -1)
		return 0;
	for (int i = 0; i < SETS; i++)
		if ((data[i].effective | data[i].permitted |
		     data[i].inheritable) != 0)
			return 0;
	return 1;
}

int
caps_keep(uint64_t set, int ambient)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[SETS];

	/* A service manager's filter may not know capset. */
	if (set == 0 && has_none())
		return 0;
	for (int i = 0; i < SETS; i++) {
		uint32_t half = (uint32_t)(set >> (32 * i));

		data[i].effective = data[i].permitted = half;
		data[i].inheritable = ambient ? half : 0;
	}
	if (syscall(SYS_capset, &head, data) == -1)
		return -1;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long cap = 0; ambient && cap <= CAP_LAST_CAP; cap++)
		if ((set & CAP_BIT(cap)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) ==
			-1)
			return -1;
	return 0;
}

void
caps_empty_bounding(void)
{
	/* The kernel may know more capabilities than the headers did. */
	for (unsigned long cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
			break;
}

#endif
