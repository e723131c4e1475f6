# SPDX-License-Identifier: ISC
"""Git objects and packs made by hand, so that they can be wrong."""
import hashlib
import struct
import zlib

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}

FILE, PROGRAM, LINK, DIRECTORY, MODULE = (
    b"100644", b"100755", b"120000", b"40000", b"160000")


def object_id(kind, data):
    """The id of an object, 20 bytes."""
    head = b"%s %d\0" % (NAMES[kind], len(data))
    return hashlib.sha1(head + data).digest()


# ---------------------------------------------------------------- entries --

def entry_head(kind, size):
    first, size = kind << 4 | (size & 15), size >> 4
    out = b""
    while size:
        out += bytes([first | 0x80])
        first, size = size & 0x7f, size >> 7
    return out + bytes([first])


def distance(back):
    """How far before an OFS_DELTA its base begins."""
    out = bytes([back & 0x7f])
    back >>= 7
    while back:
        back -= 1
        out = bytes([0x80 | (back & 0x7f)]) + out
        back >>= 7
    return out


def entry(kind, data, base=b"", size=None, level=6):
    """One entry of a pack; size: what it claims, if that is not true."""
    size = len(data) if size is None else size
    return entry_head(kind, size) + base + zlib.compress(data, level)


def zeros(size):
    """zlib's stream of so many zeros."""
    deflate = zlib.compressobj(9)
    block = bytes(1 << 20)
    out = [deflate.compress(block) for _ in range(size >> 20)]
    out.append(deflate.compress(bytes(size & ((1 << 20) - 1))))
    out.append(deflate.flush())
    return b"".join(out)


def pack_head(count):
    return b"PACK" + struct.pack(">II", 2, count)


def pack(entries, count=None):
    """A whole pack; count: what it claims, if that is not true."""
    body = pack_head(len(entries) if count is None else count)
    body += b"".join(entries)
    return body + hashlib.sha1(body).digest()


# ----------------------------------------------------------------- deltas --

def number(value):
    out = b""
    while value > 0x7f:
        out += bytes([0x80 | (value & 0x7f)])
        value >>= 7
    return out + bytes([value])


def copy(offset, size):
    """Copies at most 16 MiB from the base."""
    op, out = 0x80, b""
    for bit, byte in enumerate(struct.pack("<I", offset)):
        if byte:
            op |= 1 << bit
            out += bytes([byte])
    for bit, byte in enumerate(struct.pack("<I", size)[:3]):
        if byte:
            op |= 0x10 << bit
            out += bytes([byte])
    return bytes([op]) + out


def insert(data):
    return bytes([len(data)]) + data


def delta(base_size, size, instructions):
    return number(base_size) + number(size) + instructions


class Chain:
    """A pack of one blob and deltas, each of which names by its distance the
    entry it is made from."""

    def __init__(self, base):
        self.entries, self.offsets = [], []
        self.end = len(pack_head(0))
        self.append(entry(BLOB, base))

    def append(self, made):
        self.entries.append(made)
        self.offsets.append(self.end)
        self.end += len(made)

    def add(self, text, onto=-1):
        back = self.end - self.offsets[onto]
        self.append(entry(OFS_DELTA, text, distance(back)))

    def pack(self):
        return pack(self.entries)


# ---------------------------------------------------------------- objects --

class Objects:
    """What a repository holds: every object once, by its id."""

    def __init__(self):
        self.all = {}

    def add(self, kind, data):
        oid = object_id(kind, data)
        self.all[oid] = (kind, data)
        return oid

    def blob(self, text):
        return self.add(BLOB, text if isinstance(text, bytes)
                        else text.encode())

    def tree(self, entries):
        """entries: (mode, name, id), written as they come."""
        return self.add(TREE, b"".join(b"%s %s\0%s" % e for e in entries))

    def commit(self, tree, date=1_470_000_000):
        text = ("tree %s\nauthor A <a@example.org> %d +0000\n"
                "committer C <c@example.org> %d +0000\n\nodd\n"
                % (tree.hex(), date, date))
        return self.add(COMMIT, text.encode())

    def pack(self):
        return pack([entry(kind, data, level=1)
                     for kind, data in self.all.values()])
