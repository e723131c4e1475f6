/* SPDX-License-Identifier: ISC */
#include "sysctls.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "files.h"
#include "say.h"

static const struct {
	const char *path, *value;
} sysctls[] = {
    /* The kernel tells nobody but the console about itself. */
    {"/proc/sys/kernel/dmesg_restrict", "1"},
    {"/proc/sys/kernel/kptr_restrict", "2"},
    {"/proc/sys/kernel/perf_event_paranoid", "3"},
    /* What it does not need to do. */
    {"/proc/sys/kernel/sysrq", "0"},
    {"/proc/sys/kernel/unprivileged_bpf_disabled", "1"},
    {"/proc/sys/kernel/io_uring_disabled", "2"},
    {"/proc/sys/vm/unprivileged_userfaultfd", "0"},
    {"/proc/sys/dev/tty/ldisc_autoload", "0"},
    /* A fault in the kernel is a crash, which the hypervisor sees. */
    {"/proc/sys/kernel/panic_on_oops", "1"},
    /* Addresses of memory are as hard to guess as they can be. */
    {"/proc/sys/kernel/randomize_va_space", "2"},
    {"/proc/sys/vm/mmap_rnd_bits", "32"},
    /* No memory is held back to have it in large pieces: nothing that may fail
     * asks for those, and in a small guest it is a tenth. */
    {"/proc/sys/vm/watermark_boost_factor", "0"},
    /* The way of packets is what the operator said. */
    {"/proc/sys/net/ipv4/conf/all/accept_redirects", "0"},
    {"/proc/sys/net/ipv4/conf/default/accept_redirects", "0"},
    {"/proc/sys/net/ipv4/conf/all/secure_redirects", "0"},
    {"/proc/sys/net/ipv4/conf/all/send_redirects", "0"},
    {"/proc/sys/net/ipv4/conf/all/accept_source_route", "0"},
    {"/proc/sys/net/ipv4/conf/all/rp_filter", "1"},
    {"/proc/sys/net/ipv6/conf/all/accept_redirects", "0"},
    {"/proc/sys/net/ipv6/conf/default/accept_redirects", "0"},
    {"/proc/sys/net/ipv6/conf/all/accept_source_route", "0"},
    {"/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts", "1"},
    {"/proc/sys/net/ipv4/tcp_syncookies", "1"},
    {"/proc/sys/net/ipv4/tcp_rfc1337", "1"},
};

void
sysctls_set(void)
{
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
		if (file_write(sysctls[i].path, sysctls[i].value) == -1 &&
		    errno != ENOENT)
			say("%s stays as it is: %s", sysctls[i].path,
			    strerror(errno));
}
