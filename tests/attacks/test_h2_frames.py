# SPDX-License-Identifier: ISC
"""HTTP/2: frames that cost the client nothing (RFC 9113 section 10.5)."""
import os
import struct
import time

import h2
import h2flood
import siege
from siege import KB, Siege

CALM = h2.ENHANCE_YOUR_CALM


def check_calmed(t, make, prepare=None, **settings):
    """max-control-frames: the connection ends, and says why."""
    daemon = siege.serve(t, {"static/big": bytes(8 << 20)}, **settings)
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        if prepare:
            prepare(attacker)
        assert h2flood.flood(attacker, lambda: make(attacker)) == CALM


def test_settings(t):
    frames = h2.frame(h2.SETTINGS, 0, 0, h2.settings({99: 1})) * 50
    check_calmed(t, lambda a: frames)


def test_settings_of_many_values(t):
    """Each frame is as long as one may be."""
    frame = h2.frame(h2.SETTINGS, 0, 0,
                     h2.settings([(h2.INITIAL_WINDOW_SIZE, 1000 + i % 2)
                                  for i in range(170)]))
    check_calmed(t, lambda a: frame * 5)


def test_acknowledgements(t):
    frames = h2.frame(h2.SETTINGS, h2.ACK) * 50
    check_calmed(t, lambda a: frames)


def test_pings(t):
    frames = h2.frame(h2.PING, 0, 0, b"12345678") * 50
    check_calmed(t, lambda a: frames)


def test_answers_to_pings_that_nobody_sent(t):
    frames = h2.frame(h2.PING, h2.ACK, 0, b"12345678") * 50
    check_calmed(t, lambda a: frames)


def test_pings_without_reading_the_answers(t):
    """They do not pile up."""
    daemon = siege.serve(t)
    frames = h2.frame(h2.PING, 0, 0, b"12345678") * 500
    with Siege(t, daemon) as under:
        attackers = []
        for _ in range(10):
            raw = siege.small_window(daemon, alpn=("h2",))
            raw.settimeout(0.2)
            siege.send(raw, h2.PREFACE + h2.frame(h2.SETTINGS))
            for _ in range(50):
                if not siege.send(raw, frames):
                    break
            attackers.append(raw)
        time.sleep(0.5)
        under.check_closed(attackers, 1.5)


def test_priorities(t):
    """PRIORITY, on streams that exist and that do not."""
    frames = b"".join(h2.frame(h2.PRIORITY, 0, i, struct.pack(">IB", 0, 5))
                      for i in range(1, 100))
    check_calmed(t, lambda a: frames)


def test_priority_updates(t):
    frames = b"".join(h2.frame(h2.PRIORITY_UPDATE, 0, 0,
                               struct.pack(">I", i) + b"u=1, i")
                      for i in range(1, 200, 2))
    check_calmed(t, lambda a: frames)


def test_windows_of_the_connection(t):
    frames = h2.frame(h2.WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)) * 50
    check_calmed(t, lambda a: frames)


def test_windows_of_closed_streams(t):
    def prepare(attacker):
        assert attacker.fetch("/").status == 200

    frames = h2.frame(h2.WINDOW_UPDATE, 0, 1, struct.pack(">I", 1)) * 50
    check_calmed(t, lambda a: frames, prepare)


def test_resets_of_closed_streams(t):
    def prepare(attacker):
        assert attacker.fetch("/").status == 200

    frames = h2.frame(h2.RST_STREAM, 0, 1, struct.pack(">I", 8)) * 50
    check_calmed(t, lambda a: frames, prepare)


def test_unknown_frames(t):
    frames = h2.frame(0xee, 0, 0, b"") * 50
    check_calmed(t, lambda a: frames)


def test_long_unknown_frames(t):
    """16 KiB each, thrown away as they come."""
    frames = h2.frame(0xee, 0xff, 5, bytes(16384)) * 8
    check_calmed(t, lambda a: frames)


def test_empty_data(t):
    def prepare(attacker):
        attacker.send(h2flood.request(attacker, "/push", 0, method="POST"))

    frames = h2.frame(h2.DATA, 0, 1, b"") * 50
    check_calmed(t, lambda a: frames, prepare, **{"body-timeout": "30s"})


def test_padding_alone(t):
    """DATA that holds nothing but padding, much or little."""
    def prepare(attacker):
        attacker.send(h2flood.request(attacker, "/push", 0, method="POST"))

    frames = (h2.frame(h2.DATA, h2.PADDED, 1, b"\xff" + bytes(255))
              + h2.frame(h2.DATA, h2.PADDED, 1, b"\0")) * 25
    check_calmed(t, lambda a: frames, prepare, **{"body-timeout": "30s"})


