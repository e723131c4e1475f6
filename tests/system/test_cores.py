# SPDX-License-Identifier: ISC
"""Several serve processes: sockets of their own, ticket keys in common."""
import os
import signal
import socket
import ssl
import time

import blogd
import client
from harness import eventually

HTTP = {"https": False, "url": "http://blog.example"}


def several(t, processes=3, **options):
    serve = {"processes": processes, **options.pop("serve", {})}
    return t.serve(options={"serve": serve}, **options)


def plain(t, processes=3, **options):
    return several(t, processes, **HTTP, **options)


def table(port):
    """(state, remote port, waiting, inode) of IPv4 sockets at a port."""
    with open("/proc/net/tcp") as lines:
        for line in lines.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == port:
                yield (fields[3], int(fields[2].split(":")[1], 16),
                       int(fields[4].split(":")[1], 16), fields[9])


def queues(port):
    """{inode: connections that wait} of listening sockets: proc(5)."""
    return {inode: waiting for state, _, waiting, inode in table(port)
            if state == "0A"}


def sockets_of(pid):
    found = []
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            found.append(os.readlink("/proc/%d/fd/%s" % (pid, name)))
        except FileNotFoundError:
            pass
    return [x[8:-1] for x in found if x.startswith("socket:[")]


def server_of(daemon, connection):
    """The process at the other end."""
    own = connection.socket.getsockname()[1]
    port = connection.socket.getpeername()[1]

    def find():
        inodes = {i for _, remote, _, i in table(port) if remote == own}
        return [p for p in daemon.children("serve")
                if inodes & set(sockets_of(p))]
    return eventually(find, 10, "process of a connection")[0]


def need_root(t):
    if os.getuid() != 0:
        t.skip("reads /proc/PID/fd, which root may")


def wait_ready(daemon, number, mark):
    eventually(lambda: len(daemon.grep("serve is ready", mark)) >= number, 30,
               "%d serve processes ready" % number)


# ------------------------------------------------------------------ sockets --

def test_one_process_for_each_processor(t):
    daemon = t.serve(options={"serve": {"processes": "auto"}})
    wanted = min(os.sysconf("SC_NPROCESSORS_ONLN"), 64)
    assert len(daemon.children("serve")) == wanted
    assert daemon.get("/").status == 200


def test_auto_is_the_default(t):
    made = t.blog()
    daemon = t.daemon(made.path, text=blogd.settings({
        "user": blogd.USER, "http": ["127.0.0.1:0"],
        ("site", "http://blog.example"): {"repository": made.path}}))
    wanted = min(os.sysconf("SC_NPROCESSORS_ONLN"), 64)
    assert len(daemon.children("serve")) == wanted


def test_each_has_its_own_socket(t):
    daemon = several(t)
    for port in (daemon.http[1], daemon.https[1]):
        assert len(queues(port)) == 3
        if os.getuid() != 0:
            continue
        held = [set(sockets_of(p)) & set(queues(port))
                for p in daemon.children("serve")]
        assert [len(x) for x in held] == [1, 1, 1] and \
            len(set.union(*held)) == 3, held


def test_all_of_them_answer(t):
    need_root(t)
    daemon = several(t)
    seen = set()
    for _ in range(200):
        with daemon.connect() as connection:
            assert connection.fetch("/").status == 200
            seen.add(server_of(daemon, connection))
        if len(seen) == 3:
            return
    raise AssertionError("only %s of 3 answer" % seen)


def test_address_in_use(t):
    """Also for a second blogd of the same user, whichever way it is set."""
    made = t.blog()

    def start(number, port=0, **options):
        return t.daemon(made.path, options={
            "http": ["127.0.0.1:%d" % port],
            "serve": {"processes": number}}, **HTTP, **options)
    for number in (1, 3):
        daemon = start(number)
        for other in (1, 3):
            second = start(other, daemon.http[1], wait=False)
            assert second.wait_exit() == 1
            assert second.grep("cannot listen on 127.0.0.1:.*: "
                               "Address already in use"), second.lines()
        assert len(queues(daemon.http[1])) == number


