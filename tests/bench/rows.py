# SPDX-License-Identifier: ISC
"""What is measured: each row's measure(server, options) is one figure."""
import os
import re
import subprocess
import tempfile
import time

import blogd
import peers
import procfs

CLIENT = os.environ.get("BENCH_CLIENT", os.path.join(
    os.path.dirname(blogd.BINARY), "tests/bench/client"))


def h2load(server, protocol, target, arguments):
    """What h2load printed.  All servers choose the same cipher and group."""
    done = subprocess.run(
        [*procfs.CLIENT, "h2load", "--npn-list=" + protocol,
         "--tls13-ciphers=TLS_AES_128_GCM_SHA256", "--groups=X25519",
         "--connect-to=127.0.0.1:%d" % server.port, *arguments,
         "https://%s%s" % (peers.HOST, target)],
        check=True, stdout=subprocess.PIPE).stdout.decode()
    assert "Application protocol: " + protocol in done, done
    return done


class Row:
    larger_is_better = False  # the ratio to nginx that is shown
    interleaved = True  # all servers run; else each is started for it alone

    def __init__(self, name, protocol="http/1.1"):
        self.name, self.protocol = name, protocol


class Load(Row):
    """CPU time a request, many requests on each connection."""
    unit = "us CPU"
    larger_is_better = True

    def __init__(self, name, protocol, target, clients, streams=1, fields=()):
        super().__init__(name, protocol)
        self.target, self.clients, self.streams = target, clients, streams
        self.fields = fields

    def measure(self, server, options):
        arguments = ["-c", str(self.clients), "-m", str(self.streams),
                     "-D", str(options.d), "--warm-up-time", "0"]
        for name, value in self.fields:
            arguments += ["-H", "%s: %s" % (name, value or server.tag)]
        pids = server.pids()
        before = procfs.cpu_time(pids)
        shown = h2load(server, self.protocol, self.target, arguments)
        used = procfs.cpu_time(pids) - before
        done, failed = map(int, re.search(
            r"(\d+) succeeded, (\d+) failed", shown).groups())
        assert done and not failed, shown
        return used / done * 1e6


def shake_hands(server, mode, duration):
    """(how many, CPU seconds of the server for them)."""
    pids = server.pids()
    before = procfs.cpu_time(pids)
    shown = subprocess.run(
        [*procfs.CLIENT, CLIENT, mode, str(server.port), peers.HOST,
         peers.SMALL, "16", str(duration)],
        check=True, stdout=subprocess.PIPE).stdout.decode()
    used = procfs.cpu_time(pids) - before
    done, failed, resumed = map(int, re.findall(r"\d+", shown))
    assert done and not failed, shown
    assert resumed >= 0.9 * done if mode == "resume" else not resumed, shown
    return done, used


class Handshake(Row):
    """CPU time for a connection: handshake, one small answer, end."""
    unit = "us CPU"
    larger_is_better = True

    def measure(self, server, options):
        done, used = shake_hands(server, self.name.split("-")[1], options.d)
        return used / done * 1e6


class Latency(Row):
    """The time within which 99 of 100 answers come, at 1,000 requests a
    second over 20 connections.  The first answer of each waits for the
    handshakes of all, so there must be many more of the others."""
    unit = "us"
    SECONDS = 5

    def measure(self, server, options):
        seconds = max(options.d, self.SECONDS)
        with tempfile.NamedTemporaryFile() as log:
            h2load(server, self.protocol, peers.PAGE, [
                "-c", "20", "--rps", "50", "-D", str(seconds),
                "--log-file", log.name])
            lines = log.read().decode().splitlines()
        times = sorted(int(line.split("\t")[2]) for line in lines)
        assert len(times) > 300 * seconds, "%d answers" % len(times)
        return times[len(times) * 99 // 100]


class Idle(Row):
    """Memory for a connection that has had one answer and does nothing."""
    unit = "kB"
    interleaved = False

    def hold(self, server, count):
        """A client that keeps connections until its input ends."""
        client = subprocess.Popen(
            [*procfs.CLIENT, CLIENT, "hold", str(server.port), peers.HOST,
             peers.SMALL, str(count),
             "h2" if self.protocol == "h2" else "h1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        shown = client.stdout.readline().decode()
        assert shown.startswith("done %d failed 0" % count), shown
        time.sleep(0.5)
        return client

    def measure(self, server, options):
        # What the first connections cost once is not the others' cost.
        self.hold(server, 50).communicate()
        time.sleep(0.5)
        before = procfs.written(server.pids())
        client = self.hold(server, options.n)
        after = procfs.written(server.pids())
        client.communicate()
        return (after - before) / options.n


NOT_MODIFIED = [("if-none-match", None)]  # the server's own entity tag

ROWS = [
    Load("h1-page", "http/1.1", peers.PAGE, 32),
    Load("h1-gzip", "http/1.1", peers.PAGE, 32, 1, peers.GZIP),
    Load("h1-304", "http/1.1", peers.PAGE, 32, 1, NOT_MODIFIED),
    Load("h1-small", "http/1.1", peers.SMALL, 32),
    Load("h2-page-m10", "h2", peers.PAGE, 32, 10),
    Load("h2-page-c100", "h2", peers.PAGE, 100),
    Load("h2-304-m10", "h2", peers.PAGE, 32, 10, NOT_MODIFIED),
    Load("h2-small-m10", "h2", peers.SMALL, 32, 10),
    Handshake("hs-full"),
    Handshake("hs-resume"),
    Latency("p99-h1", "http/1.1"),
    Latency("p99-h2", "h2"),
    Idle("idle-h1", "http/1.1"),
    Idle("idle-h2", "h2"),
]
