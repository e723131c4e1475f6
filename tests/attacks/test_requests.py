# SPDX-License-Identifier: ISC
"""Requests that are too large, and requests without end."""
import time

import client
import repo
import siege
from harness import eventually
from siege import KB, Siege

START = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /push HTTP/1.1\r\nHost: localhost\r\n"


def answered(daemon, data):
    """The status of what is sent on a connection of its own, which ends."""
    with daemon.connect() as one:
        siege.send(one, data)
        status = one.response().status
        one.until_closed()
        return status


def again_and_again(t, daemon, data, status):
    """Refused, and closed, each time; for two seconds."""
    with Siege(t, daemon):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            assert answered(daemon, data) == status


def head_of(size):
    """A request line and fields of exactly so many bytes, and the end."""
    start = START + b"X-Fill: "
    return start + b"x" * (size - len(start) - 2) + b"\r\n\r\n"


def test_headers_of_8_kib_and_a_byte(t):
    """max-header"""
    assert len(head_of(8192)) == 8192 + 2
    daemon = siege.serve(t)
    with daemon.connect() as one:
        one.send(head_of(8192))
        assert one.response().status == 200
    again_and_again(t, daemon, head_of(8193), 431)


def fields(many):
    return START + b"".join(b"X-%d: a\r\n" % i for i in range(many - 1))


def test_101_fields(t):
    """max-headers"""
    daemon = siege.serve(t)
    with daemon.connect() as one:
        one.send(fields(100) + b"\r\n")
        assert one.response().status == 200
    again_and_again(t, daemon, fields(101) + b"\r\n", 431)


def test_fields_without_end(t):
    """max-headers, max-header: the answer does not wait for their end."""
    daemon = siege.serve(t, **{"header-timeout": "30s"})
    again_and_again(t, daemon, fields(1000), 431)


def test_one_field_without_end(t):
    """max-header"""
    daemon = siege.serve(t, **{"header-timeout": "30s"})
    again_and_again(t, daemon, START + b"X: " + b"x" * 9000, 431)


def test_url_of_64_kib(t):
    """max-target"""
    request = START.replace(b"/", b"/" + b"a" * (64 * KB), 1) + b"\r\n"
    again_and_again(t, siege.serve(t), request, 414)


def test_body_too_large(t):
    """max-body: said beforehand, or found out."""
    daemon = siege.serve(t, **{"max-body": "10K"})
    with Siege(t, daemon):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            assert answered(daemon, POST + b"Content-Length: 10241\r\n\r\n"
                            + bytes(100)) == 413
            assert answered(
                daemon, POST + b"Transfer-Encoding: chunked\r\n\r\n"
                + b"2801\r\n" + bytes(0x2801)) == 413


def test_small_lines(t):
    """Many heads of many small fields, each one whole and allowed."""
    daemon = siege.serve(t)
    request = fields(100) + b"\r\n"
    with Siege(t, daemon), daemon.connect() as one:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            one.send(request * 20)
            for _ in range(20):
                assert one.response().status == 200


def test_requests_for_updates(t):
    """hook-interval: thousands of them are one update now and then."""
    made = t.blog()
    daemon = t.daemon(made.path, site={"hook-interval": "1s"}, env=siege.ENV)
    made.commit({"Posts/New": repo.article("New", "New.\n")})
    mark = daemon.mark()
    post = POST + b"Content-Length: 0\r\n\r\n"
    asked = 0
    with Siege(t, daemon), daemon.connect() as one:
        began = time.monotonic()
        while time.monotonic() < began + 2:
            one.send(post * 20)
            for _ in range(20):
                assert one.response().status < 300
            asked += 20
        took = time.monotonic() - began
    eventually(lambda: daemon.get("/Posts/New").status == 200, 10)
    updates = len(daemon.grep("git: commit |nothing new", after=mark))
    print("%d requests, %d updates" % (asked, updates))
    assert asked > 200 and 1 <= updates <= took + 3, (asked, updates)


def test_several_clients_at_full_speed(t):
    """As fast as they can, over kept connections."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        load = client.Load(daemon.connect, ["/", "/Posts/One", "/none.css"],
                           clients=4)
        time.sleep(1)
        load.stop()
    assert load.count > 100
    assert all("none.css" in x for x in load.failures), load.failures[:3]