def test_windows_toggled(t):
    """SETTINGS that change the windows of a hundred streams again and again."""
    def prepare(attacker):
        attacker.send_settings({h2.INITIAL_WINDOW_SIZE: 0})
        attacker.send(b"".join(h2flood.request(attacker, "/static/big")
                               for _ in range(100)))

    frames = b"".join(h2.frame(h2.SETTINGS, 0, 0, h2.settings(
        {h2.INITIAL_WINDOW_SIZE: i % 2})) for i in range(50))
    check_calmed(t, lambda a: frames, prepare)


def test_goaways(t):
    """The first one ends the connection."""
    daemon = siege.serve(t)
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        frames = h2.frame(h2.GOAWAY, 0, 0, bytes(8)) * 50
        assert h2flood.flood(attacker, lambda: frames) in (h2.NO_ERROR, CALM)


def test_goaways_while_something_is_under_way(t):
    daemon = siege.serve(t, {"static/big": bytes(8 << 20)})
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        attacker.send_settings({h2.INITIAL_WINDOW_SIZE: 0})
        attacker.request("/static/big")
        frames = h2.frame(h2.GOAWAY, 0, 0, bytes(8)) * 50
        h2flood.flood(attacker, lambda: frames)
        assert attacker.goaway
        assert not siege.still_open([attacker], 2)


def test_noise(t):
    """Frames of random bytes, each connection another way."""
    daemon = siege.serve(t)
    with Siege(t, daemon):
        end = time.monotonic() + 1
        while time.monotonic() < end:
            noise = os.urandom(3000)
            if noise[:2] < b"\x00\x41":
                continue  # a frame that may come: its end is waited for
            with h2flood.connect(daemon) as attacker:
                attacker.send(noise)
                assert h2flood.ending(attacker, 3) != h2flood.OPEN


# --------------------------------------------------- nothing, and slowly --

def test_no_preface(t):
    """idle-timeout"""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon, 40 * 64 * KB) as under:
        attackers = [h2flood.connect(daemon, preface=None) for _ in range(40)]
        under.check_closed(attackers, 1.5)


def test_preface_byte_by_byte(t):
    """header-timeout, idle-timeout"""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon, 40 * 64 * KB) as under:
        attackers = [h2flood.connect(daemon, preface=None) for _ in range(40)]
        siege.trickle(attackers, h2.PREFACE)
        under.check_closed(attackers, 1.5)


def test_pings_do_not_keep_a_connection(t):
    """idle-timeout: a request is what counts."""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        ping = h2.frame(h2.PING, 0, 0, b"12345678")
        assert h2flood.flood(attacker, lambda: ping, 2,
                             pause=0.05) != h2flood.OPEN


def test_pings_in_halves_do_not_keep_a_connection(t):
    """idle-timeout, header-timeout: neither is started anew by the other."""
    daemon = siege.serve(t, **{"idle-timeout": "500ms"})
    with Siege(t, daemon), h2flood.connect(daemon) as attacker:
        ping = h2.frame(h2.PING, 0, 0, b"12345678")
        halves = [ping[:9], ping[9:]]

        def half():
            halves.reverse()
            return halves[1]
        assert h2flood.flood(attacker, half, 2, pause=0.1) != h2flood.OPEN


def test_frames_byte_by_byte(t):
    """header-timeout: of a request's frame."""
    daemon = siege.serve(t)
    with Siege(t, daemon, 40 * 64 * KB) as under:
        attackers = [h2flood.connect(daemon) for _ in range(40)]
        frame = h2flood.request(attackers[0], fields=[("x", "y" * 200)])
        end, alive = time.monotonic() + 1.5, attackers
        for i in range(len(frame)):
            alive = [a for a in alive if siege.send(a, frame[i:i + 1])]
            if not alive or time.monotonic() > end:
                break
            time.sleep(0.02)
        under.check_closed(attackers, 1.5)


def test_many_connections(t):
    """max-connections: idle ones of HTTP/2, each after a request."""
    daemon = siege.serve(t, **{"max-connections": 60})
    with Siege(t, daemon, 60 * 64 * KB):
        held = []
        for _ in range(120):
            held.append(h2flood.connect(daemon))
            assert held[-1].fetch("/").status == 200
        left = siege.still_open(held, 1)
        assert len(left) <= 60, len(left)


def test_graceful_clients_are_not_abuse(t):
    """What a busy client of good will sends is far from all limits: windows
    for each frame of DATA, a PING now and then."""
    daemon = siege.serve(t, {"static/big": bytes(8 << 20)})
    with h2flood.connect(daemon) as reader:
        for i in range(10):
            assert len(reader.fetch("/static/big").body) == 8 << 20
            reader.ping()
        for i in range(2000):
            assert reader.fetch("/").status == 200
        assert reader.goaway is None
