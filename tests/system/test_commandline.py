# SPDX-License-Identifier: ISC
"""blogd's options, and what it says about a configuration."""
import os
import re
import signal
import subprocess
import time

import blogd
import client
import repo
import servers


def check(t, text, *arguments):
    """blogd -n on this text: (status, lines of standard error)."""
    path = t.write("blogd.conf", text)
    status, out, errors = blogd.run("-n", "-f", path, *arguments)
    assert out == "", out
    return status, [line.replace(path, "blogd.conf")
                    for line in errors.splitlines()]


GOOD = 'http = "127.0.0.1:0"\nsite "http://blog.example" {\n' \
    '\trepository = "/srv/blog.git"\n}\n'


def test_good_configuration(t):
    t.blog()
    status, lines = check(t, GOOD.replace("/srv", t.dir))
    assert status == 0, lines
    assert lines == ["blogd.conf: configuration OK"], lines


def test_sample_configuration(t):
    path = os.path.join(blogd.TOP, "conf/blogd.conf")
    status, _, errors = blogd.run("-n", "-f", path)
    # The files it names are not here, and that is all there is to say.
    lines = errors.splitlines()
    assert status == 0 or all("cannot read " in x for x in lines), lines


def test_files_are_looked_at(t):
    status, lines = check(t, GOOD.replace("/srv", t.dir))
    assert status == 1 and lines == [
        "blogd.conf:3: repository: cannot read %s: No such file or directory"
        % t.path("blog.git")], lines
    status, _, errors = blogd.run("-n", "-r", t.path("blog.git"), "-f",
                                  t.path("blogd.conf"))
    assert errors.startswith("command line: repository: cannot read "), errors


def certificates(t, pairs, *, names=""):
    """What blogd -n says of these, with the directory left out."""
    os.makedirs(t.path("blog.git"), exist_ok=True)
    path = os.path.join(t.dir, "")
    first, *others = ['certificate = "%s"\nkey = "%s"\n' % pair
                      for pair in pairs]
    status, lines = check(t, 'site "https://blog.example" {\n' + first + names
                          + "".join("tls {\n%s}\n" % o for o in others)
                          + 'repository = "%s"\n}\n' % t.path("blog.git"))
    return status, [line.replace(path, "") for line in lines]


def test_certificates_that_are_none(t):
    good = t.ca().issue("blog.example")
    swapped = certificates(t, [good[::-1]])
    assert swapped == (1, [
        "blogd.conf:2: certificate: ca/blog.example.key holds no certificate "
        "in PEM form",
        "blogd.conf:3: key: ca/blog.example.pem: it is not a private key in "
        "PEM form"]), swapped
    other = t.ca().issue("www.blog.example")
    status, lines = certificates(t, [good, (good[0], other[1]), ("no", "none")])
    errors = [line for line in lines if ": warning: " not in line]
    assert status == 1 and errors == [
        "blogd.conf:6: key: ca/www.blog.example.key: it does not belong to its "
        "certificate",
        "blogd.conf:9: certificate: cannot read no: No such file or directory",
        "blogd.conf:10: key: cannot read none: No such file or directory"], lines


def test_certificates_that_readers_are_warned_of(t):
    ca = t.ca()
    alone = ("blogd.conf:2: warning: certificate: ca/%s.pem: it holds the "
             "site's certificate alone: browsers need its issuer's behind it "
             "(fullchain.pem)")
    fine = certificates(t, [ca.issue("blog.example")])
    assert fine == (0, [alone % "blog.example",
                        "blogd.conf: configuration OK"]), fine
    names = 'names = {"a.example", "b.example"}\n'
    other = certificates(t, [ca.issue("a.example")], names=names)
    assert other == (0, [
        "blogd.conf:1: warning: no certificate is for blog.example: readers "
        "will be warned off", alone % "a.example",
        "blogd.conf:4: warning: no certificate is for b.example: readers "
        "will be warned off", "blogd.conf: configuration OK"]), other
    old = certificates(t, [ca.issue("blog.example", days=0)])
    assert old[0] == 0 and "has expired at " in old[1][0], old


def test_all_errors_at_once_with_their_lines(t):
    status, lines = check(t, """\
user = "nobody"
serve {
	max-conections = 10
	idle-timeout = "soon"
}
site "https://blog.example" {
	repository = "/srv/blog.git"
	tls_cert = "/etc/x.pem"
	poll = "1s"
	nonsense = "x"
}
""")
    assert status == 1
    for number, pattern in [
            (3, 'unknown option "max-conections" '
             r'\(did you mean "max-connections"\?\)'),
            (4, "idle-timeout: .*soon"),
            (8, r'unknown option "tls_cert" \(did you mean "certificate"\?\)'),
            (9, "poll: .*too small"), (10, 'unknown option "nonsense"$')]:
        assert [line for line in lines if re.match(
            r"blogd\.conf:%d: %s" % (number, pattern), line)], \
            (number, pattern, lines)
    numbers = [int(line.split(":")[1]) for line in lines]
    assert numbers == sorted(numbers), lines


