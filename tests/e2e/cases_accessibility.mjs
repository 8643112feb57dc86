// Every page of the server under axe-core's WCAG 2.1 A and AA rules, at the width of a small phone and of a desktop, and
// never wider than its window (WCAG 1.4.10).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from './harness.mjs';
import { openPage, until } from './browsers.mjs';
import { world } from './world.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const publicPages = ['/', '/anmelden', '/abmelden', '/hilfe', '/test', '/app', '/antrag', '/impressum', '/datenschutz', '/nutzungsbedingungen',
    '/barrierefreiheit', '/leichte-sprache', '/einwilligung', '/geschlossen', '/gibt/es/nicht', '/linde-3-mathe-7b-zzzz'];
const widths = [320, 1200];

async function findings(page, path) {
    const found = [];
    for (const width of widths) {
        await page.setViewport({ width, height: 800 });
        await page.goto(world.server.origin + path, { waitUntil: 'load' });
        await page.evaluate(() => document.querySelectorAll('details').forEach(details => { details.open = true; }));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(values => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), rules);
        for (const violation of violations) {
            found.push(`${path} at ${width}: ${violation.id} ${violation.nodes.map(node => node.target.join(' ')).join(', ')}`);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found.push(`${path} at ${width}: ${wide} pixels wide`);
        const octets = new TextEncoder().encode(await page.evaluate(() => document.documentElement.outerHTML)).length;
        if (octets > 60000) found.push(`${path}: ${octets} octets`);
        if (process.env.SCREENSHOTS) {
            const name = path.replaceAll('/', '_').replace(/\?.*/, '');
            await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${width}.png`, fullPage: true });
        }
    }
    return found;
}

const complain = found => {
    if (found.length) throw new Error(found.join('\n'));
};

async function logIn(page) {
    await page.goto(world.server.origin + '/anmelden');
    await page.type('#account', 'test');
    await page.type('#passwort', 'test');
    await Promise.all([page.waitForNavigation(), page.click('button.main')]);
}

test('accessibility: the public pages', async () => {
    const page = await openPage(world.chromium);
    try {
        const found = [];
        for (const path of publicPages) found.push(...await findings(page, path));
        complain(found);
    } finally {
        await page.leaveContext();
    }
});

test('accessibility: the public pages in the dark and in English', async () => {
    const page = await openPage(world.chromium);
    try {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
        await page.setExtraHTTPHeaders({ 'Accept-Language': 'en' });
        const found = [];
        for (const path of ['/', '/anmelden', '/hilfe', '/impressum']) found.push(...await findings(page, path));
        complain(found);
    } finally {
        await page.leaveContext();
    }
});

test('accessibility: the teacher\'s pages', async () => {
    const page = await openPage(world.chromium);
    try {
        await logIn(page);
        await page.goto(world.server.origin + '/anlegen');
        await page.type('#titel', 'Barrierefrei');
        await Promise.all([page.waitForNavigation(), page.click('button[value=anlegen]')]);
        const slug = page.url().split('/').pop();
        const found = [];
        for (const path of ['/anlegen', '/raeume', '/passwort', `/einladung/${slug}`, `/steuern/${slug}`]) found.push(...await findings(page, path));
        await page.click('#b-ende');
        await page.waitForSelector('#b-weiter');
        found.push(...await findings(page, `/steuern/${slug}?meldung=beenden`));
        complain(found);
        await page.click('#b-sofort');
        await until('the lesson ends', () => page.evaluate(() => document.body.innerText.includes('Unterricht beendet')), 10000);
    } finally {
        await page.leaveContext();
    }
});
