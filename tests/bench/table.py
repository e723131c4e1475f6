# SPDX-License-Identifier: ISC
"""Rounds, medians, and the table."""
import statistics


def show(row, server, number, value, verbose):
    if verbose:
        print("%s, round %d, %s: %.1f %s" % (
            row.name, number + 1, server.name, value, row.unit), flush=True)


def interleaved(row, servers, options):
    """{server: [figure of each round]}; each round begins with another
    server."""
    results = {server: [] for server in servers}
    for number in range(options.r):
        first = number % len(servers)
        for server in servers[first:] + servers[:first]:
            value = row.measure(server, options)
            results[server].append(value)
            show(row, server, number, value, options.v)
    return results


def started_anew(row, servers, options):
    """The same, with a fresh server for each figure: memory that a server has
    used once is rarely given back."""
    results = {server: [] for server in servers}
    for number in range(options.m):
        for server in servers:
            server.restart()
            value = row.measure(server, options)
            results[server].append(value)
            show(row, server, number, value, options.v)
    return results


def cell(row, figures, base):
    """The median, and the median of each round's ratio to the base."""
    ratio = statistics.median(
        b / a if row.larger_is_better else a / b
        for a, b in zip(figures, base))
    return "%.1f (%.2f)" % (statistics.median(figures), ratio)


def line(row, servers, options):
    able = [s for s in servers if s.speaks(row.protocol)]
    measure = interleaved if row.interleaved else started_anew
    results = measure(row, able, options)
    base = results.get(servers[0])
    cells = ["%s: %s" % (row.name, row.unit)]
    for server in servers:
        if server not in results:
            cells.append("-")
        elif server is servers[0] or base is None:
            cells.append("%.1f" % statistics.median(results[server]))
        else:
            cells.append(cell(row, results[server], base))
    return cells


def show_table(rows, servers, options):
    print("| row | " + " | ".join(s.name for s in servers) + " |")
    print("|---|" + "--:|" * len(servers))
    for row in rows:
        print("| %s |" % " | ".join(line(row, servers, options)), flush=True)
    print("\nIn brackets: for CPU time, how many times nginx's is that of this "
          "server (more is\nbetter); else, what part of nginx's (less is "
          "better).")
