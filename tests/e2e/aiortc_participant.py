#!/usr/bin/python3
"""A participant on aiortc: an ICE, DTLS and SRTP stack that is not libwebrtc's or Firefox's, joining as a Jitsi client does.

Sends one colour and one tone and prints a JSON line a second with what it decodes:
{"state": "connected", "hue": 120, "hz": 700, "video_frames": 31, "audio_frames": 50}
Ends on a closed standard input.
"""
import argparse
import asyncio
import colorsys
import fractions
import json
import ssl
import sys
import time
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import av
import numpy
import websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

RTP = "{urn:xmpp:jingle:apps:rtp:1}"
SSMA = "{urn:xmpp:jingle:apps:rtp:ssma:0}"
ICE = "{urn:xmpp:jingle:transports:ice-udp:1}"
DTLS = "{urn:xmpp:jingle:apps:dtls:0}"
FEEDBACK = "{urn:xmpp:jingle:apps:rtp:rtcp-fb:0}"
EXTENSION = "{urn:xmpp:jingle:apps:rtp:rtp-hdrext:0}"
JINGLE = "{urn:xmpp:jingle:1}"


class Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hz):
        super().__init__()
        self.hz, self.samples, self.start = hz, 0, None

    async def recv(self):
        self.start = self.start or time.time()
        await asyncio.sleep(max(0, self.start + self.samples / 48000 - time.time()))
        t = (self.samples + numpy.arange(960)) / 48000
        wave = (numpy.sin(2 * numpy.pi * self.hz * t) * 12000).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.samples, fractions.Fraction(1, 48000)
        self.samples += 960
        return frame


class Colour(MediaStreamTrack):
    kind = "video"

    def __init__(self, hue):
        super().__init__()
        rgb = [int(255 * c) for c in colorsys.hsv_to_rgb(hue / 360, 1, 1)]
        self.picture = numpy.full((360, 640, 3), rgb, dtype=numpy.uint8)
        self.count, self.start = 0, None

    async def recv(self):
        self.start = self.start or time.time()
        await asyncio.sleep(max(0, self.start + self.count / 15 - time.time()))
        picture = self.picture.copy()
        at = (self.count * 8) % 600
        picture[300:340, at:at + 40] = 255
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self.count * 6000, fractions.Fraction(1, 90000)
        self.count += 1
        return frame


def sdp_of(jingle):
    """The offer as SDP: one m-line a content, in the order of the contents."""
    contents = jingle.findall(JINGLE + "content")
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0",
             "a=group:BUNDLE " + " ".join(c.get("name") for c in contents if c.get("name") != "data")]
    for content in contents:
        description, transport = content.find(RTP + "description"), content.find(ICE + "transport")
        if content.get("name") == "data":
            continue
        types = description.findall(RTP + "payload-type")
        lines += [f"m={description.get('media')} 9 UDP/TLS/RTP/SAVPF " + " ".join(p.get("id") for p in types),
                  "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux", "a=sendrecv", f"a=mid:{content.get('name')}",
                  f"a=ice-ufrag:{transport.get('ufrag')}", f"a=ice-pwd:{transport.get('pwd')}"]
        for c in transport.findall(ICE + "candidate"):
            lines.append(f"a=candidate:{c.get('foundation')} {c.get('component')} {c.get('protocol')} {c.get('priority')} "
                         f"{c.get('ip')} {c.get('port')} typ {c.get('type')}")
        print_ = transport.find(DTLS + "fingerprint")
        lines += [f"a=fingerprint:{print_.get('hash')} {print_.text}", f"a=setup:{print_.get('setup')}"]
        for p in types:
            channels = "/" + p.get("channels") if p.get("channels", "1") != "1" else ""
            lines.append(f"a=rtpmap:{p.get('id')} {p.get('name')}/{p.get('clockrate')}{channels}")
            parameters = [x.get("name") + "=" + x.get("value") if x.get("name") else x.get("value")
                          for x in p.findall(RTP + "parameter")]
            if parameters:
                lines.append(f"a=fmtp:{p.get('id')} " + ";".join(parameters))
            for f in p.findall(FEEDBACK + "rtcp-fb"):
                lines.append(f"a=rtcp-fb:{p.get('id')} {f.get('type')}" + (f" {f.get('subtype')}" if f.get("subtype") else ""))
        for e in description.findall(EXTENSION + "rtp-hdrext"):
            lines.append(f"a=extmap:{e.get('id')} {e.get('uri')}")
    return "\r\n".join(lines) + "\r\n"


