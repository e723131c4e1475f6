# SPDX-License-Identifier: ISC
"""HTTP/2: how connections end, when the daemon stops or is replaced."""
import signal
import time

import client
import h2
from repo import article
from test_h2 import BIG, FILES

# ---------------------------------------------------------------- the end --

def test_no_request_is_lost_on_reload(t):
    made = t.blog(FILES)
    daemon = t.daemon(made.path)
    load = client.Load(lambda: h2.Client(daemon.https),
                       ["/", "/Posts/Long", "/static/small"])
    try:
        for _ in range(3):
            mark = daemon.mark()
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("reloaded", after=mark)
            time.sleep(0.3)
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]
    assert load.count > 50 and len(load.bodies) == 3


def test_no_request_is_lost_on_updates(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    load = client.Load(lambda: h2.Client(daemon.https), ["/Posts/One"])
    try:
        for i in range(4):
            made.commit({"Posts/One": article("One", "Lap %d.\n" % i * 3000)})
            daemon.update()
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]
    assert load.count > 50 and 2 <= len(load.bodies) <= 5


def test_stopping(t):
    """What was asked before is answered, slow readers included."""
    daemon = t.serve(FILES)
    with daemon.connect_h2() as busy, daemon.connect_h2() as idle:
        assert idle.fetch("/").status == 200
        busy.answer_data = False
        stream = busy.request("/static/big")
        busy.headers(stream)
        daemon.signal(signal.SIGTERM)
        assert idle.until_closed() == h2.NO_ERROR
        busy.answer_data = True
        busy.send_window(h2.WINDOW_MAX - h2.WINDOW)
        busy.send_window(h2.WINDOW_MAX - h2.WINDOW, stream)
        assert busy.response(stream).body == BIG
        assert busy.goaway[1] >= stream
        assert busy.until_closed() == h2.NO_ERROR
    assert daemon.wait_exit() == 0


def test_goaway_of_the_client(t):
    """It may still ask for what it has begun."""
    with t.serve(FILES).connect_h2() as connection:
        stream = connection.request("/static/big")
        connection.send_frame(h2.GOAWAY, 0, 0, bytes(8))
        assert connection.response(stream).body == BIG


def blocked(daemon, **options):
    """A connection with an answer for which there is no window."""
    connection = daemon.connect_h2(**options)
    connection.answer_data = False
    stream = connection.request("/static/big")
    connection.headers(stream)
    connection.wait(lambda: len(
        connection.streams[stream].body) == h2.WINDOW)
    return connection, stream


def open_windows(connection, stream):
    connection.answer_data = True
    for which in [0, stream]:
        connection.send_window(h2.WINDOW_MAX - h2.WINDOW, which)


ENDINGS = {"stop": (signal.SIGTERM, "stopping"),
           "reload": (signal.SIGHUP, "reloaded")}


def check_blocked_is_told(t, how):
    """RFC 9113 section 6.8: GOAWAY, twice, at once; the answer to come, if the
    client still wants it, and another one on its way."""
    daemon = t.serve(FILES)
    connection, stream = blocked(daemon)
    with connection:
        number, logged = ENDINGS[how]
        mark = daemon.mark()
        daemon.signal(number)
        daemon.wait_log(logged, after=mark)
        connection.wait(lambda: connection.goaway)
        assert connection.goaway[:2] == (h2.NO_ERROR, h2.WINDOW_MAX)
        late = connection.request("/static/small", "HEAD")
        connection.wait(lambda: connection.goaway[1] != h2.WINDOW_MAX)
        assert connection.response(late).status == 200
        assert connection.goaway[:2] == (h2.NO_ERROR, late)
        open_windows(connection, stream)
        assert connection.response(stream).body == BIG
        assert connection.until_closed() == h2.NO_ERROR


def test_blocked_stream_at_the_end(t):
    check_blocked_is_told(t, "stop")


def test_blocked_stream_at_a_reload(t):
    check_blocked_is_told(t, "reload")


def test_blocked_stream_beyond_the_drain(t):
    """It has had its time; the client knows that the daemon goes."""
    daemon = t.serve(FILES, options={"serve": {"drain": "1s"}})
    connection, _ = blocked(daemon)
    with connection:
        daemon.signal(signal.SIGHUP)
        assert connection.until_closed() == h2.NO_ERROR


def test_unfinished_request_at_a_reload(t):
    """Those who are in the middle of a request are told as well, and may end
    it: half of a frame, half of a block, half of a body."""
    daemon = t.serve(FILES)
    block = h2.encode(h2.request_fields("/Posts/One"))
    whole = h2.frame(h2.HEADERS, h2.END_STREAM | h2.END_HEADERS, 1, block)
    parts = h2.frame(h2.HEADERS, h2.END_STREAM, 1, block[:9]) + h2.frame(
        h2.CONTINUATION, h2.END_HEADERS, 1, block[9:])
    post = h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.encode(
        h2.request_fields("/nothing", "POST"))) + h2.frame(
            h2.DATA, h2.END_STREAM, 1, b"body")
    for data, half, status in [(whole, 20, 200), (parts, 18, 200),
                               (post, len(post) - 2, 404)]:
        with daemon.connect_h2() as connection:
            connection.ping()
            assert connection.new_stream() == 1
            connection.send(data[:half])
            mark = daemon.mark()
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("reloaded", after=mark)
            connection.wait(lambda: connection.goaway)
            # Its answer to the PING would be within the block.
            connection.send(data[half:])
            assert connection.response(1).status == status
