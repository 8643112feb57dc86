// Prints what a restart of the server costs a lesson of unmodified lib-jitsi-meet: how long until it serves again, when
// each library lets its application know, and how long nobody hears anybody if the application then does what Jitsi's own
// does, loading its page anew (which waits another 10 to 30 s with a dialogue). Not a test:
// `[LJM_BUNDLE=file] node tests/e2e/restart_jitsi.mjs [SIGTERM|SIGKILL …]` after a build.
import { launchChromium, near, nearHue, until } from './browsers.mjs';
import { bundle, JitsiParticipant } from './jitsi.mjs';
import { Server } from './server.mjs';
import { closeAll, everybodyReceives, lesson, person, world } from './world.mjs';

world.chromium = await launchChromium();
console.log(`library: ${bundle.includes('@solyd') ? 'the build of 2022 that npm has' : 'the one of LJM_BUNDLE'}`);

async function enter(index, slug, password) {
    const one = await JitsiParticipant.open(world.chromium, world.server, { room: slug, ...person(index) });
    await one.createConference();
    await one.join(password);
    await one.joined();
    await one.page.evaluate(() => {
        const events = window.JitsiMeetJS.events;
        const told = window.restart = { at: performance.timeOrigin + performance.now(), told: [] };
        const note = name => (...why) => told.told.push({ at: performance.timeOrigin + performance.now(), name, why: String(why[0]) });
        const { CONNECTION_FAILED, CONNECTION_DISCONNECTED } = events.connection;
        window.jitsi.connection().addEventListener(CONNECTION_FAILED, note('connection failed'));
        window.jitsi.connection().addEventListener(CONNECTION_DISCONNECTED, note('connection ended'));
        for (const name of ['CONNECTION_INTERRUPTED', 'CONNECTION_RESTORED', 'CONFERENCE_FAILED', 'CONFERENCE_LEFT', 'CONFERENCE_JOINED'])
            if (events.conference[name]) window.jitsi.conference().on(events.conference[name], note(name.toLowerCase().replace('_', ' ')));
    });
    return one;
}

const receives = async (one, others) => {
    const seen = Object.values(await one.remote().catch(() => ({})));
    return others.every(({ options }) => seen.some(there =>
        there.hues.some(hue => nearHue(hue, options.hue)) && near(there.hz, options.hz, 25)));
};

for (const signal of process.argv.length > 2 ? process.argv.slice(2) : ['SIGTERM', 'SIGKILL']) {
    world.server = await Server.start({ managed: true });
    const people = [];
    try {
        const { teacher, slug, password } = await lesson('chromium');
        people.push(teacher, await enter(1, slug, password), await enter(2, slug, password));
        await everybodyReceives(people);
        const asked = performance.timeOrigin + performance.now();
        const since = at => ((at - asked) / 1000).toFixed(1);
        const now = () => performance.timeOrigin + performance.now();
        const starts = () => world.server.output.split('manager: ready').length;
        const before = starts();
        world.server.process.kill(signal === 'SIGKILL' ? 'SIGUSR1' : 'SIGHUP');
        await until('the next process serves', () => starts() > before, 10000);
        console.log(`${signal}: serving after ${(now() - asked).toFixed(0)} ms`);
        for (const index of [1, 2]) people[index].back = (async () => {
            const one = people[index];
            const final = await until(`${one.options.name} is told`, () => one.page.evaluate(
                () => window.restart.told.find(({ name }) => name === 'connection failed' || name === 'conference failed')),
            120000).catch(() => null);
            const told = await one.page.evaluate(() => window.restart.told);
            console.log(`  ${one.options.name}: ${told.map(({ at, name, why }) => `${since(at)} s ${name} (${why})`).join(', ') || 'nothing said'}`);
            if (!final) return;
            await one.close();
            people[index] = await enter(index, slug, password);
            console.log(`  ${one.options.name}: inside again ${since(now())} s, ${((now() - final.at) / 1000).toFixed(1)} s after it was told`);
        })();
        await Promise.all([1, 2].map(index => people[index].back));
        await until('everybody sees and hears everybody', async () => (await Promise.all(people.map(one =>
            receives(one, people.filter(other => other !== one))))).every(Boolean), 30000);
        console.log(`  everybody sees and hears everybody again after ${since(now())} s, with pages loaded at once`);
    } finally {
        await closeAll(people);
        await world.server.stop();
    }
}
await world.chromium.close();
process.exit(0);
