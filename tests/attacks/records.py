# SPDX-License-Identifier: ISC
"""TLS 1.3 records that no library would send.  The handshake is an honest one;
then the client's traffic secret makes records of any content (RFC 8446 section
5, 7)."""
import ctypes
import ctypes.util
import hashlib
import hmac
import ssl

import client

HANDSHAKE, DATA, ALERT, CHANGE_CIPHER_SPEC = 22, 23, 21, 20
GET_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG

crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm"):
    getattr(crypto, name).restype = ctypes.c_void_p


def aes_128_gcm(key, nonce, data, authenticated):
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_128_gcm())
    out, n = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int()
    tag = ctypes.create_string_buffer(16)
    ok = (crypto.EVP_EncryptInit_ex(context, cipher, None, key, nonce)
          and crypto.EVP_EncryptUpdate(context, None, ctypes.byref(n),
                                       authenticated, len(authenticated))
          and crypto.EVP_EncryptUpdate(context, out, ctypes.byref(n), data,
                                       len(data))
          and crypto.EVP_EncryptFinal_ex(context, tag, ctypes.byref(n))
          and crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, 16, tag))
    crypto.EVP_CIPHER_CTX_free(context)
    assert ok == 1, "libcrypto does not encrypt"
    return out.raw[:len(data)] + tag.raw


def expand(secret, label, length):
    """HKDF-Expand-Label, for one block of SHA-256 at most."""
    label = b"tls13 " + label
    info = (length.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0\1")
    return hmac.new(secret, info, hashlib.sha256).digest()[:length]


class Client:
    """A connection whose records are made by hand from here on."""

    def __init__(self, t, address, number=0, alpn=("http/1.1",)):
        log = t.path("secrets%d" % number)
        context = client.tls_context(alpn=alpn,
                                     minimum=ssl.TLSVersion.TLSv1_3)
        context.keylog_filename = log
        self.connection = client.Connection(address, context)
        assert self.connection.socket.cipher()[0] == "TLS_AES_128_GCM_SHA256"
        with open(log) as lines:
            secret, = [line.split()[2] for line in lines
                       if line.startswith("CLIENT_TRAFFIC_SECRET_0")]
        self.use(bytes.fromhex(secret))

    def use(self, secret):
        self.secret, self.number = secret, 0
        self.key, self.iv = expand(secret, b"key", 16), expand(secret, b"iv", 12)

    def fileno(self):
        return self.connection.socket.fileno()

    def record(self, content, kind=DATA, padding=0):
        """The bytes of the next record."""
        inner = content + bytes([kind]) + bytes(padding)
        head = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
        nonce = (int.from_bytes(self.iv, "big") ^ self.number).to_bytes(
            12, "big")
        self.number += 1
        return head + aes_128_gcm(self.key, nonce, inner, head)

    def key_update(self, answer=False):
        """RFC 8446 section 4.6.3; what follows is under the next key."""
        made = self.record(b"\x18\0\0\1" + bytes([answer]), HANDSHAKE)
        self.use(expand(self.secret, b"traffic upd", 32))
        return made

    def recv(self):
        """What the library makes of the server's records."""
        return self.connection.socket.recv(1 << 16)
