# SPDX-License-Identifier: ISC
"""Images with their site inside, by blogd-image --bake, and a search for keys in
what making them left: in the kernel's objects, in the build directory, among
temporary files and beside the image."""
import glob
import lzma
import os
import signal
import stat
import subprocess
import time

import material

XZ = b"\xfd7zXZ\0"


def unpacked(data):
    """All that is packed in it, at whatever place."""
    at = data.find(XZ)
    while at != -1:
        try:
            yield lzma.LZMADecompressor().decompress(data[at:])
        except lzma.LZMAError:
            pass  # these bytes of a program are not the start of anything
        at = data.find(XZ, at + 1)


def holds(data, secret):
    return secret in data or any(holds(part, secret)
                                 for part in unpacked(data))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def changed_since(start, directories):
    for top in directories:
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                status = os.lstat(path)
                if stat.S_ISREG(status.st_mode) and status.st_ctime >= start:
                    yield path


class Bakery:
    """The kernel's objects are those that the image was made of."""

    def __init__(self, stuff, top, build, url, options):
        self.stuff = stuff
        self.top = top
        self.build = build
        self.url = url
        self.options = options
        self.cache = os.environ.get("BLOGD_XEN_CACHE",
                                    os.path.join(top, ".dev", "xen"))
        self.key = read(os.path.join(stuff.tls, "server.key")).split(b"\n")[1]
        self.temporary = self.directory("temporary")
        self.start = time.time() - 1
        self.said = ""
        self.domain = None

    def text(self):
        return self.said

    def directory(self, name):
        path = os.path.join(self.stuff.dir, "bakery", name)
        os.makedirs(path)
        return path

    def begin(self, out):
        built = glob.glob(os.path.join(self.cache, "linux-*", "built"))
        assert built, "no kernel was built in %s" % self.cache
        return subprocess.Popen(
            self.stuff.command("baked", self.url, *self.options, "--output",
                               out, "--bake", self.top, "--build-dir",
                               self.build),
            env={**os.environ, "TMPDIR": self.temporary},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)

    def bake(self, out):
        process = self.begin(out)
        self.said = process.communicate()[0].decode()
        return process.returncode

    def nothing_is_left(self, out, *expected):
        places = [self.cache, self.build, out, self.temporary]
        found = {os.path.basename(path)
                 for path in changed_since(self.start, places)
                 if holds(read(path), self.key)}
        assert found == set(expected), found
        assert os.listdir(self.temporary) == [], os.listdir(self.temporary)

    # The tests.

    def makes(self):
        out = self.directory("good")
        assert self.bake(out) == 0
        assert sorted(os.listdir(out)) == ["blogd.xl", "site.xen"]
        mode = os.stat(os.path.join(out, "site.xen")).st_mode
        assert stat.S_IMODE(mode) == 0o600, oct(mode)
        self.nothing_is_left(out, "site.xen")
        self.domain = material.Domain(out)
        assert self.domain.ramdisk is None

    def fails(self):
        """When Linux has been linked."""
        out = self.directory("bad")
        os.mkdir(os.path.join(out, "site.xen.new"))
        assert self.bake(out) == 1
        assert "site.xen.new" in self.said and "the build has failed" \
            in self.said
        assert os.listdir(out) == ["site.xen.new"]
        self.nothing_is_left(out)

    def hung_up(self):
        """The terminal is gone while Linux is linked."""
        out = self.directory("worse")
        process = self.begin(out)
        packed = os.path.join(self.cache, "linux-*", "objects", "root.cpio.xz")
        while not glob.glob(packed):
            assert process.poll() is None, "it did not come so far"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGHUP)
        self.said = process.communicate()[0].decode()
        assert process.returncode == 1, process.returncode
        assert os.listdir(out) == []
        self.nothing_is_left(out)


TESTS = [("an image, its owner's alone, and its key nowhere else",
          Bakery.makes),
         ("a build that fails leaves no key", Bakery.fails),
         ("nor does one that is hung up", Bakery.hung_up)]
