# SPDX-License-Identifier: ISC
"""More connections than there is room for."""
import contextlib
import os
import pwd
import resource
import socket
import ssl
import struct
import subprocess
import time

import blogd
import client
import siege
from harness import eventually
from siege import KB, Siege

LIMIT = 60


def serve(t, **settings):
    return siege.serve(t, **{"max-connections": LIMIT, "max-handshakes": 20,
                             "handshake-timeout": "30s", **settings})


def flood(open_one, many, daemon, pause=0.02):
    """Opens so many, a few at a time; all that are still held."""
    held = []
    for i in range(many):
        held.append(open_one(daemon))
        if i % 10 == 9:
            time.sleep(pause)
    return held


def check_bounded(under, held, most):
    """Some are held, and no more than the limit."""
    left = siege.still_open(held, 1)
    assert len(left) <= most, "%d of %d are held" % (len(left), len(held))


def test_idle(t):
    """max-connections: twice as many, after a request each."""
    def one(daemon):
        made = daemon.connect()
        assert made.fetch("/").status == 200
        return made

    daemon = serve(t)
    with Siege(t, daemon, LIMIT * 64 * KB) as under:
        check_bounded(under, flood(one, 2 * LIMIT, daemon), LIMIT)


def test_silent_after_the_handshake(t):
    """max-connections"""
    daemon = serve(t)
    with Siege(t, daemon, LIMIT * 64 * KB) as under:
        held = flood(blogd.Daemon.connect, 2 * LIMIT, daemon)
        check_bounded(under, held, LIMIT)


def test_nothing_but_tcp(t):
    """max-handshakes"""
    daemon = serve(t)
    with Siege(t, daemon, 20 * 64 * KB) as under:
        check_bounded(under, flood(siege.connect, 5 * LIMIT, daemon), 20)


