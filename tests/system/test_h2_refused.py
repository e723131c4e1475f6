# SPDX-License-Identifier: ISC
"""HTTP/2: requests and frames that must be refused, and how."""
import struct

import h2


# --------------------------------------------------------------- requests --

GET = [(":method", "GET"), (":scheme", "https"), (":authority", "localhost"),
       (":path", "/")]


def replaced(name, value):
    return [(n, value if n == name else v) for n, v in GET]


def without(name):
    return [f for f in GET if f[0] != name]


MALFORMED = [  # RFC 9113 sections 8.2 and 8.3
    without(":method"), without(":scheme"), without(":path"), [],
    *[GET + [f] for f in GET],
    [*GET[:3], ("x", "y"), GET[3]],
    GET + [(":status", "200")], GET + [(":protocol", "websocket")],
    GET + [(":Path", "/")], GET + [("", "x")],
    GET + [("X-Upper", "y")], GET + [("a b", "y")], GET + [("a:", "y")],
    GET + [("a\r\nb", "y")], GET + [("a\0", "y")], GET + [("\xfc", "y")],
    GET + [("x", "a\r\nb: c")], GET + [("x", "a\nb")], GET + [("x", "a\0b")],
    GET + [("x", " a")], GET + [("x", "a ")], GET + [("x", "\ta")],
    GET + [("x", "a\x7f")], GET + [("x", "a\x01")],
    GET + [("connection", "close")], GET + [("keep-alive", "timeout=5")],
    GET + [("proxy-connection", "close")], GET + [("upgrade", "h2c")],
    GET + [("transfer-encoding", "chunked")], GET + [("te", "gzip")],
    GET + [("host", "other.example")], GET + [("host", "localhost")] * 2,
    GET + [("content-length", "5")], GET + [("content-length", "x")],
    GET + [("content-length", "0"), ("content-length", "0")],
    replaced(":method", ""), replaced(":method", "GET /x HTTP/1.1"),
    replaced(":path", ""), replaced(":path", "x"), replaced(":path", "*"),
    replaced(":path", "https://localhost/"), replaced(":path", "/a b"),
    replaced(":path", "/\r\nx: y"), replaced(":scheme", "https "),
    replaced(":method", "CONNECT"),
]


def test_malformed_requests(t):
    """RFC 9113 section 8.1.1: each resets its stream, and no more."""
    daemon = t.serve()
    for i in range(0, len(MALFORMED), 10):
        with daemon.connect_h2() as connection:
            for fields in MALFORMED[i:i + 10]:
                stream = connection.send_block(h2.encode(fields))
                try:
                    found = connection.response(stream)
                except h2.Reset as reset:
                    assert reset.error == h2.PROTOCOL_ERROR, fields
                else:
                    raise AssertionError("%r: %r" % (fields, found))
                assert connection.fetch("/").status == 200


def test_refused_requests(t):
    """What HTTP can answer is answered, and the connection goes on."""
    daemon = t.serve(options={"serve": {"max-target": "1K"}})
    many = [("x%d" % i, "y") for i in range(101)]
    with daemon.connect_h2() as connection:
        for fields, status in [
                (without(":authority"), 400),
                (replaced(":authority", "user@localhost"), 400),
                (replaced(":authority", "a b"), 400),
                (replaced(":scheme", "ftp"), 400),
                (replaced(":path", "/" + "x" * 2000), 414),
                (GET + many, 431),
                (GET + [("x", "y" * 8100)], 431),
                (replaced(":method", "BREW"), 501),
                ([(":method", "CONNECT"), (":authority", "localhost:1")], 501),
                (without(":authority") + [("host", "localhost")], 200)]:
            found = connection.response(
                connection.send_block(h2.encode(fields)))
            assert found.status == status, (fields[:5], found)
        assert connection.fetch("/").status == 200


def test_block_over_the_limit(t):
    """Nothing gathers or decodes more than a request may have."""
    with t.serve().connect_h2() as connection:
        connection.send_block(h2.encode(GET + [("x", "y" * 9000)]))
        assert connection.until_closed() == h2.ENHANCE_YOUR_CALM


