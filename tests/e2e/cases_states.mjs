// Every state of the built-in classroom under axe-core: doors, panels, dialogs, banners, ends; in the light and the dark,
// at 320, 768 and 1280 pixels.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { complain, examine } from './axe.mjs';
import { check, press, reads } from './classroom_ui.mjs';
import { closeAll, learner, lesson, openIn } from './world.mjs';

const screen = (participant, name) => participant.page.waitForFunction(label =>
    document.querySelector(`aside[aria-label="${label}"]:not([hidden])`), {}, name);
const noToasts = participant => participant.page.evaluate(() => document.querySelector('.toasts')?.replaceChildren());

test('accessibility of the classroom: the door', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await openIn('chromium', 1);
    const found = [];
    try {
        await ben.enter(slug);
        found.push(...await examine(ben.page, 'door prejoin'));
        await ben.page.click('summary');
        await ben.call('set', 'microphone', true);
        await ben.call('set', 'camera', true);
        found.push(...await examine(ben.page, 'door devices', { full: true }));
        await ben.join('falsch', { microphone: false, camera: false });
        await reads(ben, 'Falsches Passwort');
        found.push(...await examine(ben.page, 'door password wrong'));
        await press(teacher, 'Unterricht leiten');
        await press(teacher, 'Tür zu');
        await reads(teacher, 'Die Tür ist zu.');
        await ben.call('tryPassword', password);
        await ben.phase('lobby');
        found.push(...await examine(ben.page, 'door lobby'));
        await reads(teacher, 'Ben steht vor der Tür.');
        await screen(teacher, 'Unterricht leiten');
        found.push(...await examine(teacher.page, 'room teacher panel waiting'));
        await press(teacher, 'Ben einlassen');
        await ben.joined();
        await press(teacher, 'Personen');
        await press(teacher, 'Ben: mehr');
        await press(teacher, 'Ben: Entfernen');
        await noToasts(teacher);
        found.push(...await examine(teacher.page, 'room kick dialog'));
        await press(teacher, 'Entfernen');
        await ben.phase('ended');
        found.push(...await examine(ben.page, 'door kicked'));
        await press(teacher, 'Gehen');
        found.push(...await examine(teacher.page, 'room goodbye dialog'));
        await press(teacher, 'Unterricht für alle beenden');
        await teacher.phase('ended');
        found.push(...await examine(teacher.page, 'door ended teacher'));
        complain(found);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('accessibility of the classroom: the room and its panels', async () => {
    const { teacher, slug, password } = await lesson();
    const found = [];
    found.push(...await examine(teacher.page, 'room alone'));
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('chromium', 2, slug, password);
    try {
        await press(teacher, 'Unterricht leiten');
        await check(teacher, 'Melden, bevor man spricht', true);
        await screen(teacher, 'Unterricht leiten');
        await reads(teacher, 'Noch ');
        found.push(...await examine(teacher.page, 'room teacher panel'));
        await press(ben, 'melden');
        await press(ben, 'Hand herunter');
        await press(ben, 'Melden');
        await reads(teacher, 'Ben meldet sich.');
        await press(teacher, 'Personen');
        await press(teacher, 'Ben: mehr');
        found.push(...await examine(teacher.page, 'room people teacher'));
        await noToasts(teacher);
        await press(ben, 'Personen');
        found.push(...await examine(ben.page, 'room people learner'));
        await noToasts(ben);
        complain(found);
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});

test('accessibility of the classroom: chat, polls and views', async () => {
    const { teacher, slug, password } = await lesson();
    const found = [];
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('chromium', 2, slug, password);
    try {
        await press(ben, 'Chat');
        await ben.call('sendChat', 'Guten Morgen! Die Aufgabe steht auf https://example.org/mathe, Seite 12.');
        await ben.call('sendChat', 'Ich habe noch eine Frage.', teacher.id);
        await teacher.call('sendChat', 'Danke, Ben.');
        await reads(ben, 'Danke, Ben.');
        found.push(...await examine(ben.page, 'room chat learner'));
        await press(teacher, 'Umfragen');
        await press(teacher, 'Neue Umfrage');
        found.push(...await examine(teacher.page, 'room poll form'));
        await teacher.page.type('form.poll input', 'Habt ihr die Hausaufgaben verstanden?');
        await press(teacher, 'Fragen');
        await reads(ben, 'Umfrage: Habt ihr');
        await press(ben, 'Ansehen');
        found.push(...await examine(ben.page, 'room poll answer'));
        await check(ben, 'Ja', true);
        await press(ben, 'Antworten');
        await until('counted', () => teacher.page.evaluate(() => document.querySelector('.results')?.innerText.includes('Ben')));
        found.push(...await examine(teacher.page, 'room poll result'));
        await press(ben, 'Mehr');
        found.push(...await examine(ben.page, 'room more'));
        await press(ben, 'Mehr');
        await press(ben, 'Reaktion');
        found.push(...await examine(ben.page, 'room reactions'));
        await press(ben, 'Applaus');
        await press(ben, 'Wer spricht, groß');
        found.push(...await examine(ben.page, 'room stage'));
        await teacher.call('set', 'screen', true);
        await until('the screen', async () => (await ben.remote())[teacher.id].hues.length === 2);
        found.push(...await examine(ben.page, 'room shared screen'));
        await teacher.call('leave');
        await reads(ben, 'Der Klassenraum schließt in');
        found.push(...await examine(ben.page, 'room frozen'));
        complain(found);
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});
