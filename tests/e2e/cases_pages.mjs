// Our pages beyond the lesson: the check of the device, the way of a phone, the page for printing.
import { test } from './harness.mjs';
import { openPage, until } from './browsers.mjs';
import { complain, examine } from './axe.mjs';
import { press, reads } from './classroom_ui.mjs';
import { closeAll, lesson, world } from './world.mjs';

for (const browser of ['chromium', 'firefox']) {
    test(`the device check in ${browser} says in words what works`, async () => {
        const page = await openPage(world[browser]);
        try {
            await page.evaluateOnNewDocument((h, f) => window.e2e.paint(h, f), 200, 440);
            await page.goto(world.server.origin + '/test');
            const visitor = { page, options: { name: 'a visitor' } };
            await press(visitor, 'Prüfen');
            for (const line of ['Der Server ist erreichbar.', 'Dieser Browser kann Videounterricht.', 'Das Mikrofon ist da.', 'Die Kamera ist da.']) await reads(visitor, line);
            await until('the microphone is heard', () => page.$eval('#pegel', meter => meter.value > 0.2));
            if (browser === 'chromium') complain(await examine(page, 'page test done', { full: true }));
        } finally {
            await page.leaveContext();
        }
    });
}

test('a phone is offered the centre\'s app or the browser, never another app', async () => {
    const { teacher, slug } = await lesson();
    const page = await openPage(world.chromium, { width: 390, height: 800 });
    try {
        await page.setUserAgent('Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36');
        await page.goto(`${world.server.origin}/${slug}`);
        const phone = { page, options: { name: 'a phone' } };
        await reads(phone, 'Öffne die App');
        const html = await page.content();
        for (const foreign of ['org.jitsi.meet', 'id1165103905', 'play.google', 'apps.apple']) {
            if (html.includes(foreign)) throw new Error(`the page offers ${foreign}`);
        }
        complain(await examine(page, 'page phone'));
        await press(phone, 'Ohne App: im Browser weiter');
        await until('the classroom', () => page.evaluate(() => Boolean(window.klassenraum)));
    } finally {
        await page.leaveContext();
        await closeAll([teacher]);
    }
});

test('the application form is paper: exactly the fields of the letter, and nothing to send', async () => {
    const page = await openPage(world.chromium);
    try {
        await page.goto(world.server.origin + '/antrag');
        const fields = await page.$$eval('dt', all => all.map(dt => dt.textContent));
        const wanted = ['Name der Schule', 'Schulform', 'Ort', 'Name der Schulleitung', 'E-Mail der Schulleitung', 'ggf. Name der Kontaktperson',
            'ggf. E-Mail der Kontaktperson', 'Datum', 'Unterschrift'];
        if (fields.join() !== wanted.join()) throw new Error(`fields: ${fields}`);
        if (await page.$('form, input, textarea')) throw new Error('there is something to fill in on the screen');
        await page.emulateMediaType('print');
        const shown = await page.$$eval('.no-print, header, footer', all => all.filter(e => getComputedStyle(e).display !== 'none').length);
        if (shown) throw new Error('what is no form is printed too');
    } finally {
        await page.leaveContext();
    }
});

test('pages are readable without script, and small', async () => {
    for (const path of ['/', '/anmelden', '/hilfe', '/test', '/app', '/antrag', '/impressum', '/datenschutz', '/nutzungsbedingungen', '/barrierefreiheit', '/leichte-sprache']) {
        const html = await (await fetch(world.server.origin + path)).text();
        if (!/<h1[ >]/.test(html)) throw new Error(`${path} has no heading without script`);
        if (html.length > 60000) throw new Error(`${path}: ${html.length} octets`);
    }
});
