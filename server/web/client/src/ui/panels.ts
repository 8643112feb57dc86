// Beside the pictures: the chat, and the list of people with what a teacher may do.
import { Conference } from "../conference";
import { ChatMessage, Participant } from "../room";
import { h, icon } from "./dom";

const kShown = 500; // messages; older ones leave the page

export class ChatPanel {
    readonly element: HTMLElement;
    unread = 0;
    readonly messages: ChatMessage[] = [];
    private readonly list = h("ol.messages", { "aria-live": "polite" });
    private readonly input = h("textarea", {
        rows: 2,
        maxlength: 2000,
        placeholder: "Nachricht an alle",
        "aria-label": "Nachricht an alle",
        enterkeyhint: "send",
    });

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
        this.element = panel(
            "Chat",
            onclose,
            this.list,
            h(
                "form.compose",
                { onsubmit: submit },
                this.input,
                h("button", { "aria-label": "Senden", title: "Senden" }, icon("send")),
            ),
        );
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
        const time = message.time.toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit" });
        const who = message.private ? `${message.name} (nur an dich)` : message.name;
        this.list.append(
            h(
                message.own ? "li.own" : "li",
                {},
                h("b", {}, message.own ? "Du" : who),
                h("time", {}, time),
                h("p", {}, ...linked(message.text)),
            ),
        );
        this.list.scrollTop = this.list.scrollHeight;
    }

    opened(): void {
        this.unread = 0;
        this.list.scrollTop = this.list.scrollHeight;
        this.input.focus();
    }

    private send(): void {
        const text = this.input.value.trim();
        if (!text) return;
        this.conference.room?.sendChat(text);
        this.input.value = "";
    }
}

function linked(text: string): (Node | string)[] {
    return text
        .split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/)
        .map((part, i) => (i % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
}

export class PeoplePanel {
    readonly element: HTMLElement;
    private readonly list = h("ul.people");
    private shown = "";

    constructor(
        private readonly conference: Conference,
        onclose: () => void,
    ) {
        this.element = panel("Personen", onclose, this.list);
    }

    draw(): void {
        const { room } = this.conference;
        if (!room || this.element.hidden) return;
        const people = [...room.participants.values()].sort(
            (a, b) => Number(b.moderator) - Number(a.moderator) || a.name.localeCompare(b.name, "de"),
        );
        const shown = JSON.stringify([
            room.name,
            room.moderator,
            people.map((p) => [p.id, p.name, p.moderator, p.handRaised]),
        ]);
        if (shown === this.shown) return;
        this.shown = shown;
        this.list.replaceChildren(
            h("li", {}, h("span", {}, `${room.name} (Du)${room.moderator ? " · Lehrkraft" : ""}`)),
            ...people.map((p) => this.row(p, room.moderator)),
        );
    }

    private row(p: Participant, mayModerate: boolean): HTMLElement {
        const name = `${p.name}${p.moderator ? " · Lehrkraft" : ""}${p.handRaised ? " · meldet sich" : ""}`;
        const { room } = this.conference;
        if (!mayModerate || p.moderator) return h("li", {}, h("span", {}, name));
        return h(
            "li",
            {},
            h("span", {}, name),
            h(
                "button",
                {
                    type: "button",
                    onclick: () => void room?.mute(p.id).catch(() => undefined),
                    "aria-label": `${p.name} stumm schalten`,
                },
                "Stumm",
            ),
            h(
                "button.danger",
                {
                    type: "button",
                    onclick: () => void room?.kick(p.id).catch(() => undefined),
                    "aria-label": `${p.name} entfernen`,
                },
                "Entfernen",
            ),
        );
    }
}

function panel(title: string, onclose: () => void, ...content: Node[]): HTMLElement {
    return h(
        "aside.panel",
        { hidden: true, "aria-label": title },
        h(
            "header",
            {},
            h("h2", {}, title),
            h("button.plain", { type: "button", onclick: onclose, "aria-label": `${title} schließen` }, icon("close")),
        ),
        ...content,
    );
}
