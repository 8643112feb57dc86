// Everything before and after the room: name and devices, waiting, password, goodbye. One card, one sentence, one
// button.
import { Conference, Phase } from "../conference";
import { deviceChoice } from "./devices";
import { Toggle, h } from "./dom";

const kNameKey = "klassenraum.name"; // this tab only, so that a reload is quick and the next pupil starts empty

export class Lobby {
    readonly element = h("main.lobby");
    private readonly video = h("video.preview", { playsinline: true, autoplay: true, muted: true });
    private readonly microphone = new Toggle("microphone", () => this.toggle("microphone"), "M");
    private readonly camera = new Toggle("camera", () => this.toggle("camera"), "V");
    private readonly name = h("input", {
        name: "name",
        maxlength: 60,
        autocomplete: "off",
        required: true,
        autofocus: true,
        enterkeyhint: "go",
    });
    private readonly notice = h("p.notice", { role: "status" });
    private readonly devices: HTMLElement;

    constructor(
        private readonly conference: Conference,
        private readonly title: string,
    ) {
        this.video.muted = true;
        this.devices = deviceChoice(conference.media).element;
        this.name.value = stored();
        conference.media.on("changed", () => this.drawMedia());
        conference.on("notice", (text) => (this.notice.textContent = text));
    }

    show(phase: Phase): void {
        this.notice.textContent = "";
        const card = h("section.card", { "aria-live": "polite" }, ...this.content(phase));
        this.element.replaceChildren(card);
        (card.querySelector("input") ?? card.querySelector("button"))?.focus();
    }

    private content(phase: Phase): Node[] {
        switch (phase.name) {
            case "prejoin":
                return this.prejoin();
            case "waiting":
                return [
                    this.heading(),
                    h("div.pulse"),
                    h(
                        "p",
                        {},
                        "Deine Lehrkraft hat den Klassenraum noch nicht geöffnet. Du musst nichts tun – es geht von selbst weiter.",
                    ),
                    h("p.small", {}, h("a", { href: "/" }, "Ich bin Lehrkraft")),
                ];
            case "password":
                return this.password(phase.wrong);
            case "ended":
                return [
                    this.heading(),
                    h("p", {}, phase.text),
                    ...(phase.canReturn
                        ? [
                              h(
                                  "button.primary",
                                  { type: "button", onclick: () => this.conference.reset() },
                                  "Wieder beitreten",
                              ),
                          ]
                        : []),
                    h("p.small", {}, h("a", { href: "/" }, "Zur Startseite")),
                ];
            default:
                return [
                    this.heading(),
                    h("div.pulse"),
                    h(
                        "p",
                        {},
                        phase.name === "connecting" && phase.again
                            ? "Keine Verbindung zum Server. Es wird von selbst weiter versucht …"
                            : "Verbindung wird hergestellt …",
                    ),
                ];
        }
    }

    private heading(): HTMLElement {
        return h("h1", {}, this.title);
    }

    private prejoin(): Node[] {
        const form = h(
            "form",
            { onsubmit: (event: Event) => this.submit(event) },
            h("label", {}, "Dein Name", this.name, h("span.small", {}, "Vorname oder Kürzel genügt.")),
            h("div.mirror", {}, this.video, h("p.small", {}, "Deine Kamera ist aus.")),
            h("div.row", {}, this.microphone.element, this.camera.element),
            this.notice,
            h("button.primary", {}, "Beitreten"),
        );
        this.drawMedia();
        return [
            this.heading(),
            form,
            h("details", {}, h("summary", {}, "Mikrofon und Kamera auswählen"), this.devices),
        ];
    }

    private submit(event: Event): void {
        event.preventDefault();
        const name = this.name.value.trim();
        if (!name) return this.name.focus();
        store(name);
        void this.conference.join(name);
    }

    private password(wrong: boolean): Node[] {
        const input = h("input", {
            name: "password",
            type: "text",
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: "false",
            required: true,
            enterkeyhint: "go",
        });
        const submit = (event: Event): void => {
            event.preventDefault();
            if (input.value) this.conference.tryPassword(input.value);
        };
        return [
            this.heading(),
            h(
                "form",
                { onsubmit: submit },
                h("label", {}, "Passwort erforderlich", input),
                wrong && h("p.error", { role: "alert" }, "Falsches Passwort. Frag deine Lehrkraft."),
                h("button.primary", {}, "Weiter"),
            ),
        ];
    }

    toggle(own: "microphone" | "camera"): void {
        this.notice.textContent = "";
        void this.conference.media.set(own, !this.conference.media.tracks.has(own));
    }

    private drawMedia(): void {
        const { tracks } = this.conference.media;
        const camera = tracks.get("camera");
        const microphone = tracks.has("microphone");
        this.microphone.show(microphone ? "Mikrofon an" : "Mikrofon aus", "Mikrofon", {
            pressed: microphone,
            struck: !microphone,
        });
        this.camera.show(camera ? "Kamera an" : "Kamera aus", "Kamera", {
            pressed: camera !== undefined,
            struck: !camera,
        });
        // The preview lets go of the camera as soon as the room shows it.
        this.video.srcObject = camera && this.conference.phase.name === "prejoin" ? new MediaStream([camera]) : null;
        this.video.parentElement?.classList.toggle("on", camera !== undefined);
    }
}

function stored(): string {
    try {
        return sessionStorage.getItem(kNameKey) ?? "";
    } catch {
        return "";
    }
}

function store(name: string): void {
    try {
        sessionStorage.setItem(kNameKey, name);
    } catch {
        // Without storage the name is typed again after a reload.
    }
}
