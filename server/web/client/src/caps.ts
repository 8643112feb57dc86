// Entity capabilities (XEP-0115): what this client can do, and the hash that presences carry.
import { NS } from "./namespaces";
import { Element, el } from "./xml";

const kNode = "https://jitsi.org/jitsi-meet";
const kIdentity = { category: "client", type: "web", name: "Klassenraum" };
const kBase = [
    NS.disco,
    NS.jingle,
    NS.rtp,
    "urn:xmpp:jingle:apps:rtp:audio",
    "urn:xmpp:jingle:apps:rtp:video",
    NS.iceUdp,
    NS.dtls,
    "urn:ietf:rfc:4588",
    "http://jitsi.org/json-encoded-sources",
    "http://jitsi.org/tcc",
    "http://jitsi.org/source-name",
    "http://jitsi.org/receive-multiple-video-streams",
];
const kRewriting = "http://jitsi.org/ssrc-rewriting-1";

export class Capabilities {
    private constructor(
        private readonly features: string[],
        private readonly ver: string,
    ) {}

    static async create(rewriting: boolean): Promise<Capabilities> {
        const features = (rewriting ? [...kBase, kRewriting] : kBase).sort();
        return new Capabilities(features, await hash(features));
    }

    presence(): Element {
        return el("c", { xmlns: NS.caps, hash: "sha-1", node: kNode, ver: this.ver });
    }

    query(node: string): Element {
        return el(
            "query",
            { xmlns: NS.disco, node: node || undefined },
            el("identity", kIdentity),
            ...this.features.map((feature) => el("feature", { var: feature })),
        );
    }
}

// XEP-0115 §5.1
export async function hash(features: string[]): Promise<string> {
    const { category, type, name } = kIdentity;
    const text = [`${category}/${type}//${name}`, ...features].map((part) => part + "<").join("");
    const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
    return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
