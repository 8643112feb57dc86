// What the client reads of /config.js, which defines `var config` for Jitsi clients of every kind.
export interface Config {
    hosts: { domain: string; anonymousdomain?: string; muc: string; focus?: string };
    websocket: string;
    flags?: { ssrcRewritingEnabled?: boolean };
    channelLastN?: number;
}

declare global {
    interface Window {
        config?: Config;
    }
}

// As Jitsi clients do it (getBackendSafeRoomName), from the first segment of the page's path.
export function roomOf(path: string): { name: string; local: string } {
    const segment = path.split("/").find((part) => part) ?? "";
    let decoded = segment;
    try {
        decoded = decodeURIComponent(segment);
    } catch {
        // A lone "%" is part of the name.
    }
    const name = decoded.normalize("NFKC").toLowerCase();
    return { name, local: encodeURIComponent(name).toLowerCase() };
}

// What a room is called among people: "Mathe 7b" of "amsel-27-mathe-7b-k3fq" (account, title, chance).
export function titleOf(slug: string): string {
    const title = /^[a-z]+(?:-\d+)?-(.+)-[a-z0-9]{4}$/.exec(slug)?.[1] ?? slug;
    const words = title.replace(/-/g, " ");
    return words.charAt(0).toUpperCase() + words.slice(1);
}
