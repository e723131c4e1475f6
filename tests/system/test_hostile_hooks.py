# SPDX-License-Identifier: ISC
"""Requests for updates by whoever finds the address: they cost a fetch now and
then, whatever they look like; contained.Site.check() says what must be true when
it is over."""
import threading
import time

import client
import contained
from harness import eventually

POST = b"POST /push HTTP/1.1\r\nHost: localhost\r\n"
MB = 1 << 20


class Flood:
    """A site with an interval between hooks, whose fetches are counted."""

    def __init__(self, t, interval=1):
        self.site = contained.Site(t, site={
            "hook-interval": "%ds" % interval})
        self.daemon = self.site.daemon
        self.interval = interval
        self.first = self.site.server.accepted
        self.mark = self.daemon.mark()
        self.began = time.monotonic()

    def fetches(self):
        return self.site.server.accepted - self.first

    def check(self):
        """As many fetches as the interval allows, the last hook's among them;
        then nothing more."""
        eventually(lambda: self.fetches() >= 1, 60, "a fetch")
        time.sleep(2 * self.interval)
        allowed = (time.monotonic() - self.began) / self.interval + 2
        assert self.fetches() <= allowed, (self.fetches(), allowed)
        quiet = self.fetches()
        time.sleep(2 * self.interval)
        assert self.fetches() == quiet, (self.fetches(), quiet)
        assert not self.daemon.grep("update failed", self.mark)
        self.site.check()

    def check_nothing(self):
        """None of it was a hook."""
        time.sleep(2 * self.interval)
        assert self.fetches() == 0, self.fetches()
        self.site.check()


def ask(flood, request, n, statuses):
    """n times over one connection, ten at a time."""
    with flood.daemon.connect() as one:
        for _ in range(n // 10):
            one.send(request * 10)
            for _ in range(10):
                status = one.response().status
                assert status in statuses, status


def test_1000_hooks(t):
    """From four clients at a time."""
    flood = Flood(t)
    failures = []

    def client_of_it():
        try:
            ask(flood, POST + b"Content-Length: 2\r\n\r\n{}", 250, (202,))
        except (AssertionError, OSError, client.Closed) as error:
            failures.append(error)
    threads = [threading.Thread(target=client_of_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    flood.check()


def test_1000_connections(t):
    """One for each."""
    flood = Flood(t)
    for _ in range(1000):
        with flood.daemon.connect() as one:
            one.send(POST + b"Content-Length: 0\r\n\r\n")
            assert one.response().status == 202
    flood.check()


def test_hooks_while_a_fetch_hangs(t):
    """They are one more fetch after it, not one each."""
    flood = Flood(t)
    flood.site.server.attack = lambda peer: peer.until_closed()
    ask(flood, POST + b"Content-Length: 0\r\n\r\n", 10, (202,))
    eventually(lambda: flood.fetches() == 1, 60, "the fetch that hangs")
    ask(flood, POST + b"Content-Length: 0\r\n\r\n", 1000, (202,))
    flood.site.server.attack = None
    flood.daemon.wait_log("update failed: .*fetch.silence", after=flood.mark)
    mark = flood.daemon.mark()
    flood.daemon.wait_log("nothing new", after=mark)
    time.sleep(2)
    assert flood.fetches() <= 4, flood.fetches()
    flood.site.check()


def test_bodies_of_a_megabyte(t):
    """They are read and thrown away."""
    flood = Flood(t)
    body = b"x" * MB
    request = POST + b"Content-Length: %d\r\n\r\n" % MB + body
    before = contained.memory(flood.daemon.children("serve")[0])[0]
    ask(flood, request, 50, (202,))
    after = contained.memory(flood.daemon.children("serve")[0])[0]
    assert after < before + contained.KEPT, (before, after)
    flood.check()


def test_chunked_bodies_of_a_megabyte(t):
    flood = Flood(t)
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    request = POST + b"Transfer-Encoding: chunked\r\n\r\n" + \
        chunk * (MB >> 12) + b"0\r\n\r\n"
    ask(flood, request, 20, (202,))
    flood.check()


def test_bodies_over_the_limit(t):
    flood = Flood(t)
    for _ in range(20):
        with flood.daemon.connect() as one:
            one.send(POST + b"Content-Length: %d\r\n\r\n" % (MB + 1))
            assert one.response().status == 413
    flood.check_nothing()


def test_other_methods(t):
    flood = Flood(t)
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT",
                   "PROPFIND", "push"]:
        for _ in range(10):
            with flood.daemon.connect() as one:
                one.send("%s /push HTTP/1.1\r\nHost: localhost\r\n"
                         "Content-Length: 0\r\n\r\n" % method)
                assert one.response().status in (200, 204, 400, 405, 501)
    flood.check_nothing()


def test_other_addresses(t):
    flood = Flood(t)
    for target in ["/push/", "//push", "/PUSH", "/push/x", "/%70ush/..",
                   "/push%00", "/pushh", "/Posts/push"]:
        for _ in range(10):
            with flood.daemon.connect() as one:
                one.send("POST %s HTTP/1.1\r\nHost: localhost\r\n"
                         "Content-Length: 0\r\n\r\n" % target)
                assert one.response().status in (301, 308, 400, 404, 405)
    flood.check_nothing()


def test_forged_hooks(t):
    """What is in them says nothing: neither repository, nor branch, nor commit
    comes from there."""
    flood = Flood(t)
    body = (b'{"ref": "refs/heads/evil", "after": "%040x", "repository": '
            b'{"clone_url": "http://127.0.0.1:1/evil.git"}}' % 1)
    request = (POST + b"X-GitHub-Event: push\r\n"
               b"X-Hub-Signature-256: sha256=%064x\r\nX-Gitlab-Token: wrong\r\n"
               b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
               % (1, len(body)) + body)
    ask(flood, request, 100, (202,))
    flood.check()
    assert not flood.daemon.grep("evil", flood.mark)
