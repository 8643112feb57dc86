// One table out of several results of measure.mjs: lines down, who across. `node bench/wire/table.mjs FILE…`
import { readFileSync } from 'node:fs';

const results = process.argv.slice(2).flatMap(file => JSON.parse(readFileSync(file)).results);
const whos = [...new Set(results.map(({ who }) => who))];
const scenes = [...new Set(results.map(({ scene }) => scene))];

// Sound made up · picture still (longest) · what was received; for outages and changes when sound and picture were back.
function cell(one) {
    if (!one) return '–';
    if (one.failed) return 'failed';
    const { down, steps, queue95 } = one;
    const parts = [`${down.soundGone} %`, `${down.still} %`];
    if (steps) {
        const after = seconds => (seconds === null ? 'never' : `${Math.round(seconds * 10) / 10} s`);
        parts.push(`${[steps.before, steps.narrow, steps.after].map(Math.round).join(' → ')} kbit/s`,
            `calm ${after(steps.calmAfter)}, again ${after(steps.backAfter)}`);
    } else if (down.soundBack !== null) {
        parts.push(`back ${down.soundBack} s, ${down.pictureBack} s`);
    } else {
        parts.push(`${down.kbps} kbit/s ${down.height}p`, `queue ${Math.round(queue95)} ms`);
    }
    return parts.join(' · ');
}

console.log(`| line | ${whos.join(' | ')} |`);
console.log(`|---|${whos.map(() => '---|').join('')}`);
for (const scene of scenes) {
    const cells = whos.map(who => cell(results.find(one => one.who === who && one.scene === scene)));
    console.log(`| ${[scene, ...cells].join(' | ')} |`);
}
const loads = results.filter(one => !one.failed).map(({ load }) => load);
console.log(`\nload of the machine ${Math.min(...loads)} to ${Math.max(...loads)}`);