def test_any_address(t):
    """"*" is IPv6 and IPv4, each with its sockets."""
    daemon = t.serve(options={"http": ["*:0"], "serve": {"processes": 2}},
                     **HTTP)
    port = int(daemon.wait_log(
        r"listening on http://0\.0\.0\.0:(\d+)").group(1))
    assert len(queues(port)) == 2
    with client.Connection(("127.0.0.1", port)) as found:
        assert found.fetch("/").status == 200


# ------------------------------------------------------------------- queues --

def ask(address, number):
    """So many connections with a request each, whose answers are not awaited.
    """
    asked = []
    for _ in range(number):
        connection = client.Connection(address)
        connection.request("/")
        asked.append(connection)
    return asked


def stop(pid):
    """A process that has stopped, and not only been told to."""
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: blogd.status_of(pid)["State"].startswith("T"), 10)


def fill_queue(daemon, pid, least=3):
    """Stops a process and asks until some requests wait for it; all of them.
    """
    stop(pid)
    asked = []

    def waiting():
        asked.extend(ask(daemon.http, 4))
        time.sleep(0.05)
        return max(queues(daemon.http[1]).values()) >= least
    eventually(waiting, 20, "connections in the queue of a stopped process")
    return asked


def check_answers(asked):
    for connection in asked:
        with connection:
            assert connection.response().status == 200


def test_queue_of_a_killed_process_is_answered(t):
    daemon = plain(t)
    for pid in daemon.children("serve"):
        mark = daemon.mark()
        asked = fill_queue(daemon, pid)
        os.kill(pid, signal.SIGKILL)
        check_answers(asked)
        wait_ready(daemon, 1, mark)


def test_queue_of_the_only_process_is_answered(t):
    daemon = plain(t, 1)
    pid = daemon.children("serve")[0]
    stop(pid)
    asked = ask(daemon.http, 20)
    os.kill(pid, signal.SIGKILL)
    check_answers(asked)


def test_all_are_killed_with_connections_in_their_queues(t):
    daemon = plain(t)
    pids = daemon.children("serve")
    for pid in pids:
        stop(pid)
    asked = ask(daemon.http, 60)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    check_answers(asked)


def test_queue_is_answered_during_the_back_off(t):
    """Killed again and again, a process is away for longer and longer; nobody
    waits for it."""
    daemon = plain(t, 2)
    keeps, victim = daemon.children("serve")
    answered = kills = 0
    end = time.monotonic() + 60
    while not answered or kills < 4:
        assert time.monotonic() < end, "nothing is answered in the back-off"
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: not blogd.alive(victim), 10)
        kills += 1
        # As long as one is away, all of these have been answered without it.
        check_answers(ask(daemon.http, 30))
        answered = daemon.children("serve") == [keeps]
        eventually(lambda: len(daemon.children("serve")) == 2, 40)
        victim = [p for p in daemon.children("serve") if p != keeps][0]
    check_answers(ask(daemon.http, 30))


def test_stuck_process_is_stood_in_for(t):
    daemon = plain(t)
    pid = daemon.children("serve")[1]
    asked = fill_queue(daemon, pid)
    check_answers(asked)
    daemon.wait_log("does not answer, another accepts for it")
    os.kill(pid, signal.SIGCONT)
    check_answers(ask(daemon.http, 50))
    assert pid in daemon.children("serve")


def test_sockets_go_back_to_their_owner(t):
    need_root(t)
    daemon = plain(t, 2)
    port = daemon.http[1]
    for _ in range(3):
        mark = daemon.mark()
        os.kill(daemon.children("serve")[0], signal.SIGKILL)
        wait_ready(daemon, 1, mark)

        def settled():
            held = [set(sockets_of(p)) & set(queues(port))
                    for p in daemon.children("serve")]
            return [len(x) for x in held] == [1, 1] and held[0] != held[1]
        eventually(settled, 10, "one socket for each")


def test_stopping_while_one_is_stuck(t):
    """The end of the test stops the daemon: it must not hang."""
    daemon = several(t)
    stop(daemon.children("serve")[2])


# ------------------------------------------------------------------- reload --

def reload(daemon, processes, made):
    mark = daemon.mark()
    daemon.configure(blogd.configuration(
        made.path, options={"serve": {"processes": processes}},
        certificate=daemon.certificate))
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("reloaded", after=mark)


