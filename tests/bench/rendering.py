# SPDX-License-Identifier: ISC
"""Making a whole site from nothing, beside Hugo."""
import os
import re
import shutil
import statistics
import subprocess
import threading
import time

import blogd
import corpus
import procfs
import repo

STEPS = ("files read", "texts rendered", "pages listed", "search index made",
         "pages made", "snapshot sealed")


class Watch(threading.Thread):
    """What render and its workers use: the most memory together, MiB, and
    their processor time, as it was a moment before each ended."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.parent, self.most, self.stopped = daemon, 0, False
        self.times = {}  # pid: seconds

    @property
    def time(self):
        return sum(self.times.values())

    def run(self):
        while not self.stopped:
            try:
                pids = self.parent.children().get("render", [])
                pids += [p for pid in pids for p in blogd.descendants(pid)]
                self.times.update((pid, procfs.cpu_time([pid]))
                                  for pid in set(pids))
                size = sum(procfs.memory(pid).get("Pss", 0)
                           for pid in set(pids))
                self.most = max(self.most, size / 1024)
            except (OSError, AssertionError):
                pass
            time.sleep(0.1)  # to look costs time as well


def steps(daemon):
    """Seconds of each step of the rendering that was logged."""
    log = "\n".join(daemon.log)
    return {name: float(re.search(name + r": ([0-9.]+) ms", log).group(1)) / 1000
            for name in STEPS}


def ours(t, path):
    daemon = t.daemon(path, wait=False)
    watch = Watch(daemon)
    watch.start()
    daemon.wait_serving(timeout=300)
    watch.stopped = True
    watch.join()
    found = steps(daemon)
    daemon.stop()
    return found, watch


def hugo(t, directory):
    """(seconds, seconds of processors, MiB) of one run into an empty
    directory."""
    out = t.path("public")
    shutil.rmtree(out, ignore_errors=True)
    started = time.monotonic()
    process = subprocess.Popen(["hugo", "--quiet", "-s", directory, "-d", out],
                               env=dict(repo.ENV, HOME=t.path("home")))
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, "hugo failed"
    return (time.monotonic() - started, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024)


def show(t, count, rounds):
    """Interleaved; the ratio is the median of each round's."""
    directory = t.path("corpus")
    corpus.write(directory, count)
    site = repo.Repo(t.path("corpus.git"))
    site.commit(corpus.content(directory))
    blogd.give_to_daemon(site.path)
    our, their = [], []
    for _ in range(rounds):
        our.append(ours(t, site.path))
        if shutil.which("hugo"):
            their.append(hugo(t, directory))
    print("\n%d posts from nothing, with gzip:" % count)
    for found, watch in our:
        total = sum(found.values())
        print("  blogd %.2f s (%s), %.0f posts/s, processors %.2f s, "
              "render's peak %.0f MiB" % (
                  total, ", ".join("%s %.2f" % (name, found[name])
                                   for name in STEPS),
                  count / total, watch.time, watch.most))
    for seconds, used, peak in their:
        print("  hugo  %.2f s, %.0f posts/s, processors %.2f s, "
              "peak %.0f MiB" % (seconds, count / seconds, used, peak))
    if their:
        print("  times as fast: %.2f" % statistics.median(
            b[0] / sum(a[0].values()) for a, b in zip(our, their)))
