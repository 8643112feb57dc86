// One Jingle session with the bridge: the connection, its channel, the sources that come and those that go.
import { Channel } from "./channel";
import { Json } from "./components";
import { Emitter } from "./emitter";
import { Offer, SentSource, Source, parseSources, sessionAccept, sessionTerminate, sourceChange } from "./jingle";
import { Own, Peer, kOwn } from "./peer";
import { ReceiveTable } from "./receive_table";
import { Room, randomHex } from "./room";
import { StanzaError, Stream } from "./stream";
import { Element } from "./xml";

export interface SessionEvents {
    tracks: void; // received tracks or their owners changed
    dominantSpeaker: string;
    state: RTCPeerConnectionState;
    rejected: Own; // the server does not want this source
    message: { from: string; payload: Json }; // a word of another client, which nobody wrote by hand
}

const kSuffix: Record<Own, string> = { microphone: "a0", camera: "v0", screen: "v1" };

export class Session extends Emitter<SessionEvents> {
    readonly peer: Peer;
    readonly table = new ReceiveTable(kOwn.length);
    forwarded: Set<string> | undefined; // undefined: the bridge has not said yet
    readonly unheard = new Set<string>(); // people whose media do not reach the bridge at the moment
    private readonly channel: Channel | undefined;
    private readonly signalled = new Map<Own, SentSource>();
    private readonly tracks = new Map<Own, MediaStreamTrack>();
    private accepted = false;
    private closed = false;
    private constraints: object | undefined;
    asked = new Set<string>(); // sources on the screen

    constructor(
        readonly offer: Offer,
        private readonly stream: Stream,
        private readonly room: Room,
        private readonly rewriting: boolean,
        iceServers: RTCIceServer[],
    ) {
        super();
        this.table.add(offer.sources.filter((s) => this.foreign(s)));
        this.peer = new Peer(offer, this.table, iceServers);
        this.peer.on("state", (state) => this.emit("state", state));
        this.peer.on("negotiated", () => this.emit("tracks", undefined));
        if (!offer.channelUrl) return;
        const channel = new Channel(offer.channelUrl);
        this.channel = channel;
        channel.on("open", () => this.channelOpened());
        channel.on("dominantSpeaker", (id) => this.emit("dominantSpeaker", id));
        channel.on(
            "map",
            (sources) => rewriting && this.received(this.table.map(sources.filter((s) => this.foreign(s)))),
        );
        channel.on("forwarded", (names) => {
            this.forwarded = names;
            this.emit("tracks", undefined);
        });
        channel.on("message", (message) => this.emit("message", message));
        channel.on("connectivity", ({ id, active }) => {
            if (active) this.unheard.delete(id);
            else this.unheard.add(id);
            this.emit("tracks", undefined);
        });
        channel.on("limit", ({ source, maxHeight }) => {
            const own = kOwn.find((kind) => this.sourceName(kind) === source);
            if (own) this.peer.limit(own, maxHeight);
        });
    }

    // XEP-0167 §6: answer, then tell the server what we send.
    async accept(tracks: Map<Own, MediaStreamTrack>): Promise<void> {
        const { descriptions, transport } = await this.peer.start();
        for (const [own, track] of tracks) await this.attach(own, track);
        const sources = [...tracks.keys()].map((own) => this.describe(own));
        await this.stream.iq(
            "set",
            this.offer.from,
            sessionAccept(this.offer, this.stream.jid, descriptions, transport, sources),
        );
        this.accepted = true;
        this.channel?.open();
        for (const own of kOwn) if (this.tracks.has(own) && !this.signalled.has(own)) await this.signal(own);
        this.announce();
    }

    // A muted source stays signalled, it only falls silent; a shared screen that ended is taken back.
    async setTrack(own: Own, track: MediaStreamTrack | undefined): Promise<void> {
        await this.attach(own, track);
        if (!this.accepted || this.closed) return;
        if (track && !this.signalled.has(own)) await this.signal(own);
        if (!track && own === "screen") await this.withdraw(own);
        this.announce();
        this.announceVideoType(own);
    }

