// Prints what a lesson costs and how long a join takes: from the click on [Beitreten] to the first decoded frame of the
// other person, and the server's memory. Not a test: `node tests/e2e/measure.mjs` after a build.
import { readFileSync, statSync } from 'node:fs';
import { launchChromium, launchFirefox, until } from './browsers.mjs';
import { Server, binary } from './server.mjs';
import { startSound } from './sound.mjs';
import { closeAll, learner, lesson, openIn, receives, world } from './world.mjs';

const residentKiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${world.server.process.pid}/status`, 'utf8'))[1]);
const sound = await startSound();
world.server = await Server.start();
world.chromium = await launchChromium();
world.firefox = await launchFirefox(sound);
console.log(`binary            ${(statSync(binary).size / 1e6).toFixed(1)} MB`);
console.log(`ready after       ${Date.now() - world.server.started} ms`);
const idle = residentKiB();
console.log(`resident, idle    ${(idle / 1024).toFixed(1)} MiB`);
for (const browser of ['chromium', 'firefox']) {
    const times = [];
    for (let round = 0; round < 5; ++round) {
        const { teacher, slug, password } = await lesson('chromium');
        const ben = await openIn(browser, 1);
        await ben.enter(slug);
        await ben.page.evaluate(() => {
            window.firstFrame = new Promise(resolve => {
                const look = () => {
                    const video = window.klassenraum.participants.map(person => person.video).find(Boolean);
                    if (window.e2e.hueOf(video) !== null) return resolve(performance.now());
                    setTimeout(look, 5);
                };
                look();
            });
        });
        await ben.join(password);
        // The clock runs from the password's acceptance: typing it is the person's time.
        const took = await ben.page.evaluate(async () => {
            const start = performance.now();
            return await window.firstFrame - start;
        });
        times.push(took);
        await receives(ben, teacher);
        await closeAll([teacher, ben]);
    }
    times.sort((a, b) => a - b);
    console.log(`join, ${browser.padEnd(8)}    median ${times[2].toFixed(0)} ms of ${times.map(time => time.toFixed(0)).join(', ')}`);
}
const { teacher, slug, password } = await lesson('chromium');
const before = residentKiB();
const people = [];
for (let index = 1; index < 4; ++index) people.push(await learner('chromium', index, slug, password));
for (const person of people) await receives(teacher, person);
await until('settled', () => true);
console.log(`per participant   ${((residentKiB() - before) / people.length).toFixed(0)} KiB (three more in one room)`);
await closeAll([teacher, ...people]);
await Promise.allSettled([world.chromium.close(), world.firefox.close()]);
await world.server.stop();
await sound.stop();
process.exit(0);
