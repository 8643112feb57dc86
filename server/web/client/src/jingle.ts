// Jingle (XEP-0166/0167/0176/0294/0320/0339) as Jitsi's focus speaks it, to and from plain values. Knows nothing of
// SDP.
import { NS } from "./namespaces";
import { Element, el } from "./xml";

export type Kind = "audio" | "video";
export type VideoType = "camera" | "desktop";

export interface Payload {
    id: number;
    name: string;
    clockrate: number;
    channels: number;
    parameters: string[]; // "name=value", or a bare value
    feedback: string[]; // "nack pli"
}
export interface HeaderExtension {
    id: number;
    uri: string;
}
export interface Description {
    kind: Kind;
    payloads: Payload[];
    extensions: HeaderExtension[];
}
export interface Candidate {
    foundation: string;
    component: string;
    protocol: string;
    priority: string;
    ip: string;
    port: string;
    type: string;
    tcptype: string;
}
export interface Transport {
    ufrag: string;
    pwd: string;
    hash: string;
    fingerprint: string;
    candidates: Candidate[];
}
// One SSRC with its retransmission, as a receiver gets it: the server strips simulcast.
export interface Source {
    kind: Kind;
    name: string;
    owner: string;
    ssrc: number;
    rtx: number | undefined;
    videoType: VideoType;
}
export interface Offer {
    sid: string;
    from: string;
    bridgeSession: string;
    channelUrl: string;
    descriptions: Description[];
    transport: Transport;
    sources: Source[];
}
// What this client sends: all SSRCs of a source and how they belong together.
export interface SentSource {
    kind: Kind;
    name: string;
    msid: string;
    videoType: VideoType;
    ssrcs: number[];
    groups: { semantics: string; ssrcs: number[] }[];
}

export function parseOffer(iq: Element): Offer | undefined {
    const jingle = iq.child("jingle", NS.jingle);
    const contents = (jingle?.all("content") ?? []).filter((c) => ["audio", "video"].includes(c.attr("name")));
    const transport = contents[0]?.child("transport", NS.iceUdp);
    const fingerprint = transport?.child("fingerprint", NS.dtls);
    if (!jingle || !transport || !fingerprint) return undefined;
    return {
        sid: jingle.attr("sid"),
        from: iq.attr("from"),
        bridgeSession: jingle.child("bridge-session", NS.focus)?.attr("id") ?? "",
        channelUrl: transport.child("web-socket", NS.colibri)?.attr("url") ?? "",
        descriptions: contents.flatMap((c) => c.child("description", NS.rtp) ?? []).map(parseDescription),
        transport: {
            ufrag: transport.attr("ufrag"),
            pwd: transport.attr("pwd"),
            hash: fingerprint.attr("hash"),
            fingerprint: fingerprint.text.trim(),
            candidates: transport.all("candidate").map(parseCandidate),
        },
        sources: parseSources(jingle),
    };
}

function parseDescription(description: Element): Description {
    return {
        kind: description.attr("media") === "audio" ? "audio" : "video",
        payloads: description.all("payload-type").map((p) => ({
            id: Number(p.attr("id")),
            name: p.attr("name"),
            clockrate: Number(p.attr("clockrate")),
            channels: Number(p.attr("channels") || 1),
            parameters: p
                .all("parameter")
                .map((x) => (x.attr("name") ? `${x.attr("name")}=${x.attr("value")}` : x.attr("value"))),
            feedback: p.all("rtcp-fb").map((f) => `${f.attr("type")} ${f.attr("subtype")}`.trim()),
        })),
        extensions: description.all("rtp-hdrext").map((x) => ({ id: Number(x.attr("id")), uri: x.attr("uri") })),
    };
}

function parseCandidate(candidate: Element): Candidate {
    const value = (name: string): string => candidate.attr(name).replace(/[^\w.:+/-]/g, "");
    return {
        foundation: value("foundation"),
        component: value("component"),
        protocol: value("protocol"),
        tcptype: value("tcptype"),
        priority: value("priority"),
        ip: value("ip"),
        port: value("port"),
        type: value("type"),
    };
}

