# SPDX-License-Identifier: ISC
"""The access log: what is in it, and that nobody waits for it."""
import json
import os
import re
import signal
import threading
import time

import blogd
import client
from harness import eventually

LINE = re.compile(
    r'(?P<address>\S+) - - \[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}:'
    r'\d\d:\d\d:\d\d \+0000)\] "(?P<request>[ !#-\[\]-~]|'
    r'(?:[ !#-\[\]-~]|\\x[0-9A-F]{2})*)" (?P<status>\d{3}) (?P<bytes>\d+) '
    r'"(?P<referer>(?:[ !#-\[\]-~]|\\x[0-9A-F]{2})*)" '
    r'"(?P<agent>(?:[ !#-\[\]-~]|\\x[0-9A-F]{2})*)"')


CUT = 1024 - 6 + 1  # where a target ends: an escape would still have room


def directory(t):
    """One that the daemon may write to after it has dropped root."""
    path = t.path("log")
    os.mkdir(path)
    blogd.give_to_daemon(path)
    return path


def logging(t, files=None, options=None, **log):
    """A daemon that logs, and the file."""
    path = os.path.join(directory(t), "access.log")
    made = {"log": {"access": path, **log}, **(options or {})}
    return t.serve(files, options=made), path


def text_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def lines(path, number):
    """Waits for so many lines; there must not be more."""
    eventually(lambda: text_of(path).count(b"\n") >= number, 20,
               "%d lines in %s" % (number, path))
    text = text_of(path)
    assert text.endswith(b"\n")
    found = text.split(b"\n")[:-1]
    assert len(found) == number, found
    return found


def parsed(path, number):
    found = [LINE.fullmatch(line.decode("ascii"))
             for line in lines(path, number)]
    assert all(found), text_of(path)
    return found


def test_off_by_default(t):
    daemon = t.serve()
    daemon.get("/")
    assert "log" not in daemon.children()
    assert not daemon.grep("GET /")


def test_combined(t):
    daemon, path = logging(t)
    fields = [("Referer", "https://a.example/x"), ("User-Agent", "first"),
              ("User-Agent", "second")]
    page = daemon.get("/Posts/One?q=1", fields=fields)
    with daemon.connect() as connection:
        connection.fetch("/Posts/One", "HEAD")
        connection.fetch("/nothing", "DELETE",
                         fields=[("Content-Length", "0")])
        connection.request("/", version="HTTP/1.0", host=None)
        connection.response()
    whole, head, delete, old = parsed(path, 4)
    assert whole["address"] == "127.0.0.0"
    assert whole["request"] == "GET /Posts/One?q=1 HTTP/1.1"
    assert whole["status"] == "200"
    assert int(whole["bytes"]) == len(page.body)
    assert whole["referer"] == "https://a.example/x"
    assert whole["agent"] == "first"
    then = time.strptime(whole["time"], "%d/%b/%Y:%H:%M:%S +0000")
    now = time.mktime(time.gmtime()) - time.mktime(then)
    assert -2 <= now <= 60, whole["time"]
    assert (head["request"], head["bytes"]) == ("HEAD /Posts/One HTTP/1.1",
                                                "0")
    assert head["referer"] == head["agent"] == "-"
    assert delete["request"] == "DELETE /nothing HTTP/1.1"
    assert old["request"] == "GET / HTTP/1.0"


