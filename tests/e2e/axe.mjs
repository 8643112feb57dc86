// axe-core's WCAG 2.1 A and AA rules over the page as it stands, at the widths of a small phone, a tablet and a desktop,
// in the light and in the dark; with SCREENSHOTS=folder each state is also a picture to be looked at.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const views = [{ width: 320, height: 640 }, { width: 768, height: 1024 }, { width: 1280, height: 760 }];

async function violations(page) {
    await page.evaluate(source => { globalThis.axe ?? (0, eval)(source); }, axe).catch(() => page.evaluate(axe));
    const { violations: found } = await page.evaluate(values => globalThis.axe.run(document, { runOnly: { type: 'tag', values }, iframes: false }), rules);
    return found.map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`);
}

const settle = page => page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 60))));

// Every finding as a line; none is the aim.
export async function examine(page, state, { full = false } = {}) {
    const found = [];
    const before = page.viewport();
    for (const view of views) {
        await page.setViewport(view);
        for (const scheme of view.width === 768 ? ['light'] : ['light', 'dark']) {
            await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
            await settle(page);
            for (const line of await violations(page)) found.push(`${state} at ${view.width} ${scheme}: ${line}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            if (wide > view.width) found.push(`${state} at ${view.width}: ${wide} pixels wide`);
            if (!process.env.SCREENSHOTS || (scheme === 'dark' && view.width === 320)) continue;
            const name = `${state.replaceAll(/[^a-z0-9]+/gi, '-')}-${view.width}${scheme === 'dark' ? '-dark' : ''}`;
            await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, fullPage: full });
        }
    }
    await page.emulateMediaFeatures([]);
    await page.setViewport(before);
    return found;
}

export function complain(found) {
    if (found.length) throw new Error([...new Set(found)].join('\n'));
}
