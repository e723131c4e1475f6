# SPDX-License-Identifier: ISC
"""Under systemd, whose part manager.py plays: sockets, names, the watchdog, the
store of descriptors, credentials."""
import fcntl
import mmap
import os
import signal
import socket
import threading
import time

import blogd
import client
import manager
import servers
from harness import eventually
from manager import listening
from repo import article


def passed_daemon(t, sockets, files=None, **options):
    """A daemon that is given these (name, socket) and configured for them."""
    return t.daemon(t.blog(files).path, passed=sockets, **options)


def refused(t, sockets, words, **options):
    """A daemon that does not start with them, for a reason that says so."""
    daemon = passed_daemon(t, sockets, wait=False, **options)
    assert daemon.wait_exit() == 1
    assert daemon.grep(words), daemon.lines()


def fetch(port, tls=False, host="127.0.0.1"):
    context = client.tls_context() if tls else None
    with client.Connection((host, port), context) as connection:
        return connection.fetch("/")


PLAIN = {"https": False, "url": "http://blog.example"}


# ------------------------------------------------------------- activation --

def test_passed_sockets_take_the_place_of_bound_ones(t):
    https, http = listening(), listening()
    daemon = passed_daemon(t, [("https", https), ("http", http)])
    assert daemon.port("https") == https.getsockname()[1]
    assert daemon.port("http") == http.getsockname()[1]
    assert fetch(https.getsockname()[1], tls=True).status == 200
    assert fetch(http.getsockname()[1]).status == 301


def test_several_processes_share_a_passed_socket(t):
    http = listening()
    daemon = passed_daemon(t, [("http", http)], **PLAIN,
                           options={"serve": {"processes": 3}})
    serves = daemon.children("serve")
    assert len(serves) == 3
    os.kill(serves[0], signal.SIGSTOP)
    os.kill(serves[1], signal.SIGSTOP)
    for _ in range(20):  # whoever is left takes them all
        assert fetch(http.getsockname()[1]).status == 200
    os.kill(serves[0], signal.SIGCONT)
    os.kill(serves[1], signal.SIGCONT)


def test_passed_socket_of_both_families(t):
    both = listening(("::", 0), socket.AF_INET6, v6only=False)
    port = both.getsockname()[1]
    passed_daemon(t, [("http", both)], **PLAIN,
                  options={"http": ["*:%d" % port]})
    assert fetch(port).status == 200
    assert fetch(port, host="::1").status == 200


def test_passed_unix_sockets(t):
    path, control = t.path("http.sock"), t.path("control.sock")
    http = listening(path, socket.AF_UNIX)
    asked = listening(control, socket.AF_UNIX)
    daemon = passed_daemon(
        t, [("http", http), ("control", asked)], **PLAIN,
        options={"http": ["unix:" + path], "control": control})
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(60)
        peer.connect(path)
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n"
                     b"Connection: close\r\n\r\n")
        assert peer.recv(100).startswith(b"HTTP/1.1 200")
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(60)
        peer.connect(control)
        assert peer.recv(100).startswith(b"blogd-status ")
    daemon.stop()
    # They are systemd's: others may be waiting in them.
    assert os.path.exists(path) and os.path.exists(control)


def test_passed_metrics(t):
    http, metrics = listening(), listening()
    port = metrics.getsockname()[1]
    passed_daemon(t, [("http", http), ("metrics", metrics)], **PLAIN,
                  options={"metrics": "127.0.0.1:%d" % port})
    with client.Connection(("127.0.0.1", port)) as connection:
        assert "blogd_" in connection.fetch("/metrics").text


def test_who_waits_in_a_passed_socket_is_served(t):
    """Activation: the connection is older than the daemon."""
    http = listening()
    with client.Connection(http.getsockname()) as connection:
        connection.request("/")
        passed_daemon(t, [("http", http)], **PLAIN, wait=False)
        assert connection.response().status in (200, 503)


def test_reload_keeps_passed_sockets(t):
    http = listening()
    daemon = passed_daemon(t, [("http", http)], **PLAIN)
    for _ in range(2):
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)
        assert fetch(http.getsockname()[1]).status == 200
    with open(daemon.conf_path) as file:
        text = file.read()
    mark = daemon.mark()
    daemon.configure(text.replace("127.0.0.1:0", "127.0.0.1:1"))
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reload failed.*no socket that was passed as http is at "
                    "127.0.0.1:1", after=mark)
    assert fetch(http.getsockname()[1]).status == 200


