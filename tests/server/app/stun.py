"""A connectivity check (RFC 8445 §7.2) from a socket that hears nobody but whom it asked, and one through TURN over TLS
(RFC 8656)."""
import hashlib
import hmac
import os
import re
import socket
import ssl
import struct
import zlib

COOKIE = 0x2112A442


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def head(kind, length, transaction):
    return struct.pack("!HHI", kind, length, COOKIE) + transaction


def binding(username, password):
    transaction = os.urandom(12)
    body = (attribute(0x0006, username.encode()) + attribute(0x0024, struct.pack("!I", 1853824767)) +
            attribute(0x8029, os.urandom(8)))
    digest = hmac.new(password.encode(), head(1, len(body) + 24, transaction) + body, hashlib.sha1).digest()
    body += attribute(0x0008, digest)
    print_of = zlib.crc32(head(1, len(body) + 8, transaction) + body) ^ 0x5354554E
    body += attribute(0x8028, struct.pack("!I", print_of))
    return transaction, head(1, len(body), transaction) + body


def candidates_of(offer):
    """What a session-initiate offers: ufrag, password and the (ip, port) pairs."""
    value = lambda text, name: re.search(rf'\b{name}=["\']([^"\']*)', text)[1]
    transport = re.search(r"<transport[^>]*ufrag[^>]*>", offer)[0]
    found = [(value(one, "ip"), int(value(one, "port"))) for one in re.findall(r"<candidate [^>]*>", offer)]
    return value(transport, "ufrag"), value(transport, "pwd"), list(dict.fromkeys(found))


def answers(candidate, ufrag, password, source=None, tries=10):
    """Whether the check succeeds; an answer from any other address than the asked one does not arrive here."""
    family = socket.AF_INET6 if ":" in candidate[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        if source:
            asking.bind(source)
        asking.connect(candidate)
        for _ in range(tries):
            transaction, request = binding(f"{ufrag}:abcd", password)
            try:
                asking.send(request)
                while (answer := asking.recv(2048))[:2] != b"\x01\x01" or answer[8:20] != transaction:
                    pass  # it checks us as well
                return True
            except (TimeoutError, ConnectionRefusedError):
                continue
    return False


def attributes_of(message):
    found, rest = {}, message[20:]
    while len(rest) >= 4:
        kind, length = struct.unpack("!HH", rest[:4])
        found[kind] = rest[4:4 + length]
        rest = rest[4 + length + -length % 4:]
    return found


class Relay:
    """A TURN client on one TLS connection to `door` that names `server`."""

    def __init__(self, door, server, username, password):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.line = context.wrap_socket(socket.create_connection(door, timeout=10), server_hostname=server)
        self.buffer, self.credentials = b"", b""
        _, refusal = self.ask(0x0003, attribute(0x0019, b"\x11\0\0\0"))
        realm, nonce = refusal[0x0014], refusal[0x0015]
        self.key = hashlib.md5(f"{username}:{realm.decode()}:{password}".encode()).digest()
        self.credentials = attribute(0x0006, username.encode()) + attribute(0x0014, realm) + attribute(0x0015, nonce)
        kind, _ = self.ask(0x0003, attribute(0x0019, b"\x11\0\0\0"))
        assert kind == 0x0103, f"no allocation: {kind:#x}"

    def receive(self):
        while len(self.buffer) < 20 or len(self.buffer) < 20 + struct.unpack("!H", self.buffer[2:4])[0]:
            octets = self.line.recv(65536)
            if not octets:
                raise ConnectionError("the relay hung up")
            self.buffer += octets
        size = 20 + struct.unpack("!H", self.buffer[2:4])[0]
        message, self.buffer = self.buffer[:size], self.buffer[size:]
        return message

    def ask(self, kind, body):
        transaction, body = os.urandom(12), body + self.credentials
        if self.credentials:
            digest = hmac.new(self.key, head(kind, len(body) + 24, transaction) + body, hashlib.sha1).digest()
            body += attribute(0x0008, digest)
        self.line.sendall(head(kind, len(body), transaction) + body)
        while (answer := self.receive())[8:20] != transaction:
            pass
        return struct.unpack("!H", answer[:2])[0], attributes_of(answer)

    def answers(self, candidate, ufrag, password):
        """Whether a check through the relay succeeds."""
        port, octets = candidate[1] ^ (COOKIE >> 16), socket.inet_aton(candidate[0])
        peer = attribute(0x0012, struct.pack("!BBH", 0, 1, port) + bytes(
            left ^ right for left, right in zip(octets, struct.pack("!I", COOKIE))))
        assert self.ask(0x0008, peer)[0] == 0x0108, "no permission"
        transaction, request = binding(f"{ufrag}:abcd", password)
        body = peer + attribute(0x0013, request)
        self.line.sendall(head(0x0016, len(body), os.urandom(12)) + body)
        while True:
            data = attributes_of(self.receive()).get(0x0013, b"")
            if data[:2] == b"\x01\x01" and data[8:20] == transaction:
                return True

    def close(self):
        self.line.close()
