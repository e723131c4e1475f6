# SPDX-License-Identifier: ISC
"""HTTP/2: what a conformance checker asks for, section by section of RFC 9113
and RFC 7541, as far as test_h2, test_h2_refused and h2_errors_test do not."""
import struct

import h2

GOOD = "answered"
PING = b"12345678"


def number(n):
    return struct.pack(">I", n)


def block(method="GET", fields=(), target="/"):
    return h2.encode(h2.request_fields(target, method, fields))


def headers(stream=1, flags=h2.END_STREAM | h2.END_HEADERS, data=None):
    return h2.frame(h2.HEADERS, flags, stream,
                    block() if data is None else data)


def post(stream=1, fields=()):
    return headers(stream, h2.END_HEADERS, block("POST", fields, "/nothing"))


def found(connection, data):
    """GOOD if the connection goes on, no stream is reset, and answers are those
    to good requests; else ("stream", error) or ("connection", error)."""
    for stream in range(1, 9):
        connection.streams[stream] = h2.Stream()
    connection.next_stream = 101
    try:
        connection.send(data)
        connection.send_ping(b"the last")
        connection.wait(lambda: b"the last" in connection.pongs)
        assert connection.fetch("/Posts/One").status == 200
    except h2.Closed:
        return ("connection", connection.goaway and connection.goaway[0])
    except OSError:
        return ("connection", connection.until_closed())
    errors = [s.error for s in connection.streams.values()
              if s.error is not None]
    if errors:
        return ("stream", errors[0])
    statuses = [s.response().status for s in connection.streams.values()
                if s.lists]
    return GOOD if set(statuses) <= {200, 404} else ("status", statuses)


def check(t, cases):
    daemon = t.serve()
    for what, data, *wanted in cases:
        with daemon.connect_h2() as connection:
            seen = found(connection, data)
        assert seen in wanted, "%s: %s, not %s" % (what, seen, wanted)


def connection_error(error):
    return ("connection", error)


def stream_error(error):
    return ("stream", error)


def test_frames(t):
    """Section 4: what may be unknown, and sizes."""
    large = h2.frame(h2.DATA, h2.END_STREAM, 1, bytes(16384))
    check(t, [
        ("flags nobody knows", h2.frame(h2.PING, 0xfe, 0, PING), GOOD),
        ("a reserved bit", h2.frame(h2.PING, 0, 1 << 31, PING), GOOD),
        ("a reserved bit of a stream", h2.frame(
            h2.HEADERS, h2.END_STREAM | h2.END_HEADERS, 1 << 31 | 1,
            block()), GOOD),
        ("a frame of 16384 bytes", post() + large, GOOD),
        ("an unknown frame", h2.frame(0x16, 0, 0, bytes(8)), GOOD),
        ("an unknown frame in a block",
         headers(flags=h2.END_STREAM, data=block()[:5]) +
         h2.frame(0x16, 0, 0, bytes(8)) +
         h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, block()[5:]),
         connection_error(h2.PROTOCOL_ERROR)),
        ("PRIORITY in a block",
         headers(flags=h2.END_STREAM) +
         h2.frame(h2.PRIORITY, 0, 1, bytes(5)),
         connection_error(h2.PROTOCOL_ERROR)),
        ("DATA in a block",
         headers(flags=0) + h2.frame(h2.DATA, 0, 1, b"x"),
         connection_error(h2.PROTOCOL_ERROR)),
    ])


def test_states_of_streams(t):
    """Section 5.1: what may come on a stream that is half closed, closed by its
    end, or closed by RST_STREAM."""
    reset = h2.frame(h2.RST_STREAM, 0, 1, number(h2.CANCEL))
    data = h2.frame(h2.DATA, h2.END_STREAM, 1, b"x")
    more = h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, block())
    priority = h2.frame(h2.PRIORITY, 0, 1, struct.pack(">IB", 0, 15))
    closed = [connection_error(h2.STREAM_CLOSED),
              stream_error(h2.STREAM_CLOSED)]
    wrong = connection_error(h2.PROTOCOL_ERROR)
    check(t, [
        ("PRIORITY, idle", h2.frame(h2.PRIORITY, 0, 7, bytes(5)) + headers(7),
         GOOD),
        ("WINDOW_UPDATE, ended", headers() + h2.frame(
            h2.WINDOW_UPDATE, 0, 1, number(9)), GOOD),
        ("PRIORITY, ended", headers() + priority, GOOD),
        ("RST_STREAM, ended", headers() + reset, GOOD),
        ("DATA, ended", headers() + data, *closed),
        ("HEADERS, ended", headers() + headers(), *closed),
        ("CONTINUATION, ended", headers() + more, wrong, *closed),
        ("PRIORITY, reset", post() + reset + priority, GOOD),
        ("DATA, reset", post() + reset + data, *closed),
        ("HEADERS, reset", post() + reset + headers(), *closed),
        ("CONTINUATION, reset", post() + reset + more, wrong, *closed),
        ("DATA, ended by a body", post() + data + data, *closed),
        ("CONTINUATION, behind a body", post() + data + more, wrong, *closed),
        ("CONTINUATION, idle", more, wrong),
        ("CONTINUATION, behind the end of a block",
         headers(flags=h2.END_STREAM, data=block()[:5]) + h2.frame(
             h2.CONTINUATION, h2.END_HEADERS, 1, block()[5:]) + more,
         wrong, *closed),
        ("CONTINUATION, behind DATA", post() + h2.frame(
            h2.DATA, 0, 1, b"x") + more, wrong),
        ("CONTINUATION, no stream", headers(flags=h2.END_STREAM) + h2.frame(
            h2.CONTINUATION, h2.END_HEADERS, 0, block()), wrong),
    ])


