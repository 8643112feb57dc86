// One person, or one shared screen: picture or initials, name, whether muted, whether speaking.
import { h, icon } from "./dom";

export interface TileView {
    key: string; // participant id, "self", or "<id>/screen"
    name: string;
    suffix: string; // said after the name, not part of the initials
    source: string; // the video source shown here; empty: none
    track: MediaStreamTrack | undefined;
    muted: boolean; // microphone
    speaking: boolean;
    hand: boolean;
    screen: boolean;
    mirrored: boolean;
    pinned: boolean;
}

export class Tile {
    readonly video = h("video", { playsinline: true, autoplay: true, muted: true });
    readonly element: HTMLElement;
    visible = false;
    view: TileView | undefined;
    private readonly avatar = h("div.avatar", { "aria-hidden": "true" });
    private readonly label = h("span.name");
    private readonly mute = h("span.muted", {}, icon("microphone", true), h("span.hidden", {}, "Mikrofon aus"));
    private readonly hand = h("span.hand", { title: "meldet sich" }, icon("hand"));
    private readonly pin: HTMLButtonElement;

    constructor(onpin: () => void) {
        this.video.muted = true;
        this.pin = h("button.pin", { type: "button", onclick: onpin }, icon("pin"));
        this.element = h(
            "article.tile",
            {},
            this.avatar,
            this.video,
            h("footer", {}, this.mute, this.hand, this.label),
            this.pin,
        );
        this.element.addEventListener("dblclick", onpin);
    }

    show(view: TileView): void {
        this.view = view;
        const label = view.screen ? `Bildschirm von ${view.name}` : view.name + view.suffix;
        if (this.label.textContent !== label) {
            this.label.textContent = label;
            this.avatar.replaceChildren(view.screen ? icon("screen") : initials(view.name));
            this.avatar.style.setProperty("--hue", String(hueOf(view.name)));
        }
        const stream = this.video.srcObject as MediaStream | null;
        if (view.track !== stream?.getVideoTracks()[0]) {
            this.video.srcObject = view.track ? new MediaStream([view.track]) : null;
            if (view.track) void this.video.play().catch(() => undefined);
        }
        const { classList } = this.element;
        classList.toggle("on", view.track !== undefined);
        classList.toggle("speaking", view.speaking);
        classList.toggle("screen", view.screen);
        classList.toggle("mirrored", view.mirrored);
        this.mute.hidden = !view.muted || view.screen;
        this.hand.hidden = !view.hand;
        const action = view.pinned ? "Nicht mehr groß zeigen" : `${label} groß zeigen`;
        if (this.pin.title !== action) {
            this.pin.title = action;
            this.pin.setAttribute("aria-label", action);
            this.pin.setAttribute("aria-pressed", String(view.pinned));
        }
    }

    // The height to ask the bridge for: the sizes that senders encode.
    height(): number {
        const pixels = this.element.clientHeight * Math.min(devicePixelRatio, 2);
        if (this.view?.screen) return pixels <= 200 ? 360 : 2160;
        return pixels <= 200 ? 180 : pixels <= 480 ? 360 : 720;
    }
}

export function initials(name: string): string {
    const words = name.trim().split(/\s+/);
    const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
    return (
        letters
            .map((word) => [...(word ?? "")][0] ?? "")
            .join("")
            .toUpperCase() || "?"
    );
}

function hueOf(name: string): number {
    return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 360, 7);
}
