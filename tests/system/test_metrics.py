# SPDX-License-Identifier: ISC
"""Counters as Prometheus reads them."""
import os
import re
import signal
import socket
import time

import blogd
import client
from repo import article
from test_log import directory, lines
from test_proxy import Behind
from test_status import requests, serve, told, wait_told

METRICS = {"metrics": "127.0.0.1:0"}


def metrics_address(daemon):
    match = daemon.wait_log(r"metrics on http://127\.0\.0\.1:(\d+)/metrics")
    return "127.0.0.1", int(match.group(1))


def scrape(daemon):
    with client.Connection(metrics_address(daemon)) as connection:
        found = connection.fetch("/metrics")
    assert found.status == 200
    assert found.get("Content-Type") == \
        "text/plain; version=0.0.4; charset=utf-8"
    return parse(found.text)


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(
    r'(%s)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*",?)+)\})?'
    r' (\d+(?:\.\d+)?)' % NAME)


def parse(text):
    """Prometheus' text format 0.0.4, strictly: {(name, labels): value}."""
    assert text.endswith("\n") and "\r" not in text
    found, described, name, kind = {}, set(), None, None
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# HELP "):
            _, _, name, help_text = line.split(" ", 3)
            assert re.fullmatch(NAME, name) and help_text, line
            assert name not in described, "twice: " + line
            described.add(name)
            line = next(lines)
            kind = re.fullmatch(r"# TYPE %s (counter|gauge)" % name, line)
            assert kind, line
            kind = kind.group(1)
            assert name.endswith("_total") == (kind == "counter"), line
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and sample.group(1) == name, line
        key = (name, sample.group(2) or "")
        assert key not in found, "twice: " + line
        found[key] = float(sample.group(3))
    return found


def test_metrics(t):
    daemon = serve(t, options=METRICS)
    commit = daemon.wait_serving()
    for target in "/", "/", "/none":
        daemon.get(target)
    found = scrape(daemon)
    both = 'protocol="h1",status="%d"'
    assert found["blogd_requests_total", both % 200] == 2
    assert found["blogd_requests_total", both % 404] == 1
    assert sum(n for (name, _), n in found.items()
               if name == "blogd_requests_total") == 3
    assert found["blogd_snapshot_info", 'commit="%s"' % commit] == 1
    assert found["blogd_handshakes_total", ""] == 3
    assert found["blogd_last_update_success", ""] == 1
    assert found["blogd_process_restarts_total", 'role="serve"'] == 0
    for name in "blogd_snapshot_timestamp_seconds", \
            "blogd_start_time_seconds", "blogd_last_update_timestamp_seconds":
        assert abs(found[name, ""] - time.time()) < 60, name
    assert len(found) > 25
    again = scrape(daemon)
    assert again["blogd_requests_total", both % 200] == 2
    said = told(t)
    assert said["readers"]["handshakes"] == 3


def test_metrics_before_the_first_site(t):
    daemon = t.daemon(t.repo().path, options=METRICS, wait=False)
    daemon.wait_log("update failed")
    found = scrape(daemon)
    assert found["blogd_last_update_success", ""] == 0
    assert not any(name.startswith("blogd_snapshot") for name, _ in found)


def test_metrics_of_all_processes(t):
    """Whichever answers tells the sum of all, and after a reload and the end
    of a process no number is less."""
    daemon = serve(t, options={**METRICS, "serve": {"processes": 2}})
    held = [daemon.connect() for _ in range(20)]
    for connection in held:
        assert connection.fetch("/").status == 200
    key = "blogd_requests_total", 'protocol="h1",status="200"'
    for _ in range(6):
        assert scrape(daemon)[key] == 20
    for connection in held:
        connection.close()
    os.kill(daemon.children("serve")[0], signal.SIGKILL)
    wait_told(t, lambda s: s["restarts"]["serve"] == 1 and
              sum(p["ready"] for p in s["processes"]
                  if p["role"] == "serve") == 2, "restart")
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reloaded", after=mark)
    found = scrape(daemon)
    assert found[key] == 20
    assert found["blogd_generation", ""] == 2
    assert found["blogd_process_restarts_total", 'role="serve"'] == 1


def ask(address):
    """The samples, from a TCP port or a Unix socket."""
    with Behind(address, b"") as connection:
        found = connection.fetch("/metrics")
    assert found.status == 200, found
    return parse(found.text)


