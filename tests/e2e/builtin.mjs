// A participant in the built-in classroom, in Chromium or Firefox, and a teacher's way to a room over the pages.
import { openPage, until } from './browsers.mjs';

export class Participant {
    static async open(browser, server, { name, hue, hz, detail = 0 }) {
        const participant = new Participant();
        participant.server = server;
        participant.options = { name, hue, hz };
        participant.page = await openPage(browser);
        await participant.page.evaluateOnNewDocument((h, f, d) => window.e2e.paint(h, f, d), hue, hz, detail);
        return participant;
    }

    async enter(slug) {
        this.slug = slug;
        await this.page.goto(`${this.server.origin}/${slug}`);
        await until(`${this.options.name} sees the classroom`, () => this.page.evaluate(() => Boolean(window.klassenraum)));
    }
    // Name, microphone and camera on, [Beitreten]; the password is typed when it is asked for.
    async join(password, { camera = true, microphone = true } = {}) {
        await this.page.evaluate(async (name, on) => {
            if (on.microphone) await window.klassenraum.set('microphone', true);
            if (on.camera) await window.klassenraum.set('camera', true);
            window.klassenraum.join(name);
        }, this.options.name, { camera, microphone });
        if (password === undefined) return;
        await this.phase('password');
        await this.page.evaluate(word => window.klassenraum.tryPassword(word), password);
    }
    async phase(wanted, timeout = 20000) {
        await until(`${this.options.name} is ${wanted}`, async () => {
            const now = await this.look();
            return now.phase === wanted || (now.phase !== this.lastPhase && (this.lastPhase = now.phase, false));
        }, timeout);
    }
    async joined(timeout) {
        await this.phase('joined', timeout);
        this.id = (await this.look()).me.id;
    }
    look() {
        return this.page.evaluate(() => {
            const k = window.klassenraum;
            return { phase: k.phase, text: k.text, status: k.status, media: k.mediaState, me: k.me, messages: k.messages,
                dominant: k.dominantSpeaker, rewriting: k.rewriting };
        });
    }
    // What is received now, by participant: { hues, hz }.
    remote() {
        return this.page.evaluate(() => Object.fromEntries(window.klassenraum.participants.map(person => [person.id, {
            name: person.name, moderator: person.moderator, audioMuted: person.audioMuted, videoMuted: person.videoMuted,
            hues: [person.video, person.screen].map(video => window.e2e.hueOf(video)).filter(hue => hue !== null),
            hz: person.audio ? window.e2e.peakOf(person.audio.srcObject) : null
        }])));
    }
    call(method, ...args) {
        return this.page.evaluate((name, values) => window.klassenraum[name](...values), method, args);
    }
    close() { return this.page.leaveContext(); }
}

// Logs in on the page and makes a room: {slug, password}. Leaves the page on the invitation.
// `mikrofone`: 'frei', unless a case is about asking to speak.
export async function createRoom(teacher, { title = 'Mathe 7b', password = 'wolke-apfel-37', mikrofone = 'frei' } = {}) {
    const { page, server } = teacher;
    await page.goto(`${server.origin}/anmelden`);
    await submit(page, server.account);
    await page.goto(`${server.origin}/anlegen`);
    await page.select('select[name="mikrofone"]', mikrofone);
    await submit(page, { titel: title, passwort: password });
    const text = await page.evaluate(() => document.body.innerText + [...document.querySelectorAll('textarea')].map(t => t.value).join('\n'));
    const link = new RegExp(`${server.origin}/([a-z0-9-]+)`).exec(text);
    if (!link) throw new Error(`no invitation on the page: ${text.slice(0, 300)}`);
    return { slug: link[1], password };
}

async function submit(page, fields) {
    for (const [name, value] of Object.entries(fields)) {
        await page.$eval(`form input[name="${name}"]`, (input, text) => { input.value = text; }, value);
    }
    const first = Object.keys(fields)[0];
    await Promise.all([
        page.waitForNavigation({ timeout: 15000 }),
        page.$eval(`form input[name="${first}"]`, input => input.form.requestSubmit(input.form.querySelector('button.main')))
    ]);
}
