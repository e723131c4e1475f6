# SPDX-License-Identifier: ISC
"""What goes from one child to another, through the parent or past it: sources,
snapshots, connections, signatures, and what render's workers answer."""
import takeover
from client import Closed
from takeover import WORDS, Takeover

SEALED = ["socket", "pipe", "null", "unsealed", "half-sealed"]
EMPTY = ["nothing", "sparse", "zeros"]


def end(site, *roles):
    """roles: who was ended for it."""
    site.serves_the_old()
    for role in roles:
        site.restarted(role)
    site.push_good()
    site.same_but(*roles)
    site.nothing_forged()
    site.no_files_left()
    site.no_crash()


# --------------------------------------------------------- git to render --

def bad_source(t, attack, why):
    """It is not what git promises: git is another one from here on."""
    site = Takeover(t, "git", attack, 2)
    site.push_hostile()
    site.attacked()
    site.says("git broke the protocol and is killed: .*" + why)
    end(site, "git")


takeover.tests(globals(), "descriptor_of", {
    "fd0-" + kind: "its source: (not a memfd|memory is not sealed)"
    for kind in SEALED}, bad_source)
takeover.tests(globals(), "memory_of", {
    "fd0-nothing": "empty", "fd0-sparse": "header",
    "fd0-huge": "header|cannot map", "fd0-zeros": "header", "source-not-sealed": "not sealed"}, bad_source)
takeover.tests(globals(), "git", {
    "source-magic": "no header",
    "source-size": "another size",
    "source-count": "another size",
    "source-id-length": "ids of 4096",
    "source-path-outside": "outside",
    "source-path-wraps": "outside",
    "source-path-in-table": "outside",
    "source-path-long": "outside",
    "source-path-empty": "not valid",
    "source-data-outside": "outside",
    "source-data-wraps": "outside",
    "source-data-long": "outside",
    "source-data-a-byte-long": "outside",
    "source-noise": "another size|outside",
    "source-path-control": "header",
    "source-ones": "another size|outside",
    "source-order": "not sorted",
    "source-twice": "not sorted",
}, bad_source)


def test_source_without_files(t):
    """It may say so; then nothing is there, and the next push brings it."""
    site = Takeover(t, "git", "source-no-files", 2)
    site.push_hostile()
    site.attacked()
    site.daemon.wait_log("serving commit|update failed", after=site.mark)
    site.push_good()
    site.no_crash()


def test_source_of_another_commit(t):
    """What git says about it beside it is only for the log."""
    for attack in ["ones", "zeros"]:
        site = Takeover(t, "git", attack, 2)
        site.push_hostile()
        site.attacked()
        site.daemon.wait_log("serving commit", after=site.mark)
        site.push_good()
        site.same_but()
        site.no_crash()


# ------------------------------------------------ render to parent, serve --

def bad_snapshot(t, attack, why):
    """render ends with each update; the one after it is honest."""
    site = Takeover(t, "render", attack)
    site.push_hostile()
    site.attacked()
    site.says(why)
    site.says("update failed: .*the site stays as it was")
    end(site)


NO_MEMFD = "render sent a bad snapshot: (not a memfd|memory is not sealed)"
REFUSED = "serve refused the snapshot"
TOO_LARGE = "render sent a bad snapshot: it is larger than"

takeover.tests(globals(), "index", {
    "fd0-" + kind: NO_MEMFD for kind in SEALED}, bad_snapshot)
takeover.tests(globals(), "segment", {
    "fd1-" + kind: NO_MEMFD for kind in SEALED}, bad_snapshot)
takeover.tests(globals(), "catalogue", {
    "fd9-" + kind: NO_MEMFD for kind in SEALED}, bad_snapshot)
takeover.tests(globals(), "index", {
    "fd0-" + kind: REFUSED for kind in EMPTY}, bad_snapshot)
takeover.tests(globals(), "segment", {
    "fd1-" + kind: REFUSED for kind in EMPTY}, bad_snapshot)
takeover.tests(globals(), "larger_than_a_site", dict.fromkeys(
    ["fd0-huge", "fd1-huge", "fd9-huge"], TOO_LARGE), bad_snapshot)
takeover.tests(globals(), "render", {
    "ones": "render sent a bad snapshot: \\d+ segments",
    "zeros": "render sent a bad snapshot: 0 segments",
    "index-not-sealed": NO_MEMFD,
    **{"index-" + name: REFUSED for name in [
        "magic", "size", "count", "no-entries", "segments", "segment-size",
        "path-outside", "path-wraps", "path-long", "status",
        "no-such-segment", "offset", "head", "common", "body-wraps",
        "body-long", "commit", "root", "noise", "paths", "order", "twice"]},
}, bad_snapshot)


def bad_catalogue(t, attack, _):
    """Only the next render reads it, and believes nothing: it renders all
    anew."""
    site = Takeover(t, "render", attack)
    site.push_hostile()
    site.attacked()
    site.says("serving commit")
    site.push_good()
    site.serves_the_old()
    site.same_but()
    site.no_crash()


takeover.tests(globals(), "render", dict.fromkeys([
    "catalogue-ones", "catalogue-zeros", "catalogue-count",
    "catalogue-records", "fd9-nothing", "fd9-sparse", "fd9-zeros"]),
    bad_catalogue)


# ------------------------------------------------------- worker to render --

def bad_worker(t, attack, why):
    """Its post is shown as its source, and the rest is published."""
    site = Takeover(t, "worker", attack)
    site.push_hostile()
    site.says("render: Posts/Push1:.*" + why)
    site.says("serving commit")
    assert WORDS in site.page("/Posts/Push1")
    assert "as its source" in site.daemon.grep("Posts/Push1")[0]
    end(site)


