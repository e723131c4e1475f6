# SPDX-License-Identifier: ISC
"""What blogd tells of itself: blogctl, and Prometheus."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time

import blogd
import client
from harness import eventually
from repo import ENV, article

GOOD, BAD, NO_ANSWER = 0, 1, 2


# ------------------------------------------------------------- blogctl --

def blogctl(*arguments, timeout=60):
    """(status, standard output, error)"""
    done = subprocess.run([blogd.BLOGCTL, *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout, env=ENV)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def socket_path(t):
    """In a directory from which the daemon's user may remove it."""
    directory = t.path("run")
    if not os.path.isdir(directory):
        os.mkdir(directory)
        blogd.give_to_daemon(directory)
    path = os.path.join(directory, "s")
    if len(path) > 100:
        t.skip("the path of a socket would be too long")
    return path


def told(t):
    """blogctl -j as a dictionary."""
    _, out, err = blogctl("-j", "-s", socket_path(t), "status")
    assert not err, err
    return json.loads(out)


def serve(t, files=None, options=None, **more):
    return t.serve(files, options={"control": socket_path(t),
                                   **(options or {})}, **more)


def wait_told(t, condition, what):
    """Until condition(told) holds: counters may be read before they are
    written."""
    seen = {}

    def holds():
        seen.update(told(t))
        return condition(seen)
    try:
        eventually(holds, 20, what, 0.05)
    except AssertionError as error:
        raise AssertionError("%s: %s" % (what, json.dumps(seen))) from error
    return seen


def test_blogctl_status(t):
    daemon = serve(t)
    commit = daemon.wait_serving()
    status, out, err = blogctl("-s", socket_path(t), "status")
    assert (status, err) == (GOOD, ""), (status, err)
    assert re.search(r"^commit +%s$" % commit, out, re.M), out
    assert re.search(r"^last update ok, \d+ s ago, fetched in \d+ ms", out,
                     re.M), out
    for role, pids in daemon.settled().items():
        for pid in pids:
            line = re.search(r"^%s +%d, .* s: (.+)$" % (role, pid), out, re.M)
            assert line, (role, out)
            if "no user namespace" not in out:
                assert "user namespace" in line.group(1), line.group(0)
    assert re.search(r"^parent +%d, " % daemon.pid, out, re.M), out


def test_json_and_text_agree(t):
    daemon = serve(t)
    daemon.get("/")
    found = wait_told(t, lambda s: s["requests"]["h1"].get("200") == 1, "200")
    assert found["good"] is True
    assert found["site"]["commit"] == daemon.wait_serving()
    status, out, _ = blogctl("status", "-s", socket_path(t), "-j")
    assert status == GOOD and json.loads(out)["generation"] == 1
    _, out, _ = blogctl("-s", socket_path(t), "status")
    assert re.search(r"^h1 +1 requests, 200: 1$", out, re.M), out


def manual():
    """The sections "status" and "JSON" of blogctl(8)."""
    with open(os.path.join(blogd.TOP, "doc/blogctl.8")) as file:
        text = file.read()
    return re.search(r"^\.Ss status\n(.*)^\.Ss JSON\n(.*?)^\.Sh", text,
                     re.M | re.S).groups()


def names_within(value):
    """Those of all members, but for numbers such as a status."""
    if isinstance(value, list):
        return set().union(*map(names_within, value))
    if not isinstance(value, dict):
        return set()
    return {k for k in value if not k.isdigit()}.union(
        *map(names_within, value.values()))


