// Builds HTML without markup in strings: text from others never becomes an element, and the strict CSP has nothing to
// forbid.
type Child = Node | string | false | undefined;
type Properties = Record<string, string | boolean | number | ((event: never) => void) | undefined>;

// h("button.round", {onclick, "aria-label": "…", disabled: true}, children)
export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K | `${K}.${string}`,
    properties: Properties = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    const [name, ...classes] = tag.split(".");
    const element = document.createElement(name!) as HTMLElementTagNameMap[K];
    if (classes.length) element.className = classes.join(" ");
    for (const [key, value] of Object.entries(properties)) {
        if (value === undefined || value === false) continue;
        if (typeof value === "function") element.addEventListener(key.slice(2), value as EventListener);
        else element.setAttribute(key, value === true ? "" : String(value));
    }
    element.append(...children.filter((c): c is Node | string => c !== false && c !== undefined));
    return element;
}

const kIcons = {
    microphone: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11v1a6 6 0 0 0 12 0v-1M12 18v3M9 21h6",
    camera: "M3 7a1 1 0 0 1 1-1h11a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM16 11l5-4v10l-5-4",
    screen: "M3 5h18v11H3zM12 16v4M8 20h8M12 13V8M9.5 10.5 12 8l2.5 2.5",
    chat: "M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12h5",
    people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 3-5 6-5s6 2 6 5M16 11a2.5 2.5 0 1 0 0-5M17 14c2.5 0 4 2 4 4.5",
    leave: "M3 13c0-5 18-5 18 0v2h-5v-3H8v3H3z",
    settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
    close: "M6 6l12 12M18 6 6 18",
    pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
    send: "M4 12 20 4l-5 16-3-7z",
    hand:
        "M7 12V7.5a1.5 1.5 0 0 1 3 0V11V5a1.5 1.5 0 0 1 3 0v6V6a1.5 1.5 0 0 1 3 0v6V9a1.5 1.5 0 0 1 3 0v5c0 4-2.5 7-6 7" +
        "-3 0-4.5-1.5-6-4l-2.5-4.5c-.5-1.5 1.5-2.5 2.5-1z",
    smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.5c1 1.5 2 2 3.5 2s2.5-.5 3.5-2M9 9.5v.5M15 9.5v.5",
    poll: "M5 20v-7M12 20V4M19 20v-11",
    view: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
    stage: "M4 5h16v9H4zM4 17h4v3H4zM10 17h4v3h-4zM16 17h4v3h-4z",
    more: "M5 12h.01M12 12h.01M19 12h.01",
    lesson: "M4 5h16v10H4zM12 15v5M8 20h8M8 9h8M8 12h5",
    back: "M15 5l-7 7 7 7",
    next: "M9 5l7 7-7 7",
    off: "M4 4l16 16",
};
export type Icon = keyof typeof kIcons;

export function icon(name: Icon, struck = false): SVGSVGElement {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of struck ? [kIcons[name], kIcons.off] : [kIcons[name]]) {
        const path = document.createElementNS(ns, "path");
        path.setAttribute("d", d);
        svg.append(path);
    }
    return svg;
}

export function button(label: string, onclick: () => void, kind = ""): HTMLButtonElement {
    const element = h("button", { type: "button", onclick }, label);
    if (kind) element.className = kind;
    return element;
}

export function link(label: string, href: string, kind = ""): HTMLAnchorElement {
    const element = h("a", { href }, label);
    if (kind) element.className = kind;
    return element;
}

// New content only when it differs, and without taking the focus from whoever works in it: elements that have an id are
// found again.
export function replace(parent: HTMLElement, content: Node[]): void {
    const focused = parent.contains(document.activeElement) ? document.activeElement?.id : "";
    parent.replaceChildren(...content);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// A round button of the bar: big enough for a thumb, its state said in words as well.
export class Toggle {
    readonly element: HTMLButtonElement;
    private shown = "";

    constructor(
        private readonly name: Icon,
        onclick: () => void,
        private readonly key = "",
    ) {
        this.element = h("button.round", { type: "button", onclick });
    }

    // `short` is what is written where space is short; the full label is always said.
    show(
        label: string,
        short: string,
        state: {
            pressed?: boolean;
            struck?: boolean;
            badge?: number;
            of?: string;
            more?: string;
            alert?: boolean;
        } = {},
    ): void {
        const shown = JSON.stringify([label, state]);
        if (shown === this.shown) return;
        this.shown = shown;
        this.element.replaceChildren(
            icon(this.name, state.struck),
            h("span.full", {}, label),
            h("span.short", {}, short),
        );
        if (state.badge) this.element.append(h("b.badge", {}, String(state.badge)));
        this.element.title = (this.key ? `${label} (${this.key})` : label) + (state.more ? ` – ${state.more}` : "");
        const more = state.more ? ` – ${state.more}` : "";
        const count = state.badge ? `, ${state.badge} ${state.of ?? ""}`.trimEnd() : "";
        this.element.setAttribute("aria-label", label + more + count);
        this.element.classList.toggle("alert", state.alert === true);
        if (state.pressed !== undefined) this.element.setAttribute("aria-pressed", String(state.pressed));
        this.element.classList.toggle("struck", state.struck === true);
    }
}
