// Prints what a restart of the server costs a lesson in real browsers: how long until it serves again, how long nobody
// hears anybody, and whether a page was loaded anew. Not a test: `node tests/e2e/restart.mjs [SIGTERM|SIGKILL …]` after a
// build.
import { launchChromium, launchFirefox, near, nearHue, until } from './browsers.mjs';
import { Server } from './server.mjs';
import { startSound } from './sound.mjs';
import { closeAll, everybodyReceives, learner, lesson, world } from './world.mjs';

const sound = await startSound();
world.sound = sound;
world.chromium = await launchChromium();
world.firefox = await launchFirefox(sound);

// As the service manager does it: the listening socket stays, and what the service leaves is given to the next process.
async function again(server, signal) {
    const starts = () => server.output.split('manager: ready').length;
    const before = starts();
    const asked = performance.now();
    server.process.kill(signal === 'SIGKILL' ? 'SIGUSR1' : 'SIGHUP');
    await until('the next process serves', () => starts() > before, 10000);
    return { serving: performance.now() - asked, asked };
}

// Whether somebody sees the colour and hears the tone of everybody else at this moment.
async function receivesAll(one, people) {
    const { phase } = await one.look().catch(() => ({ phase: 'loading' }));
    if (!one.phases.endsWith(phase)) one.phases += ` ${phase}`;
    if (phase !== 'joined') return false;
    const seen = Object.values(await one.remote());
    return people.filter(other => other !== one).every(({ options }) => seen.some(there =>
        there.hues.some(hue => nearHue(hue, options.hue)) && near(there.hz, options.hz, 25)));
}

for (const signal of process.argv.length > 2 ? process.argv.slice(2) : ['SIGTERM', 'SIGKILL']) {
    world.server = await Server.start({ managed: true });
    const people = [];
    try {
        const { teacher, slug, password } = await lesson('chromium');
        people.push(teacher, await learner('chromium', 1, slug, password), await learner('firefox', 2, slug, password));
        await everybodyReceives(people);
        for (const one of people) {
            one.loads = 0;
            one.phases = '';
            one.page.on('load', () => { one.loads += 1; });
        }
        const times = await again(world.server, signal);
        console.log(`${signal}: serving after ${times.serving.toFixed(0)} ms`);
        // A page notices after a while that nothing comes any more; the gap counts from the signal.
        const back = await Promise.allSettled(people.map(async one => {
            await until(`${one.options.name} notices`, async () => !await receivesAll(one, people), 30000);
            await until(`${one.options.name} sees and hears everybody`, () => receivesAll(one, people), 60000);
            return performance.now() - times.asked;
        }));
        back.forEach((result, index) => {
            const { options, loads, phases } = people[index];
            const told = result.status === 'fulfilled' ? `sees and hears everybody again after ${(result.value / 1000).toFixed(1)} s`
                : `NOT back: ${result.reason.message}`;
            console.log(`  ${options.name.padEnd(10)} ${told}; phases:${phases}; pages loaded anew: ${loads}`);
        });
    } finally {
        await closeAll(people);
        await world.server.stop();
    }
}
await Promise.allSettled([world.chromium.close(), world.firefox.close()]);
await sound.stop();
process.exit(0);
