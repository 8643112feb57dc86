"""A connectivity check (RFC 8445 §7.2) from a socket that hears nobody but whom it asked."""
import hashlib
import hmac
import os
import re
import socket
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
            attribute(0x802A, os.urandom(8)))
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
