// What a person does on the screen of the built-in classroom: by the names that a screen reader says.
import { until } from './browsers.mjs';

// Clicks the first visible button, link or summary whose accessible name contains `name`.
export async function press(participant, name) {
    await until(`${participant.options.name} finds „${name}"`, () => participant.page.evaluate(wanted => {
        const words = element => element.getAttribute('aria-label') || element.textContent;
        // A dialog hides the rest of the page.
        const root = document.querySelector('dialog[open]') || document;
        const found = [...root.querySelectorAll('button, a, summary')]
            .find(element => element.checkVisibility() && !element.disabled && words(element).includes(wanted));
        found?.click();
        return Boolean(found);
    }, name));
}

export const text = participant => participant.page.evaluate(() => document.body.innerText);

export async function reads(participant, words, timeout = 15000) {
    await until(`${participant.options.name} reads „${words}"`, async () => (await text(participant)).includes(words), timeout);
}

export async function check(participant, label, on) {
    await until(`${participant.options.name} finds the box „${label}"`, () => participant.page.evaluate((wanted, value) => {
        const box = [...document.querySelectorAll('label')].find(l => l.checkVisibility() && l.textContent.includes(wanted))?.querySelector('input[type=checkbox]');
        if (box && box.checked !== value) box.click();
        return Boolean(box) && box.checked === value;
    }, label, on));
}
