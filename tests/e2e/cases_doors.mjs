// Who gets in, and when: passwords, waiting, the teacher's rights, and what happens when the teacher goes.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { createRoom } from './builtin.mjs';
import { closeAll, everybodyReceives, learner, lesson, openIn } from './world.mjs';

test('a wrong password is refused, the right one then accepted', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await openIn('firefox', 1);
    try {
        await ben.enter(slug);
        await ben.join('falsch');
        await until('told so', () => ben.page.evaluate(() => document.body.innerText.includes('Falsches Passwort. Frag deine Lehrkraft.')));
        if (Object.keys(await teacher.remote()).length) throw new Error('somebody got in');
        await ben.call('tryPassword', password.toUpperCase().replaceAll('-', ' '));
        await ben.joined();
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('a guest before the teacher waits and comes in by itself', async () => {
    const teacher = await openIn('chromium', 0);
    const { slug, password } = await createRoom(teacher);
    const ben = await openIn('chromium', 1);
    try {
        await ben.page.goto(`${ben.server.origin}/${slug}`);
        await until('the waiting page', () => ben.page.evaluate(() => document.body.innerText.includes('Deine Lehrkraft hat den Klassenraum noch nicht geöffnet.')));
        await teacher.enter(slug);
        await teacher.join();
        await teacher.joined();
        await until('the page goes on by itself', () => ben.page.evaluate(() => Boolean(window.klassenraum)), 30000);
        await ben.join(password);
        await ben.joined();
        await everybodyReceives([teacher, ben]);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('the teacher known by cookie is moderator, a learner never is', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    try {
        if (!(await teacher.look()).me.moderator) throw new Error('the teacher is no moderator');
        if ((await ben.look()).me.moderator) throw new Error('a learner is moderator');
        const again = await openIn('chromium', 0);
        await again.page.goto(`${again.server.origin}/${slug}`);
        await again.close();
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('the end for all puts everybody out and voids the password', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('firefox', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await teacher.call('endForAll');
        await ben.phase('ended', 5000);
        await ben.page.goto(`${ben.server.origin}/${slug}`);
        await until('closed', () => ben.page.evaluate(() => !window.klassenraum));
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('a kicked learner is out and stays out', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await teacher.call('kick', ben.id);
        await ben.phase('ended', 5000);
        const said = (await ben.look()).text;
        if (!said.includes('Die Lehrkraft hat dich aus dem Klassenraum entfernt.')) throw new Error(`said: ${said}`);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('a broken socket is resumed and the media never notices', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await ben.page.evaluate(() => window.e2eSockets.forEach(socket => { if (socket.url.includes('/xmpp-websocket')) socket.close(); }));
        await teacher.call('sendChat', 'noch da?');
        await until('what was said meanwhile arrives', async () => (await ben.look()).messages.some(m => m.text === 'noch da?'), 20000);
        await everybodyReceives([teacher, ben]);
        if (!(ben.id in await teacher.remote())) throw new Error('the learner was taken for gone');
    } finally {
        await closeAll([teacher, ben]);
    }
});
