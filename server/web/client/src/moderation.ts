// Who may speak, show a camera or a screen (AV moderation, jitsi-signalling.md 6.2). The server and the bridge enforce it;
// here it is known, so that buttons say what will happen: a learner who may not speak raises a hand instead.
import { Json, isObject, listOf, nickOf, textOf } from "./components";
import { Emitter } from "./emitter";
import { Own } from "./peer";
import { Element, el } from "./xml";

export type Medium = "audio" | "video" | "desktop";
export const kMedia: Medium[] = ["audio", "video", "desktop"];
export const kMediumOf: Record<Own, Medium> = { microphone: "audio", camera: "video", screen: "desktop" };
export const kOwnOf: Record<Medium, Own> = { audio: "microphone", video: "camera", desktop: "screen" };

export interface ModerationEvents {
    switched: { medium: Medium; on: boolean };
    approved: Medium; // we may now
    withdrawn: Medium; // we may no longer
    changed: void;
}

export class Moderation extends Emitter<ModerationEvents> {
    private readonly moderated = new Set<Medium>();
    private readonly own = new Set<Medium>();
    private readonly approvals = new Map<Medium, Set<string>>(); // told to moderators only

    constructor(private readonly send: (command: Element) => void) {
        super();
    }

    isOn(medium: Medium): boolean {
        return this.moderated.has(medium);
    }

    // Whether a learner needs a permission that we do not have.
    blocks(medium: Medium): boolean {
        return this.moderated.has(medium) && !this.own.has(medium);
    }

    mayUse(id: string, medium: Medium): boolean {
        return !this.moderated.has(medium) || this.approvals.get(medium)?.has(id) === true;
    }

    enable(medium: Medium, on: boolean): void {
        this.send(el("av_moderation", { enable: String(on), mediaType: medium }));
    }

    approve(medium: Medium, occupant: string): void {
        this.send(el("av_moderation", { jidToWhitelist: occupant, mediaType: medium }));
    }

    withdraw(medium: Medium, occupant: string): void {
        this.send(el("av_moderation", { jidToBlacklist: occupant, mediaType: medium }));
    }

    receive(event: Json): void {
        const medium = kMedia.find((m) => m === event.mediaType);
        if (!medium) return;
        if (typeof event.enabled === "boolean") this.switchTo(medium, event.enabled);
        else if (isObject(event.whitelists)) {
            const ids = listOf(event.whitelists[medium]).map((jid) => nickOf(textOf(jid)));
            this.approvals.set(medium, new Set(ids));
        } else if (event.approved === true) {
            this.own.add(medium);
            this.emit("approved", medium);
        } else if (event.removed === true) {
            this.own.delete(medium);
            this.emit("withdrawn", medium);
        }
        this.emit("changed", undefined);
    }

    // Each switch starts without permissions; the same word twice changes nothing.
    private switchTo(medium: Medium, on: boolean): void {
        if (this.moderated.has(medium) === on) return;
        this.own.delete(medium);
        this.approvals.delete(medium);
        if (on) this.moderated.add(medium);
        else this.moderated.delete(medium);
        this.emit("switched", { medium, on });
    }
}
