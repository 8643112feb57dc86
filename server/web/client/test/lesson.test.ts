// Rules, moderation, polls, groups, notices, layout, texts: what needs no browser.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Breakouts, divide } from "../src/breakouts";
import { componentJson } from "../src/components";
import { titleOf } from "../src/config";
import { english } from "../src/english";
import { Moderation } from "../src/moderation";
import { noticeOf } from "../src/notices";
import { Polls } from "../src/polls";
import { handOf, refusalOf, sourceStates } from "../src/presence";
import { judge } from "../src/quality";
import { kNoRules, mayWhisper, mayWrite, rulesOf } from "../src/rules";
import { bestColumns, capacity, mostTiles, pageCount, tileWidth } from "../src/ui/layout";
import { levelOf } from "../src/ui/level_meter";
import { initials } from "../src/ui/tile";
import { Element, parse } from "../src/xml";

test("only a component of the server speaks for it, whatever an occupant sends", () => {
    const text = `<json-message xmlns="http://jitsi.org/jitmeet">{"type":"av_moderation"}</json-message>`;
    assert.deepEqual(componentJson(parse(`<message from="avmoderation.example">${text}</message>`)!), {
        type: "av_moderation",
    });
    assert.equal(
        componentJson(parse(`<message from="room@conference.example/0a1b2c3d">${text}</message>`)!),
        undefined,
    );
    for (const bad of ["", "[]", "{}", "null", `{"type":1}`]) {
        const message = `<message from="x.example"><json-message xmlns="http://jitsi.org/jitmeet">${bad}</json-message></message>`;
        assert.equal(componentJson(parse(message)!), undefined, bad);
    }
});

test("a medium that is moderated needs a yes, and each switch forgets the old ones", () => {
    const sent: Element[] = [];
    const moderation = new Moderation((command) => sent.push(command));
    const said: string[] = [];
    moderation.on("approved", (medium) => said.push(`approved ${medium}`));
    moderation.on("switched", ({ medium, on }) => said.push(`${medium} ${on}`));
    const event = { type: "av_moderation", mediaType: "audio" };
    moderation.receive({ ...event, enabled: true });
    moderation.receive({ ...event, enabled: true });
    assert.equal(moderation.blocks("audio"), true);
    assert.equal(moderation.blocks("video"), false);
    moderation.receive({ ...event, approved: true });
    assert.equal(moderation.blocks("audio"), false);
    moderation.receive({ ...event, whitelists: { audio: ["room@muc/0a1b2c3d", 7] } });
    assert.equal(moderation.mayUse("0a1b2c3d", "audio"), true);
    assert.equal(moderation.mayUse("ffffffff", "audio"), false);
    moderation.receive({ ...event, enabled: false });
    moderation.receive({ ...event, enabled: true });
    assert.equal(moderation.blocks("audio"), true);
    assert.equal(moderation.mayUse("0a1b2c3d", "audio"), false);
    moderation.receive({ ...event, mediaType: "smell", enabled: true });
    assert.deepEqual(said, ["audio true", "approved audio", "audio false", "audio true"]);
    moderation.approve("audio", "room@muc/0a1b2c3d");
    assert.equal(sent[0]!.attr("jidToWhitelist"), "room@muc/0a1b2c3d");
});

test("votes are counted once for each person, and old polls bring theirs along", () => {
    const sent: unknown[] = [];
    const polls = new Polls(
        () => "me",
        (json) => sent.push(json),
        () => "p1",
    );
    polls.ask("  ", ["a", "b"]);
    polls.ask("Frage?", ["nur eine", " "]);
    assert.equal(sent.length, 0);
    polls.ask("Frage?", ["ja", " nein ", ""]);
    assert.deepEqual(sent[0], {
        type: "polls",
        command: "new-poll",
        pollId: "p1",
        question: "Frage?",
        answers: [{ name: "ja" }, { name: "nein" }],
    });
    const asked: string[] = [];
    polls.on("asked", (poll) => asked.push(poll.question));
    polls.receive({
        command: "new-poll",
        pollId: "p1",
        question: "Frage?",
        senderId: "x",
        answers: [{ name: "ja" }, { name: "nein" }],
    });
    const poll = polls.polls[0]!;
    for (const answers of [
        [true, false],
        [false, true],
        [false, true],
    ]) {
        polls.receive({ command: "answer-poll", pollId: "p1", senderId: "a", senderName: "Ben", answers });
    }
    assert.deepEqual(
        poll.answers.map((a) => a.voters.size),
        [0, 1],
    );
    assert.equal(polls.hasAnswered(poll), false);
    polls.receive({ command: "answer-poll", pollId: "p1", senderId: "me", answers: [true] });
    assert.equal(polls.hasAnswered(poll), true);
    const old = { pollId: "p2", question: "Alt", answers: [{ name: "ja", voters: ["a", { id: "b", name: "Cem" }] }] };
    polls.receive({ command: "old-polls", polls: [old, "nonsense"] });
    assert.equal(polls.polls[1]!.answers[0]!.voters.get("b"), "Cem");
    assert.deepEqual(asked, ["Frage?"]);
});

