// Clients written by others: lib-jitsi-meet of 2022 (in Chromium) and aiortc.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from './harness.mjs';
import { near, nearHue, until } from './browsers.mjs';
import { JitsiParticipant } from './jitsi.mjs';
import { closeAll, everybodyReceives, lesson, person, receives, world } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

async function jitsi(index, slug, config) {
    const participant = await JitsiParticipant.open(world.chromium, world.server, { room: slug, ...person(index), config });
    await participant.createConference();
    return participant;
}

test('lib-jitsi-meet of 2022 beside the built-in client, three people', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await jitsi(1, slug);
    const cem = await jitsi(2, slug);
    try {
        await ben.join(password);
        await ben.joined();
        await cem.join(password);
        await cem.joined();
        await everybodyReceives([teacher, ben, cem]);
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('lib-jitsi-meet of 2022: no, wrong and right password', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await jitsi(1, slug);
    try {
        await ben.join();
        await ben.failed('passwordRequired');
        await ben.join('falsch');
        await ben.failed('passwordRequired');
        await ben.join(password);
        await ben.joined();
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('lib-jitsi-meet of 2022: a learner waits, the teacher logs in the Jitsi way, sets the password, changes it, and all meet', async () => {
    const slug = 'test-jitsi-weg-2022';
    const ben = await jitsi(1, slug);
    const teacher = await jitsi(0, slug);
    let cem;
    try {
        await ben.join('neu-es-wort');
        await ben.failed('authenticationRequired');
        await teacher.join();
        await teacher.failed('authenticationRequired');
        await teacher.call('login', 'test@localhost', 'test');
        await teacher.join();
        await teacher.joined();
        await until('teacher is moderator', () => teacher.call('isModerator'));
        await ben.join('neu-es-wort');
        await ben.failed('authenticationRequired');  // opened without a password that anybody knows: learners wait
        await until('the teacher is told to set one', async () => (await teacher.state()).messages.length > 0);
        await teacher.call('lock', 'neu-es-wort');
        await ben.join();
        await ben.failed('passwordRequired');
        await ben.join('neu-es-wort');
        await ben.joined();
        await everybodyReceives([teacher, ben]);
        await teacher.call('lock', 'ganz-anderes-9');
        cem = await jitsi(2, slug);
        await cem.join('neu-es-wort');
        await cem.failed('passwordRequired');  // the old one is void at once
        await cem.join('ganz-anderes-9');
        await cem.joined();
        await everybodyReceives([teacher, ben, cem]);  // who was inside stays
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('lib-jitsi-meet of 2022 over the data channel alone', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await JitsiParticipant.open(world.chromium, world.server, { room: slug, ...person(1) });
    try {
        // This build takes a WebSocket URL whenever the offer has one: take it out before it is read.
        await ben.page.evaluate(() => {
            const parse = DOMParser.prototype.parseFromString;
            DOMParser.prototype.parseFromString = function (text, type) {
                return parse.call(this, text.replace(/<web-socket[^>]*\/>/g, ''), type);
            };
        });
        await ben.createConference();
        await ben.join(password);
        await ben.joined();
        await everybodyReceives([teacher, ben]);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('chat, private line and kick between the two clients', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await jitsi(1, slug);
    try {
        await ben.join(password);
        await ben.joined();
        await ben.call('say', 'hallo');
        await until('chat arrives', async () => (await teacher.look()).messages.some(m => m.text === 'hallo'));
        await teacher.call('sendChat', 'nur du', ben.id);
        await until('private line arrives', async () => (await ben.state()).messages.some(m => m[1] === 'nur du' && m[2]));
        await until('teacher sees the learner', async () => ben.id in await teacher.remote());
        await teacher.call('kick', ben.id);
        await until('kicked', async () => (await ben.state()).kicked);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('aiortc, a WebRTC stack of its own, sees and hears and is seen and heard', async () => {
    const { teacher, slug, password } = await lesson();
    const { name, hue, hz } = person(1);
    const child = spawn('/usr/bin/python3', [path.join(here, 'aiortc_participant.py'), '--domain', 'localhost',
        '--ws', `${world.server.origin.replace('https', 'wss')}/xmpp-websocket`, '--room', slug, '--password', password,
        '--name', name, '--hue', String(hue), '--hz', String(hz)], { stdio: ['pipe', 'pipe', 'pipe'] });
    let seen = {};
    let errors = '';
    child.stderr.on('data', text => { errors += text; });
    child.stdout.on('data', text => {
        for (const line of text.toString().split('\n')) if (line) seen = JSON.parse(line);
    });
    try {
        await until('aiortc decodes the teacher', () => near(seen.hz, teacher.options.hz, 25) && nearHue(seen.hue ?? null, teacher.options.hue), 30000)
            .catch(error => { throw new Error(`${error.message} ${JSON.stringify(seen)} ${errors.slice(-800)}`); });
        await until('the teacher decodes aiortc', async () => Object.values(await teacher.remote()).some(
            other => near(other.hz, hz, 25) && other.hues.some(value => nearHue(value, hue))));
    } finally {
        child.stdin.end();
        await closeAll([teacher]);
    }
});
