# SPDX-License-Identifier: ISC
"""HTTP/2: the answers of HTTP/1.1, many at a time, to the end."""
import struct
import subprocess
import time
import time

import client
import h2
from repo import article

BIG = bytes(range(256)) * 4096  # 1 MiB
FILES = {"Posts/Long": article("Long", "A line of text.\n\n" * 2000),
         "static/big": BIG, "static/small": b"0123456789"}

# -------------------------------------------------- the same as HTTP/1.1 --

def comparable(found):
    """Status, fields and body; not what belongs to the connection."""
    fields = [(n.lower(), v) for n, v in found.fields]
    return (found.status,
            [f for f in fields if f[0] not in ("date", "connection")],
            found.body)


def compare(daemon, target, method="GET", fields=()):
    with daemon.connect_h2() as connection:
        second = connection.fetch(target, method, fields=[
            (n.lower(), v) for n, v in fields])
    first = daemon.get(target, method, fields=fields)
    assert comparable(first) == comparable(second), (target, first, second)
    assert len(second.all("date")) == 1
    assert not second.all("connection")
    return second


TARGETS = ["/", "/Posts/One", "/Posts/Long", "/atom", "/nothing",
           "/Posts/One/", "//Posts//One", "/Posts/%4fne", "/Posts/One?a=b",
           "/static/big", "/a%zz", "/a#b"]


def test_answers_of_http_1(t):
    daemon = t.serve(FILES)
    for target in TARGETS:
        for method in ["GET", "HEAD", "POST", "OPTIONS", "BREW"]:
            compare(daemon, target, method)


def test_encodings_of_http_1(t):
    daemon = t.serve(FILES)
    for coding in ["gzip", "br", "identity", "gzip;q=0, br;q=0.1", "*", ""]:
        found = compare(daemon, "/Posts/Long",
                        fields=[("Accept-Encoding", coding)])
        assert found.status == 200
    assert compare(daemon, "/Posts/Long", fields=[
        ("Accept-Encoding", "gzip")]).get("content-encoding") == "gzip"


def test_conditions_of_http_1(t):
    daemon = t.serve(FILES)
    whole = daemon.get("/Posts/One")
    for field in [("If-None-Match", whole.get("ETag")),
                  ("If-None-Match", '"x"'), ("If-None-Match", "*"),
                  ("If-Modified-Since", whole.get("Last-Modified"))]:
        found = compare(daemon, "/Posts/One", fields=[field])
        assert found.status == (200 if '"x"' in field[1] else 304)


def test_ranges_of_http_1(t):
    daemon = t.serve(FILES)
    tag = daemon.get("/static/big").get("ETag")
    for ranges, status in [("bytes=0-9", 206), ("bytes=-5", 206),
                           ("bytes=0-9,100-70000", 206), ("bytes=9-", 206),
                           ("bytes=9999999-", 416), ("lines=1", 200)]:
        for fields in [(), [("If-Range", tag)]]:
            for method in ["GET", "HEAD"]:
                found = compare(daemon, "/static/big", method, fields=[
                    ("Range", ranges), *fields])
                assert method == "HEAD" or found.status == status


def test_names_of_http_1(t):
    daemon = t.serve()
    for host, status in [("other.example", 421), ("blog.example", 200)]:
        assert daemon.get("/", host=host).status == status
        with daemon.connect_h2() as connection:
            assert connection.fetch("/", host=host).status == status
            assert connection.fetch("/").status == 200


def test_hook(t):
    made = t.blog()
    daemon = t.daemon(made.path, args=["--hook", "update"])
    for method in ["GET", "POST"]:
        tip = made.commit({"Posts/" + method: article(method)})
        mark = daemon.mark()
        with daemon.connect_h2() as connection:
            assert connection.fetch("/update", method).status == 202
        daemon.wait_serving(tip, after=mark)
    compare(daemon, "/update", "OPTIONS")
    compare(daemon, "/update", "PUT")


