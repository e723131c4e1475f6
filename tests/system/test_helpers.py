# SPDX-License-Identifier: ISC
"""The helpers themselves, with the plain git client: when these fail, the
failures elsewhere say nothing about the daemon."""
import os
import subprocess

import client
import repo
import servers


def clone(t, url, **env):
    subprocess.run(["git", "clone", "-q", url, t.path("clone")], check=True,
                   env={**repo.ENV, **env}, stdin=subprocess.DEVNULL)
    assert os.path.exists(t.path("clone", "Index"))


def test_git_daemon(t):
    t.blog()
    clone(t, t.started(servers.GitDaemon(t.path("s"), t.dir)).url("blog.git"))


def test_http(t):
    t.blog()
    clone(t, t.started(servers.GitHttp(t.path("s"), t.dir)).url("blog.git"))


def test_https_through_the_proxy(t):
    t.blog()
    ca = t.ca()
    server = t.started(servers.GitHttp(t.path("s"), t.dir,
                                       tls=ca.issue("localhost")))
    proxy = t.started(servers.Proxy(server.port))
    clone(t, server.url("blog.git", port=proxy.port), GIT_SSL_CAINFO=ca.cert)
    assert proxy.up > 500 and proxy.down > 1500, (proxy.up, proxy.down)


def test_http_wants_the_password(t):
    t.blog()
    server = t.started(servers.GitHttp(t.path("s"), t.dir, password="secret"))
    url = server.url("blog.git")
    assert client.curl_info(url + "/info/refs")["http_code"] == 401
    clone(t, url.replace("http://", "http://blog:secret@"))


def test_ssh(t):
    made = t.blog()
    server = t.started(servers.Sshd(t.path("s")))
    assert server.fingerprint().startswith("SHA256:")
    clone(t, server.url(made.path), GIT_SSH_COMMAND="ssh -F none -i %s -o "
          "StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o "
          "LogLevel=ERROR -o IdentitiesOnly=yes" % server.key)


def test_dates_follow_deletions_branches_and_merges(t):
    r = t.repo()
    r.commit({"a": "1", "b": "1", "c": "1"}, date=1000)
    base = r.tip()
    side = r.commit({"new": "1", "b": "2"}, date=2000, branch="side",
                    parents=[base])
    main = r.commit({"a": None}, date=3000)
    r.commit({"b": "2", "new": "1", "c": "9"}, date=4000,
             parents=[main, side])
    r.commit({"a": "3"}, date=5000)
    assert repo.dates(r) == {
        "a": (1000, 5000), "b": (1000, 2000), "c": (1000, 4000),
        "new": (2000, 2000)}, repo.dates(r)


def test_synthetic_blog(t):
    made = repo.Synthetic(t.repo())
    merges = made.repo.git("rev-list", "--count", "--merges", "HEAD")
    total = made.repo.git("rev-list", "--count", "HEAD")
    assert int(total) >= 100 and int(merges) >= 5, (total, merges)
    assert len(made.posts) >= 20
    assert len(repo.dates(made.repo)) > 20
