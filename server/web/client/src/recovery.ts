// When media stop: asks for an ICE restart (jitsi-signalling.md 5.13) as soon as the browser notices and the server
// can be reached again, so that a new address or a long outage needs neither a new session nor the person. One that
// does not help ends in a new session.
import { iceRestart, parseRestart, restarted } from "./jingle";
import { Session } from "./session";
import { StanzaError, Stream } from "./stream";

const kRestartedWithinMs = 10_000;
const kAgainAfterMs = 5_000; // the server grants no restart sooner

export class Recovery {
    private asking = false;
    private closed = false;
    private generation = 0;
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly session: Session,
        private readonly stream: Stream,
        private readonly giveUp: () => void,
    ) {}

    close(): void {
        this.closed = true;
        clearTimeout(this.timer);
    }

    state(state: RTCPeerConnectionState): void {
        if (state === "connected") {
            clearTimeout(this.timer);
            this.asking = false;
        }
        if (state === "failed" && this.session.peer.endsWithFailure) return this.giveUp();
        if (state === "disconnected" || state === "failed") void this.ask();
    }

    private async ask(): Promise<void> {
        if (this.asking || this.closed) return;
        this.asking = true;
        // With the old address the socket has gone too, and nobody tells it.
        this.stream.probe();
        try {
            await this.stream.iq("set", this.session.offer.from, iceRestart(this.session.offer));
            // After an outage the old way may work again before the answer is there.
            if (!this.broken()) this.asking = false;
            else this.wait(kRestartedWithinMs, () => this.giveUp());
        } catch (error) {
            if (this.closed) return;
            const soon = error instanceof StanzaError && error.condition === "resource-constraint";
            if (!soon || this.broken() === "failed") return this.giveUp();
            this.wait(kAgainAfterMs, () => {
                this.asking = false;
                if (this.broken()) void this.ask();
            });
        }
    }

    private wait(milliseconds: number, then: () => void): void {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => !this.closed && then(), milliseconds);
    }

    private broken(): RTCPeerConnectionState | undefined {
        const state = this.session.peer.connection.connectionState;
        return state === "disconnected" || state === "failed" ? state : undefined;
    }

    // transport-info: what the server answers from now on; it needs our new credentials in turn.
    async receive(transport: ReturnType<typeof parseRestart>): Promise<void> {
        if (!transport || transport.generation <= this.generation) return;
        this.generation = transport.generation;
        const { offer, peer } = this.session;
        const own = await peer.restartIce(transport);
        if (this.closed) return;
        await this.stream.iq("set", offer.from, restarted(offer, transport.generation, own)).catch(() => undefined);
    }
}