def test_number_of_processes_changes(t):
    """No connection is lost: all sockets stay somebody's."""
    made = t.blog()
    daemon = t.daemon(made.path, options={"serve": {"processes": 3}})
    load = client.Load(lambda: client.Connection(
        daemon.https, client.tls_context()), ["/", "/Posts/One"])
    try:
        for number in (1, 4, 2, 3):
            reload(daemon, number, made)
            eventually(lambda: len(daemon.children("serve")) == number, 20)
            sockets = len(queues(daemon.https[1]))
            assert 3 <= sockets <= 4, sockets
            for _ in range(30):
                assert daemon.get("/").status == 200
    finally:
        load.stop()
    assert not load.failures, load.failures[:5]


def test_queue_survives_a_reload(t):
    """What waits for a stuck process is answered by the next ones."""
    made = t.blog()
    daemon = t.daemon(made.path, options={"serve": {"processes": 2}})
    pids = daemon.children("serve")
    for pid in pids:
        stop(pid)
    waiting = [socket.create_connection(daemon.https) for _ in range(20)]
    reload(daemon, 2, made)
    for one in waiting:
        with client.tls_context().wrap_socket(one) as secure:
            secure.sendall(b"GET / HTTP/1.1\r\nHost: blog.example\r\n"
                           b"Connection: close\r\n\r\n")
            assert secure.recv(12) == b"HTTP/1.1 200"


# ------------------------------------------------------------------ tickets --

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def contexts():
    return [client.tls_context(minimum=v, maximum=v) for v in VERSIONS]


def session_of(daemon, context):
    with client.Connection(daemon.https, context) as first:
        assert first.fetch("/").status == 200  # the ticket has come with it
        assert not first.socket.session_reused
        return first.socket.session


def resumes(daemon, context, session):
    with client.Connection(daemon.https, context, session=session) as found:
        assert found.fetch("/").status == 200
        return found.socket.session_reused


def test_resumption_on_every_process(t):
    need_root(t)
    daemon = several(t)
    for context in contexts():
        session = session_of(daemon, context)
        seen = set()
        for _ in range(200):
            with client.Connection(daemon.https, context,
                                   session=session) as found:
                assert found.fetch("/").status == 200
                assert found.socket.session_reused
                seen.add(server_of(daemon, found))
            if len(seen) == 3:
                break
        assert len(seen) == 3, seen


def test_resumption_after_all_were_killed(t):
    daemon = several(t)
    for context in contexts():
        session = session_of(daemon, context)
        mark = daemon.mark()
        for pid in daemon.children("serve"):
            os.kill(pid, signal.SIGKILL)
        wait_ready(daemon, 3, mark)
        assert resumes(daemon, context, session)


def test_resumption_after_a_reload(t):
    made = t.blog()
    daemon = t.daemon(made.path, options={"serve": {"processes": 2}})
    for context in contexts():
        session = session_of(daemon, context)
        before = daemon.children("serve")
        reload(daemon, 2, made)
        eventually(lambda: not set(before) & set(daemon.children("serve")), 40)
        assert resumes(daemon, context, session)


def test_ticket_ends(t):
    """TLS 1.2, where a client offers what it has; in 1.3 it would itself leave
    out a ticket of that age (see tickets_test for the server's part)."""
    daemon = several(t, 2, serve={"ticket-lifetime": "3s"})
    context = contexts()[0]
    # Slow machines may be late once, not each time.
    eventually(lambda: resumes(daemon, context, session_of(daemon, context)))
    session = session_of(daemon, context)
    time.sleep(6.5)
    assert not resumes(daemon, context, session)
    eventually(lambda: resumes(daemon, context, session_of(daemon, context)))


def test_keys_change_under_the_sessions(t):
    """A ticket is good for its lifetime, whatever keys came meanwhile."""
    daemon = several(t, 2, serve={"ticket-lifetime": "8s"})
    context = contexts()[0]

    def survives():
        session = session_of(daemon, context)
        time.sleep(4.5)  # half of it: a new key has come
        return resumes(daemon, context, session)
    eventually(survives, 40)
