// What the client does when media stop: an ICE restart in place first, a new session when that does not help.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Offer } from "../src/jingle";
import { Recovery } from "../src/recovery";
import { parseRestart } from "../src/jingle";
import { Session } from "../src/session";
import { StanzaError, Stream } from "../src/stream";
import { Element, parse } from "../src/xml";

const kInfo = `<jingle xmlns="urn:xmpp:jingle:1" action="transport-info" sid="s1"><content creator="initiator" name="audio">
<transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ice-generation="GENERATION" ufrag="new" pwd="password">
<candidate foundation="1" component="1" protocol="udp" priority="1" ip="203.0.113.5" port="10000" type="host"/></transport></content></jingle>`;
const info = (generation: string): Element => parse(kInfo.replace("GENERATION", generation).replace(/\n/g, ""))!;

class Stage {
    asked: Element[] = [];
    probes = 0;
    given = 0;
    restarts: string[] = [];
    connectionState: RTCPeerConnectionState = "disconnected";
    endsWithFailure = false;
    answer: (payload: Element) => Promise<unknown> = () => Promise.resolve();
    readonly recovery: Recovery;

    constructor() {
        const offer = { sid: "s1", from: "r@conference.localhost/focus", bridgeSession: "b1" } as Offer;
        const restartIce = ({ ufrag }: { ufrag: string }): Promise<unknown> => {
            this.restarts.push(ufrag);
            return Promise.resolve({ ufrag: "ours", pwd: "our password" });
        };
        const stage = this;
        const peer = {
            restartIce,
            connection: {
                get connectionState() {
                    return stage.connectionState;
                },
            },
            get endsWithFailure() {
                return stage.endsWithFailure;
            },
        };
        const session = { offer, peer } as unknown as Session;
        const iq = (_type: string, _to: string, payload: Element): Promise<unknown> => {
            this.asked.push(payload);
            return this.answer(payload);
        };
        const stream = { probe: () => (this.probes += 1), iq } as unknown as Stream;
        this.recovery = new Recovery(session, stream, () => (this.given += 1));
    }
}
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

test("a connection that stops asks for an ICE restart once, and looks after the socket", async () => {
    const stage = new Stage();
    stage.recovery.state("disconnected");
    stage.recovery.state("failed");
    await settled();
    assert.equal(stage.asked.length, 1);
    assert.equal(stage.probes, 1);
    assert.equal(stage.asked[0]!.attr("action"), "session-info");
    const wish = stage.asked[0]!.children[0]!;
    assert.deepEqual([wish.name, wish.attr("id"), wish.attr("ice-restart")], ["bridge-session", "b1", "true"]);
    stage.recovery.close();
});

test("the server's new credentials are taken once and answered with our own", async () => {
    const stage = new Stage();
    await stage.recovery.receive(parseRestart(info("1")));
    await stage.recovery.receive(parseRestart(info("1")));
    assert.deepEqual(stage.restarts, ["new"]);
    const transport = stage.asked[0]!.child("content")!.child("transport")!;
    assert.equal(stage.asked[0]!.attr("action"), "transport-info");
    assert.deepEqual(
        [transport.attr("ice-generation"), transport.attr("ufrag"), transport.attr("pwd")],
        ["1", "ours", "our password"],
    );
    stage.recovery.close();
});

test("a transport-info that names no generation is about something else", () => {
    assert.equal(parseRestart(info("")), undefined);
    assert.equal(parseRestart(info("0")), undefined);
    assert.equal(parseRestart(info("x")), undefined);
    assert.equal(parseRestart(info("2"))!.candidates.length, 1);
});

test("a connection that is back before the answer stays", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const stage = new Stage();
    let answer: () => void = () => undefined;
    stage.answer = () => new Promise<void>((done) => (answer = done));
    stage.recovery.state("disconnected");
    stage.connectionState = "connected";
    stage.recovery.state("connected");
    answer();
    await settled();
    context.mock.timers.tick(60_000);
    assert.equal(stage.given, 0);
    stage.connectionState = "disconnected";
    stage.recovery.state("disconnected");
    await settled();
    assert.equal(stage.asked.length, 2);
    stage.recovery.close();
});

test("a browser that never sends again after a failure gets a new session", async () => {
    const stage = new Stage();
    stage.endsWithFailure = true;
    stage.recovery.state("disconnected");
    stage.recovery.state("failed");
    await settled();
    assert.equal(stage.given, 1);
    stage.recovery.close();
});

test("a refused restart is a new session, one that came too soon is not", async () => {
    const stage = new Stage();
    stage.answer = () => Promise.reject(new StanzaError("resource-constraint", undefined));
    stage.recovery.state("disconnected");
    await settled();
    assert.equal(stage.given, 0);
    stage.recovery.close();
    const other = new Stage();
    other.answer = () => Promise.reject(new StanzaError("unexpected-request", undefined));
    other.recovery.state("disconnected");
    await settled();
    assert.equal(other.given, 1);
    other.recovery.close();
});

test("a restart that does not help within ten seconds is a new session, one that does is not", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const stage = new Stage();
    stage.recovery.state("disconnected");
    await settled();
    context.mock.timers.tick(9_999);
    assert.equal(stage.given, 0);
    context.mock.timers.tick(1);
    assert.equal(stage.given, 1);
    const better = new Stage();
    better.recovery.state("disconnected");
    await settled();
    better.recovery.state("connected");
    context.mock.timers.tick(60_000);
    assert.equal(better.given, 0);
    better.recovery.state("disconnected");
    await settled();
    assert.equal(better.asked.length, 2);
    better.recovery.close();
});
