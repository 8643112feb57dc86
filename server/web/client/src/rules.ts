// The room's rules for learners as its metadata name them; what is missing is allowed, because the server decides anyway
// and answers in words.
import { Json, isObject } from "./components";

export interface Rules {
    chat: boolean;
    privateChat: "all" | "to-moderators" | "off";
    rename: boolean;
    polls: boolean;
    quiet: boolean; // „Ruhe!"
    frozen: boolean; // no teacher is there
}

export const kNoRules: Rules = {
    chat: true,
    privateChat: "to-moderators",
    rename: true,
    polls: false,
    quiet: false,
    frozen: false,
};

export function rulesOf(metadata: unknown, before: Rules = kNoRules): Rules {
    const given: Json = isObject(metadata) && isObject(metadata.rules) ? metadata.rules : {};
    const flag = (name: "chat" | "rename" | "polls" | "quiet" | "frozen"): boolean =>
        typeof given[name] === "boolean" ? (given[name] as boolean) : before[name];
    const privateChat = (["all", "to-moderators", "off"] as const).find((way) => way === given.privateChat);
    return {
        chat: flag("chat"),
        privateChat: privateChat ?? before.privateChat,
        rename: flag("rename"),
        polls: flag("polls"),
        quiet: flag("quiet"),
        frozen: flag("frozen"),
    };
}

export function mayWrite(rules: Rules, moderator: boolean): boolean {
    return moderator || (rules.chat && !rules.quiet && !rules.frozen);
}

export function mayWhisper(rules: Rules, moderator: boolean, toModerator: boolean): boolean {
    if (moderator) return true;
    if (rules.quiet || rules.frozen || rules.privateChat === "off") return false;
    return toModerator || rules.privateChat === "all";
}
