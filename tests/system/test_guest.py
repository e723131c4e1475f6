# SPDX-License-Identifier: ISC
"""PID 1 of a guest: how it starts the daemon, what it gives up, and how the
guest ends.  Xen's part in it is tested by tests/system/xen."""
import os
import signal
import subprocess
import sys
import time

import blogd
import client
import pid1
from harness import eventually
from pid1 import CRASHED, POWERED_OFF, REBOOTED

CAP_KILL, CAP_SYS_BOOT = 1 << 5, 1 << 22

# Before a guest ends that would not work the next time either.
GIVES_UP = "powering off in 10 seconds"

# It waits two minutes where nothing else is said.
WATCHDOG = "WATCHDOG_USEC=10000000"


def configuration(site=None, url="http://blog.example", **options):
    return blogd.configuration("/blog.git", site, {"user": "blogd", **options},
                               https=False, url=url)


def guest(t, text=None):
    pid1.needs(t)
    return pid1.Guest(t, text)


def serving(t, *words):
    pid1.needs(t)
    t.blog(name="guest/blog.git")
    made = pid1.Guest(t, configuration(), *words)
    made.wait_log("blogd: init: memory: ")
    return made


def fetch(made, target="/"):
    with made.network(), made.connect_plain() as connection:
        return connection.fetch(target)


def ends(made, *lines):
    """Its exit status; these lines came last, in this order."""
    status = made.wait_exit()
    log = made.lines()
    for line in lines:
        assert any(line in x for x in log), (line, log)
        log = log[next(n for n, x in enumerate(log) if line in x) + 1:]
    assert not log, log
    return status


def tells_pid1(made, name):
    """The end that it asks for may be its own."""
    assert made.execute(name).wait(60) in (0, -signal.SIGKILL)


# ------------------------------------------------------------------ a site --

def test_serves_the_blog(t):
    made = serving(t)
    assert made.grep("blogd: init: blogd .* is this guest's PID 1")
    found = made.wait_log(
        r"init: memory: (\d+) MiB given, (\d+) MiB free, least free so far "
        r"(\d+) MiB; this site needs at least memory = (\d+)$")
    assert 0 < int(found.group(3)) <= int(found.group(2)), found.group(0)
    assert "Body of" in fetch(made, "/Posts/One").text
    assert not made.grep("cannot|stays writable")


def test_settings_are_made_where_they_are_the_guests(t):
    """And those of the machine are not: see pid1.Guest."""
    made = serving(t)
    assert made.grep("/proc/sys/kernel/dmesg_restrict stays as it is: "
                     "Permission denied")
    assert not made.grep("/proc/sys/net/.* stays as it is")
    with made.network(), open("/proc/sys/net/ipv4/conf/all/"
                              "accept_redirects") as file:
        assert file.read() == "0\n"


def test_much_is_told_at_once(t):
    """By a daemon with many sockets, which it names to its manager."""
    pid1.needs(t)
    t.blog(name="guest/blog.git")
    made = pid1.Guest(t, configuration(serve={"processes": 32}))
    made.wait_log("blogd: init: memory: ")
    assert not made.grep("does not take"), made.lines()


def test_name_servers_and_mounts(t):
    """Read from outside, through PID 1's root."""
    made = serving(t)
    root = "/proc/%d/root" % made.pid
    mounts = blogd.read("/proc/%d/mountinfo" % made.pid).decode()
    flags = {}
    for line in mounts.splitlines():
        fields = line.split()
        flags[fields[4]] = set(fields[5].split(","))  # the uppermost
    assert {"ro", "nosuid", "nodev"} <= flags["/"], mounts
    assert {"ro", "nosuid", "noexec"} <= flags["/dev"], mounts
    for path in "/run", "/proc":
        assert {"nosuid", "nodev", "noexec"} <= flags[path], mounts
    assert os.path.isfile(root + "/etc/resolv.conf")
    assert not os.path.islink(root + "/etc/resolv.conf")


# ------------------------------------------------------- what is given up --

def test_rights_of_pid1(t):
    made = serving(t)
    status = blogd.status_of(made.pid)
    assert status["NSpid"].split()[-1] == "1", status
    assert status["Seccomp"] == "2", status
    assert status["NoNewPrivs"] == "1", status
    for kind in "CapEff", "CapPrm":
        assert int(status[kind], 16) == CAP_KILL | CAP_SYS_BOOT, status
    for kind in "CapInh", "CapBnd", "CapAmb":
        assert int(status[kind], 16) == 0, status


