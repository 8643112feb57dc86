// From the click on "Beitreten" to the goodbye: opens the stream, asks the focus, joins, answers Jingle, and starts
// over when the connection is gone for good. The user interface shows `phase` and calls the verbs below.
import { Capabilities } from "./caps";
import { Config } from "./config";
import { listOf, textOf } from "./components";
import { Emitter } from "./emitter";
import { parseOffer, parseRestart } from "./jingle";
import { Lesson, Notice } from "./lesson";
import { Media } from "./media";
import { kOwnOf } from "./moderation";
import { NS } from "./namespaces";
import { Own } from "./peer";
import { Refusal } from "./presence";
import { Sample, judge, sample } from "./quality";
import { ChatMessage, Departure, Room, randomHex } from "./room";
import { Recovery } from "./recovery";
import { Session } from "./session";
import { StanzaError, Stream } from "./stream";
import { t, told } from "./text";
import { Element, el } from "./xml";

export type Phase =
    | { name: "prejoin" }
    | { name: "connecting"; again: boolean }
    | { name: "waiting" }
    | { name: "lobby" } // the door is shut: the teacher answers
    | { name: "password"; wrong: boolean; text: string }
    | { name: "joined" }
    | { name: "ended"; text: string; canReturn: boolean; teacher: boolean };

export interface ConferenceEvents {
    phase: Phase;
    changed: void; // occupants, tracks, states: draw again
    message: ChatMessage;
    notice: Notice; // a sentence for the person in front of the screen
    reaction: { from: string; reactions: string[] };
}

