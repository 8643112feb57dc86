// A participant on lib-jitsi-meet as npm has it (a build of 2022, the dialect of the schools' app), in Chromium, in a page
// of the server's own origin.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, until } from './browsers.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const bundle = process.env.LJM_BUNDLE
    || path.join(here, 'node_modules/@solyd/lib-jitsi-meet/dist/umd/lib-jitsi-meet.min.js');
const library = readFileSync(bundle, 'utf8');
const driver = readFileSync(path.join(here, 'page/jitsi.js'), 'utf8');

export class JitsiParticipant {
    static async open(browser, server, { room, name, hue, hz, config = {}, tracks = true, script }) {
        const participant = new JitsiParticipant();
        participant.server = server;
        participant.page = await openPage(browser);
        const page = participant.page;
        if (script) await page.evaluateOnNewDocument(script);
        // The page itself is ours and has no content policy; everything else it asks for goes to the server.
        await page.setRequestInterception(true);
        page.on('request', request => {
            if (new URL(request.url()).pathname === '/e2e-jitsi.html') {
                request.respond({ status: 200, contentType: 'text/html', body: '<!doctype html><meta charset=utf-8><body>' });
            } else {
                request.continue();
            }
        });
        await page.goto(`${server.origin}/e2e-jitsi.html`);
        await page.addScriptTag({ content: library });
        await page.addScriptTag({ content: driver });
        participant.options = { room, name, hue, hz, tracks };
        await page.evaluate(async (options, extra) => {
            const text = await (await fetch('/config.js')).text();
            const config = new Function(`${text}; return config;`)();
            await window.jitsi.connect({ ...options, config: { ...config, ...extra } });
        }, participant.options, config);
        return participant;
    }

    call(method, ...args) {
        return this.page.evaluate((name, values) => window.jitsi[name](...values), method, args);
    }
    state() {
        return this.page.evaluate(() => {
            const { tracks, ...rest } = window.jitsi.state;
            return { ...rest, tracks: tracks.length };
        });
    }
    async createConference() { await this.call('createConference'); }
    async join(password) { await this.page.evaluate(word => window.jitsi.join(word), password); }
    async joined(timeout = 20000) {
        await until(`${this.options.name} joined`, async () => (await this.state()).joined, timeout);
        this.id = await this.call('id');
    }
    async failed(error) {
        return until(`${this.options.name} refused with ${error}`, async () => {
            const { failed } = await this.state();
            return failed && failed.includes(error) && failed;
        });
    }
    remote() { return this.call('remote'); }
    close() { return this.page.leaveContext(); }
}
