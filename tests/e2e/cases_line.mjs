// A lesson whose learners sit behind a bad line, in Chromium and in Firefox: what they must hear and see, and that it comes
// back by itself. The short form of bench/wire/measure.mjs, which has the figures; the deadlines here are for slow machines.
import { until } from './browsers.mjs';
import { createRoom } from './builtin.mjs';
import { test } from './harness.mjs';
import { Line, begin, comesBack, openMeasured, taken } from './line.mjs';
import { Server } from './server.mjs';
import { closeAll, everybodyReceives, person, world } from './world.mjs';

const good = 'both delay=20ms rate=10M';
let scene = null;

// One lesson for all cases; a case that failed leaves none behind.
async function atTheLine() {
    if (scene) return scene;
    const line = await Line.start(1);
    const made = { line, people: [] };
    try {
        made.server = await Server.startService(line.near);
        const [chromium, firefox] = await Promise.all([line.chromium(), line.firefox(world.sound)]);
        const teacher = await openMeasured(world.chromium, made.server, { ...person(0), detail: 1 });
        made.people.push(teacher);
        const { slug, password } = await createRoom(teacher);
        await teacher.enter(slug);
        await teacher.join();
        await teacher.joined();
        for (const [index, browser] of [chromium, firefox].entries()) {
            const learner = await openMeasured(browser, made.server, person(index + 1));
            made.people.push(learner);
            await learner.enter(slug);
            await learner.join(password);
            await learner.joined();
        }
        await line.say(good);
        await everybodyReceives(made.people);
        scene = made;
        return scene;
    } catch (error) {
        await end(made);
        throw error;
    }
}

async function end({ line, server, people }) {
    await closeAll(people);
    await line.stop();
    await server?.stop();
}
export async function endLine() {
    if (scene) await end(scene);
    scene = null;
}

function atTheLineTest(name, body) {
    test(name, async () => {
        const { line, people } = await atTheLine();
        try {
            const ids = await Promise.all(people.map(one => one.look().then(({ me }) => me.id)));
            await body(line, people.slice(1), people);
            // Nobody was thrown out, nobody had to come again.
            for (const [index, one] of people.entries()) {
                const { phase, me } = await one.look();
                if (phase !== 'joined' || me.id !== ids[index]) throw new Error(`${one.options.name} is ${phase} as ${me?.id}`);
            }
            await line.say(good);
        } catch (error) {
            await endLine().catch(() => {});
            throw error;
        }
    });
}

async function watched(line, learners, impairment, seconds) {
    await line.say(impairment);
    await new Promise(resolve => setTimeout(resolve, 1000));
    await Promise.all(learners.map(one => begin(one.page)));
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    return Promise.all(learners.map(async one => ({ name: one.options.name, ...await taken(one.page) })));
}

function mustBe(seen, what, good) {
    if (!good) throw new Error(`${seen.name}: ${what}: ${JSON.stringify({ ...seen, series: undefined })}`);
}

for (const [name, impairment] of Object.entries({
    '500 kbit/s each': 'both delay=20ms rate=1M',
    '10 % loss': 'both delay=20ms rate=10M loss=10%',
    'a round trip of 200 ms': 'both delay=100ms rate=10M'
})) {
    atTheLineTest(`a line of ${name}: learners in both browsers hear without a pause and see moving pictures`, async (line, learners) => {
        for (const seen of await watched(line, learners, impairment, 5)) {
            mustBe(seen, 'no pause in the sound', seen.silences.every(([, length]) => length < 1500));
            mustBe(seen, 'most of the sound is real', seen.audioPackets > 100 && seen.concealedShare < 0.25);
            mustBe(seen, 'pictures move', seen.frames > 15 && seen.stills.every(([, length]) => length < 3000));
        }
    });
}

for (const seconds of [2, 8]) {
    atTheLineTest(`an outage of ${seconds} s heals by itself in both browsers`, async (line, learners, everybody) => {
        await line.say(`cut ${seconds}s`);
        await new Promise(resolve => setTimeout(resolve, seconds * 1000));
        await comesBack(everybody, 20000);
    });
}

atTheLineTest('a router that restarts and takes other ports interrupts nobody for long', async (line, learners, everybody) => {
    await line.say('rebind');
    await comesBack(everybody, 20000);
});

// Wi-Fi to mobile: sockets of the old address are dead, and nobody tells them.
atTheLineTest('learners whose address changes are back by themselves, in the same session', async (line, learners, everybody) => {
    await line.say('address 3');
    await comesBack(everybody, 40000);
    for (const { page, options } of learners) {
        const connections = await page.evaluate(() => window.line.connections.length);
        if (connections !== 1) throw new Error(`${options.name} began ${connections} sessions`);
    }
    await until('their messages pass again', async () => {
        await learners[0].call('sendChat', 'wieder da');
        return (await everybody[0].look()).messages.some(message => message.text === 'wieder da');
    });
});
