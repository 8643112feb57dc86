// Which source arrives in which section of the connection. Both dialects end here: without SSRC rewriting sources come
// and go by Jingle; with it the server announces SSRCs over the bridge channel and gives them new owners without any
// renegotiation.
import { Kind, Source } from "./jingle";

export interface Slot {
    kind: Kind;
    mid: number;
    rejected: boolean; // the browser has seen it end: the section may begin again under another mid (RFC 8829 §5.2.2)
    source: Source | undefined; // in SDP as long as it is set; an owner of "" is an SSRC that nobody uses at the moment
}

export class ReceiveTable {
    readonly slots: Slot[] = [];

    constructor(private nextMid: number) {}

    // True when the SDP changes. A section that fell free is used again, so that a class that comes and goes does not
    // grow it.
    add(sources: Source[]): boolean {
        let changed = false;
        for (const source of sources) {
            const known = this.slots.find((slot) => slot.source?.ssrc === source.ssrc);
            if (known) {
                known.source = source;
                continue;
            }
            const slot = { kind: source.kind, mid: this.nextMid++, rejected: false, source };
            const free = this.slots.findIndex((s) => s.kind === source.kind && s.rejected);
            if (free < 0) this.slots.push(slot);
            else this.slots[free] = slot;
            changed = true;
        }
        return changed;
    }

    remove(sources: Source[]): boolean {
        return this.clear((source) => sources.some((s) => s.ssrc === source.ssrc));
    }

    removeOwner(owner: string): boolean {
        return this.clear((source) => source.owner === owner);
    }

    private clear(gone: (source: Source) => boolean): boolean {
        let changed = false;
        for (const slot of this.slots) {
            if (!slot.source || !gone(slot.source)) continue;
            slot.source = undefined;
            changed = true;
        }
        return changed;
    }

    // Audio- and VideoSourcesMap: an SSRC, once announced, stays; a source that moved to another SSRC leaves its old
    // one.
    map(sources: Source[]): boolean {
        for (const slot of this.slots) {
            const source = slot.source;
            const moved = source && sources.some((s) => s.name === source.name && s.ssrc !== source.ssrc);
            if (source && moved) slot.source = { ...source, owner: "", name: "" };
        }
        return this.add(sources);
    }

    // With rewriting the SSRCs of somebody who left stay announced and wait for the next owner.
    disown(owner: string): void {
        for (const slot of this.slots) {
            if (slot.source?.owner === owner) slot.source = { ...slot.source, owner: "", name: "" };
        }
    }

    find(name: string): number {
        return this.slots.findIndex((slot) => slot.source?.name === name);
    }
}