takeover.tests(globals(), "worker", dict.fromkeys([
    "sequence", "length", "lengths-wrap", "result", "runt", "empty", "long"],
    ""), bad_worker)


def test_worker_that_does_not_answer(t):
    bad_worker(t, "silent", "")


def babbling_worker(t, attack, _):
    """What it says beyond its answer is nobody's answer."""
    site = Takeover(t, "worker", attack)
    site.push_hostile()
    site.says("serving commit")
    assert WORDS in site.page("/Posts/Push1")
    end(site)


takeover.tests(globals(), "worker", dict.fromkeys(["twice", "flood"]),
               babbling_worker)


# ------------------------------------------------------------- serve, keys --

def bad_request(t, attack, _):
    """keys does not read it, and serve is another one from here on."""
    site = Takeover(t, "serve", attack, 30)
    while not site.daemon.grep("being hostile"):
        site.page("/")
    site.says("serve broke the protocol and is killed: keys cannot read")
    end(site, "serve")


takeover.tests(globals(), "serve", dict.fromkeys([
    "peer-empty", "peer-runt", "peer-short", "peer-long", "peer-unknown",
    "peer-beyond", "peer-foreign"]), bad_request)


def refused_request(t, attack, why):
    """It can be read, but there is nothing to sign in it."""
    site = Takeover(t, "serve", attack, 30)
    while not site.daemon.grep("being hostile"):
        try:
            site.daemon.get("/")
        except (OSError, Closed):
            pass
    site.says("keys: refused to sign: " + why)
    end(site)


takeover.tests(globals(), "serve", {
    "ones": "no such key", "zeros": "no such key",
    "same-sequence": "no such key"}, refused_request)


def test_serve_asks_for_signatures_without_end(t):
    """It gets as many as it may have in a second."""
    site = Takeover(t, "serve", "peer-flood", 30,
                    options={"keys": {"max-per-second": 100}})
    while not site.daemon.grep("being hostile"):
        try:
            site.daemon.get("/")
        except (OSError, Closed):
            pass
    site.says("keys: refused to sign: too many requests")
    end(site)


def bad_answer(t, attack, why):
    """A handshake may fail; serve stays, and the next one is done."""
    site = Takeover(t, "keys", attack, 30)
    while not site.daemon.grep("being hostile"):
        try:
            site.daemon.get("/")
        except (OSError, Closed):
            pass
    if why:
        site.says(why)
    end(site)


takeover.tests(globals(), "keys", {
    **dict.fromkeys(["peer-runt", "peer-short", "peer-long", "peer-unknown",
                     "peer-beyond", "peer-foreign", "peer-extra-fd",
                     "peer-many-fds"], "serve: keys sent what it may not"),
    **dict.fromkeys(["peer-empty", "peer-empty-with-fds", "other-sequence",
                     "same-sequence", "wrong-signature", "long-signature",
                     "ones", "zeros", "peer-flood"]),
}, bad_answer)


# --------------------------------------------------------------- dial to git --

def bad_connection(t, attack, why):
    """No packet, or no socket: the fetch fails, dial is another one."""
    site = Takeover(t, "dial", attack, 2)
    site.push_hostile()
    site.attacked()
    site.says("update failed: .*")
    site.says("dial broke the protocol and is killed: " + why)
    end(site, "dial")


takeover.tests(globals(), "dial", dict.fromkeys([
    "peer-empty", "peer-empty-with-fds", "peer-runt", "peer-short",
    "peer-long", "peer-unknown", "peer-beyond", "peer-foreign", "peer-no-fds",
    "peer-extra-fd", "peer-many-fds"], "git cannot read its answer"),
    bad_connection)


def no_connection(t, attack, _):
    """What is no socket to a server is of no use."""
    site = Takeover(t, "dial", attack, 2)
    site.push_hostile()
    site.attacked()
    site.says("update failed: ")
    end(site)


takeover.tests(globals(), "dial", dict.fromkeys(["fd0-pipe", "fd0-null"]),
               no_connection)


def test_dial_hands_over_its_own_channel(t):
    """What git then says to its server, the parent hears as dial's words."""
    site = Takeover(t, "dial", "fd0-socket", 2)
    site.push_hostile()
    site.attacked()
    site.says("dial broke the protocol and is killed")
    end(site, "dial")


def test_dial_floods_git(t):
    site = Takeover(t, "dial", "peer-flood", 2)
    site.push_hostile()
    site.attacked()
    site.push_good()
    site.same_but()
    site.no_crash()


# ----------------------------------------------------------- broker to parent --

def bad_broker(t, attack, why):
    """It starts all others: without one that is to be believed blogd ends, and
    says so."""
    site = Takeover(t, "broker", attack, 6)
    site.push_hostile()
    assert site.daemon.wait_exit() == 1
    site.says(why)
    site.no_crash()


takeover.tests(globals(), "broker", {
    **dict.fromkeys(["parent-" + name for name in [
        "empty", "runt", "short", "long", "unknown", "beyond", "foreign",
        "extra-fd", "many-fds", "empty-with-fds"]], "the broker is gone"),
    "zeros": "no new child",
    "process-one": "no new child",
}, bad_broker)


def test_broker_that_cannot(t):
    """An error that there is not: this once, nothing is started."""
    site = Takeover(t, "broker", "ones", 6)
    site.push_hostile()
    site.says("fork: .*once more from a full source")
    site.says("serving commit")
    site.serves_the_old()
    site.push_good()
    site.no_crash()