def test_fields_of_frames(t):
    """Section 6, and error codes that nobody knows (section 7)."""
    wrong = connection_error(h2.PROTOCOL_ERROR)
    size = connection_error(h2.FRAME_SIZE_ERROR)
    padded = h2.PADDED | h2.END_STREAM
    check(t, [
        ("several DATA", post() + h2.frame(h2.DATA, 0, 1, b"x") + h2.frame(
            h2.DATA, h2.END_STREAM, 1, b"y"), GOOD),
        ("padded DATA", post() + h2.frame(
            h2.DATA, padded, 1, b"\4abcd" + bytes(4)), GOOD),
        ("DATA of padding", post() + h2.frame(
            h2.DATA, padded, 1, b"\5" + bytes(5)), GOOD),
        ("DATA with more padding than that", post() + h2.frame(
            h2.DATA, padded, 1, b"\6" + bytes(5)), wrong),
        ("DATA without the length of its padding", post() + h2.frame(
            h2.DATA, padded, 1), size, wrong),
        ("HEADERS with too much padding", headers(
            flags=padded | h2.END_HEADERS, data=b"\xff" + block()), wrong),
        ("HEADERS too short for a priority", headers(
            flags=h2.PRIORITIZED | h2.END_STREAM | h2.END_HEADERS,
            data=bytes(4)), size, wrong),
        ("PRIORITY with all weights", b"".join(
            h2.frame(h2.PRIORITY, 0, 5, struct.pack(">IB", d, w))
            for d, w in [(0, 0), (0, 255), (1 << 31 | 3, 9), (99, 1)]), GOOD),
        ("SETTINGS twice the same", h2.frame(h2.SETTINGS, 0, 0, h2.settings(
            [(h2.INITIAL_WINDOW_SIZE, 100), (h2.INITIAL_WINDOW_SIZE, 1000)])),
         GOOD),
        ("an answer to no PING", h2.frame(h2.PING, h2.ACK, 0, PING), GOOD),
        ("GOAWAY with any error", h2.frame(
            h2.GOAWAY, 0, 0, number(0) + number(0xff)),
         connection_error(h2.NO_ERROR), GOOD),
        ("RST_STREAM with any error", post() + h2.frame(
            h2.RST_STREAM, 0, 1, number(0xff)), GOOD),
        ("RST_STREAM too long", post() + h2.frame(
            h2.RST_STREAM, 0, 1, bytes(5)), size),
        ("PRIORITY too long", h2.frame(h2.PRIORITY, 0, 1, bytes(6)), size,
         stream_error(h2.FRAME_SIZE_ERROR)),
        ("WINDOW_UPDATE too long", h2.frame(
            h2.WINDOW_UPDATE, 0, 0, bytes(5)), size),
        ("PING too long", h2.frame(h2.PING, 0, 0, bytes(9)), size),
        ("SETTINGS with half of a value", h2.frame(
            h2.SETTINGS, 0, 0, bytes(3)), size),
        ("a window too large in two steps", h2.frame(
            h2.WINDOW_UPDATE, 0, 0, number(h2.WINDOW_MAX - h2.WINDOW)) * 2,
         connection_error(h2.FLOW_CONTROL_ERROR)),
        ("the same of a stream", post() + h2.frame(
            h2.WINDOW_UPDATE, 0, 1, number(h2.WINDOW_MAX - 100)) * 2,
         stream_error(h2.FLOW_CONTROL_ERROR),
         connection_error(h2.FLOW_CONTROL_ERROR)),
        ("WINDOW_UPDATE of a stream by nothing", post() + h2.frame(
            h2.WINDOW_UPDATE, 0, 1, number(0)),
         stream_error(h2.PROTOCOL_ERROR), wrong),
    ])


