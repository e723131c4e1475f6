# SPDX-License-Identifier: ISC
"""Every way to reach a repository, the same site at its end; and every way in
which a remote may be wrong."""
import os
import pty
import re
import signal
import subprocess

import blogd
import repo
import servers


def check_clone_and_fetch(t, made, url, proxy=None, **site):
    """The daemon shows the repository, and after a push the next state; what
    the second fetch moves must be small beside the first."""
    daemon = t.daemon(url, site=site)
    assert "Body of <em>one</em>" in daemon.page("/Posts/One")
    first = proxy.down if proxy else 0
    if proxy:
        proxy.reset()
    made.commit({"Posts/Two": repo.article("Second", "Body of two.\n")})
    commit = daemon.update()
    assert commit == made.tip()
    assert "Body of two." in daemon.page("/Posts/Two")
    assert "Body of <em>one</em>" in daemon.page("/Posts/One")
    if proxy:
        assert first > 200000, first
        assert 0 < proxy.down < 20000, proxy.down
    return daemon


def incompressible():
    """200 kB that a second fetch must not move again."""
    return {"static/noise.bin": os.urandom(200000)}


def test_git(t):
    made = t.blog(incompressible())
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    proxy = t.started(servers.Proxy(server.port))
    check_clone_and_fetch(t, made, server.url("blog.git", proxy.port), proxy)


def test_progress_of_the_clone_on_a_terminal(t):
    t.blog(incompressible())
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    conf = t.write("terminal.conf", blogd.configuration(
        server.url("blog.git", server.port), https=False))
    terminal, other = pty.openpty()
    process = subprocess.Popen([blogd.BINARY, "-d", "-f", conf],
                               stdin=subprocess.DEVNULL, stderr=other,
                               env={**os.environ, "TERM": "xterm"})
    os.close(other)
    shown = b""
    while b"serving commit" not in shown:
        shown += os.read(terminal, 4096)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert re.search(rb"\rfetching: \d+ of \d+ objects, \d+ KiB", shown), shown


def test_http(t):
    made = t.blog(incompressible())
    server = t.started(servers.GitHttp(t.path("s"), t.dir))
    proxy = t.started(servers.Proxy(server.port))
    check_clone_and_fetch(
        t, made, server.url("blog.git", "127.0.0.1", proxy.port), proxy)


def https_server(t, *names, **options):
    ca = t.ca()
    server = t.started(servers.GitHttp(
        t.path("s"), t.dir, tls=ca.issue(*(names or ["localhost"])),
        **options))
    return ca, server


def test_https(t):
    made = t.blog(incompressible())
    ca, server = https_server(t)
    proxy = t.started(servers.Proxy(server.port))
    check_clone_and_fetch(
        t, made, server.url("blog.git", port=proxy.port), proxy, ca=ca.cert)


def test_https_speaks_tls_1_3(t):
    t.blog()
    ca, server = https_server(t, protocols="TLSv1.3")
    t.daemon(server.url("blog.git"), site={"ca": ca.cert})


def test_https_by_address(t):
    t.blog()
    ca, server = https_server(t, "127.0.0.1")
    t.daemon(server.url("blog.git", "127.0.0.1"), site={"ca": ca.cert})


def test_ssh(t):
    made = t.blog(incompressible())
    server = t.started(servers.Sshd(t.path("s")))
    proxy = t.started(servers.Proxy(server.port))
    blogd.give_to_daemon(server.key)
    check_clone_and_fetch(
        t, made, server.url(made.path, proxy.port), proxy,
        **{"ssh-key": server.key, "host-key": server.fingerprint()})


def test_ssh_with_ecdsa_keys(t):
    made = t.blog()
    server = t.started(servers.Sshd(t.path("s"), key_type="ecdsa"))
    blogd.give_to_daemon(server.key)
    t.daemon(server.url(made.path), site={
        "ssh-key": server.key, "host-key": server.fingerprint()})


