# SPDX-License-Identifier: ISC
"""HTTP/1.1 to the letter: what is asked for, and what must be refused."""
import email.utils
import gzip
import re
import subprocess
import time

import client
from repo import article

LONG = {"Posts/Long": article("Long", "A line of text.\n\n" * 2000)}


# ------------------------------------------------------------- methods --

def test_get_with_curl(t):
    daemon = t.serve()
    info = client.curl_info(daemon.url("/Posts/One"), "--http1.1")
    assert info["http_code"] == 200 and info["http_version"] == "1.1"


def test_curl_that_verifies(t):
    daemon = t.serve()
    port = daemon.port("https")
    url = "https://blog.example:%d/" % port
    done = subprocess.run(
        ["curl", "-s", "--cacert", daemon.ca, "--resolve",
         "blog.example:%d:127.0.0.1" % port, url], stdout=subprocess.PIPE)
    assert done.returncode == 0 and b"first" in done.stdout


def test_head_is_get_without_a_body(t):
    daemon = t.serve(LONG)
    with daemon.connect() as connection:
        for target in ["/", "/Posts/Long", "/nothing", "/Posts/", "/atom"]:
            get = connection.fetch(target)
            head = connection.fetch(target, "HEAD")
            drop = {"date"}
            assert head.status == get.status, target
            assert [f for f in head.fields if f[0].lower() not in drop] == \
                [f for f in get.fields if f[0].lower() not in drop], target
            assert connection.buffer == b""


def test_other_methods(t):
    daemon = t.serve()
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"]:
        found = daemon.get("/", method, fields=[("Content-Length", "0")])
        assert found.status == 405, (method, found)
        allowed = {m.strip() for m in found.get("Allow").split(",")}
        assert {"GET", "HEAD"} <= allowed and method not in allowed


def test_options(t):
    """RFC 9110 section 9.3.7: the methods are told; a refusal tells them too."""
    found = t.serve().get("/", "OPTIONS")
    assert found.status in (200, 204, 405), found
    assert {"GET", "HEAD"} <= {m.strip() for m in
                               found.get("Allow").split(",")}


def test_methods_are_case_sensitive(t):
    assert t.serve().get("/", "get").status in (405, 501)


# --------------------------------------------------------- connections --

def test_keep_alive(t):
    with t.serve().connect() as connection:
        for _ in range(50):
            assert connection.fetch("/Posts/One").status == 200


def test_connection_close(t):
    with t.serve().connect() as connection:
        found = connection.fetch("/", fields=[("Connection", "close")])
        assert found.get("Connection").lower() == "close"
        assert connection.closed()


def test_http_1_0_closes(t):
    with t.serve().connect() as connection:
        connection.request("/", version="HTTP/1.0", host=None)
        found = connection.response()
        assert found.status == 200 and connection.closed()