def test_faults_of_the_grammar(t):
    for text in [GOOD + "}", GOOD[:-2], GOOD + "user = \n", GOOD + '"',
                 GOOD + "user nobody\n", "\x00", "site {\n}\n" + GOOD,
                 GOOD + "{\n", GOOD + "user = {a, b}\n"]:
        status, lines = check(t, text)
        assert status == 1 and lines, text
        assert all(re.match(r"blogd\.conf(:\d+)?: \S", x) for x in lines), \
            (text, lines)


def test_a_site_is_needed(t):
    status, lines = check(t, "")
    assert status == 1 and "site" in lines[0], lines


def test_certificate_without_key(t):
    status, lines = check(t, GOOD.replace(
        "}", '\tcertificate = "/x.pem"\n}'))
    assert status == 1 and any("key" in line for line in lines), lines


def test_https_without_certificate(t):
    status, lines = check(t, 'https = "127.0.0.1:0"\n' + GOOD)
    assert status == 1 and any("certificate" in x for x in lines), lines


def test_set_twice(t):
    status, lines = check(t, 'user = "a"\nuser = "b"\n' + GOOD)
    assert status == 1
    assert re.match(r"blogd\.conf:2: user: is set twice.*line 1", lines[0])


def test_values_out_of_range(t):
    for name, value in [("max-connections", "0"), ("max-connections", "-1"),
                        ("max-connections", "1e9"), ("max-header", "1"),
                        ("max-header", "99999999999999999999"),
                        ("idle-timeout", "5"), ("idle-timeout", "1w"),
                        ("processes", "many")]:
        status, lines = check(t, 'serve { %s = "%s" }\n' % (name, value)
                              + GOOD)
        assert status == 1, (name, value)
        assert any(name in line for line in lines), lines


def test_hostile_bytes_are_escaped_in_messages(t):
    status, lines = check(t, 'user\x1b[31m = "\x1b[31m"\n' + GOOD)
    assert status == 1
    assert not any("\x1b" in line for line in lines), lines


def test_file_that_is_missing(t):
    status, _, errors = blogd.run("-n", "-f", t.path("none.conf"))
    assert status == 1 and "No such file" in errors, errors


def test_unknown_option(t):
    for arguments in [["-x"], ["--remtoe", "x"], ["word"], ["-f"]]:
        status, out, errors = blogd.run(*arguments)
        assert status not in (0, 1) or "usage" in errors, arguments
        assert status != 0 and "usage:" in errors and out == "", arguments


def test_version_and_help(t):
    status, out, _ = blogd.run("-V")
    assert status == 0 and re.match(r"blogd \d", out), out
    status, out, _ = blogd.run("-h")
    assert status == 0 and "usage:" in out


def test_list_of_system_calls(t):
    status, out, _ = blogd.run("-S")
    assert status == 0
    for role in blogd.ROLES + ["render", "parent"]:
        assert re.search(r"^%s\b" % role, out, re.M), (role, out[:500])
    assert "accept4" in out and "execve" in out


# ------------------------------------------------------------ overrides --

def start(t, *arguments, **options):
    made = t.blog()
    return made, t.daemon(made.path, args=arguments, **options)


def test_name(t):
    _, daemon = start(t, "--name", "Other name")
    assert "Other name" in daemon.page("/")
    assert "Small blog" not in daemon.page("/")


def test_index(t):
    _, daemon = start(t, "--index", "Posts/One")
    assert "Body of" in daemon.page("/")
    assert "Body of" in t.daemon(t.path("blog.git"),
                                 args=["-i", "Posts"]).page("/Posts/One")


def test_hook(t):
    made, daemon = start(t, "--hook", "update")
    assert daemon.get("/push").status == 404
    made.commit({"Posts/Two": repo.article("Two")})
    mark = daemon.mark()
    assert daemon.get("/update").status in (200, 202, 204)
    daemon.wait_serving(after=mark)


def test_remote(t):
    other = t.blog({"Index": repo.article("Other", "Other blog.\n")},
                   name="other.git")
    for option in ["--remote", "-r"]:
        daemon = t.daemon("/nowhere", args=[option, other.path + "#main"])
        assert "Other blog." in daemon.page("/")


