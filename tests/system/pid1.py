# SPDX-License-Identifier: ISC
"""blogd as PID 1 of a guest, in namespaces of this machine: of processes,
mounts, network and users.  The last makes it safe: root there is nobody here,
whom the kernel's settings and the machine's own PID 1 refuse.  There reboot(2)
ends PID 1 by a signal, which tells how a guest went.

    pid1.py ROOT [NAME=VALUE]...    becomes /init of the directory, with these
                                    variables, and ends as it does
"""
import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import blogd

LIBC = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUSER, NEWPID, NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 2, 4, 8, 4096
MS_REC, MS_PRIVATE, MNT_DETACH = 16384, 1 << 18, 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

DEVICES = ["null", "zero", "random", "urandom"]

# Users 0 to 999 of the guest are nobody on this machine.
FIRST, USERS = 1_900_000_000, 1000
USER = 900  # blogd, as in the image

# How a guest ends, as the exit status of this program.
POWERED_OFF, REBOOTED, CRASHED = 128 + signal.SIGINT, 128 + signal.SIGHUP, 1


# ------------------------------------------------------- in the namespaces --

def call(name, *arguments):
    arguments = [a.encode() if isinstance(a, str) else a for a in arguments]
    if getattr(LIBC, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, "%s%r: %s" % (name, arguments,
                                            os.strerror(number)))


def make_namespaces():
    """Who writes the map stays outside, where it may."""
    pid = os.getpid()
    made_read, made = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(made)
        os.read(made_read, 1)
        for name in "uid_map", "gid_map":
            with open("/proc/%d/%s" % (pid, name), "w") as file:
                file.write("0 %d %d" % (FIRST, USERS))
        os._exit(0)
    call("unshare", NEWUSER | NEWNS | NEWPID | NEWNET)
    os.close(made)
    assert os.waitpid(mapper, 0)[1] == 0


def be_nobody_here():
    """Else nothing follows: settings of the kernel are the machine's."""
    os.setgroups([])
    os.setgid(0)
    os.setuid(0)
    with open("/proc/self/uid_map") as file:
        assert file.read().split() == ["0", str(FIRST), str(USERS)]
    try:
        os.close(os.open("/proc/sys/kernel/randomize_va_space", os.O_WRONLY))
    except PermissionError:
        return
    raise AssertionError("the machine's settings are not safe")


def enter(root):
    call("mount", "none", "/", None, MS_REC | MS_PRIVATE, None)
    call("mount", root, root, None, MS_BIND, None)
    # The kernel lets have a /proc who has one.
    call("mount", "none", root + "/proc", "proc",
         MS_NOSUID | MS_NODEV | MS_NOEXEC, None)
    for name in DEVICES:
        call("mount", "/dev/" + name, root + "/dev/" + name, None, MS_BIND,
             None)
    os.chdir(root)
    call("syscall", PIVOT_ROOT[os.uname().machine], ".", ".")
    call("umount2", ".", MNT_DETACH)
    os.chdir("/")


def main(root, *words):
    make_namespaces()
    pid = os.fork()
    if pid == 0:
        be_nobody_here()
        enter(root)
        os.execve("/init", ["/init"], dict(w.split("=") for w in words))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


# ------------------------------------------------------------- for a test --

def needs(t):
    if os.getuid() != 0:
        t.skip("needs root, for a user namespace with two users")
    if not blogd.user_namespaces():
        t.skip("needs user namespaces")


def configuration_path():
    """Where the binary, whose --sysconfdir is anything, has it."""
    with open(blogd.BINARY, "rb") as file:
        found = set(re.findall(rb"(?<=\0)/[\w/.-]*/blogd/blogd\.conf(?=\0)",
                               file.read()))
    path, = found
    return path.decode()


