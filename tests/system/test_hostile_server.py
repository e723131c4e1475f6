# SPDX-License-Identifier: ISC
"""Git servers that mean harm.  Each is stopped by the limit that is named, and
contained.check_attack() says what must be true when it is over."""
import os
import random

import packs
import servers
from contained import MB, Site, check_attack
from hostile_server import (CAPABILITIES, SERVICE, SIDE_BAND, after, as_http,
                            endless, pkt, refs, sends_pack, trickles)


def waits(peer):
    peer.until_closed()


# ----------------------------------------------------------------- silence --

def test_silent(t):
    check_attack(t, waits, "fetch.silence")


def test_silent_after_the_references(t):
    check_attack(t, after("list_refs", waits), "fetch.silence")


def test_silent_within_a_pack(t):
    def attack(peer):
        sends_pack(packs.pack([packs.entry(packs.BLOB, b"x" * 1000)])[:-30])(
            peer)
        peer.until_closed()
    check_attack(t, attack, "fetch.silence")


def test_silent_http(t):
    check_attack(t, after("read_head", waits), "fetch.silence", "http")


def test_trickles(t):
    check_attack(t, trickles(refs(b"1" * 40)), "fetch.deadline")


def test_trickles_a_pack(t):
    noise = packs.pack([packs.entry(packs.BLOB, os.urandom(2000))])
    check_attack(t, after("begin_pack", trickles(noise)), "fetch.deadline")


def test_trickles_over_http(t):
    check_attack(t, after("read_head", trickles(as_http(SERVICE))),
                 "fetch.deadline", "http")


def test_hangs_up(t):
    check_attack(t, lambda peer: None, "broke|ended the connection")


# -------------------------------------------------------------------- floods --

def reference(n):
    return pkt(b"%040x refs/heads/b%d\n" % (n, n))


LISTING = "list of branches and tags does not end"


def test_endless_references(t):
    check_attack(t, after("read_request", endless(reference)), LISTING)


def test_endless_references_over_http(t):
    def attack(peer):
        peer.read_head()
        peer.send(as_http(SERVICE))
        endless(reference)(peer)
    check_attack(t, attack, LISTING, "http")


