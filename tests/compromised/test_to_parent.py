# SPDX-License-Identifier: ISC
"""Messages to the parent that no process may send, from each that has a channel
to it: whoever sends one is ended and started again."""
import os

import blogd
import takeover
from takeover import WORDS, Takeover

KILLED = "%s broke the protocol and is killed"
GONE = "%s .*(broke the protocol|ended by signal 9)"

# Of those that can send descriptors, which serve's filter does not allow.
WITH_FDS = ["no-fds", "extra-fd", "many-fds", "empty-with-fds"]
BYTES = ["empty", "runt", "short", "long", "unknown", "beyond", "foreign",
         "ready-flood"]


def attacks(names, pattern=KILLED):
    return {"parent-" + n: GONE if "empty" in n else pattern for n in names}


def finish(site, pattern, role):
    site.says(pattern % role)
    site.serves_the_old()
    site.restarted()
    site.push_good()
    site.nothing_forged()
    site.no_files_left()
    site.no_crash()


def from_git(t, attack, pattern):
    site = Takeover(t, "git", attack, 2)
    site.push_hostile()
    site.attacked()
    finish(site, pattern, "git")


takeover.tests(globals(), "git", attacks(BYTES + WITH_FDS), from_git)


def from_serve(t, attack, pattern):
    site = Takeover(t, "serve", attack, 2)
    site.push_hostile()
    site.attacked()
    finish(site, pattern, "serve")


takeover.tests(globals(), "serve", attacks(BYTES), from_serve)


def from_dial(t, attack, pattern):
    site = Takeover(t, "dial", attack, 2)
    site.push_hostile()
    site.attacked()
    finish(site, pattern, "dial")


takeover.tests(globals(), "dial", attacks(
    ["runt", "foreign", "extra-fd", "empty-with-fds", "ready-flood"]),
    from_dial)


def from_keys(t, attack, pattern):
    site = Takeover(t, "keys", attack, 30)
    while not site.daemon.grep("being hostile"):
        site.page("/")
    finish(site, pattern, "keys")


takeover.tests(globals(), "keys", attacks(
    ["empty", "runt", "long", "foreign", "extra-fd", "many-fds",
     "empty-with-fds", "ready-flood"]), from_keys)


def from_log(t, attack, pattern):
    os.mkdir(t.path("log"))
    blogd.give_to_daemon(t.path("log"))
    site = Takeover(t, "log", attack, options={
        "log": {"access": t.path("log", "access.log")}})
    site.daemon.get("/" + WORDS)
    site.attacked()
    finish(site, pattern, "log")


takeover.tests(globals(), "log", attacks(
    ["runt", "foreign", "extra-fd", "many-fds", "empty-with-fds",
     "ready-flood"]), from_log)


def from_render(t, attack, pattern):
    """A process of one update: it is not started again, but asked once more
    with a full source, and then the update fails."""
    site = Takeover(t, "render", attack)
    site.push_hostile()
    site.attacked()
    site.says(pattern % "render" if "empty" not in attack
              else "render ended without a result")
    site.says("update failed: .*the site stays as it was")
    site.serves_the_old()
    site.same_but()
    site.push_good()
    site.nothing_forged()
    site.no_files_left()
    site.no_crash()


takeover.tests(globals(), "render", attacks(
    ["empty", "runt", "short", "long", "unknown", "beyond", "foreign",
     "no-fds", "extra-fd", "many-fds", "empty-with-fds", "ready-flood"]),
    from_render)


# ------------------------------------------- what may be said, without end --

def floods(t, role, attack, nth=2):
    """It is not ended: it says nothing that it may not say.  It is not heard
    either, and everything goes on."""
    site = Takeover(t, role, attack, nth)
    site.push_hostile()
    site.attacked()
    site.serves_the_old()
    site.push_good()
    site.same_but()
    site.nothing_forged()
    site.no_crash()


def answers_without_end(t, attack):
    """One answer to each fetch is what it may give."""
    site = Takeover(t, "git", attack, 2)
    site.push_hostile()
    site.attacked()
    finish(site, KILLED + ": it answers what nobody asked", "git")


def test_git_reports_failures_without_end(t):
    answers_without_end(t, "parent-failed-flood")


def test_git_has_nothing_new_without_end(t):
    answers_without_end(t, "parent-unchanged-flood")


def test_serve_reports_failures_without_end(t):
    floods(t, "serve", "parent-failed-flood")


def test_serve_asks_for_updates_without_end(t):
    floods(t, "serve", "parent-hook-flood")


def test_serve_has_the_site_without_end(t):
    floods(t, "serve", "parent-swapped-flood")


def test_serve_works_without_end(t):
    floods(t, "serve", "parent-pong-flood")
