# SPDX-License-Identifier: ISC
"""Under systemd, whose part manager.py plays: sockets, names, the watchdog, the
store of descriptors, credentials."""
import fcntl
import mmap
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import blogd
import client
import manager
import servers
from harness import eventually
from manager import listening
from repo import ENV, article
from test_service import installed

MSG_CONNECT = 4  # enum msg_type


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
    if os.getuid() != 0:
        t.skip("reads /proc/PID/environ and fd, which root may")
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


def test_updates_are_told_when_they_begin(t):
    """For PID 1 of a guest, which looks at the memory then."""
    heard, daemon = watched(t, 60_000_000)
    heard.wait_line("X_BLOGD_UPDATING=1")
    before = heard.count("X_BLOGD_UPDATING=1")
    daemon.push_hook()
    heard.wait_line("X_BLOGD_UPDATING=1", times=before + 1)


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
        s, lambda n: n.replace("blogdsn4", "blogdsn0")), "another version")


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


# ------------------------------------------------------------ credentials --

def credentials(t, **files):
    for name, text in files.items():
        t.write("credentials/" + name, text, 0o600)
    os.makedirs(t.path("credentials"), exist_ok=True)
    return {"CREDENTIALS_DIRECTORY": t.path("credentials")}


def read(path):
    with open(path) as file:
        return file.read()


def test_certificate_and_key_are_credentials(t):
    ca = t.ca()
    certificate, key = ca.issue("localhost", "blog.example")
    env = credentials(t, certificate=read(certificate), key=read(key))
    daemon = t.serve(certificate=("credential:certificate", "credential:key"),
                     env=env)
    with client.Connection(daemon.https, client.tls_context(ca.cert)) as peer:
        assert peer.fetch("/").status == 200
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)  # the broker knows the directory as well
    daemon.wait_log("reloaded", after=mark)


def test_token_is_a_credential(t):
    made = t.blog()
    ca = t.ca("remote")
    web = t.started(servers.GitHttp(t.path("web"), t.dir, tls=ca.issue(
        "localhost"), password="secret"))
    daemon = t.daemon(web.url("blog.git"), site={
        "ca": ca.cert, "username": "blog",
        "password-file": "credential:token"},
        env=credentials(t, token="secret\n"))
    assert daemon.page("/")
    assert made.tip() in "\n".join(daemon.lines())


def test_credentials_that_are_not_there(t):
    made = t.blog()
    pair = ("credential:certificate", "credential:key")
    for env, words in [
            ({}, "there are no credentials here: let the unit have "
             "LoadCredential=certificate:FILE"),
            (credentials(t), "cannot read the certificate .*: No such file")]:
        daemon = t.daemon(made.path, certificate=pair, wait=False, env=env)
        assert daemon.wait_exit() == 1
        assert daemon.grep(words), daemon.lines()


def test_credentials_that_are_no_names(t):
    made = t.blog()
    for name in ["", "..", "../key", "a/b", ".hidden", "a b"]:
        daemon = t.daemon(made.path, wait=False, env=credentials(t),
                          certificate=("credential:" + name, "credential:k"))
        assert daemon.wait_exit() == 1
        assert daemon.grep("is no name of a credential"), daemon.lines()


# ------------------------------------------------------------- split pair --

class Dial:
    """blogd --dial, at a socket that is passed."""

    def __init__(self, t, conf, path, sockets=None, wrapper=()):
        self.manager = t.started(manager.Manager(path + ".n"))
        self.socket = listening(path, socket.AF_UNIX, socket.SOCK_SEQPACKET)
        os.chmod(path, 0o777)
        self.conf = conf
        self.test = t
        self.wrapper = wrapper
        self.start()

    def start(self, wait=True):
        passed = [("dial", self.socket)]
        self.manager.forget()
        self.process = subprocess.Popen(
            [*self.wrapper, *manager.activate(passed), blogd.BINARY, "--dial",
             "-v", "-f", self.conf], stdin=subprocess.DEVNULL,
            pass_fds=[s.fileno() for _, s in passed],
            env={**ENV, **self.manager.environment()})
        self.manager.wait_line("READY=1")

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def stop(self):
        self.kill()
        self.socket.close()


