# SPDX-License-Identifier: ISC
"""Clients that say or take little, and hold a connection with it."""
import time

import siege
from siege import KB, MB, Siege

MANY = 60
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /push HTTP/1.1\r\nHost: localhost\r\n"


def begin(daemon, start, many=MANY):
    attackers = [daemon.connect() for _ in range(many)]
    for one in attackers:
        one.send(start)
    return attackers


def test_headers_byte_by_byte(t):
    """header-timeout"""
    daemon = siege.serve(t)
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, HEAD)
        siege.trickle(attackers, b"X-Slow: a\r\n")
        under.check_closed(attackers, 1)


def test_headers_in_bursts_of_small_records(t):
    """More records than one event deals with: they start no deadline anew."""
    daemon = siege.serve(t)
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, HEAD, 20)
        end = time.monotonic() + 1.5
        alive = attackers
        while alive and time.monotonic() < end:
            alive = [a for a in alive
                     if all(siege.send(a, b"x") for _ in range(12))]
            time.sleep(0.1)
        under.check_closed(attackers, 1)


def test_headers_of_nothing_but_line_ends(t):
    """header-timeout: an empty line before a request starts it."""
    daemon = siege.serve(t)
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, b"\r\n")
        siege.trickle(attackers, b"G")
        under.check_closed(attackers, 1)


def test_headers_over_plain_http(t):
    """header-timeout"""
    daemon = siege.serve(t, https=False)
    with Siege(t, daemon, MANY * 32 * KB, plain=True) as under:
        attackers = [daemon.connect_plain() for _ in range(MANY)]
        for one in attackers:
            one.send(HEAD)
        siege.trickle(attackers, b"X-Slow: a\r\n")
        under.check_closed(attackers, 1)


def test_body_byte_by_byte(t):
    """body-timeout"""
    daemon = siege.serve(t)
    start = POST + b"Content-Length: 9999\r\n\r\n"
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, start)
        siege.trickle(attackers, b"a")
        under.check_closed(attackers, 1)


def test_body_in_small_chunks(t):
    """body-timeout"""
    daemon = siege.serve(t)
    start = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, start)
        siege.trickle(attackers, b"1\r\na\r\n")
        under.check_closed(attackers, 1)


SIZE = 16 << 20  # more than the system buffers
BIG = {"static/big": bytes(SIZE)}
ASK_BIG = b"GET /static/big HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_read_of_nothing(t):
    """write-timeout: the rest of what was asked for never comes."""
    daemon = siege.serve(t, BIG)
    with Siege(t, daemon, 10 * 128 * KB):
        attackers = [siege.small_window(daemon) for _ in range(10)]
        for one in attackers:
            one.sendall(ASK_BIG)
        time.sleep(1.2)
        for one in attackers:
            assert siege.drained(one) < SIZE


def test_read_below_the_least_rate(t):
    """min-rate: a little progress now and then holds nothing for ever."""
    daemon = siege.serve(t, BIG, **{"min-rate": "1M"})
    with Siege(t, daemon, 10 * 128 * KB):
        attackers = [siege.small_window(daemon) for _ in range(5)]
        for one in attackers:
            one.sendall(ASK_BIG)
        taken = [0] * len(attackers)
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            for i, one in enumerate(attackers):
                taken[i] += len(one.recv(4096))
            time.sleep(0.05)
        for i, one in enumerate(attackers):
            assert taken[i] + siege.drained(one) < SIZE


def test_answers_that_nobody_takes(t):
    """Pipelined requests by the thousand: no more is read than is answered."""
    body = "---\ntitle: Long\n---\n" + "line\n\n" * 20000
    daemon = siege.serve(t, {"Posts/Long": body})
    request = b"GET /Posts/Long HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Siege(t, daemon, 4 * MB):
        attackers = [siege.small_window(daemon) for _ in range(10)]
        for one in attackers:
            one.settimeout(0.3)
            siege.send(one, request * 20000)
        time.sleep(1)
        for one in attackers:
            siege.drained(one)


def test_small_answers_by_the_thousand(t):
    """Pipelined, and read: others have their turn in between."""
    daemon = siege.serve(t)
    request = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000
    with Siege(t, daemon, 4 * MB):
        with daemon.connect() as attacker:
            for _ in range(4):
                attacker.send(request)
                for _ in range(1000):
                    assert attacker.response().status == 404


def test_idle_after_a_request(t):
    """idle-timeout"""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = []
        for _ in range(MANY):
            attackers.append(daemon.connect())
            assert attackers[-1].fetch("/").status == 200
        under.check_closed(attackers, 1.5)


def test_lingering_after_a_refusal(t):
    """Who goes on sending after its last answer is not read for ever."""
    daemon = siege.serve(t)
    with Siege(t, daemon, MANY * 64 * KB) as under:
        attackers = begin(daemon, b"nonsense\r\n\r\n")
        siege.trickle(attackers, b"x" * 100)
        under.check_closed(attackers, 1)
