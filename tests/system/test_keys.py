# SPDX-License-Identifier: ISC
"""Private keys: which types there are, and where they are not."""
import os
import re
import resource
import signal
import ssl
import threading

import blogd
import client
import memory
from harness import eventually
from repo import article

TYPES = ["ec", "p384", "ed25519", "rsa"]


def daemon_with_all(t):
    """A site of four names, each with a key of another type: (daemon, {name:
    key file})."""
    ca = t.ca("all")
    pairs = {kind: ca.issue(kind + ".example", key_type=kind)
             for kind in TYPES}
    for _, key in pairs.values():
        blogd.give_to_daemon(key)
    first = TYPES[0]
    text = blogd.configuration(
        t.blog().path, {"names": [kind + ".example" for kind in TYPES[1:]]},
        url="https://%s.example" % first, certificate=pairs[first])
    sections = "".join(
        '\ttls {\n\t\tcertificate = "%s"\n\t\tkey = "%s"\n\t}\n' % pairs[kind]
        for kind in TYPES[1:])
    end = text.rindex("}")
    daemon = t.daemon(t.path("blog.git"),
                      text=text[:end] + sections + text[end:])
    return daemon, {kind + ".example": key
                    for kind, (_, key) in pairs.items()}


def shake(daemon, name, version=ssl.TLSVersion.TLSv1_3):
    context = client.tls_context(minimum=version, maximum=version)
    with client.Connection(daemon.https, context, name=name) as found:
        assert found.fetch("/", host=name).status == 200


def test_each_type_of_key(t):
    daemon, keys = daemon_with_all(t)
    for name in keys:
        shake(daemon, name, ssl.TLSVersion.TLSv1_2)
        shake(daemon, name, ssl.TLSVersion.TLSv1_3)


