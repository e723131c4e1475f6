# SPDX-License-Identifier: ISC
"""The limits of a fetch: each ends it with its own message, and the site that
is served stays.  Then servers that do not want to be fetched from."""
import random
import socket
import subprocess
import threading
import time

import repo
import servers


def start(t, **fetch):
    """A site that is up, and its repository."""
    made = t.blog()
    return made, t.daemon(made.path, site={"fetch": fetch})


def check_stopped(daemon, *reasons):
    """The next update fails for this reason, and nothing else happens."""
    mark = daemon.mark()
    daemon.push_hook()
    line = daemon.wait_log("update failed: ", after=mark).string
    for reason in reasons:
        assert reason in line, line
    assert "stays as it was" in line, line
    assert "<strong>first</strong>" in daemon.page("/")


def check_over_network(t, files, reason, **fetch):
    made = t.blog()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    daemon = t.daemon(server.url("blog.git"), site={"fetch": fetch})
    made.commit(files)
    check_stopped(daemon, reason)
    made.commit({**repo.SMALL, "Posts/After": repo.article("After",
                                                           "Later.\n")},
                parents=())  # a force-push that leaves it out
    daemon.update()
    assert "Later." in daemon.page("/Posts/After")


def noise(n, size):
    rng = random.Random(size)
    return {"static/%d" % i: rng.randbytes(size) for i in range(n)}


def test_bytes(t):
    check_over_network(t, noise(1, 400000), "fetch.max-bytes",
                       **{"max-bytes": "100K"})


def test_objects(t):
    check_over_network(t, noise(200, 10), "fetch.max-objects",
                       **{"max-objects": 100})


def test_object_size_of_a_bomb(t):
    """20 MB of zeros, 20 kB in the pack."""
    check_over_network(t, {"static/bomb": bytes(20 << 20)},
                       "fetch.max-object-size", **{"max-object-size": "1M"})


def test_bytes_of_a_local_repository(t):
    made, daemon = start(t, **{"max-bytes": "100K"})
    made.commit(noise(1, 400000))
    check_stopped(daemon, "fetch.max-bytes")


def test_objects_of_a_local_repository(t):
    made, daemon = start(t, **{"max-objects": 100})
    made.commit(noise(200, 10))
    check_stopped(daemon, "fetch.max-objects")


def test_object_size_of_a_local_repository(t):
    made, daemon = start(t, **{"max-object-size": "1M"})
    made.commit({"static/bomb": bytes(20 << 20)})
    check_stopped(daemon, "fetch.max-object-size")


def test_files(t):
    made, daemon = start(t, **{"max-files": 50})
    made.commit(noise(60, 10))
    check_stopped(daemon, "fetch.max-files")


def test_bytes_of_all_files(t):
    made, daemon = start(t, **{"max-source": "100K"})
    made.commit({"static/%d" % i: bytes([i]) * 30000 for i in range(5)})
    check_stopped(daemon, "fetch.max-source")


def test_path_length(t):
    """A path that is too long is left out, with a message; the rest is
    published."""
    made, daemon = start(t, **{"max-path": 60})
    name = "Posts/" + "x" * 80
    made.commit({name: repo.article("Long", "Long.\n"),
                 "Posts/Short": repo.article("Short", "Short.\n")})
    daemon.update()
    assert "Short." in daemon.page("/Posts/Short")
    assert daemon.get("/" + name).status == 404
    daemon.wait_log("x{20}.*fetch.max-path")


def test_depth(t):
    made, daemon = start(t, **{"max-depth": 5})
    made.commit({"a/b/c/d/e/f/Deep": repo.article("Deep", "Deep.\n"),
                 "Posts/Short": repo.article("Short", "Short.\n")})
    daemon.update()
    assert daemon.get("/a/b/c/d/e/f/Deep").status == 404
    assert "Short." in daemon.page("/Posts/Short")
    daemon.wait_log("a/b/c/d/e/f.*fetch.max-depth")


# --------------------------------------------------------- hostile servers --

def check_first_update(t, handler, reason, seconds, **fetch):
    server = t.started(servers.RawServer(handler))
    started = time.monotonic()
    daemon = t.daemon("git://127.0.0.1:%d/x" % server.port, wait=False,
                      site={"fetch": fetch})
    line = daemon.wait_log("update failed: ", seconds).string
    assert reason in line, line
    assert time.monotonic() - started < seconds
    assert daemon.process.poll() is None


def wait_for_end(server):
    server.stopping.wait(60)


def test_silent_server(t):
    check_first_update(t, lambda c, s: wait_for_end(s), "fetch.silence", 15,
                       silence="2s")


def test_server_that_trickles(t):
    """A byte now and then is no silence: the deadline ends it."""
    def trickle(connection, server):
        while not server.stopping.wait(0.3):
            connection.sendall(b"1")
    check_first_update(t, trickle, "fetch.deadline", 15, silence="2s",
                       deadline="3s")


