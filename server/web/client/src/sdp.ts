// SDP (RFC 8866) between Jingle and the browser: writes the offer that the server never wrote, reads the browser's
// answer. Section order is fixed for the life of a connection: microphone, camera, screen, then one section per
// received source.
import { Candidate, Description, HeaderExtension, Kind, Offer, Payload, SentSource, Source, Transport } from "./jingle";

export interface Section {
    kind: Kind;
    mid: number;
    direction: "sendrecv" | "sendonly" | "recvonly" | "rejected"; // seen from the server
    source?: Source | undefined; // what the server sends here
    rids?: string[]; // Firefox is asked for simulcast by RFC 8853
}

// The order also chooses what we send. VP8 is what every school laptop encodes in three sizes without a fan.
const kSendPreference = ["VP8", "VP9", "H264", "AV1"];
const kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
const kRidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

export interface OfferOptions {
    version: number;
    // Firefox finds the wrong section by mid when the server does not stamp it (seen with ESR 153).
    withoutMid: boolean;
}

export function writeOffer(offer: Offer, sections: Section[], options: OfferOptions): string {
    const lines = [
        "v=0",
        `o=- 1 ${options.version} IN IP4 127.0.0.1`,
        "s=-",
        "t=0 0",
        `a=group:BUNDLE ${sections
            .filter((s) => s.direction !== "rejected")
            .map((s) => s.mid)
            .join(" ")}`,
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS *",
    ];
    for (const section of sections) {
        const description = offer.descriptions.find((d) => d.kind === section.kind);
        if (description) lines.push(...sectionLines(offer.transport, description, section, options));
    }
    return lines.join("\r\n") + "\r\n";
}

