# SPDX-License-Identifier: ISC
"""Time limits and the limit of connections."""
import socket
import time

import client
from repo import article


def serve(t, files=None, **settings):
    return t.serve(files, options={"serve": settings})


def check_closed_within(connection, least, most, status=None):
    """The server closes after `least` seconds and before `most`; a status:
    it says so first."""
    started = time.monotonic()
    connection.socket.settimeout(most + 5)
    if status:
        assert connection.response().status == status
    assert connection.closed(most)
    took = time.monotonic() - started
    assert least <= took < most, took


def test_header(t):
    daemon = serve(t, **{"header-timeout": "1s"})
    with daemon.connect() as connection:
        connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n")
        check_closed_within(connection, 0.5, 4, 408)


def test_header_that_trickles(t):
    """A byte now and then does not move the limit."""
    daemon = serve(t, **{"header-timeout": "1s"})
    with daemon.connect() as connection:
        started = time.monotonic()
        connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        connection.socket.settimeout(0.2)
        while time.monotonic() - started < 6:
            try:
                connection.send("y")
                connection.more()
                break
            except TimeoutError:
                continue
            except (client.Closed, OSError):
                break
        assert 0.5 < time.monotonic() - started < 4


def test_body(t):
    daemon = serve(t, **{"body-timeout": "1s"})
    with daemon.connect() as connection:
        connection.send("POST /push HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Length: 10\r\n\r\nabc")
        check_closed_within(connection, 0.5, 4, 408)


def test_idle(t):
    daemon = serve(t, **{"idle-timeout": "1s"})
    with daemon.connect() as connection:
        assert connection.fetch("/").status == 200
        check_closed_within(connection, 0.5, 4)


def test_idle_before_the_first_request(t):
    daemon = serve(t, **{"idle-timeout": "1s", "header-timeout": "1s"})
    with daemon.connect() as connection:
        started = time.monotonic()
        connection.until_closed()
        assert time.monotonic() - started < 4


def test_handshake(t):
    daemon = serve(t, **{"handshake-timeout": "1s"})
    with client.Connection(daemon.https) as connection:
        check_closed_within(connection, 0.5, 4)


def big(t, **settings):
    return serve(t, {"static/big": bytes(30 << 20)}, **settings)


def small_window(daemon):
    """A TLS connection whose client takes little at a time."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(20)
    raw.connect(daemon.https)
    return client.tls_context().wrap_socket(raw, server_hostname="localhost")


def read_to_end(reader):
    total = 0
    try:
        while True:
            block = reader.recv(65536)
            if not block:
                return total
            total += len(block)
    except OSError:
        return total


def test_write(t):
    """A reader that takes nothing is dropped; the rest never arrives."""
    daemon = big(t, **{"write-timeout": "1s"})
    reader = small_window(daemon)
    reader.sendall(b"GET /static/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(3)
    assert read_to_end(reader) < 30 << 20


def test_slow_but_steady_reader_is_served(t):
    daemon = serve(t, {"static/some": bytes(300000)},
                   **{"write-timeout": "1s"})
    reader = small_window(daemon)
    reader.sendall(b"GET /static/some HTTP/1.1\r\nHost: localhost\r\n"
                   b"Connection: close\r\n\r\n")
    total = 0
    while True:
        block = reader.recv(16384)
        if not block:
            break
        total += len(block)
        time.sleep(0.1)
    assert total > 300000


def test_reader_below_the_least_rate(t):
    """It makes progress all the time, but too little: it gets no more than
    what the system had taken in already."""
    daemon = big(t, **{"write-timeout": "3s", "min-rate": "1M"})
    reader = small_window(daemon)
    reader.sendall(b"GET /static/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
    end = time.monotonic() + 12
    total = 0
    while time.monotonic() < end:
        total += len(reader.recv(16384))
        time.sleep(0.05)
    assert total + read_to_end(reader) < 30 << 20


def test_connection_limit_drops_the_longest_idle(t):
    daemon = serve(t, **{"max-connections": 10})
    connections = []
    for _ in range(10):
        connections.append(daemon.connect())
        assert connections[-1].fetch("/").status == 200
        time.sleep(0.02)
    for used in connections[1:]:
        assert used.fetch("/").status == 200
    with daemon.connect() as one_more:
        assert one_more.fetch("/").status == 200
        assert connections[0].closed(5), "the longest idle one stays"
        for used in connections[2:]:
            assert used.fetch("/").status == 200


def test_flood_of_connections(t):
    """Twice the limit, all silent: readers are served all the while."""
    daemon = serve(t, **{"max-connections": 50})
    silent = []
    for _ in range(100):
        silent.append(socket.create_connection(daemon.https, 10))
    for _ in range(20):
        assert daemon.get("/").status == 200
    for one in silent:
        one.close()


def test_pipelining_without_reading(t):
    """Answers that nobody takes do not pile up in memory."""
    body = article("Long", "line\n\n" * 20000)
    daemon = serve(t, {"Posts/Long": body}, **{"write-timeout": "2s"})
    reader = small_window(daemon)
    request = b"GET /Posts/Long HTTP/1.1\r\nHost: localhost\r\n\r\n"
    reader.settimeout(5)
    try:
        for _ in range(5000):
            reader.sendall(request * 20)
    except OSError:
        pass
    assert daemon.get("/").status == 200
    for pid in daemon.children("serve"):
        memory = int(open("/proc/%d/statm" % pid).read().split()[1]) * 4096
        assert memory < 200 << 20, memory
