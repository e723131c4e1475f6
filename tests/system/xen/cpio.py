# SPDX-License-Identifier: ISC
"""Writes archives as the Linux kernel unpacks them (initramfs, "newc"), so that
files of root can be made by anybody."""
import os
import stat

TRAILER = "TRAILER!!!"


def record(name, mode, content, number):
    name = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return b"".join(part + b"\0" * (-len(part) % 4)
                    for part in (head, content))


class Archive:
    """Entries by their path without a leading slash, each (mode, content).
    Parents are added."""

    def __init__(self):
        self.entries = {}

    def directory(self, path):
        if path and path not in self.entries:
            self.directory(os.path.dirname(path))
            self.entries[path] = (stat.S_IFDIR | 0o755, b"")

    def put(self, path, content, mode=0o644):
        self.directory(os.path.dirname(path))
        self.entries[path] = (stat.S_IFREG | mode, content)

    def link(self, path, target):
        self.directory(os.path.dirname(path))
        self.entries[path] = (stat.S_IFLNK | 0o777, target.encode())

    def copy(self, source, path):
        """A file; what it is a link to, when it is one."""
        with open(source, "rb") as file:
            self.put(path, file.read(), os.stat(source).st_mode & 0o777)

    def copy_tree(self, source, path):
        """A directory, with its links as they are."""
        self.directory(path)
        for name in sorted(os.listdir(source)):
            here, there = os.path.join(source, name), os.path.join(path, name)
            if os.path.islink(here):
                self.link(there, os.readlink(here))
            elif os.path.isdir(here):
                self.copy_tree(here, there)
            else:
                self.copy(here, there)

    def write(self, path):
        with open(path, "wb") as out:
            for number, (name, entry) in enumerate(self.entries.items(), 1):
                out.write(record(name, *entry, number))
            out.write(record(TRAILER, 0, b"", 0))