def test_local_path(t):
    made = t.blog()
    check_clone_and_fetch(t, made, made.path)


def test_local_path_of_a_work_tree(t):
    made = t.blog(bare=False)
    check_clone_and_fetch(t, made, made.path)


def test_local_path_with_packed_objects_and_references(t):
    made = t.blog()
    made.git("gc", "-q")
    check_clone_and_fetch(t, made, made.path)


def test_file_url(t):
    made = t.blog()
    check_clone_and_fetch(t, made, "file://" + made.path)


def test_branch_in_the_url(t):
    made = t.blog()
    made.commit({"Index": repo.article("Draft", "Of the draft.\n")},
                branch="draft/one")
    daemon = t.daemon(made.path + "#draft/one")
    assert "Of the draft." in daemon.page("/")


def test_default_branch_is_what_head_names(t):
    made = t.blog(branch="trunk")
    made.commit({"Index": repo.article("Other", "Other.\n")}, branch="main",
                parents=())
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    daemon = t.daemon(server.url("blog.git"))
    assert "<strong>first</strong>" in daemon.page("/")


def test_password(t):
    made = t.blog()
    ca, server = https_server(t, password="se:cret")
    secret = t.write("password", "se:cret\n", 0o600)
    check_clone_and_fetch(t, made, server.url("blog.git"), ca=ca.cert,
                          username="blog", **{"password-file": secret})


def test_user_in_the_url(t):
    t.blog()
    ca, server = https_server(t, password="secret")
    secret = t.write("password", "secret\n", 0o600)
    url = server.url("blog.git").replace("//", "//blog@")
    t.daemon(url, site={"ca": ca.cert, "password-file": secret})


# ------------------------------------------------------------------ refused --

def check_refused(t, url, reason, timeout=30, **site):
    """The first update fails with this reason; the daemon stays, and does
    not serve."""
    daemon = t.daemon(url, site=site, wait=False)
    line = daemon.wait_log("update failed: ", timeout).string
    assert reason.lower() in line.lower(), line
    assert daemon.process.poll() is None
    assert not daemon.grep("serving commit")
    return daemon


def test_wrong_password(t):
    t.blog()
    ca, server = https_server(t, password="right")
    secret = t.write("password", "wrong\n", 0o600)
    check_refused(t, server.url("blog.git"), "password", ca=ca.cert,
                  username="blog", **{"password-file": secret})
    # A password that was refused is not sent again and again.
    assert len(server.access_log()) < 10


def test_password_that_is_needed(t):
    t.blog()
    ca, server = https_server(t, password="right")
    check_refused(t, server.url("blog.git"), "password", ca=ca.cert)


def test_no_password_in_clear(t):
    conf = t.write("bad.conf", blogd.configuration(
        "http://127.0.0.1/x", {"username": "blog", "password-file": "/x"},
        https=False))
    status, _, errors = blogd.run("-n", "-f", conf)
    assert status == 1 and "https" in errors, errors


def test_untrusted_certificate(t):
    t.blog()
    _, server = https_server(t)
    check_refused(t, server.url("blog.git"), "is not trusted",
                  ca=t.ca("other").cert)


def test_untrusted_by_the_system(t):
    t.blog()
    _, server = https_server(t)
    check_refused(t, server.url("blog.git"), "is not trusted")


def test_certificate_for_another_name(t):
    t.blog()
    ca, server = https_server(t, "other.example")
    check_refused(t, server.url("blog.git"), "is for another host name",
                  ca=ca.cert)


def test_expired_certificate(t):
    t.blog()
    ca = t.ca()
    server = t.started(servers.GitHttp(
        t.path("s"), t.dir, tls=ca.issue("localhost", days=-1)))
    check_refused(t, server.url("blog.git"), "has expired", ca=ca.cert)


def test_http_server_on_an_https_url(t):
    t.blog()
    server = t.started(servers.GitHttp(t.path("s"), t.dir))
    check_refused(t, server.url("blog.git").replace("http:", "https:"), "TLS")


