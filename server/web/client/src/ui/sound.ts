// The voices of the others: one audio element for each received one, on the speaker that was chosen.
import { Conference } from "../conference";
import { h } from "./dom";

export class Sound {
    readonly element = h("div.hidden");
    private readonly audio = new Map<number, HTMLAudioElement>();

    constructor(
        private readonly conference: Conference,
        private readonly blocked: () => void,
    ) {
        conference.media.on("speaker", () => {
            for (const element of this.audio.values()) this.conference.media.speak(element);
        });
    }

    of(id: string): HTMLAudioElement | undefined {
        const slots = this.conference.session?.table.slots;
        return this.audio.get(slots?.findIndex((s) => s.kind === "audio" && s.source?.owner === id) ?? -1);
    }

    draw(): void {
        const session = this.conference.session;
        const slots = session?.table.slots ?? [];
        for (const [slot, element] of this.audio) {
            if (slots[slot]?.source && session?.peer.track(slot)) continue;
            element.srcObject = null;
            element.remove();
            this.audio.delete(slot);
        }
        slots.forEach((slot, i) => {
            const track = slot.kind === "audio" && slot.source ? session?.peer.track(i) : undefined;
            if (!track) return;
            const element = this.audio.get(i) ?? h("audio", { autoplay: true });
            if ((element.srcObject as MediaStream | null)?.getAudioTracks()[0] === track) return;
            element.srcObject = new MediaStream([track]);
            this.audio.set(i, element);
            this.element.append(element);
            this.conference.media.speak(element);
            void element.play().catch((error: DOMException) => error.name === "NotAllowedError" && this.blocked());
        });
    }

    unblock(): void {
        for (const element of this.audio.values()) void element.play().catch(() => undefined);
    }
}
