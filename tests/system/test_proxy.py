# SPDX-License-Identifier: ISC
"""Behind a balancer: the PROXY protocol, and Unix sockets."""
import json
import os
import signal
import socket
import ssl
import stat
import struct
import time

import blogd
import client
import servers
from harness import eventually
from test_log import directory, lines, text_of

TEXT = b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 443\r\n"


def binary(command=0x21, family=0x11, addresses=None, more=b""):
    if addresses is None:
        addresses = socket.inet_aton("203.0.113.9") + \
            socket.inet_aton("192.0.2.1") + struct.pack(">HH", 40000, 443)
    rest = addresses + more
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(
        ">BBH", command, family, len(rest)) + rest


LOCAL = binary(0x20, 0, b"")
SIX = binary(family=0x21, addresses=socket.inet_pton(
    socket.AF_INET6, "2001:db8::9") + bytes(16) + struct.pack(">HH", 1, 2))
HEADS = [  # and who is logged then
    (TEXT, "203.0.113.9"),
    (b"PROXY TCP6 2001:db8::9 ::1 1 2\r\n", "2001:db8::9"),
    (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    (binary(), "203.0.113.9"),
    (binary(more=b"\x04\x00\x40" + b"x" * 64), "203.0.113.9"),
    (SIX, "2001:db8::9"),
    (LOCAL, "127.0.0.1"),
]
NONE = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"PROXY TCP4 203.0.113.9 192.0.2.1 40000\r\n",
    b"PROXY TCP4 203.0.113.999 192.0.2.1 1 2\r\n",
    b"PROXY UNKNOWN" + b" x" * 60 + b"\r\n",
    binary(0x31), binary(0x23), binary(family=0x12),
    binary(addresses=b"1234"), binary(more=bytes(4000)),
]


class Behind(client.Connection):
    """A connection that begins with other bytes, in pieces of that size."""

    def __init__(self, address, head, context=None, piece=None):
        self.buffer = b""
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(30)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) \
            if self.socket.family != socket.AF_UNIX else None
        step = piece or max(len(head), 1)
        for at in range(0, len(head), step):
            self.socket.sendall(head[at:at + step])
            if piece:
                time.sleep(0.001)
        if context:
            self.socket = context.wrap_socket(self.socket,
                                              server_hostname="localhost")


def balanced(t, source="127.0.0.0/8", **serve):
    path = os.path.join(directory(t), "access.log")
    daemon = t.serve(options={
        "serve": {"proxy-from": [source], **serve},
        "log": {"access": path, "format": "json", "address": "whole"}})
    return daemon, path


def addresses(path, number):
    return [json.loads(line)["address"] for line in lines(path, number)]


def test_each_form_over_tls(t):
    daemon, path = balanced(t)
    context = client.tls_context()
    for head, _ in HEADS:
        with Behind(daemon.https, head, context) as connection:
            assert connection.fetch("/Posts/One").status == 200
            assert connection.fetch("/").status == 200
    assert addresses(path, 2 * len(HEADS)) == \
        [who for _, who in HEADS for _ in range(2)]


def test_each_form_without_tls(t):
    daemon, path = balanced(t)
    for head, _ in HEADS:
        with Behind(daemon.http, head) as connection:
            assert connection.fetch("/").status == 301
    assert addresses(path, len(HEADS)) == [who for _, who in HEADS]


def test_header_and_request_in_one_packet(t):
    daemon, path = balanced(t)
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for head, _ in HEADS:
        with Behind(daemon.http, head + request) as connection:
            assert connection.response().status == 301
    assert addresses(path, len(HEADS)) == [who for _, who in HEADS]


def test_header_in_small_pieces(t):
    daemon, path = balanced(t)
    context = client.tls_context()
    for piece in [1, 7]:
        for head in [TEXT, binary()]:
            with Behind(daemon.https, head, context, piece) as connection:
                assert connection.fetch("/").status == 200
    assert addresses(path, 4) == ["203.0.113.9"] * 4


def test_curl(t):
    """Which knows version 1 by itself."""
    daemon, path = balanced(t)
    found, _ = client.curl("--haproxy-protocol", daemon.url("/Posts/One"))
    assert b"first" in found.lower()
    assert addresses(path, 1) == ["127.0.0.1"]


def test_no_header_no_answer(t):
    """Whoever may send one has to."""
    daemon, path = balanced(t)
    for head in NONE:
        with Behind(daemon.http, head) as connection:
            assert connection.closed(), head
    context = client.tls_context()
    for head in [b"", *NONE]:
        try:
            Behind(daemon.https, head, context).close()
            assert False, head
        except (ssl.SSLError, OSError):
            pass
    assert text_of(path) == b""