const kPollMs = 5_000;
const kMeasureMs = 5_000;
const kRejoinMs = 250;
const kRejoinMaxMs = 15_000;
const kRestartAfterMs = 5_000; // the server takes no restart sooner
const kReaction = "endpoint-reaction"; // as Jitsi's clients name it

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
    private recovery: Recovery | undefined;
    private iceServers: RTCIceServer[] = [];
    private restarted = 0;
    private failures = 0;
    private components = new Map<string, string>();
    private capabilities: Capabilities | undefined;
    private lastSample: Sample | undefined;
    private weak = false;
    readonly lesson: Lesson;

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
        media.on("failed", ({ text }) => this.say(text));
        setInterval(() => void this.measure(), kMeasureMs);
        this.lesson = new Lesson(media);
        this.lesson.on("changed", () => this.emit("changed", undefined));
        this.lesson.on("notice", (notice) => this.emit("notice", notice));
        this.lesson.on("move", (jid) => void this.moveTo(jid));
        this.lesson.on("opened", () => this.room?.join(this.password));
        this.lesson.on("denied", () => this.end(t("Deine Lehrkraft hat dich nicht eingelassen."), true));
        this.lesson.on("closed", () => this.room?.joined || this.end(closedText(), false));
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
        this.end(t("Du hast den Klassenraum verlassen."), true);
    }

    react(reaction: string): void {
        this.session?.tell({ name: kReaction, reactions: [reaction], timestamp: Date.now() });
        if (this.room) this.emit("reaction", { from: this.room.id, reactions: [reaction] });
    }

    rename(name: string): void {
        this.name = name.trim().slice(0, 60) || this.name;
        this.room?.rename(this.name);
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
        if (!this.online) return [t("Verbindung unterbrochen – wird wiederhergestellt …"), false];
        if (!this.session)
            return this.room?.participants.size
                ? [t("Ton und Bild werden verbunden …"), false]
                : [t("Noch ist niemand sonst da."), true];
        const state = this.session.peer.connection.connectionState;
        if (state === "connected") return this.connected();
        return [
            state === "disconnected" || state === "failed"
                ? t("Ton und Bild unterbrochen – wird wiederhergestellt …")
                : t("Ton und Bild werden verbunden …"),
            false,
        ];
    }

    private connected(): [string, boolean] {
        if (this.weak) return [t("Verbindung schwach"), false];
        if (this.lastSample?.tcp) return [t("Verbunden über TCP – Video kann langsamer sein"), true];
        return [t("Verbunden"), true];
    }

    // Now and then, and only while there is a connection: how good it is.
    private async measure(): Promise<void> {
        const connection = this.session?.peer.connection;
        if (connection?.connectionState !== "connected") {
            this.lastSample = undefined;
            this.weak = false;
            return;
        }
        const now = await sample(connection).catch(() => undefined);
        if (!now || this.session?.peer.connection !== connection) return;
        const weak = judge(this.lastSample, now) === "weak";
        const changed = weak !== this.weak || now.tcp !== this.lastSample?.tcp;
        if (now.tcp && this.lastSample?.tcp !== true) {
            this.say(t("Ihr Netz lässt nur TCP 443 durch. Ton funktioniert, Video kann langsamer sein."));
        }
        this.weak = weak;
        this.lastSample = now;
        if (changed) this.emit("changed", undefined);
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
            this.capabilities = await Capabilities.create(this.rewriting);
            if (!current()) return;
            this.take(`${this.roomName.local}@${hosts.muc.toLowerCase()}`, stream, this.capabilities);
            this.setOnline(true);
            void this.discoverComponents(stream);
            void this.discoverRelays(stream);
            await this.knock();
        } catch {
            if (current()) this.rejoin();
        }
    }

    private take(jid: string, stream: Stream, capabilities: Capabilities): void {
        this.room = new Room(stream, this.config, jid, capabilities, this.components, this.name);
        this.lesson.attach(this.room, stream);
        this.observe(this.room);
    }

    // Into a group, or back: another room on the same stream (jitsi-signalling.md 6.5).
    private async moveTo(jid: string): Promise<void> {
        const { stream, room, capabilities } = this;
        if (!stream || !room || !capabilities || room.jid === jid) return;
        if (room.joined) room.leave(true);
        this.stopSession();
        this.take(jid, stream, capabilities);
        await this.knock();
    }

    private async discoverComponents(stream: Stream): Promise<void> {
        const { domain } = this.config.hosts;
        const answer = await stream.iq("get", domain, el("query", { xmlns: NS.disco })).catch(() => undefined);
        for (const identity of answer?.child("query")?.all("identity") ?? []) {
            this.components.set(identity.attr("type"), identity.attr("name"));
        }
        this.emit("changed", undefined);
    }

    private observe(room: Room): void {
        const current = (): boolean => this.room === room;
        room.on("joined", () => {
            this.failures = 0;
            if (!room.moderator) this.lesson.hall?.leave();
            this.enter({ name: "joined" });
        });
        room.on("refused", (refusal) => current() && this.refused(refusal));
        room.on("invited", () => current() && !room.joined && room.join(this.password));
        room.on("occupants", () => this.emit("changed", undefined));
        room.on("left", (id) => this.session?.participantLeft(id));
        room.on("departed", (departure) => current() && this.departed(departure));
        room.on("message", (message) => current() && this.emit("message", message));
        room.on("muteRequest", (medium) => {
            const own = kOwnOf[medium];
            if (!this.media.tracks.has(own)) return;
            void this.media.set(own, false);
            this.say(mutedBy(own));
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
            const text =
                told(error.text) || t("Du kannst diesen Klassenraum gerade nicht betreten. Frag deine Lehrkraft.");
            this.end(text, true);
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
        if (refusal.kind === "lobby") {
            this.lesson.hall?.enter(refusal.jid, this.name);
            return this.enter({ name: "lobby" });
        }
        this.enter({ name: "password", wrong: this.password !== "", text: refusal.text });
    }

    private departed(departure: Departure): void {
        if (departure.kind === "sent") return void this.moveTo(departure.jid);
        if (departure.kind === "kicked") {
            return this.end(t("Die Lehrkraft hat dich aus dem Klassenraum entfernt."), false);
        }
        if (departure.kind === "closed") {
            const byUs = t("Der Klassenraum ist geschlossen. Das bisherige Passwort ist ungültig.");
            return this.end(this.room?.moderator ? byUs : closedText(), false);
        }
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

    private say(text: string): void {
        this.emit("notice", { text });
    }

    private setOnline(online: boolean): void {
        this.online = online;
        this.emit("changed", undefined);
    }

    private receive(stanza: Element): void {
        if (stanza.name === "presence" && this.lesson.hall?.receive(stanza)) return;
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
        if (action === "transport-info") void this.recovery?.receive(parseRestart(jingle));
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
        this.recovery = new Recovery(session, stream, () => this.session === session && this.restartSession());
        session.on("tracks", () => this.emit("changed", undefined));
        session.on("state", (state) => this.mediaState(session, state));
        session.on("dominantSpeaker", (id) => {
            this.dominantSpeaker = id;
            this.emit("changed", undefined);
        });
        session.on("rejected", (own) => this.sourceRejected(own));
        session.on("message", ({ from, payload }) => {
            if (payload.name !== kReaction || !room.participants.has(from)) return;
            const reactions = listOf(payload.reactions).map((reaction) => textOf(reaction, 20));
            this.emit("reaction", { from, reactions });
        });
        session.accept(new Map(this.media.tracks)).catch(() => this.session === session && this.restartSession());
    }

    private sourceRejected(own: Own): void {
        void this.media.set(own, false);
        this.say(
            t(
                "Das geht gerade nicht: Zu viele sind schon zu hören oder zu sehen, oder deine Lehrkraft hat es gesperrt.",
            ),
        );
    }

    private mediaState(session: Session, state: RTCPeerConnectionState): void {
        this.emit("changed", undefined);
        if (this.session === session) this.recovery?.state(state);
    }

    // Nothing else helped: the server is asked for a new session, not more often than it allows.
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
        this.recovery?.close();
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
        const teacher = this.room?.moderator === true;
        if (this.room?.joined) this.room.leave();
        else this.lesson.hall?.leave();
        this.dispose();
        this.media.stopAll();
        this.enter({ name: "ended", text, canReturn, teacher });
    }

    private dispose(): void {
        clearTimeout(this.timer);
        const { stream } = this;
        this.stream = this.room = undefined;
        this.stopSession();
        stream?.close();
    }
}

function closedText(): string {
    return t(
        "Der Klassenraum ist geschlossen. Wenn der Unterricht weitergeht, bekommst du ein neues Passwort von deiner Lehrkraft.",
    );
}

function mutedBy(own: Own): string {
    if (own === "microphone") return t("Die Lehrkraft hat dein Mikrofon ausgeschaltet.");
    if (own === "camera") return t("Die Lehrkraft hat deine Kamera ausgeschaltet.");
    return t("Die Lehrkraft hat dein Teilen beendet.");
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