def test_bodies(t):
    daemon = t.serve()
    with daemon.connect_h2() as connection:
        plain = connection.fetch("/nothing", "POST")
        for size in [0, 1, 5000]:
            body = b"b" * size
            for fields in [(), [("content-length", str(size))]]:
                found = connection.fetch("/nothing", "POST", fields=fields,
                                         body=body)
                assert (found.status, found.body) == (404, plain.body)


def test_bodies_that_are_too_large(t):
    daemon = t.serve(options={"serve": {"max-body": "1K"}})
    for fields in [(), [("content-length", "2000")]]:
        with daemon.connect_h2() as connection:
            found = connection.fetch("/", "POST", fields=fields,
                                     body=b"b" * 2000)
            assert found.status == 413, found
            assert connection.fetch("/").status == 200


def test_bodies_of_another_length(t):
    with t.serve().connect_h2() as connection:
        for length, body in [(5, b"1234"), (5, b"123456"), (0, b"1"),
                             (1, b"")]:
            stream = connection.request(
                "/", "POST", [("content-length", str(length))], body=body)
            try:
                connection.response(stream)
                raise AssertionError("%d for %r" % (length, body))
            except h2.Reset as reset:
                assert reset.error == h2.PROTOCOL_ERROR
        assert connection.fetch("/").status == 200


def post_with_trailers(connection, trailers, flags=h2.END_STREAM):
    stream = connection.send_block(
        h2.encode(h2.request_fields("/nothing", "POST")), 0)
    connection.send_frame(h2.DATA, 0, stream, b"body")
    connection.send_block(h2.encode(trailers), flags, stream)
    return connection.response(stream)


def test_trailers(t):
    with t.serve().connect_h2() as connection:
        assert post_with_trailers(connection, [("x", "y")]).status == 404
        for trailers, flags in [([(":path", "/")], h2.END_STREAM),
                                ([("X", "y")], h2.END_STREAM),
                                ([("connection", "close")], h2.END_STREAM),
                                ([("x", "y")], 0)]:
            try:
                post_with_trailers(connection, trailers, flags)
                raise AssertionError(trailers)
            except h2.Reset as reset:
                assert reset.error == h2.PROTOCOL_ERROR
        assert connection.fetch("/").status == 200


# ---------------------------------------------------------------- errors --

def get_block():
    return h2.encode(GET)


def opened(flags=h2.END_STREAM | h2.END_HEADERS, stream=1, block=None):
    return h2.frame(h2.HEADERS, flags, stream, block or get_block())


def number(n):
    return struct.pack(">I", n)


