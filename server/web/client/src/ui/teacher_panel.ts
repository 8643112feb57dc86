// What a teacher does for all at once: quiet, microphones, cameras, the door, the password, the time, groups, the end.
import { Conference } from "../conference";
import { Control, Deed, RoomStand } from "../control";
import { Medium } from "../moderation";
import { t } from "../text";
import { button, h, link, replace } from "./dom";
import { Panel, panel } from "./panel";
import { waitingList } from "./waiting_list";

const kLookMs = 5_000;

export interface TeacherActions {
    say(text: string): void;
    groups(): void;
    goodbye(): void;
}

export class TeacherPanel implements Panel {
    readonly element: HTMLElement;
    private readonly content = h("div.scroll");
    private stand: RoomStand | undefined;
    private timer: ReturnType<typeof setInterval> | undefined;
    private shown = "";
    private ownPassword = false; // its form is unfolded

    constructor(
        private readonly conference: Conference,
        private readonly control: Control,
        private readonly actions: TeacherActions,
        onclose: () => void,
    ) {
        this.element = panel(t("Unterricht leiten"), onclose, this.content);
    }

    opened(): void {
        this.shown = "";
        this.draw();
        void this.look();
        this.timer = setInterval(() => void this.look(), kLookMs);
    }

    closed(): void {
        clearInterval(this.timer);
    }

    private async look(): Promise<void> {
        this.stand = await this.control.look();
        this.draw();
    }

    private async act(deed: Deed, said: string, password = ""): Promise<void> {
        const answer = await this.control.act(deed, password);
        if (answer === deed || (answer === "passwort" && deed === "eigenes")) this.actions.say(said);
        else if (answer === "schlecht") this.actions.say(t("Bitte wählen Sie ein Passwort mit 4 bis 64 Zeichen."));
        else this.actions.say(t("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."));
        this.ownPassword = false;
        await this.look();
    }

    draw(): void {
        const { room, lesson } = this.conference;
        if (!room || this.element.hidden) return;
        const media = (["audio", "video", "desktop"] as const).map((medium) => lesson.moderation.isOn(medium));
        const waiting = [...(lesson.hall?.waiting.values() ?? [])];
        const shown = JSON.stringify([this.stand, media, waiting, room.has("breakout_rooms"), lesson.breakouts.rooms]);
        // Whoever types a password is not disturbed.
        if (shown === this.shown || this.element.querySelector("input:focus")) return;
        this.shown = shown;
        replace(this.content, [
            ...(waiting.length ? [waitingList(this.conference)] : []),
            this.everybody(media),
            this.door(),
            this.password(),
            this.time(),
        ]);
    }

    private everybody(media: boolean[]): HTMLElement {
        const { lesson, room } = this.conference;
        const quiet = this.stand?.quiet === true;
        const muteAll = (medium: Medium): void => {
            for (const p of room?.participants.values() ?? [])
                if (!p.moderator) void room?.mute(p.id, medium).catch(() => undefined);
        };
        const rule = (label: string, medium: Medium, on: boolean): HTMLElement => {
            const box = h("input", { type: "checkbox", id: `m-${medium}` });
            box.checked = on;
            box.addEventListener("change", () => lesson.moderation.enable(medium, box.checked));
            return h("label.check", {}, box, h("span", {}, label));
        };
        const calm = quiet
            ? this.button(
                  "quiet",
                  t("Ruhe beenden"),
                  () =>
                      void this.act(
                          "ruhe-aus",
                          t("Die Ruhe ist beendet. Es gelten wieder die Regeln des Klassenraums."),
                      ),
                  "primary",
              )
            : this.button(
                  "quiet",
                  t("Ruhe!"),
                  () =>
                      void this.act(
                          "ruhe",
                          t("Ruhe: Mikrofone, Kameras und Chat der Lernenden sind aus, die Tür ist zu."),
                      ),
                  "primary",
              );
        return h(
            "section",
            {},
            h("h3", {}, t("Für alle")),
            h(
                "div.row",
                {},
                calm,
                this.button("mute", t("Alle stumm"), () => {
                    muteAll("audio");
                    this.actions.say(t("Alle Lernenden sind stumm geschaltet."));
                }),
                this.button("dark", t("Kameras aus"), () => {
                    muteAll("video");
                    this.actions.say(t("Die Kameras der Lernenden sind ausgeschaltet."));
                }),
            ),
            rule(t("Melden, bevor man spricht"), "audio", media[0] === true),
            rule(t("Kameras nur mit Erlaubnis"), "video", media[1] === true),
            rule(t("Bildschirm teilen nur mit Erlaubnis"), "desktop", media[2] === true),
            room?.has("breakout_rooms") === true && this.button("groups", t("Gruppen …"), () => this.actions.groups()),
        );
    }

    private door(): HTMLElement {
        const shut = this.stand?.doorShut === true;
        return h(
            "section",
            {},
            h("h3", {}, t("Tür")),
            h(
                "p.small",
                {},
                shut
                    ? t("Die Tür ist zu. Wer neu kommt, wartet auf Ihr Ja.")
                    : t("Die Tür ist auf. Wer das Passwort kennt, kommt herein."),
            ),
            shut
                ? this.button(
                      "door",
                      t("Tür auf"),
                      () => void this.act("tuer-auf", t("Die Tür ist auf. Wer gewartet hat, ist jetzt im Raum.")),
                  )
                : this.button(
                      "door",
                      t("Tür zu"),
                      () => void this.act("tuer-zu", t("Die Tür ist zu. Wer neu kommt, wartet auf Ihr Ja.")),
                  ),
        );
    }

    private password(): HTMLElement {
        const said = t("Das Passwort wurde geändert. Wer schon im Raum ist, kann bleiben.");
        const input = h("input", {
            id: "own-password",
            "aria-label": t("Eigenes Passwort"),
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: "false",
            minlength: 4,
            maxlength: 64,
            required: true,
        });
        const form = h("form.row", {}, input, h("button", {}, t("Ändern")));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            input.blur();
            void this.act("eigenes", said, input.value);
        });
        const own = h("details", {}, h("summary", { id: "own" }, t("Eigenes Passwort …")), form);
        own.open = this.ownPassword;
        own.firstElementChild!.addEventListener("click", () => (this.ownPassword = !own.open));
        return h(
            "section",
            {},
            h("h3", {}, t("Passwort")),
            h("p.password", {}, this.stand?.password || t("Nur Sie kennen es.")),
            this.button("new", t("Neues Passwort"), () => void this.act("passwort", said)),
            own,
        );
    }

    private time(): HTMLElement {
        const left = this.stand?.minutesLeft;
        const page = link(t("Steuerseite öffnen"), this.control.page, "button");
        page.target = "_blank";
        return h(
            "section",
            {},
            h("h3", {}, t("Zeit und Ende")),
            left !== undefined &&
                h(
                    "p",
                    {},
                    left === 1
                        ? t("Noch eine Minute bis zum Ende.")
                        : t("Noch {minutes} Minuten bis zum Ende.", { minutes: left }),
                ),
            h(
                "div.row",
                {},
                this.button(
                    "plus",
                    t("+15 Minuten"),
                    () => void this.act("verlaengern", t("Der Klassenraum bleibt 15 Minuten länger offen.")),
                ),
                page,
                this.button("end", t("Unterricht beenden …"), () => this.actions.goodbye(), "danger"),
            ),
        );
    }

    private button(id: string, label: string, act: () => void, kind = ""): HTMLButtonElement {
        const element = button(label, act, kind);
        element.id = `t-${id}`;
        return element;
    }
}