def test_json(t):
    daemon, path = logging(t, format="json", address="whole")
    daemon.get("/Posts/One", fields=[("User-Agent", "x")])
    with daemon.connect() as connection:
        connection.send("nonsense\r\n\r\n")
        connection.response()
    good, bad = [json.loads(line) for line in lines(path, 2)]
    assert list(good) == ["time", "address", "method", "target", "protocol",
                          "status", "bytes", "referer", "agent"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", good["time"])
    assert good["address"] == "127.0.0.1"
    assert (good["method"], good["target"], good["protocol"]) == \
        ("GET", "/Posts/One", "HTTP/1.1")
    assert good["status"] == 200 and good["bytes"] > 0
    assert good["referer"] is None and good["agent"] == "x"
    assert bad["status"] == 400 and bad["method"] is None


def test_what_cannot_be_read(t):
    """One line for each answer, whatever was asked."""
    daemon, path = logging(t, options={"serve": {
        "header-timeout": "200ms", "body-timeout": "200ms"}})
    long = "/" + "a" * 9000
    agent = "User-Agent: x\r\n"
    asked = [
        ("nonsense\r\n\r\n", "-", "400", "-"),
        ("GET /\r\n\r\n", "GET / -", "400", "-"),
        ("GET / HTTP/1.1\r\n" + agent + "Host : a\r\n\r\n",
         "GET / HTTP/1.1", "400", "x"),
        ("BREW /pot HTCPCP/1.0\r\n\r\n", "BREW /pot HTCPCP/1.0", "400", "-"),
        ("GET / HTTP/2.7\r\n\r\n", "GET / HTTP/2.7", "505", "-"),
        ("GET %s HTTP/1.1\r\n\r\n" % long,
         "GET %s HTTP/1.1" % long[:CUT], "414", "-"),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + agent + "A: b\r\n" * 101,
         "GET / HTTP/1.1", "431", "x"),
        ("POST /push HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n" +
         agent + "\r\n", "POST /push HTTP/1.1", "413", "x"),
        ("GET / HTTP/1.1\r\nHo", "GET / HTTP/1.1", "408", "-"),
        ("POST /push HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n" +
         agent + "\r\nabc", "POST /push HTTP/1.1", "408", "x")]
    for text, *_ in asked:
        with daemon.connect() as connection:
            connection.send(text)
            assert connection.response().status >= 400
    found = parsed(path, len(asked))
    for m, (_, *wanted) in zip(found, asked):
        assert [m["request"], m["status"], m["agent"]] == wanted


HOSTILE = [
    '" 200 0 "-" "x', "\\", "\\x22", "\x1b[2J\x1b]0;title\x07", "a\tb",
    "\x7f", "\x9b31m", "\xff\xfe", "\xc3\xa9", "\xed\xa0\x80", "'; DROP",
    "${jndi:ldap://a}", "%0d%0aInjected: line", "\u0085next",
]


def hostile(daemon):
    """Bytes that a header may hold, and those that it may not."""
    sent = 0
    for text in HOSTILE:
        for name in ["Referer", "User-Agent"]:
            with daemon.connect() as connection:
                connection.request("/", fields=[(name, text)])
                connection.response()
                sent += 1
    for text in ["a\nb", "a\rb", "a\0b", "a\r\n\r\nGET /x HTTP/1.1\r\n"]:
        with daemon.connect() as connection:
            connection.send(("GET / HTTP/1.1\r\nHost: a\r\nReferer: %s\r\n\r\n"
                             % text).encode("latin-1"))
            connection.until_closed()
    return sent


def test_injection_into_combined(t):
    daemon, path = logging(t, address="none")
    sent = hostile(daemon)
    time.sleep(1)
    found = text_of(path)
    assert all(c == 10 or 0x20 <= c < 0x7f for c in found)
    matched = [LINE.fullmatch(line) for line
               in found.decode("ascii").split("\n")[:-1]]
    assert all(matched), found
    assert len(matched) >= sent + 4
    assert all(m["address"] == "-" for m in matched)
    # The text behind an empty line was sent as another request.
    assert {m["status"] for m in matched
            if m["request"] == "GET /x HTTP/1.1"} == {"400"}


def test_injection_into_json(t):
    daemon, path = logging(t, format="json")
    sent = hostile(daemon)
    time.sleep(1)
    found = text_of(path).decode("utf-8").split("\n")[:-1]
    assert len(found) >= sent + 4
    said = set()
    for line in found:
        assert line.isprintable(), line
        entry = json.loads(line)
        said |= {entry["referer"], entry["agent"]}
    for text in HOSTILE:
        if text.isascii() and "\x7f" not in text and "\x1b" not in text:
            assert text in said, text


def test_long_fields_are_cut(t):
    daemon, path = logging(t)
    daemon.get("/" + "t" * 2000, fields=[("Referer", "r" * 2000),
                                         ("User-Agent", '"' * 2000)])
    found, = parsed(path, 1)
    assert len(found[0]) < 3500
    assert found["referer"].startswith("r" * 1000)
    assert found["agent"].startswith("\\x22" * 250)


def test_to_standard_error(t):
    daemon = t.serve(options={"log": {"access": "stderr"}})
    daemon.get("/", fields=[("User-Agent", "someone")])
    match = daemon.wait_log(r'GET / HTTP/1\.1.*"someone"')
    assert LINE.fullmatch(match.string)


def test_no_standard_error_in_the_background(t):
    made = t.blog()
    conf = t.write("blogd.conf", blogd.configuration(
        made.path, options={"log": {"access": "stderr"}}, https=False,
        url="http://blog.example"))
    status, _, _ = blogd.run("-f", conf)
    assert status == 1