def split(t, wrapper=(), **options):
    """The pair, and the repository: the daemon's wrapper may take its network
    away."""
    made = t.blog()
    git = t.started(servers.GitDaemon(t.path("s"), t.dir))
    path = t.path("dial.sock")
    site = blogd.configuration(git.url("blog.git"), https=False,
                               url="http://blog.example",
                               options={"dial": path, **options})
    http = listening()
    conf = t.write("split.conf", site)
    dial = t.started(Dial(t, conf, path))
    daemon = t.daemon(None, text=site, passed=[("http", http)], wrapper=wrapper)
    return made, http, dial, daemon


def test_split_pair_without_a_network(t):
    """The serving one sees no interface, and serves."""
    made, http, dial, daemon = split(
        t, wrapper=("unshare", "--net", *(
            () if os.getuid() == 0 else ("--user", "--map-current-user"))))
    daemon.wrapped = False  # unshare executes
    assert "dial" not in daemon.settled()
    own = os.readlink("/proc/self/ns/net")
    for pid in [daemon.pid, *blogd.descendants(daemon.pid)]:
        assert os.readlink("/proc/%d/ns/net" % pid) != own
        devices = blogd.read("/proc/%d/net/dev" % pid)
        assert re.findall(rb"^\s*(\S+):", devices, re.M) == [b"lo"], devices
    port = http.getsockname()[1]
    assert fetch(port).status == 200
    tip = made.commit({"Posts/Two": article("Two")})
    daemon.push_hook()
    daemon.wait_serving(tip)
    with client.Connection(("127.0.0.1", port)) as connection:
        assert connection.fetch("/Posts/Two").status == 200


def test_split_dial_may_be_started_again(t):
    made, _, dial, daemon = split(t)
    for i in range(3):
        dial.kill()
        dial.start()
        tip = made.commit({"Posts/%d" % i: article("P")})
        daemon.push_hook()
        daemon.wait_serving(tip)


def test_split_dial_that_is_not_there(t):
    """The site stays, and the log says what to do."""
    made, http, dial, daemon = split(t)
    dial.stop()
    made.commit({"Posts/New": article("New")})
    daemon.push_hook()
    daemon.wait_log("cannot reach dial at .*dial.sock: .*start "
                    "blogd-dial.socket")
    assert fetch(http.getsockname()[1]).status == 200


def packet(host, port, kind=MSG_CONNECT, sequence=1):
    return struct.pack("=IQ256s8s", kind, sequence, host, port)


