// A bad line between real browsers and the real server: bench/wire makes a network namespace whose only way out is the line,
// and the browsers in it know no other. Needs the right to make one (root, CAP_SYS_ADMIN); without it start() fails.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium, launchFirefox, openPage, until } from './browsers.mjs';
import { Participant } from './builtin.mjs';
import { binary } from './server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const wire = process.env.WIRE || path.join(path.dirname(binary), 'wire');
export const sampler = readFileSync(path.join(here, 'page/line.js'), 'utf8');

// RFC 2544 sets 198.18.0.0/15 aside for such things.
let nextNetwork = process.pid % 250 + 1;

export class Line {
    // The far end's namespace lives as long as this line. A number that another run has is left to it.
    static async start(seed = 1) {
        if (!existsSync(wire)) throw new Error(`${wire} is not there: build the target "wire"`);
        for (let tries = 0; ; ++tries) {
            const line = new Line();
            const refused = await line.open(`198.18.${nextNetwork}`, seed);
            nextNetwork = nextNetwork % 250 + 1;
            if (!refused) return line;
            if (!refused.includes('busy') || tries === 20) throw new Error(`no line: ${refused}`);
        }
    }
    async open(network, seed) {
        this.near = `${network}.1`;
        this.waiting = [];
        this.closing = [];
        this.process = spawn(wire, [network, String(seed)], { stdio: ['pipe', 'pipe', 'pipe'] });
        let errors = '';
        this.process.stderr.on('data', text => { errors += text; });
        this.ended = new Promise(resolve => this.process.on('close', resolve));
        let rest = '';
        this.process.stdout.on('data', text => {
            const parts = (rest + text).split('\n');
            rest = parts.pop();
            for (const part of parts) this.waiting.shift()?.(part);
        });
        const ready = await Promise.race([this.answer(), this.ended.then(() => '')]);
        if (!ready.startsWith('ready')) return errors.trim() || 'the wire ended';
        this.namespace = ready.split(' ')[1];
        this.home = mkdtempSync(path.join(tmpdir(), 'klassenraum-line-'));
        return null;
    }
    answer() { return new Promise(resolve => this.waiting.push(resolve)); }

    // As bench/wire/README.md says: "down rate=500k delay=20ms", "cut 8s", "address 3", "rebind".
    async say(command) {
        const answer = this.answer();
        this.process.stdin.write(`${command}\n`);
        const text = await answer;
        if (text !== 'ok' && !text.startsWith('{')) throw new Error(`${command}: ${text}`);
        return text === 'ok' ? undefined : JSON.parse(text);
    }

    // An executable that starts the program in the far end's namespace.
    wrapper(program) {
        const file = path.join(this.home, path.basename(program));
        writeFileSync(file, `#!/bin/sh\nexec nsenter --net -t ${this.namespace} ${program} "$@"\n`, { mode: 0o755 });
        return file;
    }
    async chromium() {
        return this.keep(await launchChromium({ executablePath: this.wrapper('/usr/bin/chromium'), pipe: true }));
    }
    // Firefox is driven over a socket of its own loopback: a door into the namespace, on the same port.
    async firefox(sound) {
        const door = net.createServer(socket => {
            const port = door.address().port;
            const inside = spawn('nsenter', ['--net', '-t', this.namespace, 'bash', '-c',
                `exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1; cat <&3 & cat >&3; kill $!`], { stdio: ['pipe', 'pipe', 'ignore'] });
            socket.pipe(inside.stdin).on('error', () => {});
            inside.stdout.pipe(socket).on('error', () => {});
            socket.on('error', () => {}).on('close', () => inside.kill());
            inside.on('exit', () => socket.destroy());
        });
        await new Promise(resolve => door.listen(0, '127.0.0.1', resolve));
        this.closing.push(() => door.close());
        return this.keep(await launchFirefox(sound, { executablePath: this.wrapper('/usr/bin/firefox-esr'), debuggingPort: door.address().port }));
    }
    keep(browser) {
        this.closing.unshift(() => browser.close());
        return browser;
    }

    async stop() {
        for (const close of this.closing) await Promise.resolve(close()).catch(() => {});
        this.process.stdin.end();
        await this.ended;
        rmSync(this.home, { recursive: true, force: true });
    }
}

// A participant whose page measures what it receives.
export async function openMeasured(browser, server, who) {
    const participant = await Participant.open(browser, server, who);
    await participant.page.evaluateOnNewDocument(sampler);
    return participant;
}
export async function openMeasuredPage(browser) {
    const page = await openPage(browser);
    await page.evaluateOnNewDocument(sampler);
    return page;
}
// Sound and pictures come to all of them: milliseconds from now until they did, each looked at anew.
export async function comesBack(participants, timeout) {
    const start = Date.now();
    const took = {};
    await Promise.all(participants.map(async ({ page, options }) => {
        const before = await page.evaluate(() => window.line.look());
        const came = { sound: null, picture: null };
        await until(`sound and picture come to ${options.name}`, async () => {
            const now = await page.evaluate(() => window.line.look());
            // A connection that was replaced counts from nothing.
            const grew = key => (now[key] >= before[key] ? now[key] - before[key] : now[key]);
            if (grew('audioPackets') > 10) came.sound ??= Date.now() - start;
            if (grew('frames') > 5) came.picture ??= Date.now() - start;
            return came.sound !== null && came.picture !== null;
        }, timeout).catch(error => { throw new Error(`${error.message}; ${JSON.stringify(came)}`); });
        took[options.name] = came;
    }));
    return took;
}

// Begins a measurement; taken ends it and tells what there was to see and hear.
export const begin = page => page.evaluate(() => window.line.begin());
export const taken = page => page.evaluate(() => window.line.end());
