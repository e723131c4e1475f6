# SPDX-License-Identifier: ISC
"""HTTP semantics (RFC 9110 and 9111): ranges, names, canonical addresses,
caching, and what HEAD has in common with GET."""
import email.utils
import re
import subprocess

import blogd
import client
from repo import article

DATA = bytes(range(256)) * 40
LONG = {"Posts/Long": article("Long", "A line of text.\n\n" * 2000)}
FILES = {**LONG, "static/data.bin": DATA, "static/a.png": b"\x89PNG" + DATA,
         "static/empty.bin": b"", "static/note.txt": "Text.\n" * 500,
         "Posts/A b": article("Spaced"), "old": "redirect: /Posts/One\n"}


# --------------------------------------------------------------- ranges --

def ranged(daemon, value, target="/static/data.bin", *fields, **options):
    return daemon.get(target, fields=[("Range", value), *fields], **options)


def test_ranges_are_offered(t):
    daemon = t.serve(FILES)
    for target in ["/", "/atom", "/static/data.bin", "/static/empty.bin"]:
        assert daemon.get(target).get("Accept-Ranges") == "bytes", target
        assert daemon.get(target, "HEAD").get("Accept-Ranges") == "bytes"
    for target in ["/nothing", "/old", "//"]:
        assert daemon.get(target).get("Accept-Ranges") is None, target


def test_single_ranges(t):
    daemon = t.serve(FILES)
    whole = daemon.get("/static/data.bin")
    size = len(DATA)
    for value, first, last in [("bytes=0-0", 0, 0), ("bytes=0-99", 0, 99),
                               ("bytes=100-", 100, size - 1),
                               ("bytes=-1", size - 1, size - 1),
                               ("bytes=-99999", 0, size - 1),
                               ("bytes=5-99999999999", 5, size - 1)]:
        found = ranged(daemon, value)
        assert found.status == 206, (value, found)
        assert found.get("Content-Range") == \
            "bytes %d-%d/%d" % (first, last, size)
        assert found.body == DATA[first:last + 1]
        for name in ["ETag", "Last-Modified", "Cache-Control", "Content-Type",
                     "Strict-Transport-Security", "Vary"]:
            assert found.get(name) == whole.get(name), name


def test_unsatisfiable_ranges(t):
    daemon = t.serve(FILES)
    for value in ["bytes=%d-" % len(DATA), "bytes=-0", "bytes=99999-100000",
                  "bytes=99999-,-0"]:
        found = ranged(daemon, value)
        assert found.status == 416, (value, found)
        assert found.get("Content-Range") == "bytes */%d" % len(DATA)
    assert ranged(daemon, "bytes=0-", "/static/empty.bin").status == 416


def test_ranges_that_are_ignored(t):
    daemon = t.serve(FILES)
    for value in ["bytes=5-4", "bytes=x", "bytes=", "chars=0-1", "bytes",
                  "bytes=0-9,5-12", "bytes=10-,0-1",
                  "bytes=" + ",".join("%d-%d" % (i, i)
                                      for i in range(0, 18, 2))]:
        found = ranged(daemon, value)
        assert found.status == 200, (value, found)
        assert found.body == DATA and found.get("Content-Range") is None
    for target in ["/nothing", "/old", "/static//data.bin"]:
        assert ranged(daemon, "bytes=0-0", target).status in (301, 404)
    found = ranged(daemon, "bytes=0-0", method="HEAD")
    assert found.status == 200
    assert found.get("Content-Length") == str(len(DATA))


def parts_of(found):
    """[(fields, body)] of a multipart/byteranges."""
    boundary = re.fullmatch(r"multipart/byteranges; boundary=([\w-]{16})",
                            found.get("Content-Type")).group(1).encode()
    pieces = (b"\r\n" + found.body).split(b"\r\n--" + boundary)
    assert pieces[0] == b"" and pieces[-1] == b"--\r\n", pieces[-1]
    made = []
    for piece in pieces[1:-1]:
        head, _, body = piece.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        made.append((dict(x.split(": ", 1) for x in lines), body))
    return made


