# SPDX-License-Identifier: ISC
"""The access log over HTTP/2."""
import json

import h2
from test_log import CUT, HOSTILE, lines, logging, parsed

HEADS = [("referer", "https://a.example/x"), ("user-agent", "first"),
         ("user-agent", "second")]


def test_combined_over_h2(t):
    daemon, path = logging(t)
    with daemon.connect_h2() as connection:
        page = connection.fetch("/Posts/One?q=1", fields=HEADS)
        assert connection.fetch("/Posts/One", "HEAD").status == 200
        assert connection.fetch("/nothing", "DELETE").status == 404
    whole, head, delete = parsed(path, 3)
    assert whole["address"] == "127.0.0.0"
    assert whole["request"] == "GET /Posts/One?q=1 HTTP/2.0"
    assert (whole["status"], int(whole["bytes"])) == ("200", len(page.body))
    assert whole["referer"] == "https://a.example/x"
    assert whole["agent"] == "first"
    assert (head["request"], head["bytes"]) == ("HEAD /Posts/One HTTP/2.0",
                                                "0")
    assert head["referer"] == head["agent"] == "-"
    assert delete["request"] == "DELETE /nothing HTTP/2.0"


def test_json_over_h2(t):
    daemon, path = logging(t, format="json")
    with daemon.connect_h2() as connection:
        page = connection.fetch("/Posts/One", fields=HEADS)
    found = json.loads(lines(path, 1)[0])
    assert (found["method"], found["target"], found["protocol"]) == \
        ("GET", "/Posts/One", "HTTP/2.0")
    assert (found["status"], found["bytes"]) == (200, len(page.body))
    assert (found["referer"], found["agent"]) == (HEADS[0][1], "first")


def test_body_is_due_over_h2(t):
    """What is logged then was kept while the connection read other things."""
    daemon, path = logging(t, options={"serve": {
        "body-timeout": "2s", "max-body": "40K"}})
    with daemon.connect_h2() as connection:
        asked = []
        for number in range(3):
            asked.append(connection.send_block(h2.encode(h2.request_fields(
                "/push", "POST", [("referer", "https://r.example/%d" % number),
                               ("user-agent", "agent %d" % number)])), 0))
        for number in range(20):
            assert connection.fetch("/" + "x" * 500, fields=[
                ("user-agent", "y" * 500)]).status == 404
        connection.send_frame(h2.DATA, 0, asked[0], b"a" * 10)
        connection.send_frame(h2.DATA, h2.END_STREAM, asked[0], b"b")
        for _ in range(3):  # too much
            connection.send_frame(h2.DATA, 0, asked[1], b"c" * 16000)
        statuses = [connection.response(stream).status for stream in asked]
    assert statuses == [202, 413, 408]
    found = {m["agent"]: m for m in parsed(path, 23)}
    for number, status in enumerate(statuses):
        m = found["agent %d" % number]
        assert m["request"] == "POST /push HTTP/2.0"
        assert m["referer"] == "https://r.example/%d" % number
        assert m["status"] == str(status)


def test_refused_over_h2(t):
    """Method and target as over HTTP/1, as far as they came."""
    daemon, path = logging(t, options={"serve": {"max-target": "2K"}})
    agent = [("user-agent", "x")]
    long = "/" + "a" * 3000
    blocks = [
        (h2.request_fields(long, "GET", agent), "414",
         "GET %s HTTP/2.0" % long[:CUT]),
        (h2.request_fields("/many", "GET", agent + [("a", "b")] * 101), "431",
         "GET /many HTTP/2.0"),
        (h2.request_fields("/large", "GET", agent + [("a", "b" * 8100)]),
         "431", "GET /large HTTP/2.0"),
        (h2.request_fields("/host", "GET", agent, host="a b"), "400",
         "GET /host HTTP/2.0"),
        (h2.request_fields("/scheme", "HEAD", agent, scheme="ftp"), "400",
         "HEAD /scheme HTTP/2.0"),
        (h2.request_fields("/pot", "BREW", agent), "501",
         "BREW /pot HTTP/2.0"),
        (h2.request_fields(None, "CONNECT", agent, "a.example:443", None),
         "501", "CONNECT a.example:443 HTTP/2.0")]
    with daemon.connect_h2() as connection:
        for fields, status, _ in blocks:
            stream = connection.send_block(h2.encode(fields))
            assert connection.response(stream).status == int(status)
    for m, (_, status, request) in zip(parsed(path, len(blocks)), blocks):
        assert (m["request"], m["status"]) == (request, status)
        assert m["agent"] == "x"


def hostile_over_h2(daemon):
    """As hostile(); how many were answered.  Control bytes get no answer."""
    sent = 0
    for text in HOSTILE:
        for name in ["referer", "user-agent"]:
            forbidden = any(ord(c) < 32 and c != "\t" or c == "\x7f"
                            for c in text)
            with daemon.connect_h2() as connection:
                try:
                    connection.fetch("/", fields=[(name, text)])
                    assert not forbidden, text
                    sent += 1
                except h2.Reset as reset:
                    assert forbidden, text
                    assert reset.error == h2.PROTOCOL_ERROR
    line = "\n127.0.0.1 - - [01/Jan/2030:00:00:00 +0000] \"GET /forged"
    with daemon.connect_h2() as connection:
        for end in ["\n", "\r", "\0", line]:
            for fields in [
                    h2.request_fields("/forged", "GE" + end),
                    h2.request_fields("/forged" + end),
                    h2.request_fields("/forged", host="a" + end),
                    h2.request_fields("/forged", scheme="https" + end),
                    h2.request_fields("/forged", fields=[("referer", end)]),
                    h2.request_fields("/forged", fields=[
                        ("user-agent", "a" + end)]),
                    h2.request_fields("/forged", fields=[
                        ("user-agent" + end, "a")])]:
                try:
                    connection.response(
                        connection.send_block(h2.encode(fields)))
                    raise AssertionError("answered: %r" % fields)
                except h2.Reset as reset:
                    assert reset.error == h2.PROTOCOL_ERROR
                except h2.Gone as gone:  # too many resets
                    raise AssertionError(str(gone)) from gone
        assert connection.fetch("/last").status == 404
    return sent + 1


def test_injection_over_h2_into_combined(t):
    daemon, path = logging(t, address="none")
    found = parsed(path, hostile_over_h2(daemon))
    assert all(m["address"] == "-" for m in found)
    assert {m["request"] for m in found} == {"GET / HTTP/2.0",
                                             "GET /last HTTP/2.0"}


def test_injection_over_h2_into_json(t):
    daemon, path = logging(t, format="json")
    said = set()
    for line in lines(path, hostile_over_h2(daemon)):
        assert line.decode("utf-8").isprintable(), line
        entry = json.loads(line)
        assert entry["target"] in ("/", "/last") and entry["status"] in \
            (200, 404)
        said |= {entry["referer"], entry["agent"]}
    for text in HOSTILE:
        if text.isascii() and text.isprintable():
            assert text in said, text
