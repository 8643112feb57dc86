// What goes on in the room beside pictures and sound: the rules, who may speak, raised hands, the teacher's absence,
// polls, groups and the door. One for as long as the page lives; each room that is entered is attached to it.
import { Breakouts } from "./breakouts";
import { Json } from "./components";
import { Emitter } from "./emitter";
import { Hall } from "./hall";
import { Media } from "./media";
import { Moderation, kMediumOf, kOwnOf } from "./moderation";
import { NS } from "./namespaces";
import { noticeOf } from "./notices";
import { Own, kOwn } from "./peer";
import { Poll, Polls } from "./polls";
import { ChatMessage, Room, randomHex } from "./room";
import { kNoRules, rulesOf } from "./rules";
import { Stream } from "./stream";
import { t } from "./text";
import { el } from "./xml";

export interface Notice {
    text: string;
    action?: { label: string; run: () => void };
}
export interface LessonEvents {
    changed: void;
    notice: Notice; // a sentence for the person in front of the screen
    poll: Poll; // somebody asked something
    move: string; // go to this room
    knocked: string; // the name of somebody who waits at the door
    hand: string; // the name of somebody who raises a hand
    denied: void;
    opened: void;
    closed: void;
}

export class Lesson extends Emitter<LessonEvents> {
    rules = kNoRules;
    room: Room | undefined;
    hall: Hall | undefined;
    frozen: { until: number; left: boolean } | undefined; // the teacher is away; when the room closes
    moderation = new Moderation(() => undefined);
    readonly polls: Polls;
    readonly breakouts: Breakouts;
    readonly hands: string[] = []; // ids, who came first first

    constructor(private readonly media: Media) {
        super();
        this.polls = new Polls(
            () => this.room?.id ?? "",
            (json) => this.room?.command("polls", this.json(json), "chat"),
            () => randomHex(16),
        );
        this.polls.on("changed", () => this.emit("changed", undefined));
        this.polls.on("asked", (poll) => this.emit("poll", poll));
        this.breakouts = new Breakouts((command) => this.room?.command("breakout_rooms", command));
        this.breakouts.on("changed", () => this.emit("changed", undefined));
        this.breakouts.on("move", (jid) => this.emit("move", jid));
    }

    private json(json: Json): ReturnType<typeof el> {
        return el("json-message", { xmlns: NS.jitmeet }, JSON.stringify(json));
    }

    attach(room: Room, stream: Stream): void {
        this.room = room;
        this.hands.length = 0;
        this.frozen = undefined;
        this.rules = kNoRules;
        this.moderate(room);
        this.openHall(room, stream);
        room.on("component", (json) => this.receive(json));
        room.on("occupants", () => this.countHands(room));
        room.on("message", (message) => this.listen(message));
        room.on("lobby", (jid) => {
            if (jid) this.hall?.enter(jid, room.name);
            else this.hall?.leave();
            this.emit("changed", undefined);
        });
    }

    private moderate(room: Room): void {
        const moderation = new Moderation((command) => room.command("av_moderation", command));
        this.moderation = moderation;
        moderation.on("changed", () => this.emit("changed", undefined));
        moderation.on("switched", ({ medium, on }) => {
            if (room.moderator) return;
            const own = kOwnOf[medium];
            if (on && this.media.tracks.has(own)) {
                void this.media.set(own, false);
                if (own === "microphone")
                    this.say(t("Hier meldet man sich, bevor man spricht. Dein Mikrofon ist aus."));
            }
        });
        moderation.on("approved", (medium) => {
            const own = kOwnOf[medium];
            if (own === "screen") return this.say(t("Du darfst deinen Bildschirm teilen."));
            const text = own === "microphone" ? t("Du darfst jetzt sprechen.") : t("Du darfst deine Kamera zeigen.");
            const label = own === "microphone" ? t("Mikrofon einschalten") : t("Kamera einschalten");
            this.emit("notice", { text, action: { label, run: () => void this.set(own, true) } });
        });
        moderation.on("withdrawn", (medium) => {
            if (medium === "audio") this.say(t("Dein Mikrofon ist wieder aus. Melde dich, wenn du sprechen möchtest."));
        });
    }

