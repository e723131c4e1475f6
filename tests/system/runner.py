# SPDX-License-Identifier: ISC
"""Runs the tests of one directory; tests/system/run says how."""
import argparse
import glob
import importlib
import os
import shutil
import signal
import sys
import tempfile
import time

import harness

PASSED, FAILED, SKIPPED = 0, 1, 77


def discover(directory, patterns):
    tests = []
    for path in sorted(glob.glob(os.path.join(directory, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for attribute, function in list(vars(module).items()):
            if not attribute.startswith("test_"):
                continue
            name = "%s.%s" % (module.__name__[5:], attribute[5:])
            if not patterns or any(p in name for p in patterns):
                tests.append((name, function))
    return tests


class Running:
    """A test under way: its process, directory and output."""

    def __init__(self, name, function, base):
        self.name = name
        self.dir = os.path.join(base, name)
        os.mkdir(self.dir, 0o755)
        self.output = self.dir + ".out"
        self.start = time.monotonic()
        self.limit = getattr(function, "timeout", 240)
        self.pid = os.fork()
        if self.pid == 0:
            self.child(function)

    def child(self, function):
        os.setpgid(0, 0)
        out = os.open(self.output, os.O_WRONLY | os.O_CREAT, 0o644)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = FAILED
        try:
            code = harness.execute(function, self.dir)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def poll(self):
        """The exit status, or None while the test runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            if time.monotonic() - self.start < self.limit:
                return None
            self.kill()
            os.waitpid(self.pid, 0)
            with open(self.output, "a") as out:
                out.write("no end after %d seconds\n" % self.limit)
            return FAILED
        self.kill()
        return os.waitstatus_to_exitcode(status)

    def kill(self):
        """Ends whatever the test left behind."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def report(self, status):
        seconds = time.monotonic() - self.start
        with open(self.output, errors="replace") as out:
            text = out.read()
        if status == SKIPPED:
            print("skipped - %s: %s" % (self.name, text.strip()))
        elif status == PASSED:
            print("ok - %s (%.1f)" % (self.name, seconds))
        else:
            print("not ok - %s (%.1f)" % (self.name, seconds))
            for line in text.splitlines():
                print("    " + line)
        sys.stdout.flush()


def run_all(tests, jobs, base, keep):
    counts = {PASSED: 0, FAILED: 0, SKIPPED: 0}
    waiting, running = list(tests), []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(Running(*waiting.pop(0), base))
            time.sleep(0.01)
            for test in list(running):
                status = test.poll()
                if status is None:
                    continue
                running.remove(test)
                test.report(status)
                known = status if status in counts else FAILED
                counts[known] += 1
                if not (keep and known == FAILED):
                    shutil.rmtree(test.dir, ignore_errors=True)
    finally:
        for test in running:
            test.kill()
    return counts


def main(directory, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-j", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("-k", action="store_true", help="keep directories")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    tests = discover(directory, options.pattern)
    base = tempfile.mkdtemp(prefix="blogd-test-")
    os.chmod(base, 0o755)
    try:
        counts = run_all(tests, options.j, base, options.k)
    finally:
        if not options.k:
            shutil.rmtree(base, ignore_errors=True)
    if options.k:
        print("kept: " + base)
    if counts[SKIPPED]:
        print("%d skipped" % counts[SKIPPED])
    print("%d passed, %d failed" % (counts[PASSED], counts[FAILED]))
    return 1 if counts[FAILED] or not tests else 0
