// Dialogs are the browser's own: it keeps the focus inside, closes on Escape and gives the focus back.
import { t } from "../text";
import { button, h } from "./dom";

export function dialog(title: string, ...content: (Node | false)[]): HTMLDialogElement {
    const heading = h("h2", {}, title);
    const element = h("dialog.card", {}, heading, ...content.filter((c): c is Node => c !== false));
    element.setAttribute("aria-label", title);
    return element;
}

// The harmless way out, which has the focus.
export function closer(label: string): HTMLElement {
    return h("form", { method: "dialog" }, h("button", { autofocus: true }, label));
}

// Asks before something that cannot be taken back. The harmless answer has the focus.
export function confirm(parent: HTMLElement, question: string, yes: string, act: () => void, more = ""): void {
    const no = button(t("Abbrechen"), () => element.close());
    no.autofocus = true;
    const sure = button(
        yes,
        () => {
            element.close();
            act();
        },
        "danger",
    );
    const element = dialog(question, more !== "" && h("p", {}, more), sure, no);
    element.addEventListener("close", () => element.remove());
    parent.append(element);
    element.showModal();
}
