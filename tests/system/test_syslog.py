# SPDX-License-Identifier: ISC
"""The log on its way to a syslog server, which may not be there."""
import os
import re
import signal
import socket
import threading
import time

import blogd
import servers
from harness import eventually

# RFC 5424 section 6, as far as blogd uses it.
MESSAGE = re.compile(
    r"<(?P<priority>\d{1,3})>1 "
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) "
    r"(?P<host>[!-~]{1,255}) blogd (?P<pid>\d+) (?P<role>[a-z]+) - "
    r"\ufeff?(?P=role): (?P<text>[^\0-\x1f\x7f-\x9f]*)")

DAEMON, ERROR, NOTICE = 3 << 3, 3, 5


class Server:
    """A syslog server, or nobody at its port before it is opened."""

    def __init__(self, family=socket.AF_INET, port=0):
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self.socket.bind((host, port))
        self.port = self.socket.getsockname()[1]
        self.address = ("[%s]:%d" if ":" in host else "%s:%d") % (
            host, self.port)
        self.messages = []
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        while True:
            datagram = self.socket.recv(65536)
            if datagram == b"end":
                return
            self.messages.append(datagram)

    def stop(self):
        self.socket.sendto(b"end", self.socket.getsockname())

    def found(self, pattern):
        """The messages so far whose text fits; all must be well-formed."""
        found = []
        for datagram in list(self.messages):
            assert len(datagram) <= 1180, datagram
            message = MESSAGE.fullmatch(datagram.decode("utf-8"))
            assert message, datagram
            if re.search(pattern, message["text"]):
                found.append(message)
        return found

    def wait(self, pattern):
        return eventually(lambda: self.found(pattern), 60,
                          "message %r" % pattern)[0]


def server(t, **options):
    return t.started(Server(**options))


def to(address):
    return {"log": {"syslog": address}}


