# SPDX-License-Identifier: ISC
"""Life under a service manager: sd_notify, the journal, the unit, and make
install."""
import glob
import os
import re
import shutil
import signal
import socket
import subprocess

import blogd
import repo
from harness import eventually


class Notified:
    """What systemd would hear."""

    def __init__(self, path, abstract=False):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + path if abstract else path)
        if not abstract:
            os.chmod(path, 0o777)
        self.socket.settimeout(0.05)
        self.messages = []

    def stop(self):
        self.socket.close()

    def heard(self, text):
        try:
            while True:
                self.messages.append(self.socket.recv(4096).decode())
        except TimeoutError:
            pass
        return any(line.startswith(text) for message in self.messages
                   for line in message.splitlines())

    def wait(self, text):
        eventually(lambda: self.heard(text), 20, text)


def notified(t, remote, abstract=False, **options):
    name = "blogd-test-%d" % os.getpid() if abstract else t.path("n")
    if len(name) > 100:
        t.skip("the path of a socket would be too long")
    heard = t.started(Notified(name, abstract))
    daemon = t.daemon(remote, env={
        "NOTIFY_SOCKET": ("@" if abstract else "") + name}, **options)
    return heard, daemon


def test_ready_and_status(t):
    heard, daemon = notified(t, t.blog().path)
    heard.wait("READY=1")
    heard.wait("STATUS=serving commit " + daemon.wait_serving())


def test_abstract_socket(t):
    heard, _ = notified(t, t.blog().path, abstract=True)
    heard.wait("READY=1")


def test_ready_comes_with_the_site(t):
    """Not before it can be read."""
    made = t.blog()
    heard, daemon = notified(t, made.path, wait=False)
    while not heard.heard("READY=1"):
        assert daemon.process.poll() is None
    assert daemon.get("/").status == 200


def test_ready_when_the_remote_is_down(t):
    """The service is up all the same, and says what it waits for."""
    heard, _ = notified(t, t.repo().path, wait=False)
    heard.wait("READY=1")
    assert not heard.heard("STATUS=serving commit")


def test_status_after_an_update(t):
    made = t.blog()
    heard, daemon = notified(t, made.path)
    tip = made.commit({"Posts/Two": repo.article("Two")})
    daemon.push_hook()
    heard.wait("STATUS=serving commit " + tip)


def test_reloading(t):
    heard, daemon = notified(t, t.blog().path)
    heard.wait("READY=1")
    heard.messages.clear()
    daemon.signal(signal.SIGHUP)
    heard.wait("RELOADING=1")
    heard.wait("MONOTONIC_USEC=")
    heard.wait("READY=1")


def test_reloading_a_bad_configuration_ends_too(t):
    heard, daemon = notified(t, t.blog().path)
    heard.wait("READY=1")
    heard.messages.clear()
    daemon.configure("nonsense\n")
    daemon.signal(signal.SIGHUP)
    heard.wait("RELOADING=1")
    heard.wait("READY=1")


def test_stopping(t):
    heard, daemon = notified(t, t.blog().path)
    daemon.signal(signal.SIGTERM)
    assert daemon.wait_exit() == 0
    heard.wait("STOPPING=1")


def test_priorities_for_the_journal(t):
    """Only when standard error is the journal."""
    made = t.blog()
    daemon = t.daemon(made.path)
    assert not daemon.grep(r"^<\d>")
    log = t.path("journal")
    with open(log, "wb") as out:
        status = os.fstat(out.fileno())
        process = subprocess.Popen(
            [blogd.BINARY, "-d", "-f", daemon.conf_path], stderr=out,
            stdin=subprocess.DEVNULL, env={
                **repo.ENV, "JOURNAL_STREAM": "%d:%d" % (status.st_dev,
                                                         status.st_ino)})

    def lines():
        with open(log) as text:
            return text.read().splitlines()
    eventually(lambda: any("serving commit" in x for x in lines()), 20)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert all(re.match(r"<[3-7]>\w+: ", line) for line in lines()), lines()


# ------------------------------------------------------------- installation --

def installed(t):
    """make install of the tree under test."""
    build = os.path.dirname(blogd.BINARY)
    if not os.path.exists(os.path.join(build, "Makefile")):
        t.skip("$BLOGD is not in a build directory")
    root = t.path("root")
    subprocess.run(["make", "-s", "-C", build, "install", "DESTDIR=" + root],
                   check=True, stdout=subprocess.DEVNULL)
    found = []
    for where, _, names in os.walk(root):
        found += [os.path.relpath(os.path.join(where, n), root)
                  for n in names]
    return root, sorted(found)


def test_install(t):
    root, found = installed(t)
    for pattern in [r"sbin/blogd$", r"sbin/blogctl$", r"man8/blogd\.8$",
                    r"man8/blogctl\.8$",
                    r"man5/blogd\.conf\.5$", r"systemd.*/blogd\.service$",
                    r"blogd/.*blogd\.conf.*$"]:
        assert any(re.search(pattern, name) for name in found), \
            (pattern, found)
    binary = os.path.join(root, next(
        n for n in found if n.endswith("sbin/blogd")))
    shown = subprocess.run([binary, "-V"], stdout=subprocess.PIPE)
    assert shown.returncode == 0 and shown.stdout.startswith(b"blogd ")