def free_start(t, *arguments):
    """Without a configuration file, in a directory of its own; as a plain user,
    for without a file root would want the user blogd."""
    plain = {"user": 65534, "group": 65534, "extra_groups": []} \
        if os.getuid() == 0 else {}
    process = subprocess.Popen(
        [blogd.BINARY, "-d", *arguments], cwd=t.dir, env=repo.ENV,
        stdin=subprocess.DEVNULL, stderr=open(t.path("log"), "wb"), **plain)
    port = int(arguments[arguments.index("--port") + 1])
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with open(t.path("log")) as log:
            if "serving commit" in log.read():
                break
        time.sleep(0.05)
    else:
        raise AssertionError(open(t.path("log")).read())
    return process, port


def end(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0


def test_command_line_alone(t):
    """As Canopy is started: no file at all."""
    made = t.blog()
    process, port = free_start(t, "--remote", made.path, "--port",
                               str(servers.free_port()))
    with client.Connection(("127.0.0.1", port)) as connection:
        assert connection.fetch("/").status == 200
    end(process)


def test_port(t):
    port = servers.free_port()
    made = t.blog()
    t.daemon(made.path, https=False, url="http://blog.example",
             args=["-p", str(port)])
    with client.Connection(("127.0.0.1", port)) as connection:
        assert connection.fetch("/").status == 200


def test_bad_overrides_are_reported_as_such(t):
    status, lines = check(t, GOOD, "--port", "70000", "--hook", "a b")
    assert status == 1
    assert sum(line.startswith("command line: ") for line in lines) == 2, lines


def test_port_in_use(t):
    taken = t.started(servers.RawServer(lambda c, s: None))
    daemon = t.serve(options={"http": ["127.0.0.1:%d" % taken.port]},
                     wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("cannot listen on 127.0.0.1:%d: " % taken.port)


def test_listen_on_a_name(t):
    """The parent asks no name server."""
    made = t.blog()
    daemon = t.daemon(made.path, https=False, wait=False, url="http://x.example",
                      options={"http": ["name.example:0"]})
    assert daemon.wait_exit() == 1
    assert daemon.grep("cannot listen on name.example:0: give its address")


def test_user_that_is_unknown(t):
    if os.getuid() != 0:
        t.skip("only root changes its user")
    daemon = t.serve(options={"user": "no-such-user"}, wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("no-such-user")


# -------------------------------------------------------- in the background --

def test_background(t):
    """Without -d it returns when the site is up, and logs to syslog."""
    made = t.blog()
    port = servers.free_port()
    conf = t.write("blogd.conf", blogd.configuration(
        made.path, https=False, url="http://blog.example",
        options={"http": ["127.0.0.1:%d" % port]}))
    status, _, errors = blogd.run("-f", conf)
    assert status == 0, errors
    pid = next(p for p in map(int, filter(str.isdigit, os.listdir("/proc")))
               if conf.encode() in blogd.read("/proc/%d/cmdline" % p))
    try:
        with client.Connection(("127.0.0.1", port)) as connection:
            assert connection.fetch("/").status == 200
    finally:
        family = blogd.descendants(pid)
        os.kill(pid, signal.SIGTERM)
        limit = time.monotonic() + 10
        while any(blogd.alive(p) for p in [pid, *family]):
            assert time.monotonic() < limit, "still there"
            time.sleep(0.05)


def test_background_reports_a_failed_start(t):
    taken = t.started(servers.RawServer(lambda c, s: None))
    conf = t.write("blogd.conf", blogd.configuration(
        "/nowhere", https=False,
        options={"http": ["127.0.0.1:%d" % taken.port]}))
    status, _, _ = blogd.run("-f", conf)
    assert status == 1


def test_signals_that_end(t):
    for number in (signal.SIGTERM, signal.SIGINT):
        daemon = t.daemon(t.blog(name="b%d.git" % number).path)
        daemon.family.update(blogd.descendants(daemon.pid))
        daemon.signal(number)
        assert daemon.wait_exit() == 0
        assert daemon.grep("stopped")


def test_stop_lets_responses_finish(t):
    made = t.blog({"static/big": bytes(8 << 20)})
    daemon = t.daemon(made.path)
    with daemon.connect() as connection:
        connection.request("/static/big")
        time.sleep(0.2)
        daemon.family.update(blogd.descendants(daemon.pid))
        daemon.signal(signal.SIGTERM)
        assert len(connection.response().body) == 8 << 20
    assert daemon.wait_exit() == 0


def test_without_standard_descriptors(t):
    """What is opened first does not become what text is written to."""
    daemon = t.daemon(t.blog().path,
                      wrapper=["sh", "-c", '"$@" <&- >&-; exit $?', "sh"])
    assert daemon.get("/").status == 200
    if os.getuid() == 0:  # who may look
        for fd in 0, 1:
            link = os.readlink("/proc/%d/fd/%d" % (daemon.pid, fd))
            assert link == "/dev/null", link
