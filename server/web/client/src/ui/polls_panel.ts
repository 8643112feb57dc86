// Polls: answer, see how all answered, and – where it is allowed – ask.
import { Conference } from "../conference";
import { Poll, kMostAnswers } from "../polls";
import { t } from "../text";
import { button, h, replace } from "./dom";
import { Panel, panel } from "./panel";

export class PollsPanel implements Panel {
    readonly element: HTMLElement;
    private readonly content = h("div.scroll", { "aria-live": "polite" });
    private readonly asking = h("div");
    private readonly answering = new Set<string>(); // polls whose answer is being changed
    private readonly ticks = new Map<string, boolean[]>(); // not sent yet: the votes of others must not wipe them
    private shown = "";

    constructor(
        private readonly conference: Conference,
        onclose: () => void,
    ) {
        this.element = panel(t("Umfragen"), onclose, this.content, this.asking);
        this.askButton();
    }

    opened(): void {
        this.shown = "";
        this.draw();
    }

    draw(): void {
        const { room, lesson } = this.conference;
        if (!room || this.element.hidden) return;
        const { polls } = lesson.polls;
        const frozen = !room.moderator && lesson.isFrozen;
        const counts = polls.map((p) => [p.id, this.isOpen(p), p.answers.map((a) => a.voters.size)]);
        const shown = JSON.stringify([counts, frozen, room.moderator]);
        if (shown !== this.shown && !this.content.querySelector("input:focus")) {
            this.shown = shown;
            const cards = polls.map((poll) => (this.isOpen(poll) && !frozen ? this.form(poll) : this.result(poll)));
            replace(this.content, cards.length ? cards.reverse() : [h("p.small", {}, t("Noch keine Umfrage."))]);
        }
        this.asking.hidden = !(room.moderator || (lesson.rules.polls && !lesson.rules.quiet && !lesson.isFrozen));
    }

    private isOpen(poll: Poll): boolean {
        return this.answering.has(poll.id) || !this.conference.lesson.polls.hasAnswered(poll);
    }

    private form(poll: Poll): HTMLElement {
        const { polls } = this.conference.lesson;
        const mine = this.conference.room?.id ?? "";
        const chosen = (): boolean[] => boxes.map((b) => b.box.checked);
        const boxes: { box: HTMLInputElement; label: HTMLElement }[] = poll.answers.map((answer, i) => {
            const box = h("input", { type: "checkbox", id: `a-${poll.id}-${i}` });
            box.checked = this.ticks.get(poll.id)?.[i] ?? answer.voters.has(mine);
            box.addEventListener("change", () => this.ticks.set(poll.id, chosen()));
            return { box, label: h("label.check", {}, box, h("span", {}, answer.name)) };
        });
        const form = h(
            "form.poll",
            {},
            h("fieldset", {}, h("legend", {}, poll.question), ...boxes.map((b) => b.label)),
            h("button.primary", { id: `s-${poll.id}` }, t("Antworten")),
        );
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.answering.delete(poll.id);
            polls.answer(poll, chosen());
            this.ticks.delete(poll.id);
        });
        if (this.conference.room?.moderator) form.append(this.bars(poll));
        return form;
    }

    private result(poll: Poll): HTMLElement {
        const change = button(t("Antwort ändern"), () => {
            this.answering.add(poll.id);
            this.shown = "";
            this.draw();
        });
        change.id = `c-${poll.id}`;
        return h("section.poll", {}, h("h3", {}, poll.question), this.bars(poll), change);
    }

    // Numbers for all; whose they are, for the teacher only.
    private bars(poll: Poll): HTMLElement {
        const most = Math.max(1, ...poll.answers.map((a) => a.voters.size));
        const rows = poll.answers.map((answer) => {
            const bar = h("span.bar-part");
            bar.style.width = `${(100 * answer.voters.size) / most}%`;
            const names = this.conference.room?.moderator ? [...answer.voters.values()].filter((n) => n) : [];
            return h(
                "li",
                {},
                h("span.answer", {}, answer.name, h("b", {}, String(answer.voters.size))),
                h("span.bar-whole", { "aria-hidden": "true" }, bar),
                names.length > 0 && h("span.small", {}, names.join(", ")),
            );
        });
        return h("ul.results", { "aria-label": t("Ergebnis") }, ...rows);
    }

    private askButton(): void {
        this.asking.replaceChildren(button(t("Neue Umfrage"), () => this.ask(), "primary"));
    }

    private ask(): void {
        const question = h("input", { maxlength: 200, required: true });
        const answers = h("textarea", { rows: 4, required: true, maxlength: 1000 });
        answers.value = `${t("Ja")}\n${t("Nein")}`;
        const wrong = h("p.error", { role: "alert", hidden: true }, t("Bitte mindestens zwei Antworten eintragen."));
        const form = h(
            "form.poll",
            {},
            h("label", {}, t("Frage"), question),
            h("label", {}, t("Antworten, eine in jeder Zeile"), answers),
            wrong,
            h(
                "div.row",
                {},
                h("button.primary", {}, t("Fragen")),
                button(t("Abbrechen"), () => this.askButton()),
            ),
        );
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const lines = answers.value.split("\n").filter((line) => line.trim());
            wrong.hidden = lines.length >= 2;
            if (lines.length < 2) return;
            this.conference.lesson.polls.ask(question.value, lines.slice(0, kMostAnswers));
            this.askButton();
        });
        this.asking.replaceChildren(form);
        question.focus();
    }
}
