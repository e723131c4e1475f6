# SPDX-License-Identifier: ISC
"""Memory that many connections made a serving process take comes back when they
are gone, whatever they did."""
import blogd
import h2
import h2flood
import siege
from harness import eventually
from siege import KB, MB

MANY = 400
BIG = {"static/big": bytes(8 << 20)}
REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n"


def serve(t):
    """Nobody is closed for being slow."""
    late = {"%s-timeout" % kind: "120s" for kind in
            ("header", "body", "write", "handshake", "idle")}
    return t.serve(BIG, env=siege.ENV, options={"serve": {
        **late, "max-connections": 2 * MANY, "max-handshakes": 2 * MANY,
        "min-rate": 0}})


def come_and_go(daemon, attack):
    """AddressSanitizer keeps freed memory to see who still uses it: what it
    finds when they are gone is its own report."""
    held = [attack(daemon) for _ in range(MANY // 4)]
    assert daemon.get("/").status == 200
    for one in held:
        one.close()
    assert daemon.get("/").status == 200


def check(t, attack, least):
    """attack(daemon) opens one connection, which takes that much at least: else
    the test would show nothing.  Half of it comes back, and a second time takes
    no more than the first."""
    daemon = serve(t)
    pids = daemon.children("serve")
    with daemon.connect() as one:
        assert one.fetch("/").status == 200
    if blogd.SANITIZED:
        come_and_go(daemon, attack)
        return

    def taken():
        return siege.anonymous_memory(pids) - before
    before = siege.anonymous_memory(pids)
    most = []
    for _ in range(2):
        held = [attack(daemon) for _ in range(MANY)]
        eventually(lambda: taken() >= least * MANY, 60,
                   "attackers that take %d bytes" % least)
        most.append(taken())
        for one in held:
            one.close()
        eventually(lambda: taken() <= most[-1] / 2, 30,
                   "half of %d kB that comes back" % (most[-1] // KB))
    assert most[1] <= most[0] * 1.25 + MB, most


HELLO = siege.client_hello()


def asked(daemon, data):
    made = daemon.connect()
    made.send(data)
    return made


def idle(daemon):
    made = daemon.connect()
    assert made.fetch("/").status == 200
    return made


def half_of_a_handshake(daemon):
    made = siege.connect(daemon)
    siege.send(made, HELLO)
    made.recv(1)
    return made


def half_of_a_header(daemon):
    return asked(daemon, REQUEST % b"/" + b"X: " + b"x" * 7000)


def half_of_a_body(daemon):
    return asked(daemon, b"POST /push HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Length: 9999\r\n\r\n" + b"x" * 5000)


def unread_answer(daemon):
    made = siege.small_window(daemon)
    made.sendall(REQUEST % b"/static/big" + b"\r\n")
    return made


def streams_without_windows(daemon):
    made = h2flood.connect(daemon, values={h2.INITIAL_WINDOW_SIZE: 0})
    made.send(b"".join(h2flood.request(made, "/static/big")
                       for _ in range(100)))
    return made


def bodies_that_are_due(daemon):
    made = h2flood.connect(daemon)
    made.send(b"".join(h2flood.request(
        made, "/push", 0, method="POST", fields=[("x", "y" * 200)])
        for _ in range(30)))
    return made


def full_tables(daemon):
    made = h2flood.connect(daemon)
    made.send_block(h2.encode(h2.request_fields("/")) + b"".join(
        h2.literal("x%d" % i, "y" * 60, 0x40) for i in range(40)))
    return made


def half_of_a_block(daemon):
    made = h2flood.connect(daemon)
    made.send(h2.frame(h2.HEADERS, 0, 1, h2.encode(
        h2.request_fields("/", fields=[("x", "y" * 7000)]))))
    return made


def test_idle(t):
    check(t, idle, 8 * KB)


def test_half_of_a_handshake(t):
    check(t, half_of_a_handshake, 20 * KB)


def test_half_of_a_header(t):
    check(t, half_of_a_header, 14 * KB)


def test_half_of_a_body(t):
    check(t, half_of_a_body, 8 * KB)


def test_unread_answer(t):
    check(t, unread_answer, 14 * KB)


def test_streams_without_windows(t):
    check(t, streams_without_windows, 14 * KB)


def test_bodies_that_are_due(t):
    check(t, bodies_that_are_due, 20 * KB)


def test_full_tables(t):
    check(t, full_tables, 10 * KB)


def test_half_of_a_block(t):
    check(t, half_of_a_block, 14 * KB)