def test_endless_list_of_references(t):
    def endless(connection, server):
        connection.recv(1000)
        n = 0
        while not server.stopping.is_set():
            n += 1
            line = b"%040x refs/heads/b%d\n" % (n, n)
            connection.sendall(b"%04x%s" % (len(line) + 4, line))
    check_first_update(t, endless, "list of branches", 60)


def test_noise_instead_of_git(t):
    def noise_server(connection, server):
        connection.recv(1000)
        connection.sendall(bytes(range(256)) * 100)
    check_first_update(t, noise_server, "", 15)


def test_server_that_hangs_up(t):
    check_first_update(t, lambda c, s: None, "", 15)


def test_slow_server_does_not_disturb_readers(t):
    """While a fetch hangs, pages are served."""
    made = t.blog()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))

    def relay(connection, raw):
        if raw.accepted == 1:
            proxy.relay(connection, raw)
        else:
            wait_for_end(raw)
    proxy = t.started(servers.Proxy(server.port))
    raw = t.started(servers.RawServer(relay))
    daemon = t.daemon(server.url("blog.git", raw.port),
                      site={"fetch": {"deadline": "3s", "silence": "3s"}})
    made.commit({"Posts/Two": repo.article("Two", "Two.\n")})
    mark = daemon.mark()
    daemon.push_hook()
    end = time.monotonic() + 30
    asked = 0
    while not daemon.grep("update failed: .*fetch", mark):
        assert time.monotonic() < end
        assert daemon.get("/").status == 200
        asked += 1
    assert asked > 20, asked


# --------------------------------------------------------------- odd trees --

def odd_tree(t, names):
    """A repository whose tree has these raw names beside a good one."""
    made = t.repo()
    blob = made.blob(repo.article("Odd", "Odd.\n").encode())
    posts = made.plumb(sorted((b"100644", n, blob) for n in names))
    tree = made.plumb([(b"100644", b"Index", blob),
                       (b"40000", b"Posts", posts)])
    made.commit_tree(tree)
    return made


def test_names_that_are_no_file_names(t):
    made = odd_tree(t, [b"..", b".", b".git", b"a\x01b", b"a\nb", b"\xff\xfe",
                        b"Good"])
    daemon = t.daemon(made.path)
    assert "Odd." in daemon.page("/Posts/Good")
    for target in ["/Posts/..", "/Posts/.git", "/Posts/a%01b",
                   "/Posts/a%0Ab", "/Posts/%FF%FE"]:
        assert daemon.get(target).status in (301, 400, 404), target
    daemon.wait_log(r"a\\x0ab")


def test_names_with_a_slash(t):
    made = odd_tree(t, [b"a/b", b"Good"])
    daemon = t.daemon(made.path)
    assert "Odd." in daemon.page("/Posts/Good")
    assert daemon.get("/Posts/a/b").status == 404


def test_links_and_submodules_are_left_out(t):
    made = t.blog({
        "Posts/Link": (b"120000", "/etc/passwd"),
        "static/link.txt": (b"120000", "../Index"),
        "Posts/Sub": (b"160000", "1" * 40),
        "Posts/Run": (b"100755", repo.article("Run", "Executable.\n")),
    })
    daemon = t.daemon(made.path)
    for target in ["/Posts/Link", "/static/link.txt", "/Posts/Sub"]:
        assert daemon.get(target).status == 404, target
    assert "Executable." in daemon.page("/Posts/Run")
    daemon.wait_log("Posts/Link.*symbolic link")
    daemon.wait_log("Posts/Sub.*submodule")


class Forgetful:
    """A git server that sends `packs`, one a fetch, whatever is asked for."""

    def __init__(self, tip, packs):
        self.tip, self.packs = tip, packs
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                self.fetch(peer)

    def fetch(self, peer):
        asked = peer.recv(4096)
        line = self.tip.encode() + b" refs/heads/main\0\n"
        peer.sendall(b"%04x" % (len(line) + 4) + line + b"0000")
        asked = b""
        while not asked.endswith(b"0009done\n"):
            more = peer.recv(4096)
            if not more or more == b"0000":
                return
            asked += more
            if asked.endswith(b"0000") and b"have" in asked:
                peer.sendall(b"0008NAK\n")
        peer.sendall(b"0008NAK\n" + self.packs.pop(0))

    def stop(self):
        self.socket.close()


def test_objects_left_out_are_asked_for_again(t):
    made = t.blog()
    tip = made.tip()

    def pack(wanted, *options):
        return subprocess.run(
            ["git", "-C", made.path, "pack-objects", "--stdout", "-q",
             *options], input=wanted.encode() + b"\n", check=True,
            env=repo.ENV, stdout=subprocess.PIPE).stdout

    server = Forgetful(tip, [pack(tip), pack(tip, "--revs")])
    daemon = t.daemon("git://127.0.0.1:%d/blog.git#main" % server.port,
                      wait=False)
    try:
        daemon.wait_log("update failed: ")
        # While there is no site it is tried again by itself.
        daemon.wait_serving(tip)
        assert "Body of <em>one</em>" in daemon.page("/Posts/One")
    finally:
        server.stop()
