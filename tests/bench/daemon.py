# SPDX-License-Identifier: ISC
"""What concerns blogd alone: its processes, and a push."""
import re
import statistics
import time

import blogd
import procfs
import repo
import servers
from page import Page

POSTS = 12


def show_processes(daemon):
    """Memory, and the system calls each may make."""
    rows = [("parent", daemon.pid)] + [
        (role, pid) for role, pids in sorted(daemon.children().items())
        for pid in pids]
    print("\n| process | own KiB | resident KiB |\n|---|--:|--:|")
    for role, pid in rows:
        sizes = procfs.memory(pid)
        print("| %s | %d | %d |" % (
            role, sizes["Private_Clean"] + sizes["Private_Dirty"],
            sizes["Rss"]))
    listing = blogd.run("-S")[1]
    print("\n" + "\n".join(line for line in listing.splitlines()
                           if re.match(r"\w.*\d+ system calls", line)))


def time_of_push(blog, hook, reader, number):
    """Milliseconds from the request for /push to the new page being read."""
    words = "Number %d." % number
    blog.repo.commit({"Posts/New": repo.article("New", words + "\n")})
    started = time.monotonic()
    hook.fetch("/push")
    while words not in Page(reader.fetch("/Posts/New").text).text:
        assert time.monotonic() - started < 20, "the push is lost"
        time.sleep(0.001)
    return (time.monotonic() - started) * 1000


def show_push(t):
    blog = repo.Synthetic(t.repo("synthetic.git"))
    server = t.started(servers.GitDaemon(t.path("git"), t.dir))
    daemon = t.daemon(server.url("synthetic.git"), debug=False,
                      site={"hook-interval": "0s"})
    with daemon.connect() as hook, daemon.connect() as reader:
        times = [time_of_push(blog, hook, reader, number)
                 for number in range(POSTS)]
    print("\nfrom /push to the new page, %d posts, %d commits: "
          "median %.0f ms, longest %.0f ms" % (
              len(blog.posts), blog.made, statistics.median(times),
              max(times)))
    show_processes(daemon)
