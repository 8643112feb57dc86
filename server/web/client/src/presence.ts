// What a presence says about a person, and what a refusal says about the door. Pure functions.
import { VideoType } from "./jingle";
import { NS } from "./namespaces";
import { t, told } from "./text";
import { Element } from "./xml";

export interface SourceState {
    muted: boolean;
    videoType: VideoType;
}
export interface Participant {
    id: string;
    name: string;
    moderator: boolean;
    hand: number; // when it was raised; 0: it is down
    sources: Map<string, SourceState>;
}
export type Refusal =
    | { kind: "password"; text: string }
    | { kind: "waiting" }
    | { kind: "lobby"; jid: string }
    | { kind: "fatal"; text: string };

export function participantOf(presence: Element, id: string): Participant {
    const item = presence.child("x", NS.mucUser)?.child("item");
    return {
        id,
        name: presence.child("nick", NS.nick)?.text.trim().slice(0, 80) || t("Ohne Namen"),
        moderator: item?.attr("role") === "moderator",
        hand: handOf(presence.child("jitsi_participant_raisedHand")?.text ?? ""),
        sources: sourceStates(presence.child("SourceInfo")?.text ?? "", id),
    };
}

// The time of raising; old clients write "true"; lowered is "", "0" or "false".
export function handOf(text: string): number {
    if (text === "" || text === "0" || text === "false") return 0;
    return Number(text) > 0 ? Number(text) : 1;
}

// Only sources that carry their owner's id in their name count: nobody speaks for others.
export function sourceStates(json: string, owner: string): Map<string, SourceState> {
    const states = new Map<string, SourceState>();
    try {
        for (const [name, info] of Object.entries(JSON.parse(json) as Record<string, Partial<SourceState>>)) {
            if (!name.startsWith(owner + "-")) continue;
            states.set(name, {
                muted: info.muted === true,
                videoType: info.videoType === "desktop" ? "desktop" : "camera",
            });
        }
    } catch {
        // A presence without or with broken SourceInfo has no unmuted sources.
    }
    return states;
}

export function refusalOf(error: Element | undefined): Refusal {
    const condition = error?.children[0]?.name ?? "";
    const text = told(error?.child("text")?.text ?? "");
    const lobby = error?.child("lobbyroom")?.text ?? "";
    if (condition === "not-authorized") return { kind: "password", text };
    if (condition === "registration-required" && lobby) return { kind: "lobby", jid: lobby };
    if (condition === "registration-required" || error?.child("room-does-not-exist")) return { kind: "waiting" };
    if (condition === "service-unavailable") {
        return { kind: "fatal", text: text || t("Der Klassenraum ist voll.") };
    }
    return {
        kind: "fatal",
        text: text || t("Du kannst diesen Klassenraum gerade nicht betreten. Frag deine Lehrkraft."),
    };
}
