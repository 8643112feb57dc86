// Everything before and after the room: name and devices, waiting, password, goodbye. One card, one sentence, one
// button.
import { Conference, Phase } from "../conference";
import { Own } from "../peer";
import { t } from "../text";
import { DeviceChoice } from "./devices";
import { Toggle, button, h, link } from "./dom";

const kNameKey = "klassenraum.name"; // this tab only, so that a reload is quick and the next pupil starts empty

export class Door {
    readonly element = h("main.door");
    private readonly video = h("video.preview", {
        playsinline: true,
        autoplay: true,
        muted: true,
        "aria-hidden": "true",
    });
    private readonly microphone = new Toggle("microphone", () => this.toggle("microphone"), "M");
    private readonly camera = new Toggle("camera", () => this.toggle("camera"), "V");
    private readonly name = h("input", {
        name: "name",
        maxlength: 60,
        autocomplete: "off",
        required: true,
        autofocus: true,
        enterkeyhint: "go",
        "aria-describedby": "name-hint",
    });
    private readonly notice = h("p.notice", { role: "status" });
    private readonly devices: DeviceChoice;

    constructor(
        private readonly conference: Conference,
        private readonly title: string,
        private readonly slug: string,
    ) {
        this.video.muted = true;
        this.devices = new DeviceChoice(conference.media);
        this.name.value = stored();
        conference.media.on("changed", () => this.drawMedia());
        conference.on("notice", ({ text }) => (this.notice.textContent = text));
    }

    show(phase: Phase): void {
        this.notice.textContent = "";
        this.devices.watch(false);
        const card = h("section.card", { "aria-live": "polite" }, ...this.content(phase));
        this.element.replaceChildren(card);
        (card.querySelector("input") ?? card.querySelector<HTMLElement>("button, a"))?.focus();
    }

    private content(phase: Phase): Node[] {
        switch (phase.name) {
            case "prejoin":
                return this.prejoin();
            case "waiting":
                return [
                    ...this.patience(
                        t(
                            "Deine Lehrkraft hat den Klassenraum noch nicht geöffnet. Du musst nichts tun – es geht von selbst weiter.",
                        ),
                    ),
                    h("p.small", {}, link(t("Ich bin Lehrkraft"), "/")),
                ];
            case "lobby":
                return [
                    ...this.patience(
                        t("Die Tür ist zu. Deine Lehrkraft weiß, dass du wartest, und lässt dich herein."),
                    ),
                    button(t("Nicht mehr warten"), () => this.conference.leave()),
                ];
            case "password":
                return this.password(phase.wrong, phase.text);
            case "ended":
                return this.ended(phase);
            case "connecting":
                return this.patience(
                    phase.again
                        ? t("Keine Verbindung zum Server. Es wird von selbst weiter versucht …")
                        : t("Verbindung wird hergestellt …"),
                );
            default:
                return [];
        }
    }

    private patience(sentence: string): Node[] {
        return [this.heading(), h("div.pulse"), h("p", {}, sentence)];
    }

    private heading(): HTMLElement {
        return h("h1", {}, this.title);
    }

    // For a teacher the page after the lesson, with the next step; for others a goodbye.
    private ended(phase: { text: string; canReturn: boolean; teacher: boolean }): Node[] {
        const again = button(t("Wieder beitreten"), () => this.conference.reset(), "primary");
        const next = link(
            t("Nächste Stunde vorbereiten"),
            `/anlegen?raum=${encodeURIComponent(this.slug)}`,
            "button primary",
        );
        const over = phase.teacher && !phase.canReturn;
        return [
            this.heading(),
            h("p", {}, phase.text),
            ...(phase.canReturn ? [again] : []),
            ...(over ? [next, link(t("Abmelden"), "/abmelden", "button")] : []),
            h("p.small", {}, link(t("Zur Startseite"), "/")),
        ];
    }

    private prejoin(): Node[] {
        const devices = h("details", {}, h("summary", {}, t("Mikrofon, Kamera und Lautsprecher prüfen")));
        devices.append(this.devices.element);
        devices.addEventListener("toggle", () => this.devices.watch(devices.open));
        const form = h(
            "form",
            { onsubmit: (event: Event) => this.submit(event) },
            h("label", {}, t("Dein Name"), this.name),
            h("p.small", { id: "name-hint" }, t("Vorname oder Kürzel genügt.")),
            h("div.mirror", {}, this.video, h("p.small", {}, t("Deine Kamera ist aus."))),
            h("div.row", {}, this.microphone.element, this.camera.element),
            this.notice,
            h("button.primary", {}, t("Beitreten")),
        );
        this.drawMedia();
        return [this.heading(), form, devices];
    }

    private submit(event: Event): void {
        event.preventDefault();
        const name = this.name.value.trim();
        if (!name) return this.name.focus();
        store(name);
        void this.conference.join(name);
    }

    private password(wrong: boolean, text: string): Node[] {
        const input = h("input", {
            name: "password",
            type: "text",
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: "false",
            required: true,
            enterkeyhint: "go",
            ...(wrong ? { "aria-invalid": "true", "aria-describedby": "wrong" } : {}),
        });
        const submit = (event: Event): void => {
            event.preventDefault();
            if (input.value) this.conference.tryPassword(input.value);
        };
        const said = text || t("Falsches Passwort. Frag deine Lehrkraft.");
        return [
            this.heading(),
            h(
                "form",
                { onsubmit: submit },
                h("label", {}, t("Passwort erforderlich"), input),
                h("p.small", {}, t("Es steht in der Einladung. Groß oder klein ist egal.")),
                wrong && h("p.error", { role: "alert", id: "wrong" }, said),
                h("button.primary", {}, t("Weiter")),
            ),
        ];
    }

    toggle(own: Own): void {
        this.notice.textContent = "";
        void this.conference.media.set(own, !this.conference.media.tracks.has(own));
    }

    private drawMedia(): void {
        const { tracks } = this.conference.media;
        const camera = tracks.get("camera");
        const microphone = tracks.has("microphone");
        this.microphone.show(microphone ? t("Mikrofon an") : t("Mikrofon aus"), t("Mikrofon"), {
            pressed: microphone,
            struck: !microphone,
        });
        this.camera.show(camera ? t("Kamera an") : t("Kamera aus"), t("Kamera"), {
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

export function store(name: string): void {
    try {
        sessionStorage.setItem(kNameKey, name);
    } catch {
        // Without storage the name is typed again after a reload.
    }
}
