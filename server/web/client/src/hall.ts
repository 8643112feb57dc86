// The door (jitsi-signalling.md 4.7): a learner waits in the lobby for the teacher's yes; a teacher sees who waits and
// answers. The lobby is a room of its own in which learners see only themselves.
import { Emitter } from "./emitter";
import { NS } from "./namespaces";
import { Stream } from "./stream";
import { Element, el } from "./xml";

export interface Waiting {
    id: string;
    jid: string; // how the invitation names them
    name: string;
}

export interface HallEvents {
    changed: void;
    knocked: Waiting; // somebody new waits
    denied: void; // we are not let in
    opened: void; // the door is open: go in
    closed: void; // the lesson is over
}

export class Hall extends Emitter<HallEvents> {
    readonly waiting = new Map<string, Waiting>();
    private jid = "";

    constructor(
        private readonly stream: Stream,
        private readonly room: string,
        private readonly id: string,
    ) {
        super();
    }

    get isInside(): boolean {
        return this.jid !== "";
    }

    enter(jid: string, name: string): void {
        if (this.jid === jid) return;
        this.jid = jid;
        this.stream.send(
            el(
                "presence",
                { xmlns: NS.client, to: `${jid}/${this.id}` },
                el("x", { xmlns: NS.muc }),
                el("nick", { xmlns: NS.nick }, name),
            ),
        );
    }

    leave(): void {
        if (!this.jid) return;
        this.stream.send(el("presence", { xmlns: NS.client, to: `${this.jid}/${this.id}`, type: "unavailable" }));
        this.forget();
    }

    admit(people: Waiting[]): void {
        const invitations = people.map((person) => el("invite", { to: person.jid }));
        if (!invitations.length) return;
        this.stream.send(
            el("message", { xmlns: NS.client, to: this.room }, el("x", { xmlns: NS.mucUser }, ...invitations)),
        );
    }

    deny(person: Waiting): void {
        const query = el("query", { xmlns: NS.mucAdmin }, el("item", { nick: person.id, role: "none" }));
        void this.stream.iq("set", this.jid, query).catch(() => undefined);
    }

    // True when the presence was the lobby's.
    receive(presence: Element): boolean {
        const from = presence.attr("from");
        if (!this.jid || !from.startsWith(this.jid + "/")) return false;
        const nick = from.slice(this.jid.length + 1);
        const x = presence.child("x", NS.mucUser);
        const type = presence.attr("type");
        if (nick === this.id) this.own(type, x);
        else if (type === "unavailable") this.waiting.delete(nick);
        else if (!type && x?.child("item")?.attr("affiliation") !== "owner") this.show(nick, presence, x);
        this.emit("changed", undefined);
        return true;
    }

    private show(nick: string, presence: Element, x: Element | undefined): void {
        const name = presence.child("nick", NS.nick)?.text.trim().slice(0, 80) ?? "";
        const person = { id: nick, jid: x?.child("item")?.attr("jid") ?? "", name };
        const isNew = !this.waiting.has(nick);
        this.waiting.set(nick, person);
        if (isNew) this.emit("knocked", person);
    }

    private own(type: string, x: Element | undefined): void {
        if (type !== "unavailable" && type !== "error") return;
        const destroy = x?.child("destroy");
        const kicked = x?.all("status").some((status) => status.attr("code") === "307") === true;
        this.forget();
        if (destroy) this.emit(destroy.attr("jid") ? "opened" : "closed", undefined);
        else if (kicked) this.emit("denied", undefined);
    }

    private forget(): void {
        this.jid = "";
        this.waiting.clear();
    }
}
