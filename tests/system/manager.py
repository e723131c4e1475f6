#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What systemd is to a service: passes sockets to it, hears what it says, and
keeps descriptors for it.

As a program, the last moment before the service is executed:

    manager.py NAME=FD... -- COMMAND [ARGUMENT]...

passes the descriptors as sd_listen_fds(3) has it."""
import array
import os
import socket
import sys
import threading
import time

FIRST = 3


def activate(passed):
    """The words before a command which gets these (name, socket)."""
    if not passed:
        return []
    return [sys.executable, os.path.abspath(__file__),
            *["%s=%d" % (name, fd.fileno()) for name, fd in passed], "--"]


def execute(words):
    end = words.index("--")
    pairs = [word.rsplit("=", 1) for word in words[:end]]
    high = [os.dup(int(fd)) for _, fd in pairs]
    while high and min(high) < FIRST + len(pairs):
        high = [os.dup(fd) for fd in high]
    for number, fd in enumerate(high):
        os.dup2(fd, FIRST + number, inheritable=True)
    os.closerange(FIRST + len(pairs), 1024)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(pairs))
    os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _ in pairs)
    os.execvp(words[end + 1], words[end + 1:])


class Kept:
    """A descriptor in the store."""

    def __init__(self, fd):
        self.fd = fd
        self.close = lambda: os.close(fd)

    def fileno(self):
        return self.fd


class Manager:
    """Hears NOTIFY_SOCKET in a thread."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o777)
        self.changed = threading.Condition()
        self.messages = []
        self.store = {}  # name: Kept
        self.ended = False
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.path, **more}

    def hear(self):
        while not self.ended:
            text, ancillary, _, _ = self.socket.recvmsg(
                65536, socket.CMSG_SPACE(64 * 4))
            fds = array.array("i")
            for _, _, data in ancillary:
                fds.frombytes(data)
            with self.changed:
                self.take(text.decode().splitlines(), list(fds))
                self.changed.notify_all()

    def take(self, lines, fds):
        self.messages.append(lines)
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        name = values.get("FDNAME", "stored")
        if "FDSTOREREMOVE" in values:
            kept = self.store.pop(name, None)
            if kept:
                kept.close()
        for fd in fds:
            if "FDSTORE" in values and not self.known(fd):
                self.store[name] = Kept(fd)
            else:
                os.close(fd)

    def known(self, fd):
        """systemd keeps one descriptor once, whatever its name."""
        def identity(f):
            status = os.fstat(f)
            return status.st_dev, status.st_ino
        return any(identity(kept.fd) == identity(fd)
                   for kept in self.store.values())

    def count(self, line):
        with self.changed:
            return sum(line in message for message in self.messages)

    def wait(self, condition, what, timeout=60):
        """Until condition(self) holds."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self), timeout):
                raise AssertionError("%s: not within %d s; heard %s; keeps %s"
                                     % (what, timeout, self.messages[-20:],
                                        sorted(self.store)))

    def wait_line(self, line, timeout=60, times=1):
        self.wait(lambda m: sum(line in x for x in m.messages) >= times,
                  line, timeout)

    def forget(self):
        with self.changed:
            self.messages.clear()

    def names(self, start=""):
        with self.changed:
            return sorted(n for n in self.store if n.startswith(start))

    def kept(self):
        """The store's content, to be passed."""
        with self.changed:
            return list(self.store.items())

    def stop(self):
        self.ended = True
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as poke:
            poke.connect(self.path)
            poke.send(b"END=1")
        self.thread.join(10)
        self.socket.close()
        for kept in self.store.values():
            kept.close()


def listening(address=("127.0.0.1", 0), family=socket.AF_INET,
              kind=socket.SOCK_STREAM, listen=True, v6only=True):
    """As a socket unit makes one: it blocks."""
    made = socket.socket(family, kind)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if family != socket.AF_UNIX:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    if listen:
        made.listen(4096)
    return made




if __name__ == "__main__":
    execute(sys.argv[1:])