def test_header_from_somebody_else(t):
    """It is a bad request, or no TLS."""
    daemon, path = balanced(t, "192.0.2.0/24")
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for head in [TEXT, binary()]:
        with Behind(daemon.http, head + request) as connection:
            assert connection.response().status == 400
        try:
            Behind(daemon.https, head, client.tls_context()).close()
            assert False
        except (ssl.SSLError, OSError):
            pass
    assert daemon.get("/").status == 200
    assert addresses(path, 3) == ["127.0.0.1"] * 3


def test_two_headers(t):
    """Of which the second is a client's."""
    daemon, _ = balanced(t)
    with Behind(daemon.http, TEXT + TEXT) as connection:
        assert connection.response().status == 400


def test_header_that_does_not_come(t):
    """The handshake's time counts, and waiting costs no processor time."""
    daemon, _ = balanced(t, **{"handshake-timeout": "1s"})
    serve, = daemon.children("serve")

    def ticks():
        stat = blogd.read("/proc/%d/stat" % serve).rsplit(b")", 1)[1].split()
        return int(stat[11]) + int(stat[12])
    before = ticks()
    for head in [b"", b"PROXY TCP4 2", binary()[:20]]:
        for address in [daemon.http, daemon.https]:
            start = time.monotonic()
            with Behind(address, head) as connection:
                assert connection.closed(20)
                assert time.monotonic() - start > 0.4
    assert ticks() - before < 100


def test_address_of_a_proxy_is_checked(t):
    made = t.blog()
    for source in ["10.0.0.1/8", "10.0.0.0/33", "balancer", "::1/129", "*"]:
        conf = t.write("blogd.conf", blogd.configuration(
            made.path, options={"serve": {"proxy-from": [source]}},
            https=False, url="http://blog.example"))
        status, _, said = blogd.run("-n", "-f", conf)
        assert status == 1 and "proxy-from" in said, said


# --------------------------------------------------------------- Unix sockets --

def unix(t, name="http.sock", options=None, **others):
    """A daemon without TLS that listens at a path."""
    path = os.path.join(directory(t), name)
    daemon = t.serve(https=False, http=False, url="http://blog.example",
                     options={"http": ["unix:" + path], **(options or {})},
                     **others)
    return daemon, path


def fetch(path, target="/"):
    with Behind(path, b"") as connection:
        return connection.fetch(target)


def test_unix_socket(t):
    daemon, path = unix(t)
    found, _ = client.curl("--unix-socket", path, "http://blog.example/")
    assert b"<html" in found.lower()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    assert os.stat(path).st_uid == blogd.UID
    assert daemon.grep("listening on http://unix:" + path)
    daemon.stop()
    assert not os.path.exists(path)


def test_unix_socket_with_tls(t):
    path = os.path.join(directory(t), "https.sock")
    daemon = t.serve(options={"https": ["unix:" + path]})
    found, _ = client.curl("--unix-socket", path, "--cacert", daemon.ca,
                           "https://blog.example/")
    assert b"<html" in found.lower()


def test_mode_of_a_unix_socket(t):
    _, path = unix(t, options={"socket-mode": "0666"})
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o666


def test_unix_socket_with_a_header(t):
    log = t.path("log", "access.log")
    daemon, path = unix(t, options={
        "serve": {"proxy-from": ["unix"]},
        "log": {"access": log, "format": "json", "address": "whole"}})
    for head in [TEXT, LOCAL]:
        with Behind(path, head) as connection:
            assert connection.fetch("/").status == 200
    with Behind(path, NONE[0]) as connection:
        assert connection.closed()
    assert addresses(log, 2) == ["203.0.113.9", None]


def test_file_that_was_left(t):
    """Of a daemon that was killed; the next one takes its place."""
    daemon, path = unix(t)
    daemon.signal(signal.SIGKILL)
    daemon.wait_exit()
    assert os.path.exists(path)
    eventually(lambda: not any(blogd.alive(p) for p in daemon.family), 10)
    again = t.daemon(t.path("blog.git"), https=False, http=False,
                     url="http://blog.example",
                     options={"http": ["unix:" + path]})
    assert fetch(path).status == 200
    again.stop()
    assert not os.path.exists(path)


def refused(t, path, reason):
    other = t.daemon(t.path("blog.git"), wait=False, https=False, http=False,
                     url="http://blog.example",
                     options={"http": ["unix:" + path]})
    assert other.wait_exit() == 1
    assert other.grep("cannot listen on unix:.*" + reason), other.lines()


