# SPDX-License-Identifier: ISC
"""The processes: their rights, and what happens when one of them dies."""
import os
import signal
import time

import blogd
import client
import servers
from harness import eventually
from repo import article

ALL = {"broker", "dial", "git", "keys", "serve"}

CAP_SYS_ADMIN = 1 << 21


def networked(t, files=None, **options):
    """A daemon with every process: its repository is on a network."""
    made = t.blog(files)
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    return made, t.daemon(server.url("blog.git"), **options)


def test_each_role_is_a_process(t):
    _, daemon = networked(t)
    assert set(daemon.settled()) == ALL, daemon.children()


def test_dial_is_not_needed_for_a_directory(t):
    daemon = t.serve()
    assert set(daemon.settled()) == ALL - {"dial"}, daemon.children()


def test_keys_is_not_needed_without_tls(t):
    daemon = t.serve(https=False, url="http://blog.example")
    assert "keys" not in daemon.children(), daemon.children()


def score(pid):
    """How likely the kernel is to end it when memory runs out."""
    with open("/proc/%d/oom_score_adj" % pid) as f:
        return int(f.read())


def test_who_ends_first_without_memory(t):
    files = {"p%d" % i: article("P", "Some *text*.\n\n" * 400)
             for i in range(300)}
    made, daemon = networked(t)
    for role, pids in daemon.settled().items():
        expected = 500 if role == "git" else score(os.getpid())
        assert score(pids[0]) == max(expected, score(os.getpid())), role
    made.commit(files)
    daemon.push_hook()
    render = eventually(lambda: daemon.children("render"), 10, "render")
    eventually(lambda: score(render[0]) == 1000, 5, "render's score")


def test_who_waits_for_others(t):
    """A rendering that wakes up does not interrupt who answers readers."""
    files = {"p%d" % i: article("P", "Some *text*.\n\n" * 400)
             for i in range(300)}
    made, daemon = networked(t)
    for role, pids in daemon.settled().items():
        assert os.sched_getscheduler(pids[0]) == os.SCHED_OTHER, role
    made.commit(files)
    daemon.push_hook()

    def worker():
        return [pid for render in daemon.children("render")
                for pid in blogd.descendants(render)]
    workers = eventually(worker, 10, "a worker of render")
    assert os.sched_getscheduler(workers[0]) == os.SCHED_BATCH


def test_number_of_serve_processes(t):
    daemon = t.serve(options={"serve": {"processes": 3}})
    assert len(daemon.children("serve")) == 3


def test_every_process_is_confined(t):
    """As the kernel tells it, not as blogd says."""
    capabilities = ["CapInh", "CapPrm", "CapEff", "CapAmb"]
    # Only who has a capability, here or in a namespace, may lower its bound.
    if os.getuid() == 0 or blogd.user_namespaces():
        capabilities.append("CapBnd")
    _, daemon = networked(t)
    daemon.settled()
    for pid in [daemon.pid, *blogd.descendants(daemon.pid)]:
        status = blogd.status_of(pid)
        what = "%s: %s" % (blogd.role_of(pid), status)
        assert status["NoNewPrivs"] == "1", what
        assert status["Seccomp"] == "2", what
        assert set(status["Uid"].split()) == {str(blogd.UID)}, what
        assert "0" not in status["Gid"].split() or os.getgid() == 0 and \
            blogd.UID == 0, what
        for kind in capabilities:
            # The broker's one is worth something in its user namespace only:
            # it makes those of the processes that it starts.
            may = CAP_SYS_ADMIN if blogd.role_of(pid) == "broker" and \
                blogd.user_namespaces() and kind != "CapBnd" else 0
            assert int(status[kind], 16) & ~may == 0, (kind, what)


def test_groups_of_root_are_gone(t):
    if os.getuid() != 0:
        t.skip("has no groups of root")
    _, daemon = networked(t)
    daemon.settled()
    for pid in [daemon.pid, *blogd.descendants(daemon.pid)]:
        assert "0" not in blogd.status_of(pid)["Groups"].split()


def namespace(pid, kind):
    return os.readlink("/proc/%d/ns/%s" % (pid, kind))


