// Who waits at the door, and the teacher's answers.
import { Conference } from "../conference";
import { t } from "../text";
import { button, h } from "./dom";

export function waitingList(conference: Conference): HTMLElement {
    const { hall } = conference.lesson;
    const waiting = [...(hall?.waiting.values() ?? [])];
    const rows = waiting.map((person) => {
        const admit = button(t("Einlassen"), () => hall?.admit([person]), "primary");
        const deny = button(t("Abweisen"), () => hall?.deny(person), "danger");
        admit.id = `w-${person.id}`;
        deny.id = `x-${person.id}`;
        admit.setAttribute("aria-label", t("{name} einlassen", { name: person.name }));
        deny.setAttribute("aria-label", t("{name} abweisen", { name: person.name }));
        return h("li", {}, h("span.who", {}, person.name), admit, deny);
    });
    const all = button(t("Alle einlassen"), () => hall?.admit(waiting));
    return h(
        "section.waiting",
        {},
        h("h3", { id: "waiting" }, t("Vor der Tür ({count})", { count: waiting.length })),
        h("ul.people", { "aria-labelledby": "waiting" }, ...rows),
        waiting.length > 1 && all,
    );
}