def test_daemon_is_an_ordinary_one(t):
    made = serving(t)
    status = blogd.status_of(made.daemon)
    assert set(status["Uid"].split()) == {str(pid1.FIRST + pid1.USER)}, status
    assert int(status["CapEff"], 16) == 0, status
    assert status["Seccomp"] == "2", status


# -------------------------------------------------------------- its duties --

ORPHAN = """
import os, sys
if os.fork() == 0:
    os.write(1, b"!")
    os.read(0, 1)
"""


def test_orphans_are_reaped(t):
    made = serving(t)
    with subprocess.Popen(
            ["nsenter", "-t", str(made.pid), "-p", sys.executable, "-c",
             ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.read(1) == b"!"
        assert parent.wait(60) == 0
        orphan, = eventually(
            lambda: set(made.children_of_pid1()) - {made.daemon}, 60,
            "an orphan")
        parent.stdin.close()
        eventually(lambda: not os.path.exists("/proc/%d" % orphan), 60,
                   "its end")
    assert made.children_of_pid1() == [made.daemon]
    assert fetch(made).status == 200


# ------------------------------------------------------------ ends: asked --

def test_power_off(t):
    made = serving(t)
    tells_pid1(made, "/sbin/poweroff")
    assert ends(made, "init: power off: stopping the daemon",
                "init: power off") == POWERED_OFF


def test_reboot(t):
    made = serving(t)
    tells_pid1(made, "/sbin/reboot")
    assert ends(made, "init: reboot: stopping the daemon",
                "init: reboot") == REBOOTED


def test_readers_get_their_answers_before_power_off(t):
    """The daemon is not killed, but asked."""
    made = serving(t)
    with made.network():
        connection = client.Connection(made.http)
    with connection:
        connection.send(b"GET /Posts/One HTTP/1.1\r\nHost: localhost\r\n")
        tells_pid1(made, "/sbin/poweroff")
        made.wait_log("stopping the daemon")
        connection.send(b"\r\n")
        assert connection.response().status == 200
    assert made.wait_exit() == POWERED_OFF


def test_power_off_of_a_daemon_that_is_stuck(t):
    made = serving(t)
    os.kill(made.daemon, signal.SIGSTOP)
    tells_pid1(made, "/sbin/poweroff")
    assert ends(made, "init: power off: stopping the daemon",
                "init: the daemon takes too long",
                "init: power off") == POWERED_OFF


# -------------------------------------------------------- ends: by itself --

def test_a_crash_is_the_guests(t):
    """PID 1 ends, which makes the kernel panic and on_crash act."""
    made = serving(t)
    os.kill(made.daemon, signal.SIGKILL)
    assert ends(made, "init: the daemon was ended by signal 9 (Killed)",
                "init: a crash: what follows is up to the hypervisor "
                "(on_crash)") == CRASHED


def test_a_fault_after_the_start_is_a_crash(t):
    """Also of the daemon's processes, of whom the parent ends by itself when
    the broker is gone."""
    made = serving(t)
    broker = next(p for p in blogd.descendants(made.daemon)
                  if blogd.role_of(p) == "broker")
    os.kill(broker, signal.SIGKILL)
    assert made.wait_exit() == CRASHED
    assert made.grep("init: the daemon has ended with status [1-9]")


def test_a_daemon_that_hangs_is_a_crash(t):
    made = serving(t, WATCHDOG)
    os.kill(made.daemon, signal.SIGSTOP)
    assert ends(made, "init: the daemon has said nothing for 10 seconds",
                "init: the daemon was ended by signal 9 (Killed)",
                "init: a crash: what follows is up to the hypervisor "
                "(on_crash)") == CRASHED


def test_a_daemon_that_is_well_is_left_alone(t):
    """It says so in time, of itself and of what serves."""
    made = serving(t, WATCHDOG)
    time.sleep(12)
    assert fetch(made).status == 200


def test_without_a_configuration(t):
    made = guest(t)
    assert ends(made, "init: there is no %s in this guest: make a site's "
                "archive with blogd-image(8)" % made.conf_path,
                "init:   blogd-image --remote ", "init:   ramdisk = ",
                "init: " + GIVES_UP, "init: power off") == POWERED_OFF


def test_with_a_wrong_configuration(t):
    made = guest(t, configuration(nonsense=1))
    assert ends(made, "nonsense", "init: the daemon has ended with status 1",
                "init: " + GIVES_UP, "init: power off") == POWERED_OFF


def test_with_an_unreadable_certificate(t):
    made = guest(t, configuration({"certificate": "/none.pem",
                                   "key": "/none.key"}, blogd.SITE))
    assert ends(made, "/none.", "init: the daemon has ended with status 1",
                "init: " + GIVES_UP, "init: power off") == POWERED_OFF