def test_children_get_no_variable_and_no_other_descriptor(t):
    http, spare = listening(), listening()
    daemon = passed_daemon(t, [("http", http), ("https", spare)])
    # The broker is a copy of the parent.
    for pid in [p for role, found in daemon.settled().items()
                for p in found if role != "broker"]:
        text = blogd.read("/proc/%d/environ" % pid)
        assert b"LISTEN" not in text and b"NOTIFY" not in text, text
    inode = "socket:[%d]" % os.fstat(http.fileno()).st_ino
    holders = {blogd.role_of(pid) for pid in blogd.descendants(daemon.pid)
               if inode in links(pid)}
    assert holders == {"serve"}, holders


def links(pid):
    where = "/proc/%d/fd" % pid
    return [os.readlink(os.path.join(where, n)) for n in os.listdir(where)]


def test_variables_for_another_process_are_ignored(t):
    """An environment that was inherited from a service."""
    daemon = t.serve(env={"LISTEN_PID": "1", "LISTEN_FDS": "1",
                          "LISTEN_FDNAMES": "nonsense"})
    assert daemon.get("/").status == 200


# -------------------------------------------------------- wrong activation --

def test_passed_datagram_socket(t):
    refused(t, [("http", listening(kind=socket.SOCK_DGRAM, listen=False))],
            "passed as http has the wrong type: write ListenStream=", **PLAIN)


def test_passed_socket_that_does_not_listen(t):
    refused(t, [("http", listening(listen=False))],
            "passed as http does not listen", **PLAIN)


def test_passed_file(t):
    with open(t.write("file", "text")) as file:
        refused(t, [("http", file)], "passed as http is no socket", **PLAIN)


def test_passed_socket_of_a_wrong_family(t):
    refused(t, [("control", listening())],
            "passed as control is of the wrong address family", **PLAIN,
            options={"control": t.path("c")})


def test_passed_socket_elsewhere(t):
    other = listening()
    refused(t, [("http", other)],
            r"no socket that was passed as http is at 127\.0\.0\.1:1, one is "
            r"at 127\.0\.0\.1:%d" % other.getsockname()[1], **PLAIN,
            options={"http": ["127.0.0.1:1"]})


def test_passed_control_elsewhere(t):
    other = listening(t.path("other"), socket.AF_UNIX)
    refused(t, [("control", other)], "passed as control is at .*other",
            **PLAIN, options={"control": t.path("c")})


def test_passed_socket_that_nothing_is_configured_for(t):
    refused(t, [("https", listening())],
            "passed as https, at .*, is nowhere in blogd.conf", **PLAIN)


def test_passed_sockets_with_strange_names(t):
    for name in ["unknown", "HTTP", "https ", "connection", "dial"]:
        refused(t, [(name, listening())], "passed as", **PLAIN)


def test_passed_sockets_with_wrong_counts(t):
    """sd_listen_fds(3)'s variables, as nobody should set them."""
    script = t.write("start", "#!/bin/sh\nexport LISTEN_PID=$$\n"
                     "exec \"$@\"\n", 0o755)
    remote = t.blog().path
    for count, names in [("0", ""), ("-1", "http"), ("1x", "http"),
                         ("257", "http"), ("1", "http:http"), ("2", "http"),
                         ("1", ""), ("99999999999999999999", "http")]:
        daemon = t.daemon(remote, wrapper=(script,), wait=False, **PLAIN,
                          env={"LISTEN_FDS": count, "LISTEN_FDNAMES": names})
        assert daemon.wait_exit() == 1
        assert daemon.grep("LISTEN_FD"), daemon.lines()


# --------------------------------------------------------------- watchdog --

def watched(t, usec, **options):
    heard = t.started(manager.Manager(t.path("n")))
    daemon = t.serve(env=heard.environment(WATCHDOG_USEC=str(usec)), **options)
    return heard, daemon


def test_watchdog_is_told_that_all_is_well(t):
    heard, _ = watched(t, 200000)
    heard.wait_line("WATCHDOG=1", times=5)


def test_watchdog_hears_nothing_of_a_stuck_parent(t):
    heard, daemon = watched(t, 200000)
    heard.wait_line("WATCHDOG=1")
    daemon.signal(signal.SIGSTOP)
    eventually(lambda: blogd.status_of(daemon.pid)["State"][0] == "T",
               what="parent stopped")
    heard.forget()
    time.sleep(1)
    silent = heard.count("WATCHDOG=1")
    daemon.signal(signal.SIGCONT)
    heard.wait_line("WATCHDOG=1")
    assert silent == 0


def test_watchdog_hears_nothing_when_no_serve_answers(t):
    heard, daemon = watched(t, 200000)
    heard.wait_line("WATCHDOG=1")
    serve, = daemon.children("serve")
    os.kill(serve, signal.SIGSTOP)
    daemon.wait_log("no serve process answers")
    heard.forget()
    time.sleep(1)
    silent = heard.count("WATCHDOG=1")
    os.kill(serve, signal.SIGCONT)
    heard.wait_line("WATCHDOG=1")
    assert silent == 0


