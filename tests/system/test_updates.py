# SPDX-License-Identifier: ISC
"""How a new state of the repository becomes the site, and what happens when it
cannot."""
import os
import shutil
import signal
import socket
import time

import blogd
import client
import repo
import servers
from harness import eventually
from repo import article

QUICK = {"hook-interval": "0s"}


def hooked(t, **options):
    """A blog behind git daemon, and its daemon."""
    made = t.blog()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    proxy = t.started(servers.Proxy(server.port))
    site = {**QUICK, **options.pop("site", {})}
    daemon = t.daemon(server.url("blog.git", proxy.port), site=site, **options)
    return made, proxy, daemon


def check_update(made, daemon, trigger, timeout=20):
    tip = made.commit({"Posts/Two": article("Two", "Body of two.\n")})
    mark = daemon.mark()
    trigger()
    daemon.wait_serving(tip, mark, timeout)
    assert "Body of two." in daemon.page("/Posts/Two")


# ------------------------------------------------------------- triggers --

def test_hook_by_get(t):
    made, _, daemon = hooked(t)

    def hook():
        assert daemon.get("/push").status in (200, 202, 204)
    check_update(made, daemon, hook)


def test_hook_by_post(t):
    made, _, daemon = hooked(t)

    def hook():
        body = b'{"ref": "refs/heads/main"}'
        found = daemon.get("/push", "POST", body=body, fields=[
            ("Content-Length", str(len(body)))])
        assert found.status in (200, 202, 204), found
    check_update(made, daemon, hook)


def test_hook_by_chunked_post(t):
    made, _, daemon = hooked(t)

    def hook():
        found = daemon.get("/push", "POST", body=b"4\r\n{\"a\"\r\n1\r\n}\r\n"
                           b"0\r\n\r\n",
                           fields=[("Transfer-Encoding", "chunked")])
        assert found.status in (200, 202, 204), found
    check_update(made, daemon, hook)


def test_hook_refuses_other_methods(t):
    found = t.serve().get("/push", "DELETE")
    assert found.status in (405, 501), found


def test_name_of_the_hook(t):
    made, _, daemon = hooked(t, site={"hook": "/update-now"})
    assert daemon.get("/push").status == 404

    def hook():
        assert daemon.get("/update-now").status in (200, 202, 204)
    check_update(made, daemon, hook)


def test_signal(t):
    made, _, daemon = hooked(t)
    check_update(made, daemon, lambda: daemon.signal(signal.SIGUSR2))


def test_polling(t):
    made, _, daemon = hooked(t, site={"poll": "10s"})
    check_update(made, daemon, lambda: None)


def test_nothing_new_is_no_update(t):
    made, _, daemon = hooked(t)
    mark = daemon.mark()
    daemon.push_hook()
    daemon.wait_log("nothing new", after=mark)
    assert not daemon.grep("serving commit", mark)


def test_hooks_are_coalesced(t):
    """200 requests, a few fetches."""
    made, proxy, daemon = hooked(t)
    before = proxy.accepted
    made.commit({"Posts/Two": article("Two")})
    for _ in range(50):
        with daemon.connect() as connection:
            for _ in range(4):
                connection.fetch("/push")
    eventually(lambda: daemon.get("/Posts/Two").status == 200, 20)
    time.sleep(1)
    assert 1 <= proxy.accepted - before <= 60, proxy.accepted - before
    proxy.accepted = 0
    for _ in range(200):
        daemon.push_hook()
    # Before git would ask dial for the second time, after 5 s.
    eventually(lambda: proxy.accepted, 4, "a fetch")
    time.sleep(2)
    assert proxy.accepted <= 20, proxy.accepted


def test_hooks_are_rate_limited(t):
    """With an interval, the last request still leads to a fetch."""
    made, proxy, daemon = hooked(t, site={"hook-interval": "2s"})
    before = proxy.accepted
    for _ in range(30):
        daemon.get("/push")
    daemon.wait_log("nothing new")
    made.commit({"Posts/Two": article("Two")})
    daemon.get("/push")
    eventually(lambda: daemon.get("/Posts/Two").status == 200, 20)
    assert proxy.accepted - before <= 3, proxy.accepted - before


def test_push_while_fetching_is_not_forgotten(t):
    made, _, daemon = hooked(t)
    for number in range(10):
        tip = made.commit({"Posts/Last": article("L", "n%d\n" % number)})
        daemon.signal(signal.SIGUSR2)
    eventually(lambda: daemon.grep("serving commit " + tip), 20)
    assert "n9" in daemon.page("/Posts/Last")


# ---------------------------------------------------- unusual repositories --

