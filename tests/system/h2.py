# SPDX-License-Identifier: ISC
"""An HTTP/2 client that can also say what no client should.

Frames are written and read by hand (RFC 9113).  HPACK (RFC 7541) is written
without Huffman coding and dynamic table; what is read may use a table from
which nothing is evicted, since blogd writes no more.
"""
import socket
import struct

from client import Closed, Response, tls_context

PIECE = 8192
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# Frame types (RFC 9113 section 6, RFC 9218 section 7.1).
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, \
    WINDOW_UPDATE, CONTINUATION = range(10)
PRIORITY_UPDATE = 0x10

# Flags.
END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITIZED = 0x20

# Settings (section 6.5.2, RFC 9218 section 2.1).
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, \
    MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(1, 7)
NO_RFC7540_PRIORITIES = 9

# Errors (section 7).
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, \
    SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, \
    CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM, \
    INADEQUATE_SECURITY, HTTP_1_1_REQUIRED = range(14)

WINDOW = 65535  # of a new connection and stream
WINDOW_MAX = 0x7fffffff

# RFC 7541 appendix A.
STATIC = [
    (":authority", ""), (":method", "GET"), (":method", "POST"),
    (":path", "/"), (":path", "/index.html"), (":scheme", "http"),
    (":scheme", "https"), (":status", "200"), (":status", "204"),
    (":status", "206"), (":status", "304"), (":status", "400"),
    (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""),
    ("accept-ranges", ""), ("accept", ""), ("access-control-allow-origin", ""),
    ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
    ("content-disposition", ""), ("content-encoding", ""),
    ("content-language", ""), ("content-length", ""), ("content-location", ""),
    ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
    ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""),
    ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""),
    ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""),
    ("link", ""), ("location", ""), ("max-forwards", ""),
    ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""),
    ("set-cookie", ""), ("strict-transport-security", ""),
    ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""),
    ("www-authenticate", ""),
]


def octets(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


# ---------------------------------------------------------------- HPACK --

def integer(n, prefix, flags=0):
    """RFC 7541 section 5.1; prefix in bits."""
    most = (1 << prefix) - 1
    if n < most:
        return bytes([flags | n])
    out, n = [flags | most], n - most
    while n > 127:
        out.append(0x80 | n & 0x7f)
        n >>= 7
    return bytes(out + [n])


def string(text):
    text = octets(text)
    return integer(len(text), 7) + text


def literal(name, value, kind=0x00):
    """A field with a literal name; kind 0x40 adds it to the dynamic table."""
    return bytes([kind]) + string(name) + string(value)


def encode(fields):
    return b"".join(literal(name, value) for name, value in fields)


def take_integer(block, at, prefix):
    most = (1 << prefix) - 1
    n, at, shift = block[at] & most, at + 1, 0
    while n >= most:
        n += (block[at] & 0x7f) << shift
        shift, at = shift + 7, at + 1
        if not block[at - 1] & 0x80:
            break
    return n, at


def take_string(block, at):
    assert not block[at] & 0x80, "Huffman coded: not what blogd writes"
    size, at = take_integer(block, at, 7)
    assert at + size <= len(block), "string behind the end of its block"
    return block[at:at + size].decode("latin-1"), at + size


class Decoder:
    """What field blocks mean on one connection."""

    def __init__(self):
        self.table = []     # the dynamic one, the latest entry first

    def entry(self, index):
        assert index, "index 0"
        return (STATIC + self.table)[index - 1]

    def decode(self, block):
        fields, at = [], 0
        while at < len(block):
            if block[at] & 0xe0 == 0x20:
                assert not fields, "a size within a block"
                size, at = take_integer(block, at, 5)
                assert size == 0, "more sizes than blogd needs"
                self.table = []
                continue
            field, at = self.take_field(block, at)
            fields.append(field)
        return fields

    def take_field(self, block, at):
        if block[at] & 0x80:
            index, at = take_integer(block, at, 7)
            return self.entry(index), at
        kept = block[at] & 0x40
        index, at = take_integer(block, at, 6 if kept else 4)
        if index:
            name = self.entry(index)[0]
        else:
            name, at = take_string(block, at)
        value, at = take_string(block, at)
        if kept:
            self.table.insert(0, (name, value))
            size = sum(len(n) + len(v) + 32 for n, v in self.table)
            assert size <= 4096, "evicts: not what blogd does"
        return (name, value), at


def request_fields(target="/", method="GET", fields=(), host="localhost",
                   scheme="https"):
    """The field list of a request; None leaves a pseudo-header field out."""
    pseudo = ((":method", method), (":scheme", scheme),
              (":authority", host), (":path", target))
    return [f for f in pseudo if f[1] is not None] + list(fields)


# --------------------------------------------------------------- frames --

class Frame:
    def __init__(self, kind, flags, stream, payload):
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload

    def __repr__(self):
        return "<frame %d flags %#x stream %d: %d bytes %r>" % (
            self.kind, self.flags, self.stream, len(self.payload),
            self.payload[:60])


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">IBI", len(payload) << 8 | kind, flags, stream) + \
        payload