def test_watchdog_of_another_process(t):
    heard = t.started(manager.Manager(t.path("n")))
    t.serve(env=heard.environment(WATCHDOG_USEC="20000", WATCHDOG_PID="1"))
    heard.wait_line("READY=1")
    time.sleep(0.5)
    assert heard.count("WATCHDOG=1") == 0


# ------------------------------------------------------------------ store --

class Service:
    """A daemon whose manager keeps descriptors for it."""

    def __init__(self, t, files=None, **options):
        self.t = t
        self.manager = t.started(manager.Manager(t.path("n")))
        self.repo = t.blog(files)
        self.remote = self.repo.path
        self.options = options

    def start(self, extra=(), wait=True, **more):
        daemon = self.t.daemon(
            self.remote, passed=[*self.manager.kept(), *extra],
            env=self.manager.environment(), wait=wait,
            **{**self.options, **more})
        return daemon

    def stored(self, commit=""):
        self.manager.wait(
            lambda m: any(".%s" % commit in n for n in m.store
                          if n.startswith("site.")), "the site is kept")


def test_site_is_served_again_without_a_fetch(t):
    service = Service(t, {"Posts/One": article("One")})
    git = servers.GitDaemon(t.path("s"), t.dir)
    service.remote = git.url("blog.git")
    first = service.start()
    commit = first.wait_serving()
    service.stored(commit)
    page = first.page("/Posts/One")
    first.stop()
    git.stop()
    second = service.start()
    assert second.grep("serving commit %s: 2 articles.*kept over a restart"
                       % commit), second.lines()
    assert second.page("/Posts/One") == page
    second.wait_log("update failed")
    assert second.page("/Posts/One") == page
    tip = service.repo.commit({"Posts/Two": article("Two")})
    t.started(servers.GitDaemon(t.path("s"), t.dir, git.port))
    second.wait_serving(tip)  # it is tried again without being asked
    service.stored(tip)
    assert second.page("/Posts/Two")


def test_store_holds_one_site(t):
    """However often it changes, and its parts are used again."""
    service = Service(t, {"Posts/%d" % i: article("Post %d" % i)
                          for i in range(20)})
    daemon = service.start()
    for i in range(12):
        tip = service.repo.commit({"Posts/More-%d" % i: article("M%d" % i)})
        daemon.push_hook()
        daemon.wait_serving(tip)
        service.stored(tip)
        service.manager.wait(lambda m: len([
            n for n in m.store if n.startswith("site.")]) == 1, "one site")
        site, = service.manager.names("site.")
        parts = sorted("segment." + n for n in site.split(".")[8:])
        service.manager.wait(lambda m: sorted(
            n for n in m.store if n.startswith("segment.")) == parts,
            "its segments, and no others")
    daemon.stop()
    second = service.start()
    assert second.page("/Posts/More-11")


def test_kept_memory_is_sealed(t):
    service = Service(t)
    service.start()
    service.stored()
    for name, kept in service.manager.kept():
        if not name.startswith("listen."):
            seals = fcntl.fcntl(kept.fd, 1034)  # F_GET_SEALS
            assert seals & 15 == 15, (name, seals)


def test_bound_sockets_are_kept(t):
    service = Service(t, options={"serve": {"processes": 3}})
    first = service.start()
    port = first.port("https")
    service.manager.wait(lambda m: len([
        n for n in m.store if n.startswith("listen.https.")]) == 3, "sockets")
    first.stop()
    with client.Connection(("127.0.0.1", first.port("http"))) as waiting:
        waiting.request("/")
        second = service.start()
        assert waiting.response().status == 301
    assert second.port("https") == port
    assert second.get("/").status == 200
    assert len(service.manager.names("listen.https.")) == 3


def test_bound_sockets_that_do_not_fit_are_given_up(t):
    service = Service(t)
    first = service.start()
    service.manager.wait(lambda m: len([
        n for n in m.store if n.startswith("listen.")]) == 2, "sockets")
    before = service.manager.names("listen.http.")
    first.stop()
    second = service.start(options={"http": ["127.0.0.2:0"]})
    second.wait_log(r"listening on http://127\.0\.0\.2")
    service.manager.wait(lambda m: not set(before) & set(m.store),
                         "the old one is given up")
    assert second.get("/").status == 200


