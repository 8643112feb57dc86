// Asking to speak: hands, the teacher's yes, and taking it back – on the screen of the built-in classroom.
import { test } from './harness.mjs';
import { until } from './browsers.mjs';
import { check, press, reads } from './classroom_ui.mjs';
import { closeAll, learner, lesson, openIn, receives } from './world.mjs';

const microphone = async person => (await person.look()).me.microphone;

for (const [first, second] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
    test(`ask to speak: a learner in ${second} raises a hand and speaks when the teacher in ${first} says yes`, async () => {
        const { teacher, slug, password } = await lesson(first);
        let ben;
        try {
            await press(teacher, 'Unterricht leiten');
            await check(teacher, 'Melden, bevor man spricht', true);
            ben = await openIn(second, 1);
            await ben.enter(slug);
            await ben.join(password, { microphone: false });
            await ben.joined();
            await press(ben, 'zum Sprechen melden');
            await reads(ben, 'Du hast dich gemeldet.');
            if (await microphone(ben)) throw new Error('the microphone went on without a yes');
            await reads(teacher, 'Ben meldet sich.');
            await press(teacher, 'Ansehen');
            await press(teacher, 'Ben: Drannehmen');
            await reads(ben, 'Du darfst jetzt sprechen.');
            if (await microphone(ben)) throw new Error('nobody but the learner switches the microphone on');
            await press(ben, 'Mikrofon einschalten');
            await receives(teacher, ben);
            await until('the hand is down', () => teacher.page.evaluate(() => !document.body.innerText.includes('Melden sich (')));
            await press(teacher, 'Ben: mehr');
            await press(teacher, 'Ben: Sprechen nicht mehr erlauben');
            await until('the microphone is off again', async () => !await microphone(ben));
            await reads(ben, 'Dein Mikrofon ist wieder aus.');
        } finally {
            await closeAll([teacher, ben]);
        }
    });
}

test('ask to speak: who comes in speaking falls silent, and everybody may speak again when the rule goes', async () => {
    const { teacher, slug, password } = await lesson();
    let ben;
    try {
        await press(teacher, 'Unterricht leiten');
        await check(teacher, 'Melden, bevor man spricht', true);
        ben = await learner('chromium', 1, slug, password);
        await until('the microphone goes off', async () => !await microphone(ben));
        await check(teacher, 'Melden, bevor man spricht', false);
        await until('the button no longer asks', () => ben.page.evaluate(() => !document.querySelector('[aria-label*="zum Sprechen melden"]')));
        await press(ben, 'Mikrofon aus');
        await receives(teacher, ben);
    } finally {
        await closeAll([teacher, ben]);
    }
});

test('hands: raised in order, seen by the teacher, lowered by the learner', async () => {
    const { teacher, slug, password } = await lesson();
    const ben = await learner('chromium', 1, slug, password);
    const cem = await learner('chromium', 2, slug, password);
    try {
        await press(cem, 'Melden');
        await reads(teacher, 'Cem meldet sich.');
        await press(ben, 'Melden');
        await reads(teacher, 'Ben meldet sich.');
        await press(teacher, 'Personen');
        await until('Cem came first', () => teacher.page.evaluate(() => {
            const names = [...document.querySelectorAll('ol.people li')].map(row => row.innerText);
            return names.length === 2 && names[0].includes('Cem') && names[1].includes('Ben');
        }));
        await press(cem, 'Hand herunter');
        await reads(teacher, 'Melden sich (1)');
    } finally {
        await closeAll([teacher, ben, cem]);
    }
});