def test_manual_explains_all_of_it(t):
    """Whoever adds a counter writes what it is."""
    daemon = serve(t, options={"log": {"access": "stderr"}})
    daemon.get("/")
    found = wait_told(t, lambda s: requests(s), "a request")
    _, text, _ = blogctl("-s", socket_path(t), "status")
    of_text, of_json = manual()
    items = {name for line in re.findall(r"^\.It Li (.*)$", of_json, re.M)
             for name in re.split(" , ", line)}
    for name in found["readers"]:
        assert re.search(r"^\.It Li %s\n[^.]" % name, of_json, re.M), name
    words = set(re.findall(r"[\w-]+", of_json + of_text))
    for name in names_within(found):
        assert name in words, name
    for name in found:
        assert name in items, name
    lines = {name for line in re.findall(r"^\.It Li (.*)$", of_text, re.M)
             for name in re.split(" , ", line)}
    prose = " ".join(of_text.split()).lower()
    for line in text.splitlines():
        name = line[:12].strip()
        assert name in lines, line
        if re.match(r"\d+,", line[12:]) and name != "updates":
            continue  # a process
        for label in re.findall(r"\d+ ([a-z]{3,}(?: [a-z]+)?)", line[12:]):
            assert label in prose or label in ("min", "ago"), (label, line)


def test_command_line(t):
    for arguments in [], ["statu"], ["status", "x"], ["-x", "status"], ["-s"], \
            ["-j"]:
        status, out, err = blogctl(*arguments)
        assert (status, out) == (NO_ANSWER, "") and "usage: " in err, arguments
    status, out, _ = blogctl("-V")
    assert status == 0 and re.match(r"blogctl \d", out)
    assert blogctl("-h")[0] == 0


def test_no_daemon(t):
    path = socket_path(t)
    status, _, err = blogctl("-s", path, "status")
    assert status == NO_ANSWER and "blogd does not run" in err, err
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    status, _, err = blogctl("-s", path, "status")
    assert status == NO_ANSWER and "nobody answers" in err, err
    status, _, err = blogctl("-s", "/" + "x" * 200, "status")
    assert status == NO_ANSWER and "too long" in err, err


