// The counters and the queue of XEP-0198 §4: what was sent and not acknowledged, how many stanzas came in.
const kAskEvery = 5;

export class Outbox {
    received = 0;
    unacknowledged: string[] = [];
    private acknowledged = 0;
    private sinceAsked = 0;

    push(text: string): void {
        this.unacknowledged.push(text);
        this.sinceAsked += 1;
    }
    wantsAck(): boolean {
        if (this.sinceAsked < kAskEvery) return false;
        this.sinceAsked = 0;
        return true;
    }
    // XEP-0198 §4: h counts modulo 2^32. One that makes no sense is ignored rather than trusted.
    acknowledge(h: number): void {
        const count = (h - this.acknowledged) >>> 0;
        if (!Number.isInteger(h) || count > this.unacknowledged.length) return;
        this.unacknowledged.splice(0, count);
        this.acknowledged = h;
    }
    // <enable/> starts both counters at nought; what was queued before it is sent after it.
    reset(): void {
        this.received = this.acknowledged = this.sinceAsked = 0;
    }
}