def test_endless_header_over_http(t):
    def attack(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        endless(lambda n: b"X-%d: %d\r\n" % (n, n))(peer)
    check_attack(t, attack, "too many header bytes", "http")


def check_acknowledgements(t, capabilities, word, reason):
    def attack(peer):
        peer.list_refs(capabilities=capabilities)
        endless(lambda n: pkt(b"ACK %040x%s\n" % (n, word)) * 100)(peer)
    check_attack(t, attack, reason, fetch={"max-bytes": "8M"})


def test_endless_acknowledgements(t):
    check_acknowledgements(t, CAPABILITIES, b"", "no header|bad packet length")


def test_endless_acknowledgements_of_each(t):
    """As servers do that go through the client's commits one by one."""
    check_acknowledgements(t, CAPABILITIES + b" multi_ack", b" continue",
                           "fetch.max-bytes|bad packet length")


def test_endless_progress(t):
    """Texts for a terminal, on the band beside the pack's."""
    def attack(peer):
        peer.begin_pack(capabilities=SIDE_BAND)
        endless(lambda n: pkt(b"\2" + b"Counting: %d\r" % n * 100))(peer)
    check_attack(t, attack, "fetch.max-bytes", fetch={"max-bytes": "8M"})


def test_noise(t):
    rng = random.Random(1)
    check_attack(t, after("read_request",
                          endless(lambda n: rng.randbytes(1 << 16))),
                 "does not speak the Git protocol")


# ----------------------------------------------------------------- redirects --

def moved(location, status=b"302 Found"):
    def attack(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 %s\r\nLocation: %s\r\nContent-Length: 0\r\n"
                  b"\r\n" % (status, location.encode()))
    return attack


def check_redirect(t, location, status=b"302 Found"):
    check_attack(t, moved(location, status), "redirect", "http")


def other_host(t):
    """Somebody else, who must never hear of it."""
    return t.started(servers.RawServer(lambda c, s: c.recv(1000)))


def test_redirect_to_another_host(t):
    other = other_host(t)
    check_redirect(t, "http://localhost:%d/blog.git/info/refs"
                      "?service=git-upload-pack" % other.port)
    assert other.accepted == 0


def test_redirect_to_an_internal_address(t):
    """However it is spelt."""
    other = other_host(t)
    site = Site(t, "http")
    for address in ["127.0.0.1", "[::ffff:127.0.0.1]", "0x7f000001", "0",
                    "2130706433", "169.254.169.254"]:
        site.attack(moved("http://%s:%d/latest/info/refs"
                          "?service=git-upload-pack" % (address, other.port),
                          b"301 Moved Permanently"), "redirect")
    assert other.accepted == 0
    site.check()


def test_redirect_to_a_file(t):
    check_attack(t, moved("file:///etc/passwd"), "malformed URL", "http")


def test_redirect_to_ssh(t):
    other = other_host(t)
    check_redirect(t, "ssh://git@127.0.0.1:%d/blog.git" % other.port,
                   b"307 Temporary Redirect")
    assert other.accepted == 0


def test_redirects_in_a_row(t):
    """Each leads to the next on the same server, the only one that may be
    named; it ends."""
    asked = []

    def attack(peer):
        while True:
            peer.read_head()
            asked.append(peer.request)
            peer.send(b"HTTP/1.1 302 Found\r\nLocation: /hop%d/info/refs"
                      b"?service=git-upload-pack\r\nContent-Length: 0\r\n"
                      b"\r\n" % len(asked))
    check_attack(t, attack, "redirects .* again and again", "http")
    assert 1 <= len(asked) <= 15, asked


# --------------------------------------------------------------------- packs --

def test_pack_too_large(t):
    """One object that would never end."""
    def blocks():
        rng = random.Random(2)
        yield packs.pack_head(1) + packs.entry_head(packs.BLOB, 60 << 20)
        while True:
            yield rng.randbytes(1 << 16)
    check_attack(t, sends_pack(blocks()), "fetch.max-bytes",
                 fetch={"max-bytes": "4M"})


def bomb(claimed):
    """500 MB of zeros in a pack of 486 kB."""
    made = packs.entry_head(packs.BLOB, claimed) + packs.zeros(500_000_000)
    whole = packs.pack([made])
    assert 480_000 < len(whole) < 490_000, len(whole)
    return whole


def test_bomb(t):
    check_attack(t, sends_pack(bomb(500_000_000)), "fetch.max-object-size",
                 most=32 * MB)


def test_bomb_that_lies(t):
    """It claims to be 1000 bytes."""
    check_attack(t, sends_pack(bomb(1000)), "the pack is damaged",
                 most=32 * MB)


def test_bombs_within_the_limit(t):
    """Each is as large as one may be: together they take too long."""
    made = packs.entry_head(packs.BLOB, 60 << 20) + packs.zeros(60 << 20)
    check_attack(t, sends_pack(packs.pack([made] * 800)), "fetch.deadline")


def good_pack(n=50):
    rng = random.Random(n)
    return packs.pack([packs.entry(packs.BLOB, rng.randbytes(1000))
                       for _ in range(n)])


def test_wrong_checksum(t):
    whole = good_pack()
    check_attack(t, sends_pack(whole[:-1] + bytes([whole[-1] ^ 1])),
                 "checksum")


def test_half_a_pack(t):
    whole = good_pack()
    check_attack(t, sends_pack(whole[:len(whole) // 2]),
                 "the pack is damaged")


def stored(data):
    """zlib's stream without any compression, made quickly."""
    n = len(data)
    return b"\x78\x01\x01" + n.to_bytes(2, "little") + \
        (n ^ 0xffff).to_bytes(2, "little") + data + \
        packs.zlib.adler32(data).to_bytes(4, "big")


def million():
    head = packs.entry_head(packs.BLOB, 8)
    return [head + stored(b"%08d" % n) for n in range(1_000_000)]


def test_a_million_objects(t):
    check_attack(t, sends_pack(packs.pack(million())), "fetch.max-objects",
                 fetch={"max-objects": 500_000}, most=32 * MB)


def test_a_million_objects_that_are_not_there(t):
    """The limit allows them: memory is not taken for a mere number."""
    few = [packs.entry(packs.BLOB, b"%d" % n) for n in range(10)]
    check_attack(t, sends_pack(packs.pack(few, 1_000_000)), "too short",
                 fetch={"max-objects": 2_000_000}, most=32 * MB)


# -------------------------------------------------------------------- deltas --

def deep(n, size=1000):
    """n deltas, each of which appends to the one before."""
    chain = packs.Chain(b"x" * size)
    for i in range(n):
        have = size + 4 * i
        chain.add(packs.delta(have, have + 4, packs.copy(0, have) +
                              packs.insert(b"%04x" % (i & 0xffff))))
    return chain.pack()


def test_deep_delta_chain(t):
    check_attack(t, sends_pack(deep(10_000)), "delta chain longer than")


def test_expensive_deltas(t):
    """Each makes 8 MB of single bytes, as slowly as can be."""
    size = 1 << 23
    text = packs.delta(256, size, packs.copy(0, 1) * size)
    made = packs.entry_head(packs.OFS_DELTA, len(text))
    stream = packs.zlib.compress(text)
    chain = packs.Chain(bytes(range(256)))
    for _ in range(1000):
        back = packs.distance(chain.end - chain.offsets[0])
        chain.append(made + back + stream)
    check_attack(t, sends_pack(chain.pack()), "fetch.deadline")


def test_expensive_chains(t):
    """Deltas of 20 MB on each other, with others on each of them: as not all
    can be in memory, they are made again and again."""
    size = 20 << 20
    whole = packs.copy(0, 15 << 20) + packs.copy(15 << 20, 5 << 20)
    chain = packs.Chain(bytes(size))
    for i in range(300):
        chain.add(packs.delta(size, size, whole))
    for i in range(300):
        chain.add(packs.delta(size, size, packs.copy(0, 15 << 20) +
                              packs.copy(0, (5 << 20) - 2) +
                              packs.insert(b"%02x" % (i & 0xff))), onto=i)
    check_attack(t, sends_pack(chain.pack()), "fetch.deadline")


def test_delta_bomb(t):
    """A few bytes that make 512 MB of 1 MB."""
    chain = packs.Chain(bytes(1 << 20))
    chain.add(packs.delta(1 << 20, 512 << 20, packs.copy(0, 1 << 20) * 512))
    check_attack(t, sends_pack(chain.pack()), "fetch.max-object-size",
                 most=32 * MB)


def test_delta_bombs_within_the_limit(t):
    chain = packs.Chain(bytes(1 << 20))
    for i in range(5000):
        chain.add(packs.delta(1 << 20, 60 << 20, packs.copy(0, 1 << 20) * 59 +
                              packs.copy(0, (1 << 20) - 4) +
                              packs.insert(b"%04x" % i)), onto=0)
    check_attack(t, sends_pack(chain.pack()), "fetch.deadline")


def test_delta_that_copies_from_outside(t):
    chain = packs.Chain(b"x" * 100)
    chain.add(packs.delta(100, 100, packs.copy(50, 100)))
    check_attack(t, sends_pack(chain.pack()), "damaged")


# ---------------------------------------------------------------- wrong tips --

def test_tip_that_does_not_come(t):
    check_attack(t, sends_pack(good_pack()), "did not send")


def test_tip_that_is_no_commit(t):
    made = packs.Objects()
    blob = made.blob("x")
    check_attack(t, sends_pack(made.pack(), blob.hex().encode()),
                 "is not a commit")


def test_commit_without_its_tree(t):
    """And then all of it: what was left out is asked for again."""
    made = packs.Objects()
    tip = made.commit(packs.object_id(packs.TREE, b""))
    site = check_attack(t, sends_pack(made.pack(), tip.hex().encode()),
                        "is missing")
    site.daemon.wait_log("the next fetch clones anew")