def accept_of(answer, nick):
    """The answer's SDP as Jingle contents."""
    out, sections = [], answer.replace("\r\n", "\n").split("\nm=")
    for section in sections[1:]:
        lines = section.split("\n")
        media = lines[0].split()[0]
        get = lambda key: [l[len(key):] for l in lines if l.startswith(key)]
        types = []
        for number in lines[0].split()[3:]:
            name = [r.split(" ", 1)[1] for r in get("a=rtpmap:") if r.split(" ")[0] == number][0].split("/")
            types.append(f'<payload-type id="{number}" name="{name[0]}" clockrate="{name[1]}"/>')
        extensions = [f'<rtp-hdrext xmlns="urn:xmpp:jingle:apps:rtp:rtp-hdrext:0" id="{e.split()[0]}" uri={quoteattr(e.split()[1])}/>'
                      for e in get("a=extmap:")]
        ssrcs = list(dict.fromkeys(s.split()[0] for s in get("a=ssrc:")))
        name = f"{nick}-{'a' if media == 'audio' else 'v'}0"
        sources = [f'<source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="{s}" name="{name}"'
                   + (' videoType="camera"' if media == "video" else "") + f'><parameter name="msid" value="{name} t-{name}"/></source>'
                   for s in ssrcs]
        group = get("a=ssrc-group:FID ")
        groups = [f'<ssrc-group xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" semantics="FID">'
                  + "".join(f'<source ssrc="{s}"/>' for s in g.split()) + "</ssrc-group>" for g in group]
        fingerprint = [f for f in get("a=fingerprint:") if f.startswith("sha-256")][0].split()
        out.append(
            f'<content creator="responder" name="{media}" senders="both"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="{media}">'
            + "".join(types + sources + groups + extensions) + "<rtcp-mux/></description>"
            f'<transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag={quoteattr(get("a=ice-ufrag:")[0])} pwd={quoteattr(get("a=ice-pwd:")[0])}>'
            f'<fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="{fingerprint[0]}" setup="{get("a=setup:")[0]}">{fingerprint[1]}</fingerprint>'
            "</transport></content>")
    return "".join(out)