def test_several_ranges(t):
    daemon = t.serve(FILES)
    size = len(DATA)
    found = ranged(daemon, "bytes=0-9, 1000-1999 ,-5")
    assert found.status == 206 and found.get("Content-Range") is None
    assert parts_of(found) == [
        ({"Content-Type": "application/octet-stream",
          "Content-Range": "bytes %d-%d/%d" % (a, b, size)}, DATA[a:b + 1])
        for a, b in [(0, 9), (1000, 1999), (size - 5, size - 1)]]
    whole = daemon.get("/static/data.bin")
    for name in ["ETag", "Last-Modified", "Cache-Control"]:
        assert found.get(name) == whole.get(name), name
    # One that can be satisfied is sent as one.
    found = ranged(daemon, "bytes=0-9,99999-")
    assert found.status == 206 and found.body == DATA[:10]
    assert found.get("Content-Range") == "bytes 0-9/%d" % size


def test_ranges_of_an_encoded_page(t):
    """A range is one of the bytes that would be sent."""
    daemon = t.serve(FILES)
    accept = ("Accept-Encoding", "gzip")
    whole = daemon.get("/Posts/Long", fields=[accept])
    found = ranged(daemon, "bytes=10-19", "/Posts/Long", accept)
    assert found.status == 206 and found.body == whole.body[10:20]
    assert found.get("Content-Encoding") == "gzip"
    assert found.get("ETag") == whole.get("ETag")
    found = ranged(daemon, "bytes=0-1,5-6", "/Posts/Long", accept)
    assert found.status == 200 and found.body == whole.body


def test_if_range(t):
    daemon = t.serve(FILES)
    whole = daemon.get("/static/data.bin")
    tag, when = whole.get("ETag"), whole.get("Last-Modified")
    for value, status in [(tag, 206), ("W/" + tag, 200), ('"other"', 200),
                          (when, 200), ("nonsense", 200), ("*", 200)]:
        found = ranged(daemon, "bytes=0-0", "/static/data.bin",
                       ("If-Range", value))
        assert found.status == status, (value, found)
    # A tag of another encoding is another tag.
    other = daemon.get("/Posts/Long", fields=[("Accept-Encoding", "gzip")])
    assert ranged(daemon, "bytes=0-0", "/Posts/Long",
                  ("If-Range", other.get("ETag"))).status == 200
    # What would be 416 is not looked at either.
    assert ranged(daemon, "bytes=99999-", "/static/data.bin",
                  ("If-Range", '"other"')).status == 200


def test_resumed_download(t):
    daemon = t.serve({"static/big.bin": DATA * 100})
    url = daemon.url("/static/big.bin")
    path = t.write("part", DATA * 30)
    client.curl("-C", "-", "-o", path, url)
    with open(path, "rb") as file:
        assert file.read() == DATA * 100
    text, _ = client.curl("-r", "0-9,-10", url)
    assert text.count(b"Content-Range: ") == 2


def test_large_ranges_to_a_slow_reader(t):
    daemon = t.serve({"static/big.bin": DATA * 200})
    size = len(DATA) * 200
    with daemon.connect() as connection:
        connection.request("/static/big.bin", fields=[
            ("Range", "bytes=0-999999,1000001-1999999,2000001-")])
        connection.request("/")
        parts = parts_of(connection.response())
        assert [len(body) for _, body in parts] == \
            [1000000, 999999, size - 2000001]
        assert b"".join(body for _, body in parts) == b"".join(
            (DATA * 200)[a:b] for a, b in
            [(0, 1000000), (1000001, 2000000), (2000001, size)])
        assert connection.response().status == 200


# -------------------------------------------------------- preconditions --

def test_preconditions(t):
    daemon = t.serve(FILES)
    whole = daemon.get("/Posts/One")
    tag, when = whole.get("ETag"), whole.get("Last-Modified")
    seconds = email.utils.parsedate_to_datetime(when).timestamp()
    before = email.utils.formatdate(seconds - 1, usegmt=True)
    for fields, status in [
            ([("If-Match", tag)], 200), ([("If-Match", "*")], 200),
            ([("If-Match", '"x", ' + tag)], 200),
            ([("If-Match", '"x"')], 412), ([("If-Match", "W/" + tag)], 412),
            ([("If-Unmodified-Since", when)], 200),
            ([("If-Unmodified-Since", before)], 412),
            ([("If-Unmodified-Since", "x")], 200),
            ([("If-Match", tag), ("If-Unmodified-Since", before)], 200),
            ([("If-Match", '"x"'), ("If-None-Match", tag)], 412),
            ([("If-Match", tag), ("If-None-Match", tag)], 304),
            ([("If-None-Match", tag), ("Range", "bytes=0-0")], 304),
            ([("If-Match", '"x"'), ("Range", "bytes=0-0")], 412)]:
        assert daemon.get("/Posts/One", fields=fields).status == status, fields
    assert daemon.get("/nothing", fields=[("If-Match", '"x"')]).status == 404
    assert daemon.get("/", "DELETE", fields=[
        ("If-Match", '"x"')]).status == 405


