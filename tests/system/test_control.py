# SPDX-License-Identifier: ISC
"""The control socket: where it is, whose, and what clients do to it."""
import os
import re
import signal
import socket
import stat
import subprocess

import blogd
from harness import eventually
from test_status import (GOOD, NO_ANSWER, blogctl, serve, socket_path, told,
                         wait_told)


def test_control_socket_is_the_operators(t):
    daemon = serve(t)
    found = os.lstat(socket_path(t))
    assert stat.S_ISSOCK(found.st_mode), oct(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600, oct(found.st_mode)
    assert found.st_uid == blogd.UID
    if os.getuid() == 0:
        os.chmod(t.path("run"), 0o755)
        done = subprocess.run(
            [blogd.BLOGCTL, "-s", socket_path(t), "status"], user=54321,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
        assert done.returncode == NO_ANSWER and not done.stdout, done
        assert b"permission denied" in done.stderr, done.stderr
    daemon.stop()
    assert not os.path.exists(socket_path(t))


def test_off_by_setting(t):
    path = socket_path(t)
    daemon = t.serve(options={"control": "off"})
    assert not os.path.exists(path)
    daemon.stop()


def test_path_that_cannot_be(t):
    made = t.blog()
    daemon = t.daemon(made.path, options={"control": t.path("none", "s")},
                      wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("control socket .*/none/s: No such file.*make its "
                       'directory, for "user"')
    t.write("file", "kept")
    daemon = t.daemon(made.path, options={"control": t.path("file")},
                      wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("control socket .*: .*another file")
    with open(t.path("file")) as file:
        assert file.read() == "kept"


def test_left_over_socket_is_replaced(t):
    made = t.blog()
    options = {"control": socket_path(t)}
    daemon = t.daemon(made.path, options=options)
    children = [pid for pids in daemon.settled().values() for pid in pids]
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.wait_exit()
    eventually(lambda: not any(map(blogd.alive, children)), 20, "end")
    assert os.path.exists(socket_path(t))
    t.daemon(made.path, options=options)
    assert told(t)["good"]


def within(*lines):
    """A wrapper that runs these lines of shell before the daemon."""
    return ["sh", "-c", "\n".join(["set -e", *lines, '"$@"', "exit $?"]), "sh"]


def test_control_socket_with_few_capabilities(t):
    """Root may lack the one to write to a directory of another user, which that
    of the sockets is."""
    if os.getuid() != 0:
        t.skip("needs root, which loses capabilities")
    kept = "-all,+net_bind_service,+setuid,+setgid,+setpcap"
    path = socket_path(t)
    os.chmod(os.path.dirname(path), 0o755)
    readers = os.path.join(os.path.dirname(path), "http")
    made = t.blog()
    options = {"control": path, "http": ["unix:" + readers]}
    wrapper = ["sh", "-c", 'setpriv --inh-caps=-all --bounding-set=%s "$@"; '
               "exit $?" % kept, "sh"]
    for end in signal.SIGKILL, signal.SIGTERM:
        daemon = t.daemon(made.path, options=options, wrapper=wrapper,
                          https=False, http=False, url="http://blog.example")
        commit = daemon.wait_serving()
        assert told(t)["site"]["commit"] == commit
        children = [p for pids in daemon.settled().values() for p in pids]
        daemon.signal(end)
        daemon.wait_exit()
        eventually(lambda: not any(map(blogd.alive, children)), 20, "end")
        # Also what the first one left behind was replaced, and is removed.
        for name in path, readers:
            assert os.path.exists(name) == (end == signal.SIGKILL), name


def usual(t, *lines):
    """A daemon with the default's control socket in a /run of its own, and that
    socket's path from here."""
    if os.getuid() != 0:
        t.skip("mounts a file system")
    wrapper = ["unshare", "--mount", *within(*lines)]
    daemon = t.daemon(t.blog().path, options={"control": None},
                      wrapper=wrapper)
    # Through the broker: the parent itself has an empty root.
    broker = eventually(lambda: daemon.children("broker"))[0]
    return daemon, "/proc/%d/root/run/blogd/blogd.sock" % broker


def test_default_socket_and_its_directory(t):
    """Root makes it for the user, where the system has not."""
    daemon, path = usual(t, "mount -t tmpfs -o mode=755 none /run")
    eventually(lambda: blogctl("-s", path, "status")[0] == GOOD, 20)
    for name in path, os.path.dirname(path):
        assert os.stat(name).st_uid == blogd.UID, name
    assert not daemon.grep("control socket")


def test_default_socket_that_cannot_be(t):
    """The site is served all the same, and the log says what to do."""
    for lines, why in [
            (["mount -t tmpfs -o mode=755,ro none /run"],
             'No such file or directory .make its directory, for "user"'),
            (["mount -t tmpfs -o mode=755 none /run", "mkdir /run/blogd"],
             'Permission denied .its directory has to be writable for "user"')]:
        daemon, path = usual(t, *lines)
        assert daemon.get("/").status == 200
        assert daemon.grep("control socket /run/blogd/blogd.sock: %s.*blogctl "
                           "cannot ask" % why), daemon.lines()
        assert blogctl("-s", path, "status")[0] == NO_ANSWER
        daemon.stop()


def test_socket_of_somebody_else_stays(t):
    """What is removed at the end is what was made."""
    daemon = serve(t)
    path = socket_path(t)
    os.unlink(path)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(path)
        daemon.stop()
        assert os.path.exists(path)


def test_two_daemons_do_not_share_a_socket(t):
    daemon = serve(t)
    other = t.daemon(t.path("blog.git"), wait=False,
                     options={"control": socket_path(t)})
    assert other.wait_exit() == 1
    assert other.grep("another process answers there")
    found = told(t)["processes"]
    assert found[0]["pid"] == daemon.pid


def test_it_survives_reloads(t):
    daemon = serve(t)
    assert daemon.get("/").status == 200
    before = told(t)
    for generation in 2, 3, 4:
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("reloaded", after=mark)
        found = told(t)
        assert found["generation"] == generation
        assert found["requests"]["h1"]["200"] >= 1
        assert found["readers"]["connections"] >= \
            before["readers"]["connections"]
    with open(daemon.conf_path) as file:
        text = file.read()
    daemon.configure(text.replace(socket_path(t), t.path("other")))
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("control: .*new start", after=mark)
    daemon.wait_log("reloaded", after=mark)
    assert told(t)["generation"] == 5
    daemon.configure("nonsense\n")
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reload failed", after=mark)
    found = told(t)
    assert (found["generation"], found["reload_failures"]) == (5, 1)


def test_hostile_clients_of_the_control_socket(t):
    daemon = serve(t)
    path = socket_path(t)
    held = []

    def connect():
        client_socket = socket.socket(socket.AF_UNIX)
        client_socket.connect(path)
        client_socket.settimeout(20)
        held.append(client_socket)
        return client_socket
    for number in range(1000):
        one = connect()
        if number % 4 == 0:
            try:
                one.sendall(b"x" * 4096)
            except (BrokenPipeError, ConnectionResetError):
                pass
        elif number % 4 == 1:
            one.close()
        if number % 250 == 0:
            assert daemon.get("/").status == 200
    descriptors = "/proc/%d/fd" % daemon.pid
    if os.getuid() == 0:
        eventually(lambda: len(os.listdir(descriptors)) < 100, 20,
                   "accepted sockets are closed")
    made = told(t)
    assert made["good"]
    daemon.push_hook()
    wait_told(t, lambda s: s["updates"]["unchanged"] >= 1, "an update")
    for one in held:
        one.close()