test("groups are made first, then everybody goes to theirs; closing takes all back", () => {
    const sent: string[] = [];
    const show = (e: Element): string =>
        Object.values(e.attributes).join(" ").replaceAll("features/breakout-rooms/", "");
    const breakouts = new Breakouts((command) => sent.push(show(command)));
    const main = (people: object): object => ({ jid: "m@x", name: "m", isMainRoom: true, participants: people });
    const ben = { "m@x/b": { jid: "real", role: "participant", displayName: "Ben" } };
    const update = (rooms: object): void => {
        breakouts.receive({ type: "breakout_rooms", event: "features/breakout-rooms/update", rooms });
    };
    update({ m: main(ben) });
    breakouts.open(["Gruppe 1", "Gruppe 2"], new Map([["b", 1]]));
    assert.deepEqual(sent.splice(0), ["add Gruppe 1", "add Gruppe 2"]);
    update({ m: main(ben), 1: { jid: "1@b", name: "Gruppe 1" } });
    assert.deepEqual(sent.splice(0), [], "not before all are there");
    const both = { 1: { jid: "1@b", name: "Gruppe 1" }, 2: { jid: "2@b", name: "Gruppe 2" } };
    update({ m: main(ben), ...both });
    assert.deepEqual(sent.splice(0), ["move-to-room m@x/b 2@b"]);
    update({ m: main(ben), ...both });
    assert.deepEqual(sent.splice(0), [], "only once");
    update({ m: main({}), ...both, 2: { ...both[2], participants: { "2@b/b": { displayName: "Ben" } } } });
    assert.equal(breakouts.rooms[1]!.members[0]!.name, "Ben");
    breakouts.close();
    assert.deepEqual(sent, ["remove 1@b", "move-to-room 2@b/b m@x", "remove 2@b"]);
    const moves: string[] = [];
    breakouts.on("move", (jid) => moves.push(jid));
    breakouts.receive({ event: "features/breakout-rooms/move-to-room", roomJid: "1@b" });
    assert.deepEqual(moves, ["1@b"]);
});

test("groups by chance are even and leave nobody out", () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const ids = Array.from({ length: 25 }, (_, i) => String(i));
    const sizes = [0, 0, 0, 0];
    for (const group of divide(ids, 4, random).values()) sizes[group]! += 1;
    assert.deepEqual(sizes, [7, 6, 6, 6]);
    assert.equal(divide([], 3, random).size, 0);
});

test("the server's sentences are understood", () => {
    const orphaned =
        "Die Verbindung zur Lehrkraft ist unterbrochen. Mikrofone, Kameras und Chat sind solange aus. Der Klassenraum schließt in 4:05 Minuten.";
    assert.deepEqual(noticeOf(orphaned), { kind: "frozen", seconds: 245, left: false });
    const left = "Die Lehrkraft hat den Raum verlassen. Der Klassenraum schließt in 30 Sekunden.";
    assert.deepEqual(noticeOf(left), { kind: "frozen", seconds: 30, left: true });
    assert.deepEqual(noticeOf("Die Lehrkraft ist wieder da."), { kind: "restored" });
    assert.deepEqual(noticeOf("Noch 1 Minute bis zum Ende. Verlängern: Steuerseite."), { kind: "time", minutes: 1 });
    assert.deepEqual(noticeOf("Guten Morgen"), { kind: "plain" });
});

test("rules: what is missing is as before, and teachers may always write", () => {
    const rules = rulesOf({ rules: { chat: false, privateChat: "off", quiet: "yes" } });
    assert.equal(rules.chat, false);
    assert.equal(rules.quiet, false, "a flag is true or false");
    assert.equal(mayWrite(rules, false), false);
    assert.equal(mayWrite(rules, true), true);
    assert.equal(mayWhisper(rules, false, true), false);
    assert.equal(mayWhisper(kNoRules, false, true), true);
    assert.equal(mayWhisper(kNoRules, false, false), false);
    assert.equal(mayWhisper({ ...kNoRules, privateChat: "all" }, false, false), true);
    assert.equal(mayWhisper({ ...kNoRules, quiet: true }, false, true), false);
    assert.equal(rulesOf(undefined, rules).chat, false);
});

