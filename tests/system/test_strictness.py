# SPDX-License-Identifier: ISC
"""Every class of HTTP/1.1 message that two readers could understand in two ways
is answered once, with 400, and the connection is closed: whatever follows is
not taken for a request (request smuggling)."""
import client

HOST = "Host: localhost\r\n"
GET = "GET / HTTP/1.1\r\n"
POST = "POST /push HTTP/1.1\r\n" + HOST
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"
SECOND = "GET /atom HTTP/1.1\r\nHost: localhost\r\n\r\n"


def line(text):
    """A request with this line among its fields."""
    return GET + HOST + text + "\r\n\r\n"


def length(value):
    return POST + "Content-Length:%s\r\n\r\nhello" % value


def coding(value):
    return POST + "Transfer-Encoding:%s\r\n\r\n0\r\n\r\n" % value


def target(text, method="GET"):
    return "%s %s HTTP/1.1\r\n%s\r\n" % (method, text, HOST)


def hosts(*values):
    return GET + "".join("Host:%s\r\n" % v for v in values) + "\r\n"


LINE_ENDS = {
    "bare LF everywhere": "GET / HTTP/1.1\nHost: localhost\n\n",
    "bare LF after the request line": "GET / HTTP/1.1\n" + HOST + "\r\n",
    "bare LF after a field": GET + "Host: localhost\nX: y\r\n\r\n",
    "bare LF at the end": GET + "Host: localhost\r\n\n",
    "LF CR": GET + "Host: localhost\n\r\n\r",
    "bare CR after the request line": "GET / HTTP/1.1\r" + HOST + "\r\n",
    "bare CR at the end": GET + HOST + "\rX",
    "CR CR LF": GET + "Host: localhost\r\r\n\r\n",
    "CR CR LF at the end": GET + HOST + "\r\r\n",
    "CR in a name": line("X\rY: z"),
    "CR in a value": line("X: a\rb"),
    "CR in the target": target("/\rx"),
    "CR before the request": "\rGET / HTTP/1.1\r\n" + HOST + "\r\n",
    "LF before the request": "\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
    "two empty lines before the request": "\r\n\r\n" + GET + HOST + "\r\n",
    "vertical tab as an end": GET + "Host: localhost\x0b\n\r\n",
}

