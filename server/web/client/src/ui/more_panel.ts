// What is not needed every minute: devices, the own name, reactions, the view, keys, help. On a narrow screen also what
// has no place in the bar.
import { Conference } from "../conference";
import { t } from "../text";
import { DeviceChoice } from "./devices";
import { store } from "./door";
import { button, h, link } from "./dom";
import { Panel, panel } from "./panel";
import { reactionButtons } from "./reactions";

export interface MoreActions {
    share(): void;
    view(): void;
    polls(): void;
}

export class MorePanel implements Panel {
    readonly element: HTMLElement;
    private readonly devices: DeviceChoice;
    private readonly share: HTMLButtonElement;
    private readonly view: HTMLButtonElement;
    private readonly rename: HTMLElement;
    private readonly name = h("input", { maxlength: 60, required: true, autocomplete: "off" });

    constructor(
        private readonly conference: Conference,
        canShare: boolean,
        private readonly isStage: () => boolean,
        actions: MoreActions,
        onclose: () => void,
    ) {
        this.devices = new DeviceChoice(conference.media);
        this.share = button("", () => actions.share());
        this.share.hidden = !canShare;
        this.view = button("", () => actions.view());
        this.rename = this.renameForm();
        const polls = button(t("Umfragen"), () => actions.polls());
        const help = link(t("Hilfe"), "/hilfe", "button");
        help.target = "_blank";
        const content = h(
            "div.scroll",
            {},
            h("section.narrow", {}, h("div.row", {}, this.share, this.view, polls)),
            h("section.narrow", {}, h("h3", {}, t("Reaktionen")), reactionButtons(conference)),
            h("section", {}, h("h3", {}, t("Geräte")), this.devices.element),
            this.rename,
            h("section", {}, h("h3", {}, t("Tasten")), keys()),
            h("section", {}, help),
        );
        this.element = panel(t("Mehr"), onclose, content);
    }

    opened(): void {
        this.name.value = this.conference.room?.name ?? "";
        this.devices.watch(true);
        this.draw();
    }

    closed(): void {
        this.devices.watch(false);
    }

    draw(): void {
        const { room, lesson, media } = this.conference;
        this.share.textContent = media.tracks.has("screen") ? t("Teilen beenden") : t("Bildschirm teilen");
        this.view.textContent = this.isStage() ? t("Alle gleich groß") : t("Wer spricht, groß");
        this.rename.hidden = !(room?.moderator || lesson.rules.rename);
    }

    private renameForm(): HTMLElement {
        const form = h("form", {}, h("label", {}, t("Dein Name"), this.name), h("button", {}, t("Namen ändern")));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const name = this.name.value.trim();
            if (!name) return;
            store(name);
            this.conference.rename(name);
        });
        return h("section", {}, form);
    }
}

function keys(): HTMLElement {
    const rows: [string, string][] = [
        ["M", t("Mikrofon an oder aus")],
        ["V", t("Kamera an oder aus")],
        ["H", t("melden")],
        ["C", t("Chat")],
        ["P", t("Personen")],
        ["A", t("Ansicht wechseln")],
        [t("Bild auf, Bild ab"), t("andere Seite der Bilder")],
        ["Esc", t("Fenster schließen")],
    ];
    return h("dl.keys", {}, ...rows.flatMap(([key, action]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, action)]));
}