def test_dial_connects_to_the_configured_host_alone(t):
    _, _, dial, daemon = split(t)
    daemon.stop()
    with listening() as other, socket.socket(
            socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
        peer.settimeout(60)
        peer.connect(dial.socket.getsockname())
        port = b"%d" % other.getsockname()[1]
        peer.send(packet(b"127.0.0.1", port))
        text, fds, _, _ = socket.recv_fds(peer, 4096, 4)
        assert b"is not the configured remote" in text and not fds, text


def test_dial_survives_callers_that_break_the_protocol(t):
    made, _, dial, daemon = split(t)
    for garbage in [b"x", b"\xff" * 300, packet(b"h", b"1", 3),
                    packet(b"h", b"1") + b"x", b"\0" * 16384]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
            peer.settimeout(60)
            peer.connect(dial.socket.getsockname())
            peer.send(garbage)
            assert peer.recv(100) == b"", "it was not dropped"
    tip = made.commit({"Posts/Two": article("Two")})
    daemon.push_hook()
    daemon.wait_serving(tip)
    assert dial.process.poll() is None


def test_dial_is_confined(t):
    _, _, dial, _ = split(t)
    status = blogd.status_of(dial.process.pid)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert set(status["Uid"].split()) == {str(blogd.UID)}
    assert int(status["CapPrm"], 16) == 0


def test_dial_needs_no_credentials(t):
    """The configuration is that of the other service, which has them."""
    path = t.path("dial.sock")
    conf = t.write("split.conf", blogd.configuration(
        "https://git.example/blog.git", options={"dial": path},
        site={"password-file": "credential:token"},
        certificate=("credential:certificate", "credential:key")))
    t.started(Dial(t, conf, path))


def test_dial_needs_its_socket(t):
    made, conf = t.blog(), t.path("c.conf")
    t.write("c.conf", blogd.configuration(
        "git://127.0.0.1/x", https=False, url="http://blog.example"))
    status, _, error = blogd.run("--dial", "-f", conf)
    assert status == 1 and "start it by blogd-dial.socket" in error, error
    t.write("c.conf", blogd.configuration(made.path, https=False,
                                          url="http://blog.example"))
    with listening(t.path("s"), socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        done = subprocess.run(
            [*manager.activate([("dial", s)]), blogd.BINARY, "--dial", "-f",
             conf], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=[s.fileno()], env=ENV)
    assert done.returncode == 1 and b"nothing to dial" in done.stderr


# ------------------------------------------------------------------ units --

UNITS = {"blogd": 10, "blogd-serve": 2, "blogd-dial": 10}  # tenths


def test_exposure(t):
    """As systemd counts it; 0 is best, 100 worst."""
    if not shutil.which("systemd-analyze"):
        t.skip("no systemd-analyze")
    root, found = installed(t)
    for name, most in UNITS.items():
        path, = [n for n in found if n.endswith("/%s.service" % name)]
        done = subprocess.run(
            ["systemd-analyze", "security", "--no-pager", "--offline=true",
             "--threshold=%d" % most, os.path.join(root, path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = done.stdout.decode()
        assert done.returncode == 0, text
        assert re.search(r"exposure level for %s" % name, text), text
        print(text.strip().splitlines()[-1])


def unit_settings(root, found, name):
    path, = [n for n in found if n.endswith("/" + name)]
    settings = {}
    for line in read(os.path.join(root, path)).splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            settings.setdefault(key, []).append(value)
    return settings


def test_units_name_what_the_daemon_takes(t):
    """The names of sockets and credentials, and the mount points."""
    root, found = installed(t)
    names = set()
    for unit in [n.rsplit("/", 1)[1] for n in found if n.endswith(".socket")]:
        names.update(unit_settings(root, found, unit)["FileDescriptorName"])
    assert names == {"https", "http", "control", "dial"}, names
    service = unit_settings(root, found, "blogd.service")
    assert {c.split(":")[0] for c in service["LoadCredential"]} == {
        "blogd." + name for name in ("certificate", "key", "token", "ssh-key")}
    # Each is a mount point of the empty root, or below one.
    for line in service["BindReadOnlyPaths"]:
        for path in line.replace("-/", "/").split():
            top = path.split("/")[1]
            assert os.path.isdir(root + service["RootDirectory"][0] + "/" +
                                 top), path


# -------------------------------------------------------------- logrotate --

def test_logrotate_of_a_directory_whose_owner_has_no_name(t):
    """As LogsDirectory= makes it for a dynamic user: below a directory of
    root's, reached by a link."""
    if not shutil.which("logrotate") or os.getuid() != 0:
        t.skip("no logrotate, or not root")
    private = t.path("private")
    os.mkdir(private, 0o700)
    os.mkdir(private + "/blogd", 0o750)
    os.symlink("private/blogd", t.path("blogd"))
    log = private + "/blogd/access.log"
    t.write("private/blogd/access.log", "line\n", 0o640)
    for path in (private + "/blogd", log):
        os.chown(path, 61234, 61234)
    text = read(os.path.join(blogd.TOP, "conf/logrotate"))
    text = text.replace("/var/log/blogd", t.path("blogd"))
    text, n = re.subn(r"systemctl kill .*", "touch " + t.path("told"), text)
    assert n == 1
    conf = t.write("rotate", text)
    os.chown(conf, 0, 0)
    done = subprocess.run(["logrotate", "--force", "--state", t.path("state"),
                           conf], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0 and not done.stdout, done.stdout.decode()
    assert read(log + ".1") == "line\n"
    status = os.stat(log)
    assert (status.st_uid, status.st_size) == (61234, 0), status
    assert os.path.exists(t.path("told"))
