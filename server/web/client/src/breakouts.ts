// Breakout rooms (jitsi-signalling.md 6.5): which groups there are, who sits where, and the moderator's commands. The
// plan of who goes where is made here and carried out in one go.
import { Json, isObject, nickOf, textOf } from "./components";
import { Emitter } from "./emitter";
import { Element, el } from "./xml";

export interface GroupMember {
    jid: string; // as the server names it in commands
    id: string;
    name: string;
    moderator: boolean;
}
export interface Group {
    jid: string;
    name: string;
    isMain: boolean;
    members: GroupMember[];
}

export interface BreakoutEvents {
    changed: void;
    move: string; // the room to go to
}

const kPrefix = "features/breakout-rooms/";

export class Breakouts extends Emitter<BreakoutEvents> {
    groups: Group[] = [];
    private planned: { names: string[]; of: Map<string, number> } | undefined;

    constructor(private readonly send: (command: Element) => void) {
        super();
    }

    get main(): Group | undefined {
        return this.groups.find((group) => group.isMain);
    }
    get rooms(): Group[] {
        return this.groups.filter((group) => !group.isMain);
    }

    // The groups are made; as soon as the server names them everybody goes to theirs.
    open(names: string[], of: Map<string, number>): void {
        this.planned = { names, of };
        for (const name of names) this.command("add", { subject: name });
    }

    // Everybody back, and no groups any more.
    close(): void {
        const { main } = this;
        if (!main) return;
        this.planned = undefined;
        for (const group of this.rooms) {
            for (const member of group.members) this.move(member.jid, main.jid);
            this.command("remove", { breakoutRoomJid: group.jid });
        }
    }

    move(participantJid: string, roomJid: string): void {
        this.command("move-to-room", { participantJid, roomJid });
    }

    tellTime(minutes: number): void {
        this.command("notice", { minutes });
    }

    receive(event: Json): void {
        const roomJid = textOf(event.roomJid);
        if (event.event === kPrefix + "move-to-room" && roomJid) return this.emit("move", roomJid);
        if (event.event !== kPrefix + "update" || !isObject(event.rooms)) return;
        this.groups = Object.values(event.rooms).filter(isObject).map(groupOf);
        this.carryOut();
        this.emit("changed", undefined);
    }

    private carryOut(): void {
        const { planned, main, rooms } = this;
        if (!planned || !main || !planned.names.every((name) => rooms.some((room) => room.name === name))) return;
        this.planned = undefined;
        for (const member of main.members) {
            const at = planned.of.get(member.id);
            const room = at === undefined ? undefined : rooms.find((r) => r.name === planned.names[at]);
            if (room) this.move(member.jid, room.jid);
        }
    }

    private command(name: string, attributes: Record<string, string | number>): void {
        this.send(el("breakout_rooms", { type: kPrefix + name, ...attributes }));
    }
}

function groupOf(given: Json): Group {
    const members = isObject(given.participants) ? Object.entries(given.participants) : [];
    return {
        jid: textOf(given.jid, 500),
        name: textOf(given.name),
        isMain: given.isMainRoom === true,
        members: members.map(([jid, member]) => ({
            jid,
            id: nickOf(jid),
            name: isObject(member) ? textOf(member.displayName) : "",
            moderator: isObject(member) && member.role === "moderator",
        })),
    };
}

// Even groups, by chance: `random` gives numbers from 0 to below 1.
export function divide(ids: string[], groups: number, random: () => number): Map<string, number> {
    const mixed = [...ids];
    for (let i = mixed.length - 1; i > 0; i -= 1) {
        const other = Math.floor(random() * (i + 1));
        [mixed[i], mixed[other]] = [mixed[other]!, mixed[i]!];
    }
    return new Map(mixed.map((id, i) => [id, i % Math.max(1, groups)]));
}
