// The room itself: a line that says how things are, the pictures, one panel beside them, and the bar with big buttons.
import { Conference } from "../conference";
import { Control } from "../control";
import { Own } from "../peer";
import { t } from "../text";
import { ChatPanel } from "./chat_panel";
import { closer, dialog } from "./dialog";
import { Toggle, button, h } from "./dom";
import { GroupsPanel } from "./groups_panel";
import { MorePanel } from "./more_panel";
import { Panel } from "./panel";
import { PeoplePanel } from "./people_panel";
import { PollsPanel } from "./polls_panel";
import { reactionButtons } from "./reactions";
import { Stage } from "./stage";
import { TeacherPanel } from "./teacher_panel";
import { Toasts } from "./toasts";

export class RoomView {
    readonly element: HTMLElement;
    readonly stage: Stage;
    readonly chat: ChatPanel;
    private readonly panels: Record<"chat" | "people" | "polls" | "teacher" | "groups" | "more", Panel>;
    private openPanel: Panel | undefined;
    private opener: HTMLElement | undefined;
    private readonly status = h("span.status", { role: "status" });
    private readonly place = h("span.place");
    private readonly banner = h("p.banner", { role: "alert", hidden: true });
    private readonly toasts = new Toasts();
    private readonly sound = button(t("Ton einschalten"), () => this.unblock(), "sound primary");
    private readonly reactions: HTMLElement;
    private readonly everyone = button(t("Unterricht für alle beenden"), () => this.endForAll(), "danger");
    private readonly alone = h("p.small");
    private readonly goodbye: HTMLDialogElement;
    private readonly microphone = new Toggle("microphone", () => this.toggle("microphone"), "M");
    private readonly camera = new Toggle("camera", () => this.toggle("camera"), "V");
    private readonly screen = new Toggle("screen", () => this.toggle("screen"));
    private readonly hand = new Toggle("hand", () => this.raise(), "H");
    private readonly smile = new Toggle("smile", () => this.showReactions());
    private readonly teacherButton = new Toggle("lesson", () => this.open("teacher"));
    private readonly chatButton = new Toggle("chat", () => this.open("chat"), "C");
    private readonly peopleButton = new Toggle("people", () => this.open("people"), "P");
    private readonly pollsButton = new Toggle("poll", () => this.open("polls"));
    private readonly viewButton = new Toggle("view", () => this.changeView(), "A");
    private readonly moreButton = new Toggle("more", () => this.open("more"));
    private readonly leave = new Toggle("leave", () => this.sayGoodbye());

    constructor(
        private readonly conference: Conference,
        title: string,
        slug: string,
    ) {
        this.sound.hidden = true;
        this.stage = new Stage(conference, () => (this.sound.hidden = false));
        const close = (): void => this.show(undefined);
        const say = (text: string): void => this.toasts.say({ text });
        const canShare = "getDisplayMedia" in (navigator.mediaDevices ?? {}) || window.klassenraumMedia !== undefined;
        this.chat = new ChatPanel(conference, close);
        this.panels = {
            chat: this.chat,
            people: new PeoplePanel(conference, (id) => this.writeTo(id), close),
            polls: new PollsPanel(conference, close),
            teacher: new TeacherPanel(
                conference,
                new Control(slug),
                { say, groups: () => this.open("groups"), goodbye: () => this.sayGoodbye() },
                close,
            ),
            groups: new GroupsPanel(conference, say, close),
            more: new MorePanel(
                conference,
                canShare,
                () => this.stage.mode === "stage",
                {
                    share: () => this.toggle("screen"),
                    view: () => this.changeView(),
                    polls: () => this.open("polls"),
                },
                close,
            ),
        };
        this.goodbye = dialog(
            t("Klassenraum verlassen?"),
            this.everyone,
            button(t("Nur ich gehe"), () => this.leaveAlone()),
            this.alone,
            closer(t("Abbrechen")),
        );
        this.reactions = h(
            "div.popover",
            { hidden: true, onclick: () => this.showReactions() },
            reactionButtons(conference),
        );
        for (const wide of [this.screen, this.smile, this.pollsButton, this.viewButton])
            wide.element.classList.add("wide");
        this.leave.element.classList.add("leave");
        this.screen.element.hidden = !canShare;
        this.element = this.build(title);
        this.listen();
    }

    private build(title: string): HTMLElement {
        const bar = [
            this.microphone,
            this.camera,
            this.screen,
            this.hand,
            this.smile,
            this.teacherButton,
            this.chatButton,
            this.peopleButton,
            this.pollsButton,
            this.viewButton,
            this.moreButton,
            this.leave,
        ];
        return h(
            "div.room",
            {},
            h("header.top", {}, h("h1", {}, title), this.place, this.status),
            this.banner,
            h("div.middle", {}, this.stage.element, ...Object.values(this.panels).map((p) => p.element)),
            this.toasts.element,
            this.sound,
            this.reactions,
            h("nav.bar", { "aria-label": t("Steuerung") }, ...bar.map((b) => b.element)),
            this.goodbye,
        );
    }