def refuse(t, kind, words):
    cert, key = t.ca(kind).issue("blog.example", key_type=kind)
    blogd.give_to_daemon(key)
    daemon = t.serve(certificate=(cert, key), wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep(words), daemon.lines()


def test_other_keys_are_refused_with_advice(t):
    refuse(t, "p521", "secp521r1.*openssl ecparam")
    refuse(t, "rsa-pss", "RSA-PSS.*openssl ecparam")
    refuse(t, "rsa1024", "RSA.*1024 bits.*openssl ecparam")


def may_read_memory(t):
    if os.getuid() != 0:
        t.skip("reads /proc/PID/mem, which root may")


def busy(daemon, names, stop):
    while not stop.is_set():
        for name in names:
            shake(daemon, name)


def scan_all(daemon, scan, names):
    """{role: needles found}, while handshakes go on and a site is made."""
    found, stop = {}, threading.Event()
    thread = threading.Thread(target=busy, args=(daemon, names, stop))
    thread.start()
    try:
        daemon.push_hook()
        for pid in [daemon.pid, *blogd.descendants(daemon.pid)]:
            role = blogd.role_of(pid) or "parent"
            for _, hits in scan.process(pid) or []:
                found.setdefault(role, set()).update(hits)
    finally:
        stop.set()
        thread.join()
    return found


def test_keys_are_in_keys_alone(t):
    """In no form in any other process; in keys as numbers, and the text of the
    files is gone from there as well."""
    may_read_memory(t)
    daemon, keys = daemon_with_all(t)
    forms = {name: memory.needles(path) for name, path in keys.items()}
    scan = memory.Scan({needle for raw, text in forms.values()
                        for needle in raw | text})
    for _ in range(2):
        found = scan_all(daemon, scan, keys)
        hits = found.pop("keys", set())
        assert not found, "a key is in " + " and ".join(found)
        for name, (raw, text) in forms.items():
            assert hits & raw, "the scan does not find %s in keys" % name
            assert not hits & text, "the file of %s is still in keys" % name
    assert set(daemon.settled()) >= {"git", "keys", "serve"}


def test_core_files_hold_no_key(t):
    """There are none; if there were, the kernel would leave that memory out."""
    may_read_memory(t)
    daemon, keys = daemon_with_all(t)
    for name in keys:
        shake(daemon, name)
    scan = memory.Scan(set().union(*(raw for raw, _ in map(
        memory.needles, keys.values()))))
    pid = daemon.settled()["keys"][0]
    found = scan.process(pid)
    assert found, "the scan finds nothing where the keys are"
    for mapping, _ in found:
        assert not mapping.dumped(), mapping.name
    limits = blogd.read("/proc/%d/limits" % pid).decode()
    assert re.search(r"Max core file size +0 +0 ", limits), limits


def test_memory_of_keys_is_locked(t):
    """Never written to swap; where that is not allowed the log says so."""
    may_read_memory(t)
    if blogd.SANITIZED:
        t.skip("AddressSanitizer makes nothing of mlock")
    daemon, keys = daemon_with_all(t)
    scan = memory.Scan(set().union(*(raw for raw, _ in map(
        memory.needles, keys.values()))))
    locked = [mapping.locked() for mapping, _ in scan.process(
        daemon.settled()["keys"][0])]
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if most == resource.RLIM_INFINITY or most >= 4 << 20:
        assert locked and all(locked), locked
    else:
        assert daemon.grep("may be swapped out")


def test_keys_ended_by_hand_comes_back(t):
    """SIGTERM wipes and ends it well (unit test keymem); then it is started
    again, and no handshake is lost."""
    daemon = t.serve({"Posts/One": article("One", "text\n")})
    for _ in range(3):
        before = daemon.children("keys")
        os.kill(before[0], signal.SIGTERM)
        assert daemon.get("/Posts/One").status == 200
        eventually(lambda: daemon.children("keys") not in ([], before))
    assert not daemon.grep("keys .*ended")


def ends(trace):
    """{pid: ["SIGTERM", ..., "exited with 0"]}: what strace saw come to each
    process."""
    found = {}
    for line in blogd.read(trace).decode("utf-8", "replace").splitlines():
        match = re.match(r"(\d+) +(?:--- (SIG\w+) |\+\+\+ (.*) \+\+\+)", line)
        if match:
            found.setdefault(int(match[1]), []).append(match[2] or match[3])
    return found


def wiped(trace, pid):
    return ends(trace).get(pid) == ["SIGTERM", "exited with 0"]


def test_keys_is_asked_to_end(t):
    """So that it can wipe its memory: after a reload, at the end, and when the
    parent is killed."""
    if os.getuid() != 0:
        t.skip("traces such processes, which root may")
    trace = t.path("trace")
    strace = ["strace", "-f", "-q", "-e", "trace=none", "-e",
              "signal=SIGTERM,SIGKILL", "-o", trace]
    daemon = t.serve(wrapper=strace)
    first = daemon.children("keys")[0]
    mark = daemon.mark()
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reloaded", after=mark)
    eventually(lambda: wiped(trace, first))
    second = daemon.children("keys")[0]
    daemon.stop()
    assert wiped(trace, second), ends(trace)
    daemon = t.serve(wrapper=strace)
    third = daemon.children("keys")[0]
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.process.wait(60)
    daemon.end_seen = True
    # It may notice by itself before the kernel tells it.
    eventually(lambda: ends(trace).get(third, [""])[-1] == "exited with 0")


def test_few_system_calls(t):
    """But for the clock's, and what AddressSanitizer makes."""
    status, listing, _ = blogd.run("-S")
    section = re.search(r"^keys: (\d+) system calls\n((?:\t.*\n)+)", listing,
                        re.M)
    calls = {line.split()[0] for line in section[2].splitlines()
             if not re.search("# (ASan|where the vDSO has no clock)$", line)}
    assert status == 0 and len(calls) <= 6, calls
    assert blogd.SANITIZED or int(section[1]) == len(calls), section[1]
