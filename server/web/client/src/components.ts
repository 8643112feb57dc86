// What the server's components say (jitsi-signalling.md 6): a JSON object with a `type` inside a message. They speak from
// a bare domain; whoever sits in a room speaks from an address with "@", so nobody can pass for one of them.
import { NS } from "./namespaces";
import { Element } from "./xml";

export type Json = Record<string, unknown>;

export function componentJson(message: Element): Json | undefined {
    const text = message.child("json-message", NS.jitmeet)?.text;
    if (text === undefined || message.attr("from").includes("@")) return undefined;
    try {
        const json: unknown = JSON.parse(text);
        return isObject(json) && typeof json.type === "string" ? json : undefined;
    } catch {
        return undefined;
    }
}

export function isObject(value: unknown): value is Json {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown, longest = 200): string {
    return typeof value === "string" ? value.slice(0, longest) : "";
}

export function listOf(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}

// The occupant's name in "room@domain/name".
export function nickOf(jid: string): string {
    return jid.slice(jid.indexOf("/") + 1);
}
