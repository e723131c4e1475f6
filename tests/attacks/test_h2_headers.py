# SPDX-License-Identifier: ISC
"""HTTP/2: field blocks that are long, slow, or larger than they look."""
import time

import client
import h2
import h2flood
import siege
from siege import KB, Siege

CALM = h2.ENHANCE_YOUR_CALM
GET = h2.encode(h2.request_fields("/"))
INDEXED = 0x40  # literal with incremental indexing
FIRST = 62      # index of the newest entry in the dynamic table


def check_ended(t, frames, error, **settings):
    """Sent once; then the connection is closed with this error."""
    daemon = siege.serve(t, **settings)
    with Siege(t, daemon):
        for _ in range(20):
            with h2flood.connect(daemon) as attacker:
                siege.send(attacker, frames)
                assert h2flood.ending(attacker, 3) == error


def test_continuations(t):
    """max-header: a block without end (CVE-2024-27316)."""
    check_ended(t, h2.frame(h2.HEADERS, 0, 1, GET) + h2.frame(
        h2.CONTINUATION, 0, 1, h2.literal("x", "y" * 1000)) * 100, CALM)


def test_empty_continuations(t):
    check_ended(t, h2.frame(h2.HEADERS, 0, 1, GET) + h2.frame(
        h2.CONTINUATION, 0, 1) * 1000, CALM)


def test_continuations_of_a_byte(t):
    check_ended(t, h2.frame(h2.HEADERS, 0, 1, b"") + b"".join(
        h2.frame(h2.CONTINUATION, 0, 1, bytes([x])) for x in GET * 20), CALM)


def test_continuations_of_whole_requests(t):
    """Blocks in as many pieces as are allowed, one after the other."""
    daemon = siege.serve(t)
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        def make():
            out = b""
            for _ in range(20):
                stream = attacker.new_stream()
                out += h2.frame(h2.HEADERS, h2.END_STREAM, stream, GET[:10])
                out += h2.frame(h2.CONTINUATION, h2.END_HEADERS, stream,
                                GET[10:])
            return out
        assert h2flood.flood(attacker, make) in (h2flood.OPEN, CALM)


def test_continuations_slowly(t):
    """header-timeout: of the whole block."""
    daemon = siege.serve(t)
    with Siege(t, daemon, 40 * 64 * KB) as under:
        attackers = [h2flood.connect(daemon) for _ in range(40)]
        for one in attackers:
            one.send_frame(h2.HEADERS, 0, 1, GET)
        piece = h2.frame(h2.CONTINUATION, 0, 1, h2.literal("x", "y"))
        end, alive = time.monotonic() + 1.5, attackers
        while alive and time.monotonic() < end:
            alive = [a for a in alive if siege.send(a, piece)]
            time.sleep(0.1)
        under.check_closed(attackers, 1.5)


def test_frame_too_long(t):
    """RFC 9113 section 4.2: decided before it has come."""
    check_ended(t, h2.frame(h2.HEADERS, h2.END_HEADERS, 1, bytes(16385)),
                h2.FRAME_SIZE_ERROR)
    check_ended(t, b"\xff\xff\xff" + bytes([h2.HEADERS]) + bytes(2000),
                h2.FRAME_SIZE_ERROR)


def test_block_too_long(t):
    """max-header"""
    check_ended(t, h2.frame(h2.HEADERS, h2.END_HEADERS, 1,
                            GET + h2.literal("x", "y" * 9000)), CALM)


def refused(attacker, block, status=431):
    stream = attacker.send_block(block)
    try:
        found = attacker.response(stream)
        assert found.status == status, found
    except client.Closed:
        pass


def test_list_too_long(t):
    """max-header, max-headers: 431"""
    daemon = siege.serve(t)
    many = GET + b"".join(h2.literal("x%d" % i, "y") for i in range(101))
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            refused(attacker, many)


def test_bomb(t):
    """max-header: an entry of 4000 bytes, named thousands of times."""
    daemon = siege.serve(t)
    fill = GET + h2.literal("x", "y" * 4000, INDEXED)
    bomb = GET + h2.integer(FIRST, 7, 0x80) * 7000
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        assert attacker.response(attacker.send_block(fill)).status == 200
        end = time.monotonic() + 1
        while time.monotonic() < end and attacker.goaway is None:
            refused(attacker, bomb)


def test_bombs_on_many_connections(t):
    """The table of each is 4096 bytes at most (RFC 7541 section 4.1)."""
    daemon = siege.serve(t)
    fill = GET + h2.literal("x", "y" * 4000, INDEXED)
    bomb = GET + h2.integer(FIRST, 7, 0x80) * 7000
    with Siege(t, daemon, 50 * 64 * KB):
        attackers = [h2flood.connect(daemon) for _ in range(50)]
        for one in attackers:
            assert one.response(one.send_block(fill)).status == 200
            refused(one, bomb)


def test_table_of_the_smallest_entries(t):
    """32 bytes of overhead each, and nothing else in them."""
    daemon = siege.serve(t)
    entries = GET + h2.literal("a", "", INDEXED) * 90
    with Siege(t, daemon, 50 * 64 * KB):
        attackers = [h2flood.connect(daemon) for _ in range(50)]
        for one in attackers:
            for _ in range(3):
                assert one.response(one.send_block(entries)).status == 200


def test_table_churn(t):
    """Entries that displace all others, and sizes that empty the table."""
    daemon = siege.serve(t)
    update = h2.integer(0, 5, 0x20) + h2.integer(4096, 5, 0x20)
    churn = update + GET + b"".join(
        h2.literal("x%d" % i, "y" * 40, INDEXED) for i in range(90))
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            refused(attacker, churn, 200)


def test_size_updates(t):
    """RFC 7541 section 4.2: two at the start of a block are enough for all."""
    daemon = siege.serve(t)
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        update = h2.integer(0, 5, 0x20) + h2.integer(4096, 5, 0x20)
        end = time.monotonic() + 1
        while time.monotonic() < end and attacker.goaway is None:
            try:
                refused(attacker, update * 1500 + GET, 200)
            except h2.Reset:
                break


def test_wrong_hpack(t):
    """Numbers without end, indices of nothing, strings behind the end."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        for block in (b"\xff" * 100, b"\xbf\x80\x80\x80\x80\x80\x00",
                      h2.integer(2000, 7, 0x80), b"\x80",
                      b"\x00\x7f\xff\xff\xff\x7fabc", b"\x00\x01a\x84\xff\xff",
                      b"\x3f\xe2\x1f" + GET):
            with h2flood.connect(daemon) as attacker:
                attacker.send_block(block)
                assert h2flood.ending(attacker, 3) == h2.COMPRESSION_ERROR, \
                    block
