# SPDX-License-Identifier: ISC
"""TLS as openssl s_client and Python's ssl see it."""
import os
import socket
import ssl
import subprocess
import time

import blogd
import client
from harness import eventually
from repo import article


def s_client(daemon, *arguments, send=b"", name="localhost"):
    """(succeeded, everything it printed)."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", "127.0.0.1:%d"
         % daemon.port("https"), "-servername", name, *arguments],
        input=send, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=20)
    text = done.stdout.decode("utf-8", "replace")
    return done.returncode == 0 and "Cipher is (NONE)" not in text, text


def test_versions(t):
    daemon = t.serve()
    for option, wanted in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")]:
        good, text = s_client(daemon, option)
        assert good and wanted in text, text
    for option in ["-tls1_1", "-tls1"]:
        good, text = s_client(daemon, option, "-cipher", "ALL:@SECLEVEL=0")
        assert not good, text


def test_tls_1_2_is_ecdhe_with_aead_only(t):
    daemon = t.serve()
    for cipher in ["ECDHE-ECDSA-AES128-GCM-SHA256",
                   "ECDHE-ECDSA-AES256-GCM-SHA384",
                   "ECDHE-ECDSA-CHACHA20-POLY1305"]:
        good, text = s_client(daemon, "-tls1_2", "-cipher", cipher)
        assert good, (cipher, text)
    for cipher in ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA",
                   "ECDHE-ECDSA-AES128-CCM8", "aRSA", "DHE", "PSK", "aNULL",
                   "eNULL"]:
        good, text = s_client(daemon, "-tls1_2", "-cipher",
                              cipher + ":@SECLEVEL=0")
        assert not good, cipher


def test_no_renegotiation_and_no_compression(t):
    daemon = t.serve()
    good, text = s_client(daemon, "-tls1_2")
    assert good and "Secure Renegotiation IS supported" in text
    assert "Compression: NONE" in text
    good, text = s_client(daemon, "-tls1_2", send=b"R\nGET / HTTP/1.1\n")
    assert "error" in text.lower() or "alert" in text.lower() or not good


def test_alpn(t):
    daemon = t.serve()
    for offered, chosen in [(["http/1.1"], "http/1.1"),
                            (["h3", "http/1.1"], "http/1.1"), ([], None)]:
        context = client.tls_context(alpn=offered)
        with client.Connection(daemon.https, context) as connection:
            assert connection.socket.selected_alpn_protocol() == chosen
            assert connection.fetch("/").status == 200


def test_alpn_without_a_common_protocol(t):
    """RFC 7301 section 3.2: no_application_protocol."""
    daemon = t.serve()
    try:
        with client.Connection(daemon.https,
                               client.tls_context(alpn=["imap"])) as found:
            found.fetch("/")
    except (ssl.SSLError, ConnectionError, client.Closed):
        return
    raise AssertionError("imap was accepted")


def resumed(daemon, version):
    context = client.tls_context(minimum=version, maximum=version)
    with client.Connection(daemon.https, context) as first:
        assert first.fetch("/").status == 200
        assert not first.socket.session_reused
        session = first.socket.session
    with client.Connection(daemon.https, context, session=session) as second:
        assert second.fetch("/").status == 200
        return second.socket.session_reused


def test_resumption(t):
    daemon = t.serve()
    assert resumed(daemon, ssl.TLSVersion.TLSv1_3)
    assert resumed(daemon, ssl.TLSVersion.TLSv1_2)


def name_of(daemon, asked):
    """DNS names of the certificate shown for a name."""
    sni = ["-servername", asked] if asked else ["-noservername"]
    shown = subprocess.run(
        ["openssl", "s_client", "-connect",
         "127.0.0.1:%d" % daemon.port("https"), *sni],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName"], input=shown,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return text.decode().split("DNS:", 1)[-1].strip()


def test_sni_chooses_the_certificate(t):
    ca = t.ca("sni")
    one = ca.issue("one.example")
    two = ca.issue("two.example")
    wild = ca.issue("*.wild.example")
    for pair in (one, two, wild):
        blogd.give_to_daemon(pair[1])
    made = t.blog()
    text = blogd.configuration(
        made.path, {"names": ["two.example", "a.wild.example"]},
        url="https://one.example", certificate=one)
    end = text.rindex("}")
    sections = "".join("\ttls {\n\t\tcertificate = \"%s\"\n\t\tkey = \"%s\""
                       "\n\t}\n" % pair for pair in (two, wild))
    daemon = t.daemon(made.path, text=text[:end] + sections + text[end:])
    assert name_of(daemon, "one.example") == "one.example"
    assert name_of(daemon, "two.example") == "two.example"
    assert name_of(daemon, "TWO.example") == "two.example"
    assert name_of(daemon, "a.wild.example") == "*.wild.example"
    assert name_of(daemon, None) == "one.example"
    assert name_of(daemon, "unknown.example") == "one.example"


def test_chain_is_sent_whole(t):
    ca = t.ca("chain")
    cert, key = ca.issue("blog.example")
    chain = t.write("chain.pem", open(cert).read() + open(ca.cert).read())
    blogd.give_to_daemon(key)
    daemon = t.serve(certificate=(chain, key))
    _, text = s_client(daemon, "-showcerts")
    assert text.count("BEGIN CERTIFICATE") == 2


def test_certificate_and_key_of_different_pairs(t):
    """An error at start, not a site that nobody can reach."""
    ca = t.ca("mixed")
    cert, _ = ca.issue("blog.example", file="one")
    _, key = ca.issue("blog.example", file="two")
    blogd.give_to_daemon(key)
    daemon = t.serve(certificate=(cert, key), wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("key"), daemon.lines()


def test_missing_certificate_file(t):
    daemon = t.serve(certificate=(t.path("none.pem"), t.path("none.key")),
                     wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("none.pem.*No such file"), daemon.lines()


def test_half_open_handshakes_do_not_block(t):
    daemon = t.serve(options={"serve": {"handshake-timeout": "1s"}})
    silent = [socket.create_connection(daemon.https) for _ in range(200)]
    started = time.monotonic()
    assert daemon.get("/").status == 200
    assert time.monotonic() - started < 1
    for one in silent:
        one.settimeout(10)
        try:
            assert one.recv(100) == b""
        except ConnectionResetError:
            pass
    assert time.monotonic() - started < 8


def test_noise_instead_of_a_handshake(t):
    daemon = t.serve()
    for noise in [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(500),
                  b"\x16\x03\x01\xff\xff" + b"a" * 20000, b"\x80\x2e\x01"]:
        with socket.create_connection(daemon.https, 10) as one:
            try:
                one.sendall(noise)
                one.shutdown(socket.SHUT_WR)
                while one.recv(1000):
                    pass
            except OSError:
                pass  # it may be quick to hang up
    assert daemon.get("/").status == 200


def test_ipv6(t):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        t.skip("no IPv6 on this host")
    daemon = t.serve(options={"https": ["127.0.0.1:0", "[::1]:0"]})
    port = int(daemon.wait_log(
        r"listening on https://\[::1\]:(\d+)").group(1))
    with client.Connection(("::1", port), client.tls_context()) as found:
        assert found.fetch("/").status == 200


def test_large_page_over_many_records(t):
    body = "x y z\n\n" * 60000
    daemon = t.serve({"Posts/Large": article("Large", body)})
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client.tls_context(minimum=version, maximum=version)
        with client.Connection(daemon.https, context) as found:
            text = found.fetch("/Posts/Large").text
            assert text.count("<p>x y z</p>") == 60000


def test_handshakes_while_keys_is_away(t):
    """keys is stopped, then killed: handshakes wait or fail, the process that
    serves stays, and afterwards all is well."""
    daemon = t.serve()
    keys = daemon.children("keys")[0]
    with daemon.connect() as kept:
        os.kill(keys, 9)
        for _ in range(20):
            assert kept.fetch("/").status == 200
    eventually(lambda: daemon.children("keys") not in ([], [keys]))
    assert daemon.get("/").status == 200
