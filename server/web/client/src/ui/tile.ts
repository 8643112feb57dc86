// One person, or one shared screen: picture or initials, name, and in signs and words how it is with them.
import { t } from "../text";
import { h, icon } from "./dom";

export interface TileView {
    key: string; // participant id, "self", or "<id>/screen"
    id: string; // whose it is
    name: string;
    suffix: string; // said after the name, not part of the initials
    source: string; // the video source shown here; empty: none
    track: MediaStreamTrack | undefined;
    muted: boolean; // microphone
    speaking: boolean;
    hand: number; // place in the order of raised hands; 0: none
    state: string; // in words, when the connection is not as it should be
    screen: boolean;
    mirrored: boolean;
    pinned: boolean;
    reaction: string;
}

export class Tile {
    readonly video = h("video", { playsinline: true, autoplay: true, muted: true });
    readonly element: HTMLElement;
    view: TileView | undefined;
    private shown = "";
    private readonly avatar = h("div.avatar", { "aria-hidden": "true" });
    private readonly label = h("span.name");
    private readonly mute = h("span.muted", {}, icon("microphone", true), h("span.hidden", {}, t("Mikrofon aus")));
    private readonly noCamera = h("span.hidden", {}, t("Kamera aus"));
    private readonly hand = h("span.hand");
    private readonly state = h("span.state");
    private readonly reaction = h("span.reaction", { "aria-hidden": "true" });
    private readonly pin: HTMLButtonElement;

    constructor(onpin: () => void) {
        this.video.muted = true;
        this.pin = h("button.pin", { type: "button" }, icon("pin"));
        this.element = h(
            "article.tile",
            { onclick: onpin },
            this.avatar,
            this.video,
            this.reaction,
            h("footer", {}, this.hand, this.mute, this.noCamera, this.label, this.state),
            this.pin,
        );
    }

    show(view: TileView): void {
        this.view = view;
        const stream = this.video.srcObject as MediaStream | null;
        if (view.track !== stream?.getVideoTracks()[0]) {
            this.video.srcObject = view.track ? new MediaStream([view.track]) : null;
            if (view.track) void this.video.play().catch(() => undefined);
        }
        const { track, ...rest } = view;
        const shown = JSON.stringify([rest, track !== undefined]);
        if (shown === this.shown) return;
        this.shown = shown;
        const label = view.screen ? t("Bildschirm von {name}", { name: view.name }) : view.name + view.suffix;
        this.label.textContent = label;
        this.avatar.replaceChildren(view.screen ? icon("screen") : initials(view.name));
        this.avatar.style.setProperty("--hue", String(hueOf(view.name)));
        const { classList } = this.element;
        classList.toggle("on", track !== undefined);
        classList.toggle("speaking", view.speaking);
        classList.toggle("screen", view.screen);
        classList.toggle("mirrored", view.mirrored);
        this.mute.hidden = !view.muted || view.screen;
        this.noCamera.hidden = view.screen || track !== undefined;
        this.hand.hidden = !view.hand;
        if (view.hand) {
            const words = t("meldet sich, Nummer {place}", { place: view.hand });
            this.hand.replaceChildren(icon("hand"), String(view.hand), h("span.hidden", {}, words));
        }
        this.state.textContent = view.state;
        this.state.hidden = !view.state;
        this.reaction.textContent = view.reaction;
        const action = view.pinned ? t("Nicht mehr groß zeigen") : t("{label} groß zeigen", { label });
        this.pin.title = action;
        this.pin.setAttribute("aria-label", action);
        this.pin.setAttribute("aria-pressed", String(view.pinned));
    }

    // The height to ask the bridge for: the sizes that senders encode.
    height(): number {
        const pixels = this.element.clientHeight * Math.min(devicePixelRatio, 2);
        if (this.view?.screen) return pixels <= 200 ? 360 : 2160;
        return pixels <= 200 ? 180 : pixels <= 480 ? 360 : 720;
    }

    drop(): void {
        this.element.remove();
        this.video.srcObject = null;
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
