// From the click on "Beitreten" to the goodbye: opens the stream, asks the focus, joins, answers Jingle, and starts
// over when the connection is gone for good. The user interface shows `phase` and calls the verbs below.
import { Capabilities } from "./caps";
import { Config } from "./config";
import { Emitter } from "./emitter";
import { parseOffer } from "./jingle";
import { Media } from "./media";
import { NS } from "./namespaces";
import { Own } from "./peer";
import { ChatMessage, Departure, Refusal, Room, randomHex } from "./room";
import { Session } from "./session";
import { StanzaError, Stream } from "./stream";
import { Element, el } from "./xml";

export type Phase =
    | { name: "prejoin" }
    | { name: "connecting"; again: boolean }
    | { name: "waiting" }
    | { name: "password"; wrong: boolean }
    | { name: "joined" }
    | { name: "ended"; text: string; canReturn: boolean };

export interface ConferenceEvents {
    phase: Phase;
    changed: void; // occupants, tracks, states: draw again
    message: ChatMessage;
    notice: string; // a sentence for the person in front of the screen
}

const kPollMs = 5_000;
const kRejoinMs = 1_000;
const kRejoinMaxMs = 15_000;
const kRestartAfterMs = 5_000; // the server takes no restart sooner
const kClosed =
    "Der Klassenraum ist geschlossen. Wenn der Unterricht weitergeht, bekommst du ein neues " +
    "Passwort von deiner Lehrkraft.";
const kClosedByUs = "Der Klassenraum ist geschlossen. Das bisherige Passwort ist ungültig.";
const kKicked = "Die Lehrkraft hat dich aus dem Klassenraum entfernt.";

export class Conference extends Emitter<ConferenceEvents> {
    phase: Phase = { name: "prejoin" };
    room: Room | undefined;
    session: Session | undefined;
    online = false;
    dominantSpeaker = "";
    private stream: Stream | undefined;
    private name = "";
    private password = "";
    private timer: ReturnType<typeof setTimeout> | undefined;
    private iceServers: RTCIceServer[] = [];
    private restarted = 0;
    private failures = 0;

    constructor(
        private readonly config: Config,
        private readonly roomName: { name: string; local: string },
        readonly media: Media,
    ) {
        super();
        media.on("changed", (own) => {
            void this.session?.setTrack(own, media.tracks.get(own));
            this.emit("changed", undefined);
        });
        media.on("failed", ({ text }) => this.emit("notice", text));
    }

    get lastN(): number {
        return this.config.channelLastN ?? -1;
    }

    get rewriting(): boolean {
        return this.config.flags?.ssrcRewritingEnabled !== false;
    }

    async join(name: string, password = ""): Promise<void> {
        this.name = name.trim().slice(0, 60);
        this.password = password;
        this.enter({ name: "connecting", again: false });
        await this.connect();
    }

    tryPassword(password: string): void {
        this.password = password;
        this.enter({ name: "connecting", again: false });
        void this.knock();
    }

    leave(): void {
        this.end("Du hast den Klassenraum verlassen.", true);
    }

    endForAll(): void {
        this.room?.endForAll();
    }

    // Back to the door.
    reset(): void {
        this.enter({ name: "prejoin" });
    }

    // How things are, in words; true when all is well.
    status(): [string, boolean] {
        if (!this.online) return ["Verbindung unterbrochen – wird wiederhergestellt …", false];
        if (!this.session)
            return this.room?.participants.size
                ? ["Ton und Bild werden verbunden …", false]
                : ["Noch ist niemand sonst da.", true];
        const state = this.session.peer.connection.connectionState;
        if (state === "connected") return ["Verbunden", true];
        return [
            state === "disconnected" || state === "failed"
                ? "Ton und Bild unterbrochen – wird wiederhergestellt …"
                : "Ton und Bild werden verbunden …",
            false,
        ];
    }

    private enter(phase: Phase): void {
        this.phase = phase;
        this.emit("phase", phase);
    }