def test_namespaces(t):
    """No network for any but dial, and another root for all; where the host
    allows none of it, the log says so."""
    if os.getuid() != 0:
        t.skip("reads /proc/PID/ns, which root may")
    _, daemon = networked(t)
    if not blogd.user_namespaces():
        assert daemon.grep("broker is ready: no user namespace")
        t.skip("this host allows no user namespaces")
    for role, pids in {**daemon.settled(), "parent": [daemon.pid]}.items():
        for pid in pids:
            if role == "broker":  # it binds, opens and starts the others
                continue
            other = namespace(pid, "net") != namespace(os.getpid(), "net")
            assert other == (role != "dial"), role
            assert namespace(pid, "mnt") != namespace(os.getpid(), "mnt"), role
            root = "/proc/%d/root/" % pid
            if role != "dial":  # which reads resolv.conf and hosts
                assert os.listdir(root) == [], (role, os.listdir(root))


def test_no_descriptor_too_many(t):
    """Nobody holds a listener but the parent and serve."""
    if os.getuid() != 0:
        t.skip("reads /proc/PID/fd, which root may")
    _, daemon = networked(t)
    listeners = set()
    with open("/proc/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].split(":")[1], 16) in (
                    daemon.port("http"), daemon.port("https")):
                listeners.add("socket:[%s]" % fields[9])
    assert len(listeners) == 2
    for role, pids in daemon.settled().items():
        for pid in pids:
            directory = "/proc/%d/fd/" % pid
            held = {os.readlink(directory + fd)
                    for fd in os.listdir(directory)}
            assert bool(held & listeners) == (role == "serve"), (role, held)
            held -= {"/dev/null"}
            if role == "broker":  # which starts the others
                held -= {os.path.realpath(blogd.BINARY)}
            assert not any(x.startswith("/") for x in held), (role, held)


def test_second_start_has_the_same_jail(t):
    """A process that is started again, by a parent that is root no more."""
    _, daemon = networked(t)

    def jail(pid):
        status = blogd.status_of(pid)
        kept = {k: status[k] for k in (
            "Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "CapEff",
            "CapPrm", "CapBnd", "CapAmb", "CapInh")}
        if os.getuid() == 0:
            for kind in ("net", "mnt", "ipc", "uts"):
                kept[kind] = namespace(pid, kind) == namespace(
                    os.getpid(), kind)
            kept["root"] = sorted(os.listdir("/proc/%d/root/" % pid))
        return kept
    first = {role: (pids[0], jail(pids[0]))
             for role, pids in daemon.settled().items() if role != "broker"}
    mark = daemon.mark()
    for pid, _ in first.values():
        os.kill(pid, signal.SIGKILL)
    for role, (_, before) in first.items():
        daemon.wait_log(role + " is ready: ", after=mark)
        pid = daemon.children(role)[0]
        assert jail(pid) == before, (role, jail(pid), before)


# --------------------------------------------------------- killed under load --

def kill_under_load(t, role, allowed_failures=0):
    """Kills it twice; it comes back twice, readers hardly notice, and updates
    work afterwards."""
    made, daemon = networked(
        t, {"Posts/Long": article("Long", "text\n\n" * 3000)},
        options={"serve": {"processes": 2}})
    load = client.Load(daemon.connect, ["/", "/Posts/Long"], 4)
    try:
        for _ in range(2):
            time.sleep(0.3)
            before = daemon.children(role)
            os.kill(before[0], signal.SIGKILL)
            eventually(lambda: len(daemon.children(role)) == len(before) and
                       before[0] not in daemon.children(role), 60, role)
            daemon.wait_log("%s .process %d. was ended by signal 9"
                            % (role, before[0]))
        time.sleep(0.3)
    finally:
        load.stop()
    assert load.count > 50
    assert len(load.failures) <= allowed_failures, load.failures[:5]
    tip = made.commit({"Posts/Two": article("Two", "After it.\n")})
    eventually(lambda: pushed(daemon, tip), 40)
    assert "After it." in daemon.page("/Posts/Two")


def pushed(daemon, tip):
    """Asks again now and then: a push may reach a process that is starting."""
    daemon.push_hook()
    time.sleep(0.5)
    return daemon.grep("serving commit " + tip)


def test_git_is_killed(t):
    kill_under_load(t, "git")


def test_dial_is_killed(t):
    kill_under_load(t, "dial")


def test_keys_is_killed(t):
    kill_under_load(t, "keys")


def test_serve_is_killed(t):
    """Only what the killed process had in its hands may fail: four clients
    with one request each, twice."""
    kill_under_load(t, "serve", allowed_failures=8)


for _test in (test_git_is_killed, test_dial_is_killed, test_keys_is_killed,
              test_serve_is_killed):
    _test.timeout = 200