    private listen(): void {
        const { conference } = this;
        conference.on("message", (message) => {
            this.chat.add(message);
            this.draw();
        });
        conference.on("notice", (notice) => this.toasts.say(notice));
        const { lesson } = conference;
        const show = (name: "people" | "polls" | "teacher") => ({
            label: t("Ansehen"),
            run: () => this.show(this.panels[name]),
        });
        // What the open panel shows anyway is said without a button.
        const tell = (text: string, isShown: boolean): void =>
            this.toasts.say(isShown ? { text } : { text, action: show("people") });
        lesson.on("hand", (name) => tell(t("{name} meldet sich.", { name }), this.isOpen("people")));
        lesson.on("knocked", (name) =>
            tell(t("{name} steht vor der Tür.", { name }), this.isOpen("people") || this.isOpen("teacher")),
        );
        lesson.on("poll", (poll) =>
            this.toasts.say({ text: t("Umfrage: {question}", { question: poll.question }), action: show("polls") }),
        );
        setInterval(() => this.drawBanner(), 1_000);
    }

    draw(): void {
        this.drawOwn();
        const { room, lesson } = this.conference;
        const moderator = room?.moderator === true;
        const raised = (room?.hand ?? 0) > 0;
        this.hand.element.hidden = moderator;
        this.hand.show(raised ? t("Hand herunter") : t("Melden"), raised ? t("Hand") : t("Melden"), {
            pressed: raised,
        });
        const waiting = lesson.hall?.waiting.size ?? 0;
        this.teacherButton.element.hidden = !moderator;
        this.teacherButton.show(t("Unterricht leiten"), t("Leiten"), {
            pressed: this.isOpen("teacher") || this.isOpen("groups"),
        });
        this.chatButton.show(t("Chat"), t("Chat"), {
            pressed: this.isOpen("chat"),
            badge: this.chat.unread,
            of: t("ungelesen"),
        });
        this.peopleButton.show(t("Personen"), t("Personen"), {
            pressed: this.isOpen("people"),
            badge: (room?.participants.size ?? 0) + 1,
            alert: moderator && (waiting > 0 || lesson.hands.length > 0),
        });
        const open = lesson.polls.polls.filter((poll) => !lesson.polls.hasAnswered(poll)).length;
        this.pollsButton.element.hidden = !room?.has("polls");
        this.pollsButton.show(t("Umfragen"), t("Umfragen"), {
            pressed: this.isOpen("polls"),
            badge: open,
            of: t("offen"),
        });
        this.viewButton.show(
            this.stage.mode === "stage" ? t("Alle gleich groß") : t("Wer spricht, groß"),
            t("Ansicht"),
        );
        this.smile.show(t("Reaktion"), t("Reaktion"), { pressed: !this.reactions.hidden });
        this.moreButton.show(t("Mehr"), t("Mehr"), { pressed: this.isOpen("more"), badge: 0 });
        this.leave.show(t("Gehen"), t("Gehen"));
        this.drawStatus();
        this.drawBanner();
        this.stage.draw();
        for (const panel of Object.values(this.panels)) panel.draw();
    }

    private drawOwn(): void {
        const { media, lesson } = this.conference;
        const show = (toggle: Toggle, own: Own, on: string, off: string, ask: string, short: string): void => {
            const is = media.tracks.has(own);
            const more = !is && lesson.isBlocked(own) ? ask : "";
            toggle.show(is ? on : off, short, { pressed: is, struck: !is && own !== "screen", more });
        };
        const asks = t("zum Sprechen melden");
        show(this.microphone, "microphone", t("Mikrofon an"), t("Mikrofon aus"), asks, t("Mikro"));
        show(this.camera, "camera", t("Kamera an"), t("Kamera aus"), t("dafür melden"), t("Kamera"));
        const share = t("Bildschirm teilen");
        show(this.screen, "screen", t("Teilen beenden"), share, t("dafür melden"), t("Teilen"));
    }

    private drawStatus(): void {
        const [text, good] = this.conference.status();
        if (this.status.textContent !== text) this.status.textContent = text;
        this.status.classList.toggle("good", good);
        const { room, lesson } = this.conference;
        const group = lesson.breakouts.rooms.find((r) => r.jid === room?.jid);
        const place = group ? t("Du bist in: {name}", { name: group.name }) : "";
        if (this.place.textContent !== place) this.place.textContent = place;
        this.place.hidden = !place;
        this.everyone.hidden = room?.canEndForAll !== true;
        const others = [...(room?.participants.values() ?? [])].some((p) => p.moderator);
        this.alone.hidden = !room?.moderator || others;
        this.alone.textContent = t("Ohne Lehrkraft schließt der Klassenraum nach kurzer Zeit von selbst.");
    }