def test_force_push(t):
    made, _, daemon = hooked(t)
    made.commit({"Posts/Two": article("Two")})
    daemon.update()
    tip = made.commit({**repo.SMALL, "Posts/New": article("New", "New.\n")},
                      parents=())
    assert daemon.update() == tip
    assert daemon.get("/Posts/Two").status == 404
    assert "New." in daemon.page("/Posts/New")


def test_back_to_an_older_commit(t):
    made, _, daemon = hooked(t)
    old = made.tip()
    made.commit({"Posts/Two": article("Two")})
    daemon.update()
    made.git("update-ref", "refs/heads/main", old)
    assert daemon.update() == old
    assert daemon.get("/Posts/Two").status == 404


def check_stays(daemon, *words):
    mark = daemon.mark()
    daemon.push_hook()
    line = daemon.wait_log("update failed: ", after=mark).string
    for word in words:
        assert word in line.lower(), line
    assert "<strong>first</strong>" in daemon.page("/")
    assert "Body of" in daemon.page("/Posts/One")
    assert daemon.process.poll() is None


def test_deleted_branch(t):
    made, _, daemon = hooked(t)
    tip = made.tip()
    made.git("update-ref", "refs/heads/other", tip)
    made.git("update-ref", "-d", "refs/heads/main")
    check_stays(daemon, "no branch", "other")
    made.git("update-ref", "refs/heads/main", tip)
    made.commit({"Posts/Two": article("Two")})
    daemon.update()


def test_only_branch_is_deleted(t):
    made, _, daemon = hooked(t)
    made.git("update-ref", "-d", "refs/heads/main")
    check_stays(daemon, "empty")


def test_repository_that_vanishes(t):
    made, _, daemon = hooked(t)
    shutil.move(made.path, made.path + ".away")
    check_stays(daemon)
    shutil.move(made.path + ".away", made.path)
    made.commit({"Posts/Two": article("Two")})
    daemon.update()


def check_first_commit_later(t, url, made):
    daemon = t.daemon(url, wait=False, site=QUICK)
    daemon.wait_log("update failed: .*(empty|no branch|no commit)")
    assert daemon.process.poll() is None
    tip = made.commit(repo.SMALL)
    daemon.push_hook()
    daemon.wait_serving(tip)
    assert "Body of" in daemon.page("/Posts/One")


def test_empty_repository_then_a_first_commit(t):
    made = t.repo()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    check_first_commit_later(t, server.url("blog.git"), made)


def test_empty_local_repository_then_a_first_commit(t):
    made = t.repo()
    check_first_commit_later(t, made.path, made)


def test_no_site_yet(t):
    """Before the first update has worked there is an answer all the same."""
    daemon = t.daemon(t.repo().path, wait=False)
    daemon.wait_log("update failed")
    found = daemon.get("/")
    assert found.status == 503, found
    assert found.get("Retry-After")


def test_first_update_is_tried_again(t):
    """Nobody asks, but there is no site at all: blogd goes on trying."""
    made = t.repo()
    daemon = t.daemon(made.path, wait=False)
    daemon.wait_log("update failed")
    tip = made.commit(repo.SMALL)
    daemon.wait_serving(tip, timeout=20)


def test_repository_without_articles(t):
    made, _, daemon = hooked(t)
    made.commit({"README": "nothing\n"}, parents=())
    check_stays(daemon, "article")
    made.commit(repo.SMALL)
    daemon.update()


def test_repository_with_an_empty_tree(t):
    made, _, daemon = hooked(t)
    made.commit({}, parents=())
    check_stays(daemon, "article")


def test_corrupt_local_repository(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    made.commit({"Posts/Two": article("Two")})
    tree = made.git("rev-parse", "HEAD^{tree}").decode().strip()
    loose = os.path.join(made.path, "objects", tree[:2], tree[2:])
    if not os.path.exists(loose):  # fast-import left a pack
        made.git("unpack-objects", "-q", check=False)
        for name in os.listdir(made.path + "/objects/pack"):
            path = os.path.join(made.path, "objects/pack", name)
            os.chmod(path, 0o644)
            with open(path, "r+b") as out:
                out.seek(20)
                out.write(b"\xff" * 30)
    else:
        os.chmod(loose, 0o644)
        with open(loose, "wb") as out:
            out.write(b"not zlib")
    check_stays(daemon)


# ------------------------------------------------------------- the swap --

def test_swap_is_whole(t):
    """Under load each answer is the old site's or the new one's, each is
    complete, and none fails; pages of one request order never go back."""
    made = t.blog({"Posts/One": article("One", "version 0 " * 3000)})
    daemon = t.daemon(made.path)
    load = client.Load(daemon.connect, ["/Posts/One"])
    try:
        for number in range(1, 6):
            made.commit({"Posts/One": article(
                "One", ("version %d " % number) * 3000)})
            daemon.update()
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]
    assert load.count > 50, load.count
    bodies = {body for _, body in load.bodies}
    assert 2 <= len(bodies) <= 6, len(bodies)
    for body in bodies:
        versions = [n for n in range(6) if b"version %d " % n in body]
        assert len(versions) == 1, versions
        assert body.count(b"version %d" % versions[0]) >= 3000


