// What learners see and hear behind bad lines, in real browsers, with numbers from getStats and from the line itself; the
// same for the best peers. `node bench/wire/measure.mjs [--seed N] [--who chromium|firefox|straight|janus] [--line WORD] [--json FILE]`;
// README.md explains the columns.
import { writeFileSync } from 'node:fs';
import { loadavg, cpus } from 'node:os';
import { launchChromium } from '../../tests/e2e/browsers.mjs';
import { createRoom } from '../../tests/e2e/builtin.mjs';
import { Line, begin, openMeasured, taken } from '../../tests/e2e/line.mjs';
import { Server } from '../../tests/e2e/server.mjs';
import { startSound } from '../../tests/e2e/sound.mjs';
import { everybodyReceives, person } from '../../tests/e2e/world.mjs';
import { straight, throughJanus } from './peers.mjs';

const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : process.argv[at + 1];
};
const seed = Number(option('seed', 1));
const pause = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000));
const kSettle = 8;
const teacherLooks = { ...person(0), detail: 2 };

const scenes = [
    { name: 'free', line: 'both delay=20ms rate=20M', seconds: 15 },
    { name: '500 kbit/s', line: 'both delay=20ms rate=500k', seconds: 20, link: 500 },
    { name: '2 Mbit/s', line: 'both delay=20ms rate=2M', seconds: 45, link: 2000 },
    { name: '10 % loss', line: 'both delay=20ms rate=20M loss=10%', seconds: 20 },
    { name: '200 ms', line: 'both delay=100ms rate=20M', seconds: 20 },
    { name: 'longer way', line: 'both delay=20ms rate=10M', event: 'both delay=100ms rate=10M', lasts: 0, seconds: 25, ours: true },
    { name: '2 s outage', line: 'both delay=20ms rate=20M', event: 'cut 2s', lasts: 2, seconds: 22 },
    { name: '8 s outage', line: 'both delay=20ms rate=20M', event: 'cut 8s', lasts: 8, seconds: 28 },
    { name: '25 s outage', line: 'both delay=20ms rate=20M', event: 'cut 25s', lasts: 25, seconds: 50, ours: true },
    { name: 'other ports', line: 'both delay=20ms rate=20M', event: 'rebind', lasts: 0, seconds: 25, ours: true },
    { name: 'new address', line: 'both delay=20ms rate=20M', event: 'address 3', lasts: 0, seconds: 35, ours: true },
    { name: '2 → 0.5 → 2 Mbit/s', step: true, line: 'both delay=20ms rate=2M', seconds: 45, link: 2000 }
].filter(({ name }) => name.includes(option('line', '')));

// How long after the end of the event something came that had stopped then. [begin, length] in ms from the measurement's start.
const backAfter = (gaps, end) => Math.max(0, ...gaps.filter(([from]) => from < end + 500).map(([from, length]) => from + length - end)) / 1000;

// The line's own view of 2 → 0.5 → 2, twice a second: its queue and what it carried towards the learner.
async function step(line) {
    const looks = [];
    const watch = async seconds => {
        for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
            await pause(0.5);
            const { down } = await line.say('stats');
            looks.push({ at: Date.now(), octets: down.octets, queue: down.queue_p95_ms, dropped: down.dropped });
        }
    };
    await line.say('stats');
    await watch(10);
    const before = mean(looks.slice(-10));
    await line.say('both delay=20ms rate=500k');
    const dropAt = Date.now();
    await watch(15);
    const narrow = looks.filter(({ at }) => at > dropAt);
    const calm = narrow.findIndex((_, i) => narrow.slice(i, i + 4).every(({ queue, dropped }) => queue < 100 && dropped === 0));
    await line.say('both delay=20ms rate=2M');
    const riseAt = Date.now();
    await watch(20);
    const wide = looks.filter(({ at }) => at > riseAt);
    const again = wide.findIndex((_, i) => mean(wide.slice(Math.max(0, i - 1), i + 1)) >= before * 0.85);
    return { before, narrow: mean(narrow.slice(10)), after: mean(wide.slice(-10)),
        calmAfter: calm < 0 ? null : (narrow[calm].at - dropAt) / 1000 - 0.5,
        backAfter: again < 0 ? null : (wide[again].at - riseAt) / 1000 };
}
const mean = looks => looks.reduce((sum, { octets }) => sum + octets, 0) * 8 / 1000 / (looks.length * 0.5 || 1);

