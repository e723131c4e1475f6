# SPDX-License-Identifier: ISC
"""The daemon under test: its configuration, log, processes and end."""
import ctypes
import os
import pwd
import re
import signal
import subprocess
import threading
import time

import client
import h2
import manager
from repo import ENV

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("BLOGD",
                                        os.path.join(TOP, "build/blogd")))
BLOGCTL = os.path.join(os.path.dirname(BINARY), "blogctl")

with open(BINARY, "rb") as binary:
    SANITIZED = b"__asan_init" in binary.read()

# Whom a daemon started by root becomes.
USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
UID = pwd.getpwnam(USER).pw_uid

ROLES = ["dial", "git", "keys", "serve"]


def user_namespaces():
    """Does this host allow what the daemon wants for its children?  Asked
    without the daemon, which could be wrong."""
    return subprocess.run(["unshare", "--user", "--mount", "--net", "true"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def landlock():
    """Does this kernel have it?  Asked without the daemon as well."""
    create_ruleset, version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, version) > 0


# Where a daemon that root starts would refuse to.
INCOMPLETE = not user_namespaces() or not landlock()


def give_to_daemon(path):
    if os.getuid() == 0:
        os.chown(path, UID, -1)


# ---------------------------------------------------------- configuration --

class Raw(str):
    """A value that is written as it is, such as a number or true."""


def value(v):
    if isinstance(v, (list, tuple)):
        return "{" + ", ".join(value(x) for x in v) + "}"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, Raw)):
        return str(v)
    return '"%s"' % v.replace("\\", "\\\\").replace('"', '\\"')


def settings(options, indent=""):
    """blogd.conf's text for {name: value}; a dict is a section, and the key
    ("site", "title") is a section with a title."""
    lines = []
    for name, v in options.items():
        if not isinstance(v, dict):
            lines.append("%s%s = %s" % (indent, name, value(v)))
            continue
        head = '%s "%s"' % name if isinstance(name, tuple) else name
        lines.append(indent + head + " {")
        lines += settings(v, indent + "\t").splitlines()
        lines.append(indent + "}")
    return "\n".join(lines) + "\n"


SITE = "https://blog.example"


def configuration(remote, site=None, options=None, url=SITE, https=True,
                  http=True, certificate=None):
    top = {"user": USER, "control": "off"}
    if http:
        top["http"] = ["127.0.0.1:0"]
    if https:
        top["https"] = ["127.0.0.1:0"]
    if INCOMPLETE:
        top["sandbox"] = "available"
    of_site = {"repository": remote}
    if certificate:
        of_site["certificate"], of_site["key"] = certificate
    top.update(options or {})
    # Tests of limits count what one process does.
    top["serve"] = {"processes": 1, **top.get("serve", {})}
    top["site", url] = {**of_site, **(site or {})}
    return settings({k: v for k, v in top.items() if v is not None})


# ------------------------------------------------------------- processes --

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def parent_of(pid):
    stat = read("/proc/%d/stat" % pid)
    return int(stat.rsplit(b")", 1)[1].split()[1]) if stat else 0


PF_EXITING = 4  # among the flags of proc(5): its memory may be gone already


def alive(pid):
    stat = read("/proc/%d/stat" % pid)
    fields = stat.rsplit(b")", 1)[1].split() if stat else [b"Z"]
    return fields[0] != b"Z" and not int(fields[6]) & PF_EXITING


def descendants(pid):
    """Every living process below pid."""
    family = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            family.setdefault(parent_of(int(name)), []).append(int(name))
    found, todo = [], [pid]
    while todo:
        children = family.get(todo.pop(), [])
        found += children
        todo += children
    return [p for p in found if alive(p)]


def role_of(pid):
    arguments = read("/proc/%d/cmdline" % pid).split(b"\0")
    if len(arguments) > 2 and arguments[1] == b"-R":
        return arguments[2].decode()
    # A copy of the parent, which gave itself a name.
    if read("/proc/%d/comm" % pid) == b"blogd-broker\n":
        return "broker"
    return None


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    lines = read("/proc/%d/status" % pid).decode().splitlines()
    return {k: v.strip() for k, _, v in (line.partition(":") for line in lines)}