class Participant:
    def __init__(self, arguments):
        self.a = arguments
        self.seen = {"state": "new", "hue": None, "hz": None, "video_frames": 0, "audio_frames": 0}
        self.count = 0

    async def run(self):
        tls = ssl._create_unverified_context()
        url = f"{self.a.ws}?room={self.a.room}"
        async with websockets.connect(url, ssl=tls, subprotocols=["xmpp"]) as self.socket:
            await self.login()
            await self.join()
            reader = asyncio.ensure_future(self.read())
            reporter = asyncio.ensure_future(self.report())
            await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)
            reporter.cancel()
            await self.send(f'<presence xmlns="jabber:client" type="unavailable" to="{self.room}/{self.nick}"/>')
            reader.cancel()

    async def send(self, text):
        await self.socket.send(text)

    async def receive(self):
        return ET.fromstring(await asyncio.wait_for(self.socket.recv(), 30))

    async def expect(self, name):
        while True:
            element = await self.receive()
            if element.tag.split("}")[-1] == name:
                return element

    async def iq(self, kind, to, body):
        self.count += 1
        await self.send(f'<iq xmlns="jabber:client" type="{kind}" to="{to}" id="i{self.count}">{body}</iq>')
        while True:
            element = await self.receive()
            if element.get("id") == f"i{self.count}":
                return element

    async def login(self):
        domain = f"guest.{self.a.domain}"
        opening = f'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{domain}" version="1.0"/>'
        await self.send(opening)
        await self.expect("features")
        await self.send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>')
        await self.expect("success")
        await self.send(opening)
        await self.expect("features")
        await self.send('<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>')
        self.jid = (await self.expect("iq")).find(".//{*}jid").text
        self.nick = self.jid[:8]

    async def join(self):
        self.room = f"{self.a.room}@conference.{self.a.domain}"
        while True:
            answer = await self.iq("set", f"focus.{self.a.domain}",
                                   f'<conference xmlns="http://jitsi.org/protocol/focus" room="{self.room}" machine-uid="{uuid.uuid4().hex}"/>')
            if answer.get("type") == "result":
                break
            await asyncio.sleep(1)
        await self.send(f'<presence xmlns="jabber:client" to="{self.room}/{self.nick}"><x xmlns="http://jabber.org/protocol/muc">'
                        f'<password>{escape(self.a.password)}</password></x><nick xmlns="http://jabber.org/protocol/nick">{escape(self.a.name)}</nick>'
                        "<SourceInfo>{}</SourceInfo></presence>")

    async def read(self):
        async for text in self.socket:
            element = ET.fromstring(text)
            if element.tag.endswith("presence") and element.get("type") == "error":
                self.seen["state"] = "refused"
            if not element.tag.endswith("}iq") or element.get("type") not in ("get", "set"):
                continue
            jingle = element.find(JINGLE + "jingle")
            sender, number = quoteattr(element.get("from")), quoteattr(element.get("id"))
            if jingle is None:
                await self.send(f'<iq xmlns="jabber:client" type="error" to={sender} id={number}><error type="cancel">'
                                '<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>')
                continue
            await self.send(f'<iq xmlns="jabber:client" type="result" to={sender} id={number}/>')
            if jingle.get("action") == "session-initiate":
                await self.accept(element, jingle)

    async def accept(self, element, jingle):
        peer = self.peer = RTCPeerConnection()
        peer.on("connectionstatechange", lambda: self.seen.update(state=peer.connectionState))
        peer.on("track", lambda track: asyncio.ensure_future(self.watch(track)))
        peer.addTrack(Tone(self.a.hz))
        peer.addTrack(Colour(self.a.hue))
        await peer.setRemoteDescription(RTCSessionDescription(sdp_of(jingle), "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        contents = accept_of(peer.localDescription.sdp, self.nick)
        self.count += 1
        await self.send(f'<iq xmlns="jabber:client" type="set" to={quoteattr(element.get("from"))} id="i{self.count}"><jingle '
                        f'xmlns="urn:xmpp:jingle:1" action="session-accept" sid={quoteattr(jingle.get("sid"))}>{contents}</jingle></iq>')
        info = json.dumps({f"{self.nick}-a0": {"muted": False}, f"{self.nick}-v0": {"muted": False}})
        await self.send(f'<presence xmlns="jabber:client" to="{self.room}/{self.nick}"><nick xmlns="http://jabber.org/protocol/nick">'
                        f'{escape(self.a.name)}</nick><SourceInfo>{escape(info)}</SourceInfo></presence>')
        await self.open_channel(jingle)

    async def open_channel(self, jingle):
        socket = jingle.find(".//{http://jitsi.org/protocol/colibri}web-socket")
        self.channel = await websockets.connect(socket.get("url"), ssl=ssl._create_unverified_context())
        await self.channel.send(json.dumps({"colibriClass": "ReceiverVideoConstraints", "lastN": -1,
                                            "defaultConstraints": {"maxHeight": 720}}))
        asyncio.ensure_future(self.drain())

    async def drain(self):
        async for _ in self.channel:
            pass

    async def watch(self, track):
        sound = numpy.zeros(0)
        while True:
            frame = await track.recv()
            if track.kind == "video":
                self.seen["video_frames"] += 1
                r, g, b = frame.to_ndarray(format="rgb24")[: frame.height // 2].mean(axis=(0, 1)) / 255
                hue, saturation, value = colorsys.rgb_to_hsv(r, g, b)
                self.seen["hue"] = round(hue * 360) if saturation > 0.3 and value > 0.2 else None
                continue
            self.seen["audio_frames"] += 1
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(float)
            sound = numpy.concatenate([sound, samples])[-8192:]
            if len(sound) == 8192:
                spectrum = numpy.abs(numpy.fft.rfft(sound * numpy.hanning(8192)))
                loud = numpy.sqrt((sound ** 2).mean()) > 200
                self.seen["hz"] = round(int(spectrum.argmax()) * frame.sample_rate / 8192) if loud else None

    async def report(self):
        while True:
            print(json.dumps(self.seen), flush=True)
            await asyncio.sleep(1)


def main():
    parser = argparse.ArgumentParser()
    for name in ("ws", "domain", "room", "password", "name"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--hue", type=float, required=True)
    parser.add_argument("--hz", type=float, required=True)
    asyncio.run(Participant(parser.parse_args()).run())


if __name__ == "__main__":
    main()