REQUEST_LINES = {
    "HTTP/0.9": "GET /\r\n",
    "HTTP/0.9 with fields": "GET /\r\n" + HOST + "\r\n",
    "no method": " / HTTP/1.1\r\n" + HOST + "\r\n",
    "no target": "GET HTTP/1.1\r\n" + HOST + "\r\n",
    "empty target": "GET  HTTP/1.1\r\n" + HOST + "\r\n",
    "two spaces": "GET  / HTTP/1.1\r\n" + HOST + "\r\n",
    "two spaces at the version": "GET /  HTTP/1.1\r\n" + HOST + "\r\n",
    "tab for a space": "GET\t/\tHTTP/1.1\r\n" + HOST + "\r\n",
    "tab beside a space": "GET /\t HTTP/1.1\r\n" + HOST + "\r\n",
    "space before": " GET / HTTP/1.1\r\n" + HOST + "\r\n",
    "space behind": "GET / HTTP/1.1 \r\n" + HOST + "\r\n",
    "word behind": "GET / HTTP/1.1 x\r\n" + HOST + "\r\n",
    "lower case version": "GET / http/1.1\r\n" + HOST + "\r\n",
    "version without a digit": "GET / HTTP/1.\r\n" + HOST + "\r\n",
    "version of two digits": "GET / HTTP/1.10\r\n" + HOST + "\r\n",
    "version with a letter": "GET / HTTP/1.x\r\n" + HOST + "\r\n",
    "version without a dot": "GET / HTTP/11\r\n" + HOST + "\r\n",
    "other protocol": "GET / ICE/1.1\r\n" + HOST + "\r\n",
    "method that is no token": "GE(T / HTTP/1.1\r\n" + HOST + "\r\n",
    "method with a colon": "Host: localhost HTTP/1.1\r\n\r\n",
    "long method": "G" * 33 + " / HTTP/1.1\r\n" + HOST + "\r\n",
    "NUL in the method": "GE\0T / HTTP/1.1\r\n" + HOST + "\r\n",
    "TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}

TARGETS = {
    "no slash": target("Posts"),
    "asterisk for a GET": target("*"),
    "asterisk and more": target("*x", "OPTIONS"),
    "authority": target("localhost:443"),
    "CONNECT": target("localhost:443", "CONNECT"),
    "fragment": target("/#x"),
    "fragment in the query": target("/?a#x"),
    "NUL": target("/\0"),
    "control byte": target("/\x01"),
    "DEL": target("/\x7f"),
    "escaped NUL": target("/%00"),
    "cut escape": target("/%4"),
    "bad escape": target("/%zz"),
    "other scheme": target("ftp://localhost/"),
    "no authority": target("http:///x"),
    "one slash": target("https:/localhost/x"),
    "user": target("https://user@localhost/"),
    "other host": target("https://blog.example/"),
    "other port": target("https://localhost:8443/"),
    "host with a fragment": target("https://localhost#/"),
    "query without a path": target("https://localhost?x"),
    "backslash in the authority": target("https://localhost\\@x/"),
    "bad port": target("https://localhost:x/"),
    "no host field": "GET https://localhost/ HTTP/1.1\r\n\r\n",
}

HOSTS = {
    "none": GET + "\r\n",
    "none but others": GET + "X: y\r\n\r\n",
    "empty": hosts(""),
    "blank": hosts("  "),
    "two": hosts(" localhost", " blog.example"),
    "two alike": hosts(" localhost", " localhost"),
    "two with a space": hosts(" localhost blog.example"),
    "path": hosts(" localhost/x"),
    "user": hosts(" user@localhost"),
    "query": hosts(" localhost?x"),
    "list": hosts(" localhost, blog.example"),
    "bad port": hosts(" localhost:x"),
    "port too large": hosts(" localhost:65536"),
    "two ports": hosts(" localhost:1:2"),
    "only a port": hosts(" :80"),
    "open bracket": hosts(" [::1"),
    "empty brackets": hosts(" []"),
    "scheme": hosts(" https://localhost"),
    "NUL": hosts(" local\0host"),
    "umlaut": hosts(" l\xf6calhost"),
    "escape": hosts(" local%68ost"),
    "too long": hosts(" " + "a" * 300),
}

FIELDS = {
    "space before colon": line("X : y"),
    "tab before colon": line("X\t: y"),
    "space before Host's colon": GET + "Host : localhost\r\n\r\n",
    "space before the name": line(" X: y"),
    "folded line": line("X: y\r\n z"),
    "folded with a tab": line("X: y\r\n\tz"),
    "folded empty": line("X: y\r\n "),
    "folded first": GET + " X: y\r\n" + HOST + "\r\n",
    "folded length": POST + "Content-Length:\r\n 5\r\n\r\nhello",
    "no colon": line("nonsense"),
    "empty name": line(": x"),
    "only a colon": line(":"),
    "space in a name": line("X Y: z"),
    "parenthesis in a name": line("X(Y): z"),
    "high byte in a name": line("X\xe9: z"),
    "NUL in a name": line("X\0Y: z"),
    "NUL in a value": line("X: a\0b"),
    "NUL at the end": line("X: a\0"),
    "control byte": line("X: a\x01b"),
    "backspace": line("X: a\x08b"),
    "vertical tab": line("X: a\x0bb"),
    "escape": line("X: a\x1bb"),
    "DEL": line("X: a\x7fb"),
}

LENGTHS = {
    "empty": length(""),
    "blank": length("  "),
    "list": length(" 5, 5"),
    "list of two": length(" 5, 6"),
    "list with nothing": length(" 5,"),
    "two": POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "two alike": POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "two in other letters":
        POST + "content-length: 5\r\nCONTENT-LENGTH: 0\r\n\r\nhello",
    "negative": length(" -5"),
    "signed": length(" +5"),
    "hexadecimal": length(" 0x5"),
    "fraction": length(" 5.0"),
    "exponent": length(" 5e0"),
    "space inside": length(" 5 5"),
    "letters": length(" five"),
    "too many digits": length(" 00000000000000000005"),
    "beyond 64 bits": length(" 18446744073709551621"),
    "NUL": length(" 5\0"),
    "quoted": length(' "5"'),
    "parameter": length(" 5;x"),
    "of a GET": GET + HOST + "Content-Length: x\r\n\r\n",
}

CODINGS = {
    "with a length": POST + "Content-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "before a length": POST + "Transfer-Encoding: chunked\r\n"
        "Content-Length: 5\r\n\r\n0\r\n\r\n",
    "twice": POST + "Transfer-Encoding: chunked\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "twice, one of them identity": POST + "Transfer-Encoding: chunked\r\n"
        "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "list": coding(" chunked, chunked"),
    "chunked last": coding(" gzip, chunked"),
    "chunked first": coding(" chunked, gzip"),
    "chunked and nothing": coding(" chunked,"),
    "nothing and chunked": coding(" , chunked"),
    "identity": coding(" identity"),
    "gzip": coding(" gzip"),
    "unknown": coding(" xchunked"),
    "empty": coding(""),
    "parameter": coding(" chunked;q=1"),
    "quoted": coding(' "chunked"'),
    "vertical tab": coding(" \x0bchunked"),
    "form feed": coding(" chunked\x0c"),
    "NUL": coding(" chunked\0"),
    "high byte": coding(" chunked\xa0"),
    "space inside": coding(" chun ked"),
    "folded": POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "space before colon":
        POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "after a folded line":
        POST + "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.0": "POST /push HTTP/1.0\r\n" + HOST +
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    # What looks like it but is another field leaves its body behind.
    "underscore": POST + "Transfer_Encoding: chunked\r\n\r\n5\r\nhello\r\n",
}

CHUNKS = {
    "extension": CHUNKED + "5;x=y\r\nhello\r\n0\r\n\r\n",
    "extension without a name": CHUNKED + "5;\r\nhello\r\n0\r\n\r\n",
    "extension with a line end": CHUNKED + "5;x\nhello\r\n0\r\n\r\n",
    "extension of the last": CHUNKED + "0;x\r\n\r\n",
    "space behind the size": CHUNKED + "5 \r\nhello\r\n0\r\n\r\n",
    "space before the size": CHUNKED + " 5\r\nhello\r\n0\r\n\r\n",
    "0x": CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n",
    "signed": CHUNKED + "+5\r\nhello\r\n0\r\n\r\n",
    "negative": CHUNKED + "-5\r\nhello\r\n0\r\n\r\n",
    "no size": CHUNKED + "\r\nhello\r\n0\r\n\r\n",
    "letters": CHUNKED + "five\r\nhello\r\n0\r\n\r\n",
    "beyond 32 bits": CHUNKED + "100000005\r\nhello\r\n0\r\n\r\n",
    "beyond 64 bits": CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "leading zeros": CHUNKED + "000000005\r\nhello\r\n0\r\n\r\n",
    "bare LF behind the size": CHUNKED + "5\nhello\r\n0\r\n\r\n",
    "bare LF behind the data": CHUNKED + "5\r\nhello\n0\r\n\r\n",
    "bare CR behind the size": CHUNKED + "5\rhello\r\n0\r\n\r\n",
    "data too long": CHUNKED + "4\r\nhello\r\n0\r\n\r\n",
    "nothing behind the data": CHUNKED + "5\r\nhello0\r\n\r\n",
    "bare LF behind the last": CHUNKED + "0\n\r\n",
    "bare LF at the end": CHUNKED + "0\r\n\n",
    "trailer": CHUNKED + "0\r\nX: y\r\n\r\n",
    "trailer that frames": CHUNKED + "0\r\nContent-Length: 5\r\n\r\n",
    "NUL": CHUNKED + "5\0\r\nhello\r\n0\r\n\r\n",
    "of a HEAD": CHUNKED.replace("POST", "HEAD") + "x\r\n",
}

CLASSES = [("line ends", LINE_ENDS), ("request lines", REQUEST_LINES),
           ("targets", TARGETS), ("hosts", HOSTS), ("fields", FIELDS),
           ("lengths", LENGTHS), ("codings", CODINGS), ("chunks", CHUNKS)]


def send(connection, data, piece):
    """As far as the server takes it: it may have closed before the end."""
    try:
        for at in range(0, len(data), piece):
            connection.send(data[at:at + piece])
    except OSError:
        pass


def check_refused(connect, request, piece):
    """Exactly one response, 400, and the end."""
    data = (request + SECOND).encode("latin-1")
    method = "HEAD" if "HEAD " in request[:7] else "GET"
    with connect() as connection:
        send(connection, data, piece or len(data))
        found = connection.response(method)
        assert found.status == 400, found
        assert found.get("Connection") == "close", found
        assert found.get("Date"), found
        rest = connection.until_closed()
        assert rest == b"", "more than one response: %r" % rest[:200]


def check_all(connect, piece):
    for kind, cases in CLASSES:
        for name, request in cases.items():
            # Left over by what looks like a good request without a body.
            if name == "underscore":
                continue
            try:
                check_refused(connect, request, piece)
            except (AssertionError, client.Closed) as error:
                raise AssertionError(
                    "%s, %s: %s" % (kind, name, error)) from error


def test_one_400_and_the_end(t):
    daemon = t.serve()
    check_all(daemon.connect, 0)
    assert daemon.get("/").status == 200


def test_one_400_byte_by_byte(t):
    daemon = t.serve(https=False, url="http://localhost")
    check_all(daemon.connect_plain, 1)
    with daemon.connect_plain() as connection:
        assert connection.fetch("/").status == 200


def test_unknown_field_leaves_no_way_in(t):
    """The bytes behind a request without a body are the next request: they are
    looked at as one, and refused as one."""
    with t.serve().connect() as connection:
        connection.send(CODINGS["underscore"] + SECOND)
        assert connection.response().status == 202
        assert connection.response().status == 400
        assert connection.until_closed() == b""


def test_body_is_never_a_request(t):
    """A request in a body is a body, whoever asks for what."""
    daemon = t.serve()
    with daemon.connect() as connection:
        for method, status in [("POST", 202), ("GET", 202), ("HEAD", 405),
                               ("DELETE", 405), ("OPTIONS", 204),
                               ("BREW", 501)]:
            connection.request(
                "/push", method, body=SECOND.encode(),
                fields=[("Content-Length", str(len(SECOND)))])
            assert connection.response(method).status == status, method
            connection.request(
                "/push", method, fields=[("Transfer-Encoding", "chunked")],
                body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(SECOND), SECOND.encode()))
            assert connection.response(method).status == status, method
        assert connection.fetch("/").status == 200
        assert connection.buffer == b""


