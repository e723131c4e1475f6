# SPDX-License-Identifier: ISC
"""What the guests serve, and to whom they listen: the sample blog as a
repository, a second version of it to be pushed, certificates, and for each
guest what blogd-image(8) makes of them."""
import ast
import os
import shutil
import subprocess

import emulator
import repo
import servers

BLOG = "https://blog.example"
UPDATE = "Pushed while it runs"

HOOK = """#!/bin/sh
exec curl -sS -o /dev/null --cacert %s %s https://blog.example/push
"""


def sample_blog(top):
    """The files of the sample blog by their path."""
    root = os.path.join(top, "conf", "sample-blog")
    files = {}
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, root)] = file.read()
    files[".config/root"] = BLOG + "\n"
    return files


class Domain:
    """What the blogd.xl of a directory says; its strings are quoted as
    Python's are."""

    def __init__(self, directory):
        self.dir = directory
        said = {"ramdisk": None}
        with open(os.path.join(directory, "blogd.xl")) as file:
            for line in file:
                name, equals, value = line.partition("=")
                if equals and not line.startswith("#"):
                    said[name.strip()] = ast.literal_eval(value.strip())
        self.kernel, self.ramdisk = said["kernel"], said["ramdisk"]
        self.cmdline = said["cmdline"]


class Material:
    """In a directory of its own: git/blog.git, next.git with one commit more,
    the authority, and the servers' certificates."""

    def __init__(self, directory, top, build):
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        self.dir = directory
        self.program = os.path.join(build, "blogd-image")
        self.root = os.path.join(directory, "git")
        self.repository = os.path.join(self.root, "blog.git")
        self.next = os.path.join(directory, "next.git")
        self.commit(sample_blog(top))
        self.ca = servers.CA(os.path.join(directory, "ca"))
        self.tls = os.path.join(directory, "tls")
        os.mkdir(self.tls)
        for made, name in zip(self.ca.issue("blog.example"),
                              ("server.pem", "server.key")):
            shutil.move(made, os.path.join(self.tls, name))
        self.git_tls = self.ca.issue("git.test", emulator.HOST,
                                     emulator.HOST6)

    def commit(self, files):
        os.makedirs(self.root)
        blog = repo.Repo(self.repository)
        blog.commit(files)
        head = blog.tip()
        blog.commit({"Posts/News": repo.article("News", UPDATE + ".\n")})
        shutil.copytree(self.repository, self.next)
        blog.git("update-ref", "refs/heads/" + blog.branch, head)

    def post_update(self, ca, options):
        """What a push to the repository makes it do."""
        return HOOK % (ca, options)

    def guest(self, name, url, *options):
        """The domain of a guest, with its site.cpio."""
        path = os.path.join(self.dir, name)
        os.mkdir(path)
        done = subprocess.run(
            self.command(name, url, "--output", path, *options),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise AssertionError("blogd-image: " + done.stdout.decode())
        return Domain(path)

    def command(self, name, url, *options):
        return [self.program, "--remote", url, "--ca", self.ca.cert,
                "--tls-dir", self.tls, "--hostname", name, *options]