def test_half_of_a_client_hello(t):
    """max-handshakes"""
    hello = siege.client_hello()

    def one(daemon):
        made = siege.connect(daemon)
        siege.send(made, hello[:len(hello) // 2])
        return made

    daemon = serve(t)
    with Siege(t, daemon, 20 * 128 * KB) as under:
        check_bounded(under, flood(one, 5 * LIMIT, daemon), 20)


def test_no_answer_to_the_server_hello(t):
    """max-handshakes: each of these has cost a signature."""
    hello = siege.client_hello()

    def one(daemon):
        made = siege.connect(daemon)
        siege.send(made, hello)
        return made

    daemon = serve(t)
    with Siege(t, daemon, 20 * 128 * KB) as under:
        # A reader who takes as long as twenty of these is displaced by them.
        held = flood(one, 5 * LIMIT, daemon, max(0.02, under.slowest))
        check_bounded(under, held, 20)


def test_half_open_handshakes_end(t):
    """handshake-timeout"""
    daemon = serve(t, **{"handshake-timeout": "1s"})
    with Siege(t, daemon, 20 * 64 * KB) as under:
        under.check_closed(flood(siege.connect, 20, daemon), 1.5)


def test_handshake_byte_by_byte(t):
    """handshake-timeout"""
    hello = siege.client_hello()
    daemon = serve(t, **{"handshake-timeout": "1s"})
    with Siege(t, daemon, 20 * 64 * KB) as under:
        attackers = [siege.connect(daemon) for _ in range(15)]
        siege.trickle(attackers, hello)
        under.check_closed(attackers, 1)


def receive(raw, received, step):
    """Feeds what comes to a TLS object until it can do the step."""
    while True:
        try:
            return step()
        except ssl.SSLWantReadError:
            block = raw.recv(1 << 16)
            assert block, "the reader has been sent away"
            received.write(block)


def test_distant_reader_in_a_flood_of_half_open_handshakes(t):
    """max-handshakes: many times as many as that come while the reader's second
    message is on its way."""
    hello = siege.client_hello()

    def one(daemon):
        made = siege.connect(daemon)
        siege.send(made, hello[:len(hello) // 2])
        return made

    daemon = serve(t)
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    reader = client.tls_context().wrap_bio(received, to_send,
                                           server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        reader.do_handshake()
    raw = siege.connect(daemon)
    raw.sendall(to_send.read())
    held = flood(one, 10 * LIMIT, daemon)
    receive(raw, received, reader.do_handshake)
    reader.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    raw.sendall(to_send.read())
    answer = receive(raw, received, lambda: reader.read(1 << 16))
    assert answer.startswith(b"HTTP/1.1 200"), answer
    del held


def test_burst_of_half_open_handshakes(t):
    """As fast as can be, and more than are allowed by default."""
    hello = siege.client_hello()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(
        resource.RLIMIT_NOFILE)[1],) * 2)
    daemon = t.serve(options={"serve": {"handshake-timeout": "2s"}},
                     env=siege.ENV)
    with Siege(t, daemon, 1024 * 80 * KB) as under:
        held = []
        for _ in range(3000):
            held.append(siege.connect(daemon))
            siege.send(held[-1], hello[:100])
        assert len(siege.still_open(held, 1)) <= 1024
        under.check_closed(held, 2)


def test_readers_stay_while_handshakes_are_flooded(t):
    """The flood displaces itself, not those who were there before it."""
    daemon = serve(t)
    readers = [daemon.connect() for _ in range(30)]
    for one in readers:
        assert one.fetch("/").status == 200
    with Siege(t, daemon, 20 * 64 * KB):
        held = flood(siege.connect, 5 * LIMIT, daemon)
        for one in readers:
            assert one.fetch("/").status == 200
        del held


def test_readers_stay_while_headers_are_flooded(t):
    """max-connections: so do they when the flood has begun requests."""
    def one(daemon):
        made = daemon.connect()
        made.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        return made

    daemon = serve(t, **{"header-timeout": "30s"})
    readers = [daemon.connect() for _ in range(15)]
    for reader in readers:
        assert reader.fetch("/").status == 200
    with Siege(t, daemon, LIMIT * 64 * KB):
        held = flood(one, 2 * LIMIT, daemon)
        for reader in readers:
            assert reader.fetch("/").status == 200
        del held


def test_readers_stay_while_nobody_takes_answers(t):
    """max-connections: all are being answered, and a new one is let in."""
    def one(daemon):
        made = siege.small_window(daemon)
        made.sendall(b"GET /static/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return made

    daemon = siege.serve(t, {"static/big": bytes(16 << 20)},
                         **{"max-connections": LIMIT, "write-timeout": "30s"})
    with Siege(t, daemon, LIMIT * 128 * KB) as under:
        held = flood(one, 2 * LIMIT, daemon)
        time.sleep(0.5)
        del under, held


def test_open_and_reset(t):
    """Connections that end with RST at once, in every state."""
    reset = struct.pack("ii", 1, 0)
    hello = siege.client_hello()
    daemon = serve(t)
    with Siege(t, daemon, 20 * 64 * KB):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            for say in (b"", hello[:100], hello):
                one = siege.connect(daemon)
                siege.send(one, say)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                one.close()
            with daemon.connect() as one:
                one.request("/")
                one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      reset)


def test_full_handshakes(t):
    """One after the other, by several at a time."""
    daemon = serve(t)

    def connect():
        daemon.connect().close()
        raise client.Closed("once")

    with Siege(t, daemon, 20 * 128 * KB):
        load = client.Load(connect, clients=4)
        time.sleep(1)
        load.stop()


def test_more_handshakes_than_signatures(t):
    """keys.max-per-second: who has a ticket or a connection is served, who
    needs a signature is refused until there are some again."""
    daemon = t.serve(options={"keys": {"max-per-second": 5}})
    context = client.tls_context()
    with client.Connection(daemon.https, context) as kept:
        assert kept.fetch("/").status == 200
        ticket = kept.socket.session
        refused = 0
        for _ in range(40):
            try:
                daemon.connect().close()
            except OSError:
                refused += 1
            assert kept.fetch("/").status == 200
        assert refused > 10, refused
        with client.Connection(daemon.https, context,
                               session=ticket) as resumed:
            assert resumed.fetch("/").status == 200
            assert resumed.socket.session_reused

    def served_again():
        try:
            return daemon.get("/").status == 200
        except OSError:
            return False
    eventually(served_again, 10, step=0.3)


def limit_descriptors(pid, limit):
    """Not as root: who has the same user and group may, in any namespace."""
    who = pwd.getpwnam(blogd.USER)
    other = {"user": who.pw_uid, "group": who.pw_gid,
             "extra_groups": []} if os.getuid() == 0 else {}
    subprocess.run(["prlimit", "--pid", str(pid), "--nofile=%d:" % limit],
                   check=True, **other)


def test_no_descriptors_left(t):
    """EMFILE at accept: an older connection makes room."""
    daemon = siege.serve(t, **{"handshake-timeout": "30s"})
    pid, = daemon.children("serve")
    with Siege(t, daemon, 80 * 64 * KB) as under:
        limit_descriptors(pid, 80)
        held = flood(siege.connect, 200, daemon)
        check_bounded(under, held, 80)
        held = flood(blogd.Daemon.connect, 100, daemon)
        check_bounded(under, held, 80)


def test_no_descriptors_at_all(t):
    """EMFILE with nobody to send away: accepting waits, without a busy loop,
    and goes on."""
    daemon = siege.serve(t)
    pid, = daemon.children("serve")
    with daemon.connect() as one:
        assert one.fetch("/").status == 200
    time.sleep(0.1)
    limit_descriptors(pid, 4)
    before = cpu_time(pid)
    waiting = [siege.connect(daemon) for _ in range(5)]
    time.sleep(1)
    assert cpu_time(pid) - before < 0.5, "it is busy with nothing"
    limit_descriptors(pid, 200)
    assert daemon.get("/").status == 200
    for one in waiting:
        one.close()


def cpu_time(pid):
    """Seconds of user and system time."""
    fields = blogd.read("/proc/%d/stat" % pid).rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_fewer_descriptors_than_connections(t):
    """A limit below max-connections is told and kept."""
    limited = ("sh", "-c", 'ulimit -n 300; "$@"; exit $?', "sh")
    daemon = t.daemon(t.blog().path, wrapper=limited,
                      options={"serve": {"handshake-timeout": "30s"}},
                      env=siege.ENV)
    daemon.wait_log("limit of open files")
    with Siege(t, daemon, 300 * 64 * KB) as under:
        check_bounded(under, flood(siege.connect, 400, daemon), 300)
        check_bounded(under, flood(blogd.Daemon.connect, 400, daemon), 300)
