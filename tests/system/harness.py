# SPDX-License-Identifier: ISC
"""What a test is given: a directory, helpers, and a tidy end."""
import os
import time
import traceback

import blogd
import repo
import servers

PASSED, FAILED, SKIPPED = 0, 1, 77


class Skip(Exception):
    pass


class Test:
    """Everything started through it is stopped when the test ends, in reverse
    order; a daemon must end well, or the test fails."""

    def __init__(self, directory):
        self.dir = directory
        self.daemons = []
        self.cleanups = []

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, content, mode=0o644):
        """Writes a file that the daemon may read even after it dropped root;
        one that others may not read is given to the daemon's user."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
        if isinstance(content, str):
            content = content.encode()
        with open(path, "wb") as out:
            out.write(content)
        os.chmod(path, mode)
        if not mode & 0o004:
            blogd.give_to_daemon(path)
        return path

    def skip(self, reason):
        raise Skip(reason)

    def started(self, thing):
        """Registers something with a stop method."""
        self.cleanups.append(thing.stop)
        return thing

    # -- the usual players ------------------------------------------------

    def repo(self, name="blog.git", **options):
        return repo.Repo(self.path(name), **options)

    def blog(self, files=None, **options):
        """A small repository with an index page, and files."""
        made = self.repo(**options)
        made.commit({**repo.SMALL, **(files or {})})
        return made

    def ca(self, name="ca"):
        return servers.CA(self.path(name))

    def daemon(self, remote, **options):
        started = blogd.Daemon(self, remote, **options)
        self.daemons.append(started)
        self.cleanups.append(started.stop)
        if options.get("wait", True):
            started.wait_serving()
        return started

    def serve(self, files=None, **options):
        """A small blog and a daemon that serves it from its directory."""
        return self.daemon(self.blog(files).path, **options)

    def close(self):
        failures = []
        while self.cleanups:
            try:
                self.cleanups.pop()()
            except Exception:
                failures.append(traceback.format_exc())
        return failures

    def print_logs(self):
        for number, daemon in enumerate(self.daemons):
            print("--- log of daemon %d (%s)" % (number, daemon.conf_path))
            print("\n".join(daemon.lines()[-80:]))


def execute(function, directory):
    """Runs one test; the exit status of its process."""
    test = Test(directory)
    failures = []
    try:
        function(test)
    except Skip as skip:
        test.close()
        print(skip)
        return SKIPPED
    except BaseException:
        failures.append(traceback.format_exc())
    failures += test.close()
    if not failures:
        return PASSED
    print("\n".join(failures))
    test.print_logs()
    return FAILED


def eventually(condition, timeout=60, what="condition", step=0.02):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("%s: not within %s s" % (what, timeout))
        time.sleep(step)
