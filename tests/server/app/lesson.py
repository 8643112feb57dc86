"""A small teacher and small learners for tests of the real program: forms over HTTPS, and XMPP over one WebSocket each,
written octet by octet, so that nothing but what is said here goes over the wire."""
import base64
import http.client
import os
import re
import socket
import ssl
import struct
import urllib.parse

NS_MUC = "http://jabber.org/protocol/muc"
NS_NICK = "http://jabber.org/protocol/nick"
NS_FOCUS = "http://jitsi.org/protocol/focus"


def tls_context():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Teacher:
    """Who fills in our forms: keeps its cookie and follows no link by itself."""

    def __init__(self, port):
        self.port, self.cookie = port, ""

    def request(self, method, path, form=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=tls_context(), timeout=20)
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        sent = {"Host": f"localhost:{self.port}", "Origin": f"https://localhost:{self.port}",
                "Accept-Language": "de", "Cookie": self.cookie, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.split(";")[0]
        connection.close()
        return answer.status, answer.getheader("Location") or "", text

    def log_in(self, account, password):
        return self.request("POST", "/anmelden", {"account": account, "passwort": password, "ziel": "/anlegen"})

    def create(self, title, password, slug="", **rules):
        """The new room's name, or "" when it was refused."""
        status, location, _ = self.request("POST", "/anlegen",
                                           {"titel": title, "passwort": password, "raum": slug, **rules})
        return location.removeprefix("/einladung/") if status == 303 else ""


class Stream:
    """One XMPP stream (RFC 7395): reads whole text messages and keeps what it read."""

    def __init__(self, port, room="x", cookie="", agent="tests", origin=None, host=None):
        raw = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket = tls_context().wrap_socket(raw, server_hostname="localhost")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /xmpp-websocket?room={urllib.parse.quote(room)} HTTP/1.1\r\n"
                             f"Host: {host or f'localhost:{port}'}\r\n"
                             f"Origin: {origin or f'https://localhost:{port}'}\r\nUser-Agent: {agent}\r\nCookie: {cookie}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.read()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.split(b"\r\n")[0].decode())
        self.nick = os.urandom(4).hex()
        self.jid = ""

    def read(self):
        octets = self.socket.recv(65536)
        if not octets:
            raise ConnectionError("the line was closed")
        return octets

    def send(self, text, opcode=1):
        payload, mask = text.encode() if isinstance(text, str) else text, os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0xfe, size) if size < 65536 else (
            struct.pack("!BQ", 0xff, size))
        masked = bytes(octet ^ mask[at % 4] for at, octet in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def take(self, count):
        while len(self.buffer) < count:
            self.buffer += self.read()
        octets, self.buffer = self.buffer[:count], self.buffer[count:]
        return octets

    def receive(self):
        while True:
            first, second = self.take(2)
            size = second & 0x7f
            if size == 126:
                size = struct.unpack("!H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.take(8))[0]
            payload = self.take(size)
            if first & 15 == 9:
                self.send(payload, 10)
            if first & 15 == 8:
                raise ConnectionError(f"closed with {struct.unpack('!H', payload[:2])[0] if payload else 1005}")
            if first & 15 == 1:
                return payload.decode()

    def expect(self, *pieces):
        """The next message that holds one of these."""
        while True:
            text = self.receive()
            if any(piece in text for piece in pieces):
                return text

    def begin_login(self, account, password):
        """SASL PLAIN, as Jitsi's app does for „Ich bin der Organisator"; finish_login() reads the verdict."""
        self.send('<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>')
        self.expect("PLAIN")
        token = base64.b64encode(f"\0{account}\0{password}".encode()).decode()
        self.send(f'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{token}</auth>')
        return self

    def finish_login(self):
        return "<success" in self.expect("<success", "<failure")

    def log_in(self):
        opening = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="guest.localhost" version="1.0"/>'
        self.send(opening)
        self.expect("ANONYMOUS")
        self.send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>')
        self.expect("<success")
        self.send(opening)
        self.expect("urn:ietf:params:xml:ns:xmpp-bind")
        self.send('<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>')
        self.jid = re.search("<jid>([^<]*)", self.expect("<jid>"))[1]
        return self

    def relay_service(self):
        """Name, user name and password of the TURN service that clients are told (XEP-0215)."""
        self.send('<iq xmlns="jabber:client" type="get" id="x" to="localhost"><services xmlns="urn:xmpp:extdisco:2"/></iq>')
        told = self.expect("<service ")
        return [re.search(rf'\b{name}=["\']([^"\']*)', told)[1] for name in ("host", "username", "password")]

    def ask(self, room):
        """Whether the conference request says that it may come."""
        self.send(f'<iq xmlns="jabber:client" type="set" id="c" to="focus.localhost"><conference xmlns="{NS_FOCUS}" '
                  f'room="{room}@conference.localhost" machine-uid="m{self.nick}"/></iq>')
        return 'ready="true"' in self.expect('id="c"', "id='c'")

    def join(self, room, name, password=""):
        """The stanza that answers the join: the own presence, or why not."""
        given = f"<password>{password}</password>" if password else ""
        own = f"{room}@conference.localhost/{self.nick}"
        self.send(f'<presence xmlns="jabber:client" to="{own}"><x xmlns="{NS_MUC}">{given}</x>'
                  f'<nick xmlns="{NS_NICK}">{name}</nick></presence>')
        return self.expect('code="110"', 'type="error"')

    def enter(self, room, name, password=""):
        return self.ask(room) and 'type="error"' not in self.join(room, name, password)

    def say(self, room, text):
        self.send(f'<message xmlns="jabber:client" type="groupchat" to="{room}@conference.localhost"><body>{text}</body>'
                  "</message>")

    def close(self):
        self.socket.close()