    private async connect(): Promise<void> {
        const { hosts } = this.config;
        this.dispose();
        const stream = new Stream(
            this.config.websocket,
            hosts.anonymousdomain ?? hosts.domain,
            this.roomName.name,
            hosts.domain,
        );
        this.stream = stream;
        const current = (): boolean => this.stream === stream;
        stream.on("stanza", (stanza) => current() && this.receive(stanza));
        stream.on("interrupted", () => current() && this.setOnline(false));
        stream.on("resumed", () => current() && this.setOnline(true));
        stream.on("lost", () => current() && this.rejoin());
        try {
            await stream.connect();
            const room = new Room(
                stream,
                this.config,
                this.roomName.local,
                await Capabilities.create(this.rewriting),
                this.name,
            );
            if (!current()) return;
            this.room = room;
            this.observe(room);
            this.setOnline(true);
            void room
                .discover()
                .then(() => this.emit("changed", undefined))
                .catch(() => undefined);
            void this.discoverRelays(stream);
            await this.knock();
        } catch {
            if (current()) this.rejoin();
        }
    }

    private observe(room: Room): void {
        room.on("joined", () => {
            this.failures = 0;
            this.enter({ name: "joined" });
        });
        room.on("refused", (refusal) => this.refused(refusal));
        room.on("occupants", () => this.emit("changed", undefined));
        room.on("left", (id) => this.session?.participantLeft(id));
        room.on("departed", (departure) => this.departed(departure));
        room.on("message", (message) => {
            this.emit("message", message);
            if (!message.from && !message.own) this.emit("notice", message.text);
        });
        room.on("muteRequest", (own) => {
            if (!this.media.tracks.has(own)) return;
            void this.media.set(own, false);
            this.emit(
                "notice",
                own === "microphone"
                    ? "Die Lehrkraft hat dein Mikrofon ausgeschaltet."
                    : "Die Lehrkraft hat deine Kamera ausgeschaltet.",
            );
        });
    }

    // The conference request: polled every five seconds until the teacher has opened the room.
    private async knock(): Promise<void> {
        const { room, stream } = this;
        if (!room || !stream) return;
        try {
            const open = await room.request(machineId());
            if (this.room !== room) return;
            if (open) return room.join(this.password);
            this.waitAndKnock();
        } catch (error) {
            if (this.room !== room || !(error instanceof StanzaError) || error.condition === "remote-server-timeout")
                return;
            this.end(error.text || "Du kannst diesen Klassenraum gerade nicht betreten. Frag deine Lehrkraft.", true);
        }
    }

