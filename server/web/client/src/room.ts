// The classroom as XMPP shows it: the conference request (focus), the MUC (XEP-0045) with presence, chat and roles.
// Who is in here, what they are called and whether they are muted; media is somebody else's.
import { Capabilities } from "./caps";
import { Json, componentJson } from "./components";
import { Config } from "./config";
import { Emitter } from "./emitter";
import { VideoType } from "./jingle";
import { Medium } from "./moderation";
import { NS } from "./namespaces";
import { Participant, Refusal, participantOf, refusalOf } from "./presence";
import { StanzaError, Stream } from "./stream";
import { t, told } from "./text";
import { Element, el } from "./xml";

export interface ChatMessage {
    id: string;
    from: string; // participant id; empty: the classroom itself
    name: string;
    text: string; // as it is shown
    said: string; // as it was sent
    to: string; // of a private message of ours: whom it went to
    private: boolean;
    own: boolean;
    failed: boolean; // the server did not take it
    time: Date;
}
export type Departure = { kind: "kicked" } | { kind: "closed" } | { kind: "removed" } | { kind: "sent"; jid: string };

export interface RoomEvents {
    joined: void;
    refused: Refusal;
    occupants: void; // somebody came, went or changed
    left: string; // participant id
    departed: Departure; // we are out
    message: ChatMessage;
    muteRequest: Medium;
    component: Json; // moderation, polls, breakouts, metadata
    lobby: string; // address of the lobby when the door is shut and we may answer it; empty: the door is open
    invited: void; // the teacher let us in
}

const kFocus = "focus";
const kMuteNamespaces: Record<Medium, string> = {
    audio: NS.muteAudio,
    video: NS.muteVideo,
    desktop: NS.muteDesktop,
};

export class Room extends Emitter<RoomEvents> {
    readonly participants = new Map<string, Participant>();
    readonly id: string;
    identity = ""; // the teacher's account when the server recognised one
    moderator = false;
    joined = false;
    hand = 0;
    private sources: Record<string, { muted: boolean; videoType?: VideoType }> = {};
    private presencePending = false;

    constructor(
        private readonly stream: Stream,
        private readonly config: Config,
        readonly jid: string,
        private readonly caps: Capabilities,
        private readonly components: Map<string, string>,
        public name: string,
    ) {
        super();
        const prefix = stream.jid.slice(0, 8);
        this.id = /^[0-9a-f]{8}$/.test(prefix) ? prefix : randomHex(8);
    }