def libraries():
    text = subprocess.run(["ldd", blogd.BINARY], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    return re.findall(r"(?:^\s|=> )(/\S+) \(", text, re.M)


SETTINGS = ["kernel", "vm", "dev"]  # those that no namespace has of its own


def settings_of_machine():
    """What PID 1 would set, by its source."""
    with open(os.path.join(blogd.TOP, "guest/sysctls.c")) as file:
        paths = re.findall(r'"(/proc/sys/(?:%s)/[^"]*)"' % "|".join(SETTINGS),
                           file.read())
    assert len(paths) > 5
    return {path: blogd.read(path) for path in paths if os.path.exists(path)}


class Guest(blogd.Daemon):
    """A machine with that configuration, or none, and the repository that is
    /blog.git there, if any.  words: of the kernel's command line, those that it
    makes variables of."""

    def __init__(self, test, text=None, *words):
        self.test = test
        self.conf_path = configuration_path()
        self.root = test.path("guest")
        self.log, self.family = [], set()
        self.changed = threading.Condition()
        self.ended = self.end_seen = False
        self.wrapped = True
        self.make_root(text)
        self.before = settings_of_machine()
        test.daemons.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.abspath(__file__), self.root,
             *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        test.started(self)
        threading.Thread(target=self.collect, daemon=True).start()

    # -- its files -----------------------------------------------------------

    def put(self, path, content=b"", mode=0o644):
        path = self.root + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str)
                       else content)
        os.chmod(path, mode)

    def make_root(self, text):
        self.put_programs()
        self.put("/etc/passwd", "root:x:0:0::/:\nblogd:x:%d:%d::/:\n"
                 % (USER, USER))
        self.put("/etc/group", "root:x:0:\nblogd:x:%d:\n" % USER)
        os.symlink("/proc/net/pnp", self.root + "/etc/resolv.conf")
        self.give("", FIRST)
        if os.path.exists(self.root + "/blog.git"):
            self.give("/blog.git", FIRST + USER)
        if text:
            self.put(self.conf_path, text, 0o600)
            self.give(self.conf_path, FIRST + USER)

    def put_programs(self):
        """As the image has them, but with libraries; and what is mounted."""
        for path in libraries():
            os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
            shutil.copy(path, self.root + path)
        os.makedirs(self.root + "/sbin", exist_ok=True)
        shutil.copy(blogd.BINARY, self.root + "/sbin/blogd")
        os.symlink("sbin/blogd", self.root + "/init")
        for name in "poweroff", "reboot":
            os.symlink("blogd", self.root + "/sbin/" + name)
        os.mkdir(self.root + "/proc")
        for name in DEVICES:
            self.put("/dev/" + name)

    def give(self, path, owner):
        os.chown(self.root + path, owner, owner)
        for directory, subdirectories, files in os.walk(self.root + path):
            for name in subdirectories + files:
                os.lchown(os.path.join(directory, name), owner, owner)

    # -- its processes -------------------------------------------------------

    def children_of_pid1(self):
        return [p for p in blogd.descendants(self.pid)
                if blogd.parent_of(p) == self.pid]

    @property
    def daemon(self):
        return next(p for p in self.children_of_pid1()
                    if blogd.read("/proc/%d/cmdline" % p) == b"blogd\0-d\0")

    def execute(self, *command, **options):
        """Starts a program of the guest's in it."""
        return subprocess.Popen(["nsenter", "-t", str(self.pid), "-U", "-m",
                                 "-p", "-n", "-r", "-w", *command], **options)

    @contextlib.contextmanager
    def network(self):
        """Within, this thread is in the guest's network."""
        with open("/proc/thread-self/ns/net") as own, \
                open("/proc/%d/ns/net" % self.pid) as its:
            call("setns", its.fileno(), NEWNET)
            try:
                yield
            finally:
                call("setns", own.fileno(), NEWNET)

    # -- its end -------------------------------------------------------------

    def stop(self):
        if self.process.poll() is None:
            for pid in blogd.descendants(self.process.pid)[:1]:
                os.kill(pid, signal.SIGKILL)
            self.process.wait(15)
        elif not self.end_seen:
            raise AssertionError("the guest ended by itself with %d"
                                 % self.process.returncode)
        self.check_machine()

    def check_machine(self):
        """Nothing of the guest is seen outside."""
        assert settings_of_machine() == self.before
        with open("/proc/self/mountinfo") as file:
            assert self.root not in file.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