    private waitAndKnock(): void {
        if (this.phase.name !== "waiting") this.enter({ name: "waiting" });
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.knock(), kPollMs);
    }

    private refused(refusal: Refusal): void {
        if (refusal.kind === "waiting") return this.waitAndKnock();
        if (refusal.kind === "fatal") return this.end(refusal.text, true);
        this.enter({ name: "password", wrong: this.password !== "" });
    }

    private departed(departure: Departure): void {
        if (departure.kind === "kicked") return this.end(kKicked, false);
        if (departure.kind === "closed") return this.end(this.room?.moderator ? kClosedByUs : kClosed, false);
        this.rejoin();
    }

    // The stream is gone for good: the same person comes again, with the password typed before.
    private rejoin(): void {
        this.setOnline(false);
        this.dispose();
        if (this.phase.name !== "joined") this.enter({ name: "connecting", again: true });
        const wait = Math.min(kRejoinMaxMs, kRejoinMs * 2 ** this.failures++) * (0.5 + Math.random());
        this.timer = setTimeout(() => void this.connect(), wait);
    }

    private setOnline(online: boolean): void {
        this.online = online;
        this.emit("changed", undefined);
    }

    private receive(stanza: Element): void {
        if (this.room?.receive(stanza) || stanza.name !== "iq") return;
        const jingle = stanza.child("jingle", NS.jingle);
        const query = stanza.child("query", NS.disco);
        if (jingle) return this.receiveJingle(stanza, jingle);
        if (query) return void this.answerDisco(stanza, query.attr("node"));
        this.stream?.answer(stanza, el("error", { type: "cancel" }, el("service-unavailable", { xmlns: NS.stanzas })));
    }

    private async answerDisco(iq: Element, node: string): Promise<void> {
        const caps = await Capabilities.create(this.rewriting);
        const attributes = { xmlns: NS.client, id: iq.attr("id"), to: iq.attributes.from, type: "result" };
        this.stream?.send(el("iq", attributes, caps.query(node)));
    }

    private receiveJingle(iq: Element, jingle: Element): void {
        const action = jingle.attr("action");
        if (action === "session-initiate") return this.startSession(iq);
        const session = this.session;
        if (!session || session.offer.sid !== jingle.attr("sid") || session.offer.from !== iq.attr("from")) {
            return this.stream?.answer(
                iq,
                el(
                    "error",
                    { type: "cancel" },
                    el("item-not-found", { xmlns: NS.stanzas }),
                    el("unknown-session", { xmlns: NS.jingleErrors }),
                ),
            );
        }
        this.stream?.answer(iq);
        if (action === "source-add" || action === "source-remove") session.change(action, jingle);
        if (action === "session-terminate") this.stopSession();
    }

    private startSession(iq: Element): void {
        const { room, stream } = this;
        const offer = parseOffer(iq);
        if (!room || !stream || !offer || offer.from !== `${room.jid}/focus`) {
            return stream?.answer(iq, el("error", { type: "modify" }, el("bad-request", { xmlns: NS.stanzas })));
        }
        stream.answer(iq);
        this.stopSession();
        const session = new Session(offer, stream, room, this.rewriting, this.iceServers);
        this.session = session;
        session.on("tracks", () => this.emit("changed", undefined));
        session.on("state", (state) => this.mediaState(session, state));
        session.on("dominantSpeaker", (id) => {
            this.dominantSpeaker = id;
            this.emit("changed", undefined);
        });
        session.on("rejected", (own) => this.sourceRejected(own));
        session.accept(new Map(this.media.tracks)).catch(() => this.session === session && this.restartSession());
    }

    private sourceRejected(own: Own): void {
        void this.media.set(own, false);
        this.emit(
            "notice",
            "Das geht gerade nicht: Zu viele sind schon zu hören oder zu sehen, oder deine Lehrkraft hat es gesperrt.",
        );
    }

    private mediaState(session: Session, state: RTCPeerConnectionState): void {
        this.emit("changed", undefined);
        if (state === "failed" && this.session === session) this.restartSession();
    }

    // ICE failed: the server is asked for a new session, not more often than it allows.
    private restartSession(): void {
        const session = this.session;
        const wait = Math.max(0, this.restarted + kRestartAfterMs - Date.now());
        this.timer = setTimeout(() => {
            if (!session || this.session !== session) return;
            this.restarted = Date.now();
            this.stopSession();
            session.restart().catch(() => this.room === undefined || this.rejoin());
        }, wait);
    }

    private stopSession(): void {
        this.session?.close();
        this.session = undefined;
        this.dominantSpeaker = "";
        this.emit("changed", undefined);
    }

    // XEP-0215: a relay over TCP for networks that let nothing else through.
    private async discoverRelays(stream: Stream): Promise<void> {
        const query = el("services", { xmlns: NS.extdisco });
        const answer = await stream.iq("get", this.config.hosts.domain, query).catch(() => undefined);
        const services = answer?.child("services")?.all("service") ?? [];
        this.iceServers = services
            .filter((s) => s.attr("type").startsWith("turn") && s.attr("transport") === "tcp")
            .map((s) => ({
                urls: `${s.attr("type")}:${s.attr("host")}:${s.attr("port")}?transport=tcp`,
                username: s.attr("username"),
                credential: s.attr("password"),
            }));
    }

    private end(text: string, canReturn: boolean): void {
        if (this.room?.joined) this.room.leave();
        this.dispose();
        this.media.stopAll();
        this.enter({ name: "ended", text, canReturn });
    }

    private dispose(): void {
        clearTimeout(this.timer);
        const { stream } = this;
        this.stream = this.room = undefined;
        this.stopSession();
        stream?.close();
    }
}

// Names this browser to the focus, so that a stolen session is of no use elsewhere; says nothing about the person.
function machineId(): string {
    try {
        const known = localStorage.getItem("klassenraum.machine") ?? randomHex(32);
        localStorage.setItem("klassenraum.machine", known);
        return known;
    } catch {
        return (memoryId ||= randomHex(32));
    }
}
let memoryId = "";