    private openHall(room: Room, stream: Stream): void {
        const hall = new Hall(stream, room.jid, room.id);
        this.hall = hall;
        const mine = (): boolean => this.hall === hall;
        hall.on("changed", () => mine() && this.emit("changed", undefined));
        hall.on("knocked", ({ name }) => mine() && room.moderator && this.emit("knocked", name));
        hall.on("denied", () => mine() && this.emit("denied", undefined));
        hall.on("opened", () => mine() && this.emit("opened", undefined));
        hall.on("closed", () => mine() && this.emit("closed", undefined));
    }

    get isFrozen(): boolean {
        return this.rules.frozen || this.frozen !== undefined;
    }

    // Whether this person may not use it without the teacher's yes.
    isBlocked(own: Own): boolean {
        if (this.room?.moderator !== false) return false;
        return this.isFrozen || this.moderation.blocks(kMediumOf[own]);
    }

    // The one way to switch anything on or off by hand. Who may not yet, asks for it by raising a hand.
    async set(own: Own, on: boolean): Promise<void> {
        if (!on || !this.isBlocked(own)) {
            await this.media.set(own, on);
            if (own === "microphone" && on && this.room?.hand) this.raiseHand(false);
            return;
        }
        if (this.isFrozen) return this.say(t("Solange die Lehrkraft nicht da ist, bleiben Mikrofone und Kameras aus."));
        this.raiseHand(true);
        this.say(asked(own));
    }

    raiseHand(raised: boolean): void {
        if (!this.room || this.room.hand > 0 === raised) return;
        this.room.raiseHand(raised);
        this.emit("changed", undefined);
    }

    // The teacher's yes to a raised hand.
    letSpeak(id: string, own: Own, yes: boolean): void {
        const { room } = this;
        if (!room) return;
        const medium = kMediumOf[own];
        if (yes) this.moderation.approve(medium, room.occupant(id));
        else this.moderation.withdraw(medium, room.occupant(id));
    }

    private countHands(room: Room): void {
        for (const person of room.participants.values()) {
            if (!person.hand || this.hands.includes(person.id)) continue;
            this.hands.push(person.id);
            if (room.moderator && room.joined && Date.now() - person.hand < kFreshHandMs)
                this.emit("hand", person.name);
        }
        if (room.hand && !this.hands.includes(room.id)) this.hands.push(room.id);
        const up = (id: string): boolean => (id === room.id ? room.hand : (room.participants.get(id)?.hand ?? 0)) > 0;
        for (let i = this.hands.length - 1; i >= 0; i -= 1) if (!up(this.hands[i]!)) this.hands.splice(i, 1);
    }

    private receive(json: Json): void {
        if (json.type === "av_moderation") this.moderation.receive(json);
        else if (json.type === "polls") this.polls.receive(json);
        else if (json.type === "breakout_rooms") this.breakouts.receive(json);
        else if (json.type === "room_metadata") {
            this.rules = rulesOf(json.metadata, this.rules);
            this.emit("changed", undefined);
        }
    }

    private listen(message: ChatMessage): void {
        if (message.from !== "" || message.failed) return;
        const notice = noticeOf(message.said);
        if (notice.kind === "frozen") {
            this.frozen = { until: Date.now() + notice.seconds * 1000, left: notice.left };
            // The server lets nothing through; the light of the camera need not stay on either.
            if (this.room?.moderator === false) for (const own of kOwn) void this.media.set(own, false);
        } else if (notice.kind === "restored") this.frozen = undefined;
        this.emit("changed", undefined);
        // Who is told by the banner that the room closes, need not be told twice.
        if (notice.kind !== "frozen" || this.room?.moderator) this.say(message.text);
    }

    private say(text: string): void {
        this.emit("notice", { text });
    }
}

const kFreshHandMs = 60_000; // clocks differ; an old hand is no news to a teacher who comes in

function asked(own: Own): string {
    if (own === "microphone")
        return t("Du hast dich gemeldet. Du kannst sprechen, sobald deine Lehrkraft dich drannimmt.");
    if (own === "camera")
        return t("Die Kameras sind hier aus. Du hast dich gemeldet: Deine Lehrkraft kann deine freigeben.");
    return t("Bildschirme teilt hier die Lehrkraft. Du hast dich gemeldet: Sie kann dir das Teilen erlauben.");
}
