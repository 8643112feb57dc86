// Jingle and SDP: what the server says becomes an offer that browsers take, and their answers become Jingle again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOffer, parseSources, sessionAccept, SentSource } from "../src/jingle";
import {
    Section,
    answeredDescriptions,
    answeredSource,
    answeredTransport,
    mungeSimulcast,
    splitSections,
    writeOffer,
} from "../src/sdp";
import { parse } from "../src/xml";

const kTransport = `<transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="uf" pwd="0123456789abcdef01234567"><rtcp-mux/>
<web-socket xmlns="http://jitsi.org/protocol/colibri" url="wss://localhost/colibri-ws/1/c/e?pwd=x&amp;room=r"/>
<fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="actpass">AB:CD</fingerprint>
<candidate foundation="1" component="1" protocol="udp" priority="2130706431" ip="203.0.113.5" port="10000" type="host"/></transport>`;
const kInitiate = `<iq xmlns="jabber:client" type="set" id="1" from="r@conference.localhost/focus" to="me@guest.localhost/x">
<jingle xmlns="urn:xmpp:jingle:1" action="session-initiate" sid="s1"><content creator="initiator" name="audio" senders="both">
<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"><payload-type id="111" name="opus" clockrate="48000" channels="2">
<parameter name="minptime" value="10"/><parameter name="useinbandfec" value="1"/>
<rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="transport-cc"/></payload-type>
<rtp-hdrext xmlns="urn:xmpp:jingle:apps:rtp:rtp-hdrext:0" id="1" uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level"/>
<rtp-hdrext xmlns="urn:xmpp:jingle:apps:rtp:rtp-hdrext:0" id="10" uri="urn:ietf:params:rtp-hdrext:sdes:mid"/>
<source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="1111111111" name="jvb-a0"><parameter name="msid" value="m a"/>
<ssrc-info xmlns="http://jitsi.org/jitmeet" owner="jvb"/></source><rtcp-mux/></description>${kTransport}</content>
<content creator="initiator" name="video" senders="both"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="video">
<payload-type id="41" name="AV1" clockrate="90000"/><payload-type id="42" name="rtx" clockrate="90000"><parameter name="apt" value="41"/></payload-type>
<payload-type id="100" name="VP8" clockrate="90000"><rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="nack" subtype="pli"/></payload-type>
<payload-type id="96" name="rtx" clockrate="90000"><parameter name="apt" value="100"/></payload-type>
<payload-type id="107" name="H264" clockrate="90000"><parameter name="profile-level-id" value="42e01f;level-asymmetry-allowed=1;packetization-mode=1;"/></payload-type>
</description>${kTransport}</content>
<bridge-session xmlns="http://jitsi.org/protocol/focus" id="b1"/>
<json-message xmlns="http://jitsi.org/jitmeet">{"sources":{"9b1e22aa":[[{"s":3111222333,"n":"9b1e22aa-v0","m":"x y"},{"s":3111222334,"n":"9b1e22aa-v0","m":"x y"}],[["f",3111222333,3111222334]],[{"s":1222333444,"n":"9b1e22aa-a0","m":"z w"}]]}}</json-message>
</jingle></iq>`;

const offer = parseOffer(parse(kInitiate.replace(/\n/g, ""))!)!;

test("session-initiate is read with its transport, its channel and everybody's sources", () => {
    assert.equal(offer.sid, "s1");
    assert.equal(offer.bridgeSession, "b1");
    assert.equal(offer.channelUrl, "wss://localhost/colibri-ws/1/c/e?pwd=x&room=r");
    assert.deepEqual(
        offer.transport.candidates.map((c) => `${c.ip}:${c.port}`),
        ["203.0.113.5:10000"],
    );
    assert.deepEqual(
        offer.sources.map((s) => [s.owner, s.kind, s.ssrc, s.rtx]),
        [
            ["jvb", "audio", 1111111111, undefined],
            ["9b1e22aa", "video", 3111222333, 3111222334],
            ["9b1e22aa", "audio", 1222333444, undefined],
        ],
    );
});

test("a session-initiate without a fingerprint is no offer", () => {
    assert.equal(
        parseOffer(parse(kInitiate.replace(/\n/g, "").replace(/<fingerprint.*?<\/fingerprint>/g, ""))!),
        undefined,
    );
});

test("the XML form of source-add pairs each SSRC with its retransmission", () => {
    const jingle =
        parse(`<jingle xmlns="urn:xmpp:jingle:1"><content name="video"><description xmlns="urn:xmpp:jingle:apps:rtp:1">
<source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="5" name="aaaaaaaa-v1" videoType="desktop"><ssrc-info xmlns="http://jitsi.org/jitmeet" owner="r@c/aaaaaaaa"/></source>
<source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="6" name="aaaaaaaa-v1"/><source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="4294967296" name="aaaaaaaa-v0"/>
<ssrc-group xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" semantics="FID"><source ssrc="5"/><source ssrc="6"/></ssrc-group></description></content></jingle>`)!;
    assert.deepEqual(parseSources(jingle), [
        { kind: "video", name: "aaaaaaaa-v1", owner: "aaaaaaaa", ssrc: 5, rtx: 6, videoType: "desktop" },
    ]);
});

test("broken JSON brings no sources and no exception", () => {
    const jingle = parse(
        `<jingle xmlns="urn:xmpp:jingle:1"><json-message xmlns="http://jitsi.org/jitmeet">{"sources":</json-message></jingle>`,
    )!;
    assert.deepEqual(parseSources(jingle), []);
});

const sections: Section[] = [
    { kind: "audio", mid: 0, direction: "sendrecv", source: offer.sources[0] },
    { kind: "video", mid: 1, direction: "sendrecv" },
    { kind: "video", mid: 2, direction: "recvonly" },
    { kind: "video", mid: 7, direction: "sendonly", source: offer.sources[1] },
    { kind: "audio", mid: 4, direction: "rejected" },
];

