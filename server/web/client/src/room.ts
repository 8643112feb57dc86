// The classroom as XMPP shows it: the conference request (focus), the MUC (XEP-0045) with presence, chat and roles.
// Who is in here, what they are called and whether they are muted; media is somebody else's.
import { Capabilities } from "./caps";
import { Config } from "./config";
import { Emitter } from "./emitter";
import { VideoType } from "./jingle";
import { NS } from "./namespaces";
import { StanzaError, Stream } from "./stream";
import { Element, el } from "./xml";

export interface SourceState {
    muted: boolean;
    videoType: VideoType;
}
export interface Participant {
    id: string;
    name: string;
    moderator: boolean;
    handRaised: boolean;
    sources: Map<string, SourceState>;
}
export interface ChatMessage {
    id: string;
    from: string; // participant id; empty: the classroom itself
    name: string;
    text: string;
    private: boolean;
    own: boolean;
    time: Date;
}
export type Refusal = { kind: "password" } | { kind: "waiting" } | { kind: "fatal"; text: string };
export type Departure = { kind: "kicked" } | { kind: "closed"; text: string } | { kind: "removed" };

export interface RoomEvents {
    joined: void;
    refused: Refusal;
    occupants: void; // somebody came, went or changed
    left: string; // participant id
    departed: Departure; // we are out
    message: ChatMessage;
    muteRequest: "microphone" | "camera";
}

const kFocus = "focus";

export class Room extends Emitter<RoomEvents> {
    readonly participants = new Map<string, Participant>();
    readonly jid: string;
    readonly id: string;
    identity = ""; // the teacher's account when the server recognised one
    moderator = false;
    joined = false;
    focusJid = "";
    private components = new Map<string, string>();
    private sources: Record<string, { muted: boolean; videoType?: VideoType }> = {};
    private presencePending = false;

    constructor(
        private readonly stream: Stream,
        private readonly config: Config,
        local: string,
        private readonly caps: Capabilities,
        readonly name: string,
    ) {
        super();
        this.jid = `${local}@${config.hosts.muc.toLowerCase()}`;
        const prefix = stream.jid.slice(0, 8);
        this.id = /^[0-9a-f]{8}$/.test(prefix) ? prefix : randomHex(8);
    }

    async discover(): Promise<void> {
        const answer = await this.stream.iq("get", this.config.hosts.domain, el("query", { xmlns: NS.disco }));
        for (const identity of answer.child("query")?.all("identity") ?? []) {
            this.components.set(identity.attr("type"), identity.attr("name"));
        }
    }

    // True: come in. False: the teacher is not there yet. Throws a StanzaError when it will not work at all.
    async request(machine: string): Promise<boolean> {
        const focus = this.config.hosts.focus ?? `focus.${this.config.hosts.domain}`;
        const request = el("conference", { xmlns: NS.focus, room: this.jid, "machine-uid": machine });
        try {
            const conference = (await this.stream.iq("set", focus, request)).child("conference");
            this.identity = conference?.attr("identity") ?? "";
            this.focusJid = conference?.attr("focusjid") ?? "";
            return conference?.attr("ready") === "true";
        } catch (error) {
            if (error instanceof StanzaError && error.condition === "not-authorized") return false;
            throw error;
        }
    }

    join(password: string): void {
        const x = el("x", { xmlns: NS.muc }, password ? el("password", {}, password) : undefined);
        this.stream.send(this.presence(x));
    }

    leave(): void {
        this.joined = false;
        this.stream.send(el("presence", { xmlns: NS.client, to: `${this.jid}/${this.id}`, type: "unavailable" }));
    }

    setSource(name: string, state: { muted: boolean; videoType?: VideoType } | undefined): void {
        if (state) this.sources[name] = state;
        else delete this.sources[name];
        this.announce();
    }

    sendChat(text: string, to = ""): void {
        const id = randomHex(16);
        const target = to ? `${this.jid}/${to}` : this.jid;
        this.stream.send(
            el("message", { xmlns: NS.client, to: target, type: to ? "chat" : "groupchat", id }, el("body", {}, text)),
        );
        if (to)
            this.emit("message", {
                id,
                from: this.id,
                name: this.name,
                text,
                private: true,
                own: true,
                time: new Date(),
            });
    }

    endForAll(): void {
        const to = this.components.get("end_conference");
        if (to) this.stream.send(el("message", { xmlns: NS.client, to }, el("end_conference")));
    }
    get canEndForAll(): boolean {
        return this.moderator && this.components.has("end_conference");
    }

    // Moderators only; the server checks it.
    kick(id: string): Promise<Element> {
        return this.stream.iq(
            "set",
            this.jid,
            el("query", { xmlns: NS.mucAdmin }, el("item", { nick: id, role: "none" })),
        );
    }
    mute(id: string): Promise<Element> {
        return this.stream.iq(
            "set",
            `${this.jid}/${kFocus}`,
            el("mute", { xmlns: NS.muteAudio, jid: `${this.jid}/${id}` }, "true"),
        );
    }

    // Presences are rate-limited by the server and each one replaces the last: several changes of a moment travel
    // together.
    private announce(): void {
        if (!this.joined || this.presencePending) return;
        this.presencePending = true;
        setTimeout(() => {
            this.presencePending = false;
            if (this.joined) this.stream.send(this.presence());
        }, 50);
    }