    // True: come in. False: the teacher is not there yet. Throws a StanzaError when it will not work at all.
    async request(machine: string): Promise<boolean> {
        const focus = this.config.hosts.focus ?? `focus.${this.config.hosts.domain}`;
        const request = el("conference", { xmlns: NS.focus, room: this.jid, "machine-uid": machine });
        try {
            const conference = (await this.stream.iq("set", focus, request)).child("conference");
            this.identity = conference?.attr("identity") ?? "";
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

    // `moved`: into a group or back, which others need not be told as a goodbye.
    leave(moved = false): void {
        this.joined = false;
        const attributes = { xmlns: NS.client, to: this.occupant(this.id), type: "unavailable" };
        this.stream.send(el("presence", attributes, moved && el("status", {}, "switch_room")));
    }

    occupant(id: string): string {
        return `${this.jid}/${id}`;
    }

    setSource(name: string, state: { muted: boolean; videoType?: VideoType } | undefined): void {
        if (state) this.sources[name] = state;
        else delete this.sources[name];
        this.announce();
    }

    raiseHand(raised: boolean): void {
        this.hand = raised ? Date.now() : 0;
        this.announce();
        this.emit("occupants", undefined);
    }

    rename(name: string): void {
        this.name = name;
        this.announce();
    }

    sendChat(text: string, to = ""): void {
        const id = randomHex(16);
        const target = to ? this.occupant(to) : this.jid;
        this.stream.send(
            el("message", { xmlns: NS.client, to: target, type: to ? "chat" : "groupchat", id }, el("body", {}, text)),
        );
        // What goes to all comes back from the server; a private line does not.
        if (to) this.emit("message", { ...this.message(id, this.id, text), private: true, own: true, to });
    }

    // A command to one of the server's components, which knows by itself in which room we are.
    command(component: string, payload: Element, type?: string): void {
        const to = this.components.get(component);
        if (to) this.stream.send(el("message", { xmlns: NS.client, to, type }, payload));
    }
    has(component: string): boolean {
        return this.components.has(component);
    }

    endForAll(): void {
        this.command("end_conference", el("end_conference"));
    }
    get canEndForAll(): boolean {
        return this.moderator && this.has("end_conference");
    }

    // Moderators only; the server checks it.
    kick(id: string): Promise<Element> {
        return this.stream.iq(
            "set",
            this.jid,
            el("query", { xmlns: NS.mucAdmin }, el("item", { nick: id, role: "none" })),
        );
    }
    mute(id: string, medium: Medium = "audio"): Promise<Element> {
        return this.stream.iq(
            "set",
            this.occupant(kFocus),
            el("mute", { xmlns: kMuteNamespaces[medium], jid: this.occupant(id) }, "true"),
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
            { xmlns: NS.client, to: this.occupant(this.id) },
            x,
            this.caps.presence(),
            el("SourceInfo", {}, JSON.stringify(this.sources)),
            el("jitsi_participant_codecList", {}, codecs()),
            this.hand > 0 && el("jitsi_participant_raisedHand", {}, String(this.hand)),
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
        const medium = (["audio", "video", "desktop"] as const).find((m) => kMuteNamespaces[m] === mute.ns);
        if (mute.text === "true" && medium) this.emit("muteRequest", medium);
        this.stream.answer(stanza);
        return true;
    }

    private receivePresence(presence: Element, nick: string): void {
        const x = presence.child("x", NS.mucUser);
        const own = nick === this.id || x?.all("status").some((s) => s.attr("code") === "110") === true;
        const type = presence.attr("type");
        if (type === "error") return this.joined ? undefined : this.emit("refused", refusalOf(presence.child("error")));
        if (nick === kFocus) return;
        if (type === "unavailable") return own ? this.departed(x) : this.gone(nick);
        if (type) return;
        if (own) this.receiveOwn(presence, x);
        else this.participants.set(nick, participantOf(presence, nick));
        this.emit("occupants", undefined);
    }

    private receiveOwn(presence: Element, x: Element | undefined): void {
        const moderator = x?.child("item")?.attr("role") === "moderator";
        const changed = moderator !== this.moderator;
        this.moderator = moderator;
        // The server has the last word on what we are called.
        this.name = presence.child("nick", NS.nick)?.text || this.name;
        if (!this.joined) {
            this.joined = true;
            this.emit("joined", undefined);
        } else if (!changed) return;
        if (moderator) void this.look();
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
        // A group that closes names the room to go to; a lesson that ends names none.
        const next = destroy?.attr("jid") ?? "";
        if (next && next !== this.jid) return this.emit("departed", { kind: "sent", jid: next });
        if (destroy) return this.emit("departed", { kind: "closed" });
        const kicked = x?.all("status").some((s) => s.attr("code") === "307") === true;
        this.emit("departed", { kind: kicked ? "kicked" : "removed" });
    }

    // The room's configuration as it is now: for a teacher it names the lobby while the door is shut.
    private async look(): Promise<void> {
        const query = el("query", { xmlns: NS.disco });
        const answer = await this.stream.iq("get", this.jid, query).catch(() => undefined);
        const fields = answer?.child("query")?.child("x", NS.dataForms)?.all("field") ?? [];
        const lobby = fields.find((f) => f.attr("var") === "muc#roominfo_lobbyroom")?.child("value")?.text ?? "";
        if (answer && this.joined) this.emit("lobby", lobby);
    }

    private receiveMessage(message: Element, fromRoom: boolean, nick: string): boolean {
        const json = componentJson(message);
        if (json) {
            this.emit("component", json);
            return true;
        }
        const fromServer = split(message.attr("from"))[0] === this.config.hosts.domain;
        if (!fromRoom && !fromServer) return false;
        const x = message.child("x", NS.mucUser);
        if (fromRoom && nick === "" && x?.child("invite")) this.emit("invited", undefined);
        if (fromRoom && nick === "" && x?.all("status").some((s) => s.attr("code") === "104")) {
            if (this.moderator) void this.look();
        }
        this.receiveText(message, nick === kFocus ? "" : nick);
        return true;
    }

    private receiveText(message: Element, from: string): void {
        const type = message.attr("type");
        const failed = type === "error";
        const reason = told(message.child("error")?.child("text")?.text ?? "");
        const said = failed ? "" : (message.child("body")?.text ?? "");
        const text = failed ? t("Nicht zugestellt. {reason}", { reason }).trim() : from ? said : told(said);
        if (!text) return;
        const stamp = message.child("delay", NS.delay)?.attr("stamp");
        this.emit("message", {
            ...this.message(message.attr("id") || randomHex(8), failed ? "" : from, text),
            said,
            failed,
            private: type === "chat" && from !== "",
            own: !failed && from === this.id,
            time: stamp ? new Date(stamp) : new Date(),
        });
    }

    private message(id: string, from: string, text: string): ChatMessage {
        const someone = this.participants.get(from)?.name ?? t("Jemand");
        const name = from === this.id ? this.name : from ? someone : t("Klassenraum");
        return {
            id,
            from,
            name,
            text,
            said: text,
            to: "",
            private: false,
            own: false,
            failed: false,
            time: new Date(),
        };
    }
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