del _test


def test_only_serve_process_is_killed(t):
    daemon = t.serve()
    os.kill(daemon.children("serve")[0], signal.SIGKILL)

    def answers():
        try:
            return daemon.get("/").status == 200
        except (OSError, client.Closed):
            return False
    eventually(answers, 10)


def test_render_is_killed(t):
    """In the middle of its work; the update is made all the same."""
    made, daemon = networked(t)
    for number in range(3):
        made.commit({"Posts/Slow%d" % i: article(
            "Slow", "z_www." * (6000 + 10 * number + i)) for i in range(4)})
        tip = made.tip()
        daemon.push_hook()
        render = eventually(lambda: daemon.children("render"), 10, "render")
        os.kill(render[0], signal.SIGKILL)
        assert daemon.get("/").status == 200
        eventually(lambda: pushed(daemon, tip), 40)


test_render_is_killed.timeout = 150


def test_git_is_killed_in_the_middle_of_a_fetch(t):
    """Its store is lost; the next one starts anew, and the site stays."""
    made = t.blog()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))

    def relay(connection, raw):
        if raw.accepted == 2:
            raw.stopping.wait(30)
        else:
            proxy.relay(connection, raw)
    proxy = t.started(servers.Proxy(server.port))
    raw = t.started(servers.RawServer(relay))
    daemon = t.daemon(server.url("blog.git", raw.port))
    tip = made.commit({"Posts/Two": article("Two")})
    daemon.push_hook()
    eventually(lambda: raw.accepted == 2)
    os.kill(daemon.children("git")[0], signal.SIGKILL)
    assert daemon.get("/").status == 200
    daemon.wait_serving(tip)


def test_all_children_die_at_once(t):
    made, daemon = networked(t)
    for role, pids in daemon.settled().items():
        for pid in pids if role != "broker" else []:
            os.kill(pid, signal.SIGKILL)

    def answers():
        try:
            return daemon.get("/").status == 200
        except (OSError, client.Closed):
            return False
    eventually(answers, 15)
    tip = made.commit({"Posts/Two": article("Two")})
    eventually(lambda: pushed(daemon, tip), 20)


def test_end_of_the_broker_ends_blogd(t):
    """Nobody else can start a process or open a file: a supervisor has to
    start blogd again, and nothing is left of the old one."""
    _, daemon = networked(t)
    family = blogd.descendants(daemon.pid)
    os.kill(daemon.settled()["broker"][0], signal.SIGKILL)
    assert daemon.wait_exit() == 1
    assert daemon.grep("the broker is gone")
    eventually(lambda: not any(blogd.alive(p) for p in family), 10)


def test_sigterm_for_everybody(t):
    """As pkill sends it: whatever goes first, the end is an orderly one."""
    _, daemon = networked(t)
    broker = daemon.settled()["broker"][0]
    family = blogd.descendants(daemon.pid)
    os.kill(broker, signal.SIGTERM)
    time.sleep(0.1)
    assert daemon.get("/").status == 200
    for pid in [*family, daemon.pid]:
        os.kill(pid, signal.SIGTERM)
    assert daemon.wait_exit() == 0
    eventually(lambda: not any(blogd.alive(p) for p in family), 10)


def test_children_end_with_their_parent(t):
    _, daemon = networked(t)
    family = blogd.descendants(daemon.pid)
    assert len(family) >= 4
    os.kill(daemon.pid, signal.SIGKILL)
    assert daemon.wait_exit() == -signal.SIGKILL
    eventually(lambda: not any(blogd.alive(p) for p in family), 10)


def test_process_that_cannot_start_is_not_tried_madly(t):
    """Back-off: killed whenever it appears, it appears less and less often."""
    daemon = t.serve(options={"serve": {"processes": 2}})
    seen = set()
    end = time.monotonic() + 4
    while time.monotonic() < end:
        for pid in daemon.children("git"):
            seen.add(pid)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.005)
    assert 2 <= len(seen) <= 12, len(seen)
    assert daemon.get("/").status == 200


def test_stopped_process_does_not_stop_the_site(t):
    """git hangs: readers are served; it is not waited for."""
    _, daemon = networked(t)
    git = daemon.children("git")[0]
    os.kill(git, signal.SIGSTOP)
    daemon.push_hook()
    for _ in range(20):
        assert daemon.get("/").status == 200
    os.kill(git, signal.SIGCONT)
