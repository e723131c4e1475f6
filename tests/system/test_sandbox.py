# SPDX-License-Identifier: ISC
"""What is around the filters, as the kernel tells it; what blogd tells of it;
and starts that insist on all of it."""
import os
import re
import shutil
import sys

import blogd
from harness import eventually
from test_processes import networked
from test_status import blogctl, socket_path, told

# As a child of the daemon says it, by role.
WORDS = {"parent", "broker", "dial", "git", "keys", "serve", "log"}

# A host without user namespaces, made of one that has them: the daemon's user
# is alone in one that allows no other.
WITHOUT_NAMESPACES = """
import ctypes, os, subprocess, sys
uid, gid = os.getuid(), os.getgid()
assert ctypes.CDLL(None).unshare(0x10000000) == 0
for name, text in (("self/setgroups", "deny"), ("self/uid_map", f"{uid} {uid} 1"),
                   ("self/gid_map", f"{gid} {gid} 1"),
                   ("sys/user/max_user_namespaces", "0")):
    with open("/proc/" + name, "w") as file:
        file.write(text)
sys.exit(subprocess.call(sys.argv[1:]))
"""

# As a unit with RestrictNamespaces=yes: a filter that answers unshare(2) with
# EPERM, and lets all else through.
FILTERED = """
import ctypes, os, struct, subprocess, sys
number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
program = b"".join(struct.pack("HBBI", *line) for line in (
    (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001),
    (0x06, 0, 0, 0x7fff0000)))
buffer = ctypes.create_string_buffer(program, len(program))

class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
filter = Program(len(program) // 8, ctypes.addressof(buffer))
prctl = ctypes.CDLL(None).prctl
assert prctl(38, 1, 0, 0, 0) == 0  # no new privileges
assert prctl(22, 2, ctypes.byref(filter), 0, 0) == 0
sys.exit(subprocess.call(sys.argv[1:]))
"""


# One that the daemon's user may run.
PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable


def as_user():
    """Of a shell that has never been root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid=%d" % blogd.UID, "--regid=65534",
            "--clear-groups", "--inh-caps=-all"]


def without_namespaces():
    return [*as_user(), PYTHON, "-c", WITHOUT_NAMESPACES]


def restricted():
    return [*as_user(), PYTHON, "-c", FILTERED]


def plain(t, wrapper, **options):
    """A daemon of the user's own, below that wrapper."""
    made = t.blog()
    return t.daemon(made.path, wrapper=wrapper, https=False,
                    url="http://blog.example", **options)


# ------------------------------------------------------------- what is told --

def test_log_and_blogctl_say_the_same(t):
    """One line for each process at its start, without -v, in the words that
    blogctl uses; and render's line is not repeated with every update."""
    made, daemon = networked(t, debug=False, options={
        "control": socket_path(t), "log": {"access": "stderr"}})
    daemon.settled()
    logged = {}
    for line in daemon.lines():
        found = re.match("blogd: parent: (?:(\\w+) is ready: )?(.*, )?"
                         r"(\d+ system calls)$", line)
        if found:
            role = found.group(1) or "parent"
            logged.setdefault(role, set()).add(
                (found.group(2) or "") + found.group(3))
    found = {}
    for process in told(t)["processes"]:
        found.setdefault(process["role"], set()).add(process["jail"])
    assert WORDS <= set(found), found
    assert "render" in logged
    for role, jails in found.items():
        assert jails == logged[role], (role, jails, logged[role])
    _, text, _ = blogctl("-s", socket_path(t), "status")
    for role, jails in found.items():
        for jail in jails:
            assert re.search("^%s .*: %s$" % (role, re.escape(jail)), text,
                             re.M), (role, jail, text)
    made.commit({"Posts/More": "title: More\nauthor: A\n---\nMore.\n"})
    mark = daemon.mark()
    daemon.update()
    assert not daemon.grep("render is ready", after=mark)


