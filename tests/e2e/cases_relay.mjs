// Networks that let nothing but TCP 443 through: the browser reaches the lesson's media by TURN over TLS on the HTTPS port.
// The page is allowed relayed candidates only, which is what a dropped UDP leaves.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { Participant } from './builtin.mjs';
import { closeAll, everybodyReceives, lesson, person, world } from './world.mjs';

function relayOnly() {
    const Native = window.RTCPeerConnection;
    window.connections = [];
    window.RTCPeerConnection = class extends Native {
        constructor(configuration = {}) {
            super({ ...configuration, iceTransportPolicy: 'relay' });
            window.connections.push(this);
        }
    };
}

async function behindWall(browser, index, slug, password) {
    const participant = await Participant.open(world[browser], world.server, person(index));
    await participant.page.evaluateOnNewDocument(relayOnly);
    await participant.enter(slug);
    await participant.join(password);
    await participant.joined();
    return participant;
}

// The kinds of the local candidates of all pairs that are in use.
const usedKinds = participant => participant.page.evaluate(async () => {
    const kinds = [];
    for (const connection of window.connections) {
        const report = await connection.getStats();
        for (const pair of report.values()) {
            if (pair.type !== 'candidate-pair' || !(pair.nominated || pair.selected) || pair.state !== 'succeeded') continue;
            const local = report.get(pair.localCandidateId);
            kinds.push(`${local.candidateType}/${local.relayProtocol ?? ''}`);
        }
    }
    return kinds;
});

for (const browser of ['chromium', 'firefox']) {
    test(`TCP 443 alone: a learner in ${browser} is relayed over TLS, hears and sees and is heard and seen`, async () => {
        const { teacher, slug, password } = await lesson('chromium');
        const ben = await behindWall(browser, 1, slug, password);
        try {
            await everybodyReceives([teacher, ben]);
            const kinds = await usedKinds(ben);
            if (!kinds.length || kinds.some(kind => kind !== 'relay/tls')) throw new Error(`pairs in use: ${kinds}`);
        } finally {
            await closeAll([teacher, ben]);
        }
    });
}
