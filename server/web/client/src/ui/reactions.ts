// A sign for everybody, without a word.
import { Conference } from "../conference";
import { t } from "../text";
import { h } from "./dom";

// As Jitsi's clients name them.
export const kReactions: Record<string, string> = {
    like: "👍",
    clap: "👏",
    laugh: "😂",
    surprised: "😮",
    love: "❤️",
    boo: "👎",
};

function nameOf(reaction: string): string {
    const names: Record<string, string> = {
        like: t("Daumen hoch"),
        clap: t("Applaus"),
        laugh: t("Lachen"),
        surprised: t("Staunen"),
        love: t("Herz"),
        boo: t("Daumen runter"),
    };
    return names[reaction] ?? "";
}

export function reactionButtons(conference: Conference): HTMLElement {
    return h(
        "div.reactions",
        { role: "group", "aria-label": t("Reaktionen") },
        ...Object.entries(kReactions).map(([name, sign]) =>
            h(
                "button.plain",
                {
                    type: "button",
                    title: nameOf(name),
                    "aria-label": nameOf(name),
                    onclick: () => conference.react(name),
                },
                sign,
            ),
        ),
    );
}