# ----------------------------------------------------------------- HEAD --

def test_head_is_get_without_content(t):
    daemon = t.serve(FILES)

    def ask(target, method, fields, host="localhost"):
        with daemon.connect() as connection:
            found = connection.fetch(target, method, fields=fields, host=host)
            assert found.get("Date")
            connection.request("/tags", fields=[("Connection", "close")])
            rest = connection.buffer + connection.until_closed()
            assert rest == b"" or rest.startswith(b"HTTP/1.1 200 "), rest
            return found.status, [f for f in found.fields if f[0] != "Date"]
    for target in ["/", "/Posts/Long", "/Posts/A%20b", "/Posts/A%20b/",
                   "/nothing", "/old", "//", "/Posts/", "/atom", "/tags",
                   "/static/data.bin", "/static/empty.bin", "/%zz",
                   "https://localhost/"]:
        for fields in [[], [("Accept-Encoding", "zstd")],
                       [("If-None-Match", "*")], [("If-Match", '"x"')],
                       [("Expect", "tea")]]:
            assert ask(target, "GET", fields) == ask(target, "HEAD", fields), \
                (target, fields)
    for target in ["/", "/push", "//"]:
        assert ask(target, "GET", [], "evil.example") == \
            ask(target, "HEAD", [], "evil.example")


def test_refused_head_has_no_content(t):
    daemon = t.serve()
    host = "Host: localhost\r\n"
    for request in ["HEAD / HTTP/1.1\r\n\r\n", "HEAD / HTTP/9.9\r\n" + host,
                    "HEAD / HTTP/1.1\r\n" + host +
                    "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "HEAD / HTTP/1.1\r\n" + host +
                    "Content-Length: 99999999\r\n\r\n",
                    "HEAD /%s HTTP/1.1\r\n" % ("a" * 70000) + host]:
        with daemon.connect() as connection:
            connection.send(request + "\r\n")
            found = connection.response("HEAD")
            assert found.status >= 400, found
            assert int(found.get("Content-Length")) > 0
            assert connection.until_closed() == b"", request[:60]


# ---------------------------------------------------------------- names --

def status_for(daemon, host, connect=None, target="/"):
    with (connect or daemon.connect)() as connection:
        return connection.fetch(target, host=host).status


def test_misdirected(t):
    """421 for names that neither configuration nor certificate knows."""
    ca = t.ca()
    pair = ca.issue("blog.example", "*.wild.example")
    blogd.give_to_daemon(pair[1])
    daemon = t.serve(certificate=pair, site={"names": ["also.example"]})
    for host in ["blog.example", "BLOG.example", "blog.example:8443",
                 "blog.example.", "also.example", "a.wild.example",
                 "localhost", "localhost:1", "127.0.0.1", "[::1]:8443"]:
        assert status_for(daemon, host) == 200, host
    for host in ["evil.example", "wild.example", "a.b.wild.example",
                 "blog.example.evil.example", "sub.blog.example"]:
        assert status_for(daemon, host) == 421, host
        assert status_for(daemon, host, target="/push") == 421, host
        assert status_for(daemon, host, target="//") == 421, host
    with daemon.connect() as connection:
        assert connection.fetch("/", host="evil.example").status == 421
        assert connection.fetch("/", host="blog.example").status == 200
        assert connection.fetch("/", host="evil.example").status == 421


def test_misdirected_without_tls(t):
    daemon = t.serve(https=False, url="http://blog.example")
    for host, status in [("blog.example", 200), ("evil.example", 421),
                         ("127.0.0.1:8080", 200)]:
        assert status_for(daemon, host, daemon.connect_plain) == status