def test_a_pong_is_not_answered(t):
    """Section 6.7: of two PINGs, one is an answer."""
    with t.serve().connect_h2() as connection:
        connection.send_ping(b"an answ.", h2.ACK)
        connection.send_ping(b"question")
        connection.wait(lambda: connection.pongs)
        connection.ping()
        assert connection.pongs == [b"question", b"ping-pon"]


def test_setting_for_open_streams(t):
    """Section 6.5.3: the values of one SETTINGS count in their order."""
    daemon = t.serve({"static/ten": b"0123456789"})
    with daemon.connect_h2(values=[(h2.INITIAL_WINDOW_SIZE, 100),
                                   (h2.INITIAL_WINDOW_SIZE, 1)]) as connection:
        connection.answer_data = False
        stream = connection.request("/static/ten")
        connection.headers(stream)
        connection.ping()
        assert connection.streams[stream].body == b"0"
        connection.send_settings({h2.INITIAL_WINDOW_SIZE: 10})
        assert connection.response(stream).body == b"0123456789"


# Huffman coded (RFC 7541 appendix B): "/" and "localhost".
ROOT = b"\x81\x63"
NAME = b"\x86\xa0\xe4\x1d\x13\x9d\x09"


def test_field_blocks(t):
    """RFC 7541: every form of a field, and every error."""
    wrong = connection_error(h2.COMPRESSION_ERROR)
    start = b"\x82\x87"  # GET, https
    whole = start + b"\x84\x01\x09localhost"

    def case(what, data, *wanted):
        return (what, headers(data=data), *wanted)

    check(t, [
        case("indexed", whole, GOOD),
        case("never indexed", start + b"\x84\x11\x09localhost", GOOD),
        case("added to the table, by index", start + b"\x84\x41\x09localhost",
             GOOD),
        case("new names", whole + b"\x00\1a\1b\x10\1a\1b\x40\1a\1b", GOOD),
        case("Huffman coded", start + b"\x04" + ROOT + b"\x01" + NAME, GOOD),
        case("Huffman coded names", whole + b"\x00" + NAME + NAME, GOOD),
        ("from the table", headers(data=start + b"\x84\x41\x09localhost") +
         headers(3, data=start + b"\x84\xbe"), GOOD),
        ("size updates", headers(data=b"\x20\x3f\xe1\x1f" + whole) +
         headers(3, data=b"\x20" + whole), GOOD),
        case("index 0", whole + b"\x80", wrong),
        case("an index behind the table", whole + b"\xbe", wrong),
        case("a name behind the table", whole + b"\x7e\1b", wrong),
        case("an index without end", whole + b"\xff" * 12, wrong),
        case("a size update behind a field", whole + b"\x20", wrong),
        case("a size above the setting", b"\x3f\xe2\x1f" + whole, wrong),
        case("padding of 8 bits", whole + b"\x00\1a\x82\x1f\xff", wrong),
        case("padding with zeros", whole + b"\x00\1a\x81\x18", wrong),
        case("the end of strings in a string",
             whole + b"\x00\1a\x84\xff\xff\xff\xff", wrong),
        case("a string behind the block", whole + b"\x00\1a\x05bc", wrong),
        case("no value", whole + b"\x00\1a", wrong),
        ("an error in CONTINUATION", headers(
            flags=h2.END_STREAM, data=whole) + h2.frame(
                h2.CONTINUATION, h2.END_HEADERS, 1, b"\x80"), wrong),
    ])


def test_messages(t):
    """Section 8.1: bodies in several frames, trailers."""
    wrong = stream_error(h2.PROTOCOL_ERROR)

    def body(length, *parts):
        fields = [("content-length", str(length))] if length else []
        return post(fields=fields) + b"".join(h2.frame(
            h2.DATA, h2.END_STREAM if i + 1 == len(parts) else 0, 1, part)
            for i, part in enumerate(parts))

    trailers = h2.encode([("x", "y")])
    check(t, [
        ("a length in two frames", body(4, b"ab", b"cd"), GOOD),
        ("too little in two frames", body(5, b"ab", b"cd"), wrong),
        ("too much in two frames", body(3, b"ab", b"cd"), wrong),
        ("trailers", post() + h2.frame(h2.DATA, 0, 1, b"x") +
         headers(data=trailers), GOOD),
        ("trailers without a body", post() + headers(data=trailers), GOOD),
        ("HEADERS that end nothing", post() + h2.frame(h2.DATA, 0, 1, b"x") +
         headers(flags=h2.END_HEADERS, data=trailers), wrong),
        ("a pseudo-header field in trailers", post() + headers(
            data=h2.encode([(":method", "GET")])), wrong),
        ("te: trailers", headers(data=block(
            fields=[("te", "trailers")])), GOOD),
        ("te: trailers, gzip", headers(data=block(
            fields=[("te", "trailers, gzip")])), wrong),
        ("an unknown pseudo-header field", headers(data=block(
            fields=[(":test", "x")])), wrong),
    ])
