// The canary: marker strings in every input of the system, then a search through everything the server wrote.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { Participant, createRoom } from './builtin.mjs';
import { RawStream } from './raw.mjs';
import { Server } from './server.mjs';
import { closeAll, world } from './world.mjs';

// As it stands and in the forms in which it might have been written.
function spellings(marker) {
    const bytes = Buffer.from(marker);
    const end = marker.slice(-6);
    return [marker, marker.toLowerCase(), marker.toUpperCase(), bytes.toString('base64').slice(0, -4), bytes.toString('hex'),
        encodeURIComponent(marker), [...marker].join('\0'), end, end.toLowerCase()];
}

function filesBelow(folder) {
    return readdirSync(folder).flatMap(name => {
        const full = path.join(folder, name);
        const kind = statSync(full);
        return kind.isDirectory() ? filesBelow(full) : kind.isFile() ? [full] : [];
    });
}

test('canary: nothing personal is written, at the most verbose level', async () => {
    const marker = what => `${what}Q${randomBytes(6).toString('hex')}Z`;
    const secret = { title: marker('titel'), name: marker('name'), chat: marker('chat'), whisper: marker('leise'), password: marker('wort'),
        room: marker('raum').toLowerCase(), login: marker('login'), agent: marker('agent'), wrong: marker('falsch') };
    const server = await Server.start({ args: ['--set', 'log.level=debug'] });
    let teacher;
    let ben;
    let written = '';
    try {
        teacher = await Participant.open(world.chromium, server, { name: secret.name, hue: 0, hz: 440 });
        await teacher.page.setUserAgent(`Mozilla/5.0 ${secret.agent}`);
        const { slug, password } = await createRoom(teacher, { title: secret.title, password: `${secret.password}-1` });
        await teacher.enter(slug);
        await teacher.join();
        await teacher.joined();
        ben = await Participant.open(world.chromium, server, { name: `${secret.name}b`, hue: 120, hz: 700 });
        await ben.enter(slug);
        await ben.join(secret.wrong);
        await until('refused', () => ben.page.evaluate(() => document.body.innerText.includes('Falsches Passwort')));
        await ben.call('tryPassword', password);
        await ben.joined();
        await ben.call('sendChat', secret.chat);
        await ben.call('sendChat', secret.whisper, teacher.id);
        await until('chat arrives', async () => (await teacher.look()).messages.length >= 2);
        const raw = RawStream.open(server, { room: secret.room });
        await raw.opened;
        raw.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0" x="${secret.login}"/>`);
        await raw.expect('mechanisms');
        raw.send('<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">' + Buffer.from(`\0${secret.login}\0${secret.login}`).toString('base64') + '</auth>');
        await raw.expect('failure', 15000);
        raw.send(`<broken ${secret.login}`);
        await raw.closed;
        await fetch(`${server.origin}/${secret.room}?x=${secret.room}`, { headers: { 'user-agent': secret.agent, referer: `https://${secret.agent}.example/` } });
        await fetch(`${server.origin}/anmelden`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ account: secret.login, passwort: secret.login }),
            headers: { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded' } });
        secret.endpoint = ben.id;
        secret.slug = slug;
        await teacher.call('endForAll');
        await ben.phase('ended', 5000);
    } finally {
        await closeAll([teacher, ben]);
        written = server.output;
        for (const file of filesBelow(server.state)) written += readFileSync(file).toString('latin1');
        for (const name of ['cmdline', 'environ']) written += readFileSync(`/proc/${server.process.pid}/${name}`).toString('latin1');
        await server.stop();
        written += server.output;
    }
    for (const [what, text] of Object.entries(secret)) {
        for (const spelling of spellings(text)) {
            if (written.includes(spelling)) throw new Error(`the ${what} was written`);
        }
    }
});

test('SIGTERM stops within two seconds and tells the clients', async () => {
    const server = await Server.start();
    const stream = RawStream.open(server);
    await stream.login();
    const end = await server.stop();
    if (end.code !== 0) throw new Error(`ended with ${JSON.stringify(end)}`);
    if (end.milliseconds > 2000) throw new Error(`took ${end.milliseconds} ms`);
    await stream.closed;
});