def test_answers_that_are_none(t):
    """blogctl believes neither another server nor half an answer."""
    path = socket_path(t)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        for text, says in [
                (b"", "no answer of blogd"),
                (b"HTTP/1.1 400 Bad Request\r\n", "no answer of blogd"),
                (b"blogd-status 2 1 0 0\n", "no answer of blogd"),
                (b"blogd-status 1 1 -1 0\n", "no answer of blogd"),
                (b"blogd-status 1 1 99999999999999999999 0\n", "no answer"),
                (b"blogd-status 1 1 5 5\nhello", "cut short"),
                (b"blogd-status 1 1 5 5\nhellohello!", "cut short")]:
            child = subprocess.Popen(
                [blogd.BLOGCTL, "-s", path, "status"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            with server.accept()[0] as peer:
                peer.sendall(text)
            out, err = child.communicate(timeout=30)
            assert child.returncode == NO_ANSWER and out == b"", text
            assert says in err.decode(), (text, err)


def test_exit_status_says_how_it_is(t):
    """1 before there is a site, and after a failed update."""
    path = socket_path(t)
    made = t.repo()
    daemon = t.daemon(made.path, options={"control": path}, wait=False)
    daemon.wait_log("update failed")
    status, out, _ = blogctl("-s", path, "status")
    assert status == BAD and "site        none yet" in out, out
    assert re.search(r"^last update fetch-failed", out, re.M), out
    made.commit({"index": article("Index")})
    mark = daemon.mark()
    daemon.push_hook()
    commit = daemon.wait_serving(after=mark)
    assert blogctl("-s", path, "status")[0] == GOOD
    made.git("update-ref", "-d", "refs/heads/main")
    mark = daemon.mark()
    daemon.push_hook()
    daemon.wait_log("update failed", after=mark)
    status, out, _ = blogctl("-s", path, "status")
    assert status == BAD, out
    found = told(t)
    assert found["site"]["commit"] == commit and not found["good"]
    assert found["last_update"]["result"] == "fetch-failed"
    assert found["last_update"]["reason"] in " ".join(daemon.lines())
    assert found["updates"]["ok"] == 1 and found["updates"]["fetch-failed"] >= 2


# ------------------------------------------------------------- counters --

def requests(found, protocol="h1"):
    return {int(k): v for k, v in found["requests"][protocol].items()}


def test_counts_match_what_was_asked_for(t):
    daemon = serve(t)
    with daemon.connect() as connection:
        page = connection.fetch("/")
        tag = page.get("ETag")
        assert connection.fetch("/", fields=[(
            "If-None-Match", tag)]).status == 304
        assert connection.fetch("/", "HEAD").status == 200
        assert connection.fetch("/none").status == 404
        assert connection.fetch("/", "DELETE").status == 405
        assert connection.fetch("/", fields=[("A B", "x")]).status == 400
    with daemon.connect_plain() as connection:
        assert connection.fetch("/").status == 301
    want = {200: 2, 304: 1, 404: 1, 405: 1, 400: 1, 301: 1}
    found = wait_told(t, lambda s: requests(s) == want, "requests")
    found = wait_told(t, lambda s: s["readers"]["open"] == 0, "open")
    readers = found["readers"]
    assert readers["connections"] == 2
    assert readers["handshakes"] == 1 and readers["resumptions"] == 0
    assert readers["timeouts"] == readers["evicted"] == 0
    assert readers["body_bytes"] > len(page.body)


def test_open_connections(t):
    daemon = serve(t)
    held = [daemon.connect() for _ in range(3)]
    wait_told(t, lambda s: s["readers"]["open"] == 3, "three open")
    for connection in held:
        connection.close()
    wait_told(t, lambda s: s["readers"]["open"] == 0, "none open")


def test_resumed_and_failed_handshakes(t):
    daemon = serve(t)
    context = client.tls_context()
    with client.Connection(daemon.https, context) as first:
        first.fetch("/")
        session = first.socket.session
    with client.Connection(daemon.https, context, session=session) as second:
        assert second.socket.session_reused
        second.fetch("/")
    with client.Connection(daemon.https) as plain:
        plain.send(b"GET / HTTP/1.1\r\n\r\n")
        plain.until_closed()
    with client.Connection(daemon.https) as gone:
        gone.send(b"\x16\x03\x01")
    try:
        old = client.tls_context()
        old.set_ciphers("AES128-SHA")
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        client.Connection(daemon.https, old)
        raise AssertionError("a handshake with a weak cipher went well")
    except (ssl.SSLError, ConnectionResetError):
        pass
    found = wait_told(
        t, lambda s: s["readers"]["handshake_failures"] == 3, "failures")
    readers = found["readers"]
    assert (readers["handshakes"], readers["resumptions"]) == (1, 1), readers


def test_timeouts(t):
    """Those in the middle of something; idle ones are none."""
    daemon = serve(t, options={"serve": {
        "handshake-timeout": "200ms", "header-timeout": "200ms",
        "idle-timeout": "200ms"}})
    with client.Connection(daemon.https) as silent, \
            daemon.connect_plain() as slow, daemon.connect_plain() as idle:
        slow.send("GET / HT")
        slow.until_closed()
        silent.until_closed()
        idle.until_closed()
        found = wait_told(
            t, lambda s: s["readers"]["timeouts"] == 2, "timeouts")
        assert requests(found) == {408: 1}


def test_evicted(t):
    daemon = serve(t, options={"serve": {"max-connections": 8}})
    held = [daemon.connect_plain() for _ in range(11)]
    wait_told(t, lambda s: s["readers"]["evicted"] == 3, "evicted")
    for connection in held:
        connection.close()


def test_killed_process_loses_no_count(t):
    daemon = serve(t)
    for number in 1, 2, 3:
        held = daemon.connect()
        assert held.fetch("/").status == 200
        before = wait_told(
            t, lambda s: requests(s).get(200) == number, "request")
        assert before["readers"]["open"] == 1
        pid, = daemon.children("serve")
        os.kill(pid, signal.SIGKILL)
        after = wait_told(
            t, lambda s: s["restarts"]["serve"] == number and any(
                p["role"] == "serve" and p["ready"] and p["pid"] != pid
                for p in s["processes"]), "restart")
        assert requests(after) == {200: number}
        assert after["readers"]["open"] == 0
        assert after["readers"]["handshakes"] == number
        held.close()


def test_restarts_are_counted_by_role(t):
    daemon = serve(t)
    daemon.settled()
    for role in "git", "keys":
        pid, = daemon.children(role)
        os.kill(pid, signal.SIGKILL)
        found = wait_told(t, lambda s: s["restarts"][role] == 1, role)
    assert found["restarts"] == {**dict.fromkeys(found["restarts"], 0),
                                 "git": 1, "keys": 1}


def test_generations_side_by_side(t):
    """An old process that drains and a new one count into the same sums."""
    daemon = serve(t, {"static/big": b"x" * 4000000})
    with daemon.connect_plain() as slow:
        slow.send("GET /none HTTP/1.1\r\nHost: x\r\n")
        wait_told(t, lambda s: s["readers"]["open"] == 1, "open")
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)
        assert daemon.get("/").status == 200
        found = wait_told(t, lambda s: requests(s) == {200: 1}, "new one's")
        assert found["readers"]["open"] >= 1
        assert sum(p["ending"] for p in found["processes"]
                   if p["role"] == "serve") == 1
        slow.send("\r\n")
        assert slow.response().status == 301
    wait_told(t, lambda s: requests(s) == {200: 1, 301: 1} and not any(
        p["ending"] for p in s["processes"]), "the old one's")
    found = wait_told(t, lambda s: s["readers"]["open"] == 0, "open")
    assert found["readers"]["connections"] == 2
    assert not any(found["restarts"].values()), found["restarts"]


def test_after_a_push(t):
    made = t.blog()
    daemon = t.daemon(made.path, options={"control": socket_path(t)})
    first = told(t)
    tip = made.commit({"Posts/Two": article("Two", "Body.\n")})
    daemon.update()
    found = wait_told(t, lambda s: s["site"]["commit"] == tip, "commit")
    assert found["site"]["articles"] == first["site"]["articles"] + 1
    assert found["site"]["age_s"] < 60
    assert abs(found["site"]["published"] - time.time()) < 60
    assert found["last_update"]["result"] == "ok"
    assert found["last_update"]["fetch_ms"] <= \
        found["last_update"]["update_ms"] < 60000
    assert found["renders"] == first["renders"] + 1
    daemon.push_hook()
    found = wait_told(
        t, lambda s: s["last_update"]["result"] == "unchanged", "unchanged")
    assert found["site"]["commit"] == tip and found["good"]


def maps(pid):
    """(permissions, size) of what it has mapped of the counters."""
    found = []
    for line in blogd.read("/proc/%d/maps" % pid).decode().splitlines():
        if "memfd:counters" in line:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            found.append((line.split()[1], end - start))
    return sorted(found)


def test_counters_have_one_writer(t):
    """A serve process can write its own part, and nobody else any; nobody but
    the parent keeps the descriptor, to map more of it."""
    if os.getuid() != 0:
        t.skip("reads /proc/PID/maps, which root may")
    daemon = serve(t, options={"serve": {"processes": 2}})
    whole = maps(daemon.pid)[-1][1]
    writable = set()
    for role, pids in daemon.settled().items():
        for pid in pids:
            held = maps(pid)
            names = [os.readlink("/proc/%d/fd/%s" % (pid, fd))
                     for fd in os.listdir("/proc/%d/fd" % pid)]
            assert not any("memfd:counters" in name for name in names), role
            if role != "serve":
                assert held == [], (role, held)
                continue
            assert sum(size for how, size in held) >= whole
            parts = [size for how, size in held if "w" in how]
            assert parts == [65536], held
            lines = [x for x in blogd.read("/proc/%d/maps" % pid)
                     .decode().splitlines()
                     if "memfd:counters" in x and "rw" in x.split()[1]]
            writable.add(lines[0].split()[2])
    assert len(writable) == 2, writable