test("refusals lead to the password, the lobby, the waiting room or an end", () => {
    const error = (inner: string): Element => parse(`<error xmlns="jabber:client">${inner}</error>`)!;
    assert.equal(refusalOf(error("<not-authorized/>")).kind, "password");
    assert.equal(refusalOf(error("<registration-required/>")).kind, "waiting");
    const lobby = refusalOf(error("<registration-required/><lobbyroom>r@lobby.x</lobbyroom>"));
    assert.deepEqual(lobby, { kind: "lobby", jid: "r@lobby.x" });
    assert.equal(refusalOf(error("<service-unavailable/>")).kind, "fatal");
    assert.equal(refusalOf(undefined).kind, "fatal");
});

test("hands: a time, an old client's word, or nothing", () => {
    assert.equal(handOf("1700000000000"), 1700000000000);
    assert.equal(handOf("true"), 1);
    for (const down of ["", "0", "false"]) assert.equal(handOf(down), 0);
});

test("nobody speaks for others in SourceInfo", () => {
    const states = sourceStates(`{"0a1b2c3d-v0":{"muted":false},"ffffffff-v0":{"muted":false}}`, "0a1b2c3d");
    assert.deepEqual([...states.keys()], ["0a1b2c3d-v0"]);
    assert.equal(sourceStates("not JSON", "0a1b2c3d").size, 0);
});

test("tiles are as large as they can be and never more than a device decodes", () => {
    assert.equal(mostTiles(2, 8), 6);
    assert.equal(mostTiles(8, 2), 6);
    assert.equal(mostTiles(8, 8), 20);
    assert.equal(capacity(308, 400, 20), 8, "two columns on a small phone");
    assert.equal(capacity(1200, 600, 9), 9);
    assert.equal(capacity(10, 10, 9), 1);
    assert.equal(pageCount(0, 9), 1);
    assert.equal(pageCount(28, 9), 4);
    assert.equal(bestColumns(4, 1200, 700), 2);
    assert.equal(bestColumns(3, 300, 900), 1);
    for (let count = 1; count <= 20; count += 1) {
        const columns = bestColumns(count, 1200, 600);
        const rows = Math.ceil(count / columns);
        const width = tileWidth(count, columns, 1200, 600);
        assert.ok(columns * width <= 1201 && (rows * width * 9) / 16 <= 601, `${count} tiles fit`);
    }
});

test("a connection is weak when it loses much or is slow", () => {
    const before = { received: 1000, lost: 0, roundTrip: 0.05, tcp: false };
    assert.equal(judge(before, { ...before, received: 1900, lost: 100 }), "weak");
    assert.equal(judge(before, { ...before, received: 2000, lost: 10 }), "good");
    assert.equal(judge(before, { ...before, received: 1010, lost: 5 }), "good", "too few to tell");
    assert.equal(judge(undefined, { ...before, roundTrip: 0.9 }), "weak");
});

test("the level meter: silence is nothing, a loud voice is all", () => {
    assert.equal(levelOf(new Uint8Array(512).fill(128)), 0);
    assert.equal(levelOf(new Uint8Array(512).fill(255)), 1);
    assert.equal(levelOf(new Uint8Array(0)), 0);
});

test("names of people and rooms are shortened for the eye", () => {
    assert.equal(initials("Anna Maria Berg"), "AB");
    assert.equal(initials("  "), "?");
    assert.equal(titleOf("amsel-27-mathe-7b-k3fq"), "Mathe 7b");
    assert.equal(titleOf("test-mathe-7b-k3fq"), "Mathe 7b");
    assert.equal(titleOf("irgendwas"), "Irgendwas");
});

test("every German sentence has its English one with the same gaps", () => {
    const root = process.env.CLIENT_SOURCES!;
    const files = ["src", "src/ui"].flatMap((folder) =>
        readdirSync(`${root}/${folder}`)
            .filter((f) => f.endsWith(".ts"))
            .map((f) => `${root}/${folder}/${f}`),
    );
    const missing: string[] = [];
    for (const file of files) {
        for (const [, text] of readFileSync(file, "utf8").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)) {
            const gaps = (sentence: string): string => (sentence.match(/\{\w+\}/g) ?? []).sort().join();
            if (english[text!] === undefined || gaps(english[text!]!) !== gaps(text!)) missing.push(text!);
        }
    }
    assert.deepEqual(missing, []);
});
