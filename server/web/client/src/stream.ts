// One XMPP stream over WebSocket: RFC 7395 framing, SASL ANONYMOUS (RFC 4505), resource binding, XEP-0198 with
// resumption, XEP-0199 pings. Above it stanzas are neither lost nor repeated until it says "lost".
import { Emitter } from "./emitter";
import { NS } from "./namespaces";
import { Outbox } from "./outbox";
import { Element, el, parse } from "./xml";

const kPingAfterMs = 10_000; // of silence
const kPongWithinMs = 8_000;
const kProbeWithinMs = 2_500; // when there is reason to doubt
const kConnectWithinMs = 15_000;
const kResumeForMs = 60_000; // the server keeps a dead session that long
const kRetryMaxMs = 6_000;

export class StanzaError extends Error {
    constructor(
        readonly condition: string,
        readonly error: Element | undefined,
    ) {
        super(condition);
    }
    get text(): string {
        return this.error?.child("text")?.text ?? "";
    }
}

export interface StreamEvents {
    stanza: Element; // presence, message, or an iq get/set that somebody has to answer
    interrupted: void; // the socket is gone, resumption is being tried
    resumed: void;
    lost: void; // the session is gone for good: a new stream is needed
}

export class Stream extends Emitter<StreamEvents> {
    jid = "";
    private socket: WebSocket | undefined;
    private authenticated = false;
    private online = false;
    private closed = false;
    private resumeId = "";
    private interruptedAt = 0;
    private attempt = 0;
    private lastHeard = 0;
    private pingSent = 0;
    private lastId = 0;
    private readonly outbox = new Outbox();
    private readonly answers = new Map<string, { done: (iq: Element) => void; fail: (error: StanzaError) => void }>();
    private readonly timer = setInterval(() => this.watch(), 2_000);
    private ready: { done: () => void; fail: (error: Error) => void } | undefined;

    constructor(
        private readonly url: string,
        private readonly domain: string,
        private readonly room: string,
        private readonly pingTarget: string,
    ) {
        super();
        addEventListener("online", this.retryNow);
    }

    connect(): Promise<void> {
        return new Promise((done, fail) => {
            this.ready = { done, fail };
            this.open();
        });
    }

    // Something else has stopped: is this connection alive? One that does not answer at once is made anew.
    probe(): void {
        if (!this.online) return this.retryNow();
        const socket = this.socket;
        const asked = Date.now();
        this.iq("get", this.pingTarget, el("ping", { xmlns: NS.ping })).catch(() => undefined);
        setTimeout(() => {
            if (this.online && this.socket === socket && this.lastHeard < asked) this.dropSocket();
        }, kProbeWithinMs);
    }

    send(stanza: Element): void {
        const text = stanza.toString();
        this.outbox.push(text);
        if (!this.online) return;
        this.write(text);
        if (this.outbox.wantsAck()) this.write(`<r xmlns="${NS.sm}"/>`);
    }

    // Sends a get or set and waits for its result; an error answer rejects. Survives a resumption.
    iq(type: "get" | "set", to: string, payload: Element): Promise<Element> {
        const id = `k${++this.lastId}:sendIQ`;
        return new Promise((done, fail) => {
            this.answers.set(id, { done, fail });
            this.send(el("iq", { xmlns: NS.client, type, to, id }, payload));
        });
    }

    answer(iq: Element, error?: Element): void {
        const attributes = {
            xmlns: NS.client,
            id: iq.attr("id"),
            to: iq.attributes.from,
            type: error ? "error" : "result",
        };
        this.send(el("iq", attributes, error));
    }

    close(): void {
        if (this.closed) return;
        this.finish();
        try {
            this.write(`<close xmlns="${NS.framing}" />`);
            this.socket?.close();
        } catch {
            // It was not open yet; nobody waits for it any more.
        }
    }

    private finish(): void {
        this.closed = true;
        this.online = false;
        clearInterval(this.timer);
        removeEventListener("online", this.retryNow);
        for (const { fail } of this.answers.values()) fail(new StanzaError("remote-server-timeout", undefined));
        this.answers.clear();
    }

    private readonly retryNow = (): void => {
        if (this.interruptedAt && !this.closed && !this.socket) this.open();
    };

    private open(): void {
        const url = new URL(this.url, location.href);
        url.searchParams.set("room", this.room);
        if (this.resumeId) url.searchParams.set("previd", this.resumeId);
        this.authenticated = false;
        this.lastHeard = Date.now();
        this.pingSent = 0;
        const socket = new WebSocket(url, "xmpp");
        this.socket = socket;
        socket.onopen = () => this.writeOpen();
        socket.onmessage = (event) => this.socket === socket && this.receive(String(event.data));
        socket.onclose = () => this.socket === socket && this.disconnected();
    }