def settings(values):
    """values: {identifier: value} or pairs."""
    pairs = values.items() if isinstance(values, dict) else values
    return b"".join(struct.pack(">HI", i, v) for i, v in pairs)


class Reset(Exception):
    """The server reset the stream."""

    def __init__(self, error):
        super().__init__("RST_STREAM with error %d" % error)
        self.error = error


class Gone(Closed):
    """The server ended the connection by GOAWAY."""

    def __init__(self, error, last, text=b""):
        super().__init__("GOAWAY with error %d, last stream %d %r" % (
            error, last, text))
        self.error = error
        self.last = last


class Stream:
    """What has come of one response."""

    def __init__(self):
        self.lists = []  # one for each field block
        self.body = bytearray()
        self.ended = False
        self.error = None  # of RST_STREAM

    def response(self):
        fields = [f for f in self.lists[-1] if not f[0].startswith(":")]
        pseudo = [f for f in self.lists[-1] if f[0].startswith(":")]
        assert [name for name, _ in pseudo] == [":status"], pseudo
        assert self.lists[-1][0] == pseudo[0], "fields before :status"
        assert all(name == name.lower() for name, _ in fields), fields
        return Response("HTTP/2", int(pseudo[0][1]), "", fields,
                        bytes(self.body))


class Connection:
    """One connection, by TLS and ALPN unless plain.

    It keeps up the conversation by itself: acknowledges SETTINGS and PING, and
    gives windows for all DATA that has come.  Each of these can be switched
    off: answer_settings, answer_pings, answer_data.  preface: what is sent
    first, before SETTINGS; None sends nothing at all.
    """

    def __init__(self, address, context=None, name="localhost", timeout=60,
                 values=(), preface=PREFACE, plain=False, session=None):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not plain:
            context = context or tls_context(alpn=("h2",))
            self.socket = context.wrap_socket(
                self.socket, server_hostname=name, session=session)
            chosen = self.socket.selected_alpn_protocol()
            assert chosen == "h2", "ALPN chose %s" % chosen
        self.taken = 0  # of the connection's window
        self.answer_settings = self.answer_pings = self.answer_data = True
        self.buffer = bytearray()
        self.next_stream = 1
        self.streams = {}
        self.decoder = Decoder()
        self.block = None  # (stream, flags, bytes) until END_HEADERS
        self.settings = None  # the server's, as a dictionary
        self.acknowledged = 0  # of our own SETTINGS
        self.pongs = []
        self.order = []  # the streams of DATA frames as they came
        self.goaway = None
        self.window = WINDOW  # what may still be sent on the connection
        if preface is not None:
            self.send(preface + frame(SETTINGS, 0, 0, settings(values)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # Sending.

    def send(self, data):
        """Raw bytes."""
        self.socket.sendall(data)

    def send_frame(self, kind, flags=0, stream=0, payload=b""):
        self.send(frame(kind, flags, stream, payload))

    def send_settings(self, values=()):
        self.send_frame(SETTINGS, 0, 0, settings(values))

    def send_window(self, increment, stream=0):
        self.send_frame(WINDOW_UPDATE, 0, stream,
                        struct.pack(">I", increment))

    def send_reset(self, stream, error=CANCEL):
        self.send_frame(RST_STREAM, 0, stream, struct.pack(">I", error))

    def send_ping(self, payload=b"12345678", flags=0):
        self.send_frame(PING, flags, 0, payload)

    def new_stream(self):
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.streams[stream] = Stream()
        return stream

    def send_block(self, block, flags=END_STREAM, stream=None):
        """HEADERS with any block; the number of its stream."""
        stream = stream or self.new_stream()
        self.send_frame(HEADERS, flags | END_HEADERS, stream, block)
        return stream

    def request(self, target="/", method="GET", fields=(), host="localhost",
                scheme="https", body=None):
        """Sends a request; the number of its stream."""
        block = encode(request_fields(target, method, fields, host, scheme))
        stream = self.send_block(block, 0 if body is not None else END_STREAM)
        if body is not None:
            self.send_frame(DATA, END_STREAM, stream, body)
        return stream

    def fetch(self, target="/", method="GET", **options):
        return self.response(self.request(target, method, **options))

    # Receiving.

    def read_frame(self):
        """The next frame, taken note of; Closed at the end."""
        while len(self.buffer) < 9 or len(self.buffer) < self.frame_size():
            self.more()
        size = self.frame_size()
        head, payload = self.buffer[:9], bytes(self.buffer[9:size])
        del self.buffer[:size]
        found = Frame(head[3], head[4],
                      int.from_bytes(head[5:9], "big") & 0x7fffffff, payload)
        self.note(found)
        return found

    def frame_size(self):
        return 9 + int.from_bytes(self.buffer[:3], "big")

    def more(self):
        try:
            data = self.socket.recv(65536)
        except (TimeoutError, socket.timeout):
            raise
        except OSError as error:  # resets; ssl.SSLError is one
            raise self.end(str(error)) from error
        if not data:
            raise self.end("end of connection")
        self.buffer += data

    def end(self, text):
        return Gone(*self.goaway) if self.goaway else Closed(text)

    def note(self, f):
        if self.block:
            assert f.kind == CONTINUATION and f.stream == self.block[0], f
        notes = {DATA: self.note_data, HEADERS: self.note_headers,
                 CONTINUATION: self.note_continuation,
                 RST_STREAM: self.note_reset, SETTINGS: self.note_settings,
                 PING: self.note_ping, GOAWAY: self.note_goaway,
                 WINDOW_UPDATE: self.note_window}
        assert f.kind in notes, "unexpected %r" % f
        notes[f.kind](f)

    def note_data(self, f):
        assert not f.flags & PADDED, f
        stream = self.streams[f.stream]
        assert stream.lists and not stream.ended, f
        stream.body += f.payload
        stream.ended = bool(f.flags & END_STREAM)
        self.order.append(f.stream)
        if self.answer_data and f.payload:
            self.give_windows(len(f.payload), 0 if stream.ended else f.stream)

    def give_windows(self, size, stream):
        """The connection's in larger pieces, as clients do: crumbs of it would
        come back as crumbs of data, each to be answered."""
        update = b""
        self.taken += size
        if self.taken >= PIECE:
            update += frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", self.taken))
            self.taken = 0
        if stream:
            update += frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", size))
        self.try_send(update)

    def try_send(self, data):
        """What is only a courtesy to a server that may be gone."""
        try:
            self.send(data)
        except OSError:
            pass

    def note_headers(self, f):
        assert not f.flags & (PADDED | PRIORITIZED), f
        self.note_block(f.stream, f.flags, f.payload, f.flags & END_HEADERS)

    def note_continuation(self, f):
        assert self.block, f
        stream, flags, payload = self.block
        self.note_block(stream, flags, payload + f.payload,
                        f.flags & END_HEADERS)

    def note_block(self, stream, flags, payload, whole):
        self.block = None if whole else (stream, flags, payload)
        if whole:
            self.streams[stream].lists.append(self.decoder.decode(payload))
            self.streams[stream].ended = bool(flags & END_STREAM)

    def note_reset(self, f):
        self.streams[f.stream].error = struct.unpack(">I", f.payload)[0]

    def note_settings(self, f):
        assert f.stream == 0, f
        if f.flags & ACK:
            assert not f.payload, f
            self.acknowledged += 1
            return
        self.settings = dict(struct.iter_unpack(">HI", f.payload))
        if self.answer_settings:
            self.try_send(frame(SETTINGS, ACK))

    def note_ping(self, f):
        assert f.stream == 0 and len(f.payload) == 8, f
        if f.flags & ACK:
            self.pongs.append(f.payload)
        elif self.answer_pings:
            self.try_send(frame(PING, ACK, 0, f.payload))

    def note_goaway(self, f):
        last, error = struct.unpack(">II", f.payload[:8])
        self.goaway = (error, last, f.payload[8:])

    def note_window(self, f):
        if f.stream == 0:
            self.window += struct.unpack(">I", f.payload)[0]

    def wait(self, condition):
        """Reads until the condition, which is asked before each frame."""
        while not condition():
            self.read_frame()

    def headers(self, stream):
        """The response without waiting for its body."""
        found = self.streams[stream]
        self.wait(lambda: found.lists or found.error is not None)
        if found.error is not None:
            raise Reset(found.error)
        return found.response()

    def response(self, stream):
        """The whole response; Reset or Gone instead of one.  A stream that the
        server has ended counts as answered, whatever RST_STREAM follows."""
        found = self.streams[stream]
        self.wait(lambda: found.ended or found.error is not None)
        if not found.ended:
            raise Reset(found.error)
        return found.response()

    def until_closed(self):
        """Reads to the end; the GOAWAY's error, None when there was none."""
        try:
            while True:
                self.read_frame()
        except Closed:
            return self.goaway[0] if self.goaway else None

    def ping(self, payload=b"ping-pon"):
        """Waits for the answer to a PING: all before it was handled."""
        n = len(self.pongs)
        self.send_ping(payload)
        self.wait(lambda: len(self.pongs) > n)
        assert self.pongs[-1] == payload


class Client:
    """Asks over one connection as long as it lasts and then over another, as a
    browser does.  What a GOAWAY leaves out is asked again; all else that gets
    no answer is lost, and raises."""

    def __init__(self, address):
        self.address = address
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def fetch(self, target="/", method="GET"):
        while True:
            if self.connection and self.connection.goaway:
                self.close()
            self.connection = self.connection or Connection(self.address)
            found = self.ask(target, method)
            if found:
                return found

    def ask(self, target, method):
        """None: the server has not looked at it."""
        connection = self.connection
        stream = connection.next_stream
        try:
            return connection.response(connection.request(target, method))
        except Closed as error:
            why = error
        except OSError as error:  # could not send: why?
            why = error
            connection.until_closed()
        if connection.goaway and stream > connection.goaway[1]:
            return None
        raise why
