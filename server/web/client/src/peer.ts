// The RTCPeerConnection towards the bridge. The browser always answers: this class writes the server's offer anew
// whenever the received sources change. Own tracks never renegotiate, their three sections exist from the start.
import { Emitter } from "./emitter";
import { Description, Offer, RestartedTransport, SentSource, Transport } from "./jingle";
import { ReceiveTable } from "./receive_table";
import {
    Section,
    answeredDescriptions,
    answeredSource,
    answeredTransport,
    candidateLine,
    mungeSimulcast,
    writeOffer,
} from "./sdp";

export type Own = "microphone" | "camera" | "screen"; // in the order of their sections
export const kOwn: Own[] = ["microphone", "camera", "screen"];
const kCameraMid = 1;
const kRids = ["1", "2", "3"]; // low to high
const kCameraLayers = [
    { scale: 4, bitrate: 200_000 },
    { scale: 2, bitrate: 500_000 },
    { scale: 1, bitrate: 1_500_000 },
];
const kScreenBitrate = 2_500_000;
const kUnlimited = -1;
// The one who helps over the telephone asks for the browser's console.
const report = (error: unknown): void => console.warn("negotiation", error);
const firefox = navigator.userAgent.includes("Firefox/");

export interface PeerEvents {
    state: RTCPeerConnectionState;
    negotiated: void; // tracks() changed
}

export class Peer extends Emitter<PeerEvents> {
    readonly connection: RTCPeerConnection;
    // Firefox ESR 153 sends nothing more after ICE has failed, although a restart connects it again (measured 2026-11).
    readonly endsWithFailure = firefox;
    private version = 0;
    private work: Promise<void> = Promise.resolve();
    private dirty = false;
    private readonly maxHeight: Record<Own, number> = {
        microphone: kUnlimited,
        camera: kUnlimited,
        screen: kUnlimited,
    };

    constructor(
        private readonly offer: Offer,
        readonly table: ReceiveTable,
        iceServers: RTCIceServer[],
    ) {
        super();
        this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require", iceServers });
        this.connection.onconnectionstatechange = () => this.emit("state", this.connection.connectionState);
    }

    async start(): Promise<{ descriptions: Description[]; transport: Transport }> {
        await this.renegotiate();
        const sdp = this.connection.localDescription?.sdp;
        if (!sdp) throw new Error("the browser did not take the offer");
        return { descriptions: answeredDescriptions(sdp), transport: answeredTransport(sdp) };
    }

    close(): void {
        this.connection.onconnectionstatechange = null;
        this.connection.close();
    }

    // Many changes in a moment (thirty people leave the lesson) become one negotiation.
    renegotiate(): Promise<void> {
        this.dirty = true;
        this.work = this.work.then(() => (this.dirty ? this.negotiate() : undefined)).catch(report);
        return this.work;
    }

    // RFC 8445 §9: the server's new credentials; ours come with the answer. The candidates follow: within the offer they
    // would make Chromium give up the pair that still works.
    async restartIce({ ufrag, pwd, candidates }: RestartedTransport): Promise<Transport> {
        this.offer.transport = { ...this.offer.transport, ufrag, pwd, candidates: [] };
        await this.renegotiate();
        for (const candidate of candidates) {
            await this.connection
                .addIceCandidate({ candidate: candidateLine(candidate), sdpMid: "0", usernameFragment: ufrag })
                .catch(report);
        }
        this.offer.transport.candidates = candidates;
        return answeredTransport(this.connection.localDescription?.sdp ?? "");
    }

    setTrack(own: Own, track: MediaStreamTrack | null): Promise<void> {
        this.work = this.work
            .then(async () => {
                await this.sender(own)?.replaceTrack(track);
                if (track) await this.applyLimits(own);
            })
            .catch(() => undefined);
        return this.work;
    }

    // SenderSourceConstraints: what nobody watches is not encoded.
    limit(own: Own, maxHeight: number): void {
        this.maxHeight[own] = maxHeight;
        this.work = this.work.then(() => this.applyLimits(own)).catch(() => undefined);
    }

    source(own: Own): Pick<SentSource, "ssrcs" | "groups"> {
        return answeredSource(this.connection.localDescription?.sdp ?? "", kOwn.indexOf(own));
    }

    track(slot: number): MediaStreamTrack | undefined {
        const { mid } = this.table.slots[slot]!;
        return this.transceiver(mid)?.receiver.track;
    }

    private transceiver(mid: number): RTCRtpTransceiver | undefined {
        return this.connection.getTransceivers().find((t) => t.mid === String(mid));
    }
    private sender(own: Own): RTCRtpSender | undefined {
        return this.transceiver(kOwn.indexOf(own))?.sender;
    }

    private sections(): Section[] {
        const bridge = (kind: string): Section["source"] =>
            this.offer.sources.find((s) => s.kind === kind && s.owner === "jvb");
        return [
            // The bridge's own SSRCs have to be known: it sends feedback and probing from them.
            { kind: "audio", mid: 0, direction: "sendrecv", source: bridge("audio") },
            {
                kind: "video",
                mid: kCameraMid,
                direction: "sendrecv",
                source: bridge("video"),
                ...(firefox ? { rids: kRids } : {}),
            },
            { kind: "video", mid: 2, direction: "recvonly" },
            // Chromium 156 shows nothing on a section that was inactive for a while: it is rejected and begun anew
            // instead.
            ...this.table.slots.map(({ kind, mid, source }): Section => ({
                kind,
                mid,
                source,
                direction: source ? "sendonly" : "rejected",
            })),
        ];
    }

    private async negotiate(): Promise<void> {
        this.dirty = false;
        if (this.connection.signalingState === "closed") return;
        const ended = this.table.slots.filter((slot) => !slot.source);
        const sdp = writeOffer(this.offer, this.sections(), { version: ++this.version, withoutMid: firefox });
        await this.connection.setRemoteDescription({ type: "offer", sdp });
        kOwn.forEach((_, mid) => {
            const transceiver = this.transceiver(mid);
            if (transceiver) transceiver.direction = mid === kOwn.indexOf("screen") ? "sendonly" : "sendrecv";
        });
        const answer = await this.connection.createAnswer();
        const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! | 0x40000000;
        const munged = firefox ? answer.sdp! : mungeSimulcast(answer.sdp!, kCameraMid, () => random() >>> 0);
        await this.connection.setLocalDescription({ type: "answer", sdp: munged });
        for (const slot of ended) slot.rejected = true;
        this.emit("negotiated", undefined);
    }

    private async applyLimits(own: Own): Promise<void> {
        const sender = this.sender(own);
        if (!sender?.track || own === "microphone") return;
        const parameters = sender.getParameters();
        const height = Math.min(sender.track.getSettings().height ?? 720, sender.track.getSettings().width ?? 1280);
        const limit = this.maxHeight[own];
        const layers =
            own === "camera" && parameters.encodings.length === kCameraLayers.length ? kCameraLayers : undefined;
        parameters.encodings.forEach((encoding, i) => {
            const layer = layers?.[i];
            const fits = limit === kUnlimited || (limit > 0 && (!layer || i === 0 || height / layer.scale <= limit));
            encoding.active = fits;
            encoding.maxBitrate = layer?.bitrate ?? (own === "camera" ? kCameraLayers[2]!.bitrate : kScreenBitrate);
            encoding.scaleResolutionDownBy = layer?.scale ?? 1;
        });
        if (own === "screen")
            (parameters as { degradationPreference?: string }).degradationPreference = "maintain-resolution";
        await sender.setParameters(parameters);
    }
}
