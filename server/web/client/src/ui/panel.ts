// What stands beside the pictures: one at a time, with a heading and a way out.
import { t } from "../text";
import { h, icon } from "./dom";

export interface Panel {
    readonly element: HTMLElement;
    opened?(): void;
    closed?(): void;
    draw(): void;
}

export function panel(title: string, onclose: () => void, ...content: Node[]): HTMLElement {
    const close = t("{title} schließen", { title });
    return h(
        "aside.panel",
        { hidden: true, "aria-label": title },
        h(
            "header",
            {},
            h("h2", {}, title),
            h("button.plain", { type: "button", onclick: onclose, "aria-label": close, title: close }, icon("close")),
        ),
        ...content,
    );
}