def test_reopened_on_sigusr1(t):
    """Nothing is lost and nothing comes twice."""
    daemon, path = logging(t)
    load = client.Load(daemon.connect, ["/", "/Posts/One"], 2)
    for number in range(3):
        time.sleep(0.3)
        os.rename(path, "%s.%d" % (path, number))
        mark = daemon.mark()
        daemon.signal(signal.SIGUSR1)
        eventually(lambda: os.path.exists(path))
        daemon.wait_log("log is ready", after=mark)
    load.stop()
    assert not load.failures, load.failures[:3]

    def written():
        return sum(text_of(path + end).count(b"\n")
                   for end in ["", ".0", ".1", ".2"])
    eventually(lambda: written() >= load.count)
    time.sleep(1)
    assert written() == load.count
    for end in ["", ".0", ".1", ".2"]:
        for line in text_of(path + end).decode().split("\n")[:-1]:
            assert LINE.fullmatch(line), line


class Numbered:
    """Clients that never ask for the same twice; what each asked for, once it
    is answered."""

    def __init__(self, daemon, clients=4):
        self.daemon = daemon
        self.answered = set()
        self.failures = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,))
                        for n in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        asked = 0
        while not self.stopping.is_set():
            try:
                with self.daemon.connect_plain() as connection:
                    for _ in range(20):
                        target = "/?%d-%d" % (number, asked)
                        asked += 1
                        assert connection.fetch(target).status == 301
                        self.answered.add(target)
            except (OSError, client.Closed, AssertionError) as error:
                self.failures.append(repr(error))
                return

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)


def test_two_processes_write_one_file(t):
    """Whole lines, each once, while it is rotated under both."""
    daemon, path = logging(t, options={"serve": {"processes": 2}})
    parts = [path] + ["%s.%d" % (path, n) for n in range(5)]
    serving = daemon.children("serve")
    load = Numbered(daemon)
    try:
        for part in parts[1:]:
            time.sleep(0.3)
            os.rename(path, part)
            mark = daemon.mark()
            daemon.signal(signal.SIGUSR1)
            daemon.wait_log("log is ready", after=mark)
    finally:
        load.stop()
    assert not load.failures, load.failures[:3]

    def found():
        return b"".join(text_of(part) for part in parts)
    eventually(lambda: found().count(b"\n") >= len(load.answered), 20)
    time.sleep(1)
    matched = [LINE.fullmatch(line)
               for line in found().decode("ascii").split("\n")[:-1]]
    assert all(matched)
    logged = [m["request"].split()[1] for m in matched]
    assert len(logged) == len(set(logged)) and set(logged) == load.answered
    assert all(text_of(part) for part in parts[1:])
    assert daemon.children("serve") == serving and len(serving) == 2


def test_that_cannot_be_reopened(t):
    daemon, path = logging(t)
    os.rename(path, path + ".1")
    os.mkdir(path)
    daemon.signal(signal.SIGUSR1)
    daemon.wait_log("cannot open the access log .*; the old one stays")
    daemon.get("/")
    parsed(path + ".1", 1)


def test_that_cannot_be_opened(t):
    made = t.blog()
    daemon = t.daemon(made.path, wait=False, options={
        "log": {"access": t.path("none", "access.log")}})
    assert daemon.wait_exit() == 1
    assert daemon.grep("cannot open the access log")


def test_links_and_pipes_are_not_followed(t):
    where = directory(t)
    link = os.path.join(where, "link")
    pipe = os.path.join(where, "pipe")
    target = t.write("target", "", 0o666)
    os.symlink(target, link)
    os.mkfifo(pipe)
    blogd.give_to_daemon(pipe)
    made = t.blog()
    for path in [link, pipe]:
        daemon = t.daemon(made.path, wait=False,
                          options={"log": {"access": path}})
        assert daemon.wait_exit() == 1
        assert daemon.grep("cannot open the access log")


def test_reload_changes_it(t):
    daemon, path = logging(t)
    made = t.path("blog.git")
    daemon.get("/")
    parsed(path, 1)
    for log, role in [({}, 0), ({"access": path, "format": "json"}, 1)]:
        daemon.configure(blogd.configuration(
            made, options={"log": log}, certificate=daemon.certificate))
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)
        eventually(lambda: len(daemon.children("serve")) == 1)
        eventually(lambda: len(daemon.children("log")) == role)
        daemon.get("/")
    assert json.loads(lines(path, 2)[1])["target"] == "/"