    private write(text: string): void {
        if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    }
    private writeOpen(): void {
        this.write(el("open", { xmlns: NS.framing, to: this.domain, version: "1.0" }).toString());
    }

    private receive(text: string): void {
        this.lastHeard = Date.now();
        this.pingSent = 0;
        const element = parse(text);
        if (!element) return;
        switch (element.name) {
            case "features":
                return this.negotiate(element);
            case "success":
                this.authenticated = true;
                return this.writeOpen();
            case "failure":
                return this.lose("Anmeldung abgelehnt");
            case "enabled":
                this.resumeId = element.attr("resume") === "true" ? element.attr("id") : "";
                return this.cameOnline();
            case "resumed":
                return this.resumed(Number(element.attr("h")));
            case "failed":
                return this.resumeId && !this.online ? this.lose("Sitzung abgelaufen") : this.cameOnline();
            case "r":
                return this.write(el("a", { xmlns: NS.sm, h: this.outbox.received }).toString());
            case "a":
                return this.outbox.acknowledge(Number(element.attr("h")));
            case "error":
                return this.lose("Verbindung vom Server beendet");
            case "close":
                return this.socket?.close();
            case "iq":
            case "message":
            case "presence":
                return this.stanza(element);
        }
    }

    private negotiate(features: Element): void {
        if (!this.authenticated) return this.write(el("auth", { xmlns: NS.sasl, mechanism: "ANONYMOUS" }).toString());
        if (this.resumeId) {
            return this.write(
                el("resume", { xmlns: NS.sm, h: this.outbox.received, previd: this.resumeId }).toString(),
            );
        }
        const managed = features.child("sm", NS.sm) !== undefined;
        const id = "bind";
        this.answers.set(id, {
            done: (iq) => {
                this.jid = iq.child("bind")?.child("jid")?.text ?? "";
                this.outbox.reset();
                if (managed) this.write(el("enable", { xmlns: NS.sm, resume: "true" }).toString());
                else this.cameOnline();
            },
            fail: () => this.lose("Anmeldung abgelehnt"),
        });
        this.write(el("iq", { xmlns: NS.client, type: "set", id }, el("bind", { xmlns: NS.bind })).toString());
    }

    private cameOnline(): void {
        this.online = true;
        this.interruptedAt = this.attempt = 0;
        this.ready?.done();
        this.ready = undefined;
        for (const text of this.outbox.unacknowledged) this.write(text);
    }

    private resumed(h: number): void {
        this.outbox.acknowledge(h);
        this.cameOnline();
        this.emit("resumed", undefined);
    }

    private stanza(element: Element): void {
        this.outbox.received += 1;
        const type = element.attr("type");
        if (element.name !== "iq" || type === "get" || type === "set") return this.emit("stanza", element);
        const waiting = this.answers.get(element.attr("id"));
        this.answers.delete(element.attr("id"));
        if (type === "result") return waiting?.done(element);
        const error = element.child("error");
        waiting?.fail(new StanzaError(error?.children[0]?.name ?? "undefined-condition", error));
    }

    // Background tabs run timers once a minute: a socket is only dropped for a ping that stayed unanswered, never for
    // silence.
    private watch(): void {
        const now = Date.now();
        if (!this.socket) return;
        if (!this.online) {
            if (now - this.lastHeard > kConnectWithinMs) this.dropSocket();
        } else if (this.pingSent) {
            if (now - this.pingSent > kPongWithinMs) this.dropSocket();
        } else if (now - this.lastHeard > kPingAfterMs) {
            this.pingSent = now;
            this.iq("get", this.pingTarget, el("ping", { xmlns: NS.ping })).catch(() => undefined);
        }
    }

    private dropSocket(): void {
        const socket = this.socket;
        this.disconnected();
        socket?.close();
    }

    private disconnected(): void {
        this.socket = undefined;
        if (this.closed) return;
        const wasOnline = this.online;
        this.online = false;
        if (!this.resumeId) return this.lose("Keine Verbindung zum Server");
        if (wasOnline) {
            this.interruptedAt = Date.now();
            this.emit("interrupted", undefined);
        }
        if (Date.now() - this.interruptedAt > kResumeForMs) return this.lose("Verbindung verloren");
        // Spread over time: thirty learners lose the same Wi-Fi at the same moment.
        const wait = Math.min(kRetryMaxMs, 500 * 2 ** this.attempt++) * (0.5 + Math.random());
        setTimeout(() => {
            if (!this.closed && !this.socket) this.open();
        }, wait);
    }

    private lose(reason: string): void {
        if (this.closed) return;
        this.finish();
        this.socket?.close();
        if (this.ready) this.ready.fail(new Error(reason));
        else this.emit("lost", undefined);
    }
}
