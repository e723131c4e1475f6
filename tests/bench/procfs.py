# SPDX-License-Identifier: ISC
"""What processes use, from /proc."""
import glob
import os
import re
import subprocess

import blogd


def cpu_time(pids):
    """Seconds on a processor by the scheduler's count, all threads."""
    total = 0
    for pid in pids:
        for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
            total += int((blogd.read(path).split() or [b"0"])[0])
    return total / 1e9


def memory(pid):
    """/proc/PID/smaps_rollup, in KiB."""
    rollup = blogd.read("/proc/%d/smaps_rollup" % pid).decode()
    return {name: int(size) for name, size in
            re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.M)}


def written(pids):
    """KiB of these processes' user space that no file backs, pages that
    several of them share counted once."""
    sizes = [memory(pid) for pid in pids]
    return sum(size.get("Pss_Anon", 0) + size.get("Pss_Shmem", 0)
               for size in sizes)


def pin(pids, cpu):
    for pid in pids:
        subprocess.run(["taskset", "-acp", str(cpu), str(pid)], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


LAST_CPU = (os.cpu_count() or 1) - 1

# How a client is started: away from the server.
CLIENT = ["taskset", "-c", str(LAST_CPU)]
