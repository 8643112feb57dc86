// The room itself: a line that says how things are, the pictures, the panels, and the bar with big buttons.
import { Conference } from "../conference";
import { deviceChoice } from "./devices";
import { Toggle, h, icon } from "./dom";
import { ChatPanel, PeoplePanel } from "./panels";
import { Stage } from "./stage";

const kNoticeMs = 6_000;

export class RoomView {
    readonly element: HTMLElement;
    readonly stage: Stage;
    readonly chat: ChatPanel;
    private readonly people: PeoplePanel;
    private readonly status = h("span.status", { role: "status" });
    private readonly notice = h("p.toast", { role: "alert", hidden: true });
    private readonly sound = h(
        "button.sound",
        { type: "button", hidden: true, onclick: () => this.unblock() },
        "Ton einschalten",
    );
    private readonly settings: HTMLDialogElement;
    private readonly goodbye: HTMLDialogElement;
    private readonly everyone = h(
        "button.danger",
        { type: "button", onclick: () => this.endForAll() },
        "Konferenz für alle beenden",
    );
    private readonly microphone = new Toggle("microphone", () => this.toggle("microphone"), "M");
    private readonly camera = new Toggle("camera", () => this.toggle("camera"), "V");
    private readonly screen = new Toggle("screen", () => this.toggle("screen"));
    private readonly chatButton = new Toggle("chat", () => this.open(this.chat.element), "C");
    private readonly peopleButton = new Toggle("people", () => this.open(this.people.element), "P");
    private readonly leave = new Toggle("leave", () => this.sayGoodbye());
    private noticeTimer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly conference: Conference,
        title: string,
    ) {
        this.stage = new Stage(conference, () => (this.sound.hidden = false));
        const close = (): void => this.open(undefined);
        this.chat = new ChatPanel(conference, close);
        this.people = new PeoplePanel(conference, close);
        this.settings = dialog("Mikrofon und Kamera", deviceChoice(conference.media).element, closer("Fertig"));
        this.goodbye = dialog(
            "Klassenraum verlassen?",
            this.everyone,
            h("button", { type: "button", onclick: () => conference.leave() }, "Nur ich gehe"),
            closer("Abbrechen"),
        );
        this.leave.element.classList.add("leave");
        const share = "getDisplayMedia" in (navigator.mediaDevices ?? {}) || window.klassenraumMedia !== undefined;
        this.screen.element.hidden = !share;
        this.element = h(
            "div.room",
            {},
            h(
                "header.top",
                {},
                h("div.headline", {}, h("h1", {}, title), this.status),
                h(
                    "button.plain",
                    {
                        type: "button",
                        onclick: () => this.settings.showModal(),
                        "aria-label": "Geräte auswählen",
                        title: "Geräte auswählen",
                    },
                    icon("settings"),
                ),
            ),
            h("div.middle", {}, this.stage.element, this.chat.element, this.people.element),
            this.notice,
            this.sound,
            h(
                "nav.bar",
                { "aria-label": "Steuerung" },
                ...[this.microphone, this.camera, this.screen, this.chatButton, this.peopleButton, this.leave].map(
                    (b) => b.element,
                ),
            ),
            this.settings,
            this.goodbye,
        );
        conference.on("message", (message) => {
            this.chat.add(message);
            this.draw();
        });
        conference.on("notice", (text) => this.say(text));
    }

    draw(): void {
        const { tracks } = this.conference.media;
        const on = (own: "microphone" | "camera" | "screen"): boolean => tracks.has(own);
        this.microphone.show(on("microphone") ? "Mikrofon an" : "Mikrofon aus", "Mikrofon", {
            pressed: on("microphone"),
            struck: !on("microphone"),
        });
        this.camera.show(on("camera") ? "Kamera an" : "Kamera aus", "Kamera", {
            pressed: on("camera"),
            struck: !on("camera"),
        });
        this.screen.show(on("screen") ? "Teilen beenden" : "Bildschirm teilen", "Teilen", { pressed: on("screen") });
        this.chatButton.show("Chat", "Chat", { pressed: !this.chat.element.hidden, badge: this.chat.unread });
        this.peopleButton.show("Personen", "Personen", {
            pressed: !this.people.element.hidden,
            badge: (this.conference.room?.participants.size ?? 0) + 1,
        });
        this.leave.show("Verlassen", "Verlassen");
        const [text, good] = this.conference.status();
        if (this.status.textContent !== text) this.status.textContent = text;
        this.status.classList.toggle("good", good);
        this.everyone.hidden = this.conference.room?.canEndForAll !== true;
        this.stage.draw();
        this.people.draw();
    }

    key(event: KeyboardEvent): void {
        const key = event.key.toLowerCase();
        if (key === "m") this.toggle("microphone");
        else if (key === "v") this.toggle("camera");
        else if (key === "c") this.open(this.chat.element);
        else if (key === "p") this.open(this.people.element);
        else if (key === "escape") this.open(undefined);
        else return;
        event.preventDefault();
    }

    private toggle(own: "microphone" | "camera" | "screen"): void {
        void this.conference.media.set(own, !this.conference.media.tracks.has(own));
    }

    private open(wanted: HTMLElement | undefined): void {
        const before = [this.chat, this.people].find((p) => !p.element.hidden);
        // Whoever closes a panel by keyboard goes on at its button.
        if (before?.element.contains(document.activeElement))
            (before === this.chat ? this.chatButton : this.peopleButton).element.focus();
        for (const panel of [this.chat.element, this.people.element]) panel.hidden = panel !== wanted || !panel.hidden;
        if (!this.chat.element.hidden) this.chat.opened();
        this.draw();
    }

    private say(text: string): void {
        this.notice.textContent = text;
        this.notice.hidden = false;
        clearTimeout(this.noticeTimer);
        this.noticeTimer = setTimeout(() => (this.notice.hidden = true), kNoticeMs);
    }

    private sayGoodbye(): void {
        if (this.conference.room?.canEndForAll) this.goodbye.showModal();
        else this.conference.leave();
    }

    private endForAll(): void {
        this.goodbye.close();
        this.conference.endForAll();
    }

    private unblock(): void {
        this.sound.hidden = true;
        this.stage.unblockSound();
    }
}

function closer(label: string): HTMLElement {
    return h("form", { method: "dialog" }, h("button", {}, label));
}

function dialog(title: string, ...content: Node[]): HTMLDialogElement {
    return h("dialog.card", { "aria-label": title }, h("h2", {}, title), ...content);
}
