# SPDX-License-Identifier: ISC
"""What it costs that the private key is in a process of its own."""
import os
import statistics

import blogd
import peers
import rows

TYPES = {"ec": "ECDSA P-256", "p384": "ECDSA P-384", "ed25519": "Ed25519",
         "rsa": "RSA 2048"}


def other_build():
    beside = os.path.join(os.path.dirname(os.path.dirname(blogd.BINARY)),
                          "build-key-in-serve", "blogd")
    path = os.environ.get("KEY_IN_SERVE", beside)
    if "measurements" not in blogd.run("-V", binary=path)[1]:
        raise SystemExit("%s is not a build with --enable-key-in-serve" % path)
    return path


def rounds(servers, options):
    """For each server [(handshakes a second, CPU microseconds each)]; each
    round begins with another."""
    results = [[] for _ in servers]
    for number in range(options.r):
        order = list(enumerate(servers))
        for i, server in order if number % 2 else reversed(order):
            done, used = rows.shake_hands(server, "full", options.d)
            results[i].append((done / options.d, used / done * 1e6))
            if options.v:
                print("round %d, %s: %.0f/s, %.1f us" % (
                    number + 1, ("in serve", "in keys")[i],
                    *results[i][-1]), flush=True)
    return results


def median(pairs, at):
    return statistics.median(pair[at] for pair in pairs)


def line(name, here, apart):
    return "| %s | %.0f | %.0f | %.2f | %.1f | %.1f | %.2f |" % (
        name, median(here, 0), median(apart, 0),
        statistics.median(b[0] / a[0] for a, b in zip(here, apart)),
        median(here, 1), median(apart, 1),
        statistics.median(a[1] / b[1] for a, b in zip(here, apart)))


def first_on_the_processors():
    """For this process and all it starts.  Each signature is a moment in which
    the server waits, and what else the machine does would use it to spoil its
    caches."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("\nwithout real-time priority: other processes count as well")


def show(t, options):
    path = other_build()
    first_on_the_processors()
    print("\n| full handshakes | in serve, 1/s | in keys, 1/s | ratio "
          "| in serve, us CPU | in keys, us CPU | ratio |\n"
          "|---|--:|--:|--:|--:|--:|--:|")
    for kind, name in TYPES.items() if options.R else [("ec", TYPES["ec"])]:
        servers = [peers.Blogd(t, path, kind, "here-" + kind),
                   peers.Blogd(t, blogd.BINARY, kind, "apart-" + kind)]
        for server in servers:
            server.start()
        print(line(name, *rounds(servers, options)), flush=True)
        for server in servers:
            server.stop()
    print("\nRatios: the median of each round's, more is better for keys.")
