# SPDX-License-Identifier: ISC
"""Directories with a blog in them, and the commands that authors give."""
import http.client
import os
import pty
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import blogd
from repo import ENV, SMALL

WHO = {"GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "a@example.org",
       "GIT_COMMITTER_NAME": "A U Thor", "GIT_COMMITTER_EMAIL": "a@e.org"}
# As root, the commands are tried as somebody else, too.
PEOPLE = [None, "nobody"] if os.getuid() == 0 else [None]


def put(directory, files):
    """Writes files: path: text, bytes, or None to delete."""
    for path, content in files.items():
        whole = os.path.join(directory, path)
        if content is None:
            os.unlink(whole)
            continue
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "wb") as out:
            out.write(content.encode() if isinstance(content, str)
                      else content)


class Tree:
    """A directory with a small blog in it."""

    def __init__(self, t, files=None, name="tree", git=True):
        self.path = t.path(name)
        os.makedirs(self.path)
        os.chmod(t.dir, 0o755)
        self.put({**SMALL, **(files or {})})
        if git:
            self.git("init", "-q", "-b", "main")

    def put(self, files):
        put(self.path, files)

    def git(self, *arguments, env=None, check=True):
        done = subprocess.run(
            ["git", "-C", self.path, *arguments], stdout=subprocess.PIPE,
            env={**ENV, **WHO, **(env or {})}, check=check)
        return done.stdout.decode().strip()

    def commit(self, files=None, date=1_460_000_000):
        self.put(files or {})
        when = "%d +0000" % date
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit",
                 env={"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when})
        return self.git("rev-parse", "HEAD")

    def run(self, *arguments, user=None, env=None, cwd=None, timeout=60,
            input=None):
        """(status, lines of standard output, lines of standard error)."""
        done = subprocess.run(
            [blogd.BINARY, *arguments], timeout=timeout, user=user,
            group=user and "nogroup", extra_groups=user and [],
            stdin=subprocess.DEVNULL if input is None else None, input=input,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**ENV, **(env or {})}, cwd=cwd or self.path)
        return (done.returncode, done.stdout.decode().splitlines(),
                done.stderr.decode().splitlines())

    def on_terminal(self, *arguments, env=None):
        """(status, all that a terminal shows)."""
        own, its = pty.openpty()
        process = subprocess.Popen(
            [blogd.BINARY, *arguments], stdin=its, stdout=its, stderr=its,
            env={**ENV, "TERM": "xterm", **(env or {})}, cwd=self.path)
        os.close(its)
        shown = b""
        while True:
            try:
                block = os.read(own, 65536)
            except OSError:  # nobody has the other end any more
                break
            shown += block
        os.close(own)
        return process.wait(60), shown.decode()

    def copy(self, t, name):
        shutil.copytree(self.path, t.path(name), symlinks=True)
        return t.path(name)


class Preview:
    """A running `blogd preview` of a tree."""

    def __init__(self, t, tree, *arguments, user=None, port=None):
        self.port = port or free_port()
        self.lines = []
        self.changed = threading.Condition()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [blogd.BINARY, "preview", "--port", str(self.port), *arguments],
            cwd=tree.path, env=ENV, user=user, group=user and "nogroup",
            extra_groups=user and [], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        t.started(self)
        self.wait(lambda: any("http://localhost" in x for x in self.lines))

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait(self, condition, seconds=30):
        with self.changed:
            assert self.changed.wait_for(condition, seconds), self.lines

    def rendered(self):
        """How often that was told."""
        return sum(x.startswith("rendered ") for x in self.lines)

    def after(self, change):
        """Makes the change and waits for the new site.  A file may have been
        seen half written, and then once more."""
        before = self.rendered()
        change()
        self.wait(lambda: self.rendered() > before)
        while before != self.rendered():
            before = self.rendered()
            time.sleep(0.3)

    def get(self, path, host="127.0.0.1"):
        """(status, headers, body)."""
        connection = http.client.HTTPConnection(host, self.port, timeout=20)
        connection.request("GET", urllib.parse.quote(path))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(20)
        assert status == 0, (status, self.lines)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
