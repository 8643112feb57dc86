// The whole way of a teacher and a learner over our pages and the built-in classroom, in both browsers: create,
// invitation, classroom, control page, Ruhe!, new password, +15 minutes, end with undo, and the page after the lesson.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { check, press, reads, text } from './classroom_ui.mjs';
import { closeAll, everybodyReceives, learner, lesson, openIn } from './world.mjs';

// A second device of the teacher: the control page in a tab of the same browser.
async function controlPage(teacher, slug) {
    const page = await teacher.page.browserContext().newPage();
    await page.goto(`${teacher.server.origin}/steuern/${slug}`);
    return { page, options: { name: 'the control page' }, server: teacher.server };
}
const passwordOn = control => control.page.$eval('#passwort', element => element.textContent.trim());

for (const [first, second] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
    test(`a whole lesson: teacher in ${first}, learner in ${second}`, async () => {
        const teacher = await openIn(first, 0);
        const ben = await openIn(second, 1);
        try {
            const { page, server } = teacher;
            await page.goto(server.origin + '/');
            await reads(teacher, 'Ihre Schule hat schon ein funktionierendes System? Bitte bleiben Sie dabei.');
            await press(teacher, 'Ich bin Lehrkraft');
            await until('the login', () => page.$('#account'));
            await page.type('#account', 'test');
            await page.type('#passwort', 'test');
            await Promise.all([page.waitForNavigation(), page.click('button.main')]);
            await until('the form', () => page.$('#titel'));
            await page.type('#titel', 'Mathe 7b');
            const password = await page.$eval('#passwort', input => input.value);
            if (await page.$eval('#mikrofone', select => select.value) !== 'melden') throw new Error('learners speak without asking');
            await page.select('#mikrofone', 'frei');
            await Promise.all([page.waitForNavigation(), page.click('button[value=anlegen]')]);
            await reads(teacher, 'Einladung in den Klassenraum „Mathe 7b"');
            await reads(teacher, 'Du brauchst keinen Account.');
            const slug = new URL(page.url()).pathname.split('/').pop();
            const shown = await text(teacher);
            if (!shown.includes(password)) throw new Error('the invitation lacks the password');
            for (const button of ['Alles kopieren', 'Nur Link', 'Nur Passwort', 'Drucken']) {
                if (!shown.includes(button)) throw new Error(`no button ${button}`);
            }

            // The learner is early and waits without doing anything.
            await ben.page.goto(`${server.origin}/${slug}`);
            await reads(ben, 'Deine Lehrkraft hat den Klassenraum noch nicht geöffnet.');
            await press(teacher, 'Klassenraum jetzt öffnen');
            await until('the classroom', () => page.evaluate(() => Boolean(window.klassenraum)));
            await page.type('input[name=name]', 'Frau Amsel');
            await press(teacher, 'Mikrofon aus');
            await press(teacher, 'Kamera aus');
            await press(teacher, 'Beitreten');
            await teacher.joined();
            await until('it goes on by itself', () => ben.page.evaluate(() => Boolean(window.klassenraum)), 30000);
            const off = await ben.page.$$eval('button.round', buttons => buttons.map(b => b.getAttribute('aria-label')));
            if (off.join() !== 'Mikrofon aus,Kamera aus') throw new Error(`learners begin with ${off}`);
            await ben.page.type('input[name=name]', 'Ben');
            await press(ben, 'Beitreten');
            await ben.phase('password');
            await ben.page.type('input[name=password]', password);
            await press(ben, 'Weiter');
            await ben.joined();
            await ben.call('set', 'microphone', true);
            await ben.call('set', 'camera', true);
            await everybodyReceives([teacher, ben]);

            const control = await controlPage(teacher, slug);
            await reads(control, password);
            await reads(control, '2 Personen');
            await press(control, 'Ruhe!');
            await reads(ben, 'Ruhe!');
            await until('the learner is silent', async () => !(await ben.look()).me.microphone);
            await press(control, 'Ruhe beenden');
            await reads(control, 'Die Ruhe ist beendet.');
            if ((await text(control)).includes('Tür auf')) await press(control, 'Tür auf');
            await press(control, 'Neues Passwort');
            await until('another password', async () => await passwordOn(control) !== password);
            await reads(ben, 'Das Passwort wurde geändert.');
            if ((await ben.look()).phase !== 'joined') throw new Error('a new password put somebody out');
            const minutes = async () => Number(/(\d+) h (\d+) min|(\d+) min/.exec(await text(control)).slice(1).filter(Boolean).reduce((sum, n, i, all) => all.length === 2 && i === 0 ? n * 60 : Number(sum) + Number(n), 0));
            const before = await minutes();
            await press(control, '+15 Minuten');
            await until('more time', async () => await minutes() >= before + 14);
            await press(control, 'Unterricht beenden');
            await reads(control, 'Der Unterricht endet gleich für alle');
            await press(control, 'Doch weitermachen');
            await reads(control, 'Der Unterricht geht weiter.');
            if ((await ben.look()).phase !== 'joined') throw new Error('the lesson ended in spite of the undo');
            await press(control, 'Unterricht beenden');
            await press(control, 'Sofort beenden');
            await reads(control, 'Der Klassenraum ‚mathe-7b‘ ist geschlossen. Das bisherige Passwort ist ungültig.');
            await ben.phase('ended', 5000);
            await reads(ben, 'Der Klassenraum ist geschlossen. Wenn der Unterricht weitergeht, bekommst du ein neues Passwort');
            await teacher.phase('ended', 5000);
            await reads(teacher, 'Nächste Stunde vorbereiten');
            await ben.page.goto(`${server.origin}/${slug}`);
            await reads(ben, 'Deine Lehrkraft hat den Klassenraum noch nicht geöffnet.');
        } finally {
            await closeAll([teacher, ben]);
        }
    });
}