def test_what_is_told_is_explained(t):
    """Each word is in the manual."""
    _, daemon = networked(t, options={"control": socket_path(t)})
    daemon.settled()
    with open(os.path.join(blogd.TOP, "doc/blogd.8")) as file:
        manual = file.read()
    for process in told(t)["processes"]:
        for word in process["jail"].split(", "):
            word = re.sub(r"\d+", "N", word)
            word = re.sub(r" \(.*", "", word)
            assert re.search(r"^\.It Li %s$" % re.escape(word), manual,
                             re.M), word


# --------------------------------------------------- what the kernel tells --

def everybody(daemon):
    for role, pids in daemon.settled().items():
        for pid in pids:
            yield role, pid


def test_nothing_is_left_to_get_rights_from(t):
    """The parent as well: only the broker keeps what makes namespaces."""
    _, daemon = networked(t, options={"log": {"access": "stderr"}})
    for role, pid in [("parent", daemon.pid), *everybody(daemon)]:
        status = blogd.status_of(pid)
        what = (role, status)
        assert status["NoNewPrivs"] == "1", what
        assert status["Seccomp"] == "2", what
        if os.getuid() == 0 or blogd.user_namespaces():
            assert int(status["CapBnd"], 16) == 0, what
        for kind in "CapInh", "CapPrm", "CapEff", "CapAmb":
            assert int(status[kind], 16) == 0 or role == "broker", what
        assert set(status["Uid"].split()) == {str(blogd.UID)}, what


NO_CORES = {"core file size": 0, "msgqueue size": 0, "nice priority": 0,
            "realtime priority": 0}
LIMITS = {
    "parent": {"processes": 0},
    "broker": {},
    "dial": {"file size": 0, "processes": 0, "open files": 256,
             "locked memory": 0, "data size": 64 << 20},
    "git": {"processes": 0, "open files": 256, "locked memory": 0},
    "keys": {"file size": 0, "processes": 0, "open files": 256,
             "data size": 64 << 20},
    "serve": {"file size": 0, "processes": 0, "locked memory": 0},
    "log": {"processes": 0, "open files": 256, "locked memory": 0,
            "data size": 64 << 20},
}


def limits_of(pid):
    with open("/proc/%d/limits" % pid) as file:
        for line in file.readlines()[1:]:
            found = re.match(r"Max (.*?)  +(\S+) +(\S+)", line)
            soft, hard = (-1 if x == "unlimited" else int(x)
                          for x in found.groups()[1:])
            yield found.group(1), soft, hard


def test_limits(t):
    _, daemon = networked(t, options={"log": {"access": "stderr"}})
    for role, pid in [("parent", daemon.pid), *everybody(daemon)]:
        due = {**NO_CORES, **LIMITS[role]}
        if blogd.SANITIZED:
            due.pop("data size", None)
        for name, soft, hard in limits_of(pid):
            if name in due:
                assert (soft, hard) == (due[name], due[name]), \
                    (role, name, soft, hard)
            if name == "data size" and role in ("git", "serve") and \
                    not blogd.SANITIZED:
                assert hard > 0, role


def test_limits_of_a_worker(t):
    """While it works on a post that takes its time."""
    slow = "title: Slow\nauthor: A\n---\n" + "z_www." * 8000
    made = t.blog()
    daemon = t.daemon(made.path)
    made.commit({"Posts/Slow%d" % i: slow + str(i) for i in range(4)})
    daemon.push_hook()

    def worker():
        for pid in daemon.children("render"):
            for child in blogd.descendants(pid):
                status = blogd.status_of(child)
                if status.get("Seccomp_filters", "0") >= "3":
                    return child
        return None
    pid = eventually(worker, 60, "a worker")
    due = {**NO_CORES, "file size": 0, "processes": 0, "open files": 0,
           "cpu time": 1000}
    found = {name: hard for name, _, hard in limits_of(pid)}
    for name, limit in due.items():
        assert found[name] == limit, (name, found[name])


