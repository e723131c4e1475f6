# SPDX-License-Identifier: ISC
"""A Git server that is honest until it is told otherwise.  It speaks git:// and
smart HTTP on one port; what it does wrong is a function of a Peer, called for
each connection as long as it is the server's `attack`."""
import socket
import subprocess
import time

import servers
from repo import ENV

CAPABILITIES = b"ofs-delta thin-pack"
SIDE_BAND = CAPABILITIES + b" side-band-64k"


def pkt(data):
    return b"%04x" % (len(data) + 4) + data


def refs(tip, capabilities=CAPABILITIES, branch=b"main"):
    """A list of references with one branch in it."""
    first = b"%s HEAD\0%s symref=HEAD:refs/heads/%s\n" % (
        tip, capabilities, branch)
    second = b"%s refs/heads/%s\n" % (tip, branch)
    return pkt(first) + pkt(second) + b"0000"


def as_http(body, kind=b"advertisement"):
    return (b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
            b"Content-Type: application/x-git-upload-pack-%s\r\n\r\n%s"
            % (kind, body))


SERVICE = pkt(b"# service=git-upload-pack\n") + b"0000"


class Peer:
    """One connection of a client."""

    def __init__(self, connection, server):
        self.socket = connection
        self.server = server
        self.over_http = connection.recv(1, socket.MSG_PEEK) in b"GP"
        self.request = None

    def send(self, data):
        self.socket.sendall(data)

    def wait(self, seconds=60):
        """Until the test ends, which is when it has seen enough."""
        return self.server.stopping.wait(seconds)

    def until_closed(self):
        """Reads until the client goes."""
        while self.socket.recv(65536):
            pass

    # -- what the client asks ------------------------------------------------

    def exactly(self, n):
        data = b""
        while len(data) < n:
            block = self.socket.recv(n - len(data))
            if not block:
                raise ConnectionError("the client has gone")
            data += block
        return data

    def pkt_line(self):
        """What is in the next line; None for 0000."""
        n = int(self.exactly(4), 16)
        return self.exactly(n - 4) if n else None

    def read_request(self):
        """git://: the service and path."""
        self.request = self.pkt_line()

    def read_head(self):
        """HTTP: the request line and the fields."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        self.request, *fields = head.split(b"\r\n")
        self.fields = dict(f.lower().split(b": ", 1) for f in fields if f)

    def body(self):
        if b"content-length" in self.fields:
            return self.exactly(int(self.fields[b"content-length"]))
        data = b""
        while True:
            n = int(self.socket.makefile("rb", 0).readline(), 16)
            data += self.exactly(n)
            self.exactly(2)
            if n == 0:
                return data

    def read_wants(self):
        """git://: all up to `done`, saying that nothing is in common."""
        haves = False
        while True:
            line = self.pkt_line()
            if line is None:
                if haves:
                    self.send(pkt(b"NAK\n"))
            elif line.startswith(b"have "):
                haves = True
            elif line.startswith(b"done"):
                return

    # -- honest answers ------------------------------------------------------

    def upload_pack(self, *arguments, **options):
        return subprocess.run(
            ["git", "upload-pack", *arguments, self.server.repository],
            env=ENV, stderr=subprocess.DEVNULL, **options)

    def honest(self):
        if not self.over_http:
            self.read_request()
            self.upload_pack(stdin=self.socket, stdout=self.socket)
            return
        self.read_head()
        if self.request.startswith(b"GET"):
            found = self.upload_pack("--stateless-rpc", "--advertise-refs",
                                     stdout=subprocess.PIPE)
            self.send(as_http(SERVICE + found.stdout))
        else:
            found = self.upload_pack("--stateless-rpc", input=self.body(),
                                     stdout=subprocess.PIPE)
            self.send(as_http(found.stdout, b"result"))

    # -- to the point where an attack begins, over git:// ---------------------

    def list_refs(self, tip=b"1" * 40, capabilities=CAPABILITIES):
        self.read_request()
        self.send(refs(tip, capabilities))

    def begin_pack(self, tip=b"1" * 40, capabilities=CAPABILITIES):
        self.list_refs(tip, capabilities)
        self.read_wants()
        self.send(pkt(b"NAK\n"))


class Server(servers.RawServer):
    """attack: a function of a Peer; None: what is in `repository`."""

    def __init__(self, repository):
        self.repository = repository
        self.attack = None
        super().__init__(self.talk)

    def url(self, scheme="git"):
        return "%s://127.0.0.1:%d/blog.git" % (scheme, self.port)

    def talk(self, connection, _):
        attack = self.attack
        peer = Peer(connection, self)
        if attack is None:
            peer.honest()
        else:
            attack(peer)


# ---------------------------------------------------------------- attacks --

def sends_pack(data, tip=b"1" * 40):
    """Whatever is asked for, these bytes (or blocks of bytes) come."""
    def attack(peer):
        peer.begin_pack(tip)
        for block in [data] if isinstance(data, bytes) else data:
            peer.send(block)
    return attack


def trickles(data, step=0.2):
    """A byte now and then, from data and then for ever."""
    def attack(peer):
        for byte in data:
            peer.send(bytes([byte]))
            time.sleep(step)
        while not peer.server.stopping.wait(step):
            peer.send(b"0")
    return attack


def endless(block):
    """block(n) for n from 1 to whenever the client has had enough."""
    def attack(peer):
        n = 0
        while not peer.server.stopping.is_set():
            n += 1
            peer.send(block(n))
    return attack


def after(begin, attack):
    """begin: the name of a method of Peer."""
    def whole(peer):
        getattr(peer, begin)()
        attack(peer)
    return whole
