// Groups (breakout rooms): the teacher plans who goes where, opens them, looks in, tells the time and calls all back.
import { Group, GroupMember, divide } from "../breakouts";
import { Conference } from "../conference";
import { t } from "../text";
import { button, h, replace } from "./dom";
import { Panel, panel } from "./panel";

const kMostGroups = 20;

export class GroupsPanel implements Panel {
    readonly element: HTMLElement;
    private readonly content = h("div.scroll");
    private count = 2;
    private plan = new Map<string, number>();
    private shown = "";

    constructor(
        private readonly conference: Conference,
        private readonly say: (text: string) => void,
        onclose: () => void,
    ) {
        this.element = panel(t("Gruppen"), onclose, this.content);
    }

    opened(): void {
        this.shown = "";
        this.draw();
    }

    draw(): void {
        const { room, lesson } = this.conference;
        if (!room || this.element.hidden) return;
        const { rooms } = lesson.breakouts;
        const learners = this.learners();
        const shown = JSON.stringify([rooms, lesson.breakouts.main, this.count, [...this.plan], learners, room.jid]);
        if (shown === this.shown) return;
        this.shown = shown;
        replace(this.content, rooms.length ? this.running(rooms) : this.planning(learners));
    }

    private learners(): { id: string; name: string }[] {
        const people = [...(this.conference.room?.participants.values() ?? [])];
        return people.filter((p) => !p.moderator).map(({ id, name }) => ({ id, name }));
    }

    private planning(learners: { id: string; name: string }[]): Node[] {
        const number = h("input", { id: "g-count", type: "number", min: 2, max: kMostGroups, value: this.count });
        number.addEventListener("change", () => {
            this.count = Math.min(kMostGroups, Math.max(2, Math.round(Number(number.value)) || 2));
            for (const [id, group] of this.plan) if (group >= this.count) this.plan.delete(id);
            this.draw();
        });
        const mix = this.button("mix", t("Zufällig verteilen"), () => {
            this.plan = divide(
                learners.map((p) => p.id),
                this.count,
                Math.random,
            );
            this.draw();
        });
        const rows = learners.map((person) => {
            const select = h("select", { id: `g-${person.id}` }, h("option", { value: -1 }, t("bleibt hier")));
            for (let i = 0; i < this.count; i += 1) select.append(h("option", { value: i }, nameOf(i)));
            select.value = String(this.plan.get(person.id) ?? -1);
            select.addEventListener("change", () => {
                if (Number(select.value) < 0) this.plan.delete(person.id);
                else this.plan.set(person.id, Number(select.value));
            });
            return h("li", {}, h("label.pair", {}, h("span.who", {}, person.name), select));
        });
        const open = this.button("open", t("Gruppen öffnen"), () => this.open(), "primary");
        return [
            h("label.pair", {}, h("span", {}, t("Anzahl der Gruppen")), number),
            mix,
            rows.length ? h("ul.people", {}, ...rows) : h("p.small", {}, t("Noch sind keine Lernenden im Raum.")),
            open,
            h("p.small", {}, t("Die Lernenden wechseln von selbst in ihre Gruppe und kommen von selbst zurück.")),
        ];
    }

    private open(): void {
        const names = Array.from({ length: this.count }, (_, i) => nameOf(i));
        this.conference.lesson.breakouts.open(names, this.plan);
        this.plan = new Map();
    }

    private running(rooms: Group[]): Node[] {
        const { lesson } = this.conference;
        const groups = rooms.map((group) => this.group(group));
        const { main } = lesson.breakouts;
        const time = (minutes: number): HTMLElement =>
            this.button(
                `time-${minutes}`,
                minutes === 1 ? t("Noch eine Minute") : t("Noch {minutes} Minuten", { minutes }),
                () => {
                    lesson.breakouts.tellTime(minutes);
                    this.say(t("Alle Gruppen sehen jetzt die Zeit."));
                },
            );
        const close = this.button("close", t("Alle zurückholen"), () => {
            lesson.breakouts.close();
            this.say(t("Alle kommen zurück in den Klassenraum."));
        });
        return [
            close,
            h("div.row", { role: "group", "aria-label": t("Zeit ansagen") }, time(5), time(1)),
            ...groups,
            ...(main ? [this.group(main)] : []),
        ];
    }

    private group(group: Group): HTMLElement {
        const { room, lesson } = this.conference;
        const name = group.isMain ? t("Klassenraum") : group.name;
        const here = room?.jid === group.jid;
        const own = this.everyone().find((member) => member.id === room?.id);
        const go = this.button(
            `go-${group.jid}`,
            t("Hingehen"),
            () => own && lesson.breakouts.move(own.jid, group.jid),
        );
        go.setAttribute("aria-label", t("In „{name}“ gehen", { name }));
        go.hidden = here || !own;
        const members = group.members.map((member) => h("li", {}, this.member(member, group)));
        return h(
            "section",
            {},
            h("h3", {}, here ? t("{name} (hier sind Sie)", { name }) : name, ` (${group.members.length})`),
            members.length > 0 && h("ul.people", {}, ...members),
            go,
        );
    }

    private member(member: GroupMember, group: Group): HTMLElement {
        const { breakouts } = this.conference.lesson;
        if (member.moderator) return h("span.who", {}, `${member.name} · ${t("Lehrkraft")}`);
        const options = breakouts.groups.map((other) =>
            h("option", { value: other.jid }, other.isMain ? t("Klassenraum") : other.name),
        );
        const select = h("select", { id: `m-${member.id}` }, ...options);
        select.value = group.jid;
        select.addEventListener("change", () => breakouts.move(member.jid, select.value));
        return h("label.pair", {}, h("span.who", {}, member.name), select);
    }

    private everyone(): GroupMember[] {
        return this.conference.lesson.breakouts.groups.flatMap((group) => group.members);
    }

    private button(id: string, label: string, act: () => void, kind = ""): HTMLButtonElement {
        const element = button(label, act, kind);
        element.id = `g-${id}`;
        return element;
    }
}

function nameOf(index: number): string {
    return t("Gruppe {number}", { number: index + 1 });
}