def test_pipelining(t):
    """100 requests at once, the last one bad: answers in order, then 400."""
    targets = ["/Posts/One", "/", "/nothing", "/atom"]
    with t.serve(LONG).connect() as connection:
        single = {x: connection.fetch(x) for x in targets}
        many = "".join("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                       % targets[i % 4] for i in range(99))
        connection.send(many + "GET / HTTP/1.1\r\nbad line\r\n\r\n")
        for i in range(99):
            found = connection.response()
            wanted = single[targets[i % 4]]
            assert (found.status, found.body) == (wanted.status, wanted.body)
        assert connection.response().status == 400
        assert connection.closed()


def test_request_in_small_pieces(t):
    with t.serve().connect() as connection:
        for byte in b"GET /Posts/One HTTP/1.1\r\nHost: localhost\r\n\r\n":
            connection.send(bytes([byte]))
            time.sleep(0.001)
        assert connection.response().status == 200


def test_empty_lines_before_a_request(t):
    """RFC 9112 section 2.2 lets at least one pass."""
    with t.serve().connect() as connection:
        connection.send("\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.response().status == 200


def test_absolute_form(t):
    with t.serve().connect() as connection:
        found = connection.fetch("https://localhost/Posts/One")
        assert found.status == 200


def test_many_clients_at_once(t):
    daemon = t.serve(LONG)
    load = client.Load(daemon.connect, ["/", "/Posts/Long", "/atom"], 16)
    time.sleep(2)
    load.stop()
    assert not load.failures, load.failures[:5]
    assert len(load.bodies) == 3


def test_large_body_to_a_slow_reader(t):
    data = bytes(range(256)) * 8192 * 2
    daemon = t.serve({"static/big": data})
    with daemon.connect() as connection:
        connection.request("/static/big")
        time.sleep(1)
        assert connection.response().body == data


# ----------------------------------------------------------- conditions --

def conditional(daemon, target, *fields):
    return daemon.get(target, fields=fields)


def test_if_none_match(t):
    daemon = t.serve()
    whole = daemon.get("/Posts/One")
    tag = whole.get("ETag")
    assert re.fullmatch(r'"[!#-~]+"', tag), tag
    for value in [tag, "W/" + tag, '"x", %s' % tag, '"a,b",W/"c" , ' + tag,
                  "*"]:
        found = conditional(daemon, "/Posts/One", ("If-None-Match", value))
        assert found.status == 304, (value, found)
        assert found.body == b"" and found.get("ETag") == tag
        for name in ["Vary", "Cache-Control", "Content-Security-Policy"]:
            assert found.get(name) == whole.get(name), name
        # RFC 9110 section 15.4.5: not beside an ETag.
        assert found.get("Last-Modified") is None
    for value in ['"other"', tag[1:-1], '""', "W/", '"']:
        found = conditional(daemon, "/Posts/One", ("If-None-Match", value))
        assert found.status in (200, 400), (value, found)


def test_if_none_match_in_two_fields(t):
    daemon = t.serve()
    tag = daemon.get("/").get("ETag")
    found = daemon.get("/", fields=[("If-None-Match", '"x"'),
                                    ("If-None-Match", tag)])
    assert found.status == 304


def test_if_modified_since(t):
    daemon = t.serve()
    modified = daemon.get("/Posts/One").get("Last-Modified")
    when = email.utils.parsedate_to_datetime(modified).timestamp()

    def ask(seconds):
        return conditional(daemon, "/Posts/One", (
            "If-Modified-Since",
            email.utils.formatdate(seconds, usegmt=True))).status
    assert ask(when) == 304
    assert ask(when + 1) == 304
    assert ask(when - 1) == 200
    for form in ["Thursday, 07-Apr-16 04:33:20 GMT",
                 "Thu Apr  7 04:33:20 2016"]:
        assert conditional(daemon, "/Posts/One", (
            "If-Modified-Since", form)).status == 304, form
    assert conditional(daemon, "/Posts/One", (
        "If-Modified-Since", "yesterday")).status == 200


def test_if_none_match_goes_before_if_modified_since(t):
    daemon = t.serve()
    modified = daemon.get("/").get("Last-Modified")
    assert conditional(daemon, "/", ("If-None-Match", '"other"'),
                       ("If-Modified-Since", modified)).status == 200


def test_tags_tell_encodings_apart(t):
    daemon = t.serve(LONG)
    tags = {daemon.get("/Posts/Long", fields=[
        ("Accept-Encoding", e)]).get("ETag") for e in ("identity", "gzip",
                                                       "br")}
    assert len(tags) == 3, tags


# ------------------------------------------------------------ encodings --

def encoding(daemon, accept):
    fields = [] if accept is None else [("Accept-Encoding", accept)]
    found = daemon.get("/Posts/Long", fields=fields)
    assert found.status == 200, (accept, found)
    assert "accept-encoding" in found.get("Vary").lower(), accept
    return found.get("Content-Encoding"), found.body


def test_negotiation(t):
    daemon = t.serve(LONG)
    for accept, wanted in [
            (None, None), ("", None), ("identity", None), ("gzip", "gzip"),
            ("br", "br"), ("gzip, br", "br"), ("gzip;q=1, br;q=0.5", "gzip"),
            ("gzip;q=0.5, br;q=0.6", "br"), ("gzip;q=0", None),
            ("br;q=0, gzip", "gzip"), ("deflate", None), ("*", "br"),
            ("*;q=0.5, gzip", "gzip"), ("br;q=0, *", "zstd"),
            ("zstd", "zstd"), ("gzip, zstd, br", "br"), ("gzip, zstd", "zstd"),
            ("gzip;q=0.0, br;q=0.000", None), ("GZIP", "gzip"),
            ("x-gzip", "gzip"), ("identity;q=1, gzip;q=0.5", None),
            ("gzip ; q=0.8 , br ; q=0.2", "gzip"), ("gzip,,br;q=0.1", "gzip"),
            ("gzip;q=2", None), ("gzipp", None)]:
        found, _ = encoding(daemon, accept)
        assert found == wanted or (accept in ("gzip;q=2", "x-gzip")), \
            (accept, found)


def test_encoded_bodies_are_the_page(t):
    daemon = t.serve(LONG)
    _, plain = encoding(daemon, None)
    _, zipped = encoding(daemon, "gzip")
    assert gzip.decompress(zipped) == plain and len(zipped) < len(plain) / 5
    _, brotli = encoding(daemon, "br")
    assert len(brotli) < len(plain) / 5
    done = subprocess.run(["brotli", "-dc"], input=brotli,
                          stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout == plain


def test_gzip_is_the_same_every_time(t):
    """No time of making is in it (RFC 1952, MTIME)."""
    _, zipped = encoding(t.serve(LONG), "gzip")
    assert zipped[4:8] == bytes(4)


# -------------------------------------------------------------- fields --

def test_fields_of_a_page(t):
    daemon = t.serve()
    for target in ["/", "/Posts/One", "/atom", "/nothing"]:
        found = daemon.get(target)
        assert found.get("Strict-Transport-Security") == "max-age=31536000"
        assert found.get("X-Content-Type-Options") == "nosniff"
        assert found.get("Referrer-Policy")
        policy = found.get("Content-Security-Policy")
        parts = dict(p.strip().split(" ", 1) for p in policy.split(";") if
                     " " in p.strip())
        assert parts["default-src"] == "'none'", policy
        assert "script-src" not in parts or parts["script-src"] == "'none'"
        assert "https:" in parts["img-src"] and "'self'" in parts["img-src"]
        assert parts["font-src"] == "'self'", policy
        assert re.fullmatch("'self'( 'sha256-[A-Za-z0-9+/]{43}='){0,7}",
                            parts["style-src"]), policy
        assert "unsafe" not in policy
        when = email.utils.parsedate_to_datetime(found.get("Date"))
        assert abs(when.timestamp() - time.time()) < 5
        assert found.get("Server") is None or "/" not in found.get("Server")


def test_date_moves_on(t):
    daemon = t.serve()
    first = daemon.get("/").get("Date")
    time.sleep(2.1)
    assert daemon.get("/").get("Date") != first


def test_content_length_is_right(t):
    daemon = t.serve(LONG)
    for target in ["/", "/Posts/Long", "/nothing", "/Posts/"]:
        with daemon.connect() as connection:
            connection.request(target, fields=[("Connection", "close")])
            found = connection.response()
            assert int(found.get("Content-Length")) == len(found.body)
            assert connection.closed()


# -------------------------------------------------- plain HTTP, and Host --

def test_plain_http_redirects_to_the_configured_address(t):
    daemon = t.serve()
    for host in ["localhost", "evil.example", "blog.example:1234"]:
        with daemon.connect_plain() as connection:
            found = connection.fetch("/Posts/One?x=1", host=host)
            assert found.status == 301
            assert found.get("Location") == \
                "https://blog.example/Posts/One?x=1", found
            assert found.get("Strict-Transport-Security") is None


def test_plain_http_redirect_keeps_the_port(t):
    daemon = t.serve(url="https://blog.example:8443")
    with daemon.connect_plain() as connection:
        assert connection.fetch("/").get("Location") == \
            "https://blog.example:8443/"


def test_plain_site_is_served_without_tls(t):
    daemon = t.serve(https=False, url="http://blog.example")
    with daemon.connect_plain() as connection:
        found = connection.fetch("/Posts/One")
        assert found.status == 200 and "Body of" in found.text
        assert found.get("Strict-Transport-Security") is None
        assert found.get("X-Content-Type-Options") == "nosniff"


def test_host_never_reaches_the_answer(t):
    daemon = t.serve()
    for target in ["/", "//Posts", "/atom", "/nothing", "/Posts/"]:
        found = daemon.get(target, host="evil.example")
        text = repr(found.fields) + found.body.decode()
        assert "evil.example" not in text, target


# ------------------------------------------------------------- refusals --

OK_HOST = "Host: localhost\r\n"

BAD = {
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "bad host": "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "host with a path": "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "space before colon": "GET / HTTP/1.1\r\n" + OK_HOST + "X : y\r\n\r\n",
    "folded line": "GET / HTTP/1.1\r\n" + OK_HOST + "X: y\r\n z\r\n\r\n",
    "no colon": "GET / HTTP/1.1\r\n" + OK_HOST + "nonsense\r\n\r\n",
    "empty name": "GET / HTTP/1.1\r\n" + OK_HOST + ": x\r\n\r\n",
    "NUL in a value": "GET / HTTP/1.1\r\n" + OK_HOST + "X: a\0b\r\n\r\n",
    "control in a value": "GET / HTTP/1.1\r\n" + OK_HOST + "X: a\1b\r\n\r\n",
    "lone CR": "GET / HTTP/1.1\r\n" + OK_HOST + "X: a\rb\r\n\r\n",
    "bare LF": "GET / HTTP/1.1\n" + OK_HOST.replace("\r", "") + "\n",
    "no target": "GET HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "two spaces": "GET  / HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "no slash": "GET Posts HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "bad escape": "GET /%zz HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "cut escape": "GET /%4 HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "escaped NUL": "GET /%00 HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "fragment": "GET /#x HTTP/1.1\r\n" + OK_HOST + "\r\n",
    "TLS bytes": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/0.9": "GET /\r\n\r\n",
    "lower case version": "GET / http/1.1\r\n" + OK_HOST + "\r\n",
    "both lengths": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "negative length": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Content-Length: -1\r\n\r\n",
    "signed length": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Content-Length: +1\r\n\r\na",
    "hex length": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Content-Length: 0x1\r\n\r\na",
    "bad chunk": "POST /push HTTP/1.1\r\n" + OK_HOST +
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}

BAD_CODING = {
    "odd coding": "xchunked", "coding after chunked": "chunked, gzip",
    "chunked twice": "chunked, chunked", "obfuscated": "\x0bchunked",
}


def refused(daemon, request, statuses):
    """The status; the connection is closed, and nothing else comes."""
    with daemon.connect() as connection:
        connection.send(request.encode("latin-1"))
        found = connection.response()
        assert found.status in statuses, found
        assert connection.closed(), "stays open"
        return found


def test_bad_requests(t):
    daemon = t.serve()
    for name, request in BAD.items():
        try:
            refused(daemon, request, (400,))
        except (AssertionError, client.Closed) as error:
            raise AssertionError("%s: %s" % (name, error)) from error
    assert daemon.get("/").status == 200


def test_bad_transfer_codings(t):
    daemon = t.serve()
    for name, coding in BAD_CODING.items():
        request = "POST /push HTTP/1.1\r\n" + OK_HOST + \
            "Transfer-Encoding: %s\r\n\r\n0\r\n\r\n" % coding
        try:
            refused(daemon, request, (400, 501))
        except (AssertionError, client.Closed) as error:
            raise AssertionError("%s: %s" % (name, error)) from error


def test_smuggled_request_gets_no_answer(t):
    """The body of a refused request is never taken for a request."""
    inner = "GET /atom HTTP/1.1\r\nHost: localhost\r\n\r\n"
    daemon = t.serve()
    for fields in ["Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                   "Content-Length: 0\r\nContent-Length: %d\r\n" % len(inner)]:
        with daemon.connect() as connection:
            connection.send("POST / HTTP/1.1\r\n" + OK_HOST + fields + "\r\n"
                            + inner)
            assert connection.response().status == 400
            assert connection.closed()


def test_body_of_a_get_is_skipped(t):
    with t.serve().connect() as connection:
        connection.send("GET / HTTP/1.1\r\n" + OK_HOST +
                        "Content-Length: 5\r\n\r\nhelloGET /atom HTTP/1.1\r\n"
                        + OK_HOST + "\r\n")
        first = connection.response()
        if first.status == 200:
            assert b"<feed" in connection.response().body
        else:
            assert first.status in (400, 413) and connection.closed()


def test_version_not_supported(t):
    daemon = t.serve()
    for version in ["HTTP/2.0", "HTTP/3.0", "HTTP/9.9"]:
        refused(daemon, "GET / %s\r\n%s\r\n" % (version, OK_HOST), (505,))


def test_target_too_long(t):
    refused(t.serve(), "GET /%s HTTP/1.1\r\n%s\r\n" % ("a" * 65536, OK_HOST),
            (414,))


def test_fields_too_large(t):
    daemon = t.serve()
    refused(daemon, "GET / HTTP/1.1\r\n%sX: %s\r\n\r\n" % (
        OK_HOST, "a" * 70000), (431,))
    refused(daemon, "GET / HTTP/1.1\r\n" + OK_HOST + "".join(
        "X%d: y\r\n" % i for i in range(1000)) + "\r\n", (431,))


def test_header_without_an_end(t):
    """Refused as soon as it is too long, not when the sender is done."""
    daemon = t.serve()
    with daemon.connect() as connection:
        connection.send("GET / HTTP/1.1\r\n" + OK_HOST)
        try:
            for i in range(20000):
                connection.send("X%d: %s\r\n" % (i, "y" * 100))
        except OSError:
            pass
        try:
            assert connection.response().status == 431
        except client.Closed:
            pass  # a reset may overtake the answer
    assert daemon.get("/").status == 200


def test_body_too_large(t):
    refused(t.serve(), "POST /push HTTP/1.1\r\n" + OK_HOST +
            "Content-Length: 100000000\r\n\r\n", (413,))


def test_chunks_too_large(t):
    daemon = t.serve()
    with daemon.connect() as connection:
        connection.send("POST /push HTTP/1.1\r\n" + OK_HOST +
                        "Transfer-Encoding: chunked\r\n\r\n"
                        "fffffff\r\n")
        try:
            for _ in range(400):
                connection.send(b"x" * 16384)
        except OSError:
            pass
        try:
            assert connection.response().status in (400, 413)
        except client.Closed:
            pass
    assert daemon.get("/").status == 200


def test_expect_continue(t):
    body = "x" * 100
    with t.serve().connect() as connection:
        connection.send("POST /push HTTP/1.1\r\n" + OK_HOST +
                        "Content-Length: %d\r\nExpect: 100-continue\r\n\r\n"
                        % len(body))
        first = connection.response()
        if first.status == 100:
            connection.send(body)
            first = connection.response()
        assert first.status in (200, 202, 204, 417), first