test("the offer has one section per own track and per received source, all in one bundle", () => {
    const sdp = writeOffer(offer, sections, { version: 3, withoutMid: false });
    const parts = splitSections(sdp);
    assert.ok(parts[0]!.includes("a=group:BUNDLE 0 1 2 7"));
    assert.deepEqual(
        parts.slice(1).map((p) => p.find((l) => /^a=(send|recv|inactive)/.test(l))),
        ["a=sendrecv", "a=sendrecv", "a=recvonly", "a=sendonly", "a=inactive"],
    );
    assert.ok(parts[4]!.includes("a=ssrc-group:FID 3111222333 3111222334"));
    assert.ok(parts[1]!.includes("a=fmtp:111 minptime=10;useinbandfec=1"));
    assert.ok(parts[2]!.includes("a=fmtp:107 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1"));
    assert.match(parts[5]![0]!, /^m=audio 0 /);
    assert.ok(!sdp.includes("ice-lite"));
});

test("VP8 comes first, so that browsers send it", () => {
    const video = splitSections(writeOffer(offer, sections, { version: 1, withoutMid: false }))[2]!;
    assert.equal(video[0], "m=video 9 UDP/TLS/RTP/SAVPF 100 107 41 42 96");
});

test("Firefox is asked for three rids and gets no mid extension", () => {
    const video = splitSections(
        writeOffer(offer, [{ kind: "video", mid: 1, direction: "sendrecv", rids: ["1", "2", "3"] }], {
            version: 1,
            withoutMid: true,
        }),
    )[1]!;
    assert.ok(video.includes("a=simulcast:recv 1;2;3"));
    assert.ok(video.includes("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
    const audio = splitSections(writeOffer(offer, [sections[0]!], { version: 1, withoutMid: true }))[1]!;
    assert.ok(!audio.some((line) => line.includes("sdes:mid")));
});

const answer = (video: string[]): string =>
    [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=ice-ufrag:u",
        "a=ice-pwd:p",
        "a=fingerprint:sha-256 11:22",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtcp-fb:111 transport-cc",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=ssrc:77 cname:c",
        "m=video 9 UDP/TLS/RTP/SAVPF 100 96",
        "a=rtpmap:100 VP8/90000",
        "a=rtpmap:96 rtx/90000",
        "a=fmtp:96 apt=100",
        ...video,
        "",
    ].join("\r\n");
const chromium = answer([
    "a=ssrc-group:FID 10 11",
    "a=ssrc:10 cname:c",
    "a=ssrc:10 msid:- t",
    "a=ssrc:11 cname:c",
    "a=ssrc:11 msid:- t",
]);

test("Chromium's answer gets three encodings with a retransmission each", () => {
    let next = 100;
    const munged = mungeSimulcast(chromium, 1, () => next++);
    assert.deepEqual(answeredSource(munged, 1), {
        ssrcs: [10, 11, 100, 101, 102, 103],
        groups: [
            { semantics: "SIM", ssrcs: [10, 100, 102] },
            { semantics: "FID", ssrcs: [10, 11] },
            { semantics: "FID", ssrcs: [100, 101] },
            { semantics: "FID", ssrcs: [102, 103] },
        ],
    });
    assert.equal(
        mungeSimulcast(munged, 1, () => next++),
        munged,
        "a second negotiation changes nothing",
    );
});

test("Firefox's three SSRC pairs are named as one simulcast source", () => {
    const sdp = answer([
        "a=ssrc:1 cname:c",
        "a=ssrc:2 cname:c",
        "a=ssrc:3 cname:c",
        "a=ssrc:4 cname:c",
        "a=ssrc:5 cname:c",
        "a=ssrc:6 cname:c",
        "a=ssrc-group:FID 1 2",
        "a=ssrc-group:FID 3 4",
        "a=ssrc-group:FID 5 6",
    ]);
    assert.deepEqual(answeredSource(sdp, 1).groups[0], { semantics: "SIM", ssrcs: [1, 3, 5] });
});

test("session-accept carries codecs, transport and own sources", () => {
    const source: SentSource = {
        kind: "video",
        name: "3f9c0a1b-v0",
        msid: "s t",
        videoType: "camera",
        ...answeredSource(chromium, 1),
    };
    const jingle = parse(
        sessionAccept(offer, "me@guest.localhost/x", answeredDescriptions(chromium), answeredTransport(chromium), [
            source,
        ]).toString(),
    )!;
    assert.equal(jingle.attr("action"), "session-accept");
    const [audio, video] = jingle.all("content").map((c) => c.child("description")!);
    assert.deepEqual(
        audio!.all("payload-type").map((p) => p.attr("id")),
        ["111"],
    );
    assert.equal(audio!.all("source").length, 0, "a microphone that is off is not signalled");
    assert.deepEqual(
        video!.all("payload-type").map((p) => p.attr("name")),
        ["VP8", "rtx"],
    );
    assert.deepEqual(
        video!.all("source").map((s) => [s.attr("ssrc"), s.attr("name"), s.attr("videoType")]),
        [
            ["10", "3f9c0a1b-v0", "camera"],
            ["11", "3f9c0a1b-v0", "camera"],
        ],
    );
    assert.equal(video!.child("ssrc-group")!.ns, "urn:xmpp:jingle:apps:rtp:ssma:0");
    const transport = jingle.child("content")!.child("transport")!;
    assert.deepEqual(
        [transport.attr("ufrag"), transport.child("fingerprint")!.attr("setup"), transport.child("fingerprint")!.text],
        ["u", "active", "11:22"],
    );
});
