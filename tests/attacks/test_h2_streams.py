# SPDX-License-Identifier: ISC
"""HTTP/2: streams that are opened, held, and thrown away."""
import struct
import time

import h2
import h2flood
import siege
from siege import KB, Siege

CALM = h2.ENHANCE_YOUR_CALM
BIG = {"static/big": bytes(8 << 20)}


def number(n):
    return struct.pack(">I", n)


def check_calmed(t, make, prepare=None, **settings):
    """max-resets: the connection ends, and says why."""
    daemon = siege.serve(t, BIG, **settings)
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        if prepare:
            prepare(attacker)
        assert h2flood.flood(attacker, lambda: make(attacker)) == CALM


# ---------------------------------------------------------------- resets --

def test_rapid_reset(t):
    """CVE-2023-44487"""
    def make(attacker):
        out = b""
        for _ in range(20):
            out += h2flood.request(attacker, "/static/big")
            out += h2.frame(h2.RST_STREAM, 0, attacker.next_stream - 2,
                            number(h2.CANCEL))
        return out
    check_calmed(t, make)


def test_rapid_reset_of_small_pages(t):
    """Whose answers are under way before the reset comes."""
    def make(attacker):
        out = b""
        for _ in range(20):
            out += h2flood.request(attacker)
            out += h2.frame(h2.RST_STREAM, 0, attacker.next_stream - 2,
                            number(h2.CANCEL))
        return out
    check_calmed(t, make)


def test_rapid_reset_on_new_connections(t):
    """Up to the limit on each of them, again and again."""
    daemon = siege.serve(t, BIG)
    with Siege(t, daemon):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            with h2flood.connect(daemon) as attacker:
                out = b""
                for _ in range(100):
                    out += h2flood.request(attacker, "/static/big")
                    out += h2.frame(h2.RST_STREAM, 0, attacker.next_stream - 2,
                                    number(h2.CANCEL))
                attacker.send(out)


def no_windows(attacker):
    attacker.send_settings({h2.INITIAL_WINDOW_SIZE: 0})


def held_and(frame):
    """A stream that waits for its window, and what makes the server end it."""
    def make(attacker):
        out = b""
        for _ in range(20):
            out += h2flood.request(attacker, "/static/big")
            out += frame(attacker.next_stream - 2)
        return out
    return make


def test_made_to_reset_by_a_window_too_large(t):
    """CVE-2025-8671"""
    check_calmed(t, held_and(lambda i: h2.frame(
        h2.WINDOW_UPDATE, 0, i, number(0x7fffffff)) * 2), no_windows)


def test_made_to_reset_by_a_window_of_nothing(t):
    check_calmed(t, held_and(lambda i: h2.frame(
        h2.WINDOW_UPDATE, 0, i, number(0))), no_windows)


def test_made_to_reset_by_data_after_the_end(t):
    check_calmed(t, held_and(lambda i: h2.frame(
        h2.DATA, 0, i, b"x")), no_windows)


def test_made_to_reset_by_malformed_requests(t):
    def make(attacker):
        return b"".join(h2flood.request(attacker, fields=[("Upper", "case")])
                        for _ in range(20))
    check_calmed(t, make)


def test_made_to_reset_by_wrong_lengths(t):
    def make(attacker):
        out = b""
        for _ in range(20):
            out += h2flood.request(attacker, "/push", 0, method="POST",
                                   fields=[("content-length", "5")])
            out += h2.frame(h2.DATA, h2.END_STREAM, attacker.next_stream - 2,
                            b"123456")
        return out
    check_calmed(t, make)


def test_made_to_refuse(t):
    """max-streams: more than are allowed, without end."""
    def make(attacker):
        return b"".join(h2flood.request(attacker, "/static/big")
                        for _ in range(50))
    check_calmed(t, make, no_windows)


# --------------------------------------------------------------- windows --