def refuse_kept(t, spoil, words):
    """What came back is spoilt: it is not served, and not kept any longer."""
    service = Service(t)
    first = service.start()
    service.stored()
    first.stop()
    old = service.manager.names("site.")
    spoil(service)
    second = service.start()
    second.wait_log(words)
    assert not second.grep("kept over a restart"), second.lines()
    assert second.get("/").status == 200
    service.manager.wait(lambda m: not set(old) & set(m.store), "given up")
    service.stored(second.wait_serving())


def rename(service, change):
    for name in service.manager.names("site."):
        service.manager.store[change(name)] = service.manager.store.pop(name)


def test_kept_site_of_another_version(t):
    refuse_kept(t, lambda s: rename(
        s, lambda n: n.replace("blogdsn3", "blogdsn0")), "another version")


def test_kept_site_of_other_settings(t):
    refuse_kept(t, lambda s: s.options.update(site={"name": "Another"}),
                "other settings")


def test_kept_site_with_a_part_missing(t):
    def spoil(service):
        for name in service.manager.names("segment."):
            service.manager.store.pop(name).close()
    refuse_kept(t, spoil, "a part of it is missing")


def memfd(content, seal):
    fd = os.memfd_create("x", os.MFD_ALLOW_SEALING)
    os.write(fd, content)
    if seal:
        fcntl.fcntl(fd, 1033, 15)  # F_ADD_SEALS
    return manager.Kept(fd)


def content(kept):
    with mmap.mmap(kept.fd, 0, prot=mmap.PROT_READ) as bytes_:
        return bytes_[:]


def replace(service, start, change, seal=True):
    for name in service.manager.names(start):
        old = service.manager.store[name]
        service.manager.store[name] = memfd(change(content(old)), seal)
        old.close()


def test_kept_site_that_is_not_sealed(t):
    refuse_kept(t, lambda s: replace(s, "segment.", lambda b: b, False),
                "memory is not sealed")


def test_kept_site_that_is_broken(t):
    """Sealed, but not what serve takes."""
    refuse_kept(t, lambda s: replace(s, "site.", lambda b: b[:-7]),
                "refused by serve")


def test_kept_site_of_another_format(t):
    """The name says one version, the content another."""
    refuse_kept(t, lambda s: replace(
        s, "site.", lambda b: b"blogdsn0" + b[8:]), "refused by serve")


def test_kept_things_with_names_that_nobody_gave(t):
    service = Service(t)
    first = service.start()
    service.stored()
    first.stop()
    strange = ["site.", "site.x", "segment.01", "segment.", "listen.ftp.1",
               "listen.https.1.2", "site.1.blogdsn3.0.zz.1.1.1.1"]
    for name in strange:
        service.manager.store[name] = memfd(b"x", True)
    second = service.start()
    assert second.grep("kept over a restart"), second.lines()
    for name in strange:
        second.wait_log('systemd kept "%s", which is no name' % name)
    service.manager.wait(lambda m: not set(strange) & set(m.store),
                         "they are thrown away")


class Load:
    """Asks for a page all the time, on a new connection each time, and notes
    whatever is not the page."""

    def __init__(self, address, tls=True, clients=4):
        self.address = address
        self.tls = tls
        self.answers = 0
        self.faults = []
        self.ended = False
        self.threads = [threading.Thread(target=self.run, daemon=True)
                        for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.ended:
            try:
                with client.Connection(
                        self.address, client.tls_context() if self.tls
                        else None) as connection:
                    answer = connection.fetch("/Posts/One")
                if answer.status != 200 or b"One" not in answer.body:
                    self.faults.append(repr(answer))
                self.answers += 1
            except Exception as fault:  # whatever it is, it is one
                self.faults.append(repr(fault))

    def wait(self, more):
        goal = self.answers + more
        eventually(lambda: self.answers >= goal or self.faults,
                   what="answers under load")

    def stop(self):
        self.ended = True
        for thread in self.threads:
            thread.join(70)


def restart_under_load(t, service, sockets=(), times=3):
    daemon = service.start(sockets)
    service.stored()
    load = t.started(Load(("127.0.0.1", daemon.port("https"))))
    for _ in range(times):
        load.wait(20)
        service.manager.forget()
        daemon.stop()
        daemon = service.start(sockets)
        assert daemon.grep("kept over a restart")
    load.wait(20)
    load.stop()
    assert not load.faults, load.faults[:5]


def test_restart_under_load(t):
    """No refused connection, and no page that is not there."""
    restart_under_load(t, Service(t, {"Posts/One": article("One")}))


def test_restart_under_load_with_a_passed_socket(t):
    restart_under_load(t, Service(t, {"Posts/One": article("One")}),
                       [("https", listening())])


def test_restart_under_load_of_several_processes(t):
    restart_under_load(t, Service(t, {"Posts/One": article("One")},
                                  options={"serve": {"processes": 3}}))