def closed_port():
    """A port on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_start_update_and_error_arrive(t):
    receiver = server(t)
    made = t.blog()
    daemon = t.daemon(made.path, options=to(receiver.address))
    serving = receiver.wait("^serving commit ")
    assert serving["host"] == socket.gethostname()
    assert serving["pid"] == str(daemon.pid)
    assert serving["role"] == "parent"
    assert int(serving["priority"]) - DAEMON in (NOTICE, NOTICE + 1)
    age = time.time() - time.mktime(time.strptime(
        serving["time"][:19] + " UTC", "%Y-%m-%dT%H:%M:%S %Z")) \
        + time.timezone
    assert -2 < age < 120, serving["time"]
    commit = made.commit({"new.md": "new\n"})
    daemon.update()
    receiver.wait("^serving commit %s" % commit[:12])
    serve, = daemon.children("serve")
    os.kill(serve, signal.SIGKILL)
    failed = receiver.wait(r"^serve \(process %d\) was ended" % serve)
    assert int(failed["priority"]) == DAEMON | ERROR
    daemon.stop()
    receiver.wait("^stopped$")


def test_ordinary_log_has_the_same_lines(t):
    receiver = server(t)
    daemon = t.serve(options=to(receiver.address))
    daemon.settled()
    daemon.stop()
    receiver.wait("^stopped$")
    said = {"blogd: %s: %s" % (m["role"], m["text"])
            for m in receiver.found("")}
    logged = daemon.lines()
    assert said <= set(logged), said - set(logged)
    begin = next(i for i, line in enumerate(logged)
                 if "the log goes to" in line)
    assert set(logged[begin:]) <= said, set(logged[begin:]) - said
    roles = {m["role"] for m in receiver.found("")}
    assert {"parent", "git"} <= roles, roles


def test_text_beyond_ascii_is_marked(t):
    receiver = server(t)
    t.serve({"caf\u00e9.md": "---\ndate: nonsense\n---\nx\n"},
            options=to(receiver.address))
    receiver.wait("caf\u00e9")
    for datagram in receiver.messages:
        mark = b" - \xef\xbb\xbf" in datagram
        assert mark == (not datagram.isascii()), datagram


def test_over_ipv6(t):
    receiver = server(t, family=socket.AF_INET6)
    t.serve(options=to(receiver.address))
    receiver.wait("^serving commit ")


def test_failed_start_arrives(t):
    taken = t.started(servers.RawServer(lambda c, s: None))
    receiver = server(t)
    daemon = t.serve(wait=False, https=False, url="http://blog.example",
                     options={"http": ["127.0.0.1:%d" % taken.port],
                              **to(receiver.address)})
    assert daemon.wait_exit() == 1
    failed = receiver.wait("cannot listen")
    assert int(failed["priority"]) == DAEMON | ERROR


def test_in_the_background(t):
    receiver = server(t)
    conf = t.write("blogd.conf", blogd.configuration(
        t.blog().path, https=False, url="http://blog.example",
        options=to(receiver.address)))
    status, _, errors = blogd.run("-f", conf)
    assert status == 0, errors
    pid = int(receiver.wait("^serving commit ")["pid"])
    os.kill(pid, signal.SIGTERM)
    receiver.wait("^stopped$")
    eventually(lambda: not blogd.alive(pid), 20, "the end")


def test_nobody_there_disturbs_nothing(t):
    port = closed_port()
    address = "127.0.0.1:%d" % port
    made = t.blog()
    daemon = t.daemon(made.path, options=to(address))
    for n in range(3):
        made.commit({"new%d.md" % n: "new\n"})
        daemon.update()
        assert daemon.get("/").status == 200
    told = daemon.grep("does not take the log")
    assert len(told) == 1 and "Connection refused" in told[0], told
    # Once it is there it gets what is said from then on.
    receiver = server(t, port=port)
    made.commit({"late.md": "late\n"})
    commit = daemon.update()
    receiver.wait("^serving commit %s" % commit)
    # All is well when nothing was refused for ten seconds.
    time.sleep(10)
    made.commit({"later.md": "later\n"})
    daemon.update()
    again = receiver.wait("takes the log again; [1-9]\\d* lines or more")
    assert daemon.grep(re.escape(again["text"]))


def test_no_network_disturbs_nothing(t):
    """Such as a unit may have it, without even sockets of that family."""
    own = () if os.getuid() == 0 else ("--user", "--map-current-user")
    if own and not blogd.user_namespaces():
        t.skip("this host allows no user namespaces")
    daemon = t.daemon(t.blog().path, wait=False, https=False, http=False,
                      url="http://blog.example",
                      wrapper=("unshare", "--net", *own),
                      options={"http": ["127.0.0.1:0"],
                               **to("192.0.2.1:514")})
    daemon.wrapped = False  # unshare executes
    daemon.wait_serving()
    told = daemon.grep("192.0.2.1:514 does not take the log")
    assert len(told) == 1 and "unreachable" in told[0], told


def test_reload_goes_to_another_server(t):
    first, second = server(t), server(t)
    made = t.blog()
    daemon = t.daemon(made.path, options=to(first.address))
    first.wait("^serving commit ")

    def reload(address):
        mark = daemon.mark()
        daemon.configure(blogd.configuration(
            made.path, options=to(address),
            certificate=daemon.certificate))
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)

    reload(second.address)
    second.wait("^reloaded$")
    assert not first.found("^reloaded$")
    reload("off")
    second.wait("gets no more lines")
    before = len(second.messages)
    made.commit({"new.md": "new\n"})
    daemon.update()
    assert len(second.messages) == before
    reload(first.address)
    first.wait("^reloaded$")


def test_a_name_is_refused_with_advice(t):
    daemon = t.serve(wait=False, options=to("log.example:514"))
    assert daemon.wait_exit() == 1
    assert daemon.grep("syslog: \"log.example:514\" is no address")