def hold(t, values, many, memory, update=None, seconds=5.0, **settings):
    """All streams of several connections wait for windows; they are closed,
    whatever they go on sending."""
    daemon = siege.serve(t, BIG, **settings)
    with Siege(t, daemon, memory) as under:
        attackers = [h2flood.connect(daemon, values=values)
                     for _ in range(many)]
        for one in attackers:
            one.answer_data = False
            one.send(b"".join(h2flood.request(one, "/static/big")
                              for _ in range(100)))
        end = time.monotonic() + seconds
        alive = attackers if update else []
        while alive:
            alive = [a for a in alive if siege.send(a, update(a))]
            assert time.monotonic() < end, "%d are still open" % len(alive)
            time.sleep(0.05)
        under.check_closed(attackers, 2)


def test_windows_of_zero(t):
    """write-timeout"""
    hold(t, {h2.INITIAL_WINDOW_SIZE: 0}, 20, 20 * 128 * KB)


def test_windows_of_one_byte(t):
    """write-timeout"""
    hold(t, {h2.INITIAL_WINDOW_SIZE: 1}, 20, 20 * 128 * KB)


def test_windows_that_open_by_a_byte(t):
    """min-rate: a byte a stream and moment is too slow."""
    def update(attacker):
        return b"".join(h2.frame(h2.WINDOW_UPDATE, 0, i, number(1))
                        for i in range(1, 21, 2))
    hold(t, {h2.INITIAL_WINDOW_SIZE: 0}, 10, 10 * 128 * KB, update,
         **{"min-rate": "10K"})


def test_window_of_the_connection_that_opens_by_a_byte(t):
    """min-rate"""
    def update(_):
        return h2.frame(h2.WINDOW_UPDATE, 0, 0, number(1))
    hold(t, (), 10, 10 * 128 * KB, update, **{"min-rate": "10K"})


def halves(frame):
    """One half after the other, for all attackers at the same pace."""
    turn = {}

    def update(attacker):
        first = turn[attacker] = not turn.get(attacker)
        return frame[:5] if first else frame[5:]
    return update


def test_halves_of_frames_hold_nothing(t):
    """write-timeout: waiting for the rest of a frame does not begin the wait
    for a window anew, even if min-rate allows any pace."""
    hold(t, {h2.INITIAL_WINDOW_SIZE: 0}, 10, 10 * 128 * KB,
         halves(h2.frame(h2.PING, 0, 0, bytes(8))), **{"min-rate": 0})


def test_requests_that_are_reset_hold_nothing(t):
    """write-timeout: as before, with a field block in two parts."""
    turns = {}

    def update(attacker):
        turn = turns[attacker] = turns.get(attacker, -1) + 1
        block = h2.encode(h2.request_fields("/", fields=[("Upper", "case")]))
        if turn % 10 == 0:
            return h2.frame(h2.HEADERS, h2.END_STREAM, attacker.new_stream(),
                            block[:5])
        if turn % 10 == 5:
            return h2.frame(h2.CONTINUATION, h2.END_HEADERS,
                            attacker.next_stream - 2, block[5:])
        return b""
    hold(t, {h2.INITIAL_WINDOW_SIZE: 0}, 10, 10 * 128 * KB, update,
         **{"min-rate": 0})


def test_windows_by_a_byte_as_fast_as_can_be(t):
    """max-control-frames: DATA of one byte each is not worth its frame."""
    def make(attacker):
        return h2.frame(h2.WINDOW_UPDATE, 0, 1, number(1)) * 20

    def prepare(attacker):
        no_windows(attacker)
        attacker.send(h2flood.request(attacker, "/static/big"))
    check_calmed(t, make, prepare)


