// Sentences that come and go: said by a screen reader, never covering the bar, each with a way to send it off.
import { t } from "../text";
import { Notice } from "../lesson";
import { button, h, icon } from "./dom";

const kShownMs = 8_000;
const kWithActionMs = 30_000;
const kMost = 3;

export class Toasts {
    readonly element = h("div.toasts", { role: "status", "aria-live": "polite" });

    say(notice: Notice): void {
        for (const old of [...this.element.children]) if (old.firstChild?.textContent === notice.text) old.remove();
        while (this.element.children.length >= kMost) this.element.firstElementChild?.remove();
        const gone = (): void => toast.remove();
        const toast = h("div.toast", {}, h("p", {}, notice.text));
        if (notice.action) {
            const { label, run } = notice.action;
            toast.append(button(label, () => (gone(), run()), "primary"));
        }
        toast.append(
            h("button.plain", { type: "button", onclick: gone, "aria-label": t("Meldung schließen") }, icon("close")),
        );
        this.element.append(toast);
        setTimeout(gone, notice.action ? kWithActionMs : kShownMs);
    }

    clear(): void {
        this.element.replaceChildren();
    }
}