def test_unchanged_pages_keep_their_tags(t):
    made = t.blog({"About": article("About", "Us.\n")})
    daemon = t.daemon(made.path)
    before = daemon.get("/About")
    made.commit({"Posts/One": article("First post", "Changed.\n",
                                      tags="a, b c")})
    daemon.update()
    after = daemon.get("/About")
    assert after.get("ETag") == before.get("ETag")
    assert after.get("Last-Modified") == before.get("Last-Modified")
    assert "Changed." in daemon.page("/Posts/One")


def test_many_updates(t):
    """More than the segments a snapshot may have."""
    made = t.blog()
    daemon = t.daemon(made.path)
    for number in range(20):
        made.commit({"Posts/N%d" % number: article("N", "n%d.\n" % number)})
        daemon.update()
    for number in range(20):
        assert "n%d." % number in daemon.page("/Posts/N%d" % number)
    assert "Body of" in daemon.page("/Posts/One")


# --------------------------------------------------------------- reload --

def reload(daemon, wanted):
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log(wanted, after=mark)
    return mark


def conf_of(daemon, remote, **site):
    return blogd.configuration(remote, site, certificate=daemon.certificate)


def test_reload_takes_a_new_name(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    assert "Small blog" in daemon.page("/")
    daemon.configure(conf_of(daemon, made.path, name="Renamed blog"))
    reload(daemon, "reloaded")
    eventually(lambda: "Renamed blog" in daemon.page("/"))
    assert "Renamed blog" in daemon.get("/atom").text


def fingerprint(daemon):
    with daemon.connect() as connection:
        return connection.socket.getpeercert(True)


def test_reload_takes_a_new_certificate(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    before = fingerprint(daemon)
    new = t.ca("new").issue("localhost", "blog.example")
    for old_path, new_path in zip(daemon.certificate, new):
        shutil.copyfile(new_path, old_path)
    reload(daemon, "reloaded")
    assert fingerprint(daemon) != before
    assert daemon.get("/").status == 200


def check_kept(daemon, before, *lines):
    mark = reload(daemon, "reload failed")
    for line in lines:
        assert daemon.grep(line, mark), (line, daemon.lines()[mark:])
    assert fingerprint(daemon) == before
    assert "Small blog" in daemon.page("/")


def test_broken_configuration_keeps_the_old(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    before = fingerprint(daemon)
    daemon.configure(conf_of(daemon, made.path, name="New")
                     + "\nnonsense = 1\n")
    check_kept(daemon, before, r":\d+: .*nonsense")


def test_broken_certificate_keeps_the_old(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    before = fingerprint(daemon)
    with open(daemon.certificate[0], "w") as out:
        out.write("-----BEGIN CERTIFICATE-----\nAAAA\n")
    check_kept(daemon, before, "certificate")


def test_key_of_another_certificate_keeps_the_old(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    before = fingerprint(daemon)
    other = t.ca("new").issue("localhost")
    shutil.copyfile(other[1], daemon.certificate[1])
    check_kept(daemon, before, "key")


def test_missing_configuration_keeps_the_old(t):
    daemon = t.serve()
    before = fingerprint(daemon)
    os.unlink(daemon.conf_path)
    check_kept(daemon, before, "No such file")


def test_reload_under_load_loses_no_request(t):
    made = t.blog()
    daemon = t.daemon(made.path)
    load = client.Load(daemon.connect, ["/", "/Posts/One"])
    try:
        for number in range(3):
            daemon.configure(conf_of(daemon, made.path,
                                     name="Name %d" % number))
            reload(daemon, "reloaded")
            time.sleep(0.3)
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]
    assert load.count > 50


def test_reloads_and_updates_at_the_same_time(t):
    """Whichever of them ends first: the last commit is served, under the last
    name, and the next update still works."""
    made = t.blog()
    daemon = t.daemon(made.path)
    load = client.Load(daemon.connect, ["/", "/Posts/One"])
    try:
        for number in range(12):
            made.commit({"Posts/Race": article("Race", "Lap %d.\n" % number)})
            daemon.configure(conf_of(daemon, made.path,
                                     name="Name %d" % number))
            first, second = signal.SIGUSR2, signal.SIGHUP
            if number % 2:
                first, second = second, first
            daemon.signal(first)
            time.sleep(0.004 * number)
            daemon.signal(second)
            time.sleep(0.05 * (number % 3))
        eventually(lambda: "Lap 11." in daemon.get("/Posts/Race").text)
        eventually(lambda: "Name 11" in daemon.page("/"))
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]
    daemon.settled()
    made.commit({"Posts/Race": article("Race", "The end.\n")})
    daemon.update()
    assert "The end." in daemon.page("/Posts/Race")


def test_reload_lets_answers_of_two_before_end(t):
    """Who reads goes on to the end; who does not is left before long, and the
    reload is done."""
    size = 8 << 20
    daemon = t.serve({"static/big": bytes(size)})
    with daemon.connect() as reads, daemon.connect() as does_not:
        for connection in reads, does_not:
            connection.request("/static/big")
            connection.more()
        mark = reload(daemon, "reloaded")
        mark = reload(daemon, "the reload waits")
        assert len(reads.response().body) == size
        daemon.wait_log("reloaded", after=mark)
        assert len(does_not.until_closed()) < size
    assert daemon.get("/").status == 200


def test_reload_of_a_new_remote(t):
    daemon = t.serve()
    other = t.blog({"Posts/Other": article("Other", "Other.\n")},
                   name="other.git")
    daemon.configure(conf_of(daemon, other.path))
    mark = reload(daemon, "reloaded")
    daemon.wait_serving(other.tip(), mark)
    assert "Other." in daemon.page("/Posts/Other")


def test_many_reloads_leave_no_process_and_no_descriptor(t):
    daemon = t.serve()
    daemon.settled()
    count = len(blogd.descendants(daemon.pid))
    reload(daemon, "reloaded")

    def fds():
        try:
            return len(os.listdir("/proc/%d/fd" % daemon.pid))
        except PermissionError:  # not dumpable, and we are not root
            return 0
    eventually(lambda: len(blogd.descendants(daemon.pid)) == count, 20)
    before = fds()
    for _ in range(5):
        reload(daemon, "reloaded")
    eventually(lambda: len(blogd.descendants(daemon.pid)) == count, 20)
    eventually(lambda: fds() <= before, 10, "descriptors")


def test_addresses_that_go_and_come_back(t):
    """A reader holds the old processes; their addresses are closed at once and
    can be used again, and no generation closes what another has closed."""
    made = t.blog()
    daemon = t.daemon(made.path, options={"serve": {"drain": "60s"}})
    extra = servers.free_port()
    own = daemon.certificate

    def use(*addresses):
        daemon.configure(blogd.configuration(
            made.path, options={"serve": {"drain": "60s"},
                                "http": ["127.0.0.1:0", *addresses]},
            certificate=own))
        reload(daemon, "reloaded")

    def answers():
        try:
            socket.create_connection(("127.0.0.1", extra), 2).close()
            return True
        except (ConnectionRefusedError, ConnectionResetError):
            return False  # or came just as it was closed

    held = []
    try:
        for generations in (1, 2, 3, 1):
            for _ in range(generations):
                use("127.0.0.1:%d" % extra)
                held.append(daemon.connect())
                assert held[-1].fetch("/").status == 200
                assert answers()
            use()
            eventually(lambda: not answers(), 30, "address closed")
            assert daemon.get("/").status == 200
        assert held[-1].fetch("/").status == 200
    finally:
        for connection in held:
            connection.close()
    assert "Small blog" in daemon.page("/")


def test_serve_that_does_not_answer(t):
    """One stopped process must not hold up updates for ever."""
    made = t.blog()
    daemon = t.daemon(made.path, options={"serve": {"processes": 2}})
    stuck = daemon.children("serve")[0]
    os.kill(stuck, signal.SIGSTOP)
    tip = made.commit({"Posts/Two": article("Two", "Body of two.\n")})
    mark = daemon.mark()
    daemon.push_hook()
    daemon.wait_serving(tip, mark, 60)
    assert daemon.grep("serve does not take the new site", mark)
    eventually(lambda: len(daemon.children("serve")) == 2)
    assert "Body of two." in daemon.page("/Posts/Two")


def test_signals_for_all(t):
    """As `pkill -USR2 blogd` sends them: no child minds."""
    made, proxy, daemon = hooked(t)
    before = daemon.settled()
    for number in (signal.SIGHUP, signal.SIGUSR2):
        for pids in before.values():
            for pid in pids:
                os.kill(pid, number)
    time.sleep(0.3)
    assert daemon.settled() == before
    check_update(made, daemon, daemon.push_hook)
