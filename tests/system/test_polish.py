# SPDX-License-Identifier: ISC
"""A large site is shown with gzip first, and compressed further afterwards."""
import os
import signal

import repo
from harness import eventually
from repo import article

MANY = 300  # more than are compressed in every way at once
FURTHER = "serving it compressed further"


def large(t, many=MANY):
    made = t.repo()
    made.commit({**repo.SMALL, **{
        "Posts/P%03d" % n: article("Number %d" % n, "Some words. " * 200)
        for n in range(many)}})
    return made


def coding(daemon, accept, target="/Posts/P007"):
    found = daemon.get(target, fields=[("Accept-Encoding", accept)])
    assert found.status == 200, found
    return found.get("Content-Encoding"), found.get("ETag")


def test_compressed_further(t):
    daemon = t.daemon(large(t).path)
    daemon.wait_log(FURTHER)
    plain = daemon.get("/Posts/P007").get("ETag")
    for accept, suffix in (("br", "br"), ("zstd", "zs"), ("gzip", "gq")):
        found, tag = coding(daemon, accept)
        assert found == accept and tag == plain[:-1] + "-" + suffix + '"', tag
    for accept, target in (("br", "/Posts"), ("zstd", "/atom")):
        assert coding(daemon, accept, target)[0] == accept
    # Nothing of it is an update.
    assert len(daemon.grep("serving commit")) == 1
    assert len(daemon.grep(FURTHER)) == 1


def test_push_comes_first(t):
    """What is pushed while pages are compressed is not kept waiting, and the
    rest is compressed after it."""
    made = large(t)
    daemon = t.daemon(made.path, site={"hook-interval": "0s"})
    tip = made.commit({"Posts/New": article("New", "Fresh words.\n")})
    mark = daemon.mark()
    daemon.get("/push")
    daemon.wait_serving(tip, mark)
    assert "Fresh words." in daemon.page("/Posts/New")
    daemon.wait_log(FURTHER)
    assert coding(daemon, "br")[0] == "br"


def test_small_push_is_compressed_at_once(t):
    made = large(t)
    daemon = t.daemon(made.path, site={"hook-interval": "0s"})
    daemon.wait_log(FURTHER)
    tip = made.commit({"Posts/New": article("New", "Fresh words. " * 99)})
    mark = daemon.mark()
    daemon.get("/push")
    daemon.wait_serving(tip, mark)
    assert coding(daemon, "br", "/Posts/New")[0] == "br"
    assert coding(daemon, "br")[0] == "br"
    assert len(daemon.grep(FURTHER)) == 1


def test_compression_that_crashes(t):
    """The site stays as it is, with gzip; what is missing follows after the
    next push."""
    made = large(t, 1500)
    daemon = t.daemon(made.path, site={"hook-interval": "0s"})
    os.kill(eventually(lambda: daemon.children("render"))[0], signal.SIGKILL)
    daemon.wait_log("not compressed further")
    assert coding(daemon, "br, gzip")[0] == "gzip"
    tip = made.commit({"Posts/New": article("New", "Fresh words.\n")})
    mark = daemon.mark()
    daemon.get("/push")
    daemon.wait_serving(tip, mark)
    daemon.wait_log(FURTHER)
    assert coding(daemon, "br, gzip")[0] == "br"