// Of session-initiate, source-add and source-remove, from XML and from Jicofo's compact JSON.
export function parseSources(jingle: Element): Source[] {
    const sources = jingle.all("content").flatMap((content) => {
        const description = content.child("description", NS.rtp);
        return description ? xmlSources(description, content.attr("name") === "audio" ? "audio" : "video") : [];
    });
    const text = jingle.child("json-message", NS.jitmeet)?.text;
    if (!text) return sources;
    try {
        return sources.concat(jsonSources(JSON.parse(text)));
    } catch {
        return sources;
    }
}

interface RawSource {
    ssrc: number;
    name: string;
    owner: string;
    videoType: VideoType;
}

function xmlSources(description: Element, kind: Kind): Source[] {
    const raw = description
        .all("source")
        .filter((s) => s.ns === NS.ssma)
        .map(
            (s) =>
                ({
                    ssrc: Number(s.attr("ssrc")),
                    name: s.attr("name"),
                    owner: s.child("ssrc-info")?.attr("owner").split("/").pop() ?? s.attr("name").split("-")[0]!,
                    videoType: s.attr("videoType") === "desktop" ? "desktop" : "camera",
                }) as RawSource,
        );
    const pairs = description
        .all("ssrc-group")
        .filter((g) => g.attr("semantics") === "FID")
        .map((g) => g.all("source").map((s) => Number(s.attr("ssrc"))));
    return pair(raw, pairs, kind);
}

type CompactSource = { s: number; n?: string; v?: string };
type CompactGroup = [string, ...number[]];
type Compact = [CompactSource[]?, CompactGroup[]?, CompactSource[]?, CompactGroup[]?];

function jsonSources(message: { sources?: Record<string, Compact> }): Source[] {
    return Object.entries(message.sources ?? {}).flatMap(([owner, [video = [], videoGroups = [], audio = []]]) => {
        const raw = (s: CompactSource): RawSource => ({
            ssrc: s.s,
            name: s.n ?? "",
            owner,
            videoType: s.v === "d" ? "desktop" : "camera",
        });
        const pairs = videoGroups.filter((g) => g[0] === "f").map((g) => g.slice(1) as number[]);
        return [...pair(video.map(raw), pairs, "video"), ...pair(audio.map(raw), [], "audio")];
    });
}

function pair(raw: RawSource[], pairs: number[][], kind: Kind): Source[] {
    const retransmissions = new Set(pairs.map((p) => p[1]));
    return raw
        .filter((s) => Number.isInteger(s.ssrc) && s.ssrc > 0 && s.ssrc < 2 ** 32 && !retransmissions.has(s.ssrc))
        .map((s) => ({ ...s, kind, rtx: pairs.find((p) => p[0] === s.ssrc)?.[1] }));
}

function sourceElements(sources: SentSource[], kind: Kind): Element[] {
    const ssma = NS.ssma;
    return sources
        .filter((s) => s.kind === kind)
        .flatMap((source) => [
            ...source.ssrcs.map((ssrc) =>
                el(
                    "source",
                    {
                        xmlns: ssma,
                        ssrc,
                        name: source.name,
                        videoType: kind === "video" ? source.videoType : undefined,
                    },
                    el("parameter", { name: "msid", value: source.msid }),
                ),
            ),
            ...source.groups.map((group) =>
                el(
                    "ssrc-group",
                    { xmlns: ssma, semantics: group.semantics },
                    ...group.ssrcs.map((ssrc) => el("source", { ssrc })),
                ),
            ),
        ]);
}