def test_metrics_while_processes_come_and_go(t):
    """On TCP each process has a socket, on a Unix socket they share one."""
    unix = "unix:" + os.path.join(directory(t), "metrics")
    for where in "127.0.0.1:0", unix:
        daemon = serve(t, options={"metrics": where,
                                   "serve": {"processes": 2}})
        assert daemon.grep("metrics on http://")
        check_come_and_go(daemon, unix[5:] if where == unix
                          else metrics_address(daemon))
        daemon.stop()
    assert os.listdir(t.path("log")) == []


def check_come_and_go(daemon, address):
    key = "blogd_requests_total", 'protocol="h1",status="200"'
    for _ in range(10):
        daemon.get("/")
    for pid in daemon.children("serve"):
        mark = daemon.mark()
        os.kill(pid, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        for _ in range(10):
            assert ask(address)[key] == 10
        daemon.wait_log("serve is ready", after=mark)
    with open(daemon.conf_path) as file:
        text = file.read()
    off = re.sub("metrics = .*", 'metrics = "off"', text)
    for generation, conf in enumerate([text, off, off, text], 2):
        daemon.configure(conf)
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)
        if conf == off:
            try:
                ask(address)
                raise AssertionError("it is still there")
            except (OSError, client.Closed):
                continue
        if isinstance(address, tuple) and generation > 2:  # on another port
            match = daemon.wait_log(r"metrics on http://127\.0\.0\.1:(\d+)/",
                                    after=mark)
            address = "127.0.0.1", int(match.group(1))
        for _ in range(10):
            found = ask(address)
            assert found[key] == 10
            assert found["blogd_generation", ""] == generation


def test_metrics_are_not_logged_nor_counted(t):
    """As requests; their connections are, for they take a reader's place."""
    path = os.path.join(directory(t), "access.log")
    daemon = serve(t, options={**METRICS, "log": {"access": path}})
    for target in "/metrics", "/other":
        with client.Connection(metrics_address(daemon)) as connection:
            connection.fetch(target)
    with client.Connection(metrics_address(daemon)) as connection:
        connection.send("nonsense\r\n\r\n")
        assert connection.response().status == 400
    assert daemon.get("/").status == 200
    line, = lines(path, 1)
    assert b"GET / HTTP/1.1" in line
    assert requests(told(t)) == {200: 1}
    assert told(t)["readers"]["connections"] == 4


def test_metrics_are_off_by_default(t):
    daemon = t.serve()
    assert not daemon.grep("metrics on")
    assert daemon.get("/metrics").status == 404
    with daemon.connect_plain() as connection:
        assert connection.fetch("/metrics").status == 301


def test_metrics_have_an_address_of_their_own(t):
    """Nothing but /metrics there, and that nowhere else."""
    daemon = serve(t, {"Posts/One": article("One")}, options=METRICS)
    assert daemon.get("/metrics").status == 404
    with daemon.connect_plain() as connection:
        assert connection.fetch("/metrics").status == 301
    with client.Connection(metrics_address(daemon)) as connection:
        for target in "/", "/Posts/One", "/push", "/metrics/", "/metricsx", \
                "//metrics", "/x?/metrics", "/.":
            found = connection.fetch(target)
            assert found.status == 404, (target, found)
        assert connection.fetch("/metrics?x=y").status == 200
        head = connection.fetch("/metrics", "HEAD")
        assert head.status == 200 and int(head.get("Content-Length")) > 1000
        found = connection.fetch("/metrics", "DELETE")
        assert found.status == 405 and found.get("Allow") == "GET, HEAD"
        assert connection.fetch("/metrics", "BREW").status == 501
        assert connection.fetch("/metrics").status == 200
    with client.Connection(metrics_address(daemon)) as connection:
        assert connection.fetch("/metrics", fields=[
            ("A B", "x")]).status == 400
    # None of them was a reader's.
    assert requests(told(t)) == {404: 1, 301: 1}


def test_metrics_pipelined_without_reading(t):
    """What waits for a slow reader is bounded, and harms nobody."""
    daemon = serve(t, options=METRICS)
    with client.Connection(metrics_address(daemon)) as slow:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.socket.settimeout(1)
        try:
            for _ in range(2000):
                slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        except (TimeoutError, socket.timeout):
            pass
        assert daemon.get("/").status == 200
        assert scrape(daemon)["blogd_connections_open", ""] >= 2
        slow.socket.settimeout(60)
        for _ in range(20):
            parse(slow.response().text)


def test_open_address_must_be_meant(t):
    path = t.write("blogd.conf", blogd.configuration(
        t.path("blog.git"), https=False, options={"metrics": "9100"},
        url="http://blog.example"))
    status, _, err = blogd.run("-n", "-f", path)
    assert status == 1
    assert 'metrics: "9100" would be open to everybody' in err, err
