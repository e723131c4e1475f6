# SPDX-License-Identifier: ISC
"""A daemon one of whose children has been taken over, and what must be true when
it has attacked: its neighbours are the processes they were, readers see the last
good content, the log says what happened, the attacker was ended and started
again where the parent can know of it, and the next good push is published."""
import os
import re
import time

import blogd
import hostile_server
import repo
from client import Closed

WORDS = "now-be-hostile"  # as daemon/hostile.h has it


class Takeover:
    """role: who is taken over; attack: as daemon/hostile.c names it; nth: it
    behaves before the nth opportunity."""

    def __init__(self, t, role, attack, nth=1, **options):
        self.role = role
        self.attack = attack
        self.made = t.blog()
        self.server = t.started(hostile_server.Server(self.made.path))
        site = {"hook-interval": "0s", "poll": "0s",
                "fetch": {"deadline": "20s", "silence": "20s"},
                "render": {"workers": 1, "post-cpu": "100ms"}}
        self.daemon = t.daemon(
            self.server.url(), site={**site, **options.pop("site", {})},
            env={"BLOGD_HOSTILE": "%s %s %d" % (role, attack, nth)},
            **options)
        self.daemon.wait_log("this build has hostile children")
        self.pushes = 0
        self.base = self.made.tip()
        self.content = self.post()
        self.before = self.daemon.settled()
        self.files = self.open_files()
        self.mark = self.daemon.mark()

    def page(self, target, timeout=30):
        """A page that must be there.  A process may just be started again: who
        comes then may be cut off, but gets no other answer."""
        end = time.monotonic() + timeout
        while True:
            try:
                found = self.daemon.get(target)
                assert found.status == 200, found
                return found.text
            except (OSError, Closed) as error:
                assert time.monotonic() < end, error

    def post(self):
        """A post that no push changes; what stands around it may be of the
        next one."""
        text = self.page("/Posts/One")
        return text[text.index("<article"):text.index("</article>")]

    def open_files(self):
        """How many descriptors the parent has; where only root may look, how
        large its table is."""
        try:
            return len(os.listdir("/proc/%d/fd" % self.daemon.pid))
        except PermissionError:
            return int(blogd.status_of(self.daemon.pid)["FDSize"])

    # -- pushes --------------------------------------------------------------

    def push(self, text):
        """A push that holds text; its commit."""
        self.pushes += 1
        return self.made.commit({
            "Posts/Push%d" % self.pushes: repo.article(
                "Push", "Push %d: %s.\n" % (self.pushes, text))})

    def push_hostile(self):
        """The push at which the attack comes."""
        tip = self.push(WORDS)
        self.daemon.push_hook()
        return tip

    def push_good(self):
        """What follows is published, whatever was before."""
        self.made.git("update-ref", "refs/heads/main", self.base)
        tip = self.push("good")
        end = time.monotonic() + 60
        while True:
            mark = self.daemon.mark()
            self.daemon.push_hook()
            try:
                self.daemon.wait_log("serving commit " + tip, 5, after=mark)
                break
            except AssertionError:
                assert time.monotonic() < end, "the next push is not published"
        assert "Push %d: good." % self.pushes in self.page(
            "/Posts/Push%d" % self.pushes)

    # -- what must be true -----------------------------------------------------

    def attacked(self):
        self.daemon.wait_log("being hostile: " + re.escape(self.attack),
                             after=self.mark)

    def says(self, pattern):
        return self.daemon.wait_log(pattern, after=self.mark).string

    def serves_the_old(self):
        assert self.post() == self.content

    def restarted(self, role=None):
        """The attacker is another process now, all others are the same."""
        role = role or self.role
        end = time.monotonic() + 60
        while True:
            now = self.daemon.settled()
            if set(now) == set(self.before) and now[role] != self.before[role]:
                break
            assert time.monotonic() < end, (role, self.before, now)
            time.sleep(0.05)
        self.same_but(role)

    def same_but(self, *roles):
        now = self.daemon.settled()
        for role, pids in self.before.items():
            if role not in roles:
                assert now.get(role) == pids, (role, pids, now)

    def nothing_forged(self):
        forged = [line for line in self.daemon.lines()
                  if line.startswith("blogd: parent: forged")]
        assert not forged, forged
        assert not [line for line in self.daemon.lines() if "\033" in line]

    def no_files_left(self):
        """No descriptor that came stays in the parent.  Its table never gets
        smaller, and doubles for a message with many, while that is there."""
        end = time.monotonic() + 30
        more = 8 if os.getuid() == 0 else self.files
        while self.open_files() > self.files + more:
            assert time.monotonic() < end, (self.files, self.open_files())
            time.sleep(0.05)

    def no_crash(self):
        crashed = self.daemon.grep(
            r"ended by signal (4|6|7|8|11|31)\b|AddressSanitizer|runtime error")
        assert not crashed, crashed


def tests(namespace, prefix, attacks, check):
    """One test for each attack: {name: anything that check wants}."""
    for name, wanted in attacks.items():
        def test(t, name=name, wanted=wanted):
            check(t, name, wanted)
        namespace["test_%s_%s" % (prefix, name.replace("-", "_"))] = test