def test_installed_binary_serves(t):
    root, found = installed(t)
    binary = os.path.join(root, next(
        n for n in found if n.endswith("sbin/blogd")))
    usual, blogd.BINARY = blogd.BINARY, binary
    try:
        assert t.serve().get("/").status == 200
    finally:
        blogd.BINARY = usual


def unit(t):
    root, found = installed(t)
    return os.path.join(root, next(
        n for n in found if n.endswith("/blogd.service"))), root


def test_unit(t):
    path, _ = unit(t)
    with open(path) as text:
        settings = dict(line.strip().split("=", 1) for line in text
                        if "=" in line and not line.startswith("#"))
    assert settings["Type"].startswith("notify")
    assert settings["ExecStart"].startswith("/"), settings["ExecStart"]
    assert "HUP" in settings.get("ExecReload", "HUP")
    assert settings["NoNewPrivileges"] in ("yes", "true")


def test_unit_for_systemd(t):
    if not shutil.which("systemd-analyze"):
        t.skip("no systemd-analyze")
    path, root = unit(t)
    with open(path) as text:
        content = text.read()
    # The programs it names are not installed on this system.
    copy = t.write("blogd.service", re.sub(
        r"^(Exec\w+=[-+!@]*)(/\S+)",
        lambda m: m.group(1) + (root + m.group(2) if os.path.exists(
            root + m.group(2)) else m.group(2)), content, flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    complaints = [line for line in done.stdout.decode().splitlines()
                  if "blogd" in line]
    assert done.returncode == 0 and not complaints, done.stdout.decode()


def test_readme_installs(t):
    """Its commands, in a root of their own, make what "blogd -n" finds good
    once the editor was used."""
    root, found = installed(t)
    example, = [n for n in found if n.endswith("examples/blogd.conf")]
    for path, name in zip(t.ca().issue("blog.example.org"),
                          ["server.pem", "server.key"]):
        shutil.copy(path, t.path(name))
    with open(os.path.join(blogd.TOP, "README.md")) as readme:
        commands = re.findall(r"^# (install .*)$", readme.read(), re.M)
    assert len(commands) == 3, commands
    for command in commands:
        words = command.replace("/usr/share", os.path.join(
            "/", os.path.dirname(example), "../../.."))
        subprocess.run(words.replace(" /", " %s/" % root).split(), cwd=t.dir,
                       check=True)
    path = root + "/etc/blogd/blogd.conf"
    with open(path) as file:
        text = file.read()
    for name in ["certificate", "key"]:
        text = re.sub(r"^\t%s +=.*" % name, "", text, flags=re.M)
        text = re.sub(r"^\t# (%s = .credential)" % name, r"\t\1", text,
                      flags=re.M)
    with open(path, "w") as file:
        file.write(text)
    status, _, errors = blogd.run("-n", "-f", path, env={
        "CREDENTIALS_DIRECTORY": root + "/etc/credstore"})
    assert status == 0, errors
    assert all(oct(os.stat(root + "/etc/" + name).st_mode)[-3:] == mode
               for name, mode in [("blogd/blogd.conf", "644"),
                                  ("credstore/blogd.certificate", "644"),
                                  ("credstore/blogd.key", "400")])


def test_manual_pages(t):
    if not shutil.which("mandoc"):
        t.skip("no mandoc")
    pages = glob.glob(os.path.join(blogd.TOP, "doc", "*.[158]"))
    assert len(pages) >= 7, pages
    for path in pages:
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                              stdout=subprocess.PIPE)
        assert done.returncode == 0, done.stdout.decode()


def settings():
    with open(os.path.join(blogd.TOP, "daemon/conf_table.c")) as table:
        return set(re.findall(
            r'(?:ANY\("\w+", |TEXT\("\w+", |SITE\(|NUMBER\("\w+", |FETCH\('
            r'|RENDER\(|SERVE\(|\{"\w+", )"([a-z-]+)"', table.read()))


def test_messages_name_settings_that_exist(t):
    """What Git's errors advise to set."""
    named = set()
    for path in glob.glob(os.path.join(blogd.TOP, "daemon/git/*.c")):
        with open(path) as text:
            for line in text:
                if '"' in line:
                    named.update(re.findall(r"`([a-z-]+)`", line))
    assert len(named) >= 5 and named <= settings(), named - settings()


def test_manual_names_every_setting(t):
    """Those that the program knows: it lists them in its errors."""
    names = settings()
    assert len(names) > 40, names
    with open(os.path.join(blogd.TOP, "doc/blogd.conf.5")) as manual:
        text = manual.read()
    missing = [n for n in sorted(names)
               if not re.search(r"^\.It .*\b%s\b" % re.escape(n), text, re.M)]
    assert not missing, missing
