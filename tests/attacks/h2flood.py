# SPDX-License-Identifier: ISC
"""Floods over HTTP/2: sends until the server ends the connection."""
import select
import ssl
import time

import client
import h2

OPEN = "still open"


def connect(daemon, **options):
    return h2.Connection(daemon.https, timeout=10, **options)


def request(connection, target="/", flags=h2.END_STREAM, **options):
    """A HEADERS frame with a request on the next stream, not sent yet."""
    block = h2.encode(h2.request_fields(target, **options))
    return h2.frame(h2.HEADERS, flags | h2.END_HEADERS,
                    connection.new_stream(), block)


def readable(connection):
    return connection.socket.pending() or select.select(
        [connection.socket], [], [], 0)[0]


def take_note(connection):
    """Reads what has come."""
    while readable(connection):
        connection.more()
    while len(connection.buffer) >= 9 and \
            len(connection.buffer) >= connection.frame_size():
        connection.read_frame()


def flood(connection, make, seconds=1.5, pause=0.0, read=True):
    """Sends what make() returns again and again; the error of the GOAWAY, None
    for an end without one, or OPEN."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            connection.send(make())
            if read:
                take_note(connection)
            time.sleep(pause)
        if read:
            return ending(connection, 0.3)
    except (client.Closed, OSError):
        pass
    return ending(connection, 5)


def ending(connection, seconds):
    """How the connection ends within this time."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            connection.socket.settimeout(max(0.01, end - time.monotonic()))
            connection.read_frame()
    except (TimeoutError, ssl.SSLWantReadError):
        return OPEN
    except (client.Closed, OSError):
        return connection.goaway[0] if connection.goaway else None
    return OPEN