    private async attach(own: Own, track: MediaStreamTrack | undefined): Promise<void> {
        if (track) this.tracks.set(own, track);
        else this.tracks.delete(own);
        await this.peer.setTrack(own, track ?? null);
    }

    private async signal(own: Own): Promise<void> {
        const source = this.describe(own);
        try {
            await this.stream.iq("set", this.offer.from, sourceChange("source-add", this.offer, source));
        } catch (error) {
            this.signalled.delete(own);
            if (error instanceof StanzaError && !this.closed) this.emit("rejected", own);
        }
    }

    private async withdraw(own: Own): Promise<void> {
        const source = this.signalled.get(own);
        if (!source || !this.signalled.delete(own)) return;
        await this.stream
            .iq("set", this.offer.from, sourceChange("source-remove", this.offer, source))
            .catch(() => undefined);
    }

    private describe(own: Own): SentSource {
        const kind = own === "microphone" ? "audio" : "video";
        const source: SentSource = {
            kind,
            name: this.sourceName(own),
            videoType: own === "screen" ? "desktop" : "camera",
            msid: `${this.room.id}-${kind}-${own === "screen" ? 1 : 0} ${randomHex(16)}`,
            ...this.peer.source(own),
        };
        this.signalled.set(own, source);
        return source;
    }

    private sourceName(own: Own): string {
        return `${this.room.id}-${kSuffix[own]}`;
    }

    // SourceInfo in presence: what others show as muted.
    private announce(): void {
        for (const own of kOwn) {
            const muted = !this.tracks.has(own);
            const state = own === "screen" ? { muted, videoType: "desktop" as const } : { muted };
            this.room.setSource(this.sourceName(own), this.signalled.has(own) ? state : undefined);
        }
    }

    private channelOpened(): void {
        if (this.constraints) this.channel?.send("ReceiverVideoConstraints", this.constraints);
        for (const own of this.signalled.keys()) this.announceVideoType(own);
    }

    private announceVideoType(own: Own): void {
        if (own === "microphone" || !this.signalled.has(own)) return;
        const videoType = !this.tracks.has(own) ? "none" : own === "screen" ? "desktop" : "camera";
        this.channel?.send("SourceVideoTypeMessage", { sourceName: this.sourceName(own), videoType });
    }

    // What we would like to see: sources by name with the height of their tiles.
    receive(heights: Map<string, number>, onStage: string[], lastN: number): void {
        this.asked = new Set(heights.keys());
        const constraints = Object.fromEntries([...heights].map(([name, maxHeight]) => [name, { maxHeight }]));
        const wanted = {
            lastN,
            selectedSources: [],
            onStageSources: onStage,
            defaultConstraints: { maxHeight: 0 },
            constraints,
        };
        if (JSON.stringify(wanted) === JSON.stringify(this.constraints)) return;
        this.constraints = wanted;
        this.channel?.send("ReceiverVideoConstraints", wanted);
    }

    // source-add, source-remove of others.
    change(action: string, jingle: Element): void {
        const sources = parseSources(jingle).filter((s) => this.foreign(s));
        this.received(action === "source-add" ? this.table.add(sources) : this.table.remove(sources));
    }

    // To all others' clients, through the bridge (EndpointMessage).
    tell(payload: Json): void {
        this.channel?.send("EndpointMessage", { to: "", msgPayload: payload });
    }

    participantLeft(id: string): void {
        this.unheard.delete(id);
        if (!this.rewriting) return this.received(this.table.removeOwner(id));
        this.table.disown(id);
        this.emit("tracks", undefined);
    }

    private received(changed: boolean): void {
        if (changed) void this.peer.renegotiate();
        else this.emit("tracks", undefined);
    }

    private foreign(source: Source): boolean {
        return source.owner !== "jvb" && source.owner !== this.room.id;
    }

    async restart(): Promise<void> {
        this.close();
        await this.stream.iq(
            "set",
            this.offer.from,
            sessionTerminate(this.offer, "connectivity-error", "ICE FAILED", true),
        );
    }

    close(): void {
        this.closed = true;
        this.channel?.close();
        this.peer.close();
    }
}
