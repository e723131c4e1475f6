# SPDX-License-Identifier: ISC
"""A throw-away dom0: Debian's kernel and Xen tools, from packages that are
downloaded and unpacked but never installed, with the programs of a Git server
over HTTPS from this machine, in one initramfs whose PID 1 is dom0-init."""
import glob
import gzip
import os
import re
import shutil
import subprocess

import cpio

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = "usr/lib/x86_64-linux-gnu"
XEN_BIN = "usr/lib/xen-4.17/bin"
PACKAGES = ("xen-hypervisor-4.17-amd64 xen-utils-4.17 xen-utils-common "
            "xenstore-utils libxenmisc4.17 libxencall1 libxenevtchn1 "
            "libxenforeignmemory1 libxengnttab1 libxenstore4 libxentoollog1 "
            "libxentoolcore1 libxendevicemodel1 libxenhypfs1 libyajl2 "
            "liblzo2-2 libnl-3-200 libnl-route-3-200 tinydns").split()
# dom0-init loads them in this order.
MODULES = ("xen-evtchn xen-gntdev xen-privcmd xenfs xen-netback llc stp "
           "bridge").split()
OURS = ("bash", "curl", "fcgiwrap", "flock", "git", "ip", "nginx")
NEEDS = {"bash": "bash", "curl": "curl", "fcgiwrap": "fcgiwrap",
         "flock": "util-linux", "git": "git", "ip": "iproute2",
         "nginx": "nginx-light", "busybox": "busybox-static",
         "qemu-system-x86_64": "qemu-system-x86", "apt-get": "apt",
         "dpkg-deb": "dpkg", "openssl": "openssl"}


class Missing(Exception):
    """Something that the operator has to install first."""


def program(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") +
                         ":/usr/sbin:/sbin:/usr/bin:/bin")
    if not found:
        raise Missing("%s is not installed: apt-get install %s"
                      % (name, NEEDS[name]))
    return found


def run(*command, **options):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, **options).stdout.decode()


# --------------------------------------------------------------- packages --

def kernel_package():
    """The generic kernel: the one for clouds cannot be dom0."""
    depends = run("apt-cache", "depends", "linux-image-amd64")
    return re.search(r"Depends: (linux-image-\S+)", depends).group(1)


def unpack(deb, tree):
    """All of a package; of the kernel only what dom0 uses."""
    if not os.path.basename(deb).startswith("linux-image-"):
        run("dpkg-deb", "-x", deb, tree)
        return
    wanted = ["*/%s.ko*" % module for module in MODULES]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb],
                          stdout=subprocess.PIPE) as tar:
        subprocess.run(["tar", "-x", "-C", tree, "--wildcards",
                        "./boot/vmlinuz-*", *wanted],
                       stdin=tar.stdout, check=True)


class Packages:
    """The unpacked packages, in STATE/packages; kept while the list is the
    same."""

    def __init__(self, state):
        self.tree = os.path.join(state, "packages")
        names = [kernel_package(), *PACKAGES]
        if self.names() != names:
            self.fetch(names, os.path.join(state, "download"))

    def names(self):
        try:
            with open(os.path.join(self.tree, "list")) as file:
                return file.read().split()
        except OSError:
            return None

    def fetch(self, names, download):
        for old in (self.tree, download):
            shutil.rmtree(old, ignore_errors=True)
            os.makedirs(old)
        # apt's own user may not be able to write here; it says so at length.
        run("apt-get", "-q", "download", *names, cwd=download,
            stderr=subprocess.DEVNULL)
        for deb in sorted(glob.glob(download + "/*.deb")):
            unpack(deb, self.tree)
        shutil.rmtree(download)
        # The boot loader in qemu takes it unpacked only.
        with gzip.open(self.one("boot/xen-4.17-amd64.gz")) as packed, \
                open(os.path.join(self.tree, "xen"), "wb") as out:
            shutil.copyfileobj(packed, out)
        with open(os.path.join(self.tree, "list"), "w") as file:
            file.write("\n".join(names) + "\n")

    def one(self, pattern):
        found = glob.glob(os.path.join(self.tree, pattern), recursive=True)
        if len(found) != 1:
            raise AssertionError("%s: %d files in %s" % (
                pattern, len(found), self.tree))
        return found[0]

    def xen(self):
        return os.path.join(self.tree, "xen")

    def kernel(self):
        return self.one("boot/vmlinuz-*")