    private presence(x?: Element): Element {
        return el(
            "presence",
            { xmlns: NS.client, to: `${this.jid}/${this.id}` },
            x,
            this.caps.presence(),
            el("SourceInfo", {}, JSON.stringify(this.sources)),
            el("jitsi_participant_codecList", {}, codecs()),
            el("nick", { xmlns: NS.nick }, this.name),
        );
    }

    // True when the stanza was this room's.
    receive(stanza: Element): boolean {
        const [bare, nick = ""] = split(stanza.attr("from"));
        if (stanza.name === "message") return this.receiveMessage(stanza, bare === this.jid, nick);
        if (bare !== this.jid) return false;
        if (stanza.name === "presence") {
            this.receivePresence(stanza, nick);
            return true;
        }
        const mute = stanza.child("mute");
        if (!mute || nick !== kFocus) return false;
        if (mute.text === "true") this.emit("muteRequest", mute.ns === NS.muteVideo ? "camera" : "microphone");
        this.stream.answer(stanza);
        return true;
    }

    private receivePresence(presence: Element, nick: string): void {
        const x = presence.child("x", NS.mucUser);
        const own = nick === this.id || x?.all("status").some((s) => s.attr("code") === "110") === true;
        const type = presence.attr("type");
        if (type === "error") return this.joined ? undefined : this.emit("refused", refusal(presence.child("error")));
        if (nick === kFocus) return;
        if (type === "unavailable") return own ? this.departed(x) : this.gone(nick);
        if (type) return;
        if (own) {
            this.moderator = x?.child("item")?.attr("role") === "moderator";
            if (!this.joined) {
                this.joined = true;
                this.emit("joined", undefined);
            }
        } else {
            this.participants.set(nick, participant(presence, nick));
        }
        this.emit("occupants", undefined);
    }

    private gone(nick: string): void {
        if (!this.participants.delete(nick)) return;
        this.emit("left", nick);
        this.emit("occupants", undefined);
    }

    private departed(x: Element | undefined): void {
        if (!this.joined) return;
        this.joined = false;
        const destroy = x?.child("destroy");
        if (destroy) return this.emit("departed", { kind: "closed", text: destroy.child("reason")?.text ?? "" });
        const kicked = x?.all("status").some((s) => s.attr("code") === "307") === true;
        this.emit("departed", { kind: kicked ? "kicked" : "removed" });
    }

    private receiveMessage(message: Element, fromRoom: boolean, nick: string): boolean {
        const text = message.child("body")?.text ?? "";
        const type = message.attr("type");
        const fromServer = split(message.attr("from"))[0] === this.config.hosts.domain;
        if (!fromRoom && !fromServer) return false;
        const shown =
            type === "error" ? `Nicht zugestellt. ${message.child("error")?.child("text")?.text ?? ""}`.trim() : text;
        if (!shown) return true;
        const stamp = message.child("delay", NS.delay)?.attr("stamp");
        const from = type === "error" || nick === kFocus ? "" : nick;
        this.emit("message", {
            id: message.attr("id") || randomHex(8),
            from,
            name: from === this.id ? this.name : from ? (this.participants.get(from)?.name ?? "Jemand") : "Klassenraum",
            text: shown,
            private: type === "chat" && from !== "",
            own: from === this.id,
            time: stamp ? new Date(stamp) : new Date(),
        });
        return true;
    }
}

function participant(presence: Element, id: string): Participant {
    const item = presence.child("x", NS.mucUser)?.child("item");
    return {
        id,
        name: presence.child("nick", NS.nick)?.text.trim().slice(0, 80) || "Ohne Namen",
        moderator: item?.attr("role") === "moderator",
        handRaised: Boolean(presence.child("jitsi_participant_raisedHand")?.text),
        sources: sourceStates(presence.child("SourceInfo")?.text ?? "", id),
    };
}

// Only sources that carry their owner's id in their name count: nobody speaks for others.
export function sourceStates(json: string, owner: string): Map<string, SourceState> {
    const states = new Map<string, SourceState>();
    try {
        for (const [name, info] of Object.entries(JSON.parse(json) as Record<string, Partial<SourceState>>)) {
            if (!name.startsWith(owner + "-")) continue;
            states.set(name, {
                muted: info.muted === true,
                videoType: info.videoType === "desktop" ? "desktop" : "camera",
            });
        }
    } catch {
        // A presence without or with broken SourceInfo has no unmuted sources.
    }
    return states;
}

function refusal(error: Element | undefined): Refusal {
    const condition = error?.children[0]?.name ?? "";
    const text = error?.child("text")?.text ?? "";
    if (condition === "not-authorized") return { kind: "password" };
    if (condition === "registration-required") return { kind: "waiting" };
    if (condition === "service-unavailable") return { kind: "fatal", text: text || "Der Klassenraum ist voll." };
    return { kind: "fatal", text: text || "Du kannst diesen Klassenraum gerade nicht betreten. Frag deine Lehrkraft." };
}

function codecs(): string {
    const types = RTCRtpReceiver.getCapabilities("video")?.codecs.map((c) => c.mimeType.toLowerCase()) ?? [];
    return ["vp8", "vp9", "h264", "av1"].filter((codec) => types.includes("video/" + codec)).join(",");
}

function split(jid: string): [string, string] {
    const at = jid.indexOf("/");
    return at < 0 ? [jid, ""] : [jid.slice(0, at), jid.slice(at + 1)];
}

export function randomHex(digits: number): string {
    const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
    return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}