function sectionLines(
    transport: Transport,
    description: Description,
    section: Section,
    options: OfferOptions,
): string[] {
    const payloads = ordered(description.payloads);
    const extensions = description.extensions.filter((x) => !(options.withoutMid && x.uri === kMidUri));
    if (section.rids && !extensions.some((x) => x.uri === kRidUri)) extensions.push(ridExtension(extensions));
    const rejected = section.direction === "rejected";
    return [
        `m=${section.kind} ${rejected ? 0 : 9} UDP/TLS/RTP/SAVPF ${payloads.map((p) => p.id).join(" ")}`,
        "c=IN IP4 0.0.0.0",
        `a=ice-ufrag:${transport.ufrag}`,
        `a=ice-pwd:${transport.pwd}`,
        `a=fingerprint:${transport.hash} ${transport.fingerprint}`,
        "a=setup:actpass",
        `a=mid:${section.mid}`,
        ...extensions.map((x) => `a=extmap:${x.id} ${x.uri}`),
        `a=${rejected ? "inactive" : section.direction}`,
        "a=rtcp-mux",
        ...payloads.flatMap(payloadLines),
        ...(section.rids
            ? [...section.rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${section.rids.join(";")}`]
            : []),
        ...(section.source ? sourceLines(section.source) : []),
        ...transport.candidates.map((candidate) => `a=${candidateLine(candidate)}`),
    ];
}

function ordered(payloads: Payload[]): Payload[] {
    const rank = (payload: Payload): number => kSendPreference.indexOf(payload.name.toUpperCase());
    const known = payloads.filter((p) => rank(p) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...known, ...payloads.filter((p) => rank(p) < 0)];
}

function ridExtension(used: HeaderExtension[]): HeaderExtension {
    let id = 4;
    while (used.some((x) => x.id === id)) id += 1;
    return { id, uri: kRidUri };
}

function payloadLines(payload: Payload): string[] {
    const channels = payload.channels > 1 ? `/${payload.channels}` : "";
    const parameters = payload.parameters.map((p) => p.replace(/;$/, "")).join(";");
    return [
        `a=rtpmap:${payload.id} ${payload.name}/${payload.clockrate}${channels}`,
        ...(parameters ? [`a=fmtp:${payload.id} ${parameters}`] : []),
        ...payload.feedback.map((feedback) => `a=rtcp-fb:${payload.id} ${feedback}`),
    ];
}

function sourceLines(source: Source): string[] {
    const line = (ssrc: number): string[] => [
        `a=ssrc:${ssrc} cname:${source.ssrc}`,
        `a=ssrc:${ssrc} msid:s${source.ssrc} t${source.ssrc}`,
    ];
    if (!source.rtx) return line(source.ssrc);
    return [`a=ssrc-group:FID ${source.ssrc} ${source.rtx}`, ...line(source.ssrc), ...line(source.rtx)];
}

export function candidateLine(c: Candidate): string {
    const tcp = c.tcptype ? ` tcptype ${c.tcptype}` : "";
    const way = `${c.foundation} ${c.component} ${c.protocol} ${c.priority} ${c.ip} ${c.port}`;
    return `candidate:${way} typ ${c.type}${tcp} generation 0`;
}

// --- the browser's answer ---

export function splitSections(sdp: string): string[][] {
    const sections: string[][] = [[]];
    for (const line of sdp.split(/\r?\n/)) {
        if (line.startsWith("m=")) sections.push([]);
        if (line) sections[sections.length - 1]!.push(line);
    }
    return sections;
}

function values(lines: string[], prefix: string): string[] {
    return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

export function answeredTransport(sdp: string): Transport {
    const lines = sdp.split(/\r?\n/);
    const [hash, fingerprint] = (values(lines, "a=fingerprint:")[0] ?? "").split(" ");
    return {
        ufrag: values(lines, "a=ice-ufrag:")[0] ?? "",
        pwd: values(lines, "a=ice-pwd:")[0] ?? "",
        hash: hash ?? "",
        fingerprint: fingerprint ?? "",
        candidates: [],
    };
}

// What was accepted in the first section of each kind; the others are like it.
export function answeredDescriptions(sdp: string): Description[] {
    const sections = splitSections(sdp).slice(1);
    return (["audio", "video"] as const).flatMap((kind) => {
        const lines = sections.find((s) => s[0]!.startsWith(`m=${kind} `));
        return lines ? [{ kind, payloads: answeredPayloads(lines), extensions: answeredExtensions(lines) }] : [];
    });
}

function answeredPayloads(lines: string[]): Payload[] {
    return values(lines, "a=rtpmap:").map((rtpmap) => {
        const [id, codec] = rtpmap.split(" ") as [string, string];
        const [name, clockrate, channels] = codec.split("/");
        return {
            id: Number(id),
            name: name!,
            clockrate: Number(clockrate),
            channels: Number(channels ?? 1),
            parameters: values(lines, `a=fmtp:${id} `)
                .flatMap((p) => p.split(";"))
                .map((p) => p.trim())
                .filter((p) => p),
            feedback: values(lines, `a=rtcp-fb:${id} `),
        };
    });
}

function answeredExtensions(lines: string[]): HeaderExtension[] {
    return values(lines, "a=extmap:")
        .filter((x) => !x.includes(kRidUri))
        .map((x) => {
            const [id, uri] = x.split(" ");
            return { id: parseInt(id!, 10), uri: uri! };
        });
}

// The SSRCs of one of our own sections (their mid is their place), simulcast first. Firefox writes no SIM group: its
// order of SSRCs is that of the rids.
export function answeredSource(sdp: string, mid: number): Pick<SentSource, "ssrcs" | "groups"> {
    const lines = splitSections(sdp)[mid + 1] ?? [];
    const ssrcs = [...new Set(values(lines, "a=ssrc:").map((line) => parseInt(line, 10)))];
    const groups = values(lines, "a=ssrc-group:").map((line) => {
        const [semantics, ...members] = line.split(" ");
        return { semantics: semantics!, ssrcs: members.map(Number) };
    });
    const pairs = groups.filter((g) => g.semantics === "FID");
    if (pairs.length > 1 && !groups.some((g) => g.semantics === "SIM")) {
        groups.unshift({ semantics: "SIM", ssrcs: pairs.map((p) => p.ssrcs[0]!) });
    }
    return { ssrcs, groups };
}

// Chromium makes three simulcast encodings without rids (which the server could not see before the first packet) when
// its own answer names three SSRCs: the way every Jitsi client takes.
export function mungeSimulcast(sdp: string, mid: number, random: () => number): string {
    const sections = splitSections(sdp);
    const lines = sections[mid + 1];
    const pair = lines && values(lines, "a=ssrc-group:FID ")[0]?.split(" ").map(Number);
    if (!lines || !pair || lines.some((line) => line.startsWith("a=ssrc-group:SIM"))) return sdp;
    const primary = pair[0]!;
    const attributes = values(lines, `a=ssrc:${primary} `);
    const added = [0, 1].map(() => [random(), random()] as const);
    const at = lines.findIndex((line) => line.startsWith("a=ssrc"));
    lines.splice(at, 0, `a=ssrc-group:SIM ${[primary, ...added.map((a) => a[0])].join(" ")}`);
    for (const [ssrc, retransmission] of added) {
        lines.push(`a=ssrc-group:FID ${ssrc} ${retransmission}`);
        for (const id of [ssrc, retransmission])
            lines.push(...attributes.map((attribute) => `a=ssrc:${id} ${attribute}`));
    }
    return sections.flat().join("\r\n") + "\r\n";
}
