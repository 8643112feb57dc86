// The chat: who reads a line is chosen before it is written, and what the room does not allow is said instead of tried.
import { Conference } from "../conference";
import { ChatMessage } from "../room";
import { mayWhisper, mayWrite } from "../rules";
import { language, t } from "../text";
import { h, icon } from "./dom";
import { Panel, panel } from "./panel";

const kShown = 500; // messages; older ones leave the page

export class ChatPanel implements Panel {
    readonly element: HTMLElement;
    unread = 0;
    readonly messages: ChatMessage[] = [];
    private readonly list = h("ol.messages", { "aria-live": "polite", tabindex: 0, "aria-label": t("Nachrichten") });
    private readonly input = h("textarea", { rows: 2, maxlength: 2000, enterkeyhint: "send" });
    private readonly to = h("select", { "aria-label": t("Nachricht an"), onchange: () => this.draw() });
    private readonly rule = h("p.rule", { role: "note" });
    private readonly form: HTMLFormElement;
    private receivers = "";

    constructor(
        private readonly conference: Conference,
        onclose: () => void,
    ) {
        const submit = (event: Event): void => {
            event.preventDefault();
            this.send();
        };
        this.input.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
        });
        const send = h("button.plain", { "aria-label": t("Senden"), title: t("Senden") }, icon("send"));
        this.form = h("form.compose", { onsubmit: submit }, this.to, this.input, send);
        this.element = panel(t("Chat"), onclose, this.list, this.rule, this.form);
    }

    add(message: ChatMessage): void {
        // With a resumed stream the same message may come twice.
        if (this.messages.some((m) => m.id === message.id && m.from === message.from && m.text === message.text))
            return;
        this.messages.push(message);
        if (this.messages.length > kShown) {
            this.messages.shift();
            this.list.firstElementChild?.remove();
        }
        if (this.element.hidden && !message.own) this.unread += 1;
        this.list.append(this.line(message));
        this.list.scrollTop = this.list.scrollHeight;
    }

    private line(message: ChatMessage): HTMLElement {
        const time = message.time.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
        const kind = message.own ? "own" : message.from ? "" : "room";
        return h(
            "li",
            { class: kind || undefined },
            h("b", {}, this.head(message)),
            h("time", {}, time),
            h("p", {}, ...linked(message.text)),
        );
    }

    private head(message: ChatMessage): string {
        if (!message.private) return message.own ? t("Du") : message.name;
        const name = this.conference.room?.participants.get(message.to)?.name ?? "";
        return message.own ? t("Du (nur an {name})", { name }) : t("{name} (nur an dich)", { name: message.name });
    }

    opened(): void {
        this.unread = 0;
        this.draw();
        this.list.scrollTop = this.list.scrollHeight;
        if (!this.form.hidden) this.input.focus();
    }

    // A private line to this person, from the list of people.
    writeTo(id: string): void {
        this.draw();
        this.to.value = id;
        this.draw();
        this.input.focus();
    }

    draw(): void {
        const { room, lesson } = this.conference;
        if (!room || this.element.hidden) return;
        const toAll = mayWrite(lesson.rules, room.moderator) && (room.moderator || !lesson.isFrozen);
        const people = [...room.participants.values()].filter(
            (p) => mayWhisper(lesson.rules, room.moderator, p.moderator) && (room.moderator || !lesson.isFrozen),
        );
        this.drawReceivers(toAll, people);
        this.form.hidden = !toAll && people.length === 0;
        const rule = this.ruleOf(toAll);
        if (this.rule.textContent !== rule) this.rule.textContent = rule;
        this.rule.hidden = !rule;
        const name = people.find((p) => p.id === this.to.value)?.name;
        const label = name ? t("Nur an {name}", { name }) : t("Nachricht an alle");
        this.input.placeholder = label;
        this.input.setAttribute("aria-label", label);
    }

    private drawReceivers(toAll: boolean, people: { id: string; name: string }[]): void {
        const receivers = JSON.stringify([toAll, people.map((p) => [p.id, p.name])]);
        if (receivers === this.receivers) return;
        this.receivers = receivers;
        const chosen = this.to.value;
        const options = people.map((p) => h("option", { value: p.id }, t("Nur an {name}", { name: p.name })));
        this.to.replaceChildren(...(toAll ? [h("option", { value: "" }, t("An alle"))] : []), ...options);
        this.to.value = chosen;
        if (this.to.selectedIndex < 0) this.to.selectedIndex = 0;
        this.to.hidden = this.to.options.length < 2;
    }

    private ruleOf(toAll: boolean): string {
        const { room, lesson } = this.conference;
        if (room?.moderator) return "";
        if (lesson.isFrozen) return t("Der Chat ist aus, solange die Lehrkraft nicht da ist.");
        if (lesson.rules.quiet) return t("Ruhe! Der Chat ist aus, bis die Lehrkraft ihn wieder freigibt.");
        if (!toAll) return t("Der Chat an alle ist hier ausgeschaltet.");
        return "";
    }

    private send(): void {
        const text = this.input.value.trim();
        if (!text) return;
        this.conference.room?.sendChat(text, this.to.value);
        this.input.value = "";
    }
}

function linked(text: string): (Node | string)[] {
    return text
        .split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)
        .map((part, i) => (i % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
}