for (const browser of ['chromium', 'firefox']) {
    test(`the door in ${browser}: knock, turned away, knock again, let in`, async () => {
        const { teacher, slug, password } = await lesson('chromium');
        const ben = await openIn(browser, 1);
        const cem = await openIn(browser, 2);
        try {
            await press(teacher, 'Unterricht leiten');
            await press(teacher, 'Tür zu');
            await reads(teacher, 'Die Tür ist zu.');
            for (const guest of [ben, cem]) {
                await guest.enter(slug);
                await guest.join(password);
                await guest.phase('lobby');
            }
            await reads(ben, 'Die Tür ist zu. Deine Lehrkraft weiß, dass du wartest');
            await reads(teacher, 'Vor der Tür (2)');
            await press(teacher, 'Ben abweisen');
            await ben.phase('ended');
            await reads(ben, 'Deine Lehrkraft hat dich nicht eingelassen.');
            await press(teacher, 'Cem einlassen');
            await cem.joined();
            await press(ben, 'Wieder beitreten');
            await ben.join(password);
            await ben.phase('lobby');
            await press(teacher, 'Tür auf');
            await ben.joined();
            await everybodyReceives([teacher, ben, cem]);
        } finally {
            await closeAll([teacher, ben, cem]);
        }
    });

    test(`a poll in ${browser}: asked, answered, changed, counted`, async () => {
        const { teacher, slug, password } = await lesson(browser);
        const ben = await learner('chromium', 1, slug, password);
        const cem = await learner('firefox', 2, slug, password);
        try {
            await press(teacher, 'Umfragen');
            await press(teacher, 'Neue Umfrage');
            await teacher.page.type('form.poll input', 'Verstanden?');
            await press(teacher, 'Fragen');
            for (const guest of [ben, cem]) {
                await reads(guest, 'Umfrage: Verstanden?');
                await press(guest, 'Ansehen');
                await check(guest, 'Ja', true);
                await press(guest, 'Antworten');
            }
            const votes = page => page.$$eval('.results b', all => all.map(b => b.textContent).join());
            await until('two for yes', async () => await votes(teacher.page) === '2,0');
            await press(cem, 'Antwort ändern');
            await check(cem, 'Ja', false);
            await check(cem, 'Nein', true);
            await press(cem, 'Antworten');
            await until('one each', async () => await votes(teacher.page) === '1,1' && await votes(ben.page) === '1,1');
        } finally {
            await closeAll([teacher, ben, cem]);
        }
    });
}