def test_no_body_no_data(t):
    """The answer ends with its head: there is no empty DATA to wait for."""
    daemon = t.serve()
    with daemon.connect_h2() as connection:
        tag = connection.fetch("/").get("etag")
        for method, fields in [("HEAD", ()), ("OPTIONS", ()),
                               ("GET", [("if-none-match", tag)])]:
            connection.order.clear()
            found = connection.fetch("/", method, fields=fields)
            assert found.status in (200, 204, 304)
            connection.ping()
            assert connection.order == [] and found.body == b""


# --------------------------------------------------------- other clients --

def test_curl(t):
    daemon = t.serve(FILES)
    info = client.curl_info(daemon.url("/Posts/One"), "--http2")
    assert info["http_code"] == 200 and info["http_version"] == "2"
    body, _ = client.curl("--http2", daemon.url("/static/big"))
    assert body == BIG
    body, _ = client.curl("--http2", "--compressed", *[
        daemon.url("/Posts/Long") for _ in range(5)])
    assert body == daemon.get("/Posts/Long").body * 5


def test_nghttp(t):
    """Priorities by the frames of RFC 7540, HPACK with everything."""
    daemon = t.serve(FILES)
    for times in [1, 20]:
        done = subprocess.run(
            ["nghttp", "-m", str(times), "-w", "10",
             daemon.url("/static/big")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 0, done.stderr
        # The bodies come mixed.
        assert sorted(done.stdout) == sorted(BIG * times)
        assert times > 1 or done.stdout == BIG


def test_h2load(t):
    """Many requests whose fields come from the encoder's table."""
    daemon = t.serve(FILES)
    done = subprocess.run(
        ["h2load", "-n", "2000", "-c", "4", "-m", "20", "-H",
         "accept-encoding: gzip", "-H", "x-long: " + "l" * 500]
        + [daemon.url(x) for x in ["/", "/Posts/Long", "/nothing"]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert b"2000 done, 1336 succeeded, 664 failed, 0 errored, 0 timeout" \
        in done.stdout, done.stdout.decode()


def test_chosen_by_alpn(t):
    daemon = t.serve()
    for offered, chosen in [(("h2", "http/1.1"), "h2"),
                            (("http/1.1", "h2"), "h2"),
                            (("http/1.1",), "http/1.1")]:
        context = client.tls_context(alpn=offered)
        with client.Connection(daemon.https, context) as connection:
            assert connection.socket.selected_alpn_protocol() == chosen
    with client.Connection(daemon.https, client.tls_context(alpn=())) as c:
        assert c.fetch("/").status == 200


def test_switched_off(t):
    daemon = t.serve(options={"serve": {"http2": "off"}})
    context = client.tls_context(alpn=("h2", "http/1.1"))
    with client.Connection(daemon.https, context) as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"
        assert connection.fetch("/").status == 200


def test_not_without_tls(t):
    """RFC 9113 section 3.3 allows it; nobody needs it."""
    with t.serve().connect_plain() as connection:
        connection.send(h2.PREFACE)
        assert connection.response().status in (400, 505)
        assert connection.closed()


# --------------------------------------------------------------- streams --

def test_many_requests_at_once(t):
    daemon = t.serve(FILES)
    targets = ["/", "/Posts/Long", "/nothing", "/static/small"]
    with daemon.connect_h2() as connection:
        wanted = [connection.fetch(x) for x in targets]
        for _ in range(4):
            streams = [connection.request(targets[i % 4]) for i in range(100)]
            for i, stream in enumerate(streams):
                found = connection.response(stream)
                assert found.body == wanted[i % 4].body, (i, found)


def test_more_requests_than_allowed(t):
    """RFC 9113 section 5.1.2: those that would have to wait are refused, which
    tells the client that it can ask again."""
    daemon = t.serve(FILES, options={"serve": {"max-streams": 10}})
    with daemon.connect_h2(values={h2.INITIAL_WINDOW_SIZE: 0}) as connection:
        streams = [connection.request("/static/small") for _ in range(12)]
        connection.ping()
        assert connection.settings[h2.MAX_CONCURRENT_STREAMS] == 10
        assert [connection.streams[x].error for x in streams] == \
            [None] * 10 + [h2.REFUSED_STREAM] * 2
        connection.send_settings({h2.INITIAL_WINDOW_SIZE: 10})
        for stream in streams[:10]:
            assert connection.response(stream).body == b"0123456789"
        assert connection.fetch("/static/small").status == 200


def test_request_in_small_pieces(t):
    with t.serve().connect_h2(preface=None) as connection:
        block = h2.encode(h2.request_fields("/Posts/One"))
        stream = connection.new_stream()
        for byte in h2.PREFACE + h2.frame(h2.SETTINGS) + h2.frame(
                h2.HEADERS, h2.END_STREAM | h2.END_HEADERS, stream, block):
            connection.send(bytes([byte]))
            time.sleep(0.001)
        assert connection.response(stream).status == 200


def test_block_in_pieces(t):
    with t.serve().connect_h2() as connection:
        block = h2.encode(h2.request_fields("/Posts/One"))
        stream = connection.new_stream()
        connection.send_frame(h2.HEADERS, h2.END_STREAM, stream, block[:10])
        connection.send_frame(h2.CONTINUATION, 0, stream, block[10:30])
        connection.send_frame(h2.CONTINUATION, h2.END_HEADERS, stream,
                              block[30:])
        assert connection.response(stream).status == 200


def test_padding_and_old_priority(t):
    with t.serve().connect_h2() as connection:
        block = h2.encode(h2.request_fields("/Posts/One"))
        payload = bytes([7]) + struct.pack(">IB", 0, 15) + block + bytes(7)
        stream = connection.send_block(
            payload, h2.END_STREAM | h2.PADDED | h2.PRIORITIZED)
        assert connection.response(stream).status == 200


def test_tables_of_the_client(t):
    """Entries, size updates and indices, over several requests."""
    with t.serve().connect_h2() as connection:
        pseudo = h2.encode(h2.request_fields("/Posts/One"))
        tag = connection.fetch("/Posts/One").get("etag")
        connection.send_block(pseudo + h2.literal(
            "if-none-match", tag, 0x40))
        for size in [None, 0, 4096]:
            update = h2.integer(size, 5, 0x20) if size is not None else b""
            added = h2.literal("if-none-match", tag, 0x40) if size else b""
            stream = connection.send_block(
                update + pseudo + (added or b"\xbe" if size != 0 else b""))
            assert connection.response(stream).status == \
                (200 if size == 0 else 304), size


# ---------------------------------------------------------- flow control --

def received(connection, stream):
    """Bytes of the body by now: all that the server had to say before the
    answer to this PING."""
    connection.ping()
    return len(connection.streams[stream].body)


def test_windows_are_kept(t):
    with t.serve(FILES).connect_h2() as connection:
        connection.answer_data = False
        stream = connection.request("/static/big")
        connection.headers(stream)
        connection.wait(lambda: len(
            connection.streams[stream].body) == h2.WINDOW)
        assert received(connection, stream) == h2.WINDOW
        connection.send_window(1000)
        assert received(connection, stream) == h2.WINDOW
        connection.send_window(1, stream)
        assert received(connection, stream) == h2.WINDOW + 1
        connection.send_window(h2.WINDOW_MAX - 999, 0)
        connection.send_window(h2.WINDOW_MAX, stream)
        assert connection.response(stream).body == BIG


def test_one_connection_window(t):
    """It is shared by all streams, and what is small is not held up by it."""
    with t.serve(FILES).connect_h2() as connection:
        connection.answer_data = False
        first = connection.request("/static/big")
        second = connection.request("/static/big")
        head = connection.request("/", "HEAD")
        assert connection.response(head).status == 200
        assert received(connection, first) + received(connection, second) == \
            h2.WINDOW
        connection.answer_data = True
        connection.send_window(h2.WINDOW)
        for stream in [first, second]:
            connection.send_window(h2.WINDOW, stream)
        for stream in [first, second]:
            assert connection.response(stream).body == BIG


def test_windows_by_settings(t):
    """RFC 9113 section 6.9.2: a change moves the windows of open streams, even
    below zero."""
    daemon = t.serve(FILES)
    with daemon.connect_h2(values={h2.INITIAL_WINDOW_SIZE: 10}) as connection:
        connection.answer_data = False
        stream = connection.request("/static/big")
        assert received(connection, stream) == 10
        connection.send_settings({h2.INITIAL_WINDOW_SIZE: 5})
        connection.send_window(5, stream)
        assert received(connection, stream) == 10
        connection.send_window(1, stream)
        assert received(connection, stream) == 11
        connection.send_settings({h2.INITIAL_WINDOW_SIZE: 25})
        assert received(connection, stream) == 31
        connection.answer_data = True
        connection.send_settings({h2.INITIAL_WINDOW_SIZE: 70000})
        assert connection.response(stream).body == BIG
        connection.ping()
        assert connection.acknowledged == 4


def test_small_windows(t):
    """A large body in a great many small frames."""
    daemon = t.serve({"static/some": BIG[:20000]})
    with daemon.connect_h2(values={h2.INITIAL_WINDOW_SIZE: 100}) as connection:
        assert connection.fetch("/static/some").body == BIG[:20000]


def test_frames_stay_small(t):
    """RFC 9113 section 4.2: 16384 bytes, unless the client allows more; then
    still no more than a TLS record."""
    daemon = t.serve(FILES)
    for values in [(), {h2.MAX_FRAME_SIZE: 1 << 20}]:
        with daemon.connect_h2(values=values) as connection:
            stream = connection.request("/static/big")
            found = connection.streams[stream]
            while not found.ended:
                assert len(connection.read_frame().payload) <= 16384
            assert found.body == BIG


def test_stream_reset_by_the_client(t):
    with t.serve(FILES).connect_h2() as connection:
        connection.answer_data = False
        stream = connection.request("/static/big")
        connection.headers(stream)
        connection.wait(lambda: len(
            connection.streams[stream].body) == h2.WINDOW)
        connection.send_reset(stream)
        connection.send_window(h2.WINDOW_MAX - 1)
        assert received(connection, stream) == h2.WINDOW
        assert connection.fetch("/static/small").body == b"0123456789"


# ------------------------------------------------------------ priorities --

def sequence(connection, priorities, update=None):
    """Asks for the same large file with each priority while the window is shut,
    opens it, and tells the order of frames by position in the list."""
    connection.answer_data = False
    filler = connection.request("/static/big")
    connection.headers(filler)
    connection.wait(lambda: len(
        connection.streams[filler].body) == h2.WINDOW)
    streams = [connection.request("/static/big", fields=[("priority", p)])
               for p in priorities]
    for stream in streams:
        connection.send_window(h2.WINDOW_MAX - h2.WINDOW, stream)
    for i, value in (update or {}).items():
        connection.send_frame(
            h2.PRIORITY_UPDATE, 0, 0,
            struct.pack(">I", streams[i]) + value.encode())
    connection.ping()
    connection.order.clear()
    connection.send_window(len(priorities) * len(BIG))
    for stream in streams:
        assert connection.response(stream).body == BIG
    return [streams.index(x) for x in connection.order]


def runs(order):
    """Without repetitions."""
    return [x for i, x in enumerate(order) if i == 0 or order[i - 1] != x]


def test_urgency(t):
    with t.serve(FILES).connect_h2() as connection:
        order = sequence(connection, ["u=7", "u=3", "u=0", ""])
        assert runs(order) == [2, 1, 3, 0], runs(order)


def test_incremental(t):
    """RFC 9218 section 10: one after the other, unless both are incremental."""
    daemon = t.serve(FILES)
    with daemon.connect_h2() as connection:
        assert runs(sequence(connection, ["", ""])) == [0, 1]
    with daemon.connect_h2() as connection:
        order = runs(sequence(connection, ["i", "i"]))
        assert len(order) > 20, order


def test_priority_update(t):
    with t.serve(FILES).connect_h2() as connection:
        order = sequence(connection, ["", "", "u=1"], {0: "u=6", 2: "u=7"})
        assert runs(order) == [1, 0, 2], runs(order)


def test_nonsense_of_priority(t):
    with t.serve(FILES).connect_h2() as connection:
        for value in ["u=9", "u", "i=1", "u=-1", ";;", "x" * 500, "u=1,u=2"]:
            found = connection.fetch("/", fields=[("priority", value)])
            assert found.status == 200, value
