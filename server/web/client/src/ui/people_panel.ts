// Who is here: raised hands first in their order, then teachers, then the others; for a teacher with what may be done.
import { Conference } from "../conference";
import { Own } from "../peer";
import { Participant } from "../presence";
import { mayWhisper } from "../rules";
import { t } from "../text";
import { confirm } from "./dialog";
import { button, h, icon, replace } from "./dom";
import { Panel, panel } from "./panel";
import { waitingList } from "./waiting_list";

export class PeoplePanel implements Panel {
    readonly element: HTMLElement;
    private readonly content = h("div.scroll");
    private shown = "";
    private readonly unfolded = new Set<string>(); // ids whose actions are unfolded

    constructor(
        private readonly conference: Conference,
        private readonly whisper: (id: string) => void,
        onclose: () => void,
    ) {
        this.element = panel(t("Personen"), onclose, this.content);
    }

    opened(): void {
        this.shown = "";
        this.draw();
    }

    draw(): void {
        const { room, lesson } = this.conference;
        if (!room || this.element.hidden) return;
        const people = this.sorted([...room.participants.values()]);
        const waiting = [...(lesson.hall?.waiting.values() ?? [])];
        const shown = JSON.stringify([
            [room.name, room.moderator, lesson.rules, lesson.hands, waiting],
            people.map((p) => [p.id, p.name, p.moderator, ...this.media(p).map((own) => this.needsLeave(p, own))]),
            people.map((p) => this.media(p).map((own) => this.isOn(p, own))),
        ]);
        if (shown === this.shown) return;
        this.shown = shown;
        const own = h(
            "li",
            {},
            h("span.who", {}, `${room.name} (${t("Du")})`, room.moderator && this.sign(t("Lehrkraft"))),
        );
        const hands = people.filter((p) => lesson.hands.includes(p.id));
        const rest = people.filter((p) => !lesson.hands.includes(p.id));
        replace(this.content, [
            ...(room.moderator && waiting.length ? [waitingList(this.conference)] : []),
            ...(hands.length
                ? [
                      h("h3", { id: "hands" }, t("Melden sich ({count})", { count: hands.length })),
                      h("ol.people", { "aria-labelledby": "hands" }, ...hands.map((p) => this.row(p))),
                  ]
                : []),
            h("h3", { id: "here" }, t("Im Raum ({count})", { count: people.length + 1 })),
            h("ul.people", { "aria-labelledby": "here" }, own, ...rest.map((p) => this.row(p))),
        ]);
    }

    private sorted(people: Participant[]): Participant[] {
        const { hands } = this.conference.lesson;
        const place = (p: Participant): number => hands.indexOf(p.id) + 1 || hands.length + 1;
        return people.sort(
            (a, b) =>
                place(a) - place(b) || Number(b.moderator) - Number(a.moderator) || a.name.localeCompare(b.name, "de"),
        );
    }

    private row(p: Participant): HTMLElement {
        const { room, lesson } = this.conference;
        const place = lesson.hands.indexOf(p.id) + 1;
        const name = h(
            "span.who",
            {},
            place > 0 && h("span.hand", {}, icon("hand"), String(place)),
            p.name,
            p.moderator && this.sign(t("Lehrkraft")),
            this.isOn(p, "microphone") && this.sign(t("Mikrofon an")),
            this.isOn(p, "camera") && this.sign(t("Kamera an")),
            this.isOn(p, "screen") && this.sign(t("teilt den Bildschirm")),
        );
        const actions = room?.moderator && !p.moderator ? this.actions(p) : this.onlyWhisper(p);
        const quick = room?.moderator && !p.moderator && place > 0 ? this.answer(p) : undefined;
        return h("li", {}, name, quick, actions);
    }

    // The teacher's yes to a hand, as one button.
    private answer(p: Participant): HTMLElement | undefined {
        if (!this.needsLeave(p, "microphone")) return undefined;
        return this.action(
            p,
            t("Drannehmen"),
            "yes",
            () => this.conference.lesson.letSpeak(p.id, "microphone", true),
            "primary",
        );
    }

