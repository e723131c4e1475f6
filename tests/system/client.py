# SPDX-License-Identifier: ISC
"""HTTP clients: one that writes raw bytes, and curl."""
import json
import socket
import ssl
import subprocess
import threading
import time


def tls_context(ca=None, alpn=("http/1.1",), minimum=None, maximum=None):
    """Verifies when given the authority's file, else takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = ca is not None
    if ca is None:
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(ca)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    if minimum:
        context.minimum_version = minimum
    if maximum:
        context.maximum_version = maximum
    return context


class Closed(Exception):
    """The server closed the connection before a whole response."""


class Response:
    def __init__(self, version, status, reason, fields, body):
        self.version = version
        self.status = status
        self.reason = reason
        self.fields = fields  # (name, value) as they came
        self.body = body

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name, default=None):
        """The value of a field that comes once at most."""
        values = self.all(name)
        assert len(values) <= 1, "%s came %d times" % (name, len(values))
        return values[0] if values else default

    @property
    def text(self):
        return self.body.decode()

    def __repr__(self):
        return "<%d %r %r>" % (self.status, self.fields, self.body[:200])


class Connection:
    """One connection; TLS when given a context."""

    def __init__(self, address, context=None, name="localhost", timeout=60,
                 session=None):
        self.socket = socket.create_connection(address, timeout)
        # As browsers do; else the kernel holds requests back for 40 ms.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self.socket = context.wrap_socket(
                self.socket, server_hostname=name, session=session)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def request(self, target="/", method="GET", fields=(), host="localhost",
                body=b"", version="HTTP/1.1"):
        lines = ["%s %s %s" % (method, target, version)]
        if host is not None:
            lines.append("Host: " + host)
        lines += ["%s: %s" % field for field in fields]
        head = "\r\n".join(lines) + "\r\n\r\n"
        self.send(head.encode("latin-1") + body)

    def fetch(self, target="/", method="GET", **options):
        self.request(target, method, **options)
        return self.response(method)

    def more(self):
        try:
            block = self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLError) as error:
            raise Closed(str(error)) from error
        if not block:
            raise Closed("end of connection after %r" % self.buffer[:200])
        self.buffer += block

    def response(self, method="GET"):
        """Reads one response, exactly."""
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        version, status, reason = (first.split(" ", 2) + [""])[:3]
        fields = []
        for line in rest:
            name, colon, value = line.partition(":")
            assert colon and name == name.strip(), "bad field %r" % line
            fields.append((name, value.strip()))
        found = Response(version, int(status), reason, fields, b"")
        if method != "HEAD" and found.status not in (204, 304) \
                and found.status >= 200:
            found.body = self.body(int(found.get("Content-Length", "-1")))
        return found

    def body(self, length):
        if length < 0:
            return self.until_closed()
        while len(self.buffer) < length:
            self.more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def until_closed(self):
        try:
            while True:
                self.more()
        except Closed:
            pass
        left, self.buffer = self.buffer, b""
        return left

    def closed(self, timeout=30):
        """Whether the server closes within this time, sending nothing more."""
        self.socket.settimeout(timeout)
        try:
            return self.buffer == b"" and self.socket.recv(1) == b""
        except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
            return True
        except (TimeoutError, socket.timeout):
            return False


def curl(*arguments, check=True):
    """Runs curl -sk; (what it wrote, exit status)."""
    done = subprocess.run(["curl", "-sk", "--max-time", "20", *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check:
        assert done.returncode == 0, "curl %s: %d %s" % (
            arguments, done.returncode, done.stderr.decode())
    return done.stdout, done.returncode


def curl_info(url, *arguments):
    """What curl -w knows of a transfer whose body is thrown away."""
    text, _ = curl("-o", "/dev/null", "-w", "%{json}", *arguments, url)
    return json.loads(text)


class Load:
    """Clients that ask over kept connections until stopped, and note what went
    wrong.  fetch: makes a Connection; targets: asked in turn."""

    def __init__(self, connect, targets=("/",), clients=4):
        self.connect = connect
        self.targets = targets
        self.stopping = threading.Event()
        self.count = 0
        self.failures = []
        self.bodies = set()
        self.last = time.monotonic()
        self.longest = 0.0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.client, daemon=True)
                        for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def client(self):
        connection = None
        while not self.stopping.is_set():
            target = self.targets[self.count % len(self.targets)]
            started = time.monotonic()
            try:
                connection = connection or self.connect()
                found = connection.fetch(target)
            except (OSError, Closed, ValueError) as error:
                connection = None
                with self.lock:
                    self.failures.append(repr(error))
                time.sleep(0.02)
                continue
            with self.lock:
                self.count += 1
                self.longest = max(self.longest, time.monotonic() - started)
                if found.status != 200:
                    self.failures.append("%s: %d" % (target, found.status))
                self.bodies.add((target, found.body))
            if found.get("Connection", "").lower() == "close":
                connection.close()
                connection = None
        if connection:
            connection.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)
        return self