export function sessionAccept(
    offer: Offer,
    self: string,
    descriptions: Description[],
    transport: Transport,
    sources: SentSource[],
): Element {
    const names = descriptions.map((d) => el("content", { name: d.kind }));
    const contents = descriptions.map((d) =>
        el(
            "content",
            { creator: "responder", name: d.kind, senders: "both" },
            el(
                "description",
                { xmlns: NS.rtp, media: d.kind },
                ...d.payloads.map(payloadElement),
                ...sourceElements(sources, d.kind),
                el("rtcp-mux"),
                ...d.extensions.map((x) => el("rtp-hdrext", { xmlns: NS.hdrext, id: x.id, uri: x.uri })),
                el("extmap-allow-mixed", { xmlns: NS.hdrext }),
            ),
            el(
                "transport",
                { xmlns: NS.iceUdp, ufrag: transport.ufrag, pwd: transport.pwd },
                el("fingerprint", { xmlns: NS.dtls, hash: transport.hash, setup: "active" }, transport.fingerprint),
            ),
        ),
    );
    return el(
        "jingle",
        { xmlns: NS.jingle, action: "session-accept", sid: offer.sid, initiator: offer.from, responder: self },
        el("group", { xmlns: NS.grouping, semantics: "BUNDLE" }, ...names),
        ...contents,
    );
}

function payloadElement(payload: Payload): Element {
    return el(
        "payload-type",
        { id: payload.id, name: payload.name, clockrate: payload.clockrate, channels: payload.channels },
        ...payload.parameters.map((parameter) => {
            const at = parameter.indexOf("=");
            return at < 0
                ? el("parameter", { value: parameter })
                : el("parameter", { name: parameter.slice(0, at), value: parameter.slice(at + 1) });
        }),
        ...payload.feedback.map((feedback) => {
            const [type, subtype] = feedback.split(" ");
            return el("rtcp-fb", { xmlns: NS.rtcpFb, type, subtype });
        }),
    );
}

export function sourceChange(action: "source-add" | "source-remove", offer: Offer, source: SentSource): Element {
    return el(
        "jingle",
        { xmlns: NS.jingle, action, sid: offer.sid, initiator: offer.from },
        el(
            "content",
            { creator: "responder", name: source.kind },
            el("description", { xmlns: NS.rtp, media: source.kind }, ...sourceElements([source], source.kind)),
        ),
    );
}

export function sessionTerminate(offer: Offer, reason: string, text: string, restart: boolean): Element {
    return el(
        "jingle",
        { xmlns: NS.jingle, action: "session-terminate", sid: offer.sid, initiator: offer.from },
        el("reason", {}, el(reason), el("text", {}, text)),
        el("bridge-session", { xmlns: NS.focus, id: offer.bridgeSession, restart: String(restart) }),
    );
}

// --- ICE restart in place ---

export interface RestartedTransport {
    generation: number;
    ufrag: string;
    pwd: string;
    candidates: Candidate[];
}

export function iceRestart(offer: Offer): Element {
    return el(
        "jingle",
        { xmlns: NS.jingle, action: "session-info", sid: offer.sid, initiator: offer.from },
        el("bridge-session", { xmlns: NS.focus, id: offer.bridgeSession, "ice-restart": "true" }),
    );
}

export function parseRestart(jingle: Element): RestartedTransport | undefined {
    const transport = jingle.child("content", NS.jingle)?.child("transport", NS.iceUdp);
    const generation = Number(transport?.attr("ice-generation"));
    if (!transport || !Number.isInteger(generation) || generation < 1) return undefined;
    const candidates = transport.all("candidate").map(parseCandidate);
    return { generation, ufrag: transport.attr("ufrag"), pwd: transport.attr("pwd"), candidates };
}

export function restarted(offer: Offer, generation: number, own: Transport): Element {
    const attributes = { xmlns: NS.iceUdp, "ice-generation": String(generation), ufrag: own.ufrag, pwd: own.pwd };
    return el(
        "jingle",
        { xmlns: NS.jingle, action: "transport-info", sid: offer.sid, initiator: offer.from },
        el("content", { creator: "responder", name: "audio" }, el("transport", attributes)),
    );
}
