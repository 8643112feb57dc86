// Every sentence of the classroom, German first. The German text is the key of its English one; {name} stands for what
// is filled in. The language is the page's, as the server chose it by Accept-Language.
import { english } from "./english";

export const language: "de" | "en" = globalThis.document?.documentElement.lang.startsWith("en") ? "en" : "de";

export function t(german: string, values: Record<string, string | number> = {}): string {
    return fill(language === "en" ? (english[german] ?? german) : german, values);
}

function fill(text: string, values: Record<string, string | number>): string {
    return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

// What the server says comes in German; its numbers are put into the English sentence in their order.
export function told(german: string): string {
    if (language !== "en") return german;
    const numbers = german.match(/\d+(?::\d\d)?/g) ?? [];
    let at = 0;
    const known = english[german] ?? english[german.replace(/\d+(?::\d\d)?/g, () => `{${at++}}`)];
    return known === undefined ? german : fill(known, Object.fromEntries(numbers.map((n, i) => [i, n])));
}