async function play(line, scene, receiver, sender) {
    const pages = [receiver, sender].filter(Boolean);
    await line.say(scene.line);
    await pause(kSettle);
    await line.say('stats');
    await Promise.all(pages.map(begin));
    let eventAt = null;
    let steps = null;
    const start = Date.now();
    if (scene.event) {
        await pause(3);
        eventAt = Date.now() - start + scene.lasts * 1000;
        await line.say(scene.event);
    }
    if (scene.step) steps = await step(line);
    await pause(Math.max(0, scene.seconds - (Date.now() - start) / 1000));
    const [down, up] = await Promise.all(pages.map(taken));
    const wire = await line.say('stats');
    const tell = seen => seen && ({
        soundGone: round(seen.concealedShare * 100), soundBack: eventAt === null ? null : round(backAfter(seen.silences, eventAt)),
        still: round(seen.stillShare * 100), longestStill: round(Math.max(0, ...seen.stills.map(([, length]) => length)) / 1000),
        pictureBack: eventAt === null ? null : round(backAfter(seen.stills, eventAt)),
        kbps: Math.round(seen.kbps), height: seen.height, fps: round(seen.fps), nacks: seen.nacks, keyFrames: seen.keyFrames, connections: seen.connections
    });
    return { down: tell(down), up: tell(up), queue95: scene.step ? null : round(wire.down.queue_p95_ms), steps, load: round(loadavg()[0]) };
}
const round = value => value === null || value === undefined ? null : Math.round(value * 10) / 10;

async function ours(browser, sound, near) {
    for (const scene of scenes) {
        const line = await Line.start(seed);
        const server = await Server.startService(line.near);
        let teacher;
        try {
            const far = browser === 'firefox' ? await line.firefox(sound) : await line.chromium();
            teacher = await openMeasured(near, server, teacherLooks);
            const { slug, password } = await createRoom(teacher);
            await teacher.enter(slug);
            await teacher.join();
            await teacher.joined();
            const learner = await openMeasured(far, server, person(1));
            await learner.page.setViewport({ width: 1500, height: 1000 }).catch(() => {});
            await learner.enter(slug);
            await learner.join(password);
            await learner.joined();
            await everybodyReceives([teacher, learner]);
            await learner.page.keyboard.press('a');  // the teacher large, as peers have it
            report(`klassenraum, ${browser}`, scene, await play(line, scene, learner.page, teacher.page));
        } catch (error) {
            report(`klassenraum, ${browser}`, scene, { failed: error.message });
        } finally {
            await teacher?.close().catch(() => {});
            await line.stop();
            await server.stop();
        }
    }
}

async function peer(name, near, connect) {
    for (const scene of scenes.filter(one => !one.ours)) {
        const line = await Line.start(seed);
        let call;
        try {
            call = await connect(near, await line.chromium(), line);
            report(name, scene, await play(line, scene, call.page));
        } catch (error) {
            report(name, scene, { failed: error.message });
        } finally {
            await call?.close();
            await line.stop();
        }
    }
}

const results = [];
function report(who, scene, result) {
    results.push({ who, scene: scene.name, ...result });
    const show = (value, unit = '') => value === null || value === undefined ? '–' : `${value}${unit}`;
    if (result.failed) return console.log(`| ${who} | ${scene.name} | failed: ${result.failed} |`);
    const { down, up, steps } = result;
    console.log(`| ${[who, scene.name, show(down.soundGone, ' %'), show(down.soundBack, ' s'), show(down.still, ' %'), show(down.longestStill, ' s'), show(down.pictureBack, ' s'),
        down.kbps, `${down.height}p${Math.round(down.fps)}`, show(result.queue95, ' ms'), up ? `${up.soundGone} %` : '–', up ? `${up.still} %` : '–', result.load].join(' | ')} |`);
    if (steps) {
        console.log(`| | | ${Math.round(steps.before)} → ${Math.round(steps.narrow)} → ${Math.round(steps.after)} kbit/s; queue calm ${show(round(steps.calmAfter), ' s')} after the drop, `
            + `85 % of before ${show(round(steps.backAfter), ' s')} after the rise |`);
    }
}

console.log(`seed ${seed}, ${new Date().toISOString()}, ${cpus().length} × ${cpus()[0].model.trim()}`);
console.log('| who | line | sound made up | sound back | picture still | longest | picture back | kbit/s | picture | queue p95 | teacher: sound made up | teacher: still | load |');
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|');
const sound = await startSound();
const near = await launchChromium();
const wanted = word => word.includes(option('who', ''));
if (wanted('chromium')) await ours('chromium', sound, near);
if (wanted('firefox')) await ours('firefox', sound, near);
if (wanted('straight')) await peer('Chromium to Chromium', near, (a, b) => straight(a, b, teacherLooks));
if (wanted('janus')) {
    await peer('Janus', near, (a, b, line) => throughJanus(a, b, line.near, teacherLooks, false));
    await peer('Janus, simulcast', near, (a, b, line) => throughJanus(a, b, line.near, teacherLooks, true));
}
const file = option('json');
if (file) writeFileSync(file, JSON.stringify({ seed, at: new Date().toISOString(), results }, null, 1));
await near.close();
await sound.stop();
process.exit(0);
