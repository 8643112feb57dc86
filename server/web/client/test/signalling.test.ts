// XML, stream management, the table of received sources, presence contents: everything that needs no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash } from "../src/caps";
import { roomOf } from "../src/config";
import { Source } from "../src/jingle";
import { Outbox } from "../src/outbox";
import { ReceiveTable } from "../src/receive_table";
import { el, parse } from "../src/xml";

test("XML is read with namespaces inherited and prefixes cut off", () => {
    const features = parse(
        `<stream:features xmlns:stream='http://etherx.jabber.org/streams' xmlns="jabber:client"><sm xmlns="urn:xmpp:sm:3"/><x/></stream:features>`,
    )!;
    assert.equal(features.name, "features");
    assert.equal(features.ns, "http://etherx.jabber.org/streams");
    assert.equal(features.child("sm", "urn:xmpp:sm:3")?.name, "sm");
});

test("XML survives writing and reading with all that people type", () => {
    const text = `<b>"Tom & Jerry's" > 1</b> äöü 😀\u0007`;
    const message = parse(el("message", { to: `a"b'c<d` }, el("body", {}, text)).toString())!;
    assert.equal(message.attr("to"), `a"b'c<d`);
    assert.equal(message.child("body")!.text, text.replace("\u0007", ""));
});

test("XML that is cut, doubled, crossed or too deep is nothing", () => {
    for (const bad of [
        "",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "text",
        "<a><b></a></b>",
        "<a",
        "<".repeat(10),
        "<a>".repeat(40) + "</a>".repeat(40),
    ]) {
        assert.equal(parse(bad), undefined, bad);
    }
});

test("what was acknowledged is forgotten, the rest is sent again", () => {
    const outbox = new Outbox();
    ["a", "b", "c"].forEach((text) => outbox.push(text));
    outbox.acknowledge(2);
    assert.deepEqual(outbox.unacknowledged, ["c"]);
    outbox.acknowledge(9);
    assert.deepEqual(outbox.unacknowledged, ["c"], "a count beyond what was sent is ignored");
    outbox.acknowledge(1);
    assert.deepEqual(outbox.unacknowledged, ["c"], "a count that goes back is ignored");
});

test("an acknowledgement is asked for after every fifth stanza", () => {
    const outbox = new Outbox();
    const asked = [1, 2, 3, 4, 5, 6].map((n) => {
        outbox.push(String(n));
        return outbox.wantsAck();
    });
    assert.deepEqual(asked, [false, false, false, false, true, false]);
});

const source = (owner: string, suffix: string, ssrc: number): Source => ({
    kind: suffix[0] === "a" ? "audio" : "video",
    name: `${owner}-${suffix}`,
    owner,
    ssrc,
    rtx: undefined,
    videoType: "camera",
});

test("a section that ended begins again for the same kind, under a new mid", () => {
    const table = new ReceiveTable(3);
    assert.ok(table.add([source("aaaaaaaa", "a0", 1), source("aaaaaaaa", "v0", 2)]));
    assert.ok(table.removeOwner("aaaaaaaa"));
    table.slots[1]!.rejected = true; // the browser has seen the end of one of the two
    assert.ok(table.add([source("bbbbbbbb", "v0", 3), source("bbbbbbbb", "a0", 4)]));
    assert.deepEqual(
        table.slots.map((s) => [s.kind, s.mid, s.source?.ssrc]),
        [
            ["audio", 3, undefined],
            ["video", 5, 3],
            ["audio", 6, 4],
        ],
    );
    assert.ok(!table.add([source("bbbbbbbb", "v0", 3)]), "the same source twice negotiates nothing");
});

test("with rewriting an announced SSRC changes hands without negotiation", () => {
    const table = new ReceiveTable(3);
    assert.ok(table.map([source("aaaaaaaa", "a0", 1)]));
    assert.ok(!table.map([source("bbbbbbbb", "a0", 1)]));
    assert.equal(table.find("bbbbbbbb-a0"), 0);
    assert.ok(table.map([source("bbbbbbbb", "a0", 7)]), "a source on a new SSRC needs a section");
    assert.equal(table.slots[0]!.source!.owner, "", "and leaves its old one");
    assert.equal(table.slots[0]!.source!.ssrc, 1);
    table.disown("bbbbbbbb");
    assert.equal(table.find("bbbbbbbb-a0"), -1);
});

test("the room's name is folded as Jitsi clients fold it", () => {
    assert.deepEqual(roomOf("/Klas%203B"), { name: "klas 3b", local: "klas%203b" });
    assert.deepEqual(roomOf("/Übung/x"), { name: "übung", local: "%c3%bcbung" });
    assert.deepEqual(roomOf("/"), { name: "", local: "" });
});

test("the capability hash is that of XEP-0115", async () => {
    // printf 'client/web//Klassenraum<a<b<' | openssl sha1 -binary | base64
    assert.equal(await hash(["a", "b"]), "67qWnQQ0uW0xH8NMaV5MFu2uYH0=");
});