test_reload_changes_it.timeout = 120


# ------------------------------------------------- nobody waits for the log --

def test_stopped_log_stops_nobody(t):
    daemon, path = logging(t)
    log, = daemon.children("log")
    os.kill(log, signal.SIGSTOP)
    answered = 0
    agent = [("User-Agent", "a" * 900)]
    with daemon.connect() as connection:
        for _ in range(4000):
            connection.request("/nothing", "HEAD", fields=agent)
            assert connection.response("HEAD").status == 404
            answered += 1
        time.sleep(0.6)
        os.kill(log, signal.SIGCONT)
        eventually(lambda: len(text_of(path)) > 0)
        end = time.monotonic() + 20
        while not daemon.grep("lines of the access log were dropped"):
            assert time.monotonic() < end
            connection.fetch("/")
            answered += 1
            time.sleep(0.1)
    time.sleep(1)
    dropped = sum(int(re.search(r"(\d+) lines of", line).group(1))
                  for line in daemon.grep("lines of the access log were"))
    found = text_of(path).decode().split("\n")
    assert found.pop() == ""
    assert all(LINE.fullmatch(line) for line in found)
    assert dropped > 0 and len(found) + dropped == answered


def test_killed_log(t):
    """It comes back; what was under way to it is not lost."""
    daemon, path = logging(t)
    daemon.get("/")
    parsed(path, 1)
    for _ in range(2):
        log, = daemon.children("log")
        os.kill(log, signal.SIGSTOP)
        with daemon.connect() as connection:
            for _ in range(50):
                assert connection.fetch("/").status == 200
        time.sleep(0.8)  # longer than a batch waits
        mark = daemon.mark()
        os.kill(log, signal.SIGKILL)
        daemon.wait_log("log is ready", after=mark)
    parsed(path, 101)


def test_full_disk(t):
    """In the form of a limit on the size of files: it is told once, serving
    goes on, and a line that was cut stays one line."""
    path = os.path.join(directory(t), "access.log")
    size = 1 << 30  # more than any memory that is shared
    with open(path, "wb") as out:
        out.truncate(size - 50)
    blogd.give_to_daemon(path)
    daemon = t.serve(options={"log": {"access": path}},
                     wrapper=["sh", "-c", 'prlimit --fsize=%d "$@"; exit $?'
                              % size, "sh"])
    for _ in range(3):
        assert daemon.get("/").status == 200
        time.sleep(0.6)
    assert len(daemon.grep("cannot write the access log")) == 1
    assert os.path.getsize(path) == size
    os.truncate(path, size - 500)
    daemon.get("/")
    daemon.wait_log("3 lines of the access log could not be written")
    with open(path, "rb") as log:
        log.seek(size - 500)
        first, second = log.read().decode().splitlines()
    assert first == "" and LINE.fullmatch(second)


def test_killed_serve_spoils_no_line(t):
    daemon, path = logging(t, options={"serve": {"processes": 2}})
    load = client.Load(daemon.connect, ["/"], 4)
    for _ in range(3):
        time.sleep(0.3)
        os.kill(daemon.children("serve")[0], signal.SIGKILL)
        eventually(lambda: len(daemon.children("serve")) == 2)
    load.stop()
    time.sleep(1)
    found = text_of(path).decode().split("\n")
    assert found.pop() == ""
    assert len(found) > 0 and all(LINE.fullmatch(line) for line in found)


def test_last_lines_are_written_at_the_end(t):
    daemon, path = logging(t)
    for _ in range(5):
        daemon.get("/")
    daemon.stop()
    parsed(path, 5)


def test_stopped_log_does_not_keep_blogd_from_ending(t):
    daemon, _ = logging(t)
    os.kill(daemon.children("log")[0], signal.SIGSTOP)
    daemon.get("/")
    daemon.stop()


# -------------------------------------------------------------- the process --

def test_its_rights(t):
    """No network, and no file but the log."""
    daemon, path = logging(t)
    log, = daemon.children("log")
    status = blogd.status_of(log)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    if os.getuid() == 0:
        held = {os.readlink("/proc/%d/fd/%s" % (log, fd))
                for fd in os.listdir("/proc/%d/fd" % log)}
        assert {x for x in held if x.startswith("/")} == {"/dev/null", path}
        mode = os.stat(path).st_mode & 0o777
        assert mode & 0o037 == 0, oct(mode)