def test_schemes(t):
    """RFC 9110 section 7.4: what is https must have come over TLS."""
    daemon = t.serve()
    assert daemon.get("https://localhost/").status == 200
    assert daemon.get("http://localhost/").status == 421
    daemon = t.daemon(t.path("blog.git"), https=False,
                      url="http://blog.example")
    with daemon.connect_plain() as connection:
        assert connection.fetch("https://localhost/").status == 421


def test_nothing_is_made_from_host(t):
    """The same bytes for every name that is served."""
    daemon = t.serve(FILES)
    targets = ["/", "//Posts/One", "/atom", "/nothing", "/old", "/Posts/Long"]
    for target in targets:
        answers = set()
        for host in ["localhost", "blog.example", "127.0.0.1:1",
                     "blog.example:99"]:
            found = daemon.get(target, host=host)
            answers.add((found.status, found.body, tuple(
                f for f in found.fields if f[0] != "Date")))
        assert len(answers) == 1, target
        found = daemon.get(target, host="evil.example",
                           fields=[("X-Forwarded-Host", "evil.example"),
                                   ("Forwarded", "host=evil.example")])
        assert b"evil" not in found.body + repr(found.fields).encode()


# ------------------------------------------------------------ addresses --

def test_canonical_addresses(t):
    daemon = t.serve(FILES)
    for target, wanted in [
            ("/Posts/One/", "/Posts/One"), ("//Posts//One", "/Posts/One"),
            ("/Posts/%4fne", "/Posts/One"), ("/Posts%2FOne", "/Posts/One"),
            ("/Posts/./One", "/Posts/One"), ("/x/../Posts/One", "/Posts/One"),
            ("/%2e%2e/Posts/One", "/Posts/One"), ("/Posts/One/.", "/Posts/One"),
            ("/Posts/One/x/..", "/Posts/One"), ("/Posts/..", "/"),
            ("//", "/"), ("/./", "/"), ("/%2f", "/"),
            ("/Posts/A%20b/?x=//y", "/Posts/A%20b?x=//y"),
            ("/Posts/One/?", "/Posts/One?"), ("//push", "/push"),
            ("/static/./data.bin", "/static/data.bin")]:
        for method, status in [("GET", 301), ("HEAD", 301), ("POST", 308),
                               ("DELETE", 308), ("OPTIONS", 308)]:
            found = daemon.get(target, method)
            assert found.status == status, (target, method, found)
            assert found.get("Location") == wanted, (target, found)
    for target in ["//nothing", "/nothing/", "/Posts/one", "/Posts/One/x",
                   "/x/./y", "/.../Posts/One"]:
        assert daemon.get(target).status == 404, target


def test_no_open_redirect(t):
    daemon = t.serve(FILES)
    for target in ["//evil.example", "/\\evil.example", "/%5Cevil.example",
                   "/%2F%2Fevil.example", "/.//evil.example", "/%09//evil",
                   "/..//evil.example", "//evil.example/%2e%2e",
                   "//evil.example/../Posts/One", "/%2e%2f/Posts/One",
                   "///Posts/One//", "/;/..//evil.example/..//Posts/One"]:
        for connect in [daemon.connect, daemon.connect_plain]:
            with connect() as connection:
                to = connection.fetch(target).get("Location")
            assert to is None or re.fullmatch(
                r"(https://blog\.example)?/([^/\\].*)?", to), (target, to)


# -------------------------------------------------------------- methods --

def test_methods_of_all_kinds(t):
    daemon = t.serve(FILES)
    for target, allowed in [("/", "GET, HEAD, OPTIONS"),
                            ("/static/data.bin", "GET, HEAD, OPTIONS"),
                            ("/old", "GET, HEAD, OPTIONS"),
                            ("/push", "GET, POST, OPTIONS"),
                            ("*", "GET, HEAD, POST, OPTIONS")]:
        found = daemon.get(target, "OPTIONS")
        assert found.status == 204 and found.get("Allow") == allowed, target
        assert found.get("Content-Length") is None and found.get("Date")
        for method in ["PUT", "DELETE", "PATCH", "TRACE"]:
            if target == "*":
                continue
            found = daemon.get(target, method)
            assert (found.status, found.get("Allow")) == (405, allowed)
    assert daemon.get("/push", "HEAD").status == 405
    assert daemon.get("/", "BREW").status == 501
    assert daemon.get("/", "Get").status == 501


