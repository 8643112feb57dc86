// XML as the Jitsi wire uses it: one small element per WebSocket message (RFC 7395), literal `xmlns` attributes, no
// entities but the five and numeric ones. Own tree instead of the browser's, so that everything above runs in node's
// tests too.

export type Attributes = Record<string, string | number | undefined>;

export class Element {
    readonly children: Element[] = [];
    text = "";

    constructor(
        readonly name: string,
        readonly attributes: Record<string, string> = {},
        readonly ns = attributes.xmlns ?? "",
    ) {}

    attr(name: string): string {
        return this.attributes[name] ?? "";
    }
    child(name: string, ns?: string): Element | undefined {
        return this.children.find((c) => c.name === name && (ns === undefined || c.ns === ns));
    }
    all(name: string): Element[] {
        return this.children.filter((c) => c.name === name);
    }
    toString(): string {
        let out = "<" + this.name;
        for (const [key, value] of Object.entries(this.attributes)) out += ` ${key}="${escape(value)}"`;
        if (!this.children.length && !this.text) return out + "/>";
        return `${out}>${escape(this.text)}${this.children.join("")}</${this.name}>`;
    }
}

// el("iq", {type: "get"}, child, "text"): attributes that are undefined are left out.
export function el(
    name: string,
    attributes: Attributes = {},
    ...content: (Element | string | false | undefined)[]
): Element {
    const kept: Record<string, string> = {};
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) kept[key] = String(value);
    const element = new Element(name, kept);
    for (const part of content) {
        if (typeof part === "string") element.text += part;
        else if (part) element.children.push(part);
    }
    return element;
}

const kEscapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const kEntities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const kMaxDepth = 32;

function escape(text: string): string {
    // Characters that XML 1.0 forbids would end the stream, whatever somebody pastes into the chat.
    return text
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
        .replace(/[&<>"']/g, (c) => kEscapes[c]!);
}

function unescape(text: string): string {
    return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
        if (name[0] !== "#") return kEntities[name] ?? whole;
        const code = name[1] === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
    });
}

const kToken = /<(\/?)([^\s/>]+)((?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
const kAttribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

// One whole element, or undefined when the text is anything else. Prefixes are cut off ("stream:features" is
// "features").
export function parse(text: string): Element | undefined {
    const stack: Element[] = [];
    let root: Element | undefined;
    kToken.lastIndex = 0;
    while (kToken.lastIndex < text.length) {
        const token = kToken.exec(text);
        if (!token || (root && !stack.length && token[5]?.trim() !== "")) return undefined;
        const [, closing, name, attributes, empty, characters] = token;
        const top = stack[stack.length - 1];
        if (characters !== undefined) {
            if (top) top.text += unescape(characters);
            continue;
        }
        const local = name!.slice(name!.indexOf(":") + 1);
        if (closing) {
            if (stack.pop()?.name !== local) return undefined;
            continue;
        }
        const element = new Element(local, ...scope(name!, attributes!, top));
        if (top) top.children.push(element);
        else root = element;
        if (!empty) stack.push(element);
        if (stack.length > kMaxDepth) return undefined;
    }
    return stack.length ? undefined : root;
}

function scope(name: string, text: string, parent: Element | undefined): [Record<string, string>, string] {
    const attributes: Record<string, string> = {};
    for (const [, key, double, single] of text.matchAll(kAttribute))
        attributes[key!] = unescape(double ?? single ?? "");
    const prefix = name.includes(":") ? name.slice(0, name.indexOf(":")) : "";
    return [attributes, prefix ? (attributes["xmlns:" + prefix] ?? "") : (attributes.xmlns ?? parent?.ns ?? "")];
}
