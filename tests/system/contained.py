# SPDX-License-Identifier: ISC
"""A site whose remote is hostile for a while, and what must be true when it is
over: readers see the last good content, the processes are those of before,
their memory is back, the log says what happened, and the next good push is
published."""
import re
import time

import blogd
import hostile_server
import repo
from harness import eventually

MB = 1024  # kB, as /proc tells it

# What a process may keep of an attack that is over.  An allocator does not give
# back all it was given, and git keeps the objects of the pushes that follow.
KEPT = 8 * MB
# What git may take while it is under attack, with the limits in FETCH.
GIT_MOST = 192 * MB

# Small, so that an attack that has to be waited for is over soon; none of them
# stops an honest push.
FETCH = {"silence": "3s", "deadline": "4s", "max-bytes": "64M"}


def memory(pid):
    """Memory of its own that a process has, and the most it had (with files
    and what it shares), in kB."""
    status = blogd.status_of(pid)
    return int(status["RssAnon"].split()[0]), int(status["VmHWM"].split()[0])


class Site:
    """A blog, its hostile server and the daemon between them and the readers.

    fetch, site: settings beside the usual ones; scheme: of the remote."""

    def __init__(self, t, scheme="git", fetch=None, site=None):
        self.made = t.blog()
        self.server = t.started(hostile_server.Server(self.made.path))
        self.daemon = t.daemon(self.server.url(scheme), site={
            "hook-interval": "0s", "poll": "0s",
            "fetch": {**FETCH, **(fetch or {})}, **(site or {})})
        self.pushes = 0
        self.push()  # what is needed once has been
        self.content = self.page("/Posts/Push1")
        self.processes = self.daemon.settled()
        self.memory = self.memory_now()

    def page(self, target):
        return self.daemon.page(target)

    # -- pushes --------------------------------------------------------------

    def push(self, files=None):
        """A good push, published.  Its history begins anew, for the last one
        may be spoilt."""
        self.pushes += 1
        name = "Push%d" % self.pushes
        tip = self.made.commit({
            **repo.SMALL, "Posts/" + name: repo.article(
                name, "Good push %d.\n" % self.pushes), **(files or {})},
            parents=())
        self.publish(tip)
        assert "Good push %d." % self.pushes in self.page("/Posts/" + name)

    def publish(self, tip, timeout=60):
        """Waits until the commit is served.  On a busy machine an honest fetch
        may miss its deadline, too: it is asked for again."""
        end = time.monotonic() + timeout
        while True:
            mark = self.daemon.mark()
            self.daemon.push_hook()
            found = self.daemon.wait_log("serving commit|update failed|"
                                         "nothing new", after=mark).string
            if "serving commit " + tip in found:
                return
            assert re.search("fetch.(deadline|silence)|serving commit|"
                             "nothing new", found), found
            assert time.monotonic() < end, found

    # -- under attack ----------------------------------------------------------

    def attack(self, attack, reason):
        """The update it spoils fails for this reason (a pattern), and nothing
        else changes."""
        mark = self.daemon.mark()
        self.server.attack = attack
        self.daemon.push_hook()
        line = self.daemon.wait_log("update failed: ", after=mark).string
        self.server.attack = None
        assert re.search(reason, line), line
        assert "the site stays as it was" in line, line
        assert not self.daemon.grep("serving commit", mark)
        assert self.page("/Posts/Push1") == self.content

    def serve(self, objects, tip):
        """The commit of packs.Objects is fetched and published; where the log
        was before."""
        mark = self.daemon.mark()
        self.server.attack = hostile_server.sends_pack(objects.pack(),
                                                       tip.hex().encode())
        self.publish(tip.hex())
        self.server.attack = None
        return mark

    def refuse(self, objects, tip, reason):
        """It is fetched, and not published for this reason."""
        self.attack(hostile_server.sends_pack(objects.pack(),
                                              tip.hex().encode()), reason)

    # -- afterwards --------------------------------------------------------------

    def memory_now(self):
        return {(role, pid): memory(pid)[0]
                for role, pids in {**self.daemon.settled(),
                                   "parent": [self.daemon.pid]}.items()
                for pid in pids}

    def check_processes(self, restarted):
        now = self.daemon.settled()
        for role, pids in self.processes.items():
            if role in restarted:
                assert now[role] != pids, role
                assert len(now[role]) == len(pids), (role, now)
            else:
                assert now.get(role) == pids, (role, pids, now)
        assert set(now) == set(self.processes), now

    def grown(self):
        """Processes that hold more than before, and how much."""
        now = self.memory_now()
        return {who: (before, now[who]) for who, before in self.memory.items()
                if who in now and now[who] > before + KEPT}

    def check_memory(self, most):
        if blogd.SANITIZED:
            return  # its malloc keeps what is freed for a while
        for pid in self.daemon.children("git"):
            assert memory(pid)[1] < most, memory(pid)
        eventually(lambda: not self.grown(), 30, "memory: " +
                   str(self.grown()))

    def check(self, restarted=(), most=GIT_MOST):
        """restarted: roles that had to be; most: kB that git may have had."""
        self.check_processes(restarted)
        self.push()
        self.check_memory(most)
        self.check_processes(restarted)


def check_attack(t, attack, reason, scheme="git", fetch=None, **options):
    site = Site(t, scheme, fetch)
    site.attack(attack, reason)
    site.check(**options)
    return site