def test_unmet_expectation(t):
    daemon = t.serve()
    for value in ["tea", "100-continue, tea", "100-continue;q=1"]:
        assert daemon.get("/", fields=[("Expect", value)]).status == 417
        with daemon.connect() as connection:  # does not wait for the body
            connection.request("/push", "POST", fields=[
                ("Expect", value), ("Content-Length", "5")])
            assert connection.response().status == 417
            assert connection.until_closed() == b""
    assert daemon.get("/", fields=[("Expect", "100-Continue")]).status == 200


# --------------------------------------------------- encodings and caches --

def test_zstd(t):
    daemon = t.serve(FILES)
    plain = daemon.get("/Posts/Long")
    found = daemon.get("/Posts/Long", fields=[("Accept-Encoding", "zstd")])
    assert found.get("Content-Encoding") == "zstd"
    assert found.get("ETag") == plain.get("ETag")[:-1] + '-zs"'
    assert len(found.body) < len(plain.body) / 5
    done = subprocess.run(["zstd", "-dc"], input=found.body,
                          stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout == plain.body
    assert daemon.get("/Posts/Long", fields=[
        ("Accept-Encoding", "zstd"),
        ("If-None-Match", found.get("ETag"))]).status == 304


def test_never_406(t):
    daemon = t.serve(FILES)
    for target in ["/Posts/Long", "/static/data.bin", "/nothing"]:
        for value in ["identity;q=0", "*;q=0", "identity;q=0, *;q=0",
                      "nonsense;q=x"]:
            found = daemon.get(target, fields=[
                ("Accept-Encoding", value), ("Accept", "image/x-nothing"),
                ("Accept-Language", "tlh"), ("Accept-Charset", "ebcdic")])
            assert found.status == (404 if target == "/nothing" else 200)
    found = daemon.get("/Posts/Long", fields=[
        ("Accept-Encoding", "identity;q=0, gzip;q=0.1")])
    assert found.get("Content-Encoding") == "gzip"


def test_cache_control_by_kind(t):
    # With a policy of one's own, pages link to the style sheet.
    daemon = t.serve(FILES, site={
        "content-security-policy": "default-src 'none'; style-src 'self'"})
    style = re.search(r'href="(/\.blogd/[0-9a-f]+\.css)"',
                      daemon.page("/")).group(1)
    for target, wanted in [
            ("/", "no-cache"), ("/Posts/One", "no-cache"),
            ("/atom", "public, max-age=600"), ("/tags", "no-cache"),
            ("/old", "no-cache"), ("/nothing", "no-cache"),
            ("/static/note.txt", "no-cache"),
            ("/static/data.bin", "no-cache"),
            ("/static/a.png", "public, max-age=3600"),
            (style, "public, max-age=31536000, immutable"),
            ("//", "no-store"), ("/push", "no-store")]:
        assert daemon.get(target).get("Cache-Control") == wanted, target


def test_hsts_on_every_answer_over_tls(t):
    daemon = t.serve(FILES, site={"hsts": "1d"})
    with daemon.connect() as connection:
        for target, method, fields in [
                ("/", "GET", []), ("/", "HEAD", []), ("/nothing", "GET", []),
                ("//", "GET", []), ("/old", "GET", []), ("/", "PUT", []),
                ("/", "BREW", []), ("/", "OPTIONS", []),
                ("*", "OPTIONS", []), ("/push", "GET", []),
                ("/", "GET", [("Range", "bytes=0-0")]),
                ("/", "GET", [("Range", "bytes=0-0,2-2")]),
                ("/", "GET", [("Range", "bytes=999999-")]),
                ("/", "GET", [("If-None-Match", "*")]),
                ("/", "GET", [("If-Match", '"x"')]),
                ("/", "GET", [("Expect", "tea")]), ("/%zz", "GET", [])]:
            found = connection.fetch(target, method, fields=fields)
            assert found.get("Strict-Transport-Security") == \
                "max-age=86400", (target, method, fields)
            assert found.get("Date")
    for target in ["/", "/%zz", "*"]:
        with daemon.connect_plain() as connection:
            found = connection.fetch(target, "OPTIONS")
            assert found.get("Strict-Transport-Security") is None