def test_file_that_is_in_use(t):
    daemon, path = unix(t)
    refused(t, path, "in use")
    assert fetch(path).status == 200
    plain = t.path("log", "plain")
    with open(plain, "w") as out:
        out.write("kept")
    refused(t, plain, "in use")
    with open(plain) as file:
        assert file.read() == "kept"
    refused(t, t.path("none", "x"), "No such file")
    assert daemon.process.poll() is None


def test_reload_with_unix_sockets(t):
    """One is kept without a gap, one comes, one goes."""
    daemon, path = unix(t)
    other = t.path("log", "other.sock")
    failures = []

    def ask():
        try:
            assert fetch(path).status == 200
        except (OSError, AssertionError, client.Closed) as error:
            failures.append(repr(error))

    for listen in [[path, other], [path]]:
        daemon.configure(blogd.configuration(
            t.path("blog.git"), https=False, http=False,
            url="http://blog.example",
            options={"http": ["unix:" + x for x in listen]}))
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        while not daemon.grep("reloaded", after=mark):
            ask()
        ask()
        assert os.path.exists(other) == (other in listen)
        if other in listen:
            assert fetch(other).status == 200
    assert not failures, failures
    daemon.configure(blogd.configuration(
        t.path("blog.git"), https=False, http=False,
        url="http://blog.example",
        options={"http": ["unix:" + t.path("none", "x")]}))
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reload failed.*cannot listen on unix:")
    ask()
    assert not failures, failures


def reload(daemon):
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reloaded", after=mark)


def test_unix_socket_of_several_processes(t):
    """They share it: whichever is there answers, also for one that does not."""
    daemon, path = unix(t, options={"serve": {"processes": 2}})

    def all_answer():
        for _ in range(20):
            assert fetch(path).status == 200
    for pid in daemon.children("serve"):
        os.kill(pid, signal.SIGSTOP)
        all_answer()
        mark = daemon.mark()
        os.kill(pid, signal.SIGKILL)
        all_answer()
        daemon.wait_log("serve is ready", after=mark)
        all_answer()
    inode = os.stat(path).st_ino
    made = t.path("blog.git")
    other = t.path("log", "other.sock")
    for sockets, processes in [([path], 2), ([path, other], 3), ([path], 1),
                               ([other], 2), ([other], 2)]:
        daemon.configure(blogd.configuration(
            made, https=False, http=False, url="http://blog.example",
            options={"http": ["unix:" + x for x in sockets],
                     "serve": {"processes": processes}}))
        reload(daemon)
        for name in [path, other]:
            assert os.path.exists(name) == (name in sockets), name
        for name in sockets:
            for _ in range(10):
                assert fetch(name).status == 200
        if path in sockets:
            assert os.stat(path).st_ino == inode
        eventually(lambda: len(daemon.children("serve")) == processes, 20)
    daemon.stop()
    assert os.listdir(t.path("log")) == []


def test_unix_socket_that_was_replaced_stays(t):
    """Also by a daemon that has it no more."""
    daemon, path = unix(t)
    os.unlink(path)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(path)
        other.listen()
        daemon.configure(blogd.configuration(
            t.path("blog.git"), https=False, url="http://blog.example"))
        reload(daemon)
        assert os.path.exists(path)
        daemon.stop()
        assert os.path.exists(path)


NGINX = """
daemon off;
pid {dir}/nginx.pid;
{user}
error_log {dir}/error.log;
events {{ }}
http {{
	access_log off;
	client_body_temp_path {dir}/body;
	proxy_temp_path {dir}/proxy;
	fastcgi_temp_path {dir}/fastcgi;
	uwsgi_temp_path {dir}/uwsgi;
	scgi_temp_path {dir}/scgi;
	server {{
		listen 127.0.0.1:{port};
		location / {{
			proxy_pass http://unix:{socket}:;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $http_host;
		}}
	}}
}}
"""


def test_nginx_in_front(t):
    """As the manual says."""
    _, path = unix(t)
    port = servers.free_port()
    where = t.path("nginx")
    os.mkdir(where)
    conf = t.write("nginx/nginx.conf", NGINX.format(
        dir=where, port=port, socket=path,
        user="user root;" if os.getuid() == 0 else ""))
    nginx = t.started(servers.Process(where, "nginx", [
        servers.tool("nginx"), "-e", os.path.join(where, "error.log"),
        "-c", conf]))
    servers.wait_port(port, nginx.process)
    with client.Connection(("127.0.0.1", port)) as connection:
        for _ in range(3):
            found = connection.fetch("/Posts/One")
            assert found.status == 200 and b"first" in found.body.lower()
        tag = connection.fetch("/").get("ETag")
        assert connection.fetch(
            "/", fields=[("If-None-Match", tag)]).status == 304
        assert connection.fetch("/nothing").status == 404
