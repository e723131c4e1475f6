# SPDX-License-Identifier: ISC
"""Looking for secrets in the memory of processes, and what a core file of them
would hold."""
import base64
import hashlib
import os
import re
import subprocess

import blogd

# AddressSanitizer's shadow tells for eight bytes each which of them are valid,
# holds none of them, and takes an eighth of all addresses.
SHADOW = 1 << 40

# /proc/PID/pagemap: 64 bits for each page, of which these say so.
PAGE = os.sysconf("SC_PAGESIZE")
IN_MEMORY_OR_SWAP = 0xc0  # of the last byte


class Mapping:
    def __init__(self, line):
        area, self.rights = line.split()[:2]
        self.start, self.end = (int(x, 16) for x in area.split("-"))
        self.name = line.split(None, 5)[5].strip() if \
            len(line.split(None, 5)) > 5 else ""
        self.flags = []

    def readable(self):
        # The kernel's own pages cannot be read this way.
        if not self.rights.startswith("r") or self.name.startswith("[v"):
            return False
        return not (blogd.SANITIZED and self.end - self.start > SHADOW)

    def dumped(self):
        return not {"dd", "io"} & set(self.flags)

    def locked(self):
        return "lo" in self.flags

    def parts(self, pagemap):
        """(start, length) of what has content.  Pages of no file that nobody
        has written to have none, and heaps reserve many."""
        whole = [(self.start, self.end - self.start)]
        if self.name.startswith("/"):
            return whole
        pagemap.seek(self.start // PAGE * 8)
        entries = pagemap.read((self.end - self.start) // PAGE * 8)
        if not any(entries):
            return []
        found = []
        for i in range(0, len(entries), 8):
            if not entries[i + 7] & IN_MEMORY_OR_SWAP:
                continue
            at = self.start + i // 8 * PAGE
            if found and sum(found[-1]) == at:
                found[-1] = (found[-1][0], found[-1][1] + PAGE)
            else:
                found.append((at, PAGE))
        return found


def mappings(pid):
    """As /proc/PID/smaps lists them; none for a process that has ended."""
    found = []
    for line in blogd.read("/proc/%d/smaps" % pid).decode().splitlines():
        if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
            found.append(Mapping(line))
        elif line.startswith("VmFlags:"):
            found[-1].flags = line.split()[1:]
    return found


class Scan:
    """Finds needles; bytes it has seen once, such as those of libraries, it
    does not look at again."""

    def __init__(self, needles):
        self.needles = needles
        self.clean = set()

    def block(self, data):
        digest = hashlib.blake2b(data).digest()
        if digest in self.clean:
            return set()
        found = {needle for needle in self.needles if needle in data}
        if not found:
            self.clean.add(digest)
        return found

    def mapping(self, mapping, memory, pagemap):
        found = set()
        for start, length in mapping.parts(pagemap):
            memory.seek(start)
            data = memory.read(length)
            if not data:  # no memory any more
                raise ProcessLookupError
            found |= self.block(data)
        return found

    def process(self, pid):
        """[(mapping, needles in it)] for those that have any; None if the
        process ended meanwhile."""
        result = []
        found = mappings(pid)
        try:
            with open("/proc/%d/mem" % pid, "rb", 0) as memory, \
                    open("/proc/%d/pagemap" % pid, "rb", 0) as pagemap:
                for mapping in filter(Mapping.readable, found):
                    hits = self.mapping(mapping, memory, pagemap)
                    if hits:
                        result.append((mapping, hits))
        except OSError:
            if blogd.alive(pid):
                raise
            return None
        return result if blogd.alive(pid) else None


# ------------------------------------------------------------ what to find --

def numbers(path):
    """The private numbers of a key file, most significant byte first."""
    text = subprocess.run(["openssl", "pkey", "-in", path, "-noout", "-text"],
                          check=True, stdout=subprocess.PIPE).stdout.decode()
    found = []
    for name in ["priv", "privateExponent", "prime1", "prime2"]:
        match = re.search(r"^%s:\n((?: +[0-9a-f:]+\n)+)" % name, text, re.M)
        if match:
            number = bytes.fromhex(re.sub(r"[\s:]", "", match.group(1)))
            found.append(number.lstrip(b"\0"))
    assert found, text
    return found


def raw_forms(number):
    """As octets, as limbs of a BIGNUM, and as limbs in the other order."""
    whole = number.rjust(-len(number) % 8 + len(number), b"\0")
    limbs = [whole[i:i + 8][::-1] for i in range(0, len(whole), 8)]
    return [number, number[::-1], b"".join(limbs)]


def text_forms(number):
    forms = [number.hex().encode(), number.hex().upper().encode()]
    for shift in range(3):  # what stands before it moves base64's groups
        text = base64.b64encode(bytes(shift) + number)
        forms.append(text[4:-4])
    return forms


def pem_pieces(path):
    """Of the file's text, what stands for private numbers: the rest of it is in
    the certificate as well."""
    secret = numbers(path)
    with open(path, "rb") as file:
        lines = [line for line in file.read().splitlines()
                 if not line.startswith(b"-")]
    pieces = [line[i:i + 16] for line in lines for i in range(0, 64, 16)]
    found = [piece for piece in pieces if len(piece) == 16 and
             any(base64.b64decode(piece) in number for number in secret)]
    assert found, path
    return found


def der_piece(path):
    """The first private number with what stands before it."""
    der = subprocess.run(["openssl", "pkey", "-in", path, "-outform", "DER"],
                         check=True, stdout=subprocess.PIPE).stdout
    at = der.index(numbers(path)[0])
    return der[at - 4:at + 16]


def needles(path):
    """(as numbers, as text): pieces that are found where a whole is, and where
    a part was left over."""
    raw, text = set(), {der_piece(path), *pem_pieces(path)}
    for number in numbers(path):
        for form in raw_forms(number):
            raw.update([form[8:24], form[-24:-8]])
        for form in text_forms(number):
            text.update([form[:24], form[-24:]])
    return raw, text
