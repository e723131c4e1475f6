# SPDX-License-Identifier: ISC
"""No file is ever written: watched by strace, from the first process to the
last, through a clone, an update, a reload and requests."""
import os
import re
import signal
import subprocess

import blogd
import servers
from repo import article

# What sets up a user namespace, who is to end first without memory, and nowhere.
HARMLESS = re.compile(
    r'"(/proc/(self|\d+)/(uid_map|gid_map|setgroups|oom_score_adj)|'
    r'/dev/null|'
    r'/proc/sys/user/max_user_namespaces)"')
# Mounting an empty root needs a directory to be; it is in that mount alone.
CHANGES = ("creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2",
           "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat",
           "rmdir", "truncate", "mknod", "mknodat", "chmod", "fchmodat",
           "chown", "lchown", "fchownat", "utimensat", "setxattr")
STRACE = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2,"
          + ",".join(CHANGES) + ",mount,pivot_root,chroot"]


def events(path):
    """(pid, call) pairs; calls that were interrupted are put together."""
    begun = {}
    with open(path, errors="replace") as trace:
        for line in trace:
            pid, _, call = line.strip().partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                begun[pid] = call[:-len("<unfinished ...>")]
            elif call.startswith("<... "):
                yield pid, begun.pop(pid, "") + call.split("resumed>", 1)[-1]
            else:
                yield pid, call


def writes(path):
    """The calls that made, changed or opened a file for writing.  What a
    process does below the root that it has just mounted is in memory, seen by
    nobody else and gone with it."""
    private = set()
    found = []
    for pid, call in events(path):
        name = call.split("(", 1)[0]
        if call.startswith('mount("tmpfs"') or "MS_PRIVATE" in call:
            private.add(pid)
        failed = re.search(r"\)\s+= -1 E", call)
        if failed or HARMLESS.search(call):
            continue
        if name in CHANGES and pid not in private:
            found.append(pid + " " + call)
        if name.startswith("open") and re.search(
                r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)", call):
            found.append(pid + " " + call)
    return found


def check_traced(t, url, made, **site):
    if os.getuid() != 0:
        t.skip("strace reads the arguments of such processes for root alone")
    trace = t.path("trace")
    daemon = t.daemon(url, wrapper=[*STRACE, "-o", trace], site=site)
    assert daemon.get("/").status == 200
    made.commit({"Posts/Two": article("Two", "Body.\n")})
    daemon.update()
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reloaded", after=mark)
    assert "Body." in daemon.page("/Posts/Two")
    daemon.stop()
    found = writes(trace)
    assert not found, "\n".join(found)
    calls = sum(1 for _ in events(trace))
    assert calls > 50, "strace saw %d calls only" % calls


def test_over_https(t):
    made = t.blog()
    ca = t.ca()
    server = t.started(servers.GitHttp(t.path("s"), t.dir,
                                       tls=ca.issue("localhost")))
    check_traced(t, server.url("blog.git"), made, ca=ca.cert)


def test_over_ssh(t):
    made = t.blog()
    server = t.started(servers.Sshd(t.path("s")))
    blogd.give_to_daemon(server.key)
    check_traced(t, server.url(made.path), made, **{
        "ssh-key": server.key, "host-key": server.fingerprint()})


def test_from_a_directory(t):
    made = t.blog()
    check_traced(t, made.path, made)


for _test in (test_over_https, test_over_ssh, test_from_a_directory):
    _test.timeout = 150
del _test


def test_the_watch_sees_writes(t):
    """The judge is judged first."""
    trace = t.path("trace")
    subprocess.run([*STRACE, "-o", trace, "sh", "-c",
                    "echo x > %s; mkdir %s" % (t.path("a"), t.path("b"))],
                   check=True)
    assert len(writes(trace)) == 2, writes(trace)


def test_repository_directory_is_left_as_it_is(t):
    made = t.blog()

    def state():
        return sorted((os.path.join(where, name), os.stat(
            os.path.join(where, name)).st_mtime_ns)
            for where, _, names in os.walk(made.path) for name in names)
    before = state()
    daemon = t.daemon(made.path)
    daemon.push_hook()
    daemon.wait_log("nothing new")
    daemon.stop()
    assert state() == before


def test_git_reads_its_directory_alone(t):
    """From its own root: what it may open is the repository."""
    if os.getuid() != 0:
        t.skip("reads /proc/PID/root, which root may")
    if not blogd.user_namespaces():
        t.skip("this host allows no user namespaces")
    made = t.blog()
    t.write("secret", "x", 0o644)
    daemon = t.daemon(made.path)
    root = "/proc/%d/root" % daemon.children("git")[0]
    assert not os.path.exists(root + t.path("secret"))
    assert not os.path.exists(root + "/etc/passwd")
