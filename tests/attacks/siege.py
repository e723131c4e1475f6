# SPDX-License-Identifier: ISC
"""What every attack must not do: keep others waiting, take memory, stay.

    with siege.Siege(t, daemon, memory=64 * KB * 100) as under:
        attackers = ...
        under.check_closed(attackers, 2)

An observer, a process of its own, asks for a page again and again, each time
over a new connection and over a kept one, and looks at the memory of the serving
processes.  It begins before the attack, so that a slow machine is no failure.
"""
import contextlib
import json
import os
import select
import socket
import sys
import time
import traceback

import blogd
import client
from harness import eventually

KB = 1024
MB = 1024 * KB

# Seconds that another client may wait, and on a slow machine SLOW times what
# the slowest answer before the attack took.  Sanitizers look for other errors,
# and make a queue of 3000 take what it takes.
ANSWER = 1.0 if blogd.SANITIZED else 0.1
SLOW = 3
ROUNDS = 10   # of the observer, before an attack and from its start on
LEAST = 5     # of them that are looked at, however short it is
IDLE = 0.3    # seconds; who has kept still for as long may have been closed

# AddressSanitizer keeps what was freed, up to so much.
ENV = {"ASAN_OPTIONS": "quarantine_size_mb=1"}


def serve(t, files=None, https=True, **settings):
    """A daemon whose attackers are closed soon."""
    limits = {"%s-timeout" % kind: "500ms"
              for kind in ("header", "body", "write")}
    limits["handshake-timeout"] = "1s"
    return t.serve(files, options={"serve": {**limits, **settings}},
                   env=ENV, https=https)


# -------------------------------------------------------------- observing --

def anonymous_memory(pids):
    """Bytes of memory of their own; a snapshot's pages are not counted."""
    total = 0
    for pid in pids:
        kb = blogd.status_of(pid).get("RssAnon", "0 kB")
        total += int(kb.split()[0]) * KB
    return total


class Observer:
    """The process that asks; each thing it finds is a line of its file."""

    def __init__(self, connect, pids, path):
        self.connect, self.pids = connect, pids
        self.kept, self.used = None, 0.0
        self.read_end, self.write_end = os.pipe()
        self.path = path
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.write_end)
                with open(path, "w", buffering=1) as self.file:
                    self.run()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(0)
        os.close(self.read_end)

    def run(self):
        while not select.select([self.read_end], [], [], 0.02)[0]:
            self.note("new", self.ask_anew)
            self.note("kept", self.ask_again)
            self.note("memory", lambda: anonymous_memory(self.pids))

    def note(self, what, ask):
        started = time.monotonic()
        value, error = None, None
        try:
            value = ask()
        except (OSError, client.Closed, ValueError, AssertionError) as problem:
            error = "%s: %r" % (type(problem).__name__, problem)
        passed = time.monotonic() - started
        self.file.write(json.dumps({
            "what": what, "at": started, "passed": passed, "value": value,
            "error": error}) + "\n")

    def ask_anew(self):
        with self.connect(timeout=10) as connection:
            assert connection.fetch("/").status == 200

    def ask_again(self):
        try:
            if self.kept and time.monotonic() - self.used > IDLE:
                self.kept.close()
                self.kept = None
            self.kept = self.kept or self.connect(timeout=10)
            assert self.kept.fetch("/").status == 200
            self.used = time.monotonic()
        except BaseException:
            self.kept = None
            raise

    def notes(self, what, since=0.0):
        try:
            with open(self.path) as lines:
                found = [json.loads(x) for x in lines if x.endswith("\n")]
        except FileNotFoundError:
            found = []
        return [x for x in found if x["what"] == what and x["at"] >= since]

    def wait(self, since):
        eventually(lambda: len(self.notes("memory", since)) >= ROUNDS, 60,
                   "rounds of the observer")

    def stop(self):
        if self.pid:
            os.close(self.write_end)
            os.waitpid(self.pid, 0)
            self.pid = 0


# ------------------------------------------------------------------ siege --