CONNECTION_ERRORS = [  # what is sent, the error
    (h2.frame(h2.DATA, 0, 0, b"x"), h2.PROTOCOL_ERROR),
    (h2.frame(h2.DATA, 0, 1, b"x"), h2.PROTOCOL_ERROR),  # idle
    (opened(stream=2), h2.PROTOCOL_ERROR),
    (opened(stream=0), h2.PROTOCOL_ERROR),
    (opened(stream=5) + opened(stream=3), h2.PROTOCOL_ERROR),
    (h2.frame(h2.HEADERS, h2.END_HEADERS | h2.PADDED, 1, b"\xff"),
     h2.PROTOCOL_ERROR),
    (h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, b""), h2.PROTOCOL_ERROR),
    (opened(h2.END_STREAM) + h2.frame(h2.PING, 0, 0, bytes(8)),
     h2.PROTOCOL_ERROR),
    (opened(h2.END_STREAM) + h2.frame(h2.CONTINUATION, 4, 3, b""),
     h2.PROTOCOL_ERROR),
    (opened(h2.END_STREAM) + opened(stream=3), h2.PROTOCOL_ERROR),
    (h2.frame(h2.PUSH_PROMISE, 4, 1, number(2)), h2.PROTOCOL_ERROR),
    (h2.frame(h2.RST_STREAM, 0, 0, number(8)), h2.PROTOCOL_ERROR),
    (h2.frame(h2.RST_STREAM, 0, 1, number(8)), h2.PROTOCOL_ERROR),  # idle
    (opened() + h2.frame(h2.RST_STREAM, 0, 1, b"123"), h2.FRAME_SIZE_ERROR),
    (h2.frame(h2.SETTINGS, 0, 1), h2.PROTOCOL_ERROR),
    (h2.frame(h2.SETTINGS, 0, 0, b"12345"), h2.FRAME_SIZE_ERROR),
    (h2.frame(h2.SETTINGS, h2.ACK, 0, bytes(6)), h2.FRAME_SIZE_ERROR),
    (h2.frame(h2.SETTINGS, 0, 0, h2.settings({h2.ENABLE_PUSH: 2})),
     h2.PROTOCOL_ERROR),
    (h2.frame(h2.SETTINGS, 0, 0, h2.settings({4: 1 << 31})),
     h2.FLOW_CONTROL_ERROR),
    (h2.frame(h2.SETTINGS, 0, 0, h2.settings({5: 16383})), h2.PROTOCOL_ERROR),
    (h2.frame(h2.SETTINGS, 0, 0, h2.settings({5: 1 << 24})),
     h2.PROTOCOL_ERROR),
    (h2.frame(h2.PING, 0, 1, bytes(8)), h2.PROTOCOL_ERROR),
    (h2.frame(h2.PING, 0, 0, bytes(7)), h2.FRAME_SIZE_ERROR),
    (h2.frame(h2.GOAWAY, 0, 1, bytes(8)), h2.PROTOCOL_ERROR),
    (h2.frame(h2.WINDOW_UPDATE, 0, 0, number(0)), h2.PROTOCOL_ERROR),
    (h2.frame(h2.WINDOW_UPDATE, 0, 0, number(h2.WINDOW_MAX)),
     h2.FLOW_CONTROL_ERROR),
    (h2.frame(h2.WINDOW_UPDATE, 0, 0, b"123"), h2.FRAME_SIZE_ERROR),
    (h2.frame(h2.WINDOW_UPDATE, 0, 1, number(1)), h2.PROTOCOL_ERROR),  # idle
    (h2.frame(h2.DATA, 0, 1, bytes(16385)), h2.FRAME_SIZE_ERROR),
    (opened(block=b"\x80"), h2.COMPRESSION_ERROR),
    (opened(block=b"\xbe"), h2.COMPRESSION_ERROR),
    (opened(block=get_block() + b"\x3f\xe1\x1f"), h2.COMPRESSION_ERROR),
    (opened(block=b"\x00\x81\xff\x00"), h2.COMPRESSION_ERROR),
    (opened(block=get_block()[:-1]), h2.COMPRESSION_ERROR),
]


def test_connection_errors(t):
    """GOAWAY with the error of the RFC, then the end."""
    daemon = t.serve()
    for data, error in CONNECTION_ERRORS:
        with daemon.connect_h2() as connection:
            for stream in range(1, 7):
                connection.streams[stream] = h2.Stream()
            connection.send(data)
            found = connection.until_closed()
            assert found == error, "%d, not %d, for %r" % (
                -1 if found is None else found, error, data[:80])


def test_bad_prefaces(t):
    daemon = t.serve()
    for preface in [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rx" + bytes(50),
                    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    h2.PREFACE + h2.frame(h2.PING, 0, 0, bytes(8))]:
        with daemon.connect_h2(preface=None) as connection:
            connection.send(preface)
            assert connection.until_closed() in (None, h2.PROTOCOL_ERROR)


def test_unknown_frames_and_settings(t):
    """RFC 9113 sections 4.1, 5.5 and 6.5.2: ignored."""
    daemon = t.serve()
    with daemon.connect_h2(values=[(0x99, 1), (6, 0), (3, 0)]) as connection:
        connection.send_frame(0x99, 0xff, 0, b"what")
        connection.send_frame(0x98, 0xff, 7, b"what" * 1000)
        connection.send_frame(h2.SETTINGS, 0xfe, 0)
        connection.send_frame(h2.PRIORITY, 0, 9, struct.pack(">IB", 1, 2))
        assert connection.fetch("/").status == 200
