# SPDX-License-Identifier: ISC
"""Attacks by TLS itself: handshakes that claim or repeat much, and records that
cost more than they say."""
import select
import ssl
import subprocess
import time

import client
import records
import siege
from siege import KB, Siege

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def flood(attacker, make, seconds=1.5, batch=64):
    """Sends records until the server hangs up; False when it never does."""
    raw = siege.plain_socket(attacker)
    raw.settimeout(5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = b"".join(make() for _ in range(batch))
        try:
            raw.sendall(data)
            while select.select([raw], [], [], 0)[0]:
                if not raw.recv(1 << 16):
                    return True
        except OSError:
            return True
    return not siege.still_open([raw], 0.5)


# ----------------------------------------------------------- key updates --

def test_key_updates(t):
    """max-key-updates"""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, attacker.key_update)


def test_key_updates_that_want_an_answer(t):
    """max-key-updates"""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, lambda: attacker.key_update(answer=True))


def test_key_updates_between_requests(t):
    """max-key-updates: as many as are allowed change nothing; one more ends
    the connection, however far apart they are."""
    daemon = siege.serve(t, **{"max-key-updates": 3})
    attacker = records.Client(t, daemon.https)
    raw = siege.plain_socket(attacker)
    for _ in range(3):
        raw.sendall(attacker.key_update() + attacker.record(REQUEST))
        assert b"200 OK" in attacker.recv()
    raw.sendall(attacker.key_update() + attacker.record(REQUEST))
    assert not siege.still_open([raw], 2)


# --------------------------------------------------------- renegotiation --

def tls_1_2(daemon):
    version = ssl.TLSVersion.TLSv1_2
    return client.Connection(daemon.https, client.tls_context(
        minimum=version, maximum=version))


def test_renegotiation(t):
    """It is refused, and who asks is closed."""
    daemon = siege.serve(t)
    command = ["openssl", "s_client", "-tls1_2", "-connect",
               "127.0.0.1:%d" % daemon.https[1]]
    with Siege(t, daemon):
        with subprocess.Popen(command, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as attacker:
            time.sleep(0.5)
            attacker.stdin.write(b"R\n")
            attacker.stdin.flush()
            out = attacker.communicate(timeout=10)[0].decode()
    assert "Cipher is ECDHE" in out, out
    assert "RENEGOTIATING" in out and attacker.returncode != 0, out
    assert "no renegotiation" in out, out


# ------------------------------------------------------- strange records --

def test_empty_records(t):
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, lambda: attacker.record(b""))


def test_records_of_padding(t):
    """Whole records with nothing in them but padding."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, lambda: attacker.record(b"", padding=16000),
                     batch=8)


def test_records_of_one_byte(t):
    """Requests in records of one byte each: dear, but answered; others have
    their turn."""
    daemon = siege.serve(t, **{"header-timeout": "10s"})
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        raw = siege.plain_socket(attacker)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            raw.sendall(b"".join(attacker.record(bytes([x]), padding=200)
                                 for x in REQUEST))
            assert b"200 OK" in attacker.recv()
            while select.select([raw], [], [], 0)[0]:
                attacker.recv()


def test_warnings(t):
    """Alerts that end nothing."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, lambda: attacker.record(b"\1\x5a",
                                                       records.ALERT))


def test_change_cipher_specs(t):
    """RFC 8446 section 5: ignored during the handshake, an error after it."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = records.Client(t, daemon.https)
        assert flood(attacker, lambda: b"\x14\3\3\0\1\1")
        early = siege.connect(daemon)
        assert flood(early, lambda: b"\x14\3\3\0\1\1")


def test_handshake_messages_after_the_handshake(t):
    for message in (b"\1\0\1\0" + bytes(256),  # ClientHello
                    b"\4\0\0\1\0",             # NewSessionTicket
                    b"\x14\0\0\x20" + bytes(32)):
        daemon = siege.serve(t)
        attacker = records.Client(t, daemon.https, len(t.daemons))
        assert flood(attacker, lambda: attacker.record(
            message, records.HANDSHAKE))
        assert daemon.get("/").status == 200


def test_half_a_record(t):
    """idle-timeout: bytes that are no request do not count as one."""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon, 40 * 64 * KB) as under:
        attackers = [daemon.connect() for _ in range(40)]
        raw = [siege.plain_socket(a) for a in attackers]
        for one in raw:
            one.sendall(b"\x17\3\3\x40\0" + bytes(8000))
        siege.trickle(raw, b"x")
        under.check_closed(attackers, 1)


# ------------------------------------------------------------ handshakes --

def record(content, kind=records.HANDSHAKE):
    return bytes([kind]) + b"\3\1" + len(content).to_bytes(2, "big") + content


def hello_body():
    """The first message of an honest client, without its header."""
    return siege.client_hello()[9:]


def test_handshake_that_claims_much(t):
    """max-handshakes, handshake-timeout: memory for what a message says it will
    be, and no more."""
    daemon = siege.serve(t, **{"max-handshakes": 40})
    with Siege(t, daemon, 40 * 200 * KB) as under:
        attackers = []
        for _ in range(100):
            attackers.append(siege.connect(daemon))
            siege.send(attackers[-1], record(b"\1\2\0\0" + bytes(16000)))
            time.sleep(0.005)
        under.check_closed(attackers, 1.5)


def test_handshake_that_claims_too_much(t):
    daemon = siege.serve(t, **{"handshake-timeout": "10s"})
    with Siege(t, daemon) as under:
        attackers = [siege.connect(daemon) for _ in range(50)]
        for one in attackers:
            siege.send(one, record(b"\1\xff\xff\xff" + bytes(1000)))
        under.check_closed(attackers, 1)


def test_handshake_in_fragments(t):
    """handshake-timeout: a record for each byte of the message."""
    daemon = siege.serve(t)
    body = hello_body()
    message = b"\1" + len(body).to_bytes(3, "big") + body
    with Siege(t, daemon, 20 * 64 * KB) as under:
        attackers = [siege.connect(daemon) for _ in range(20)]
        alive, end = attackers, time.monotonic() + 1.2
        for byte in message:
            if not alive or time.monotonic() > end:
                break
            alive = [a for a in alive if siege.send(a, record(bytes([byte])))]
            time.sleep(0.02)
        under.check_closed(attackers, 1)


def test_empty_handshake_records(t):
    daemon = siege.serve(t)
    with Siege(t, daemon):
        attacker = siege.connect(daemon)
        assert flood(attacker, lambda: record(b""))


def padded_hello(size):
    """An honest ClientHello made long by its padding (RFC 7685)."""
    body = hello_body()
    at = 2 + 32
    at += 1 + body[at]                                     # session id
    at += 2 + int.from_bytes(body[at:at + 2], "big")       # ciphers
    at += 1 + body[at]                                     # compression
    extensions = body[at + 2:]
    # Before pre_shared_key nothing is needed: the first hello has none.
    extensions += b"\0\x15" + size.to_bytes(2, "big") + bytes(size)
    body = body[:at] + len(extensions).to_bytes(2, "big") + extensions
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return b"".join(record(message[i:i + 16000])
                    for i in range(0, len(message), 16000))


def test_large_client_hellos(t):
    """Answered or refused, and forgotten."""
    daemon = siege.serve(t, **{"max-handshakes": 20})
    with Siege(t, daemon, 20 * 200 * KB) as under:
        attackers = []
        for _ in range(40):
            attackers.append(siege.connect(daemon))
            siege.send(attackers[-1], padded_hello(60000))
            time.sleep(0.005)
        under.check_closed(attackers, 1.5)