class Daemon:
    """blogd in the foreground.

    site, options: settings beside the usual ones, for the site section and
    for the top; text: the whole configuration instead; args: more arguments;
    wrapper: a command to start it with, such as strace; passed: (name, socket)
    of descriptors passed as systemd does it."""

    def __init__(self, test, remote=None, site=None, options=None, url=SITE,
                 https=True, http=True, text=None, args=(), env=None,
                 wrapper=(), wait=True, certificate=None, debug=True,
                 passed=(), binary=BINARY):
        self.test = test
        number = len(test.daemons)
        self.certificate = certificate
        if https and text is None and certificate is None:
            ca = test.ca("tls%d" % number)
            self.ca = ca.cert
            self.certificate = ca.issue("localhost", "blog.example")
            give_to_daemon(self.certificate[1])
        self.conf_path = test.path("blogd%d.conf" % number)
        self.configure(text or configuration(
            remote, site, options, url, https, http, self.certificate))
        self.log = []
        self.changed = threading.Condition()
        self.ended = False
        self.end_seen = False  # did the test itself look at its end?
        self.family = set()
        command = [*wrapper, *manager.activate(passed), binary, "-d",
                   *(["-v"] if debug else []),
                   "-f", self.conf_path, *args]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, cwd=test.dir, env={**ENV, **(env or {})},
            pass_fds=[fd.fileno() for _, fd in passed])
        self.wrapped = bool(wrapper)
        threading.Thread(target=self.collect, daemon=True).start()

    def configure(self, text):
        if INCOMPLETE and not re.search("^sandbox = ", text, re.M):
            text += 'sandbox = "available"\n'
        with open(self.conf_path, "w") as out:
            out.write(text)
        os.chmod(self.conf_path, 0o644)

    # -- its log ------------------------------------------------------------

    def collect(self):
        for line in self.process.stderr:
            with self.changed:
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def lines(self):
        with self.changed:
            return list(self.log)

    def mark(self):
        """Where the log is now: wait_log(..., after=mark) sees what follows."""
        return len(self.lines())

    def grep(self, pattern, after=0):
        return [line for line in self.lines()[after:]
                if re.search(pattern, line)]

    def wait_log(self, pattern, timeout=60, after=0):
        """The match object of the first line that fits."""
        end = time.monotonic() + timeout
        position = after
        with self.changed:
            while True:
                while position < len(self.log):
                    match = re.search(pattern, self.log[position])
                    if match:
                        return match
                    position += 1
                left = end - time.monotonic()
                if left <= 0 or self.ended:
                    raise AssertionError("no log line %r%s" % (
                        pattern, " and blogd ended" if self.ended else ""))
                self.changed.wait(left)

    def wait_serving(self, commit="", after=0, timeout=120):
        return self.wait_log("serving commit (%s[0-9a-f]*)" % commit,
                             timeout, after).group(1)

    def wait_exit(self, timeout=60):
        status = self.process.wait(timeout)
        self.end_seen = True
        with self.changed:
            self.changed.wait_for(lambda: self.ended, 5)
        return status

    # -- where it is ----------------------------------------------------------

    def port(self, scheme):
        match = self.wait_log(r"listening on %s://127\.0\.0\.1:(\d+)" % scheme)
        return int(match.group(1))

    @property
    def https(self):
        return ("127.0.0.1", self.port("https"))

    @property
    def http(self):
        return ("127.0.0.1", self.port("http"))

    def url(self, path="/", scheme="https"):
        return "%s://127.0.0.1:%d%s" % (scheme, self.port(scheme), path)

    def connect(self, **options):
        """A connection over TLS."""
        return client.Connection(self.https, client.tls_context(), **options)

    def connect_h2(self, **options):
        return h2.Connection(self.https, **options)

    def connect_plain(self, **options):
        return client.Connection(self.http, **options)

    def get(self, target="/", method="GET", **options):
        with self.connect() as connection:
            return connection.fetch(target, method, **options)

    def page(self, target):
        """The text of a page that must be there."""
        found = self.get(target)
        assert found.status == 200, "%s: %r" % (target, found)
        return found.text

    # -- its processes ---------------------------------------------------------

    @property
    def pid(self):
        """The parent of the processes."""
        if not self.wrapped:
            return self.process.pid
        return next(p for p in descendants(self.process.pid)
                    if parent_of(p) == self.process.pid)

    def children(self, role=None):
        """pids of living children: {role: [pid]}, or of one role."""
        found = {}
        for pid in descendants(self.pid):
            self.family.add(pid)
            name = role_of(pid)
            if name and parent_of(pid) == self.pid:
                found.setdefault(name, []).append(pid)
        return found.get(role, []) if role else found

    def settled(self):
        """Waits for the end of render, which lives for one update; then all
        processes that are to stay."""
        end = time.monotonic() + 10
        while self.children("render"):
            assert time.monotonic() < end, "render stays"
            time.sleep(0.01)
        return self.children()

    def signal(self, number):
        os.kill(self.pid, number)

    def push_hook(self):
        self.signal(signal.SIGUSR2)

    def update(self, timeout=120):
        """Asks for an update and waits for the new site."""
        mark = self.mark()
        self.push_hook()
        return self.wait_serving(after=mark, timeout=timeout)

    def stop(self):
        """Ends it: it must leave well, and leave nothing behind."""
        if self.process.poll() is None:
            parent = self.pid
            self.family.update(descendants(parent))
            os.kill(parent, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("blogd did not end after SIGTERM")
            self.end_seen = True
            assert self.process.returncode == 0, \
                "blogd ended with %d" % self.process.returncode
        elif not self.end_seen:
            raise AssertionError("blogd ended by itself with %d"
                                 % self.process.returncode)
        end = time.monotonic() + 3
        while any(alive(pid) for pid in self.family):
            if time.monotonic() > end:
                left = [p for p in self.family if alive(p)]
                raise AssertionError("processes left: %s" % left)
            time.sleep(0.02)


def run(*arguments, timeout=60, env=None, cwd=None, binary=BINARY):
    """Runs the binary to its end: (status, standard output, error)."""
    done = subprocess.run([binary, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, env={**ENV, **(env or {})}, cwd=cwd)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