def test_descriptors_are_not_inherited(t):
    """What was open at the start is open in none of them."""
    made = t.blog()
    daemon = t.daemon(made.path, wrapper=["sh", "-c", 'exec 7</etc/hostname; '
                                          '"$@"; exit $?', "sh"])
    if os.getuid() != 0:
        t.skip("reads /proc/PID/fd, which root may")
    for role, pid in everybody(daemon):
        held = {os.readlink("/proc/%d/fd/%s" % (pid, fd))
                for fd in os.listdir("/proc/%d/fd" % pid)}
        assert "/etc/hostname" not in held, (role, held)


# ------------------------------------------------------------------- strict --

def test_strict_is_what_root_gets(t):
    """And a complete sandbox with it, where the host has all of it."""
    if os.getuid() != 0:
        t.skip("needs root")
    made = t.blog()
    daemon = t.daemon(made.path, options={"sandbox": "strict"}, wait=False)
    if not blogd.INCOMPLETE:
        daemon.wait_serving()
        assert not daemon.grep("sandbox is not complete|not all of the")
        return
    assert daemon.wait_exit() == 1
    assert daemon.grep('the sandbox is not complete, .*sandbox = "available"')


def needs_namespaces(t):
    if not blogd.user_namespaces():
        t.skip("is made of a host that has user namespaces")


def refused(t, **options):
    daemon = plain(t, without_namespaces(), wait=False, **options)
    assert daemon.wait_exit() == 1
    return daemon.grep("the sandbox is not complete")


def test_strict_refuses_and_says_why(t):
    needs_namespaces(t)
    line, = refused(t, options={"sandbox": "strict"})
    assert "no user namespaces (No space left on device)" in line, line
    assert "user.max_user_namespaces" in line, line
    assert 'or set sandbox = "available"' in line, line


def test_systemd_makes_it_strict(t):
    needs_namespaces(t)
    refused(t, env={"INVOCATION_ID": "0123456789abcdef"},
            options={"sandbox": "auto"})


def test_a_shell_gets_what_there_is(t):
    needs_namespaces(t)
    daemon = plain(t, without_namespaces(), options={"sandbox": "auto"})
    assert daemon.grep("not all of the sandbox is available: "
                       "no user namespaces")
    assert daemon.grep("broker is ready: no user namespace ")
    for role in "git", "serve":
        line, = daemon.grep(role + " is ready: ")
        assert "Landlock" in line or not blogd.landlock(), line
        assert "empty root" not in line, line


def test_available_is_enough_for_systemd_too(t):
    needs_namespaces(t)
    plain(t, without_namespaces(), options={"sandbox": "available"},
          env={"INVOCATION_ID": "0123456789abcdef"})


def test_namespaces_are_left_to_systemd(t):
    if not blogd.landlock():
        t.skip("wants Landlock all the same")
    daemon = plain(t, restricted(), options={"sandbox": "strict"},
                   env={"INVOCATION_ID": "0123456789abcdef"})
    assert daemon.grep("broker is ready: namespaces: left to systemd")
    with daemon.connect_plain() as connection:
        assert connection.fetch("/").status == 200


def test_the_same_without_systemd_is_refused(t):
    daemon = plain(t, restricted(), options={"sandbox": "strict"}, wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep(r"no user namespaces \(Operation not permitted\)")


def test_another_demand_takes_a_new_start(t):
    daemon = t.serve(options={"sandbox": "available"})
    with open(daemon.conf_path) as file:
        text = file.read()
    daemon.configure(text.replace('sandbox = "available"',
                                  'sandbox = "strict"'))
    mark = daemon.mark()
    daemon.signal(1)
    daemon.wait_log("reloaded", after=mark)
    assert daemon.grep("sandbox: another demand takes a new start", mark)
