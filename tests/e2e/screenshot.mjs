// Makes the README's pictures of the classroom and of the control page: `node tests/e2e/screenshot.mjs FOLDER`. Everybody is
// drawn, nobody is filmed.
import path from 'node:path';
import { launchChromium } from './browsers.mjs';
import { createRoom } from './builtin.mjs';
import { openPage, until } from './browsers.mjs';
import { Server } from './server.mjs';

const server = await Server.start();
const chromium = await launchChromium();

function drawn(hue, hair) {
    const canvas = document.createElement('canvas');
    canvas.width = 1280;
    canvas.height = 720;
    const c = canvas.getContext('2d');
    let frame = 0;
    const disc = (x, y, r, colour) => { c.fillStyle = colour; c.beginPath(); c.arc(x, y, r, 0, 7); c.fill(); };
    const draw = () => {
        const wall = c.createLinearGradient(0, 0, 1280, 720);
        wall.addColorStop(0, `hsl(${hue},35%,82%)`);
        wall.addColorStop(1, `hsl(${hue},30%,62%)`);
        c.fillStyle = wall;
        c.fillRect(0, 0, 1280, 720);
        c.fillStyle = `hsl(${(hue + 30) % 360},25%,48%)`;
        c.fillRect(90, 90, 220, 300);
        c.fillStyle = `hsl(${(hue + 180) % 360},35%,45%)`;
        c.beginPath();
        c.ellipse(640, 760, 330, 260, 0, 0, 7);
        c.fill();
        const nod = 4 * Math.sin(frame++ / 9);
        disc(640, 350 + nod, 190, hair);
        disc(640, 385 + nod, 165, '#e8b992');
        disc(580, 370 + nod, 15, '#33261d');
        disc(700, 370 + nod, 15, '#33261d');
        c.strokeStyle = '#8c4a34';
        c.lineWidth = 10;
        c.beginPath();
        c.arc(640, 420 + nod, 62, 0.35, 2.8);
        c.stroke();
    };
    draw();
    setInterval(draw, 66);
    const stream = canvas.captureStream(15);
    const audio = new AudioContext();
    stream.addTrack(audio.createMediaStreamDestination().stream.getAudioTracks()[0]);
    navigator.mediaDevices.getUserMedia = async wanted => new MediaStream(wanted.video ? stream.getVideoTracks() : stream.getAudioTracks());
}

async function person(name, hue, hair, size) {
    const page = await openPage(chromium, size);
    await page.evaluateOnNewDocument(drawn, hue, hair);
    return { name, page, server };
}
async function join({ name, page }, slug, password) {
    await page.goto(`${server.origin}/${slug}`);
    await until('classroom', () => page.evaluate(() => Boolean(window.klassenraum)));
    await page.evaluate(async who => { await window.klassenraum.set('camera', true); window.klassenraum.join(who); }, name);
    if (password) {
        await until('password', () => page.evaluate(() => window.klassenraum.phase === 'password'));
        await page.evaluate(word => window.klassenraum.tryPassword(word), password);
    }
    await until(`${name} joined`, () => page.evaluate(() => window.klassenraum.phase === 'joined'));
}

const teacher = await person('Frau Amsel', 205, '#5a3a22', { width: 1280, height: 760 });
const { slug, password } = await createRoom(teacher, { title: 'Mathe 7b' });
await join(teacher, slug);
const learners = [await person('Ben', 150, '#2e2a28'), await person('Cem', 35, '#1d1a18'), await person('Dana', 285, '#8a5a2b')];
for (const learner of learners) await join(learner, slug, password);
await learners[0].page.evaluate(() => window.klassenraum.sendChat('Guten Morgen!'));
await until('all pictures', () => teacher.page.evaluate(() => window.klassenraum.participants.filter(p => p.video && p.video.videoWidth > 600).length === 3), 40000);
await new Promise(resolve => setTimeout(resolve, 1500));
const folder = process.argv[2] || '.';
await teacher.page.screenshot({ path: path.join(folder, 'classroom.png') });

// The teacher's phone or second screen.
const control = await teacher.page.browserContext().newPage();
await control.setViewport({ width: 900, height: 1150 });
await control.goto(`${server.origin}/steuern/${slug}`);
await until('everybody is on the list', () => control.evaluate(() => document.body.innerText.includes('Dana')));
await control.screenshot({ path: path.join(folder, 'control.png') });
await chromium.close();
await server.stop();
process.exit(0);
