# SPDX-License-Identifier: ISC
"""./dev run: what is wrong with its arguments is said before it builds."""
import os
import shutil
import subprocess

import blogd
import servers


def dev_run(t, *arguments, **env):
    """The words that ./dev run ends with, in a directory of its own."""
    shutil.copy(os.path.join(blogd.TOP, "dev"), t.path("dev"))
    ports = {"BLOGD_HTTPS_PORT": str(servers.free_port()),
             "BLOGD_HTTP_PORT": str(servers.free_port())}
    done = subprocess.run([t.path("dev"), "run", *arguments], text=True,
                          cwd=t.dir, env={**os.environ, **ports, **env},
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 1, done
    assert not os.path.exists(t.path("build"))
    return done.stderr.splitlines()[-1]


def test_repositories_that_are_none(t):
    t.blog()
    t.write("file", "")
    os.mkdir(t.path("empty"))
    for repository, words in [
            ("", "usage"), ("#main", "usage"),
            ("nothing", "no such directory"),
            ("file", "not a directory"),
            ("empty", "not a Git repository"),
            ("blog.git#nowhere", 'there is no branch "nowhere"'),
            ("git@git.example.org:blog.git", "ssh needs a key"),
            ("ssh://git.example.org/blog.git", "ssh needs a key")]:
        assert words in dev_run(t, repository), repository


def test_after_root(t):
    if os.getuid() != 0:
        t.skip("only root can make files that are another's")
    t.write("configure", "")
    shutil.copy(os.path.join(blogd.TOP, "dev"), t.path("dev"))
    done = subprocess.run([t.path("dev"), "run"], user="nobody", text=True,
                          group="nogroup", extra_groups=[], cwd=t.dir,
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 1 and done.stderr == (
        "dev: configure belongs to root, as after a run by root; run: sudo "
        "chown -R nobody %s\n" % t.dir), done


def test_ports_that_are_none(t):
    for port in ["0", "65536", "http"]:
        assert dev_run(t, BLOGD_HTTP_PORT=port) == (
            "dev: BLOGD_HTTP_PORT=%s is no port" % port)
    port = str(servers.free_port())
    assert "are the same" in dev_run(t, BLOGD_HTTP_PORT=port,
                                     BLOGD_HTTPS_PORT=port)