def test_what_is_odd_but_clear_is_answered(t):
    """Strict, not stubborn: RFC 9112 lets these pass."""
    daemon = t.serve()
    for name, request in {
            "empty line before": "\r\n" + GET + HOST + "\r\n",
            "no space behind a colon": GET + "Host:localhost\r\n\r\n",
            "white space around a value": GET + "Host: \t localhost\t \r\n\r\n",
            "upper case": GET + "HOST: LOCALHOST\r\n\r\n",
            "obs-text": line("X: \xe9\xff"),
            "tab in a value": line("X: a\tb"),
            "empty value": line("X:"),
            "high byte in the target": target("/?\xe9"),
            "absolute form": target("https://localhost/"),
            "absolute form in capitals": target("HTTPS://LOCALHOST/"),
            "length with zeros": GET + HOST + "Content-Length: 000\r\n\r\n",
            "HTTP/1.0 without a host": "GET / HTTP/1.0\r\n\r\n",
            "HTTP/1.9": "GET / HTTP/1.9\r\n" + HOST + "\r\n",
            "chunk sizes in both cases": CHUNKED.replace("POST /push", "GET /")
            + "0A\r\n0123456789\r\n0a\r\n0123456789\r\n000\r\n\r\n",
    }.items():
        with daemon.connect() as connection:
            connection.send(request.encode("latin-1"))
            found = connection.response()
            assert found.status == 200, (name, found)