def test_ssh_host_key_changed(t):
    made = t.blog()
    server = t.started(servers.Sshd(t.path("s")))
    blogd.give_to_daemon(server.key)
    other = server.make_key("other", "ed25519")
    daemon = check_refused(t, server.url(made.path), "host key", **{
        "ssh-key": server.key, "host-key": server.fingerprint(other)})
    # The message says what the server has, so that it can be compared.
    assert daemon.grep("update failed: .*"
                       + re.escape(server.fingerprint()[:20]))


def test_ssh_without_a_pinned_key_is_a_configuration_error(t):
    made = t.blog()
    conf = t.write("bad.conf", blogd.configuration(
        "ssh://x@127.0.0.1" + made.path, https=False))
    status, _, errors = blogd.run("-n", "-f", conf)
    assert status == 1 and "host-key" in errors, errors


def test_ssh_wrong_user_key(t):
    made = t.blog()
    server = t.started(servers.Sshd(t.path("s")))
    other = server.make_key("other", "ed25519")
    blogd.give_to_daemon(other)
    check_refused(t, server.url(made.path), "key", **{
        "ssh-key": other, "host-key": server.fingerprint()})


def test_no_redirect_to_another_host(t):
    t.blog()
    target = t.started(servers.GitHttp(t.path("target"), t.dir))
    server = t.started(servers.GitHttp(
        t.path("s"), t.dir, extra="location /old/ { return 301 "
        "http://localhost:%d/git/blog.git$is_args$args; }" % target.port))
    check_refused(t, server.url("x", "127.0.0.1").replace(
        "/git/x", "/old/blog.git"), "redirect")
    assert target.access_log() == []


def test_no_redirect_to_another_scheme(t):
    made = t.blog()
    server = t.started(servers.GitHttp(
        t.path("s"), t.dir,
        extra="location /old { return 302 file://%s; }" % made.path))
    check_refused(t, server.url("x", "127.0.0.1").replace(
        "/git/x", "/old"), "redirect")


def test_branch_that_is_missing(t):
    t.blog()
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    check_refused(t, server.url("blog.git") + "#nowhere", "nowhere")


def test_branch_that_is_missing_locally(t):
    check_refused(t, t.blog().path + "#nowhere", "nowhere")


def test_repository_that_is_missing(t):
    server = t.started(servers.GitHttp(t.path("s"), t.dir))
    check_refused(t, server.url("none.git", "127.0.0.1"), "404")


def test_connection_refused(t):
    port = servers.free_port()
    check_refused(t, "git://127.0.0.1:%d/blog.git" % port,
                  "connection refused")


def test_name_that_does_not_resolve(t):
    check_refused(t, "http://no-such-host.invalid/blog.git",
                  "no-such-host.invalid", timeout=60)


def test_local_path_that_is_missing(t):
    daemon = t.daemon(t.path("nothing"), wait=False)
    assert daemon.wait_exit() == 1
    assert daemon.grep("No such file or directory")


def test_local_path_that_is_no_repository(t):
    os.mkdir(t.path("plain"))
    check_refused(t, t.path("plain"), "not a git repository")


def test_local_path_its_user_cannot_read(t):
    """Root may open the directory, but what is in it is read by the user whom
    root became."""
    made = t.blog()
    objects = os.path.join(made.path, "objects")
    if os.getuid() == 0:
        os.chmod(objects, 0o700)
    else:
        os.chmod(objects, 0o000)
    try:
        daemon = check_refused(t, made.path, "read")
        assert daemon.grep("update failed: .*%s.*(user|permission)"
                           % made.path)
    finally:
        os.chmod(objects, 0o755)


def test_url_of_an_unknown_scheme(t):
    conf = t.write("bad.conf", blogd.configuration(
        "gopher://127.0.0.1/x", https=False))
    status, _, errors = blogd.run("-n", "-f", conf)
    assert status == 1 and "gopher" in errors, errors