def most(seconds):
    """All but one in twenty took no longer than this; of fewer, all but one."""
    return sorted(seconds)[-1 - max(1, len(seconds) // 20)]


class Siege:
    """memory: bytes that the attack may make the serving processes take, as the
    settings allow.  kept: must the observer's kept connection stay?"""

    def __init__(self, t, daemon, memory=2 * MB, plain=False, kept=True):
        self.daemon, self.kept = daemon, kept
        self.memory = memory if not blogd.SANITIZED else 4 * memory + 16 * MB
        self.pids = daemon.children("serve")
        assert self.pids
        address = daemon.http if plain else daemon.https
        context = None if plain else client.tls_context()
        self.observer = Observer(
            lambda **o: client.Connection(address, context, **o), self.pids,
            t.path("observed%d" % len(t.daemons)))
        t.started(self.observer)

    def __enter__(self):
        self.observer.wait(0.0)
        self.began = time.monotonic()
        self.before = max(x["value"] for x in self.observer.notes("memory"))
        self.slowest = max(x["passed"] for x in self.observer.notes("new"))
        return self

    def __exit__(self, kind, *_):
        self.ended = time.monotonic()
        if kind is None:
            self.observer.wait(self.began)
        self.observer.stop()
        if kind is None:
            self.check()

    def check(self):
        assert self.daemon.children("serve") == self.pids, "serve has died"
        self.check_answers("new")
        if self.kept:
            self.check_answers("kept")
        self.check_memory()

    def check_answers(self, what):
        notes = self.observer.notes(what)
        errors = [x["error"] for x in notes if x["error"]]
        assert not errors, "%s connection: %d of %d failed: %s" % (
            what, len(errors), len(notes), errors[0])
        normal = [x["passed"] for x in notes if x["at"] < self.began]
        waited = [x["passed"] for x in notes if x["at"] >= self.began]
        waited = waited[:max(LEAST, sum(
            self.began <= x["at"] < self.ended for x in notes))]
        bound = max(ANSWER, SLOW * max(normal))
        print("%s: %.1f ms, at worst %.1f; before %.1f, at worst %.1f" % (
            what, most(waited) * 1e3, max(waited) * 1e3, most(normal) * 1e3,
            max(normal) * 1e3))
        assert most(waited) <= bound, "%s connection: answers take %.3f s" % (
            what, most(waited))
        assert max(waited) <= 10 * bound, \
            "%s connection: one answer took %.3f s" % (what, max(waited))

    def check_memory(self):
        grown = max(x["value"] for x in self.observer.notes(
            "memory", self.began)) - self.before
        print("memory: %d kB more, up to %d allowed" % (
            grown // KB, self.memory // KB))
        assert grown <= self.memory, "memory grew by %d kB, not up to %d" % (
            grown // KB, self.memory // KB)

    # -- the attackers' end -----------------------------------------------------

    def check_closed(self, attackers, seconds):
        """All are closed within this time."""
        left = still_open(attackers, seconds)
        assert not left, "%d of %d attackers are not closed after %.1f s" % (
            len(left), len(attackers), seconds)


def plain_socket(attacker):
    """Below TLS: what it sends and whether it is closed."""
    inner = getattr(attacker, "socket", attacker)
    return socket.socket(fileno=os.dup(inner.fileno()))


def still_open(attackers, seconds):
    """Reads and throws away what the server still says; who is left?"""
    end = time.monotonic() + seconds
    waiting = {s.fileno(): s for s in map(plain_socket, attackers)}
    poll = select.poll()
    for number, one in waiting.items():
        one.setblocking(False)
        poll.register(number, select.POLLIN)
    while waiting and time.monotonic() < end:
        for number, _ in poll.poll(50):
            try:
                if waiting[number].recv(1 << 16):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            poll.unregister(number)
            waiting.pop(number).close()
    left = list(waiting.values())
    for one in left:
        one.close()
    return left


# -------------------------------------------------------------- attackers --

def drained(reader):
    """How much comes before the end of the connection."""
    total = 0
    try:
        while True:
            block = reader.recv(1 << 16)
            if not block:
                return total
            total += len(block)
    except OSError:
        return total


def connect(daemon):
    """TCP alone, to the port of TLS."""
    return socket.create_connection(daemon.https, 10)


def client_hello():
    """The bytes of an honest one."""
    out = client.ssl.MemoryBIO()
    tls = client.tls_context().wrap_bio(client.ssl.MemoryBIO(), out,
                                        server_hostname="localhost")
    with contextlib.suppress(client.ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


def small_window(daemon, alpn=("http/1.1",)):
    """TLS over a connection that takes little at a time."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(20)
    raw.connect(daemon.https)
    return client.tls_context(alpn=alpn).wrap_socket(
        raw, server_hostname="localhost")


def send(attacker, data):
    """Sends what it can; False when the server has hung up."""
    try:
        getattr(attacker, "socket", attacker).sendall(data)
        return True
    except OSError:
        return False


def trickle(attackers, data, seconds=1.0, step=0.05):
    """A byte from each, now and then, until all are closed or time is up."""
    end = time.monotonic() + seconds
    position, alive = 0, list(attackers)
    while alive and time.monotonic() < end:
        byte = data[position % len(data):][:1]
        alive = [a for a in alive if send(a, byte)]
        position += 1
        time.sleep(step)