    // As long as nobody teaches, or „Ruhe!" is on, it stays written.
    private drawBanner(): void {
        const { room, lesson } = this.conference;
        const frozen = lesson.frozen;
        let text = "";
        if (frozen && room?.moderator === false) {
            const seconds = Math.max(0, Math.round((frozen.until - Date.now()) / 1000));
            text = frozen.left
                ? t("Die Lehrkraft hat den Raum verlassen. Der Klassenraum schließt in {time} Sekunden.", {
                      time: seconds,
                  })
                : t(
                      "Die Verbindung zur Lehrkraft ist unterbrochen. Mikrofone, Kameras und Chat sind solange aus. Der Klassenraum schließt in {time} Minuten.",
                      { time: clock(seconds) },
                  );
        } else if (lesson.isFrozen && room?.moderator === false) {
            text = t("Die Lehrkraft ist gerade nicht da. Mikrofone, Kameras und Chat sind solange aus.");
        } else if (lesson.rules.quiet) {
            text = room?.moderator
                ? t("Ruhe! Nur Lehrkräfte sind zu hören.")
                : t("Ruhe! Mikrofone, Kameras und Chat sind aus.");
        }
        this.banner.hidden = !text;
        // Said once, not every second: the clock is for the eyes.
        this.banner.setAttribute("role", frozen ? "timer" : "alert");
        if (this.banner.textContent !== text) this.banner.textContent = text;
    }

    key(event: KeyboardEvent): void {
        if (this.element.querySelector("dialog[open]")) return;
        const key = event.key.toLowerCase();
        if (key === "m") this.toggle("microphone");
        else if (key === "v") this.toggle("camera");
        else if (key === "h") this.raise();
        else if (key === "c") this.open("chat");
        else if (key === "p") this.open("people");
        else if (key === "a") this.changeView();
        else if (key === "pageup") this.stage.turn(-1);
        else if (key === "pagedown") this.stage.turn(1);
        else if (key === "escape") this.escape();
        else return;
        event.preventDefault();
    }

    private escape(): void {
        if (!this.reactions.hidden) this.showReactions();
        else this.show(undefined);
    }

    private toggle(own: Own): void {
        void this.conference.lesson.set(own, !this.conference.media.tracks.has(own));
    }

    private raise(): void {
        const { room, lesson } = this.conference;
        if (room && !room.moderator) lesson.raiseHand(room.hand === 0);
    }

    private showReactions(): void {
        this.reactions.hidden = !this.reactions.hidden;
        this.draw();
        if (!this.reactions.hidden) this.reactions.querySelector("button")?.focus();
        else this.smile.element.focus();
    }

    private changeView(): void {
        this.stage.setMode(this.stage.mode === "stage" ? "tiles" : "stage");
        this.draw();
    }

    private isOpen(name: keyof RoomView["panels"]): boolean {
        return this.openPanel === this.panels[name];
    }

    private open(name: keyof RoomView["panels"]): void {
        this.show(this.isOpen(name) ? undefined : this.panels[name]);
    }

    private show(wanted: Panel | undefined): void {
        const before = this.openPanel;
        if (before === wanted) return;
        const inside = before?.element.contains(document.activeElement) === true;
        if (!before) this.opener = document.activeElement as HTMLElement;
        if (before) before.element.hidden = true;
        before?.closed?.();
        this.openPanel = wanted;
        if (wanted) {
            wanted.element.hidden = false;
            if (wanted !== this.chat) wanted.element.querySelector("button")?.focus();
            wanted.opened?.();
        } else if (inside) {
            // Whoever closes a panel by keyboard goes on where it was opened.
            (this.opener?.isConnected ? this.opener : this.moreButton.element).focus();
        }
        this.draw();
    }

    private writeTo(id: string): void {
        this.show(this.chat);
        this.chat.writeTo(id);
    }

    private sayGoodbye(): void {
        if (this.conference.room?.moderator) this.goodbye.showModal();
        else this.conference.leave();
    }

    private leaveAlone(): void {
        this.goodbye.close();
        this.conference.leave();
    }

    private endForAll(): void {
        this.goodbye.close();
        this.conference.endForAll();
    }

    private unblock(): void {
        this.sound.hidden = true;
        this.stage.sound.unblock();
    }

    // Whoever comes in by keyboard begins at the bar, not nowhere.
    entered(): void {
        this.microphone.element.focus();
    }

    // What belongs to one visit does not greet the next.
    reset(): void {
        this.show(undefined);
        this.toasts.clear();
        this.goodbye.close();
    }
}

function clock(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