    private actions(p: Participant): HTMLElement {
        const { room, lesson } = this.conference;
        const buttons: HTMLElement[] = [];
        const add = (label: string, key: string, act: () => void, kind = ""): void =>
            void buttons.push(this.action(p, label, key, act, kind));
        for (const own of this.media(p)) {
            const medium = words()[own];
            if (this.isOn(p, own)) {
                add(medium.off, `off-${own}`, () => void room?.mute(p.id, medium.medium).catch(() => undefined));
            }
            if (!lesson.moderation.isOn(medium.medium)) continue;
            const needs = this.needsLeave(p, own);
            add(needs ? medium.allow : medium.forbid, `may-${own}`, () => lesson.letSpeak(p.id, own, needs));
        }
        add(t("Private Nachricht"), "chat", () => this.whisper(p.id));
        add(t("Entfernen …"), "kick", () => this.askToKick(p), "danger");
        const details = h(
            "details",
            {},
            h("summary", { id: `s-${p.id}`, "aria-label": t("{name}: mehr", { name: p.name }) }, t("Mehr")),
        );
        details.append(h("div.actions", {}, ...buttons));
        details.open = this.unfolded.has(p.id);
        // At the click and not at its later "toggle", between which the list may be drawn again.
        details.firstElementChild!.addEventListener("click", () => {
            if (details.open) this.unfolded.delete(p.id);
            else this.unfolded.add(p.id);
        });
        return details;
    }

    private onlyWhisper(p: Participant): HTMLElement | undefined {
        const { room, lesson } = this.conference;
        const may = room && !lesson.isFrozen && mayWhisper(lesson.rules, room.moderator, p.moderator);
        return may ? this.action(p, t("Private Nachricht"), "chat", () => this.whisper(p.id)) : undefined;
    }

    private action(p: Participant, label: string, key: string, act: () => void, kind = ""): HTMLElement {
        const element = button(label, act, kind);
        element.id = `p-${p.id}-${key}`;
        element.setAttribute("aria-label", `${p.name}: ${label}`);
        return element;
    }

    private askToKick(p: Participant): void {
        confirm(
            this.element,
            t("{name} aus dem Klassenraum entfernen?", { name: p.name }),
            t("Entfernen"),
            () => void this.conference.room?.kick(p.id).catch(() => undefined),
            t("Bis zum Ende des Unterrichts kommt diese Person nicht mehr herein."),
        );
    }

    private sign(text: string): HTMLElement {
        return h("span.sign", {}, text);
    }

    private media(p: Participant): Own[] {
        return p.moderator ? [] : ["microphone", "camera", "screen"];
    }

    private needsLeave(p: Participant, own: Own): boolean {
        return !this.conference.lesson.moderation.mayUse(p.id, words()[own].medium);
    }

    private isOn(p: Participant, own: Own): boolean {
        const kind = own === "microphone" ? "-a" : "-v";
        const type = own === "screen" ? "desktop" : "camera";
        return [...p.sources].some(([name, s]) => name.includes(kind) && !s.muted && s.videoType === type);
    }
}

type Words = Record<Own, { medium: "audio" | "video" | "desktop"; off: string; allow: string; forbid: string }>;

function words(): Words {
    return {
        microphone: {
            medium: "audio",
            off: t("Stumm schalten"),
            allow: t("Sprechen erlauben"),
            forbid: t("Sprechen nicht mehr erlauben"),
        },
        camera: {
            medium: "video",
            off: t("Kamera ausschalten"),
            allow: t("Kamera erlauben"),
            forbid: t("Kamera nicht mehr erlauben"),
        },
        screen: {
            medium: "desktop",
            off: t("Teilen beenden"),
            allow: t("Teilen erlauben"),
            forbid: t("Teilen nicht mehr erlauben"),
        },
    };
}
