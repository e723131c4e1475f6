# SPDX-License-Identifier: ISC
"""Directories with a blog in them, and the commands that authors give."""
import os
import shutil
import subprocess

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

    def copy(self, t, name):
        shutil.copytree(self.path, t.path(name), symlinks=True)
        return t.path(name)