test('private words go where the room allows, and the panel says what is off', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('chromium', 2, slug, password);
    try {
        await press(ben, 'Chat');
        const receivers = () => ben.page.$$eval('.compose select option', options => options.map(o => o.textContent));
        await until('only the teacher can be written to', async () => (await receivers()).join() === 'An alle,Nur an Frau Amsel');
        await ben.page.select('.compose select', teacher.id);
        await ben.page.type('.compose textarea', 'Ich komme nicht mit.');
        await ben.page.keyboard.press('Enter');
        await until('a badge for what is unread', () => teacher.page.evaluate(() => Boolean(document.querySelector('[aria-label="Chat, 1 ungelesen"]'))));
        await press(teacher, 'Chat');
        await reads(teacher, 'Ben (nur an dich)');
        await reads(ben, 'Du (nur an Frau Amsel)');
        if ((await cem.look()).messages.length) throw new Error('a private word reached a third person');
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('a teacher who is gone: learners read how long, and go on when the teacher is back', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('firefox', 1, slug, password);
    try {
        await teacher.call('leave');
        await reads(ben, 'Die Lehrkraft hat den Raum verlassen. Der Klassenraum schließt in');
        await until('the camera is off', async () => !(await ben.look()).me.camera);
        await press(ben, 'Mikrofon aus');
        await reads(ben, 'Solange die Lehrkraft nicht da ist, bleiben Mikrofone und Kameras aus.');
        await press(teacher, 'Wieder beitreten');
        await teacher.page.type('input[name=name]', 'Frau Amsel');
        await press(teacher, 'Beitreten');
        await teacher.joined();
        await reads(ben, 'Die Lehrkraft ist wieder da.');
        await press(ben, 'Mikrofon aus');
        await until('the microphone is on', async () => (await ben.look()).me.microphone);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('reactions and a new name reach the others', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('firefox', 1, slug, password);
    try {
        await everybodyReceives([teacher, ben]);
        await press(ben, 'Reaktion');
        await press(ben, 'Applaus');
        await until('the sign is seen', () => teacher.page.evaluate(() => [...document.querySelectorAll('.reaction')].some(sign => sign.textContent === '👏')));
        await press(ben, 'Mehr');
        await ben.page.$eval('aside:not([hidden]) form input', input => { input.value = 'Benjamin'; });
        await press(ben, 'Namen ändern');
        await until('the new name', async () => (await teacher.remote())[ben.id]?.name === 'Benjamin');
    } finally {
        await closeAll([teacher, ben]);
    }
});

async function joinByKeyboard(language, closing) {
    const { teacher, slug, password } = await lesson();
    const ben = await openIn('chromium', 1);
    try {
        await ben.page.setExtraHTTPHeaders({ 'Accept-Language': language });
        await ben.enter(slug);
        const { keyboard } = ben.page;
        await keyboard.type('Ben');
        await keyboard.press('Enter');
        await ben.phase('password');
        await keyboard.type(password);
        await keyboard.press('Enter');
        await ben.joined();
        const focused = () => ben.page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.className);
        await until('the room', () => ben.page.$('.bar'));
        await keyboard.press('p');
        await until('focus is in the panel', async () => await focused() === closing);
        await keyboard.press('Escape');
        await until('the panel is gone', () => ben.page.evaluate(() => [...document.querySelectorAll('aside')].every(panel => panel.hidden)));
        await keyboard.press('h');
        await reads(teacher, 'Ben meldet sich.');
        await ben.page.focus('.pin');
        await keyboard.press('Enter');
        await until('one picture is large', () => ben.page.evaluate(() => Boolean(document.querySelector('.focus .large .tile'))));
        await keyboard.press('Enter');
        await until('all are equal again', () => ben.page.evaluate(() => !document.querySelector('.focus')));
    } finally {
        await closeAll([teacher, ben]);
    }
}

test('by keyboard alone: join, open a panel, find the way back, pin a picture', () => joinByKeyboard('de', 'Personen schließen'));

test('by keyboard alone, in English', () => joinByKeyboard('en', 'Close People'));

test('English: the page, the classroom and what the server says', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await openIn('chromium', 1);
    try {
        await ben.page.setExtraHTTPHeaders({ 'Accept-Language': 'en' });
        await ben.enter(slug);
        if (await ben.page.evaluate(() => document.documentElement.lang) !== 'en') throw new Error('the page says it is German');
        await reads(ben, 'Your camera is off.');
        await ben.join(password, { camera: false, microphone: false });
        await ben.joined();
        await press(ben, 'Raise hand');
        await teacher.call('leave');
        await reads(ben, 'The teacher has left the room. The classroom closes in');
    } finally {
        await closeAll([teacher, ben]);
    }
});