def test_all_streams_without_reading(t):
    """write-timeout: a hundred answers of 8 MB, and a socket that is full."""
    daemon = siege.serve(t, BIG)
    with Siege(t, daemon, 10 * 192 * KB):
        attackers = []
        for _ in range(10):
            raw = siege.small_window(daemon, alpn=("h2",))
            values = {h2.INITIAL_WINDOW_SIZE: 0x7fffffff}
            siege.send(raw, h2.PREFACE + h2.frame(
                h2.SETTINGS, 0, 0, h2.settings(values)) + h2.frame(
                    h2.WINDOW_UPDATE, 0, 0, number(0x7fff0000 - 65535)))
            block = h2.encode(h2.request_fields("/static/big"))
            siege.send(raw, b"".join(h2.frame(
                h2.HEADERS, h2.END_STREAM | h2.END_HEADERS, i, block)
                for i in range(1, 200, 2)))
            attackers.append(raw)
        time.sleep(1.5)
        for one in attackers:
            assert siege.drained(one) < 100 << 20


# ---------------------------------------------------------------- bodies --

def test_bodies_that_never_end(t):
    """body-timeout, max-header: requests are kept while they wait."""
    daemon = siege.serve(t)
    with Siege(t, daemon, 20 * 128 * KB) as under:
        attackers = [h2flood.connect(daemon) for _ in range(20)]
        for one in attackers:
            one.send(b"".join(h2flood.request(one, "/push", 0, method="POST")
                              for _ in range(30)))
        siege.trickle(attackers, h2.frame(h2.DATA, 0, 1, b"x"), 1.0, 0.02)
        under.check_closed(attackers, 1.5)


def test_bodies_without_limit(t):
    """max-body: 413, however much is sent."""
    daemon = siege.serve(t, **{"max-body": "10K"})
    with Siege(t, daemon):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            with h2flood.connect(daemon) as one:
                stream = one.new_stream()
                one.send_block(h2.encode(h2.request_fields("/push", "POST")),
                               0, stream)
                one.send(h2.frame(h2.DATA, 0, stream, bytes(10241)))
                assert one.response(stream).status == 413


def test_data_beyond_the_window(t):
    """More than was allowed, on a stream and on the connection."""
    daemon = siege.serve(t, **{"max-body": "64M"})
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        attacker.send(h2flood.request(attacker, "/push", 0, method="POST"))
        frame = h2.frame(h2.DATA, 0, 1, bytes(16384))
        h2flood.flood(attacker, lambda: frame * 16)


# --------------------------------------------------------------- numbers --

def sent(daemon, *streams):
    """What a connection ends with that requests these streams in turn."""
    block = h2.encode(h2.request_fields("/"))
    with h2flood.connect(daemon) as one:
        for stream in streams:
            one.streams[stream] = h2.Stream()
            one.send_block(block, stream=stream)
        return h2flood.ending(one, 0.5)


def test_numbers_of_streams(t):
    """RFC 9113 section 5.1.1: they grow, are odd, and end at 2^31-1."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        assert sent(daemon, 1, 3, 1001, 0x7fffffff) == h2flood.OPEN
        assert sent(daemon, 0x7fffffff, 1) not in (h2flood.OPEN, h2.NO_ERROR)
        assert sent(daemon, 2) == h2.PROTOCOL_ERROR
        assert sent(daemon, 5, 3) not in (h2flood.OPEN, h2.NO_ERROR)
        with h2flood.connect(daemon) as one:
            one.send_frame(h2.HEADERS, h2.END_HEADERS, 0, b"")
            assert h2flood.ending(one, 3) == h2.PROTOCOL_ERROR


def test_jumps_between_streams(t):
    """Skipping numbers opens nothing."""
    daemon = siege.serve(t)
    block = h2.encode(h2.request_fields("/"))
    with Siege(t, daemon), h2flood.connect(daemon) as one:
        end = time.monotonic() + 1
        stream = 1
        while time.monotonic() < end:
            one.streams[stream] = h2.Stream()
            one.send_block(block, stream=stream)
            assert one.response(stream).status == 200
            stream += 20000