# -------------------------------------------------------------- the archive --

class Dom0:
    """An archive with the programs that dom0-init calls."""

    def __init__(self, packages):
        self.packages = packages
        self.archive = cpio.Archive()
        for path in ("proc", "sys", "dev", "run", "tmp", "root", "guest",
                     "usr/bin", "usr/sbin", "var/lib/xen",
                     "var/lib/xenstored", "var/log/xen/console",
                     "var/log/nginx"):
            self.archive.directory(path)
        for path, target in (("bin", "usr/bin"), ("sbin", "usr/sbin"),
                             ("lib", "usr/lib"), ("lib64", "usr/lib"),
                             ("var/run", "/run"), ("var/lock", "/run/lock")):
            self.archive.link(path, target)
        self.xen_tools()
        self.our_tools()
        self.archive.copy(os.path.join(HERE, "dom0-init"), "init")
        self.archive.put("etc/passwd", b"root:x:0:0::/root:/bin/sh\n"
                         b"nobody:x:65534:65534::/nonexistent:/bin/false\n")
        self.archive.put("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
        self.archive.put("etc/nsswitch.conf", b"hosts: files\n")

    def libraries(self, path):
        """Those of the packages go before this machine's."""
        mine = os.path.join(self.packages.tree, LIB)
        listed = run("ldd", path, env={**os.environ, "LD_LIBRARY_PATH": mine})
        for line in listed.splitlines():
            if "not found" in line:
                raise Missing("%s needs a library: %s" % (path, line.strip()))
            found = re.search(r"(/\S+) \(0x", line)
            if found:
                yield found.group(1)

    def add_program(self, source, path):
        self.archive.copy(source, path)
        for library in self.libraries(source):
            name = os.path.basename(library)
            self.archive.copy(library, "usr/lib/" + name if name.startswith(
                "ld-linux") else LIB + "/" + name)

    def xen_tools(self):
        tree = self.packages.tree
        for name in ("xl", "xenstored", "xenconsoled", "xen-init-dom0",
                     "libxl-save-helper"):
            self.add_program(os.path.join(tree, XEN_BIN, name),
                             XEN_BIN + "/" + name)
            self.archive.link("usr/sbin/" + name, "/%s/%s" % (XEN_BIN, name))
        self.add_program(tree + "/usr/bin/xenstore", "usr/bin/xenstore")
        for name in ("read", "write", "ls", "list", "exists", "rm", "watch"):
            self.archive.link("usr/bin/xenstore-" + name, "xenstore")
        self.archive.copy_tree(tree + "/etc/xen", "etc/xen")
        for name in MODULES:
            module = self.packages.one("lib/modules/**/%s.ko" % name)
            self.archive.copy(module, "usr/lib/modules/%s.ko" % name)
        for name in ("tinydns", "tinydns-data"):
            self.add_program(self.packages.one("usr/*bin/" + name),
                             "usr/bin/" + name)

    def our_tools(self):
        for name in OURS:
            self.add_program(program(name), "usr/bin/" + name)
        self.archive.copy(program("busybox"), "usr/bin/busybox")
        core = run("git", "--exec-path").strip()
        self.add_program(core + "/git-http-backend",
                         "usr/lib/git-core/git-http-backend")
        for name in ("git", "git-receive-pack", "git-upload-pack"):
            self.archive.link("usr/lib/git-core/" + name, "/usr/bin/git")
        # xl wants it when a thread of its ends, and does not name it.
        self.archive.copy(run("gcc", "-print-file-name=libgcc_s.so.1").strip(),
                          LIB + "/libgcc_s.so.1")

    def write(self, path):
        self.archive.write(path)
